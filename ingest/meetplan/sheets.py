"""The sheets of the meetplan, as the raw tables declare them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from ingest.raw_tables import WORKBOOK_SOURCE, RawTable, raw_tables


@dataclass(frozen=True)
class SheetColumn:
    """One column of a sheet, with the type and description of what a person fills in.

    `references` is the sheet that knows its values, `code_list` the list of the organisation that
    does; a column that is `always_there` may be empty, but never missing. `codes` says what the
    choices stand for where that is another word.
    """

    name: str
    header: str
    sql_type: str
    description: str
    is_required: bool = False
    is_always_there: bool = False
    choices: tuple[str, ...] = ()
    codes: Mapping[str, str] = field(default_factory=dict)
    references: str | None = None
    code_list: str | None = None

    @property
    def is_kpi(self) -> bool:
        """Say whether this column holds the number of a KPI."""
        return self.name.endswith("kpi_id")

    @property
    def is_free_text(self) -> bool:
        """Say whether a person can type anything here."""
        return self.sql_type == "varchar" and not self.choices


@dataclass(frozen=True)
class Sheet:
    """One sheet and the raw table that it fills; no two rows have the same `key` (if any)."""

    name: str
    table: RawTable
    key: tuple[str, ...]
    columns: tuple[SheetColumn, ...]

    @property
    def table_key(self) -> tuple[str, str]:
        """Return source and name of the raw table."""
        return self.table.source_name, self.table.table_name

    @cached_property
    def headers(self) -> dict[str, str]:
        """Return the header of every column by our name."""
        return {column.name: column.header for column in self.columns}


@cache
def sheets() -> tuple[Sheet, ...]:
    """Return every sheet of the meetplan, in the order in which people fill them in."""
    own = [
        table
        for table in raw_tables().values()
        if table.source_name == WORKBOOK_SOURCE or table.declaration.get("meta", {}).get("meetplan")
    ]
    # Projects come first: everything that follows may name one.
    own.sort(key=lambda table: table.table_name != "projects")
    return tuple(map(declared_sheet, own))


def sheet_of(table_name: str) -> Sheet:
    """Return the sheet that fills this raw table."""
    return next(sheet for sheet in sheets() if sheet.table.table_name == table_name)


def declared_sheet(table: RawTable) -> Sheet:
    """Return the sheet that fills a raw table; a column without `meta` is filled in by us."""
    meta = table.declaration["meta"]
    return Sheet(
        name=meta["sheet"],
        table=table,
        key=tuple(meta.get("key", ())),
        columns=tuple(map(_column, declared_columns(table))),
    )


def declared_columns(table: RawTable) -> list[dict[str, Any]]:
    """Return what the dbt source says of the columns that stand in a sheet."""
    return [column for column in table.declaration["columns"] if "meta" in column]


def _column(declared: dict[str, Any]) -> SheetColumn:
    meta = declared["meta"]
    choices = meta.get("choices", ())
    return SheetColumn(
        name=declared["name"],
        header=meta["header"],
        sql_type=meta.get("entry_type", declared["data_type"]),
        description=meta.get("entry_nl", declared["description"]),
        is_required=meta.get("required", False),
        is_always_there=meta.get("always_there", False),
        choices=tuple(choices),
        codes=choices if isinstance(choices, dict) else {},
        references=meta.get("references"),
        code_list=meta.get("code_list"),
    )
