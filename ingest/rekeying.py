"""Changing the keys of the pseudonyms: the next one over the old, or anew from the originals."""

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.columns import map_distinct
from ingest.home import Home, replace_durably
from ingest.kept.tombstones import ERASED
from ingest.keys import Change, KeyFileError, KeyStore
from ingest.ledger import Delivery, Ledger
from ingest.originals import Originals
from ingest.pseudonyms import TOKEN_LENGTH, TokenMaker


@dataclass(frozen=True)
class RekeyPlan:
    """What a rekey does to the deliveries that landed with persons of the domain in them.

    `again` are read again from their originals; of `lost` there is no original any more.
    """

    again: tuple[Delivery, ...]
    lost: tuple[Delivery, ...]


def rotate(home: Home, domain: str) -> int:
    """Put the next key of a domain over its tokens and return how many files were rewritten.

    Old and new deliveries keep joining. Broken off half-way it is finished by doing it again: a
    file is replaced whole, and has either all its tokens of the former key or none.
    """
    store = KeyStore(home)
    if not _is_half_way(store, domain, "rotate"):
        store.begin(domain, "rotate")
    *_, former, newest = store.known_chain(domain)
    token = re.compile(rf"{domain}:{former.id}:[0-9a-f]{{{TOKEN_LENGTH}}}")
    maker = TokenMaker(domain, newest)

    def nested(text: str) -> str:
        return token.sub(lambda found: maker.token(found.group()), text)

    files = list(_files_with(home, f"{domain}:{former.id}:"))
    for file in files:
        _rewrite(file, nested)
    _clear_warehouse(home)
    store.finish(domain)
    return len(files)


def rekey_plan(home: Home, domain: str) -> RekeyPlan:
    """Return what a rekey of a domain would read again and what it would lose."""
    _is_half_way(KeyStore(home), domain, "rekey")
    again: list[Delivery] = []
    lost: list[Delivery] = []
    for delivery in _landed(home, domain):
        source_id, delivery_id = delivery.first.source_id, delivery.delivery_id
        exists = Originals(home, source_id).exists(delivery_id)
        (again if exists else lost).append(delivery)
    return RekeyPlan(tuple(again), tuple(lost))


def rekey(home: Home, domain: str) -> RekeyPlan:
    """Begin anew with a first key of a domain, and destroy the others with all their tokens.

    Every delivery of the plan is withdrawn: the next night reads it again from its original. What
    has no original is gone until it is delivered again. Broken off half-way it is finished by
    doing it again.
    """
    store = KeyStore(home)
    if not _is_half_way(store, domain, "rekey"):
        store.begin(domain, "rekey")
    plan = rekey_plan(home, domain)
    ledger = Ledger(home.ledger_file)
    for delivery in (*plan.again, *plan.lost):
        message = f"Ingetrokken: de pseudoniemen van {domain} worden opnieuw gemaakt."
        ledger.append(replace(delivery.first, event="withdrawn", message=message))
        _landing_file(home, delivery).unlink()
    for file in _files_with(home, f"{domain}:k"):
        file.unlink()
    _clear_warehouse(home)
    store.finish(domain)
    return plan


def _is_half_way(store: KeyStore, domain: str, change: Change) -> bool:
    """Say whether this very change was broken off; KeyFileError when it cannot be done."""
    # What was erased is known by its first key for ever.
    records = {name: each for name, each in store.records().items() if name != ERASED}
    if domain not in records:
        known = ", ".join(sorted(records))
        others = f"; kies {known}" if known else ": er is nog geen enkele sleutel gemaakt"
        raise KeyFileError(f"Domein '{domain}' heeft geen sleutel{others}.")
    unfinished = records[domain].unfinished
    if unfinished not in (None, change):
        raise KeyFileError(
            f"Er is een andere wisseling van {domain} afgebroken. Maak die eerst af met "
            f"'impactkompas keys {unfinished} {domain}'."
        )
    return unfinished is not None


def _landed(home: Home, domain: str) -> Iterator[Delivery]:
    """Give the deliveries whose landing holds tokens of a domain."""
    ledger = Ledger(home.ledger_file)
    holding = set(_files_with(home, f"{domain}:k"))
    for source_id in sorted({file.parent.name for file in holding}):
        for delivery in ledger.deliveries(source_id, date.max):
            if _landing_file(home, delivery) in holding:
                yield delivery


def _landing_file(home: Home, delivery: Delivery) -> Path:
    return home.landing / delivery.first.source_id / f"{delivery.delivery_id}.parquet"


def _files_with(home: Home, start_of_token: str) -> Iterator[Path]:
    """Give the Parquet files of landing and raw in which such tokens stand, in a fixed order."""
    for folder in (home.landing, home.raw):
        for file in sorted(folder.rglob("*.parquet")):
            with pq.ParquetFile(file) as opened:
                texts = [
                    field.name for field in opened.schema_arrow if pa.types.is_string(field.type)
                ]
                groups = (
                    opened.read_row_group(number, columns=texts)
                    for number in range(opened.num_row_groups)
                )
                if any(_holds(column, start_of_token) for group in groups for column in group):
                    yield file


def _holds(column: pa.ChunkedArray, start_of_token: str) -> bool:
    return bool(pc.any(pc.match_substring(column, start_of_token)).as_py())


def _rewrite(file: Path, change: Callable[[str], str]) -> None:
    """Change every text of a Parquet file, a row group at a time."""
    candidate = file.with_suffix(".candidate")
    with (
        pq.ParquetFile(file) as opened,
        pq.ParquetWriter(candidate, opened.schema_arrow, compression="zstd") as writer,
    ):
        for number in range(opened.num_row_groups):
            group = opened.read_row_group(number)
            columns = [
                map_distinct(column.combine_chunks(), change, pa.string())
                if pa.types.is_string(column.type)
                else column
                for column in group
            ]
            writer.write_table(pa.table(columns, schema=group.schema))
    replace_durably(candidate, file)


def _clear_warehouse(home: Home) -> None:
    """Remove what was built from the former tokens; every night makes it anew."""
    shutil.rmtree(home.warehouse, ignore_errors=True)
    home.warehouse.mkdir()
