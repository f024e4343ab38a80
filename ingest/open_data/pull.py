"""Published figures of our topics, from the example, recorded tables or the service, to raw."""

import hashlib
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from ingest.home import Home
from ingest.open_data.client import OpenDataClient, OpenDataError, Patience, Row
from ingest.open_data.observations import layout_of, observations_of, regions_of, whole_group
from ingest.open_data.recordings import (
    EXAMPLE,
    BrokenTableError,
    NotATableError,
    recordings_in,
)
from ingest.open_data.stand_in import serving
from ingest.open_data.store import HeldTable, Store
from ingest.open_data.topics import YEAR, families, find_topics, is_of_family

State = Literal["actueel", "verouderd", "ontbreekt", "overgeslagen"]
# Called with the table that is next, how many are done and how many there are.
Progress = Callable[[str, int, int], None]

_CATALOGUE_FIELDS = (
    "Identifier",
    "Title",
    "Modified",
    "RecordCount",
    "Period",
    "Source",
    "Catalog",
)
_LOG = logging.getLogger(__name__)
_SAFE_ID = re.compile(r"[\w-][\w.-]*")


@dataclass(frozen=True)
class TableResult:
    """What became of one table: `actueel` is fresh, `verouderd` keeps the last good copy.

    `ontbreekt` is wanted but not there, `overgeslagen` has nothing for us. `row_count` counts
    rows of raw observations; `message` (Dutch) is empty when nothing needs to be said.
    """

    table_id: str
    title: str
    state: State
    retrieved_on: date | None = None
    row_count: int = 0
    message: str = ""


def pull(
    home: Home,
    *,
    mode: str,
    as_of: date,
    catalog_url: str = "opendata.cbs.nl",
    third_party_url: str = "dataderden.cbs.nl",
    tables_per_family: int = 3,
    patience: Patience | None = None,
    on_progress: Progress | None = None,
) -> list[TableResult]:
    """Bring raw open data up to date and say per table what became of it.

    `mode` is example, recorded:DIR or live. A table that cannot be had keeps its last good copy.
    Tables of another origin are removed as soon as the new one answers. Raises OpenDataError
    only when `mode` is none of the three.
    """
    store = Store(home.raw)
    patience = patience or Patience()
    progress = on_progress or (lambda *_: None)
    if mode == "live":
        addresses = {"CBS": catalog_url, "dataderden": third_party_url}
        return _pull_live(store, as_of, addresses, tables_per_family, patience, progress)
    if mode == "example":
        return _pull_recorded(store, as_of, "example", EXAMPLE, patience, progress)
    if mode.startswith("recorded:"):
        folder = Path(mode.removeprefix("recorded:"))
        return _pull_recorded(store, as_of, "recorded", folder, patience, progress)
    raise OpenDataError(
        f"De instelling open_data kent '{mode}' niet. Kies example, recorded:MAP of live."
    )


def _pull_recorded(
    store: Store, as_of: date, origin: str, folder: Path, patience: Patience, progress: Progress
) -> list[TableResult]:
    """Serve the tables of a folder on this machine and take them, those that did change."""
    held = store.held()
    try:
        recordings = recordings_in(folder)
    except NotATableError as error:
        return _unreachable(held.values(), origin, str(error))
    there = {recording.table_id for recording in recordings}
    store.remove(t for t in held.values() if t.origin != origin or t.table_id not in there)
    held = store.held()
    results = []
    for done, recording in enumerate(recordings):
        progress(recording.table_id, done, len(recordings))
        before = held.get(recording.table_id)
        fingerprint = _fingerprint(recording.fingerprint())
        if before and before.fingerprint == fingerprint:
            results.append(_fresh(before))
            continue
        try:
            with serving([recording.read()]) as address:
                client = OpenDataClient(address, patience, patience.deadline())
                entry = client.get_tables(_CATALOGUE_FIELDS)[0]
                catalog = "CBS" if entry["Catalog"] == "CBS" else "dataderden"
                new = _described(entry, catalog, origin, as_of, fingerprint)
                results.append(_take(store, client, entry, new, before))
        except NotATableError as error:
            results.append(_not_taken(before, recording.table_id, "", "overgeslagen", str(error)))
        except (BrokenTableError, OpenDataError) as error:
            results.append(_not_taken(before, recording.table_id, "", "ontbreekt", str(error)))
    return results


