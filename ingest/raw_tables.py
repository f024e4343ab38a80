"""The raw tables that ingest promises to dbt, read from the dbt sources themselves."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.yaml_files import read_yaml

SOURCES = Path(__file__).parents[1] / "dbt_project" / "models" / "staging"

# What every row that came in through a contract carries, beside the columns of its own table.
STANDARD_COLUMNS = {
    "source_id": "varchar",
    "delivery_id": "varchar",
    "row_number": "bigint",
    "record_ref": "varchar",
    "recorded_on": "date",
    "operation": "varchar",
    "reject_column": "varchar",
    "reject_reason": "varchar",
}
CONTRACTED_SOURCES = ("ecd", "survey", "organisation")
# The workbook of the organisation: read every night, never delivered.
WORKBOOK_SOURCE = "meetplan"

_ARROW_TYPES = {
    "varchar": pa.string(),
    "integer": pa.int32(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}


@dataclass(frozen=True)
class RawTable:
    """One raw table: its own columns with their SQL types, standard columns apart.

    `declaration` is all that the dbt source says of it, such as the sheet that fills it.
    """

    source_name: str
    table_name: str
    description: str
    columns: dict[str, str]
    declaration: Mapping[str, Any]

    @property
    def all_columns(self) -> dict[str, str]:
        """Return the standard columns (when rows can be rejected) and its own."""
        is_checked = self.source_name in (*CONTRACTED_SOURCES, WORKBOOK_SOURCE)
        return (STANDARD_COLUMNS if is_checked else {}) | self.columns

    def schema(self) -> pa.Schema:
        """Return the Arrow schema of the Parquet files of this table."""
        return pa.schema([(name, arrow_type(sql)) for name, sql in self.all_columns.items()])

    def folder(self, raw: Path) -> Path:
        """Return the folder under `raw` that holds the Parquet files of this table."""
        return raw / self.source_name / self.table_name


def arrow_type(sql_type: str) -> pa.DataType:
    """Return the Arrow type of a SQL type as the dbt sources write it, such as decimal(18,2)."""
    if sql_type.startswith("decimal"):
        precision, scale = sql_type.removeprefix("decimal(").removesuffix(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return _ARROW_TYPES[sql_type]


@cache
def raw_tables() -> dict[tuple[str, str], RawTable]:
    """Return every raw table by (source name, table name), as declared in the dbt sources."""
    found = {}
    for file in sorted(SOURCES.glob("*/_*__sources.yml")):
        for source in read_yaml(file)["sources"]:
            for table in source["tables"]:
                found[source["name"], table["name"]] = RawTable(
                    source_name=source["name"],
                    table_name=table["name"],
                    description=table["description"],
                    columns={column["name"]: column["data_type"] for column in table["columns"]},
                    declaration=table,
                )
    return found


def tables_filled_by(raw: Path, source_id: str) -> list[RawTable]:
    """Return the raw tables that hold rows of a source."""
    return [
        table
        for table in raw_tables().values()
        if (table.folder(raw) / f"{source_id}.parquet").exists()
    ]


def write_table(raw: Path, table: tuple[str, str], file_stem: str, rows: pa.Table) -> Path:
    """Write the part of a raw table that `file_stem` stands for; readers see it whole."""
    folder = raw_tables()[table].folder(raw)
    folder.mkdir(parents=True, exist_ok=True)
    final = folder / f"{file_stem}.parquet"
    unfinished = final.with_suffix(".unfinished")
    pq.write_table(rows, unfinished)
    return unfinished.replace(final)


def write_missing_tables(raw: Path) -> None:
    """Give every raw table an empty file with its columns of today.

    So dbt always finds its sources, and a column that was added since rows were written is null.
    """
    for table in raw_tables().values():
        folder = table.folder(raw)
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table.schema().empty_table(), folder / "_empty.parquet")
