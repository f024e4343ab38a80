"""The visible sheets of an Excel workbook, cell by cell, without losing an error cell."""

import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ingest.readers import ReadError

Cell = str | int | float | bool | time | date | datetime | timedelta

_ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\b[^>]*?\bt=)(["'])e\2""")

# What zipfile raises for an archive with wrong bytes in it.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError)


def visible_sheets(workbook: bytes) -> dict[str, list[list[Cell]]]:
    """Return the cells of every visible sheet that holds anything, from A1 on; blank is ''.

    An error cell is its text, such as '#N/A'. Raises ReadError if this is no readable workbook.
    """
    try:
        opened = CalamineWorkbook.from_filelike(BytesIO(_with_error_cells_as_text(workbook)))
        sheets = {
            sheet.name: opened.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for sheet in opened.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
        }
    except PasswordError:
        raise ReadError(
            "werkmap is met een wachtwoord beveiligd. Lever haar zonder wachtwoord"
        ) from None
    except (CalamineError, *_DAMAGED):
        raise ReadError(
            "bestand is geen leesbare Excel-werkmap (.xlsx). Exporteer het opnieuw"
        ) from None
    return {
        name: sheet for name, sheet in sheets.items() if any(not is_blank(row) for row in sheet)
    }


def is_blank(row: list[Cell]) -> bool:
    """Say whether no cell of this row holds anything."""
    return all(isinstance(cell, str) and not cell.strip() for cell in row)


def cell_text(cell: Cell, date_format: str, decimal_separator: str) -> str | None:
    """Return a cell as text in this dialect; whole numbers have no decimals."""
    match cell:
        case str():
            return cell or None
        case bool():
            return str(cell).lower()
        case date():
            return cell.strftime(date_format)
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return str(cell).replace(".", decimal_separator)
        case _:
            return str(cell)


def _with_error_cells_as_text(workbook: bytes) -> bytes:
    # Calamine gives an error cell as '', so that '#N/A' would pass for 'not filled in'.
    if not zipfile.is_zipfile(BytesIO(workbook)):
        return workbook
    with zipfile.ZipFile(BytesIO(workbook)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changed = {
        name: _ERROR_CELL.sub(rb'\1"str"', part)
        for name, part in parts.items()
        if name.startswith("xl/worksheets/") and _ERROR_CELL.search(part)
    }
    if not changed:
        return workbook
    rewritten = BytesIO()
    with zipfile.ZipFile(rewritten, "w") as archive:
        for name, part in (parts | changed).items():
            archive.writestr(name, part)
    return rewritten.getvalue()
