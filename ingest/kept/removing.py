"""Removing what may not be kept: rows of a landed file, or an original; the ledger says so."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from ingest import dutch
from ingest.contracts import SourceContract
from ingest.home import Home, replace_durably
from ingest.kept.tombstones import HELD_AGAINST
from ingest.ledger import Delivery, Ledger
from ingest.originals import Originals
from ingest.raw_tables import WORKBOOK_SOURCE
from ingest.typed import write_typed

_WHY = {"erased": "gewist", "expired": "ouder dan hun bewaartermijn en verwijderd"}


@dataclass(frozen=True)
class LandedFile:
    """The rows of one delivery as they landed; without a contract nobody reads them any more."""

    source_id: str
    path: Path
    contract: SourceContract | None

    @property
    def delivery_id(self) -> str:
        """Return the delivery of which these are the rows."""
        return self.path.stem

    @property
    def table_name(self) -> str:
        """Return the raw table that the rows are for."""
        return self.contract.table.table_name if self.contract else ""

    @property
    def tombstones(self) -> int:
        """Return how many tombstones the rows were held against."""
        return int((pq.read_schema(self.path).metadata or {}).get(HELD_AGAINST, 0))

    def pieces(self, columns: Iterable[str] | None = None) -> Iterator[pa.Table]:
        """Give the rows piece by piece, all columns or those of these that there are."""
        with pq.ParquetFile(self.path) as landed:
            names = landed.schema_arrow.names
            chosen = names if columns is None else [name for name in columns if name in names]
            for group in range(landed.num_row_groups):
                yield landed.read_row_group(group, columns=chosen)


def landed_files(home: Home, contracts: Iterable[SourceContract]) -> list[LandedFile]:
    """Return every landed delivery, those of contracts that are gone included."""
    by_id = {contract.source_id: contract for contract in contracts}
    return [
        LandedFile(file.parent.name, file, by_id.get(file.parent.name))
        for file in sorted(home.landing.glob("*/*.parquet"))
        if file.parent.name != WORKBOOK_SOURCE
    ]


def contributing(ledger: Ledger, source_id: str, as_of: date) -> list[Delivery]:
    """Return the deliveries that a source is made of on `as_of`, oldest first."""
    return [delivery for delivery in ledger.standing(source_id, as_of) if delivery.accepted]


def contributing_files(
    files: Iterable[LandedFile], ledger: Ledger, as_of: date
) -> list[LandedFile]:
    """Return the landed files that raw is made of on `as_of`; of each source the newest last."""
    by_key = {(landed.source_id, landed.delivery_id): landed for landed in files}
    return [
        by_key[source_id, delivery.delivery_id]
        for source_id in sorted({source_id for source_id, _ in by_key})
        for delivery in contributing(ledger, source_id, as_of)
        if (source_id, delivery.delivery_id) in by_key
    ]


def rewrite(
    home: Home,
    landed: LandedFile,
    change: Callable[[pa.Table], pa.Table],
    *,
    why: Literal["erased", "expired"],
    metadata: Mapping[bytes, bytes],
) -> int:
    """Write a landed file anew with its changed rows and return how many went.

    The raw file goes first, since it is made again from landing; then the ledger says the new
    counts, then landing is replaced. A stop in between is mended by doing it again.
    """
    unfinished = landed.path.with_name("landing.unfinished")
    before: int = pq.read_metadata(landed.path).num_rows
    former = pq.read_schema(landed.path)
    schema = former.with_metadata({**(former.metadata or {}), **metadata})
    is_changed, after = False, 0
    with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
        for rows in landed.pieces():
            changed = change(rows)
            is_changed = is_changed or not changed.equals(rows)
            after += len(changed)
            writer.write_table(changed.replace_schema_metadata(schema.metadata))
    if is_changed:
        for raw_file in home.raw.glob(f"*/*/{landed.source_id}.parquet"):
            if landed.contract:
                raw_file.unlink()
            else:
                # Nothing can make it again as long as its contract cannot be used.
                _change_raw(raw_file, change)
        if landed.contract:
            _note_counts(home, landed, landed.contract, unfinished, why)
    replace_durably(unfinished, landed.path)
    return before - after


def _change_raw(file: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    candidate = file.with_suffix(".candidate")
    pq.write_table(change(pq.read_table(file)), candidate, compression="zstd")
    replace_durably(candidate, file)


def _note_counts(
    home: Home, landed: LandedFile, contract: SourceContract, rows: Path, why: str
) -> None:
    """Say in the ledger how many rows of a delivery are left, if that is news."""
    ledger = Ledger(home.ledger_file)
    deliveries = ledger.deliveries(landed.source_id, date.max)
    delivery = next((each for each in deliveries if each.delivery_id == landed.delivery_id), None)
    if delivery is None or (accepted := delivery.accepted) is None:
        return
    candidate = contract.table.folder(home.raw) / f"{landed.source_id}.candidate"
    candidate.parent.mkdir(parents=True, exist_ok=True)
    counts = write_typed(rows, contract, candidate, landed.delivery_id, coverage=delivery.coverage)
    candidate.unlink()
    gone = (accepted.rows_in or 0) - counts.rows_in
    erased, expired = accepted.erased or 0, accepted.expired or 0
    if gone == erased + expired:
        return
    if why == "erased":
        erased = gone - expired
    else:
        expired = gone - erased
    rows_gone = dutch.number(erased if why == "erased" else expired)
    ledger.append(
        replace(
            accepted,
            event="reduced",
            rows_out=counts.rows_out,
            rejected=counts.rejected,
            duplicates=counts.duplicates,
            erased=erased,
            expired=expired,
            message=f"{accepted.file_name}: {rows_gone} rijen {_WHY[why]}.",
            door=(),
        )
    )


def destroy_originals(home: Home, source_id: str, delivery_ids: Iterable[str], why: str) -> None:
    """Destroy originals with their keys, and say in the ledger why."""
    ledger, originals = Ledger(home.ledger_file), Originals(home, source_id)
    known = {each.delivery_id: each for each in ledger.deliveries(source_id, date.max)}
    for delivery_id in delivery_ids:
        originals.remove(delivery_id)
        if delivery := known.get(delivery_id):
            message = f"{delivery.first.file_name}: origineel vernietigd ({why})."
            ledger.append(replace(delivery.first, event="destroyed", message=message))
