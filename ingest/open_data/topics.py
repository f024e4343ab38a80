"""Our fixed topics, and where they stand in a table that was never seen before."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ingest.yaml_files import read_yaml

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
TOPICS_FILE = Path(__file__).with_name("topics.yml")

# How the sources write the units that topics.yml calls aantal and %.
_UNITS = {"aantal": {"aantal", "personen", "huishoudens"}, "%": {"%"}}


@dataclass(frozen=True)
class Topic:
    """A topic: the unit it must have and the titles it goes by, as patterns of plain titles.

    What is less than `minimum` is no figure: some releases have -1 where a point was meant.
    """

    topic_id: str
    unit: str
    titles: tuple[str, ...]
    group: str | None
    minimum: Decimal | None = Decimal()


@dataclass(frozen=True)
class Family:
    """Tables that appear every year: the catalogue they stand in and how their titles read."""

    family_id: str
    catalog: str
    title: str


@dataclass(frozen=True)
class FoundTopics:
    """Column name per topic, and the topics that more than one column could be or none is."""

    keys: dict[str, str]
    ambiguous: tuple[str, ...]
    absent: tuple[str, ...]


@cache
def families() -> tuple[Family, ...]:
    """Return the families of tables that are followed at the service."""
    return tuple(Family(f["id"], f["catalog"], f["title"]) for f in _declared()["families"])


@cache
def topics() -> tuple[Topic, ...]:
    """Return our topics in the order of topics.yml."""
    return tuple(
        Topic(t["id"], t["unit"], tuple(t["titles"]), t.get("group")) for t in _declared()["topics"]
    )


def plain(title: str) -> str:
    """Return a title in lower case, without accents, with single spaces instead of signs."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", ascii_only.lower()).split())


def is_of_family(family: Family, title: str) -> bool:
    """Return whether a table with this title belongs to the family."""
    return re.fullmatch(family.title, plain(title)) is not None


def age_band_of_title(title: str) -> str | None:
    """Return the age group that a whole table is about, when its title says so."""
    bands: dict[str, str] = _declared()["age_band_by_title"]
    return next((band for pattern, band in bands.items() if re.search(pattern, plain(title))), None)


def find_topics(properties: Iterable[Mapping[str, Any]], wanted: Iterable[Topic]) -> FoundTopics:
    """Find topics among the DataProperties of a table, by title, unit and group."""
    rows = list(properties)
    columns = [row for row in rows if row["Type"] == "Topic"]
    by_id = {row["ID"]: row for row in rows}
    keys: dict[str, str] = {}
    ambiguous: list[str] = []
    absent: list[str] = []
    for topic in wanted:
        for pattern in topic.titles:
            fitting = [
                column["Key"]
                for column in columns
                if re.fullmatch(pattern, plain(column["Title"] or ""))
                and _unit_fits(topic, column.get("Unit"))
                and _group_fits(topic, column, by_id)
            ]
            if len(fitting) == 1:
                keys[topic.topic_id] = fitting[0]
            elif fitting:
                ambiguous.append(topic.topic_id)
            if fitting:
                break
        else:
            absent.append(topic.topic_id)
    return FoundTopics(keys, tuple(ambiguous), tuple(absent))


def _unit_fits(topic: Topic, unit: str | None) -> bool:
    return not unit or unit.strip().lower() in _UNITS.get(topic.unit, {topic.unit})


def _group_fits(
    topic: Topic, column: Mapping[str, Any], by_id: Mapping[Any, Mapping[str, Any]]
) -> bool:
    """Return whether one of the groups above the column is the one the topic asks for."""
    if topic.group is None or column.get("ParentID") is None:
        return True
    return any(re.fullmatch(topic.group, plain(title)) for title in groups_above(column, by_id))


def groups_above(column: Mapping[str, Any], by_id: Mapping[Any, Mapping[str, Any]]) -> list[str]:
    """Return the titles of the groups that a column of DataProperties is in, the widest first."""
    titles: list[str] = []
    not_passed = dict(by_id)
    above = column
    while parent := not_passed.pop(above.get("ParentID"), None):
        titles.insert(0, (parent["Title"] or "").strip())
        above = parent
    return titles


def is_count_unit(unit: str) -> bool:
    """Say whether figures in this unit of the source are numbers of people or households."""
    return unit.strip().lower() in _UNITS["aantal"]


@cache
def _declared() -> dict[str, Any]:
    content: dict[str, Any] = read_yaml(TOPICS_FILE)
    return content
