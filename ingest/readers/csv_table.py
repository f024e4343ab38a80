"""Reads delimited text in the declared dialect: nothing is guessed, nothing is skipped."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, cast

import numpy as np
import pyarrow as pa

from ingest.contracts import SourceContract
from ingest.readers import BATCH_ROWS, MalformedRow, ReadError, TextBatch, TextTable

WRONG_FIELD_COUNT = "aantal velden klopt niet"
# Few rows at a time become Arrow: 250 k rows as Python lists cost the garbage collector seconds.
_PIECE_ROWS = 2_000
_LINE_END = re.compile(r"\r\n|\r|\n")
_BYTE_ORDER_MARK = "\ufeff"
_UTF8_MARK_READ_AS_CP1252 = "ï»¿"


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read a file with one header row."""
    file = CsvFile(data, contract)
    header = file.header_row()
    return TextTable(tuple(header), file.batches(len(header)))


class CsvFile:
    """The rows of one CSV file, from top to bottom: first the header rows, then the batches.

    Every method raises ReadError when a byte cannot be decoded (S04), when a quote is not closed
    or not where it should be, and when a quoted text seems to have swallowed a row.
    """

    def __init__(self, data: BinaryIO, contract: SourceContract) -> None:
        self._bytes = _CountedBytes(data)
        self._encoding, self._delimiter = contract.encoding, contract.delimiter
        text = io.TextIOWrapper(cast(BinaryIO, self._bytes), encoding=contract.encoding, newline="")
        self._lines = iter(text)
        self._lines_read = 0
        self._rows_read = 0

    def header_row(self) -> list[str]:
        """Return the next row that is not blank."""
        is_first = not self._rows_read
        while lines := self._next_lines(1):
            (row,) = self._quoted_rows(lines)
            self._rows_read += 1
            if not any(row):
                continue
            if is_first and row[0].startswith(_UTF8_MARK_READ_AS_CP1252):
                raise ReadError(
                    f"bestand is UTF-8, maar het contract zegt {self._encoding}. Zet encoding in "
                    "het contract op utf-8-sig",
                    check_id="S04",
                )
            return [row[0].removeprefix(_BYTE_ORDER_MARK), *row[1:]]
        if self._bytes.length == 0:
            raise ReadError(
                "bestand is leeg (0 bytes). Vraag de leverancier om een nieuwe levering"
            )
        raise ReadError("bestand heeft geen kopregel. Vraag de leverancier om een nieuwe levering")

    def batches(self, width: int) -> Iterator[TextBatch]:
        """Give the rest of the rows; blank rows are left out, rows of another width malformed."""
        pieces: list[_Piece] = []
        while piece := self._next_piece(width):
            pieces.append(piece)
            if len(pieces) * _PIECE_ROWS >= BATCH_ROWS:
                yield _batch(pieces, width)
                pieces = []
        if pieces:
            yield _batch(pieces, width)

    def _next_piece(self, width: int) -> "_Piece | None":
        lines = self._next_lines(_PIECE_ROWS)
        if not lines:
            return None
        first_number = self._rows_read + 1
        cells = self._plain_cells(lines, width)
        if cells is not None:
            self._rows_read += len(lines)
            self._lines_read += len(lines)
            return _Piece(pa.array(range(first_number, self._rows_read + 1), pa.int64()), cells)
        rows = self._quoted_rows(lines)
        self._rows_read += len(rows)
        filled = [(number, row) for number, row in enumerate(rows, first_number) if any(row)]
        whole = [(number, row) for number, row in filled if len(row) == width]
        return _Piece(
            pa.array([number for number, _ in whole], pa.int64()),
            pa.array([cell for _, row in whole for cell in row], pa.string()),
            tuple(
                MalformedRow(number, WRONG_FIELD_COUNT)
                for number, row in filled
                if len(row) != width
            ),
        )

    def _next_lines(self, count: int) -> list[str]:
        try:
            lines = list(islice(self._lines, count))
        except UnicodeError as error:
            raise self._undecodable(error) from None
        if "\0" in "".join(lines):
            number = next(number for number, line in enumerate(lines, 1) if "\0" in line)
            raise ReadError(
                f"regel {self._lines_read + number}: een NUL-teken. Het bestand is beschadigd of "
                "heeft een andere encoding dan het contract zegt",
                check_id="S04",
            )
        return lines

    def _plain_cells(self, lines: list[str], width: int) -> pa.StringArray | None:
        """Return the cells of lines without quotes, blanks and faults, twice as fast; else None."""
        text = "".join(lines).replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
        separators = self._delimiter * (width - 1)
        if (
            '"' in text
            or {line.count(self._delimiter) for line in lines} != {width - 1}
            or f"\n{separators}\n" in f"\n{text}\n"
        ):
            return None
        return pa.array(text.replace("\n", self._delimiter).split(self._delimiter), pa.string())

    def _quoted_rows(self, lines: list[str]) -> list[list[str]]:
        """Return the rows of these lines, and of the lines after it that the last row needs."""
        first_line, rows = self._lines_read + 1, []
        following = self._next_line_after(lines)
        reader = csv.reader(following, delimiter=self._delimiter, strict=True)
        try:
            for row in reader:
                rows.append(row)
                if reader.line_num >= len(lines):
                    break
        except csv.Error:
            line = first_line + sum(map(_line_count, rows))
            raise ReadError(
                f"regel {line}: de aanhalingstekens kloppen niet, waardoor regels in elkaar "
                "kunnen lopen. Laat de leverancier tekst met aanhalingstekens goed exporteren"
            ) from None
        self._lines_read += reader.line_num
        if reader.line_num > len(rows):
            self._refuse_swallowed_rows(rows, first_line)
        return rows

    def _next_line_after(self, lines: list[str]) -> Iterator[str]:
        yield from lines
        while line := self._next_lines(1):
            yield line[0]

    def _undecodable(self, error: UnicodeError) -> ReadError:
        place = "begin van het bestand"
        if isinstance(error, UnicodeDecodeError):
            line, offset = self._bytes.place(len(error.object) - error.start)
            place = f"regel {line}, byte {offset}"
        return ReadError(
            f"{place}: geen geldige {self._encoding}. Zet in het contract de encoding waarmee de "
            "leverancier exporteert, of vraag om een nieuwe levering",
            check_id="S04",
        )

    def _refuse_swallowed_rows(self, rows: list[list[str]], line: int) -> None:
        """Hold a file in which a quoted text holds a line that looks like a row of its own."""
        for row in rows:
            _, *following = _LINE_END.split(self._delimiter.join(row))
            if any(0 < len(row) - 1 <= part.count(self._delimiter) for part in following):
                raise ReadError(
                    f"regel {line}: een aanhalingsteken wordt pas op een latere regel gesloten en "
                    "daartussen staat een hele rij. Laat de leverancier deze rij herstellen"
                )
            line += _line_count(row)


