"""How every source stands: what is loaded of it, how old that is, and what is held."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from ingest import dutch
from ingest.contracts import SourceContract
from ingest.home import Home
from ingest.ledger import Ledger

SourceState = Literal["actueel", "verouderd", "vastgehouden", "ontbreekt"]


@dataclass(frozen=True)
class SourceResult:
    """How a source stands: what raw holds of it, and why the newest delivery is not in it.

    Counts are rows of the delivered file that raw was made from.
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


def source_states(
    home: Home, contracts: Iterable[SourceContract], *, as_of: date
) -> list[SourceResult]:
    """Return how every source stands on `as_of`, without taking anything in."""
    return [source_state(home, contract, as_of) for contract in contracts]


def source_state(home: Home, contract: SourceContract, as_of: date) -> SourceResult:
    """Return how a source stands, by the ledger alone."""
    ledger = Ledger(home.ledger_file)
    current = ledger.current(contract.source_id, as_of)
    held = [
        delivery.held
        for delivery in ledger.deliveries(contract.source_id, as_of)
        if delivery.held and (current is None or delivery.order() >= current.order())
    ]
    result = SourceResult(contract.source_id, "actueel", None)
    if current and (accepted := current.accepted):
        result = replace(
            result,
            data_as_of=current.delivered_on,
            rows_in=accepted.rows_in or 0,
            rows_out=accepted.rows_out or 0,
            rejected=accepted.rejected or 0,
            duplicates=accepted.duplicates or 0,
        )
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
    age = as_of - current.delivered_on
    if contract.max_age_days is not None and age > timedelta(days=contract.max_age_days):
        message = (
            f"{contract.source_id}: de nieuwste levering is van {dutch.day(current.delivered_on)}, "
            f"{age.days} dagen oud. Vraag de leverancier om een nieuwe; tot dan telt deze."
        )
        return replace(result, state="verouderd", message=message)
    return result
