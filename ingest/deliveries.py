"""Takes in the deliveries of a source: received, judged at the door, and accepted or held."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest import door_checks
from ingest.comparing import (
    Comparison,
    missing_days,
    previous_questions,
    previous_rows,
    unknown_clients,
    vanished_ids,
)
from ingest.composing import Composition
from ingest.contracts import Contracts, SourceContract
from ingest.door import DoorBatch, DoorResult
from ingest.home import Home, replace_durably
from ingest.kept.persons import CLIENTS
from ingest.kept.removing import destroy_originals
from ingest.kept.tombstones import Tombstones
from ingest.kept_text import organisation_words
from ingest.landing import Landed, Landing
from ingest.ledger import Delivery, Ledger, LedgerEvent
from ingest.originals import OriginalError, Originals
from ingest.personal_data import PersonalData, Postcodes
from ingest.pseudonyms import Pseudonyms
from ingest.pulled import Patience
from ingest.raw_tables import CONTRACTED_SOURCES, WORKBOOK_SOURCE, raw_tables
from ingest.readers import ReadError, open_reader
from ingest.receiving import Reception
from ingest.source_states import ORIGINAL_GONE, SourceResult, source_state
from ingest.typed import write_typed
from ingest.unforeseen import described, is_own

# What a person may let through: more or less than was expected, or more faults than usual. It may
# be right, or be mended later.
_RESUMABLE = ("S08", "S09", "K03", "P01")

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
    contracts: Iterable[SourceContract] = (),
    kept_since: date = date.min,
    patience: Patience | None = None,
    on_progress: Progress | None = None,
) -> SourceResult:
    """Take in everything that was delivered for a source up to and with `as_of`.

    Of `contracts` those that read the same workbook receive it as well, to be taken in later.
    Held deliveries are tried again, with the contract as it is now. `judge` gives the verdicts on
    the typed rows, beside those of ingest on the text. Rows name clients of the lists that stand,
    so those are taken in before; of rows from before `kept_since` that is not asked. `patience` is
    for a source that is pulled from a server. `on_progress` gets the number of rows read of the
    delivery at hand. A delivery that is held leaves the last good rows in raw.
    """
    intake = _Intake(home, contract, as_of, kept_since)
    intake.sweep()
    intake.forget_withheld()
    intake.reception.receive(patience or Patience(), contracts)
    intake.decide(judge, on_progress)
    intake.restore_raw()
    intake.sweep()
    return source_state(home, contract, as_of)


def rebuild_raw(home: Home, contracts: Contracts, *, as_of: date) -> None:
    """Make raw what landing and ledger say, for these contracts and no others.

    A file that is missing or not of the accepted deliveries is written again; the file of a
    contract that is no longer there goes, that of one that cannot be used stays as it was. What
    the meetplan filled is not of a contract.
    """
    known = {WORKBOOK_SOURCE, *(contract.source_id for contract in contracts.unusable)}
    for contract in contracts.usable:
        intake = _Intake(home, contract, as_of)
        intake.sweep()
        intake.restore_raw()
        known.add(contract.source_id)
    for source_name in CONTRACTED_SOURCES:
        for file in (home.raw / source_name).glob("*/*.parquet"):
            if file.stem not in known and not file.stem.startswith("_"):
                file.unlink()


def resume(home: Home, source_id: str) -> str:
    """Let the newest delivery that waits for a person through, from the next night on.

    Returns a Dutch sentence; raises DeliveryError when no delivery is held for that.
    """
    ledger = Ledger(home.ledger_file)
    waiting = [
        delivery
        for delivery in ledger.standing(source_id, date.max)
        if delivery.held and delivery.held.held_by in _RESUMABLE and not delivery.is_resumed
    ]
    if not waiting:
        raise DeliveryError(
            f"Van {source_id} wordt geen levering vastgehouden die u kunt vrijgeven: om haar "
            "aantal rijen, verdwenen nummers, onbekende cliënten of verwisselde datums. Kijk met "
            "'impactkompas status' wat er vastgehouden wordt en waarom."
        )
    *others, delivery = waiting
    if not Originals(home, source_id).exists(delivery.delivery_id):
        raise DeliveryError(f"{delivery.first.file_name}: {ORIGINAL_GONE}")
    ledger.append(replace(delivery.first, event="resumed", message="Vrijgegeven."))
    also = f" Er wachten er nog {len(others)}; herhaal dit commando daarvoor." if others else ""
    return f"{delivery.first.file_name} is vrijgegeven en gaat de volgende nacht mee.{also}"


def newest_judged(home: Home) -> dict[str, LedgerEvent]:
    """Return the newest delivery of every source that was accepted or held, with its verdicts.

    One that came later and was skipped for its contents has only the verdict that says so.
    """
    newest: dict[str, LedgerEvent] = {}
    for event in Ledger(home.ledger_file).events():
        if event.event in ("accepted", "held"):
            newest[event.source_id] = event
        elif event.event == "skipped" and event.door and event.source_id in newest:
            told = {result.check_id for result in event.door}
            former = newest[event.source_id]
            others = tuple(result for result in former.door if result.check_id not in told)
            newest[event.source_id] = replace(former, door=others + event.door)
    return newest


def door_results(home: Home) -> list[dict[str, Any]]:
    """Return the verdicts on the newest judged delivery of every source, as run.door_results."""
    columns = raw_tables()["run", "door_results"].columns
    return [
        {
            name: value
            for name, value in (asdict(result) | {"source_id": source_id}).items()
            if name in columns
        }
        for source_id, event in newest_judged(home).items()
        for result in event.door
    ]


def land(
    home: Home,
    contract: SourceContract,
    delivery_id: str,
    file: Path,
    on_progress: Progress | None = None,
) -> Landed:
    """Land an original in `file`, or raise ReadError or OriginalError."""
    needs_areas = any(
        column.transform in ("buurt_of_postcode", "division_year_of_postcode")
        for column in contract.columns
    )
    postcodes = Postcodes.read(home.raw) if needs_areas else Postcodes({}, {})
    personal_data = PersonalData(contract, Pseudonyms(home), postcodes)
    words = organisation_words(home.raw)
    with Originals(home, contract.source_id).open(delivery_id) as data:
        table = open_reader(contract).read(data, contract)
        return Landing(contract, personal_data, words, Tombstones(home)).write(
            table, file, delivery_id, on_progress
        )


class _Intake:
    """The work of one night on one source."""

    def __init__(
        self, home: Home, contract: SourceContract, as_of: date, kept_since: date = date.min
    ) -> None:
        self._home, self._contract, self._as_of = home, contract, as_of
        self._kept_since = kept_since
        self._composition = Composition(home, contract)
        self.reception = Reception.of(home, contract, as_of)
        self._ledger, self._originals = self.reception.ledger, self.reception.originals
        self._landing_folder = home.landing / contract.source_id

    def sweep(self) -> None:
        """Make the folders, and remove what a night that was broken off left behind."""
        self._landing_folder.mkdir(parents=True, exist_ok=True)
        for unfinished in self._landing_folder.glob("*.unfinished"):
            unfinished.unlink()
        for spill in self._landing_folder.glob("*.spill"):
            shutil.rmtree(spill)
        self._composition.sweep()

    def forget_withheld(self) -> None:
        """Empty the columns that the contract withholds in what came in while it did not."""
        if self._contract.withheld:
            landed = self._landing_folder.glob("*.parquet")
            for file in (*landed, self._composition.raw_file):
                if file.exists():
                    _empty_columns(file, self._contract.withheld)

    def decide(self, judge: Judge, on_progress: Progress | None) -> None:
        """Accept or hold every delivery that still speaks for something, oldest first.

        What was accepted is read again too when its contract changed or its landing is gone.
        """
        for delivery in self._ledger.standing(self._contract.source_id, self._as_of):
            if self._originals.exists(delivery.delivery_id) and self._is_due(delivery):
                self._read(delivery, judge, on_progress)

    def _is_due(self, delivery: Delivery) -> bool:
        accepted = delivery.accepted
        return (
            accepted is None
            or delivery.held is not None
            or accepted.contract != self._contract.digest
            or not self._composition.landing_file(delivery.delivery_id).exists()
        )

    def _read(self, delivery: Delivery, judge: Judge, on_progress: Progress | None) -> None:
        """Land, type and judge one delivery, and put the verdict in the ledger."""
        unfinished = self._landing_folder / f"{delivery.delivery_id}.unfinished"
        typed = self._composition.typed(delivery.delivery_id)
        comparison, counts = Comparison(), None
        landed = self._land(delivery, unfinished, on_progress)
        if isinstance(landed, DoorResult):
            results = [landed]
        else:
            counts = write_typed(
                unfinished,
                self._contract,
                typed.rows,
                delivery.delivery_id,
                coverage=delivery.coverage,
                keys_file=typed.keys,
            )
            counts = replace(counts, rows_in=landed.rows, erased=landed.erased)
            if landed.rows != counts.rows_out + counts.rejected + counts.duplicates + counts.erased:
                raise AssertionError("rows were lost or made between the delivery and raw")
            results = list(door_checks.own_results(self._contract, landed))
            if landed.rows:
                comparison = self._compare(delivery, unfinished, typed.rows)
                batch = DoorBatch(
                    contract=self._contract,
                    delivery_id=delivery.delivery_id,
                    expected_columns=landed.headings.expected,
                    found_columns=landed.headings.found,
                    candidate=typed.rows,
                    **asdict(counts),
                    **asdict(comparison),
                )
                results += judge(batch)
        if delivery.is_resumed:
            results = [
                replace(result, holds=False) if result.check_id in _RESUMABLE else result
                for result in results
            ]
        holds = [result for result in results if result.holds]
        hold = holds[0] if holds else None
        verdict = replace(
            delivery.first,
            event="held" if hold else "accepted",
            at=None,
            coverage=delivery.coverage,
            previous_rows=comparison.previous_rows,
            held_by=hold.check_id if hold else None,
            message=f"{delivery.first.file_name}: {_reasons(holds)}" if hold else "",
            contract=self._contract.digest,
            door=tuple(results),
            **(asdict(counts) if counts else {}),
        )
        if hold:
            for file in (unfinished, typed.rows, typed.keys):
                file.unlink(missing_ok=True)
            if delivery.held is None or replace(delivery.held, at=None) != verdict:
                self._ledger.append(verdict)
            return
        replace_durably(unfinished, self._composition.landing_file(delivery.delivery_id))
        self._ledger.append(verdict)
        if counts and counts.erased:
            # The original names somebody who was erased; what may be kept of it has landed.
            why = "gewiste persoon stond erin"
            destroy_originals(self._home, delivery.first.source_id, [delivery.delivery_id], why)

    def _land(
        self, delivery: Delivery, file: Path, on_progress: Progress | None
    ) -> Landed | DoorResult:
        """Land one delivery, or return the verdict on one that cannot be read."""
        try:
            return land(self._home, self._contract, delivery.delivery_id, file, on_progress)
        except ReadError as error:
            return door_checks.refusal(error.check_id, str(error))
        except OriginalError as error:
            return door_checks.refusal("S02", str(error))
        except Exception as error:
            if is_own(error):
                raise
            return door_checks.breakdown(described(error))

    def _compare(self, delivery: Delivery, landing_file: Path, typed_rows: Path) -> Comparison:
        """Hold a delivery against the clients that stand, and against the deliveries before it.

        To the latter one that was accepted before is not compared.
        """
        of_clients = unknown_clients(
            typed_rows,
            self._contract,
            sorted(raw_tables()["ecd", CLIENTS].folder(self._home.raw).glob("*.parquet")),
            self._kept_since,
            landing_file.with_suffix(".spill"),
        )
        if delivery.accepted:
            return Comparison(rows_of_clients=of_clients[0], unknown_clients=of_clients[1])
        source_id = self._contract.source_id
        accepted = [
            each for each in self._ledger.deliveries(source_id, self._as_of) if each.accepted
        ]
        before = [each for each in accepted if each.order() < delivery.order()]
        standing = {each.delivery_id for each in self._ledger.standing(source_id, self._as_of)}
        former = [
            (each, file)
            for each in before
            if each.delivery_id in standing
            and (file := self._composition.landing_file(each.delivery_id)).exists()
        ]
        return Comparison(
            previous_rows(delivery, before),
            *vanished_ids(delivery, landing_file, former, self._contract),
            *missing_days(delivery, accepted),
            *of_clients,
            previous_questions(delivery, former, self._contract),
        )

    def restore_raw(self) -> None:
        """Make the raw file of the accepted deliveries, if it is not already."""
        source_id, raw_file = self._contract.source_id, self._composition.raw_file
        known = self._ledger.deliveries(source_id, self._as_of)
        standing = self._ledger.standing(source_id, self._as_of)
        accepted = [each for each in standing if each.accepted]
        if not accepted:
            raw_file.unlink(missing_ok=True)
            return
        # A changed contract that holds a delivery it was changed for leaves the last good rows.
        is_held = any(each.held and self._originals.exists(each.delivery_id) for each in accepted)
        if self._composition.is_made_of(accepted) or (is_held and raw_file.exists()):
            return
        for delivery in accepted:
            landing_file = self._composition.landing_file(delivery.delivery_id)
            if not landing_file.exists():
                raise DeliveryError(
                    f"landing/{source_id}/{landing_file.name} is er niet meer, en het origineel "
                    "ook niet. Zet de map landing terug uit de back-up, of vraag de leverancier "
                    "om een nieuwe levering."
                )
        self._composition.compose(accepted, known)


def _reasons(holds: Iterable[DoorResult]) -> str:
    """Return every reason to hold a delivery: who lets it through, does so in spite of them all."""
    return " ".join(f"{reason}." for reason in dict.fromkeys(each.message for each in holds))


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
