"""Adding topics of any table: what a table offers, and the contract that a choice makes."""

from collections.abc import Iterable, Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ingest.home import Home
from ingest.open_data.client import OpenDataClient, OpenDataError, Patience, Row
from ingest.open_data.contracts import title_of_series, topic_id_faults, topic_of, usable_contracts
from ingest.open_data.observations import Layout, layout_of, whole_group
from ingest.open_data.pull import (
    CATALOGUE_FIELDS,
    Addresses,
    catalog_of,
    catalogues,
    folder_of,
    licence_of,
)
from ingest.open_data.recordings import (
    BrokenTableError,
    NotATableError,
    recordings_in,
)
from ingest.open_data.stand_in import serving
from ingest.open_data.topics import find_topics, groups_above, plain

_NUMBERS = ("Long", "Double", "Float", "Integer")


@dataclass(frozen=True)
class OfferedTopic:
    """One column of a table: `groups` are the titles above it, the widest first."""

    key: str
    title: str
    groups: tuple[str, ...]
    unit: str
    description: str
    is_number: bool


@dataclass(frozen=True)
class OfferedTable:
    """What a table of the catalogue offers.

    `layout` is None, with the reason in `problem`, when it has no figures per region and year.
    `totals` is the title per other dimension that stands for everybody; `open_choices` are the
    titles of the dimensions where nothing does.
    """

    table_id: str
    title: str
    catalog: str
    source_name: str
    properties: tuple[Row, ...]
    topics: tuple[OfferedTopic, ...]
    layout: Layout | None
    problem: str
    totals: Mapping[str, str]
    open_choices: Mapping[str, tuple[str, ...]]


def look_up(
    table_id: str, *, mode: str, addresses: Addresses, patience: Patience | None = None
) -> OfferedTable:
    """Return what a table offers, wherever `mode` says that tables come from.

    Raises OpenDataError when the table is not there or cannot be read.
    """
    with _table(table_id, mode, addresses, patience or Patience()) as (client, entry, catalog):
        properties = client.get_properties(entry["Identifier"])
        problem = ""
        layout = None
        totals: dict[str, str] = {}
        open_choices: dict[str, tuple[str, ...]] = {}
        try:
            layout = layout_of(entry, properties)
        except OpenDataError as error:
            problem = str(error)
        for name in layout.others if layout else ():
            keys = client.get_dimension(entry["Identifier"], name)
            titles = {key["Key"]: (key["Title"] or key["Key"]).strip() for key in keys}
            try:
                total = whole_group(entry, name, keys)
            except OpenDataError:
                open_choices[name] = tuple(titles.values())
            else:
                if total is not None:
                    totals[name] = titles[total]
    return OfferedTable(
        table_id=entry["Identifier"],
        title=entry["Title"].strip(),
        catalog=catalog,
        source_name=(entry["Source"] or catalog).strip(" ."),
        properties=tuple(properties),
        topics=tuple(_offered(properties)),
        layout=layout,
        problem=problem,
        totals=totals,
        open_choices=open_choices,
    )


def add(
    home: Home,
    table: OfferedTable,
    chosen: Mapping[str, str],
    totals: Mapping[str, str],
    taken: Set[str] = frozenset(),
) -> Path:
    """Write the contract for the topics `chosen` (column name to own id); return its file.

    `totals` are the choices for dimensions without a total of their own, `taken` the ids of KPI's
    that are computed in another way. Raises OpenDataError, with every fault, when the choice
    cannot be, or when the contract is there already.
    """
    file = home.open_data_contracts / f"{table.table_id}.yaml"
    faults = list(_choice_faults(home, table, chosen, totals, taken))
    if file.exists():
        faults.insert(
            0,
            f"{file} is er al. Zet het onderwerp daar zelf bij, of verwijder het bestand en geef "
            "alle onderwerpen opnieuw",
        )
    if faults:
        raise OpenDataError("\n".join(f"{fault}." for fault in faults))
    file.parent.mkdir(parents=True, exist_ok=True)
    content = yaml.safe_dump(
        _contract(table, chosen, {**table.totals, **totals}),
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )
    file.write_text(content, encoding="utf-8")
    return file


def _choice_faults(
    home: Home,
    table: OfferedTable,
    chosen: Mapping[str, str],
    totals: Mapping[str, str],
    taken: Set[str],
) -> Iterator[str]:
    if table.problem:
        yield table.problem.rstrip(".")
    if len(set(chosen.values())) < len(chosen):
        yield "Elk onderwerp heeft een eigen id; er is er een twee keer gegeven"
    contracts, _ = usable_contracts(home)
    places = {each.topic.topic_id: c.place for c in contracts for each in c.topics}
    for topic_id in chosen.values():
        yield from (f"{topic_id}: {fault}" for fault in topic_id_faults(topic_id))
        if topic_id in places:
            yield f"{topic_id} staat al in {places[topic_id]}"
        if topic_id in taken:
            yield f"{topic_id} is al een KPI met een eigen model; kies een andere naam"
    yield from _column_faults(table, chosen)
    yield from _total_faults(table, totals)


