"""Published figures of our topics, from the example, recorded tables or the service, to raw."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from ingest.home import Home
from ingest.open_data.client import OpenDataClient, OpenDataError, Patience, Row
from ingest.open_data.contracts import OpenDataContract, keep_good_copies, usable_contracts
from ingest.open_data.recordings import (
    EXAMPLE,
    BrokenTableError,
    NotATableError,
    recordings_in,
)
from ingest.open_data.results import (
    State,
    TableResult,
    fresh,
    not_taken,
    outdated,
    remember_results,
    unreachable,
)
from ingest.open_data.stand_in import serving
from ingest.open_data.store import HeldTable, Store
from ingest.open_data.taking import Wanted, take
from ingest.open_data.topics import YEAR, Topic, families, is_of_family, topics

# Called with the table that is next, how many are done and how many there are.
Progress = Callable[[str, int, int], None]

CATALOGUE_FIELDS = (
    "Identifier",
    "Title",
    "Modified",
    "RecordCount",
    "Period",
    "Source",
    "Catalog",
)
_LICENCES = {"CBS": "CC BY 4.0, met bronvermelding"}
_OTHER_LICENCE = "Met bronvermelding; ga bij de bron na wat zij toestaat"


@dataclass(frozen=True)
class Addresses:
    """Where the catalogues are: host names, or hosts and ports of a stand-in."""

    cbs: str = "opendata.cbs.nl"
    third_party: str = "dataderden.cbs.nl"

    def clients(self, patience: Patience) -> dict[str, OpenDataClient]:
        """Return a client per catalogue; together they have the time of one pull."""
        deadline = patience.deadline()
        hosts = {"CBS": self.cbs, "dataderden": self.third_party}
        return {name: OpenDataClient(host, patience, deadline) for name, host in hosts.items()}


def pull(
    home: Home,
    *,
    mode: str,
    as_of: date,
    addresses: Addresses | None = None,
    tables_per_family: int = 3,
    revisions_kept: int = 3,
    patience: Patience | None = None,
    on_progress: Progress | None = None,
) -> list[TableResult]:
    """Bring raw open data up to date and say per table what became of it.

    `mode` is example, recorded:DIR or live. A table that cannot be had keeps its last good copy.
    Tables of another origin are removed as soon as the new one answers. Raises OpenDataError
    only when `mode` is none of the three.
    """
    folder = None if mode == "live" else folder_of(mode)
    contracts, faults = usable_contracts(home)
    keep_good_copies(home, faults)
    store = Store(home)
    pulling = _Pulling(
        store=store,
        as_of=as_of,
        contracts=tuple(contracts),
        tables_per_family=tables_per_family,
        revisions_kept=revisions_kept,
        patience=patience or Patience(),
        progress=on_progress or (lambda *_: None),
    )
    if folder:
        results = pulling.from_folder(folder, mode.partition(":")[0])
    else:
        results = pulling.from_service(addresses or Addresses())
    in_use = {contract.contract_id for contract in contracts}
    for contract_id, message in faults.items():
        stays = " Tot dan geldt het zoals het was." if contract_id in in_use else ""
        state: State = "verouderd" if contract_id in in_use else "ontbreekt"
        results.append(TableResult(f"{contract_id}.yaml", "", state, message=f"{message}{stays}"))
    store.write_raw()
    remember_results(home, results)
    return results


def folder_of(mode: str) -> Path:
    """Return the folder of tables that a mode other than live is about; OpenDataError if none."""
    if mode == "example":
        return EXAMPLE
    if mode.startswith("recorded:"):
        return Path(mode.removeprefix("recorded:"))
    raise OpenDataError(
        f"De instelling open_data kent '{mode}' niet. Kies example, recorded:MAP of live."
    )


def catalog_of(entry: Row) -> str:
    """Return the catalogue that a recorded table stood in."""
    return "CBS" if entry["Catalog"] == "CBS" else "dataderden"


@dataclass(frozen=True)
class _Series:
    """Tables that are followed: a name for them, where they stand, and what is wanted of them."""

    name: str
    what: str
    catalog: str
    tables: list[Row]
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class _Pulling:
    """One pull: what it works with, and what it does."""

    store: Store
    as_of: date
    contracts: tuple[OpenDataContract, ...]
    tables_per_family: int
    revisions_kept: int
    patience: Patience
    progress: Progress

    def from_folder(self, folder: Path, origin: str) -> list[TableResult]:
        """Serve the tables of a folder on this machine and take them, those that did change."""
        held = self.store.held()
        try:
            recordings = recordings_in(folder)
        except NotATableError as error:
            return unreachable(held.values(), origin, str(error))
        there = {recording.table_id for recording in recordings}
        self.store.remove(t for t in held.values() if t.origin != origin or t.table_id not in there)
        held = self.store.held()
        results = []
        for done, recording in enumerate(recordings):
            table_id = recording.table_id
            self.progress(table_id, done, len(recordings))
            before = held.get(table_id)
            fingerprint = self._fingerprint(recording.fingerprint())
            if before and before.fingerprint == fingerprint:
                results.append(fresh(before))
                continue
            try:
                with serving([recording.read()]) as address:
                    client = OpenDataClient(address, self.patience, self.patience.deadline())
                    entry = client.get_tables(CATALOGUE_FIELDS)[0]
                    new = self._described(entry, catalog_of(entry), origin, fingerprint, before)
                    results.append(self._take(client, entry, new, topics(), before))
            except NotATableError as error:
                results.append(not_taken(before, table_id, "", "overgeslagen", str(error)))
            except (BrokenTableError, OpenDataError) as error:
                results.append(not_taken(before, table_id, "", "ontbreekt", str(error)))
        return results + list(self._without_table(there, folder))

    def _without_table(self, there: set[str], folder: Path) -> Iterator[TableResult]:
        """Give the contracts of which the folder has no table; a title is known once it is held."""
        held = self.store.held().values()
        for contract in self.contracts:
            if contract.table_id not in there and not any(
                contract.is_about(t.table_id, t.title, t.catalog) for t in held
            ):
                message = (
                    f"{contract.place}: in de map {folder.name} staat {contract.what} niet, of "
                    "geen enkel onderwerp van het contract staat erin."
                )
                name = f"{contract.contract_id}.yaml"
                yield TableResult(name, "", "ontbreekt", message=message)

    def from_service(self, addresses: Addresses) -> list[TableResult]:
        """Take the newest tables of each series from the service, those that did change."""
        clients = addresses.clients(self.patience)
        listed, silent = catalogues(clients, self.progress)
        held = self.store.held()
        if not listed:
            return unreachable(held.values(), "live", " ".join(silent.values()))
        self.store.remove(table for table in held.values() if table.origin != "live")
        held = self.store.held()
        results = []
        for catalog, message in silent.items():
            mine = [table for table in held.values() if table.catalog == catalog]
            results += unreachable(mine, catalog, message)
        chosen: dict[str, tuple[Row, _Series]] = {}
        for series in self._followed(listed):
            for entry in series.tables[: self.tables_per_family]:
                chosen.setdefault(entry["Identifier"], (entry, series))
            if not series.tables:
                message = f"Bij {clients[series.catalog].host} staat {series.what} niet."
                results.append(TableResult(series.name, "", "ontbreekt", message=message))
        unasked = [t for t in held.values() if t.table_id not in chosen and t.catalog in listed]
        for table in unasked:
            if table.table_id in {entry["Identifier"] for entry in listed[table.catalog]}:
                self.store.remove([table])
            else:
                results.append(outdated(table, "De tabel staat niet meer in de catalogus."))
        for done, (table_id, (entry, series)) in enumerate(chosen.items()):
            self.progress(table_id, done, len(chosen))
            before = held.get(table_id)
            state = f"{self.as_of} {entry['Modified']} {entry['RecordCount']}"
            fingerprint = self._fingerprint(state)
            if before and before.fingerprint == fingerprint:
                results.append(fresh(before))
            else:
                new = self._described(entry, series.catalog, "live", fingerprint, before)
                client = clients[series.catalog]
                results.append(self._take(client, entry, new, series.topics, before))
        return results

    def _followed(self, listed: dict[str, list[Row]]) -> Iterator[_Series]:
        """Give every series in the catalogues that answered, its newest table first.

        The families come first: of a table that a contract names too we want our own topics.
        """
        for family in families():
            if family.catalog in listed:
                tables = _newest_first(
                    e for e in listed[family.catalog] if is_of_family(family, e["Title"] or "")
                )
                what = f"de reeks {family.family_id}"
                yield _Series(family.family_id, what, family.catalog, tables, topics())
        for contract in self.contracts:
            if contract.catalog in listed:
                tables = _newest_first(
                    e
                    for e in listed[contract.catalog]
                    if contract.is_about(e["Identifier"], e["Title"] or "", contract.catalog)
                )
                what = f"{contract.what} ({contract.place})"
                name = f"{contract.contract_id}.yaml"
                yield _Series(name, what, contract.catalog, tables, ())

    def _take(
        self,
        client: OpenDataClient,
        entry: Row,
        new: HeldTable,
        ours: tuple[Topic, ...],
        before: HeldTable | None,
    ) -> TableResult:
        wanted = Wanted(
            entry, new, ours, self._contracts_about(new.table_id, new.title, new.catalog)
        )
        return take(self.store, client, wanted, before, revisions_kept=self.revisions_kept)

    def _contracts_about(
        self, table_id: str, title: str, catalog: str
    ) -> tuple[OpenDataContract, ...]:
        return tuple(c for c in self.contracts if c.is_about(table_id, title, catalog))

    def _described(
        self, entry: Row, catalog: str, origin: str, fingerprint: str, before: HeldTable | None
    ) -> HeldTable:
        """Return how a table will be held."""
        day = re.match(r"\d{4}-\d\d-\d\d", entry["Modified"] or "")
        modified_on = date.fromisoformat(day[0]) if day else None
        contracts = self._contracts_about(entry["Identifier"], entry["Title"], catalog)
        told = next(iter(contracts), None)
        return HeldTable(
            table_id=entry["Identifier"],
            revision=modified_on or (before.revision if before else self.as_of),
            title=entry["Title"],
            catalog=catalog,
            source_name=told.source_name if told else (entry["Source"] or catalog).strip(" ."),
            licence=told.licence if told else licence_of(catalog),
            modified_on=modified_on,
            retrieved_on=self.as_of,
            origin=origin,
            record_count=int(entry["RecordCount"]),
            fingerprint=fingerprint,
        )

    def _fingerprint(self, state: str) -> str:
        """Return what must be equal for a table not to be taken again.

        That is its source, our reading of it, and what the organisation wants of it.
        """
        return hashlib.sha256(f"{state} {_own_code()} {self.contracts!r}".encode()).hexdigest()


def catalogues(
    clients: Mapping[str, OpenDataClient], progress: Progress
) -> tuple[dict[str, list[Row]], dict[str, str]]:
    """Return the tables of every catalogue that answers, and why each of the others did not."""
    listed: dict[str, list[Row]] = {}
    silent: dict[str, str] = {}
    for catalog, client in clients.items():
        progress(client.host, 0, 0)
        try:
            listed[catalog] = client.get_tables(CATALOGUE_FIELDS)
        except OpenDataError as error:
            silent[catalog] = str(error)
    return listed, silent


def licence_of(catalog: str) -> str:
    """Return on what terms the figures of a catalogue may be used."""
    return _LICENCES.get(catalog, _OTHER_LICENCE)


def _newest_first(entries: Iterable[Row]) -> list[Row]:
    def newest_year(entry: Row) -> str:
        return max(YEAR.findall(entry["Title"] or ""), default="")

    return sorted(entries, key=lambda e: (newest_year(e), e["Identifier"]), reverse=True)


@cache
def _own_code() -> str:
    folder = Path(__file__).parent
    files = sorted([*folder.glob("*.py"), *folder.glob("*.yml")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
