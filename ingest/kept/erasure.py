"""Finding one person and removing him: from the originals, landing, raw and the warehouse."""

import shutil
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from ingest.contracts import SourceContract
from ingest.home import Home
from ingest.kept.persons import (
    CLIENT_ID,
    OWNERS,
    PERSON_COLUMNS,
    TRAJECTORY_ID,
    Person,
    Wanted,
    hits_in,
    person_columns,
    trajectories_of,
    without,
)
from ingest.kept.removing import (
    contributing,
    contributing_files,
    destroy_originals,
    landed_files,
    rewrite,
)
from ingest.kept.tombstones import Tombstones, number_identifier, trajectory_identifiers
from ingest.ledger import Delivery, Ledger
from ingest.originals import Originals
from ingest.pseudonyms import Pseudonyms, normal_citizen_number, normal_identifier

CLIENT, WORKER = "client", "worker"
_LEFTOVERS = ("*.unfinished", "*.candidate", "*.keys", "*.spill")


@dataclass(frozen=True)
class Erasure:
    """What went: rows per source, and a number of originals.

    `lost` are the deliveries of those originals that were held: nothing of them has landed, so
    the supplier has to deliver them again.
    """

    rows: dict[str, int]
    originals: int
    lost: tuple[Delivery, ...]


def find_person(
    home: Home, contracts: Iterable[SourceContract], domain: str, number: str, as_of: date
) -> Person:
    """Return the person with this number or BSN (not empty) and his trajectories, found or not.

    A trajectory is of who has it in the table of trajectories; one that is not there, of whoever
    has a row with it.
    """
    value = pa.array([number], pa.string())
    pseudonyms = Pseudonyms(home)
    tokens = (
        pseudonyms.identifiers(domain, value).to_pylist()
        + pseudonyms.citizen_numbers(domain, value).to_pylist()
    )
    numbers = {
        number_identifier(domain, normal)
        for normal in (normal_identifier(number), normal_citizen_number(number))
    }
    person = Person(domain, frozenset(numbers | set(tokens)))
    files = landed_files(home, contracts)
    found, owned = set[str](), dict[str, bool]()
    for landed in files:
        for rows in landed.pieces(PERSON_COLUMNS):
            found |= trajectories_of(person_columns(rows), person)
    for landed in contributing_files(files, Ledger(home.ledger_file), as_of):
        if landed.table_name == OWNERS:
            for rows in landed.pieces(PERSON_COLUMNS):
                owned |= _owned(rows, person, found)
    mine = frozenset(each for each in found if owned.get(each, True))
    trajectories = trajectory_identifiers(pa.array(sorted(mine), pa.string())).to_pylist()
    return Person(domain, person.identifiers | frozenset(trajectories), mine)


def comply(home: Home, contracts: Sequence[SourceContract]) -> dict[str, int]:
    """Take out of landing who was erased, and return the rows that went per source.

    Only files that were not yet held against the newest tombstones are read: what an erasure that
    was broken off left, what came back with a back-up, and rows of a trajectory whose client was
    recognised in a later file.
    """
    tombstones = Tombstones(home)
    removed: dict[str, int] = {}
    files = [each for each in landed_files(home, contracts) if each.tombstones < len(tombstones)]
    # Those that say whose a trajectory is go first: there more tombstones may come from.
    for landed in sorted(files, key=lambda each: each.table_name != OWNERS):
        if landed.table_name == OWNERS:
            for rows in landed.pieces(PERSON_COLUMNS):
                tombstones.add_trajectories(trajectories_of(person_columns(rows), tombstones))
        gone = rewrite(
            home,
            landed,
            lambda rows: _without(rows, tombstones),
            why="erased",
            metadata=tombstones.metadata,
        )
        if gone:
            removed[landed.source_id] = removed.get(landed.source_id, 0) + gone
    return removed


def erase(home: Home, contracts: Sequence[SourceContract], person: Person) -> Erasure:
    """Remove a person from everything the home holds, and remember that by tombstones.

    The tombstones come first: whatever stops it afterwards, the next night or another call does
    the rest. Figures that were frozen or released stay as they are; they are counts.
    """
    Tombstones(home).add(person.identifiers)
    originals, lost = [], []
    by_id = {contract.source_id: contract for contract in contracts}
    for folder in sorted(home.originals.iterdir()):
        if _could_hold(by_id.get(folder.name), person.domain):
            ids = Originals(home, folder.name).delivery_ids()
            lost += waiting(home, folder.name, ids)
            destroy_originals(home, folder.name, ids, "verzoek om wissen")
            originals += ids
    rows = comply(home, contracts)
    for contract in contracts:
        (contract.table.folder(home.raw) / f"{contract.source_id}.parquet").unlink(missing_ok=True)
    _sweep(home)
    return Erasure(rows, len(originals), tuple(lost))


def _sweep(home: Home) -> None:
    """Remove the build database, which every night makes anew, and what dead nights left."""
    for leftover in home.warehouse.glob(f"{home.warehouse_file.name}*"):
        _remove(leftover)
    for pattern in _LEFTOVERS:
        for leftover in (*home.landing.glob(f"*/{pattern}"), *home.raw.glob(f"*/*/{pattern}")):
            _remove(leftover)


def _remove(leftover: Path) -> None:
    if leftover.is_dir():
        shutil.rmtree(leftover)
    else:
        leftover.unlink()


def waiting(home: Home, source_id: str, delivery_ids: Collection[str]) -> list[Delivery]:
    """Return which of these deliveries are held and will be taken in from their originals."""
    ledger = Ledger(home.ledger_file)
    newest = contributing(ledger, source_id, date.max)[-1:]
    return [
        each
        for each in ledger.deliveries(source_id, date.max)
        if each.delivery_id in delivery_ids
        and each.held
        and all(each.order() > counting.order() for counting in newest)
    ]


def _could_hold(contract: SourceContract | None, domain: str) -> bool:
    """Say whether deliveries of a contract could be about somebody of this domain.

    A list that names nobody may still hold a name or an address in a column that is dropped.
    """
    if contract is None:
        return True
    domains = {column.domain for column in contract.columns if column.domain}
    if domains:
        return domain in domains
    names = {column.name for column in contract.columns}
    is_personal = any(column.classification != "keep" for column in contract.columns)
    return is_personal or (domain == CLIENT and TRAJECTORY_ID in names)


def _owned(rows: pa.Table, person: Person, trajectory_ids: Collection[str]) -> dict[str, bool]:
    """Say of each of these trajectories that is in the rows whether it is of this person."""
    columns = person_columns(rows)
    if not {CLIENT_ID, TRAJECTORY_ID} <= columns.keys():
        return {}
    ids, mine = columns[TRAJECTORY_ID].to_pylist(), person.hits(columns[CLIENT_ID]).to_pylist()
    return {id_: is_mine for id_, is_mine in zip(ids, mine, strict=True) if id_ in trajectory_ids}


def _without(rows: pa.Table, wanted: Wanted) -> pa.Table:
    return without(rows, hits_in(person_columns(rows), wanted, len(rows)))
