"""Reads delimited text in the declared dialect: nothing is guessed, nothing is skipped."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ingest import dutch
from ingest.contracts import SourceContract
from ingest.readers import (
    BATCH_ROWS,
    MalformedRow,
    ReadError,
    TextBatch,
    TextTable,
)
from ingest.readers.csv_blocks import ordinary_rows
from ingest.readers.csv_extra_lines import ExtraLines
from ingest.readers.csv_quotes import Quotes
from ingest.readers.csv_text import DeliveredText
from ingest.readers.no_rows import is_rule

WRONG_FIELD_COUNT = "aantal velden klopt niet"
NO_LINE_END = "laatste regel zonder regeleinde, misschien afgebroken"
# What fits in memory at once: a file of a thousand columns gives batches of fewer rows.
_BATCH_CELLS = 20 * BATCH_ROWS
_BLANK = " \t\r\n\u00a0\u202f"
_BYTE_ORDER_MARK = "\ufeff"
# Excel writes and reads this above the header, and never shows it.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[;,\t| ]*[\r\n]*', re.IGNORECASE)

_Numbers = npt.NDArray[np.int64]


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read a file with one header row."""
    file = CsvFile(data, contract, may_lack_line_end=contract.is_last_line_end_optional)
    header = file.header_row()
    return TextTable(tuple(header), file.batches(len(header)))


