"""The checks that ingest does itself while a delivery passes the door."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from ingest.contracts import SourceContract
from ingest.door import DoorResult, State
from ingest.dutch import number, percentage
from ingest.landing import ColumnCount, Landed
from ingest.typed import TypedCounts, repeated_keys

_FLAG_SHARE = 0.01
_HOLD_SHARE = 0.20
_DROP, _RISE, _MIN_DIFFERENCE = -0.30, 0.50, 50


def own_results(
    contract: SourceContract,
    landed: Landed,
    counts: TypedCounts,
    candidate: Path,
    previous_rows: int | None,
) -> Iterator[DoorResult]:
    """Give the verdicts on structure, encoding, volume, cells and keys of a typed delivery."""
    yield from _structure(contract, landed, counts)
    yield from _encoding(contract, landed)
    yield _volume(contract, counts, previous_rows)
    yield from _cells(contract, landed)
    yield from _keys(contract, counts, candidate)


def refusal(check_id: str, message: str) -> DoorResult:
    """Return the verdict on a delivery as a whole that cannot be taken in."""
    return DoorResult(check_id, None, 1, 1, "afgekeurd", holds=True, message=message)


def _structure(
    contract: SourceContract, landed: Landed, counts: TypedCounts
) -> Iterator[DoorResult]:
    """S02: no rows at all, and optional columns that are not there.

    A question that is missing was not asked, and a required column that is missing was refused
    before anything was read.
    """
    if not counts.rows_in:
        yield refusal(
            "S02",
            "bestand heeft alleen een kopregel. Vraag de leverancier om een nieuwe levering; een "
            "leeg bestand telt nooit als nul",
        )
    for column in contract.landed_columns:
        if not column.question:
            is_missing = not column.required and not landed.missing.isdisjoint(column.sources)
            yield _verdict("S02", column.name, counts.rows_in, is_missing * counts.rows_in, 0)


def _encoding(contract: SourceContract, landed: Landed) -> Iterator[DoorResult]:
    """S04: garbled letters in text that is kept."""
    for column in contract.landed_columns:
        if column.classification == "keep" and column.logical_type == "string" and not column.codes:
            count = landed.counts[column.name]
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


def _volume(contract: SourceContract, counts: TypedCounts, previous_rows: int | None) -> DoorResult:
    """S08: far fewer or far more rows than the last accepted delivery."""
    if not previous_rows:
        return DoorResult("S08", None, counts.rows_in, 0, "niet van toepassing")
    difference = counts.rows_in - previous_rows
    share = difference / previous_rows
    is_jump = abs(difference) >= _MIN_DIFFERENCE and not _DROP <= share <= _RISE
    return _verdict(
        "S08",
        None,
        counts.rows_in,
        is_jump * counts.rows_in,
        0,
        f"{number(counts.rows_in)} rijen, de vorige levering had er {number(previous_rows)} "
        f"({percentage(share)}). Klopt dat, geef de levering dan vrij met 'impactkompas resume "
        f"{contract.source_id}'; vraag anders om een nieuwe levering"
        if is_jump
        else "",
    )


def _cells(contract: SourceContract, landed: Landed) -> Iterator[DoorResult]:
    """S10: cells that do not fit, per raw column, and rows that have no cells to speak of."""
    counts: dict[str, ColumnCount] = defaultdict(ColumnCount)
    for column in contract.landed_columns:
        count = landed.counts[column.name]
        judged = counts["answer_code" if column.question else column.name]
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
            if count.bad > _HOLD_SHARE * count.judged
            else "",
        )
    yield _verdict(
        "S10",
        None,
        landed.rows,
        landed.malformed,
        _FLAG_SHARE,
        f"{number(landed.malformed)} van {number(landed.rows)} rijen hebben een ander aantal "
        f"velden dan de kopregel. Kijk of het scheidingsteken in contracts/{contract.file_name} "
        "nog klopt, of vraag om een nieuwe levering"
        if landed.malformed > _HOLD_SHARE * landed.rows
        else "",
    )


def _keys(contract: SourceContract, counts: TypedCounts, candidate: Path) -> Iterator[DoorResult]:
    """K01: rows that differ and yet have the same key."""
    repeated = list(repeated_keys(candidate, contract))
    if not repeated:
        yield _verdict("K01", contract.key[0], counts.rows_out, 0, 0)
    for key in repeated:
        yield _verdict(
            "K01",
            key.columns[0],
            counts.rows_out,
            key.rows,
            0,
            f"{number(key.rows)} rijen hebben een sleutel ({', '.join(key.columns)}) die een eerdere "
            f"rij ook heeft, als eerste rij {number(key.first_row_number)}. Zoek uit welke rij "
            "geldt en laat de andere uit de export halen",
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
