"""One night on each engine from the same landing zone: the same rows, and the same release."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from ingest.example import write_example
from tests.conftest import Night, run_night

# Two nights before the first test, and starting Spark costs minutes on a slow machine.
pytestmark = pytest.mark.timeout(1800)

# What a night leaves that the next one would take into account.
_REMEMBERED = ("frozen", "releases", "published", "opdrachtgever", "warehouse")


@dataclass(frozen=True)
class BothEngines:
    """The night on DuckDB and the one on Spark, after it, from what the first took in."""

    duckdb: Night
    spark: Night


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> BothEngines:
    folder = tmp_path_factory.mktemp("engines")
    home, other_home = folder / "duckdb", folder / "spark"
    write_example(home, scale=0.02)
    on_duckdb = run_night(home)
    shutil.copytree(
        home, other_home, symlinks=True, ignore=lambda at, _: _REMEMBERED if at == str(home) else ()
    )
    with pytest.MonkeyPatch.context() as environment:
        # So few rows are done sooner in one part.
        environment.setenv("IMPACTKOMPAS_SPARK_PARTITIONS", "1")
        return BothEngines(on_duckdb, run_night(other_home, "--engine", "spark"))


@pytest.fixture(scope="module")
def databases(nights: BothEngines) -> Iterator[duckdb.DuckDBPyConnection]:
    """Both build databases in one connection, as `on_duckdb` and `on_spark`."""
    with duckdb.connect() as connection:
        for name, night in (("on_duckdb", nights.duckdb), ("on_spark", nights.spark)):
            file = night.home / "warehouse" / "build.duckdb"
            connection.execute(f"attach '{file}' as {name} (read_only)")
        yield connection


def _tables(databases: duckdb.DuckDBPyConnection, engine: str) -> set[str]:
    found = databases.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where database_name = $name",
        {"name": engine},
    )
    return {table for (table,) in found.fetchall()}


def _columns(databases: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Return the columns of a table with their types."""
    return {name: type_ for name, type_, *_ in databases.execute(f"describe {table}").fetchall()}


def _differing(databases: duckdb.DuckDBPyConnection, tables: set[str]) -> dict[str, str]:
    """Return per table what is not the same on both engines: columns, types, or any row."""
    found = {}
    for table in sorted(tables):
        columns = _columns(databases, f"on_duckdb.{table}")
        other = _columns(databases, f"on_spark.{table}")
        if columns != other:
            found[table] = f"columns: {dict(columns.items() ^ other.items())}"
            continue
        rows = databases.execute(
            f"""
            select
                (select count(*) from (from on_duckdb.{table} except all from on_spark.{table})),
                (select count(*) from (from on_spark.{table} except all from on_duckdb.{table}))
            """
        ).fetchone()
        if rows != (0, 0):
            found[table] = f"rows only on DuckDB and only on Spark: {rows}"
    return found


def test_both_nights_end_the_same(nights: BothEngines) -> None:
    assert nights.duckdb.exit_code in (0, 1, 2), nights.duckdb.said
    assert nights.spark.exit_code == nights.duckdb.exit_code, nights.spark.said


def test_every_kpi_row_is_the_same_on_spark(databases: duckdb.DuckDBPyConnection) -> None:
    rows = databases.execute("select count(*) from on_spark.mart.fct_kpi_value").fetchone()
    assert rows is not None
    assert rows[0] > 10_000
    assert _differing(databases, {"mart.fct_kpi_value"}) == {}


def test_every_row_of_every_table_is_the_same_on_spark(
    databases: duckdb.DuckDBPyConnection,
) -> None:
    tables = _tables(databases, "on_duckdb")
    assert tables <= _tables(databases, "on_spark")
    assert _differing(databases, tables) == {}


def test_what_is_published_is_the_same_byte_for_byte(nights: BothEngines) -> None:
    published = {file.name: file.read_bytes() for file in nights.duckdb.parquet.glob("*.parquet")}
    on_spark = {file.name: file.read_bytes() for file in nights.spark.parquet.glob("*.parquet")}
    assert published.keys() == on_spark.keys()
    # The table `run` names the run itself.
    assert [
        name for name in published if name != "run.parquet" and published[name] != on_spark[name]
    ] == []


def test_what_spark_built_is_not_kept_beside_the_build_database(nights: BothEngines) -> None:
    warehouse: Path = nights.spark.home / "warehouse"
    assert list(warehouse.glob("build.duckdb.*")) == []
