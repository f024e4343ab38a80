"""Explaining one delivery afterwards: how it stands, and which of its rows were rejected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.contracts import SourceContract
from ingest.deliveries import DeliveryError, land
from ingest.home import Home
from ingest.kept.removing import contributing
from ingest.ledger import Delivery, Ledger
from ingest.originals import OriginalError, Originals
from ingest.readers import ReadError
from ingest.typed import write_typed

# So many deliveries are named when more than one is meant.
_NAMED = 3


@dataclass(frozen=True)
class RejectedRow:
    """A row that was rejected: its number in the file, and the first cell that did not fit."""

    row_number: int
    record_ref: str | None
    column: str
    reason: str


@dataclass(frozen=True)
class Delivered:
    """One delivery: how it stands, in Dutch, and by which other; `landed_rows` None if gone."""

    delivery: Delivery
    standing: str
    other: Delivery | None
    landed_rows: int | None
    has_original: bool

    @property
    def source_id(self) -> str:
        """Return the source that delivered it."""
        return self.delivery.first.source_id


def find_delivery(home: Home, as_of: date, prefix: str) -> Delivered:
    """Return the delivery whose id begins with `prefix`, also one that was skipped for its bytes.

    Raises DeliveryError when there is none, or more than one.
    """
    ledger = Ledger(home.ledger_file)
    found: dict[tuple[str, str], None] = {}
    for event in ledger.events():
        arrival_id = f"{event.delivered_on:%Y%m%d}-{event.sha256[:12]}"
        if event.delivery_id.startswith(prefix) or arrival_id.startswith(prefix):
            found[event.source_id, event.delivery_id] = None
    if not found:
        raise DeliveryError(
            f"Er is geen levering waarvan het nummer begint met '{prefix}'. "
            "'impactkompas status --deliveries' noemt de nieuwste van elke bron."
        )
    if len(found) > 1:
        names = [f"{delivery_id} ({source_id})" for source_id, delivery_id in found]
        more = " en andere" if names[_NAMED:] else ""
        raise DeliveryError(
            f"{len(names)} leveringen beginnen zo. Schrijf meer van het nummer, zoals "
            f"{', '.join(names[:_NAMED])}{more}."
        )
    ((source_id, delivery_id),) = found
    deliveries = ledger.deliveries(source_id, date.max)
    return _delivered(home, next(d for d in deliveries if d.delivery_id == delivery_id), as_of)


def newest_deliveries(home: Home, as_of: date, count: int) -> Iterator[Delivered]:
    """Give the newest `count` deliveries of every source, newest first."""
    ledger = Ledger(home.ledger_file)
    for source_id in sorted({event.source_id for event in ledger.events()}):
        for delivery in ledger.deliveries(source_id, as_of)[: -count - 1 : -1]:
            yield _delivered(home, delivery, as_of)


def rejected_rows(
    home: Home, contract: SourceContract, delivery: Delivery
) -> list[RejectedRow] | None:
    """Return the rejected rows by number, by the contract as it is now.

    A delivery that was held is read again from its original. None if there is none any more, or
    if it cannot be read as rows.
    """
    delivery_id = delivery.delivery_id
    landed = home.landing / contract.source_id / f"{delivery_id}.parquet"
    # What is landed and typed is pseudonymised, and stays inside the home.
    home.warehouse.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=home.warehouse) as folder:
        if not landed.exists():
            landed = Path(folder) / "landed"
            try:
                land(home, contract, delivery_id, landed)
            except (ReadError, OriginalError):
                return None
        typed = Path(folder) / "typed"
        write_typed(landed, contract, typed, delivery_id, coverage=delivery.coverage)
        columns = ["row_number", "record_ref", "reject_column", "reject_reason"]
        rows = pq.read_table(typed, columns=columns)
        rejected = rows.filter(pc.is_valid(rows["reject_reason"])).to_pylist()
    return [
        RejectedRow(
            row["row_number"], row["record_ref"], row["reject_column"], row["reject_reason"]
        )
        for row in rejected
    ]


def _delivered(home: Home, delivery: Delivery, as_of: date) -> Delivered:
    source_id = delivery.first.source_id
    landed = home.landing / source_id / f"{delivery.delivery_id}.parquet"
    return Delivered(
        delivery,
        *_standing(home, delivery, as_of),
        pq.read_metadata(landed).num_rows if landed.exists() else None,
        Originals(home, source_id).exists(delivery.delivery_id),
    )


def _standing(home: Home, delivery: Delivery, as_of: date) -> tuple[str, Delivery | None]:
    if delivery.delivered_on > as_of:
        return "van na de peildatum", None
    if delivery.held:
        return f"vastgehouden door {delivery.held.held_by}", None
    counting = contributing(Ledger(home.ledger_file), delivery.first.source_id, as_of)
    if delivery.delivery_id in {each.delivery_id for each in counting}:
        return "telt nu", None
    if counting and counting[-1].order() > delivery.order():
        return "vervangen" if delivery.accepted else "overgeslagen", counting[-1]
    return "nog niet beoordeeld", None
