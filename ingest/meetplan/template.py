"""Writes the workbook of the meetplan: empty for people to fill in, or with rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from ingest.meetplan.sheets import Sheet, SheetColumn, sheets

Cell = str | int | Decimal | date | bool | None

GUIDE = "Uitleg"
# Stands behind the header of a column that must be filled in; reading leaves it out.
REQUIRED_MARK = "*"

# As far down as choices and formats reach; rows below it are read all the same.
_PREPARED_ROWS = 1000
_MESSAGE_LENGTH, _TITLE_LENGTH = 255, 32
_LINE_LENGTH = 120
_PURPOSE = (
    "In deze werkmap staat wat in geen enkel systeem staat: wat u meet, voor wie, welke KPI's u "
    "kiest, wat de cijfers betekenen en welke verhalen erbij horen."
)
_STEPS = """\
Vul de bladen van links naar rechts in. Een blad dat u niet gebruikt, laat u leeg.
Kolommen met een donkere kop en een * moeten gevuld zijn. Sta in een kolom om haar uitleg te zien.
Schrijf datums als dd-mm-jjjj en KPI's met hun nummer (E4.1.1, A12, EIGEN-...).
Kies hooguit 10 tot 15 KPI's per werksoort, uit meerdere lagen; 'alles' is geen keuze.
Schrijf geen namen, e-mailadressen, telefoonnummers of burgerservicenummers op; noem functies.
Een rij waarin zo'n adres of nummer staat, doet niet mee.
Trekt iemand de toestemming voor een verhaal in, vul dan 'Ingetrokken op' in.
Bewaar de werkmap als meetplan.xlsx in de map van de organisatie; de nacht meldt wat niet klopt.
""".splitlines()
_LAST_COLUMN = 16_383
_FREE = dict.fromkeys(
    (
        "format_cells",
        "format_columns",
        "format_rows",
        "insert_rows",
        "delete_rows",
        "sort",
        "autofilter",
    ),
    True,
)
# Excel takes no longer list of choices in the cell itself, and divides it at every comma.
_LONGEST_LIST = 255
_LISTS = "Keuzelijsten"
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(9999, 12, 31)
_CREATED = datetime(2026, 1, 1)
_FORMATS = {"date": "dd-mm-yyyy", "varchar": "@"}


@dataclass(frozen=True)
class Guide:
    """What the first page of a workbook says: what it is for, and what to do with it.

    `personal` says of columns with personal data what becomes of them.
    """

    title: str
    purpose: str
    steps: Sequence[str]
    personal: Sequence[tuple[str, str]] = ()


def write_template(file: Path) -> None:
    """Write the empty meetplan for people to fill in."""
    write_workbook(file, {})


def write_workbook(file: Path, rows: Mapping[str, Sequence[Mapping[str, Cell]]]) -> None:
    """Write the meetplan with these rows: per sheet name, values by header.

    Raises KeyError when a sheet or header is none of the meetplan.
    """
    if unknown := rows.keys() - {sheet.name for sheet in sheets()}:
        raise KeyError(f"no sheet of the meetplan: {sorted(unknown)}")
    write_sheets(file, Guide("Meetplan", _PURPOSE, _STEPS), sheets(), rows)


def write_sheets(
    file: Path,
    guide: Guide,
    sheets: Sequence[Sheet],
    rows: Mapping[str, Sequence[Mapping[str, Cell]]],
    *,
    locks_headers: bool = False,
) -> None:
    """Write a workbook with a guide and these sheets, with rows per sheet name by header.

    With `locks_headers` nobody changes a header by accident; there is no password on it.
    """
    with xlsxwriter.Workbook(file) as workbook:
        # The same rows give the same bytes.
        workbook.set_properties({"title": guide.title, "created": _CREATED})
        formats = _Formats(workbook)
        _write_guide(workbook.add_worksheet(GUIDE), guide, sheets, formats)
        offers = _Offers(workbook, sheets)
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            _write_sheet(page, sheet, rows.get(sheet.name, ()), formats, offers)
            if locks_headers:
                # Rows can be removed only where every cell is free, right of the table as well.
                page.set_column(len(sheet.columns), _LAST_COLUMN, None, formats.text)
                page.protect(options=_FREE)
        offers.write()


def shown_header(column: SheetColumn) -> str:
    """Return the header of a column as it stands in its sheet, marked when it is required."""
    return f"{column.header} {REQUIRED_MARK}" if column.is_required else column.header


class _Formats:
    """The looks of the workbook, each made once."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        body = {"font_name": "Calibri", "font_size": 11, "valign": "top", "text_wrap": True}
        head = body | {"bold": True, "valign": "vcenter", "bottom": 1}
        # Free to fill in when the headers are locked.
        body |= {"locked": False}
        self.title: Format = workbook.add_format(body | {"bold": True, "font_size": 18})
        self.heading: Format = workbook.add_format(
            body | {"bold": True, "font_size": 12, "font_color": "#1F4E5F"}
        )
        self.text: Format = workbook.add_format(body)
        self.link: Format = workbook.add_format(body | {"font_color": "#1F4E5F", "underline": 1})
        self.required: Format = workbook.add_format(
            head | {"bg_color": "#1F4E5F", "font_color": "#FFFFFF"}
        )
        self.optional: Format = workbook.add_format(head | {"bg_color": "#DCE9ED"})
        self._cells = {
            number_format: workbook.add_format(body | {"num_format": number_format})
            for number_format in ("General", "#,##0.00", *_FORMATS.values())
        }

    def of(self, column: SheetColumn) -> Format:
        """Return the look of the cells of a column."""
        is_money = column.name.endswith("_eur")
        return self._cells["#,##0.00" if is_money else _FORMATS.get(column.sql_type, "General")]


