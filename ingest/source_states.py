"""How every source stands: what is loaded of it, how old that is, and what is held."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from ingest import dutch
from ingest.contracts import SourceContract, UnusableContract
from ingest.coverage import expected_name
from ingest.home import Home
from ingest.ledger import Delivery, Ledger
from ingest.originals import Originals

ORIGINAL_GONE = (
    "het origineel is vernietigd, dus deze levering kan niet meer worden ingenomen. Vraag de "
    "leverancier om een nieuwe levering."
)

SourceState = Literal["actueel", "verouderd", "vastgehouden", "ontbreekt"]


@dataclass(frozen=True)
class SourceResult:
    """How a source stands: what raw holds of it, and why the newest delivery is not in it.

    Counts are rows of the delivered files that raw was made from. What is late for longer than
    its contract allows is escalated: the night then ends as if the source were held. Nobody waits
    for a sheet that was never filled in (not `is_awaited`).
    """

    source_id: str
    state: SourceState
    data_as_of: date | None
    rows_in: int = 0
    rows_out: int = 0
    rejected: int = 0
    duplicates: int = 0
    erased: int = 0
    expired: int = 0
    message: str = ""
    held_by: str | None = None
    is_escalated: bool = False
    is_awaited: bool = True


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
    """Return how a source stands on `as_of`, without taking anything in."""
    result = _delivered_state(home, contract, as_of)
    failure = Ledger(home.ledger_file).failure(contract.source_id, as_of)
    if failure is None or contract.origin is None:
        return result
    stays = (
        f"De bron blijft op de stand van {dutch.day(result.data_as_of)}."
        if result.data_as_of
        else "Van deze bron is nog niets ingenomen."
    )
    is_held = result.state == "vastgehouden"
    return replace(
        result,
        state="verouderd" if result.state == "actueel" else result.state,
        message=f"{failure.message} {result.message if is_held else stays}",
    )


def _delivered_state(home: Home, contract: SourceContract, as_of: date) -> SourceResult:
    """Return how a source stands by what was delivered, or pulled, of it."""
    originals = Originals(home, contract.source_id)
    standing = Ledger(home.ledger_file).standing(contract.source_id, as_of)
    accepted = [delivery for delivery in standing if delivery.accepted]
    newest = max((delivery.order() for delivery in accepted), default=None)
    # One that was held until its original was gone waits no more once a newer one came in.
    held = [
        delivery
        for delivery in standing
        if delivery.held
        and (originals.exists(delivery.delivery_id) or newest is None or delivery.order() > newest)
    ]
    result = _loaded(home, contract.source_id, as_of)
    if held and (verdict := held[-1].held):
        stays = "Van deze bron is nog niets ingenomen."
        if accepted and held[-1].order() < accepted[-1].order():
            stays = "De andere leveringen van deze bron tellen wel mee."
        elif accepted:
            stays = f"De bron blijft op de stand van {dutch.day(accepted[-1].delivered_on)}."
        message = " ".join([verdict.message, *_others(held[:-1]), stays])
        if not originals.exists(held[-1].delivery_id):
            message += f" {ORIGINAL_GONE[0].upper()}{ORIGINAL_GONE[1:]}"
        return replace(result, state="vastgehouden", message=message, held_by=verdict.held_by)
    if result.data_as_of is None and _is_unused_sheet(home, contract, as_of):
        message = (
            f"{contract.source_id}: blad '{contract.sheet}' is nog leeg en telt nergens mee. "
            f"Gebruikt u het niet, haal dan contracts/{contract.file_name} weg."
        )
        return replace(result, state="ontbreekt", message=message, is_awaited=False)
    if result.data_as_of is None and contract.origin:
        message = f"{contract.source_id}: er is nog niets opgehaald. Draai een nacht."
        return replace(result, state="ontbreekt", message=message)
    if result.data_as_of is None:
        message = (
            f"{contract.source_id}: er is nog geen levering tot en met {dutch.day(as_of)}. "
            f"Zet {expected_name(contract.path)} in inbox/, met de dag van levering in de naam."
        )
        return replace(result, state="ontbreekt", message=message)
    if late := _late(contract, accepted, as_of):
        return replace(result, state="verouderd", **late)
    return result


def _others(held: list[Delivery]) -> Iterator[str]:
    """Give which other deliveries wait; why is told when the last one is solved."""
    if held:
        yield f"Ook vastgehouden: {', '.join(each.first.file_name for each in held)}."


def _is_unused_sheet(home: Home, contract: SourceContract, as_of: date) -> bool:
    """Say whether others received the workbook that this source, never delivered, is a sheet of."""
    return contract.sheet is not None and any(
        event.event == "received" and contract.arrival(event.file_name, as_of)
        for event in Ledger(home.ledger_file).events()
        if event.delivered_on <= as_of
    )


def _late(contract: SourceContract, accepted: Iterable[Delivery], as_of: date) -> dict[str, Any]:
    """Return what is said of a source whose next delivery is late; nothing when it is in time."""
    data_as_of, scope = _oldest_scope(accepted)
    age = (as_of - data_as_of).days
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
    of_scope = f" van '{scope}'" if scope else ""
    message = (
        f"{contract.source_id}: de nieuwste levering{of_scope} is van {dutch.day(data_as_of)}, "
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
        for is_late in [result.is_awaited and result.state in ("verouderd", "ontbreekt")]
    ]


def _loaded(home: Home, source_id: str, as_of: date) -> SourceResult:
    """Return what raw holds of a source, by the ledger."""
    standing = Ledger(home.ledger_file).standing(source_id, as_of)
    accepted = [delivery for delivery in standing if delivery.accepted]
    verdicts = [delivery.accepted for delivery in accepted if delivery.accepted]
    return SourceResult(
        source_id,
        "actueel",
        data_as_of=_oldest_scope(accepted)[0] if accepted else None,
        rows_in=sum(each.rows_in or 0 for each in verdicts),
        rows_out=sum(each.rows_out or 0 for each in verdicts),
        rejected=sum(each.rejected or 0 for each in verdicts),
        duplicates=sum(each.duplicates or 0 for each in verdicts),
        erased=sum(each.erased or 0 for each in verdicts),
        expired=sum(each.expired or 0 for each in verdicts),
    )


def _oldest_scope(accepted: Iterable[Delivery]) -> tuple[date, str]:
    """Return up to which day the source is known in all its scopes, and which lags the most.

    A delivery knows nothing of the days after its period, however late it was made.
    """
    newest: dict[str, date] = {}
    for delivery in accepted:
        known_until = min(delivery.delivered_on, delivery.coverage.period_end or date.max)
        scope = delivery.coverage.scope
        newest[scope] = max(known_until, newest.get(scope, date.min))
    return min((day, scope) for scope, day in newest.items())


def unclaimed(home: Home, contracts: Iterable[SourceContract]) -> list[str]:
    """Return what to say of files in the inbox that no contract takes; their names may be persons'.

    Such a file waits there for ever, while its source is only said to be late.
    """
    known = list(contracts)
    count = sum(
        file.is_symlink() or not any(contract.arrival(file.name, date.max) for contract in known)
        for file in home.inbox.glob("*")
        if file.is_file() and not file.name.startswith(".")
    )
    if not count:
        return []
    sentence = (
        f"Aantal bestanden in inbox/ dat bij geen bruikbaar contract past: {dutch.number(count)}. "
        "Hernoem wat een levering is zoals path in haar contract zegt, of begin met "
        "'impactkompas source new'."
    )
    return [sentence]