def _pull_live(
    store: Store,
    as_of: date,
    addresses: dict[str, str],
    tables_per_family: int,
    patience: Patience,
    progress: Progress,
) -> list[TableResult]:
    """Take the newest tables of each family from the service, those that did change."""
    deadline = patience.deadline()
    clients = {
        catalog: OpenDataClient(address, patience, deadline)
        for catalog, address in addresses.items()
    }
    listed: dict[str, list[Row]] = {}
    silent: dict[str, str] = {}
    for catalog, client in clients.items():
        progress(client.host, 0, 0)
        try:
            listed[catalog] = client.get_tables(_CATALOGUE_FIELDS)
        except OpenDataError as error:
            silent[catalog] = str(error)
    held = store.held()
    if not listed:
        return _unreachable(held.values(), "live", " ".join(silent.values()))
    store.remove(table for table in held.values() if table.origin != "live")
    held = store.held()
    results = []
    for catalog, message in silent.items():
        mine = [table for table in held.values() if table.catalog == catalog]
        results += _unreachable(mine, catalog, message)
    wanted = []
    for family in families():
        members = [
            e for e in listed.get(family.catalog, ()) if is_of_family(family, e["Title"] or "")
        ]
        members.sort(key=lambda entry: (_newest_year(entry), entry["Identifier"]), reverse=True)
        wanted += [(family.catalog, entry) for entry in members[:tables_per_family]]
        if not members and family.catalog in listed:
            message = f"Bij {clients[family.catalog].host} staat geen enkele tabel van deze reeks."
            results.append(TableResult(family.family_id, "", "ontbreekt", message=message))
    chosen = {entry["Identifier"] for _, entry in wanted}
    for table in held.values():
        if table.table_id in chosen or table.catalog in silent:
            continue
        if table.table_id in {entry["Identifier"] for entry in listed[table.catalog]}:
            store.remove([table])
        else:
            results.append(_outdated(table, "De tabel staat niet meer in de catalogus."))
    for done, (catalog, entry) in enumerate(wanted):
        progress(entry["Identifier"], done, len(wanted))
        before = held.get(entry["Identifier"])
        fingerprint = _fingerprint(f"{as_of} {entry['Modified']} {entry['RecordCount']}")
        if before and before.fingerprint == fingerprint:
            results.append(_fresh(before))
        else:
            new = _described(entry, catalog, "live", as_of, fingerprint)
            results.append(_take(store, clients[catalog], entry, new, before))
    return results


def _take(
    store: Store, client: OpenDataClient, entry: Row, new: HeldTable, before: HeldTable | None
) -> TableResult:
    """Download one table and put it in raw, whole or not at all."""
    if not _SAFE_ID.fullmatch(new.table_id):
        message = f"Het tabelnummer van '{new.title}' kan geen bestandsnaam zijn."
        return _not_taken(before, new.table_id, new.title, "ontbreekt", message)
    try:
        properties = client.get_properties(new.table_id)
        found = find_topics(properties)
        if not found.keys:
            message = "In deze tabel staat geen van onze onderwerpen."
            return _not_taken(before, new.table_id, new.title, "overgeslagen", message)
        layout = layout_of(entry, properties)
        only = {
            name: key
            for name in layout.others
            if (key := whole_group(entry, name, client.get_dimension(new.table_id, name)))
        }
        places = [name for name in (layout.region, layout.period, layout.age) if name]
        download = client.download(
            new.table_id, int(entry["RecordCount"]), [*places, *found.keys.values()], only
        )
        observations = observations_of(entry, layout, found.keys, download)
        regions = regions_of(layout, download, observations)
    except OpenDataError as error:
        return _not_taken(before, new.table_id, new.title, "ontbreekt", str(error))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # A source may change its shape overnight; that may cost one table, never the night.
        _LOG.warning("table %s has an unexpected shape", new.table_id, exc_info=True)
        message = f"De tabel heeft een andere vorm dan verwacht ({type(error).__name__})."
        return _not_taken(before, new.table_id, new.title, "ontbreekt", message)
    store.put(new, observations, regions)
    message = ""
    if found.ambiguous:
        message = f"Niet eenduidig en daarom niet overgenomen: {', '.join(found.ambiguous)}."
    return TableResult(
        new.table_id, new.title, "actueel", new.retrieved_on, observations.num_rows, message
    )


def _described(entry: Row, catalog: str, origin: str, as_of: date, fingerprint: str) -> HeldTable:
    modified = re.match(r"\d{4}-\d\d-\d\d", entry["Modified"] or "")
    return HeldTable(
        table_id=entry["Identifier"],
        title=entry["Title"],
        catalog=catalog,
        source_name=(entry["Source"] or catalog).strip(" ."),
        modified_on=date.fromisoformat(modified[0]) if modified else None,
        retrieved_on=as_of,
        origin=origin,
        fingerprint=fingerprint,
    )


def _fresh(table: HeldTable) -> TableResult:
    return TableResult(table.table_id, table.title, "actueel", table.retrieved_on, table.row_count)


def _outdated(table: HeldTable, message: str) -> TableResult:
    return TableResult(
        table.table_id,
        table.title,
        "verouderd",
        table.retrieved_on,
        table.row_count,
        f"{message} De kopie van {table.retrieved_on:%d-%m-%Y} blijft in gebruik.",
    )


def _not_taken(
    before: HeldTable | None, table_id: str, title: str, state: State, message: str
) -> TableResult:
    """Return what is said of a table that was not taken: its last good copy, else `state`."""
    if before:
        return _outdated(before, message)
    return TableResult(table_id, title, state, message=message)


def _unreachable(held: Iterable[HeldTable], name: str, message: str) -> list[TableResult]:
    """Return what is said when a whole origin does not answer: nothing of it is touched."""
    return [_outdated(table, message) for table in held] or [
        TableResult(name, "", "ontbreekt", message=message)
    ]


def _newest_year(entry: Row) -> str:
    return max(YEAR.findall(entry["Title"]), default="")


def _fingerprint(state: str) -> str:
    """Return what must be equal for a table not to be taken again: its source and our reading."""
    return hashlib.sha256(f"{state} {_own_code()}".encode()).hexdigest()


@cache
def _own_code() -> str:
    folder = Path(__file__).parent
    files = sorted([*folder.glob("*.py"), *folder.glob("*.yml")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
