"""Taking one table: whole, no less than what we hold of it, and with what was revised counted."""

import logging
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from ingest import dutch
from ingest.open_data.client import OpenDataClient, OpenDataError, Row
from ingest.open_data.contracts import OpenDataContract
from ingest.open_data.observations import (
    FIGURE_PLACE,
    Layout,
    layout_of,
    observations_of,
    regions_of,
    revised_figures,
    whole_group,
)
from ingest.open_data.results import State, TableResult, fresh, not_taken, outdated
from ingest.open_data.store import HeldTable, Store
from ingest.open_data.topics import FoundTopics, Topic, find_topics

_LOG = logging.getLogger(__name__)
_SAFE_ID = re.compile(r"[\w-][\w.-]*")


@dataclass(frozen=True)
class Wanted:
    """A table to take: its catalogue row, how it will be held, and what is wanted of it."""

    entry: Row
    new: HeldTable
    topics: Sequence[Topic]
    contracts: Sequence[OpenDataContract]

    @property
    def added(self) -> tuple[Topic, ...]:
        """Return the topics that the organisation added."""
        return tuple(each.topic for contract in self.contracts for each in contract.topics)


def take(
    store: Store,
    client: OpenDataClient,
    wanted: Wanted,
    before: HeldTable | None,
    *,
    revisions_kept: int,
) -> TableResult:
    """Download one table and hold it, whole or not at all; say what became of it."""
    new = wanted.new

    def refused(state: State, message: str) -> TableResult:
        return not_taken(before, new.table_id, new.title, state, message)

    if not _SAFE_ID.fullmatch(new.table_id):
        message = f"Het tabelnummer van '{new.title}' kan geen bestandsnaam zijn."
        return refused("ontbreekt", message)
    try:
        properties = client.get_properties(new.table_id)
        found = find_topics(properties, (*wanted.topics, *wanted.added))
        if before and (message := _objection(store, wanted, before, found)):
            return outdated(before, message)
        unfound = _unfound(wanted, found)
        if not found.keys:
            nothing_ours = "In deze tabel staat geen van onze onderwerpen."
            return refused("ontbreekt" if wanted.added else "overgeslagen", unfound or nothing_ours)
        observations, regions = _downloaded(client, wanted, properties, found)
    except OpenDataError as error:
        return refused("ontbreekt", str(error))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        # A source may change its shape overnight; that may cost one table, never the night.
        _LOG.warning("table %s has an unexpected shape", new.table_id, exc_info=True)
        message = f"De tabel heeft een andere vorm dan verwacht ({type(error).__name__})."
        return refused("ontbreekt", message)
    revised = ""
    if before:
        new, revised = _compared(store, new, before, observations)
    new = replace(new, row_count=observations.num_rows)
    store.put(new, observations, regions, kept=revisions_kept)
    return fresh(new, " ".join(filter(None, (unfound, revised))))


def _downloaded(
    client: OpenDataClient, wanted: Wanted, properties: list[Row], found: FoundTopics
) -> tuple[pa.Table, pa.Table]:
    """Return observations and regions of a table."""
    entry, new = wanted.entry, wanted.new
    layout, only = layout_and_totals(client, entry, properties, wanted.contracts)
    places = [name for name in (layout.region, layout.period, layout.age) if name]
    columns = [*places, *dict.fromkeys(found.keys.values())]
    download = client.download(new.table_id, int(entry["RecordCount"]), columns, only)
    keys = {
        topic: found.keys[topic.topic_id]
        for topic in (*wanted.topics, *wanted.added)
        if topic.topic_id in found.keys
    }
    observations = observations_of(entry, new.revision, layout, keys, download)
    return observations, regions_of(new.revision, layout, download, observations)


def layout_and_totals(
    client: OpenDataClient,
    entry: Row,
    properties: list[Row],
    contracts: Collection[OpenDataContract],
) -> tuple[Layout, dict[str, str]]:
    """Return the layout of a table, and the key for everybody of each of its other dimensions.

    Contracts have the last word. Raises OpenDataError when one of them cannot be told.
    """
    named = next(iter(contracts), None)
    layout = layout_of(
        entry, properties, named.region if named else None, named.period if named else None
    )
    declared = {name: key for contract in contracts for name, key in contract.totals.items()}
    only = {
        name: key
        for name in layout.others
        if (
            key := whole_group(
                entry,
                name,
                client.get_dimension(str(entry["Identifier"]), name),
                declared.get(name),
            )
        )
    }
    return layout, only


def _objection(store: Store, wanted: Wanted, before: HeldTable, found: FoundTopics) -> str:
    """Return why the last good copy stays although the source answers (X04); empty if it may go.

    The example changes only with the programme, so there nobody has to be asked.
    """
    new = wanted.new
    if new.origin == "example" or store.is_accepted(new.table_id):
        return ""
    held = set(store.observations(before, ["topic_id"])["topic_id"].unique().to_pylist())
    lost = held & {*found.ambiguous, *found.absent}
    if new.modified_on and before.modified_on and new.modified_on < before.modified_on:
        problem = (
            f"De bron geeft een oudere uitgave ({new.modified_on:%d-%m-%Y}) dan die van "
            f"{before.modified_on:%d-%m-%Y}."
        )
    elif new.record_count < before.record_count:
        problem = (
            f"De tabel heeft nu {dutch.number(new.record_count)} rijen en had er "
            f"{dutch.number(before.record_count)}."
        )
    elif lost:
        problem = (
            f"Onderwerp {', '.join(sorted(lost))} is niet meer te vinden: titel of eenheid is bij "
            "de bron of in het contract veranderd."
        )
    else:
        return ""
    accept = f"impactkompas open-data accept {new.table_id}"
    return f"{problem} Vastgehouden (X04). Klopt het, geef dan '{accept}'."


def _unfound(wanted: Wanted, found: FoundTopics) -> str:
    """Return which topics were not taken over and why."""
    added = {topic.topic_id for topic in wanted.added}
    absent = [name for name in found.absent if name in added]
    sentences = []
    if found.ambiguous:
        names = ", ".join(found.ambiguous)
        sentences.append(f"Niet eenduidig en daarom niet overgenomen: {names}.")
    if absent:
        places = ", ".join(contract.place for contract in wanted.contracts)
        sentences.append(f"Niet in deze tabel: {', '.join(absent)} ({places}).")
    return " ".join(sentences)


def _compared(
    store: Store, new: HeldTable, before: HeldTable, observations: pa.Table
) -> tuple[HeldTable, str]:
    """Return the table with the number of its revised figures, and what is said of them."""
    former = store.observations(before, [*FIGURE_PLACE, "value"])
    count = revised_figures(former, observations)
    is_same = new.revision == before.revision
    figures = f"{dutch.number(count)} {'cijfer' if count == 1 else 'cijfers'}"
    sentence = ""
    if count and is_same:
        sentence = f"Herzien zonder nieuwe datum bij de bron: {figures}."
    elif count:
        sentence = f"Herzien sinds de uitgave van {before.revision:%d-%m-%Y}: {figures}."
    total = count + (before.revised_count if is_same else 0)
    return replace(new, revised_count=total), sentence