@dataclass(frozen=True)
class _Piece:
    """Some rows, all their cells in one array: a column is every so many cells."""

    row_numbers: pa.Int64Array
    cells: pa.StringArray
    malformed: tuple[MalformedRow, ...] = ()


def _batch(pieces: list[_Piece], width: int) -> TextBatch:
    cells = pa.concat_arrays([piece.cells for piece in pieces])
    return TextBatch(
        row_numbers=pa.concat_arrays([piece.row_numbers for piece in pieces]),
        columns=tuple(
            cells.take(pa.array(np.arange(position, len(cells), width)))
            for position in range(width)
        ),
        malformed=tuple(row for piece in pieces for row in piece.malformed),
    )


def _line_count(row: list[str]) -> int:
    return 1 + sum(len(_LINE_END.findall(cell)) for cell in row)


class _CountedBytes(io.BufferedIOBase):
    """The bytes of a delivery, remembering how far they were read."""

    def __init__(self, data: BinaryIO) -> None:
        self._data = data
        self._last = b""
        self._lines_before_last = 0
        self.length = 0

    def readable(self) -> bool:
        return True

    def read1(self, size: int = -1) -> bytes:
        self._lines_before_last += self._last.count(b"\n")
        self._last = self._data.read(size)
        self.length += len(self._last)
        return self._last

    def place(self, bytes_from_end: int) -> tuple[int, int]:
        """Return line and offset, both from 1, of a byte so far back from the last one read."""
        good = self._last[: max(0, len(self._last) - bytes_from_end)]
        return self._lines_before_last + good.count(b"\n") + 1, self.length - bytes_from_end + 1