class CsvFile:
    """The rows of one CSV file, from top to bottom: first the header rows, then the batches.

    Every method raises ReadError when the bytes are not text in the declared encoding (S04), when
    a quote is not closed or not where it should be, when a quoted text seems to have swallowed a
    row, and when the trailer of the contract is missing or tells another number of rows (S05).
    """

    def __init__(
        self, data: BinaryIO, contract: SourceContract, *, may_lack_line_end: bool
    ) -> None:
        self._text = DeliveredText(data, contract.encoding)
        self._delimiter, self._quote = contract.delimiter, contract.quote_character
        self._quotes = Quotes(self._delimiter, self._quote)
        self._extra = ExtraLines(contract)
        self._declared_header = contract.header_row or 0
        self._may_lack_line_end = may_lack_line_end
        self._lines_read = 0
        self._rows_read = 0
        self._header_number = 0
        self._is_whole_at_end = True

    def header_row(self) -> list[str]:
        """Return the row where the contract says the header is, or else the next filled one."""
        while line := self._text.line():
            if self._lines_read == 0:
                line = line.removeprefix(_BYTE_ORDER_MARK)
                if self._is_separator_line(line):
                    self._lines_read += 1
                    continue
            (row,) = self._quoted_rows([line], width=0)
            self._rows_read += 1
            if self._rows_read < self._declared_header:
                continue
            if not _is_blank(row):
                self._header_number = self._rows_read
                self._extra.know_header(row)
                return row
            if self._rows_read == self._declared_header:
                raise ReadError(
                    f"rij {self._declared_header} is leeg, terwijl de kopregel daar volgens het "
                    "contract staat. Pas headerRow aan"
                )
        if self._text.is_empty:
            raise ReadError(
                "bestand is leeg (0 bytes). Vraag de leverancier om een nieuwe levering"
            )
        raise ReadError("bestand heeft geen kopregel. Vraag de leverancier om een nieuwe levering")

    def batches(self, width: int) -> Iterator[TextBatch]:
        """Give the rest of the rows; blank rows are left out, rows of another width malformed.

        So is a last row without a line end, which may have been cut off, unless it may lack one.
        """
        pieces: list[_Piece] = []
        while block := self._text.block():
            pieces.append(self._ordinary_piece(block, width) or self._other_piece(block, width))
            rows = sum(len(piece.row_numbers) for piece in pieces)
            if rows >= BATCH_ROWS or rows * width >= _BATCH_CELLS:
                yield _batch(pieces, width)
                pieces = []
        if pieces:
            yield _batch(pieces, width)
        self._extra.judge()

    def _ordinary_piece(self, block: str, width: int) -> "_Piece | None":
        """Return the rows of a block without anything to look at closer, all at once; else None."""
        is_whole = self._may_lack_line_end or _ends_whole(block)
        if not is_whole or self._extra.may_be_in(block):
            return None
        rows = ordinary_rows(block, self._delimiter, self._quote, width)
        if rows is None:
            return None
        if not rows.are_opened_by_quotes:
            self._quotes.saw_rows_without()
        first_number = self._rows_read + 1
        self._rows_read += rows.count
        self._lines_read += rows.count
        self._extra.count(rows.count)
        return _Piece(np.arange(first_number, self._rows_read + 1), rows.cells)

    def _other_piece(self, block: str, width: int) -> "_Piece":
        """Return the rows of any block, and what they take of the lines after it."""
        lines = io.StringIO(block, newline="").readlines()
        first_number = self._rows_read + 1
        rows = self._quoted_rows(lines, width)
        self._rows_read += len(rows)
        filled = [(at, row) for at, row in enumerate(rows, first_number) if not _is_blank(row)]
        kept, totals, malformed = self._extra.take_from(filled, block)
        if kept and kept[-1][0] == self._rows_read and not self._is_whole_at_end:
            malformed.append(MalformedRow(kept.pop()[0], NO_LINE_END))
        whole = [(at, row) for at, row in kept if len(row) == width]
        if kept and not whole and first_number == self._header_number + 1:
            at, row = kept[0]
            raise ReadError(
                f"rij {at} heeft {dutch.number(len(row))} velden, de kopregel "
                f"{dutch.number(width)}; geen rij past. Kijk of delimiter, quoteCharacter en "
                "headerRow in het contract kloppen"
            )
        malformed += [MalformedRow(at, WRONG_FIELD_COUNT) for at, row in kept if len(row) != width]
        return _Piece(
            np.array([at for at, _ in whole], np.int64),
            pa.array([cell for _, row in whole for cell in row], pa.string()),
            tuple(malformed),
            tuple(totals),
        )

    def _quoted_rows(self, lines: list[str], width: int) -> list[list[str]]:
        last = lines[-1]

        def following() -> Iterator[str]:
            nonlocal last
            while line := self._text.line():
                last = line
                yield line

        rows, lines_read = self._quotes.rows(lines, following(), self._lines_read + 1, width)
        self._is_whole_at_end = self._may_lack_line_end or _ends_whole(last)
        self._lines_read += lines_read
        return rows

    def _is_separator_line(self, line: str) -> bool:
        """Say whether this is a first line as 'sep=;'; raise if the contract says otherwise."""
        stated = _SEPARATOR_LINE.fullmatch(line)
        if stated and stated[1] != self._delimiter:
            raise ReadError(
                f"regel 1 zegt dat het scheidingsteken '{stated[1]}' is, het contract "
                f"'{self._delimiter}'. Zet delimiter in het contract goed"
            )
        return stated is not None


def _is_blank(row: list[str]) -> bool:
    return not any(map(str.strip, row)) or is_rule(row)


def _ends_whole(text: str) -> bool:
    return text.endswith(("\n", "\r"))


@dataclass(frozen=True)
class _Piece:
    """Some rows, all their cells in one array: a column is every so many cells."""

    row_numbers: _Numbers
    cells: pa.StringArray
    malformed: tuple[MalformedRow, ...] = ()
    totals: tuple[int, ...] = ()


def _batch(pieces: list[_Piece], width: int) -> TextBatch:
    cells = pa.concat_arrays([piece.cells for piece in pieces])
    return TextBatch(
        row_numbers=pa.array(np.concatenate([piece.row_numbers for piece in pieces])),
        columns=tuple(
            cells.take(pa.array(np.arange(position, len(cells), width)))
            for position in range(width)
        ),
        malformed=tuple(row for piece in pieces for row in piece.malformed),
        totals=tuple(number for piece in pieces for number in piece.totals),
    )
