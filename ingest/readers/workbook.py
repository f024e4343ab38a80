"""The visible sheets of an Excel workbook, cell by cell, without losing an error cell."""

import re
import zipfile
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ingest.cells import ERRORS_OF_EXCEL
from ingest.readers import ReadError
from ingest.readers.silent_cells import UNCOMPUTED, as_typed, is_of_1904, spoken_out

Cell = str | int | float | bool | time | date | datetime | timedelta

# Excel has fifteen digits: what is longer was rounded when it was typed.
LARGEST_NUMBER = 10**15

# What zipfile raises for an archive with wrong bytes in it; LookupError for a missing part.
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, LookupError)
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")


@dataclass(frozen=True)
class Workbook:
    """An opened workbook: its visible worksheets by name, in order, not yet read.

    With `counts_from_1904` the number of a day is 1,462 less than elsewhere; dates come out right.
    """

    names: tuple[str, ...]
    counts_from_1904: bool
    opened: CalamineWorkbook

    def sheet(self, name: str) -> CalamineSheet:
        """Read one sheet; blank cells are ''. Raises ReadError when it is damaged."""
        try:
            return self.opened.get_sheet_by_name(name)
        except (CalamineError, *_DAMAGED):
            raise _unreadable() from None


def open_workbook(workbook: bytes) -> Workbook:
    """Open a workbook; raise ReadError, saying what it is instead, when it is none."""
    try:
        spoken = spoken_out(_checked(workbook))
        opened = CalamineWorkbook.from_filelike(BytesIO(spoken))
        counts_from_1904 = is_of_1904(spoken)
    except PasswordError:
        raise ReadError(
            "werkmap is met een wachtwoord beveiligd. Lever haar zonder wachtwoord"
        ) from None
    except (CalamineError, *_DAMAGED):
        raise _unreadable() from None
    return Workbook(
        names=tuple(
            sheet.name
            for sheet in opened.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
        ),
        counts_from_1904=counts_from_1904,
        opened=opened,
    )


def visible_sheets(workbook: bytes) -> dict[str, list[list[Cell]]]:
    """Return the cells of every visible sheet that holds anything, from A1 on; blank is ''.

    An error cell is its text, such as '#N/A'. Raises ReadError if this is no readable workbook.
    """
    opened = open_workbook(workbook)
    sheets = {name: opened.sheet(name).to_python(skip_empty_area=False) for name in opened.names}
    return {
        name: sheet for name, sheet in sheets.items() if any(not is_blank(row) for row in sheet)
    }


def is_blank(row: list[Cell]) -> bool:
    """Say whether no cell of this row holds anything."""
    return all(isinstance(cell, str) and not cell.strip() for cell in row)


def is_error(text: str) -> bool:
    """Say whether this is how an error of Excel reads, or a formula that nobody computed."""
    return text == UNCOMPUTED or re.fullmatch(ERRORS_OF_EXCEL, text) is not None


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
            return f"{as_typed(cell).normalize():f}".replace(".", decimal_separator)
        case _:
            return str(cell)


def _checked(workbook: bytes) -> bytes:
    """Return the bytes of a workbook (.xlsx); raise ReadError when they are something else."""
    start = workbook[:4096]
    if zipfile.is_zipfile(BytesIO(workbook)):
        with zipfile.ZipFile(BytesIO(workbook)) as archive:
            names = set(archive.namelist())
            # Calamine stops at the last tag and never sees that the checksum is wrong.
            if archive.testzip():
                raise _unreadable()
        if "xl/workbook.bin" in names or "content.xml" in names:
            raise ReadError(f"werkmap is van een ander soort dan .xlsx. {_SAVE_AS}")
        return workbook
    if start.startswith(_COMPOUND_FILE):
        # A workbook with a password is one as well: calamine knows which of the two.
        CalamineWorkbook.from_filelike(BytesIO(workbook))
        raise ReadError(f"werkmap is van de oude soort .xls. {_SAVE_AS}")
    if not start:
        raise ReadError("bestand is leeg (0 bytes). Vraag de leverancier om een nieuwe levering")
    if re.match(rb"(?i)\s*(?:\xef\xbb\xbf)?<(?:!doctype html|html|table|meta|head)", start):
        raise ReadError(f"bestand is een webpagina met de naam van een werkmap. {_SAVE_AS}")
    if not _NO_TEXT.search(start):
        raise ReadError(f"bestand is tekst (csv?) met de naam van een werkmap. {_SAVE_AS}")
    raise _unreadable()


_SAVE_AS = "Open het in Excel en sla het op als Excel-werkmap (.xlsx)"


def _unreadable() -> ReadError:
    return ReadError("bestand is geen leesbare Excel-werkmap (.xlsx). Exporteer het opnieuw")
