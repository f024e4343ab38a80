"""The published tables as a star: their Dutch names, and which column refers to which dimension."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from exports.tables import PublishedTable, published_tables
from ingest.yaml_files import read_yaml

_CAPTIONS = Path(__file__).with_name("captions.yml")
_DIMENSION = "dim_"


class Reference(BaseModel):
    """Columns of one table that together name a row of another, by its key or a part of it.

    `is_sure` tells that every value is in the other table, or no release would have been made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: tuple[str, ...]
    table: str
    fields: tuple[str, ...]
    is_sure: bool


class MissingCaption(KeyError):
    """A published table or column has no Dutch name yet; the message says where to give it."""


def table_caption(name: str) -> str:
    """Return the Dutch name of a published table."""
    return _caption("tables", name)


def column_caption(table: str, name: str) -> str:
    """Return the Dutch name of a published column: the same in every table, but for a few."""
    own = f"{table}.{name}"
    return _caption("columns", own if own in _captions()["columns"] else name)


def _caption(kind: str, name: str) -> str:
    try:
        return _captions()[kind][name]
    except KeyError:
        raise MissingCaption(
            f"{name} heeft nog geen Nederlandse naam. Voeg haar toe onder {kind} in "
            f"exports/{_CAPTIONS.name}."
        ) from None


@cache
def _captions() -> dict[str, dict[str, str]]:
    captions: dict[str, dict[str, str]] = read_yaml(_CAPTIONS)
    return captions


def is_dimension(table: PublishedTable) -> bool:
    """Tell whether a table describes what figures are about, and is none itself."""
    return table.name.startswith(_DIMENSION)


@cache
def references(table_name: str) -> tuple[Reference, ...]:
    """Return what a table refers to, in the order of its columns.

    The `relationships` tests of dbt say so. Beside them columns with the names of the key of a
    dimension refer to it: a conformed dimension is called the same everywhere.
    """
    tables = {table.name: table for table in published_tables()}
    table = tables[table_name]
    found = {reference.columns: reference for reference in _by_name(table)}
    found |= {reference.columns: reference for reference in _by_tests(table)}
    place = {column.name: number for number, column in enumerate(table.columns)}
    return tuple(sorted(found.values(), key=lambda each: [place[name] for name in each.columns]))


def _by_name(table: PublishedTable) -> Iterator[Reference]:
    names = {column.name for column in table.columns}
    for other in published_tables():
        if other.name != table.name and is_dimension(other) and set(other.key) <= names:
            yield Reference(columns=other.key, table=other.name, fields=other.key, is_sure=False)


def _by_tests(table: PublishedTable) -> Iterator[Reference]:
    published = {other.source: other.name for other in published_tables()}
    for test in table.tests:
        if test.name == "relationships" and test.column is not None:
            source = test.arguments["to"].removeprefix("ref('").removesuffix("')")
            yield Reference(
                columns=(test.column,),
                table=published[source],
                fields=(test.arguments["field"],),
                is_sure=test.severity == "error" and test.where is None,
            )
