"""Reads one sheet of an Excel workbook: a header, and a row per record below it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa
from python_calamine import CalamineSheet

from ingest.cells import (
    EXCEL_ERROR,
    MERGED_CELLS,
    NO_DATE,
    NO_RESULT,
    ROUNDED_NUMBER,
    STRAY_DATE,
    bad_cell,
)
from ingest.contracts import Column, SourceContract
from ingest.readers import (
    BATCH_ROWS,
    MalformedRow,
    ReadError,
    TextBatch,
    TextTable,
    header_key,
)
from ingest.readers.no_rows import (
    CLOSING_LINE,
    REPEATED_HEADER,
    UNDECLARED_TOTALS,
    is_closing_line,
    is_header,
    is_totals_line,
    looks_like_totals,
)
from ingest.readers.silent_cells import UNCOMPUTED
from ingest.readers.workbook import (
    LARGEST_NUMBER,
    Cell,
    Workbook,
    cell_text,
    is_blank,
    is_error,
    open_workbook,
)

# Few rows at a time become Arrow: the cells of a whole sheet as Python objects fill the memory.
_PIECE_ROWS = 5_000
# A header that nobody declared is looked for no further down, only to say where it is.
_FIRST_ROWS = 20
_DAYS_BEFORE_1904 = 1462
# Stands for a number or date where only words are looked at.
_NO_TEXT = "."

Row = list[Cell]
Texts = Callable[[Sequence[Cell]], Sequence[str | None]]


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read the declared sheet, or the only visible one that holds anything.

    Rows and columns that are hidden or filtered out are read as well; hidden sheets are not. A
    cell that does not say what people see is a bad cell: an error, a formula that was not computed,
    a number that lost digits, a date in a column of text, a cell that another was merged over.
    """
    workbook = open_workbook(data.read())
    sheet = _the_sheet(workbook, contract)
    rows = enumerate(sheet.iter_rows(), start=1)
    header_row, header = _header(rows, sheet, contract)
    table = _Table(
        contract=contract,
        header=header,
        merged=_merged_cells(sheet, header_row, header, contract),
        counts_from_1904=workbook.counts_from_1904,
    )
    return TextTable(header, table.batches(rows))


def has_no_rows(data: BinaryIO, contract: SourceContract) -> bool:
    """Say whether the sheet of this contract is there, with a header and nothing below it."""
    try:
        batches = read(data, contract).batches
        return not any(len(batch.row_numbers) or batch.malformed for batch in batches)
    except ReadError:
        return False


def _the_sheet(workbook: Workbook, contract: SourceContract) -> CalamineSheet:
    if contract.sheet:
        for name in workbook.names:
            if header_key(name) == header_key(contract.sheet):
                return workbook.sheet(name)
        raise ReadError(
            f"blad '{contract.sheet}' ontbreekt of is verborgen. Lever het mee, of pas sheet in "
            f"contracts/{contract.file_name} aan"
        )
    filled = [sheet for name in workbook.names if _is_filled(sheet := workbook.sheet(name))]
    if len(filled) > 1:
        raise ReadError(
            f"werkmap heeft {len(filled)} zichtbare bladen met gegevens. Zet bij sheet in "
            f"contracts/{contract.file_name} welk blad gelezen wordt"
        )
    if not filled:
        raise ReadError("werkmap is leeg. Vraag de leverancier om een nieuwe levering")
    return filled[0]


def _is_filled(sheet: CalamineSheet) -> bool:
    return any(not is_blank(row) for row in sheet.iter_rows())


def _header(
    rows: Iterator[tuple[int, Row]], sheet: CalamineSheet, contract: SourceContract
) -> tuple[int, tuple[str, ...]]:
    """Return the number and the cells of the row with the headers, up to the last filled one."""
    declared = contract.header_row
    for number, row in rows:
        if number < (declared or 1) or (declared is None and is_blank(row)):
            continue
        if is_blank(row):
            break
        header = _names(row, contract)
        if declared is None:
            _refuse_title(number, header, sheet, contract)
        return number, header
    if declared:
        raise ReadError(
            f"rij {declared} is leeg, terwijl het contract daar de kopregel verwacht. Pas "
            "headerRow aan"
        )
    raise ReadError("blad heeft geen kopregel. Vraag de leverancier om een nieuwe levering")


