"""The checks that only ingest can do: on the text of a delivery, before it is typed."""

from collections import defaultdict
from collections.abc import Iterator

from ingest.contracts import SourceContract
from ingest.door import DoorResult, State
from ingest.dutch import number
from ingest.landing import ColumnCount, Landed

# S10 per column: above the first share the column is suspect, above the second the source waits.
_FLAG_SHARE = 0.01
_HOLD_SHARE = 0.20
# A delta of a few rows with one that does not fit is no sign that the source is read wrongly.
_FEWEST_OF_DELTA = 100


def own_results(contract: SourceContract, landed: Landed) -> Iterator[DoorResult]:
    """Give the verdicts on what was read, before it is typed.

    They are about columns and rows (S02, S03, S05), contents (S06), BSN's (S11), encoding (S04)
    and cells (S10).
    """
    yield from _structure(contract, landed)
    yield _strange_columns(contract, landed)
    # The same contents as before are skipped unread: what was read is news.
    yield DoorResult("S06", None, 1, 0, "akkoord")
    yield _completeness(contract, landed)
    # Landing refuses a delivery with BSN's where none belong: what has landed passed this check.
    yield DoorResult("S11", None, landed.rows, 0, "akkoord")
    yield from _encoding(contract, landed)
    yield from _date_order(contract, landed)
    yield from _cells(contract, landed)


def refusal(check_id: str, message: str) -> DoorResult:
    """Return the verdict on a delivery as a whole that cannot be taken in."""
    return DoorResult(check_id, None, 1, 1, "afgekeurd", holds=True, message=message)


def repetition(message: str) -> DoorResult:
    """Return the verdict on a delivery that is skipped because its contents came in before."""
    return DoorResult("S06", None, 1, 1, "afgekeurd", message=message)


def breakdown(place: str) -> DoorResult:
    """Return the verdict on a delivery that could not be judged, because reading it broke down."""
    message = (
        f"bestand kon niet gelezen worden ({place}). Meld dit als storing; de bijzonderheden staan "
        "in logs/nacht.log"
    )
    return DoorResult("S02", None, 1, 1, "fout", holds=True, message=message)


def _structure(contract: SourceContract, landed: Landed) -> Iterator[DoorResult]:
    """Judge whether there are rows at all; a missing column was refused before reading any.

    A delta without rows says that nothing changed.
    """
    if not landed.rows and contract.coverage != "delta":
        yield refusal(
            "S02",
            "bestand heeft alleen een kopregel. Vraag de leverancier om een nieuwe levering; een "
            "leeg bestand telt nooit als nul",
        )


def _strange_columns(contract: SourceContract, landed: Landed) -> DoorResult:
    """Count the columns that the contract does not know; a name there may be that of a person."""
    headings = landed.headings
    strange = headings.unknown_columns
    told = (
        f"{number(strange)} van {number(headings.columns)} kolommen staan niet in "
        f"contracts/{contract.file_name} en zijn niet gelezen. Neem daarin op wat nodig is"
        if strange
        else ""
    )
    state: State = "afgekeurd" if strange else "akkoord"
    return DoorResult("S03", None, headings.columns, strange, state, message=told)


def _completeness(contract: SourceContract, landed: Landed) -> DoorResult:
    """Say whether the rows were counted: a reader refuses a trailer that is missing or wrong.

    Totals lines are no rows: the message tells which were left out, so that they can be explained.
    """
    told = ""
    if landed.totals:
        numbers = ", ".join(map(str, landed.totals))
        told = f"rij {numbers} is een totaalregel en telt niet mee"
    if contract.trailer is None:
        return DoorResult("S05", None, 0, 0, "niet van toepassing", message=told)
    return DoorResult("S05", None, landed.rows, 0, "akkoord", message=told)


def _encoding(contract: SourceContract, landed: Landed) -> Iterator[DoorResult]:
    """Judge whether there are garbled letters in text that is kept, or behind a pseudonym.

    A garbled name gives another pseudonym, but no figure shows it: that never holds a delivery.
    """
    for column in contract.landed_columns:
        count = landed.counts[column.name]
        if column.classification == "pseudonymise":
            yield _verdict("S04", column.name, count.judged, count.garbled, 0)
        if column.classification == "keep" and column.logical_type == "string" and not column.codes:
            yield _verdict(
                "S04",
                column.name,
                count.judged,
                count.garbled,
                0,
                f"kolom '{column.sources[0]}' heeft {number(count.garbled)} cellen met verminkte "
                f"letters. Zet in contracts/{contract.file_name} de encoding waarmee de "
                "leverancier exporteert"
                if count.garbled
                else "",
            )


def _date_order(contract: SourceContract, landed: Landed) -> Iterator[DoorResult]:
    """Hold a delivery of which all dates have day and month the other way round.

    Those that fit both ways would be wrong without anybody noticing.
    """
    for column in contract.landed_columns:
        if landed.counts[column.name].date_order.is_turned and not contract.is_by_hand:
            yield refusal(
                "S10",
                f"kolom '{column.sources[0]}' heeft een maand boven de 12 en nergens een dag boven "
                f"de 12: dag en maand staan andersom dan dateFormat in "
                f"contracts/{contract.file_name} zegt; pas dat aan",
            )


def _cells(contract: SourceContract, landed: Landed) -> Iterator[DoorResult]:
    """Judge how many cells do not fit, per raw column."""
    counts: dict[str, ColumnCount] = defaultdict(ColumnCount)
    for column in contract.landed_columns:
        count = landed.counts[column.name]
        judged = counts[column.raw_name]
        judged.judged += count.judged
        judged.bad += count.bad
    for name, count in counts.items():
        yield _verdict(
            "S10",
            name,
            count.judged,
            count.bad,
            _FLAG_SHARE,
            f"kolom '{name}': {number(count.bad)} van {number(count.judged)} cellen passen niet. "
            f"Kijk of datumnotatie, decimaalteken of codelijst in contracts/{contract.file_name} "
            "nog klopt"
            if not contract.is_by_hand
            and count.bad > _HOLD_SHARE * count.judged
            and (contract.coverage != "delta" or count.judged >= _FEWEST_OF_DELTA)
            else "",
        )


def _verdict(
    check_id: str,
    column_name: str | None,
    n_applicable: int,
    n_hit: int,
    flag_share: float,
    hold_message: str = "",
) -> DoorResult:
    """Return a verdict; a message says why it holds the delivery, without one it does not."""
    state: State = "akkoord"
    if not n_applicable:
        state = "niet van toepassing"
    elif n_hit > flag_share * n_applicable:
        state = "afgekeurd"
    holds = bool(hold_message)
    return DoorResult(check_id, column_name, n_applicable, n_hit, state, holds, hold_message)
