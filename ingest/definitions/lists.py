"""The four lists of a definition list: what is built in, and which rows win."""

import csv
from collections.abc import Mapping
from functools import cache
from typing import Any

from ingest.meetplan.sheets import Sheet, declared_sheet
from ingest.raw_tables import SOURCES, raw_tables

SOURCE = "definition"
_SEEDS = SOURCES.parents[1] / "seeds" / "definitions"
_YES_NO = {"true": True, "false": False}

Row = dict[str, Any]
Key = tuple[Any, ...]
# Per list (its raw table): its rows by key.
Definitions = Mapping[str, Mapping[Key, Row]]


class DefinitionsError(Exception):
    """A definition list that cannot be used; the message lists every fault in Dutch."""


@cache
def lists() -> dict[str, Sheet]:
    """Return the sheet of every list by the name of its raw table."""
    tables = (table for table in raw_tables().values() if table.source_name == SOURCE)
    return {table.table_name: declared_sheet(table) for table in tables}


@cache
def built_in() -> Definitions:
    """Return the definitions that the project carries, as far as the sources give them."""
    found = {}
    for name, sheet in lists().items():
        rows = (_typed(sheet, row) for row in seed(name))
        found[name] = {key_of(sheet, row): row for row in rows}
    return found


@cache
def life_domains() -> dict[str, str]:
    """Return the names of the life domains by code, as an impact and as an effect KPI has it."""
    names = {row["life_domain_code"]: row["name_nl"] for row in seed("life_domains")}
    return names | {f"I{code[1:]}": name for code, name in names.items()}


def seed(name: str) -> list[dict[str, str]]:
    """Return the rows of a seed as text."""
    with (_SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key_of(sheet: Sheet, row: Row) -> Key:
    """Return what identifies a row in its list."""
    return tuple(row[name] for name in sheet.key)


def winning(rows: Definitions, over: Definitions) -> Definitions:
    """Return both together: `rows` win, per key or per group of rows that decide together."""
    together = {}
    for name, sheet in lists().items():
        group = sheet.table.declaration["meta"].get("replaces", sheet.key)
        new = rows.get(name, {})
        won = {tuple(row[part] for part in group) for row in new.values()}
        kept = {
            key: row
            for key, row in over.get(name, {}).items()
            if tuple(row[part] for part in group) not in won
        }
        together[name] = kept | dict(new)
    return together


def _typed(sheet: Sheet, texts: Mapping[str, str]) -> Row:
    types = sheet.table.columns
    return {
        name: _YES_NO[text] if types[name] == "boolean" else text or None
        for name, text in texts.items()
    }