def _names(row: Row, contract: SourceContract) -> tuple[str, ...]:
    names = [_plain(cell, contract) or "" for cell in row]
    while names and not names[-1].strip():
        names.pop()
    return tuple(names)


def _refuse_title(
    number: int, header: tuple[str, ...], sheet: CalamineSheet, contract: SourceContract
) -> None:
    """Hold a sheet with rows above its header, saying where that is, when nobody declared it."""
    wanted = {header_key(name) for name in _wanted(contract)}
    if not wanted.isdisjoint(map(header_key, header)):
        return
    for place, row in enumerate(islice(sheet.iter_rows(), _FIRST_ROWS), start=1):
        if wanted <= {header_key(name) for name in _names(row, contract)}:
            raise ReadError(
                f"de koppen staan niet in rij {number} maar in rij {place}. Zet headerRow: {place} "
                f"in contracts/{contract.file_name}"
            )


def _wanted(contract: SourceContract) -> dict[str, list[Column]]:
    """Return the names at the source that something is kept of, with the columns they feed."""
    wanted: dict[str, list[Column]] = defaultdict(list)
    for column in contract.landed_columns:
        for name in column.sources:
            wanted[name].append(column)
    return wanted


def _merged_cells(
    sheet: CalamineSheet, header_row: int, header: tuple[str, ...], contract: SourceContract
) -> dict[int, set[int]]:
    """Return per row the columns of which the cell lies below another that was merged over it.

    Raises ReadError when a header is merged over several columns: which of them is meant?
    """
    wanted = {header_key(name): name for name in _wanted(contract)}
    places = {place: wanted.get(header_key(name)) for place, name in enumerate(header)}
    merged: dict[int, set[int]] = defaultdict(set)
    _, first_column = sheet.start or (0, 0)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        columns = range(left - first_column, right - first_column + 1)
        name = places.get(columns[0])
        if top < header_row <= bottom + 1 and len(columns) > 1 and name:
            raise ReadError(
                f"kop '{name}' is samengevoegd over {len(columns)} kolommen. Geef elke kolom een "
                "eigen kop"
            )
        for row in range(max(top, header_row) + 1, min(bottom, sheet.total_height) + 2):
            merged[row] |= {
                place
                for place in columns
                if places.get(place) and (row, place) != (top + 1, columns[0])
            }
    return merged


@dataclass(frozen=True)
class _Table:
    """The rows of one sheet below its header, as text in the dialect of the contract."""

    contract: SourceContract
    header: tuple[str, ...]
    merged: dict[int, set[int]]
    counts_from_1904: bool

    def batches(self, rows: Iterator[tuple[int, Row]]) -> Iterator[TextBatch]:
        """Give the rows in batches; a column that the contract does not name stays empty."""
        columns = self._columns()
        per_batch = BATCH_ROWS // _PIECE_ROWS
        pieces: list[TextBatch] = []
        while piece := list(islice(rows, _PIECE_ROWS)):
            pieces.append(self._piece(piece, columns))
            if len(pieces) == per_batch:
                yield _joined(pieces)
                pieces = []
        if pieces:
            yield _joined(pieces)

    def _piece(self, rows: list[tuple[int, Row]], columns: list[Texts | None]) -> TextBatch:
        numbers, kept, malformed, totals = [], [], [], []
        for number, row in rows:
            if is_blank(row):
                continue
            word, texts = self.contract.total_row, _texts_of(row)
            if word and is_totals_line(texts, word):
                totals.append(number)
            elif looks_like_totals(texts):
                malformed.append(MalformedRow(number, UNDECLARED_TOTALS))
            elif is_closing_line(texts):
                malformed.append(MalformedRow(number, CLOSING_LINE))
            elif is_header(texts[: len(self.header)], self.header, number):
                malformed.append(MalformedRow(number, REPEATED_HEADER))
            else:
                numbers.append(number)
                kept.append(self._unmerged(number, row))
        cells = list(zip(*kept, strict=True)) or [()] * len(columns)
        return TextBatch(
            row_numbers=pa.array(numbers, pa.int64()),
            columns=tuple(
                pa.array(texts(column), pa.string()) if texts else pa.nulls(len(kept), pa.string())
                for texts, column in zip(columns, cells, strict=False)
            ),
            malformed=tuple(malformed),
            totals=tuple(totals),
        )

    def _unmerged(self, number: int, row: Row) -> Row:
        if number not in self.merged:
            return row
        places = self.merged[number]
        return [
            bad_cell(MERGED_CELLS) if place in places else cell for place, cell in enumerate(row)
        ]

    def _columns(self) -> list[Texts | None]:
        wanted: dict[str, list[Column]] = defaultdict(list)
        for name, columns in _wanted(self.contract).items():
            wanted[header_key(name)] += columns
        return [
            _Texts(self.contract, wanted[key], self.counts_from_1904) if key in wanted else None
            for key in map(header_key, self.header)
        ]


