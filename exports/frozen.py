"""What later nights must know of this one: figures as they were, in files nobody changes."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ingest.home import Home, replace_durably
from ingest.raw_tables import raw_tables

# Raw tables of source `run`; the mart model int_new_<table> gives what a night adds to each.
REMEMBERED = ("interpreted_values", "baseline_values", "check_counts")


def remember(home: Home, warehouse: Path, run_id: str) -> None:
    """Add what is new in `warehouse` to frozen/, one file per table and night.

    Only a night that published may call this: what nobody saw is not remembered.
    """
    with duckdb.connect(warehouse, read_only=True, config={"threads": 1}) as connection:
        for table in REMEMBERED:
            schema = _schema(table)
            columns = ", ".join(schema.names)
            rows = connection.execute(
                f"select {columns} from mart.int_new_{table} order by {columns}"
            ).to_arrow_table()
            if rows.num_rows:
                _write(home.frozen / table / f"{run_id}.parquet", rows.cast(schema))


def remembered(home: Home, table: str) -> pa.Table:
    """Return what all nights so far remembered in `table`, as the raw table of that name."""
    schema = _schema(table)
    nights = [pq.read_table(file) for file in sorted((home.frozen / table).glob("*.parquet"))]
    return pa.concat_tables([schema.empty_table(), *(night.cast(schema) for night in nights)])


def _schema(table: str) -> pa.Schema:
    return raw_tables()["run", table].schema()


def _write(final: Path, rows: pa.Table) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    unfinished = final.with_suffix(".unfinished")
    pq.write_table(rows, unfinished)
    replace_durably(unfinished, final)