def _write_guide(page: Worksheet, guide: Guide, sheets: Sequence[Sheet], formats: _Formats) -> None:
    page.hide_gridlines(2)
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 110)
    page.write_string(0, 0, guide.title, formats.title)
    page.set_row(0, 30)
    page.merge_range(1, 0, 1, 1, guide.purpose, formats.text)
    page.set_row(1, 34)
    page.write_string(3, 0, "Wat te doen", formats.heading)
    line = 4
    for number, step in enumerate(guide.steps, start=1):
        page.write_string(line, 0, f"Stap {number}", formats.text)
        _write_line(page, line, step, formats)
        line += 1
    page.write_string(line + 1, 0, "De bladen", formats.heading)
    line += 2
    for sheet in sheets:
        address = sheet.name.replace("'", "''")
        page.write_url(line, 0, f"internal:'{address}'!A1", formats.link, string=sheet.name)
        purpose = sheet.table.description.removeprefix("Korrel: ")
        _write_line(page, line, purpose[0].upper() + purpose[1:], formats)
        line += 1
    if guide.personal:
        page.write_string(line + 1, 0, "Persoonsgegevens", formats.heading)
        line += 2
        for name, what_becomes_of_it in guide.personal:
            page.write_string(line, 0, name, formats.text)
            _write_line(page, line, what_becomes_of_it, formats)
            line += 1
    _fit_on_page(page)


def _write_line(page: Worksheet, line: int, text: str, formats: _Formats) -> None:
    page.write_string(line, 1, text, formats.text)
    page.set_row(line, 17 * -(-len(text) // _LINE_LENGTH))


def _write_sheet(
    page: Worksheet,
    sheet: Sheet,
    rows: Sequence[Mapping[str, Cell]],
    formats: _Formats,
    offers: "_Offers",
) -> None:
    places = {column.header: place for place, column in enumerate(sheet.columns)}
    last_row = max(_PREPARED_ROWS, len(rows))
    for place, column in enumerate(sheet.columns):
        header = shown_header(column)
        look = formats.required if column.is_required else formats.optional
        page.write_string(0, place, header, look)
        page.set_column(place, place, _width(column, header), formats.of(column))
        _guide_typing(page, place, column, last_row, offers.of(column))
    for number, row in enumerate(rows, start=1):
        for header, value in row.items():
            place = places[header]
            _write_cell(page, number, place, value, formats.of(sheet.columns[place]))
    page.set_row(0, 34)
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(rows), 1), len(sheet.columns) - 1)
    page.repeat_rows(0)
    _fit_on_page(page)


def _fit_on_page(page: Worksheet) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)


def _width(column: SheetColumn, header: str) -> int:
    by_kind = 12
    if column.choices:
        by_kind = max(map(len, column.choices)) + 4
    elif column.sql_type == "varchar":
        by_kind = 42 if column.name.endswith(("_nl", "title")) else 18
    return max(by_kind, len(header) + 5)


def _guide_typing(
    page: Worksheet, place: int, column: SheetColumn, last_row: int, offered: dict[str, Any]
) -> None:
    """Show what a column is for to whoever stands in it, and offer its choices."""
    message = {
        "input_title": _shortened(column.header, _TITLE_LENGTH),
        "input_message": _shortened(_explanation(column)),
    }
    page.data_validation(0, place, 0, place, {"validate": "any", **message})
    page.data_validation(1, place, last_row, place, offered | message)