def _column_faults(table: OfferedTable, keys: Iterable[str]) -> Iterator[str]:
    offered = {topic.key: topic for topic in table.topics}
    for key in keys:
        if key not in offered:
            yield f"Tabel {table.table_id} heeft geen onderwerp '{key}'"
        elif not offered[key].is_number:
            yield f"'{key}' is tekst en geen cijfer"
        elif _group_that_tells(table, offered[key]) is None:
            yield f"'{key}' is niet van andere onderwerpen te onderscheiden door titel en groep"


def _total_faults(table: OfferedTable, totals: Mapping[str, str]) -> Iterator[str]:
    for name, titles in table.open_choices.items():
        if plain(totals.get(name, "")) not in {plain(title) for title in titles}:
            yield (
                f"Dimensie {name} heeft geen totaal. Kies met --total '{name}=...' uit: "
                f"{', '.join(titles)}"
            )
    for name in totals.keys() - table.open_choices.keys():
        yield f"Bij dimensie '{name}' valt niets te kiezen"


def _contract(
    table: OfferedTable, chosen: Mapping[str, str], totals: Mapping[str, str]
) -> dict[str, Any]:
    """Return the contract as ODCS has it; it follows the newest year when the title has one."""
    series = title_of_series(table.title)
    layout = table.layout
    which = {"title": series} if series else {"table": table.table_id}
    dimensions = {"region": layout and layout.region, "period": layout and layout.period}
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": f"open-data-{table.table_id.lower()}",
        "name": table.title,
        "version": "1.0.0",
        "status": "active",
        "servers": [
            {
                "server": "open-data",
                "type": "custom",
                "catalog": table.catalog,
                "customProperties": _custom(which),
            }
        ],
        "schema": [
            {
                "name": "observations",
                "customProperties": _custom(dimensions | {"totals": dict(totals)}),
                "properties": [
                    _property(table, topic, chosen[topic.key])
                    for topic in table.topics
                    if topic.key in chosen
                ],
            }
        ],
        "customProperties": _custom(
            {"sourceName": table.source_name, "licence": licence_of(table.catalog)}
        ),
    }


def _property(table: OfferedTable, topic: OfferedTopic, topic_id: str) -> dict[str, Any]:
    said = {
        "title": topic.title,
        "unit": topic.unit or "onbekend",
        "group": _group_that_tells(table, topic),
    }
    return {
        "name": topic_id,
        "physicalName": topic.key,
        "businessName": topic.title,
        "description": topic.description or " > ".join((*topic.groups, topic.title)),
        "logicalType": "number",
        "logicalTypeOptions": {"minimum": 0},
        "classification": "keep",
        "customProperties": _custom(said),
    }


def _custom(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"property": name, "value": value} for name, value in said.items() if value]


def _offered(properties: list[Row]) -> Iterator[OfferedTopic]:
    by_id = {row["ID"]: row for row in properties}
    for row in properties:
        if row["Type"] == "Topic":
            yield OfferedTopic(
                key=row["Key"],
                title=(row["Title"] or "").strip(),
                groups=tuple(groups_above(row, by_id)),
                unit=(row.get("Unit") or "").strip(),
                description=" ".join((row.get("Description") or "").split()),
                is_number=row.get("Datatype") in _NUMBERS,
            )


def _group_that_tells(table: OfferedTable, topic: OfferedTopic) -> str | None:
    """Return the group that tells a topic from others, '' if none has to; None if none does."""
    for group in ("", *reversed(topic.groups)):
        wanted = topic_of("", title=topic.title, unit=topic.unit, group=group, minimum=None)
        if find_topics(table.properties, [wanted]).keys == {"": topic.key}:
            return group
    return None


@contextmanager
def _table(
    table_id: str, mode: str, addresses: Addresses, patience: Patience
) -> Iterator[tuple[OpenDataClient, Row, str]]:
    """Yield who to ask about a table, its catalogue row and its catalogue."""
    if mode == "live":
        clients = addresses.clients(patience)
        listed, silent = catalogues(clients, lambda *_: None)
        for catalog, entries in listed.items():
            for entry in entries:
                if entry["Identifier"].lower() == table_id.lower():
                    yield clients[catalog], entry, catalog
                    return
        if silent:
            raise OpenDataError(" ".join(silent.values()))
        hosts = " en ".join(client.host for client in clients.values())
        raise OpenDataError(f"Tabel {table_id} staat niet bij {hosts}. Controleer het nummer.")
    folder = folder_of(mode)
    try:
        recordings = {one.table_id.lower(): one for one in recordings_in(folder)}
        if table_id.lower() not in recordings:
            there = ", ".join(sorted(one.table_id for one in recordings.values()))
            raise OpenDataError(
                f"Tabel {table_id} staat niet in de map {folder.name}; wel: {there}."
            )
        with serving([recordings[table_id.lower()].read()]) as address:
            client = OpenDataClient(address, patience, patience.deadline())
            entry = client.get_tables(CATALOGUE_FIELDS)[0]
            yield client, entry, catalog_of(entry)
    except (NotATableError, BrokenTableError) as error:
        raise OpenDataError(str(error)) from None
