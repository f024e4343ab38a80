"""How every source stands: what is loaded of it, how old that is, and what is held."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from ingest import dutch
from ingest.contracts import SourceContract, UnusableContract
from ingest.home import Home
from ingest.ledger import Ledger

SourceState = Literal["actueel", "verouderd", "vastgehouden", "ontbreekt"]


@dataclass(frozen=True)
class SourceResult:
    """How a source stands: what raw holds of it, and why the newest delivery is not in it.

    Counts are rows of the delivered file that raw was made from. What is late for longer than
    its contract allows is escalated: the night then ends as if the source were held.
    """

    source_id: str
    state: SourceState
    data_as_of: date | None
    rows_in: int = 0
    rows_out: int = 0
    rejected: int = 0
    duplicates: int = 0
    message: str = ""
    held_by: str | None = None
    is_escalated: bool = False


def source_states(
    home: Home, contracts: Iterable[SourceContract], *, as_of: date
) -> list[SourceResult]:
    """Return how every source stands on `as_of`, without taking anything in."""
    return [source_state(home, contract, as_of) for contract in contracts]


def unusable_states(
    home: Home, contracts: Iterable[UnusableContract], *, as_of: date
) -> list[SourceResult]:
    """Return how the sources stand whose contract cannot be used; a draft is no source yet."""
    return [
        replace(
            _loaded(home, contract.source_id, as_of),
            state="vastgehouden",
            message=f"{contract.message} Tot dan blijft deze bron zoals zij was.",
            held_by="S02",
        )
        for contract in contracts
        if not contract.is_draft
    ]


def source_state(home: Home, contract: SourceContract, as_of: date) -> SourceResult:
    """Return how a source stands, by the ledger alone."""
    ledger = Ledger(home.ledger_file)
    current = ledger.current(contract.source_id, as_of)
    held = [
        delivery.held
        for delivery in ledger.deliveries(contract.source_id, as_of)
        if delivery.held and (current is None or delivery.order() >= current.order())
    ]
    result = _loaded(home, contract.source_id, as_of)
    if held:
        stays = (
            f"De bron blijft op de stand van {dutch.day(current.delivered_on)}."
            if current
            else "Van deze bron is nog niets ingenomen."
        )
        message = f"{held[-1].message} {stays}"
        return replace(result, state="vastgehouden", message=message, held_by=held[-1].held_by)
    if current is None:
        expected = contract.path.replace("{delivered_on}", "<jjjjmmdd>")
        message = (
            f"{contract.source_id}: er is nog geen levering tot en met {dutch.day(as_of)}. "
            f"Zet {expected} in inbox/, met de dag van levering in de naam."
        )
        return replace(result, state="ontbreekt", message=message)
    if late := _late(contract, current.delivered_on, as_of):
        return replace(result, state="verouderd", **late)
    return result


def _late(contract: SourceContract, delivered_on: date, as_of: date) -> dict[str, Any]:
    """Return what is said of a source whose next delivery is late; nothing when it is in time."""
    age = (as_of - delivered_on).days
    if contract.max_age_days is None or age <= contract.max_age_days:
        return {}
    is_escalated = age - contract.max_age_days >= contract.escalation_days
    owner = f" ({contract.owner})" if contract.owner else ""
    remedy = (
        f"Dit duurt al {age - contract.max_age_days} dagen te lang: laat de eigenaar{owner} met de "
        "leverancier bellen; cijfers uit deze bron zijn niet actueel."
        if is_escalated
        else "Vraag de leverancier om een nieuwe; tot dan telt deze."
    )
    message = (
        f"{contract.source_id}: de nieuwste levering is van {dutch.day(delivered_on)}, "
        f"{age} dagen oud. {remedy}"
    )
    return {"message": message, "is_escalated": is_escalated}


def arrival_results(states: Iterable[SourceResult]) -> list[dict[str, Any]]:
    """Return check S01 per source, as rows of run.door_results: is there a delivery in time?"""
    return [
        {
            "check_id": "S01",
            "source_id": result.source_id,
            "column_name": None,
            "n_applicable": 1,
            "n_hit": int(is_late),
            "state": "afgekeurd" if is_late else "akkoord",
        }
        for result in states
        for is_late in [result.state in ("verouderd", "ontbreekt")]
    ]


def _loaded(home: Home, source_id: str, as_of: date) -> SourceResult:
    """Return what raw holds of a source, by the ledger."""
    current = Ledger(home.ledger_file).current(source_id, as_of)
    if current is None or current.accepted is None:
        return SourceResult(source_id, "actueel", None)
    return SourceResult(
        source_id,
        "actueel",
        data_as_of=current.delivered_on,
        rows_in=current.accepted.rows_in or 0,
        rows_out=current.accepted.rows_out or 0,
        rejected=current.accepted.rejected or 0,
        duplicates=current.accepted.duplicates or 0,
    )