class _Offers:
    """What Excel offers and refuses while people type; long lists stand on a hidden sheet."""

    def __init__(self, workbook: xlsxwriter.Workbook, sheets: Sequence[Sheet]) -> None:
        self._workbook = workbook
        self._sheets = {sheet.name: sheet for sheet in sheets}
        self._lists: list[tuple[str, ...]] = []

    def of(self, column: SheetColumn) -> dict[str, Any]:
        """Return the validation of the cells of a column."""
        if column.choices:
            return {
                "validate": "list",
                "source": self._choices(column.choices),
                "error_title": "Geen keuze van de lijst",
                "error_message": _shortened("Kies uit: " + ", ".join(column.choices) + "."),
            }
        # What is not there yet may be typed; the night says so when it never comes.
        still_unknown = {"error_type": "information", "error_title": "Nog niet bekend"}
        if column.references:
            return still_unknown | {
                "validate": "list",
                "source": self._keys(column),
                "error_message": f"Dit staat nog niet in blad {column.references}.",
            }
        if column.code_list and (codes := self._codes(column.code_list)):
            return still_unknown | {
                "validate": "list",
                "source": codes,
                "error_message": f"Deze {column.code_list} staat nog niet in de codelijsten.",
            }
        return _typed(column.sql_type)

    def write(self) -> None:
        """Write the long lists; a hidden sheet is never read."""
        if self._lists:
            page = self._workbook.add_worksheet(_LISTS)
            for place, choices in enumerate(self._lists):
                page.write_column(0, place, choices)
            page.hide()

    def _choices(self, choices: tuple[str, ...]) -> Any:
        if len(",".join(choices)) <= _LONGEST_LIST and not any("," in each for each in choices):
            return list(choices)
        if choices not in self._lists:
            self._lists.append(choices)
        place = self._lists.index(choices)
        return f"={_LISTS}!{xl_range_abs(0, place, len(choices) - 1, place)}"

    def _keys(self, column: SheetColumn) -> str:
        """Return the cells that a column refers to: under the same header, or else the first."""
        known = self._sheets.get(str(column.references))
        headers = [each.header for each in known.columns] if known else []
        place = headers.index(column.header) if column.header in headers else 0
        return f"='{column.references}'!{xl_range_abs(1, place, _PREPARED_ROWS, place)}"

    def _codes(self, code_list: str) -> str | None:
        """Return the codes of one list, which stand together, if the workbook has a sheet of them.

        A list that is still empty offers nothing, and then anything may be typed.
        """
        for sheet in self._sheets.values():
            if sheet.table.table_name == "codes":
                places = [column.name for column in sheet.columns]
                place = places.index("list_name")
                lists = f"'{sheet.name}'!{xl_range_abs(1, place, _PREPARED_ROWS, place)}"
                first = f"'{sheet.name}'!{xl_rowcol_to_cell(0, places.index('code'), True, True)}"
                return (
                    f'=OFFSET({first},MATCH("{code_list}",{lists},0),0,'
                    f'COUNTIF({lists},"{code_list}"),1)'
                )
        return None


def _typed(sql_type: str) -> dict[str, Any]:
    """Return what Excel refuses by type, so that a typing error shows where it is made."""
    if sql_type == "date":
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": _FIRST_DAY,
            "maximum": _LAST_DAY,
            "error_title": "Geen datum",
            "error_message": "Schrijf een datum, zoals 31-12-2026.",
        }
    if sql_type == "integer":
        return {
            "validate": "integer",
            "criteria": ">=",
            "value": 0,
            "error_title": "Geen heel getal",
            "error_message": "Schrijf een heel getal, zonder eenheid.",
        }
    if sql_type.startswith("decimal"):
        return {
            "validate": "decimal",
            "criteria": "between",
            "minimum": -1e12,
            "maximum": 1e12,
            "error_title": "Geen getal",
            "error_message": "Schrijf een getal, zonder eenheid.",
        }
    return {"validate": "any"}


def _explanation(column: SheetColumn) -> str:
    parts = (
        column.description,
        "Verplicht." if column.is_required else "",
        "Schrijf dd-mm-jjjj." if column.sql_type == "date" else "",
    )
    return " ".join(filter(None, parts))


def _shortened(text: str, length: int = _MESSAGE_LENGTH) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."


def _write_cell(page: Worksheet, row: int, place: int, value: Cell, look: Format) -> None:
    match value:
        case None:
            return
        case bool():
            page.write_string(row, place, "ja" if value else "nee", look)
        case int() | Decimal():
            page.write_number(row, place, value, look)
        case date():
            page.write_datetime(row, place, value, look)
        case _:
            # Never write(): a text that begins with = must not become a formula.
            page.write_string(row, place, value, look)
