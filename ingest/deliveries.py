"""Takes in the deliveries of a source: received, judged at the door, and accepted or held."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import pyarrow.parquet as pq

from ingest import door_checks, dutch
from ingest.bsn import mask_file_name
from ingest.contracts import SourceContract
from ingest.door import DoorBatch, DoorResult
from ingest.home import Home, replace_durably
from ingest.landing import Landed, Landing
from ingest.ledger import Delivery, Ledger, LedgerEvent
from ingest.originals import OriginalError, Originals
from ingest.personal_data import PersonalData, Postcodes
from ingest.pseudonyms import Pseudonyms
from ingest.raw_tables import CONTRACTED_SOURCES, WORKBOOK_SOURCE, raw_tables
from ingest.readers import ReadError, open_reader
from ingest.typed import TypedCounts, provenance, write_scale, write_typed

Judge = Callable[[DoorBatch], Iterable[DoorResult]]
Progress = Callable[[int], None]
SourceState = Literal["actueel", "verouderd", "vastgehouden", "ontbreekt"]


class DeliveryError(Exception):
    """Something asked of a delivery that cannot be done; the message is Dutch."""


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


def take_in(
    home: Home,
    contract: SourceContract,
    *,
    as_of: date,
    judge: Judge,
    on_progress: Progress | None = None,
) -> SourceResult:
    """Take in everything that was delivered for a source up to and with `as_of`.

    Held deliveries are tried again, with the contract as it is now. `judge` gives the verdicts on
    the typed rows, beside those of ingest on the text. `on_progress` gets the number of rows read
    of the delivery at hand. A delivery that is held leaves the last good rows in raw.
    """
    intake = _Intake(home, contract, as_of)
    intake.sweep()
    intake.receive()
    intake.decide(judge, on_progress)
    intake.restore_raw()
    return _state(home, contract, as_of)


def source_states(
    home: Home, contracts: Iterable[SourceContract], *, as_of: date
) -> list[SourceResult]:
    """Return how every source stands on `as_of`, without taking anything in."""
    return [_state(home, contract, as_of) for contract in contracts]


def rebuild_raw(home: Home, contracts: Iterable[SourceContract], *, as_of: date) -> None:
    """Make raw what landing and ledger say, for these contracts and no others.

    A file that is missing or not of the newest accepted delivery is written again; the file of a
    contract that is no longer there goes. What the meetplan filled is not of a contract.
    """
    known = {WORKBOOK_SOURCE}
    for contract in contracts:
        _Intake(home, contract, as_of).restore_raw()
        known.add(contract.source_id)
    for source_name in CONTRACTED_SOURCES:
        for file in (home.raw / source_name).glob("*/*.parquet"):
            if file.stem not in known and not file.stem.startswith("_"):
                file.unlink()


def resume(home: Home, source_id: str) -> str:
    """Let the delivery that is held for its number of rows through, from the next night on.

    Returns a Dutch sentence; raises DeliveryError when no delivery is held for that.
    """
    ledger = Ledger(home.ledger_file)
    for delivery in reversed(ledger.deliveries(source_id, date.max)):
        if delivery.accepted and not delivery.held:
            break
        if delivery.held and delivery.held.held_by == "S08":
            ledger.append(replace(delivery.first, event="resumed", message="Vrijgegeven."))
            return f"{delivery.first.file_name} is vrijgegeven en gaat de volgende nacht mee."
    raise DeliveryError(
        f"Van {source_id} wordt geen levering vastgehouden om haar aantal rijen. "
        "Kijk met 'impactkompas status' wat er vastgehouden wordt en waarom."
    )


def door_results(home: Home) -> list[dict[str, Any]]:
    """Return the verdicts on the newest judged delivery of every source, as run.door_results."""
    newest: dict[str, LedgerEvent] = {}
    for event in Ledger(home.ledger_file).events():
        if event.event in ("accepted", "held"):
            newest[event.source_id] = event
    columns = raw_tables()["run", "door_results"].columns
    return [
        {
            name: value
            for name, value in (asdict(result) | {"source_id": source_id}).items()
            if name in columns
        }
        for source_id, event in newest.items()
        for result in event.door
    ]


class _Intake:
    """The work of one night on one source."""

    def __init__(self, home: Home, contract: SourceContract, as_of: date) -> None:
        self._home, self._contract, self._as_of = home, contract, as_of
        self._ledger = Ledger(home.ledger_file)
        self._originals = Originals(home, contract.source_id)
        self._landing_folder = home.landing / contract.source_id
        self._raw_file = contract.table.folder(home.raw) / f"{contract.source_id}.parquet"
        self._unfinished = self._landing_folder / "landing.unfinished"
        self._candidate = self._raw_file.with_suffix(".candidate")

    def sweep(self) -> None:
        """Make the folders, and remove what a night that was broken off left behind."""
        self._landing_folder.mkdir(parents=True, exist_ok=True)
        self._raw_file.parent.mkdir(parents=True, exist_ok=True)
        self._unfinished.unlink(missing_ok=True)
        self._candidate.unlink(missing_ok=True)

    def receive(self) -> None:
        """Move every delivery in the inbox to the originals, encrypted; oldest day first."""
        arrivals = [
            (delivered_on, file)
            for file in sorted(self._home.inbox.iterdir())
            if file.is_file()
            and (delivered_on := self._contract.delivered_on(file.name, self._as_of))
            and delivered_on <= self._as_of
        ]
        for delivered_on, file in sorted(arrivals):
            self._receive(file, delivered_on)

    def _receive(self, file: Path, delivered_on: date) -> None:
        with file.open("rb") as clear:
            sha256 = hashlib.file_digest(clear, "sha256").hexdigest()
        arrival = LedgerEvent(
            event="received",
            source_id=self._contract.source_id,
            delivery_id=f"{delivered_on:%Y%m%d}-{sha256[:12]}",
            sha256=sha256,
            file_name=mask_file_name(file.name),
            delivered_on=delivered_on,
            size=file.stat().st_size,
        )
        current = self._ledger.current(self._contract.source_id, self._as_of)
        if known := self._known(sha256, delivered_on, current):
            self._skip(arrival, known, f"dezelfde inhoud als {known.first.file_name}")
        else:
            with file.open("rb") as clear:
                if self._originals.store(arrival.delivery_id, clear) != sha256:
                    # Somebody is still writing it: the next night finds the whole file.
                    self._originals.remove(arrival.delivery_id)
                    return
            self._ledger.append(arrival)
            if current and delivered_on < current.delivered_on:
                stand = f"de stand van {dutch.day(current.delivered_on)}"
                self._skip(arrival, None, f"ouder dan {stand}, die daarom blijft")
        file.unlink()

    def _skip(self, arrival: LedgerEvent, known: Delivery | None, reason: str) -> None:
        delivery_id = known.delivery_id if known else arrival.delivery_id
        message = f"{arrival.file_name}: {reason}."
        self._ledger.append(
            replace(arrival, event="skipped", delivery_id=delivery_id, message=message)
        )

    def _known(self, sha256: str, delivered_on: date, current: Delivery | None) -> Delivery | None:
        """Return the delivery that had these bytes before, unless they are news again.

        They are when another delivery came in between: then the source went back to what it was.
        """
        for delivery in self._ledger.deliveries(self._contract.source_id, self._as_of):
            is_usable = delivery.accepted or self._originals.exists(delivery.delivery_id)
            went_back = (
                current is not None
                and delivery.order() < current.order()
                and delivered_on > current.delivered_on
            )
            if delivery.first.sha256 == sha256 and is_usable and not went_back:
                return delivery
        return None

    def decide(self, judge: Judge, on_progress: Progress | None) -> None:
        """Accept or hold every delivery that is newer than what raw holds, oldest first.

        What raw holds is read again too when its contract changed or its landing is gone.
        """
        current = self._ledger.current(self._contract.source_id, self._as_of)
        for delivery in self._ledger.deliveries(self._contract.source_id, self._as_of):
            is_newer = current is None or delivery.order() > current.order()
            if self._originals.exists(delivery.delivery_id) and (
                is_newer or (delivery == current and self._is_outdated(delivery))
            ):
                previous = current.accepted if current and is_newer else None
                previous_rows = previous.rows_in if previous else None
                counts, results = self._read(delivery, previous_rows, judge, on_progress)
                self._close(delivery, previous_rows, counts, results)
                current = self._ledger.current(self._contract.source_id, self._as_of)

    def _is_outdated(self, delivery: Delivery) -> bool:
        has_landing = self._landing_file(delivery.delivery_id).exists()
        accepted = delivery.accepted
        return accepted is None or accepted.contract != self._contract.digest or not has_landing

    def _read(
        self,
        delivery: Delivery,
        previous_rows: int | None,
        judge: Judge,
        on_progress: Progress | None,
    ) -> tuple[TypedCounts | None, list[DoorResult]]:
        """Land, type and judge one delivery; one that cannot be read has no counts."""
        try:
            landed = self._land(delivery.delivery_id, on_progress)
        except ReadError as error:
            return None, [door_checks.refusal(error.check_id, str(error))]
        except OriginalError as error:
            return None, [door_checks.refusal("S02", str(error))]
        counts = write_typed(
            self._unfinished, self._contract, self._candidate, delivery.delivery_id
        )
        if landed.rows != counts.rows_out + counts.rejected + counts.duplicates:
            raise AssertionError("rows were lost or made between the delivery and raw")
        results = list(door_checks.own_results(self._contract, landed))
        if landed.rows:
            batch = DoorBatch(
                contract=self._contract,
                delivery_id=delivery.delivery_id,
                expected_columns=landed.expected,
                found_columns=tuple(n for n in landed.expected if n not in landed.missing),
                unknown_columns=landed.unknown_columns,
                previous_rows=previous_rows,
                candidate=self._candidate,
                **asdict(counts),
            )
            results += judge(batch)
        if delivery.is_resumed:
            results = [
                replace(result, holds=False) if result.check_id == "S08" else result
                for result in results
            ]
        return counts, results

    def _close(
        self,
        delivery: Delivery,
        previous_rows: int | None,
        counts: TypedCounts | None,
        results: list[DoorResult],
    ) -> None:
        """Put the verdict in the ledger and, if nothing holds the delivery, its rows in raw."""
        hold = next((result for result in results if result.holds), None)
        verdict = replace(
            delivery.first,
            event="held" if hold else "accepted",
            at=None,
            previous_rows=previous_rows,
            held_by=hold.check_id if hold else None,
            message=f"{delivery.first.file_name}: {hold.message}." if hold else "",
            contract=self._contract.digest,
            door=tuple(results),
            **(asdict(counts) if counts else {}),
        )
        if hold:
            self.sweep()
            if delivery.held is None or replace(delivery.held, at=None) != verdict:
                self._ledger.append(verdict)
            return
        replace_durably(self._unfinished, self._landing_file(delivery.delivery_id))
        self._publish_raw(delivery.delivery_id)
        self._ledger.append(verdict)

    def _land(self, delivery_id: str, on_progress: Progress | None) -> Landed:
        needs_areas = any(
            column.transform in ("buurt_of_postcode", "division_year_of_postcode")
            for column in self._contract.columns
        )
        postcodes = Postcodes.read(self._home.raw) if needs_areas else Postcodes({}, {})
        personal_data = PersonalData(self._contract, Pseudonyms(self._home.keys), postcodes)
        with self._originals.open(delivery_id) as data:
            table = open_reader(self._contract).read(data, self._contract)
            return Landing(self._contract, personal_data).write(
                table, self._unfinished, delivery_id, on_progress
            )

    def restore_raw(self) -> None:
        """Write the raw file again from landing if it is not the one of the current delivery."""
        current = self._ledger.current(self._contract.source_id, self._as_of)
        if current is None:
            self._raw_file.unlink(missing_ok=True)
            return
        delivery_id = current.delivery_id
        made_of = self._raw_provenance()
        wanted = provenance(self._contract, delivery_id)
        # A changed contract that holds the delivery it was changed for leaves the last good rows.
        is_held = made_of != wanted and self._originals.exists(delivery_id)
        if made_of == wanted or (is_held and made_of.get(b"delivery_id") == wanted[b"delivery_id"]):
            return
        landing_file = self._landing_file(delivery_id)
        if not landing_file.exists():
            raise DeliveryError(
                f"landing/{self._contract.source_id}/{landing_file.name} is er niet meer, en het "
                "origineel ook niet. Zet de map landing terug uit de back-up, of vraag de "
                "leverancier om een nieuwe levering."
            )
        self.sweep()
        write_typed(landing_file, self._contract, self._candidate, delivery_id)
        self._publish_raw(delivery_id)

    def _raw_provenance(self) -> dict[bytes, bytes]:
        if not self._raw_file.exists():
            return {}
        return pq.read_schema(self._raw_file).metadata or {}

    def _publish_raw(self, delivery_id: str) -> None:
        if self._contract.scale:
            folder = raw_tables()["survey", "answer_scales"].folder(self._home.raw)
            folder.mkdir(parents=True, exist_ok=True)
            scale_file = folder / f"{self._contract.source_id}.parquet"
            candidate = scale_file.with_suffix(".candidate")
            write_scale(self._contract.scale, self._contract, candidate, delivery_id)
            replace_durably(candidate, scale_file)
        replace_durably(self._candidate, self._raw_file)

    def _landing_file(self, delivery_id: str) -> Path:
        return self._landing_folder / f"{delivery_id}.parquet"


def _state(home: Home, contract: SourceContract, as_of: date) -> SourceResult:
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
