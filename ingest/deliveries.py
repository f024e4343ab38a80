"""Takes in the deliveries of a source: received, judged at the door, and accepted or held."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest import door_checks
from ingest.contracts import Contracts, SourceContract
from ingest.door import DoorBatch, DoorResult
from ingest.home import Home, replace_durably
from ingest.landing import Landed, Landing
from ingest.ledger import Delivery, Ledger, LedgerEvent
from ingest.originals import OriginalError
from ingest.personal_data import PersonalData, Postcodes
from ingest.pseudonyms import Pseudonyms
from ingest.raw_tables import CONTRACTED_SOURCES, WORKBOOK_SOURCE, raw_tables
from ingest.readers import ReadError, open_reader
from ingest.receiving import Reception
from ingest.source_states import SourceResult, source_state
from ingest.typed import TypedCounts, provenance, write_scale, write_typed

Judge = Callable[[DoorBatch], Iterable[DoorResult]]
Progress = Callable[[int], None]


class DeliveryError(Exception):
    """Something asked of a delivery that cannot be done; the message is Dutch."""


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
    intake.forget_withheld()
    intake.reception.receive()
    intake.decide(judge, on_progress)
    intake.restore_raw()
    return source_state(home, contract, as_of)


def rebuild_raw(home: Home, contracts: Contracts, *, as_of: date) -> None:
    """Make raw what landing and ledger say, for these contracts and no others.

    A file that is missing or not of the newest accepted delivery is written again; the file of a
    contract that is no longer there goes, that of one that cannot be used stays as it was. What
    the meetplan filled is not of a contract.
    """
    known = {WORKBOOK_SOURCE, *(contract.source_id for contract in contracts.unusable)}
    for contract in contracts.usable:
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
        self.reception = Reception.of(home, contract, as_of)
        self._ledger, self._originals = self.reception.ledger, self.reception.originals
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

    def forget_withheld(self) -> None:
        """Empty the columns that the contract withholds in what came in while it did not."""
        if self._contract.withheld:
            for file in (*self._landing_folder.glob("*.parquet"), self._raw_file):
                if file.exists():
                    _empty_columns(file, self._contract.withheld)

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


def _empty_columns(file: Path, names: Iterable[str]) -> None:
    """Leave nothing in these columns of a Parquet file; a file where nothing is stays as it is."""
    known = pq.read_schema(file).names
    filled = [
        name
        for name in names
        if name in known and pc.any(pq.read_table(file, columns=[name])[name].is_valid()).as_py()
    ]
    if not filled:
        return
    rows = pq.read_table(file)
    for name in filled:
        field = rows.schema.field(name)
        nothing = pa.nulls(len(rows), field.type)
        rows = rows.set_column(rows.column_names.index(name), field, nothing)
    candidate = file.with_suffix(".candidate")
    pq.write_table(rows, candidate, compression="zstd")
    replace_durably(candidate, file)
