"""Writes the workbook of the meetplan: empty for people to fill in, or with rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ingest.meetplan.sheets import Sheet, SheetColumn, sheets

Cell = str | int | Decimal | date | bool | None

GUIDE = "Uitleg"
# Stands behind the header of a column that must be filled in; reading leaves it out.
REQUIRED_MARK = "*"

# As far down as choices and formats reach; rows below it are read all the same.
_PREPARED_ROWS = 1000
_MESSAGE_LENGTH = 255
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
_CREATED = datetime(2026, 1, 1)
_FORMATS = {"date": "dd-mm-yyyy", "varchar": "@"}


@dataclass(frozen=True)
class Guide:
    """What the first page of a workbook says: what it is for, and what to do with it."""

    title: str
    purpose: str
    steps: Sequence[str]


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
) -> None:
    """Write a workbook with a guide and these sheets, with rows per sheet name by header."""
    with xlsxwriter.Workbook(file) as workbook:
        # The same rows give the same bytes.
        workbook.set_properties({"title": guide.title, "created": _CREATED})
        formats = _Formats(workbook)
        _write_guide(workbook.add_worksheet(GUIDE), guide, sheets, formats)
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            _write_sheet(page, sheet, rows.get(sheet.name, ()), formats)


class _Formats:
    """The looks of the workbook, each made once."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        body = {"font_name": "Calibri", "font_size": 11, "valign": "top", "text_wrap": True}
        head = body | {"bold": True, "valign": "vcenter", "bottom": 1}
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
    _fit_on_page(page)


def _write_line(page: Worksheet, line: int, text: str, formats: _Formats) -> None:
    page.write_string(line, 1, text, formats.text)
    page.set_row(line, 17 * -(-len(text) // _LINE_LENGTH))


def _write_sheet(
    page: Worksheet, sheet: Sheet, rows: Sequence[Mapping[str, Cell]], formats: _Formats
) -> None:
    places = {column.header: place for place, column in enumerate(sheet.columns)}
    last_row = max(_PREPARED_ROWS, len(rows))
    for place, column in enumerate(sheet.columns):
        header = f"{column.header} {REQUIRED_MARK}" if column.is_required else column.header
        look = formats.required if column.is_required else formats.optional
        page.write_string(0, place, header, look)
        page.set_column(place, place, _width(column, header), formats.of(column))
        _guide_typing(page, place, column, last_row)
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


def _guide_typing(page: Worksheet, place: int, column: SheetColumn, last_row: int) -> None:
    """Show what a column is for to whoever stands in it, and offer its choices."""
    message = {
        "input_title": column.header,
        "input_message": _shortened(_explanation(column)),
    }
    offered: dict[str, Any] = {"validate": "any"}
    if column.choices:
        offered = {
            "validate": "list",
            "source": list(column.choices),
            "error_title": "Geen keuze van de lijst",
            "error_message": _shortened("Kies uit: " + ", ".join(column.choices) + "."),
        }
    elif column.references:
        # What is not there yet may be typed; the night says so when it never comes.
        offered = {
            "validate": "list",
            "source": f"='{column.references}'!$A$2:$A${_PREPARED_ROWS + 1}",
            "error_type": "information",
            "error_title": "Nog niet bekend",
            "error_message": f"Dit staat nog niet in blad {column.references}.",
        }
    page.data_validation(0, place, 0, place, {"validate": "any", **message})
    page.data_validation(1, place, last_row, place, offered | message)


def _explanation(column: SheetColumn) -> str:
    parts = (
        column.description,
        "Verplicht." if column.is_required else "",
        "Schrijf dd-mm-jjjj." if column.sql_type == "date" else "",
    )
    return " ".join(filter(None, parts))


def _shortened(text: str) -> str:
    return text if len(text) <= _MESSAGE_LENGTH else text[: _MESSAGE_LENGTH - 3] + "..."


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