class _Texts:
    """Gives the cells of one column as text; what the column cannot mean is a bad cell."""

    def __init__(
        self, contract: SourceContract, columns: Sequence[Column], counts_from_1904: bool
    ) -> None:
        self._contract = contract
        self._holds_dates = any(map(_holds_dates, columns))
        self._is_shifted = counts_from_1904 and contract.excel_serial_dates and self._holds_dates
        self._words = {
            code: word
            for column in columns
            if column.logical_type == "boolean"
            for word, code in column.codes
        }
        self._date = lru_cache(maxsize=50_000)(self._written_date)
        self._by_type: dict[type, Callable[[Any], str | None]] = {
            str: self._of_text,
            bool: self._of_boolean,
            float: self._of_number,
            int: self._of_number,
            date: self._of_day,
            datetime: self._of_day,
            time: self._of_time,
            timedelta: self._of_time,
        }

    def __call__(self, cells: Sequence[Cell]) -> Sequence[str | None]:
        return [self._by_type[type(cell)](cell) for cell in cells]

    def _of_text(self, cell: str) -> str | None:
        if cell[:1] == "#" and is_error(cell.strip()):
            return bad_cell(NO_RESULT if cell == UNCOMPUTED else EXCEL_ERROR)
        return cell or None

    def _of_boolean(self, cell: bool) -> str:
        return self._words.get(str(cell).lower(), "WAAR" if cell else "ONWAAR")

    def _of_number(self, cell: float) -> str | None:
        if abs(cell) >= LARGEST_NUMBER:
            return bad_cell(ROUNDED_NUMBER)
        shifted = cell + _DAYS_BEFORE_1904 if self._is_shifted else cell
        return cell_text(shifted, "", self._contract.decimal_separator)

    def _of_day(self, cell: date) -> str:
        return self._date(cell) if self._holds_dates else bad_cell(STRAY_DATE)

    def _of_time(self, _: time | timedelta) -> str:
        return bad_cell(NO_DATE if self._holds_dates else STRAY_DATE)

    def _written_date(self, day: date) -> str:
        """Return a date in the format of the contract, if that is read back as the same day."""
        text = day.strftime(self._contract.date_format)
        same_day = day.date() if isinstance(day, datetime) else day
        try:
            is_same = datetime.strptime(text, self._contract.date_format).date() == same_day
        except ValueError:
            is_same = False
        return text if is_same else bad_cell(NO_DATE)


def _holds_dates(column: Column) -> bool:
    return column.logical_type == "date" or column.transform in (
        "year_of_date",
        "match_token",
        "seconds_between",
    )


def _texts_of(row: Row) -> list[str]:
    """Return the cells of a row that are text, and a sign for each that is something else."""
    return [cell if isinstance(cell, str) else _NO_TEXT for cell in row]


def _plain(cell: Cell, contract: SourceContract) -> str | None:
    return cell_text(cell, contract.date_format, contract.decimal_separator)


def _joined(pieces: list[TextBatch]) -> TextBatch:
    return TextBatch(
        row_numbers=pa.concat_arrays([piece.row_numbers for piece in pieces]),
        columns=tuple(
            pa.concat_arrays(columns)
            for columns in zip(*(piece.columns for piece in pieces), strict=True)
        ),
        malformed=tuple(row for piece in pieces for row in piece.malformed),
        totals=tuple(number for piece in pieces for number in piece.totals),
    )
