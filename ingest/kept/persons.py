"""Which rows are about one person, and which only mention one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from ingest.columns import map_distinct
from ingest.kept.tombstones import trajectory_identifiers

CLIENT_ID, WORKER_ID, TRAJECTORY_ID = "client_id", "worker_id", "trajectory_id"
# The token of name and birth date is not among them: twins share it.
_TOKEN_COLUMNS = (CLIENT_ID, "respondent_id", WORKER_ID)
# Every column that says whose row it is, or whom it mentions.
PERSON_COLUMNS = (*_TOKEN_COLUMNS, TRAJECTORY_ID)
# The table that says whose a trajectory is; elsewhere its number may be mistyped.
OWNERS = "trajectories"
# The table that lists the clients, once each.
CLIENTS = "clients"

Columns = Mapping[str, pa.StringArray]


class Wanted(Protocol):
    """A person that is looked for, or all who were erased."""

    def hits(self, identifiers: pa.StringArray) -> pa.BooleanArray:
        """Say of every token or trajectory identifier whether it is looked for; null is not."""
        ...


@dataclass(frozen=True)
class Person:
    """One person of a domain: the identifiers of his number, tokens and trajectories."""

    domain: str
    identifiers: frozenset[str]
    trajectory_ids: frozenset[str] = frozenset()

    def hits(self, identifiers: pa.StringArray) -> pa.BooleanArray:
        """Say of every token or trajectory identifier whether it is of this person."""
        found = map_distinct(identifiers, self.identifiers.__contains__, pa.bool_())
        return pc.fill_null(found, False)


@dataclass(frozen=True)
class Hits:
    """Which rows are about the wanted, and in which columns other rows mention them."""

    about: pa.BooleanArray
    mentions: Mapping[str, pa.BooleanArray]

    @property
    def rows(self) -> pa.BooleanArray:
        """Return the rows that are about the wanted or mention them."""
        rows = self.about
        for mentioned in self.mentions.values():
            rows = pc.or_(rows, mentioned)
        return rows


def hits_in(columns: Columns, wanted: Wanted, count: int) -> Hits:
    """Return the hits in `count` rows with these columns.

    A row is about its client, and about the client of its trajectory; in a table without clients
    it is about its worker. Whoever else it names it mentions: a contact is of the client, and
    mentions the worker.
    """
    about, mentions = pa.array([False] * count, pa.bool_()), {}
    subjects = _subject_columns(columns)
    for name in PERSON_COLUMNS:
        if name in columns:
            cells = columns[name]
            if name == TRAJECTORY_ID:
                cells = trajectory_identifiers(cells)
            hits = wanted.hits(cells)
            if name in subjects:
                about = pc.or_(about, hits)
            else:
                mentions[name] = hits
    return Hits(about, mentions)


def trajectories_of(columns: Columns, wanted: Wanted) -> set[str]:
    """Return the trajectories in these columns that are of the wanted clients."""
    if CLIENT_ID not in columns or TRAJECTORY_ID not in columns:
        return set()
    found = columns[TRAJECTORY_ID].filter(wanted.hits(columns[CLIENT_ID]))
    return set(found.drop_null().to_pylist())


def person_columns(rows: pa.Table) -> Columns:
    """Return the columns of some rows that say whose they are."""
    return {n: rows[n].combine_chunks() for n in PERSON_COLUMNS if n in rows.column_names}


def without(rows: pa.Table, hits: Hits) -> pa.Table:
    """Return the rows that are not about those who were hit, and that mention them no longer."""
    for name, mask in hits.mentions.items():
        cells = rows[name].combine_chunks()
        unnamed = pc.if_else(mask, map_distinct(cells, _nobody, pa.string()), cells)
        rows = rows.set_column(rows.column_names.index(name), rows.schema.field(name), unnamed)
    return rows.filter(pc.invert(hits.about))


def _subject_columns(names: Collection[str]) -> tuple[str, ...]:
    of_client = tuple(name for name in (CLIENT_ID, TRAJECTORY_ID) if name in names)
    return of_client or (WORKER_ID,)


def _nobody(token: str) -> str:
    """Return what stands where somebody was mentioned: a row without its worker would not count."""
    return f"{token.partition(':')[0]}:k0:{'0' * 32}"
