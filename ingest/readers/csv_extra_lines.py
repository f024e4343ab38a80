"""Lines of delimited text that are no rows, and whether the rows are all there."""

import re

from ingest import dutch
from ingest.contracts import SourceContract
from ingest.readers import MalformedRow, ReadError, header_key
from ingest.readers.no_rows import (
    CLOSING_LINE,
    REPEATED_HEADER,
    UNDECLARED_TOTALS,
    is_closing_line,
    is_header,
    is_totals_line,
    looks_like_totals,
    may_hold_no_rows,
)

_BLANK = " \t\r\n\u00a0\u202f"
_NUMBER_OF_ROWS = r"(\d{1,3}(?:[. ]\d{3})+|\d+)"

_NumberedRow = tuple[int, list[str]]


class ExtraLines:
    """The lines of one file that are no rows: totals, a trailer that counts the rows, headers."""

    def __init__(self, contract: SourceContract) -> None:
        self._total_row = contract.total_row
        self._delimiter = contract.delimiter
        self._trailer = _trailer_pattern(contract.trailer, contract.delimiter)
        self._hints = _hints(self._total_row, contract.trailer)
        self._headers: list[list[str]] = []
        self._words_of_headers: list[list[str]] = []
        self._stated: int | None = None
        self._rows = 0

    def know_header(self, cells: list[str]) -> None:
        """Remember a header row, to know it when it comes again, also in capitals."""
        self._headers.append(cells)
        words = {word for cell in cells for word in cell.lower().split()}
        # The longest is seldom in a row, so that one look mostly suffices.
        self._words_of_headers.append(sorted(words, key=len, reverse=True))

    def may_be_in(self, text: str) -> bool:
        """Say whether such a line may be among these lines; quick, and rarely wrong."""
        if may_hold_no_rows(text) or any(hint in text for hint in self._hints):
            return True
        lowered = text.lower()
        return any(
            all(word in lowered for word in words) for words in self._words_of_headers if words
        )

    def count(self, rows: int) -> None:
        """Count rows; raises ReadError (S05) when they come after the trailer."""
        if rows and self._stated is not None:
            raise ReadError(
                "na de slotregel die het contract noemt (trailer) komen nog rijen. Vraag de "
                "leverancier om een nieuwe levering",
                check_id="S05",
            )
        self._rows += rows

    def take_from(
        self, rows: list[_NumberedRow], text: str
    ) -> tuple[list[_NumberedRow], list[int], list[MalformedRow]]:
        """Return the rows that are rows, the numbers of totals, and what only looks like totals."""
        if not self.may_be_in(text):
            self.count(len(rows))
            return rows, [], []
        kept: list[_NumberedRow] = []
        totals: list[int] = []
        malformed: list[MalformedRow] = []
        for number, row in rows:
            stated = self._trailer and self._trailer.fullmatch(
                header_key(self._delimiter.join(row).strip(_BLANK + self._delimiter))
            )
            if stated:
                self._stated = int(re.sub(r"\D", "", stated[1]))
            elif self._total_row and is_totals_line(row, self._total_row):
                totals.append(number)
            elif looks_like_totals(row):
                malformed.append(MalformedRow(number, UNDECLARED_TOTALS))
            elif is_closing_line(row):
                malformed.append(MalformedRow(number, CLOSING_LINE))
            elif any(is_header(row, header, number) for header in self._headers):
                malformed.append(MalformedRow(number, REPEATED_HEADER))
            else:
                self.count(1)
                kept.append((number, row))
        return kept, totals, malformed

    def judge(self) -> None:
        """Raise ReadError (S05) when the trailer is missing or counts other rows than were read."""
        if self._trailer is None or self._stated == self._rows:
            return
        found = dutch.number(self._rows)
        fault = "de slotregel die het contract noemt (trailer) ontbreekt"
        if self._stated is not None:
            fault = f"de slotregel zegt {dutch.number(self._stated)} rijen, het bestand heeft er "
            fault += found
        raise ReadError(
            f"{fault}: het bestand is niet volledig. Vraag de leverancier om een nieuwe levering",
            check_id="S05",
        )


def _trailer_pattern(trailer: str | None, delimiter: str) -> re.Pattern[str] | None:
    if trailer is None:
        return None
    around = _BLANK + delimiter
    before, after = (re.escape(header_key(part.strip(around))) for part in trailer.split("{rows}"))
    gap = rf"[\s{re.escape(delimiter)}]*"
    return re.compile(f"{before}{gap}{_NUMBER_OF_ROWS}{gap}{after}")


def _hints(*texts: str | None) -> frozenset[str]:
    """Return the first word of every text as it may be written."""
    words = [(text.replace("{rows}", " ").split() or [""])[0] for text in texts if text]
    return frozenset(
        spelled
        for word in words
        for spelled in (word, word.lower(), word.upper(), word.capitalize())
    )
