"""Rows of delimited text with quotes: cells over several lines, and quotes that do not fit."""

import csv
import re
from collections.abc import Iterator
from itertools import accumulate, pairwise

from ingest.readers import ReadError
from ingest.readers.csv_text import line_ends

# The longest text that a cell may hold: an unclosed quote would otherwise read the whole file.
csv.field_size_limit(16 * 1024 * 1024)


class Quotes:
    """Reads the rows of one file in which cells may stand between quotes."""

    def __init__(self, delimiter: str, quote: str) -> None:
        self._delimiter, self._quote = delimiter, quote
        self._blank = "".join(each for each in " \t\u00a0" if each != delimiter)
        self._opens_every_row = bool(quote)
        d, q, b = re.escape(delimiter), re.escape(quote or '"'), f"[{self._blank}]*"
        self._padded = re.compile(f"[{self._blank}]{q}|{q}[{self._blank}]")
        self._closing = re.compile(f"(?:[^{q}]|{q}{q})*{q}(?!{q})")
        opened = f"{q}(?:[^{q}]|{q}{q})*"
        self._field = re.compile(
            rf"(^|{d})(?:{b}({opened}{q}){b}(?={d}|[\r\n]*\Z)|{b}({opened})\Z|([^{d}]*))"
        )

    def rows(
        self, lines: list[str], following: Iterator[str], first_line: int, width: int
    ) -> tuple[list[list[str]], int]:
        """Return the rows of these lines, and how many lines they are.

        What the last row needs more is taken from `following`. Raises ReadError when quotes do not
        fit, or when one text between quotes holds a line that may be a row of `width` cells.
        """
        rows: list[list[str]] = []
        fed: list[str] = []
        reader = csv.reader(
            self._fed(lines, following, rows, fed),
            delimiter=self._delimiter,
            quotechar=self._quote or None,
            quoting=csv.QUOTE_MINIMAL if self._quote else csv.QUOTE_NONE,
            strict=True,
        )
        try:
            for row in reader:
                rows.append(row)
                if len(fed) >= len(lines):
                    break
        except csv.Error:
            number = first_line + sum(map(_line_count, rows))
            raise ReadError(
                f"regel {number}: de aanhalingstekens kloppen niet, waardoor regels in elkaar "
                "kunnen lopen. Laat de leverancier tekst met aanhalingstekens goed exporteren"
            ) from None
        starts = list(accumulate(map(_line_count, rows), initial=0))
        self._opens_every_row &= all(
            self._is_open(fed[start]) for row, start in zip(rows, starts, strict=False) if row
        )
        for row, (start, end) in zip(rows, pairwise(starts), strict=True):
            for line in fed[start + 1 : end]:
                if self._may_be_row(line, max(len(row), width)):
                    raise ReadError(
                        f"regel {first_line + start}: een aanhalingsteken wordt pas op een latere "
                        "regel gesloten en daartussen staat een hele rij. Laat de leverancier deze "
                        "rij herstellen"
                    )
        return rows, len(fed)

    def saw_rows_without(self) -> None:
        """Remember that there are rows without quotes, so that no row has to start with one."""
        self._opens_every_row = False

    def _fed(
        self, lines: list[str], following: Iterator[str], rows: list[list[str]], fed: list[str]
    ) -> Iterator[str]:
        rows_before = -1
        for each in (lines, following):
            for line in each:
                # The line before gave no row, so its last text goes on in this line.
                is_inside = len(rows) == rows_before
                rows_before = len(rows)
                fed.append(line)
                yield self._without_padding(line, is_inside)

    def _without_padding(self, line: str, is_inside: bool) -> str:
        """Return the line without spaces between a delimiter and a quote: csv knows none there."""
        if not self._quote or self._quote not in line or not self._padded.search(line):
            return line
        inside = ""
        if is_inside:
            closing = self._closing.match(line)
            if closing is None:
                return line
            inside, line = closing.group(), line[closing.end() :].lstrip(self._blank)
        return inside + self._field.sub(r"\1\2\3\4", line)

    def _is_open(self, line: str) -> bool:
        return bool(self._quote) and line.lstrip(self._blank).startswith(self._quote)

    def _may_be_row(self, line: str, width: int) -> bool:
        """Say whether this line out of a text between quotes may be a row that was swallowed.

        It is not when it lacks cells, nor when all rows start with a quote and it does not.
        """
        if line.count(self._delimiter) < width - 1:
            return False
        return self._is_open(line) or not self._opens_every_row


def _line_count(row: list[str]) -> int:
    return 1 + sum(map(line_ends, row))
