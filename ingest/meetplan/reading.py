"""Reads the workbook of the meetplan into typed rows; what does not fit stays as a rejected row."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pyarrow as pa
from xlsxwriter.utility import xl_col_to_name

from ingest.cells import (
    NO_DATE,
    REQUIRED_EMPTY,
    BadCell,
    code_parser,
    date_parser,
    number_parser,
)
from ingest.columns import INVISIBLE
from ingest.identities import identity_in
from ingest.kpi_ids import normalised_kpi_id
from ingest.meetplan.sheets import Sheet, SheetColumn, sheets
from ingest.meetplan.template import GUIDE, REQUIRED_MARK
from ingest.raw_tables import WORKBOOK_SOURCE, arrow_type
from ingest.readers import ReadError, header_key
from ingest.readers.workbook import Cell, cell_text, visible_sheets

# Reasons of rejection that only a workbook has, beside those of ingest.cells; a rule by its number.
AMBIGUOUS_NUMBER = "punt of komma niet eenduidig"
EXCEL_ERROR = "foutwaarde van Excel"
NO_SELECTION = "R01"
NO_KPI_ID = "R04"

_EVERYTHING = frozenset({"alles", "alle", "*", "all", "alle kpi's", "allemaal"})
_YES_AND_NO = {"ja": "true", "nee": "false"}
# How Excel itself says yes and no, in English and in Dutch.
_BOOLEANS = {"true": "true", "false": "false", "waar": "true", "onwaar": "false"}
_EXCEL_ERRORS = re.compile(r"#(?:N/A|N/B|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")
_DATE_FORMAT = "%d-%m-%Y"
_DATE_PARSERS = (date_parser(_DATE_FORMAT), date_parser("%Y-%m-%d"))
_EFFECT = re.compile(r"E\d\.\d{1,2}")
_OTHER_SHEET = "(ander blad)"

Row = dict[str, Any]


@dataclass(frozen=True)
class Remark:
    """What a person should know about a sheet as a whole; a refused sheet gave no rows."""

    sheet_name: str
    sentence: str
    is_refusal: bool


@dataclass(frozen=True)
class ReadWorkbook:
    """The rows per raw table, rejected ones included; a sheet that was refused has no table."""

    tables: dict[tuple[str, str], pa.Table]
    remarks: tuple[Remark, ...]


def read_workbook(workbook: bytes) -> ReadWorkbook:
    """Read every sheet of the meetplan; one that is not there is empty.

    Sheets and headers are matched by name, in any order. Raises ReadError, with a Dutch reason,
    when this is no workbook that can be opened.
    """
    found = {header_key(name): cells for name, cells in visible_sheets(workbook).items()}
    tables, remarks = {}, []
    for sheet in sheets():
        cells = found.pop(header_key(sheet.name), [])
        try:
            positions = _positions(sheet, cells[0]) if cells else {}
        except ReadError as refusal:
            remarks.append(Remark(sheet.name, str(refusal), is_refusal=True))
            continue
        if unknown := _unknown_headers(sheet, cells[0] if cells else []):
            columns = ("kolom " if len(unknown) == 1 else "kolommen ") + ", ".join(unknown)
            belong = (
                "hoort niet bij dit blad en wordt"
                if len(unknown) == 1
                else ("horen niet bij dit blad en worden")
            )
            remarks.append(Remark(sheet.name, f"{columns} {belong} niet gelezen", is_refusal=False))
        tables[sheet.table_key] = _table(sheet, cells, positions)
    found.pop(header_key(GUIDE), None)
    # Their names are not said: a name that nobody expected may be that of a person.
    remarks += [
        Remark(_OTHER_SHEET, "hoort niet bij het meetplan en wordt niet gelezen", is_refusal=False)
        for _ in found
    ]
    return ReadWorkbook(tables, tuple(remarks))


def _header_name(cell: Cell) -> str:
    return str(cell).strip().removesuffix(REQUIRED_MARK).strip()


def _positions(sheet: Sheet, header: list[Cell]) -> dict[str, int]:
    """Return where every column stands, by our name.

    Raises ReadError when a column is missing that may not be, or stands there twice.
    """
    keys = [header_key(_header_name(cell)) for cell in header]
    counts = Counter(keys)
    if double := [each.header for each in sheet.columns if counts[header_key(each.header)] > 1]:
        raise ReadError(f"kolom '{double[0]}' staat er meer dan een keer. Houd er een over")
    missing = [
        f"'{column.header}'"
        for column in sheet.columns
        if (column.is_required or column.is_always_there) and header_key(column.header) not in keys
    ]
    if missing:
        names = ", ".join(missing)
        fault = f"kolommen {names} ontbreken" if missing[1:] else f"kolom {names} ontbreekt"
        raise ReadError(f"{fault} in de eerste rij. Zet de kop terug zoals in het sjabloon")
    return {
        column.name: keys.index(header_key(column.header))
        for column in sheet.columns
        if header_key(column.header) in keys
    }


def _unknown_headers(sheet: Sheet, header: list[Cell]) -> list[str]:
    """Return the columns that the sheet does not have, by the letter that Excel shows."""
    known = {header_key(column.header) for column in sheet.columns}
    return [
        xl_col_to_name(place)
        for place, cell in enumerate(header)
        if (name := _header_name(cell)) and header_key(name) not in known
    ]


def _table(sheet: Sheet, cells: list[list[Cell]], positions: dict[str, int]) -> pa.Table:
    columns = [(column, _parser(column)) for column in sheet.columns]
    rows = []
    for number, line in enumerate(cells[1:], start=2):
        filled = {
            name: line[place] for name, place in positions.items() if _text(line[place]) is not None
        }
        if filled:
            rows.append(_row(sheet, columns, filled, number))
    return pa.Table.from_pylist(rows, schema=sheet.table.schema())


def _row(
    sheet: Sheet,
    columns: list[tuple[SheetColumn, Callable[[Cell], Any]]],
    filled: dict[str, Cell],
    number: int,
) -> Row:
    row: Row = {
        "source_id": WORKBOOK_SOURCE,
        "row_number": number,
        "record_ref": f"{sheet.name}!{number}",
        "operation": "upsert",
    }
    for column, parse in columns:
        try:
            row[column.name] = parse(filled.get(column.name, ""))
        except BadCell as bad:
            row.setdefault("reject_column", column.name)
            row.setdefault("reject_reason", str(bad))
    texts = [column.name for column, _ in columns if column.is_free_text and column.name in filled]
    identities = {
        name: identity
        for name in texts
        if (identity := identity_in(_text(filled[name]) or "")) is not None
    }
    if identities:
        # Where one identity stands, another may stand that nobody recognises; keys tell rows apart.
        gone = [name for name in texts if name in identities or name not in sheet.key]
        name, reason = next(iter(identities.items()))
        row |= dict.fromkeys(gone) | {"reject_column": name, "reject_reason": reason}
    return row


def _text(cell: Cell) -> str | None:
    """Return a cell as trimmed text, or None when it holds nothing."""
    return (cell_text(cell, _DATE_FORMAT, ",") or "").strip(INVISIBLE) or None


def _parser(column: SheetColumn) -> Callable[[Cell], Any]:
    """Return what gives a cell of this column its value, None when empty; it raises BadCell."""
    parse = _text_parser(column)
    to = arrow_type(column.sql_type)
    is_number = pa.types.is_integer(to) or pa.types.is_decimal(to)
    number = number_parser(".", "", to) if is_number else None

    def parse_cell(cell: Cell) -> Any:
        if number and isinstance(cell, int | float) and not isinstance(cell, bool):
            # Excel computes with fifteen digits; what comes after them is no decimal of anybody.
            return number(f"{Decimal(f'{cell:.15g}'):f}")
        text = _text(cell)
        if text is None:
            if column.is_required:
                raise BadCell(REQUIRED_EMPTY)
            return None
        if _EXCEL_ERRORS.fullmatch(text):
            raise BadCell(EXCEL_ERROR)
        return parse(text)

    return parse_cell


def _text_parser(column: SheetColumn) -> Callable[[str], Any]:
    to = arrow_type(column.sql_type)
    if pa.types.is_boolean(to):
        return code_parser(_YES_AND_NO | _BOOLEANS, "boolean")
    if column.choices:
        return code_parser({header_key(choice): choice for choice in column.choices}, "string")
    if pa.types.is_date(to):
        return _date
    if pa.types.is_integer(to) or pa.types.is_decimal(to):
        number, is_whole = number_parser(".", "", to), pa.types.is_integer(to)
        return lambda text: number(_plain_number(text, is_whole=is_whole))
    if column.is_kpi:
        return _kpi_id if not column.is_required else _chosen_kpi_id
    if column.name == "intended_effect_id":
        return _effect_id
    if column.name == "area_code":
        return str.upper
    return str


def _date(text: str) -> Any:
    for parse in _DATE_PARSERS:
        try:
            return parse(text)
        except BadCell:
            continue
    raise BadCell(NO_DATE)


def _plain_number(text: str, *, is_whole: bool) -> str:
    """Return a typed number with a point before its decimals and without signs between thousands.

    Raises BadCell for one such as 1.234, in which the sign could be either.
    """
    bare = text.removeprefix("€").strip(INVISIBLE)
    signs = re.findall(r"[.,]", bare)
    if len(set(signs)) == 2 and signs.count(signs[-1]) == 1:
        thousands, decimal = signs[0], signs[-1]
        units, _, decimals = bare.partition(decimal)
        return f"{_without(thousands, units)}.{decimals}"
    if len(signs) > 1 or (is_whole and signs):
        return _without(signs[0], bare)
    if re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", bare):
        raise BadCell(AMBIGUOUS_NUMBER)
    return bare.replace(",", ".")


def _without(thousands: str, text: str) -> str:
    """Return a number without the signs between its thousands, or as it is when they are not."""
    grouped = re.fullmatch(rf"-?\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+", text)
    return text.replace(thousands, "") if grouped else text


def _kpi_id(text: str) -> str:
    kpi_id = normalised_kpi_id(text)
    if kpi_id is None:
        raise BadCell(NO_KPI_ID)
    return kpi_id


def _chosen_kpi_id(text: str) -> str:
    if header_key(text) in _EVERYTHING:
        raise BadCell(NO_SELECTION)
    return _kpi_id(text)


def _effect_id(text: str) -> str:
    """Return the number of an intended effect; anything else stays as typed, for R32 to judge."""
    bare = re.sub(r"\s", "", text).upper().rstrip(".")
    return bare if _EFFECT.fullmatch(bare) else text
