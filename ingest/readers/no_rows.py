"""Lines of a table that are no rows: totals, the header once more, and rules of dashes."""

import re
from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ingest.columns import INVISIBLE
from ingest.readers import ReadError, header_key

UNDECLARED_TOTALS = "lijkt een totaalregel; zet totalRow in het contract"
CLOSING_LINE = "lijkt een slotregel van een afdruk"
REPEATED_HEADER = "de kopregel staat hier nog eens"

# A colon, and the number itself when it stands in the same cell.
_BEHIND = r"[\s:=\d.,]*"
_TOTAL = r"(?:(?:eind|sub|deel|tussen)?totaal|totalen|(?:grand |sub)?total)"
_TOTALS = re.compile(_TOTAL + _BEHIND)
# An ordinary text may begin so too: these are totals only in a line with few other cells.
_IN_SPARSE_LINE = re.compile(
    rf"{_TOTAL}|(?:tot\.|(?:som|sum|aantal|gemiddelden?|average|count|[σ∑])(?!\w))"
)
_AROUND = " *#=>()[]-"
_RULE = re.compile(r"--+|==+|__+")
# How a line begins that may be looked at more closely, and what such a line says anywhere: quick,
# and rarely so.
_MAY_BE_NO_ROW = (
    rf"\n.?(?:--|==|__|[\s\p{{Z}}{re.escape(_AROUND)}]*(?:[Ss][Oo][Mm]|[Ss][Uu][Mm]|[Tt][Oo][Tt]\."
    r"|[Σσ∑]|[Aa][Aa][Nn][Tt]|[Gg][Ee][Mm][Ii]|[Aa][Vv][Ee]|[Cc][Oo][Uu][Nn]))"
    r"|(?i:tota|afgedrukt |gegenereerd |geëxporteerd |pagina 1)"
)
# Two cells the other way round may be a row like any other.
_FEWEST_NAMES = 2
# What a program says of itself below a list, in the first cell.
_CLOSING = re.compile(
    r"(?:afgedrukt|gegenereerd|geëxporteerd)(?: op| door|:)|pagina \d+(?: van|/|$)"
)


def may_hold_no_rows(lines: str) -> bool:
    """Say whether one of these lines may be no row by how it begins or what it says of totals."""
    text = pa.array([f"\n{lines}"], pa.string())
    return bool(pc.match_substring_regex(text, _MAY_BE_NO_ROW)[0].as_py())


def is_totals_line(cells: Iterable[str], word: str) -> bool:
    """Say whether the first filled cell is this word, perhaps with a colon or number behind it."""
    return re.fullmatch(re.escape(header_key(word)) + _BEHIND, _first_filled(cells)) is not None


def looks_like_totals(cells: Sequence[str]) -> bool:
    """Say whether a line looks like totals, so that it is no row even if nobody declared it.

    What begins as totals do and goes on in words is so only if at least half of the cells are
    blank: 'Subtotaal Noord', 'Aantal'.
    """
    if _TOTALS.fullmatch(_first_filled(cells)):
        return True
    begins_so = _IN_SPARSE_LINE.match(header_key(cells[0]).strip(_AROUND))
    return begins_so is not None and 2 * sum(map(bool, map(str.strip, cells))) <= len(cells)


def is_closing_line(cells: Sequence[str]) -> bool:
    """Say whether a line tells of the export itself: who made it, when, and on which page."""
    return _CLOSING.match(_first_filled(cells)) is not None


def is_rule(cells: Sequence[str]) -> bool:
    """Say whether a line holds nothing but dashes or the like, as below a header."""
    return _RULE.fullmatch(cells[0]) is not None and all(
        not cell.strip() or _RULE.fullmatch(cell.strip()) for cell in cells
    )


def is_header(cells: Sequence[str], header: Sequence[str], row_number: int) -> bool:
    """Say whether a line is the header once more, as at the top of a printed page.

    Raises ReadError when its columns stand in another order: so do those of the rows below it.
    """
    again, first = ([header_key(name.strip(INVISIBLE)) for name in row] for row in (cells, header))
    is_turned = again != first and sorted(again) == sorted(first)
    if is_turned and sum(map(bool, first)) > _FEWEST_NAMES:
        raise ReadError(
            f"rij {row_number} is een kopregel met de kolommen in een andere volgorde dan boven "
            "aan het bestand. Vraag de leverancier om een bestand per export"
        )
    return again == first


def _first_filled(cells: Iterable[str]) -> str:
    keys = (header_key(cell).strip(_AROUND) for cell in cells)
    return next(filter(None, keys), "")
