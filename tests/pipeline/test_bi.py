"""What BI tools get from a whole night: true to the Parquet files, in names, order and numbers."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import pytest
from frictionless import Package

from exports.files import DATABASE
from exports.pages import fetch_rows
from exports.power_bi import KPIS_QUERY, Model, semantic_model
from exports.power_bi.report import CHOSEN
from exports.star import references
from exports.tables import published_tables
from tests.bi.dax import Evaluator
from tests.bi.power_bi_check import problems_of
from tests.conftest import Night


@pytest.fixture(scope="module")
def intern(clean_night: Night) -> Path:
    return clean_night.parquet.parent


@pytest.fixture(scope="module")
def model(intern: Path) -> Model:
    with duckdb.connect(str(intern / DATABASE), read_only=True) as connection:
        return semantic_model(partial(fetch_rows, connection)(KPIS_QUERY))


@pytest.fixture(scope="module")
def database(intern: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(intern / DATABASE), read_only=True) as connection:
        yield connection


def test_a_strict_reader_finds_nothing_wrong_in_the_power_bi_project(intern: Path) -> None:
    assert problems_of(intern / "powerbi", intern / "parquet") == []


def test_every_measure_gives_what_is_published_and_nothing_for_more_rows(
    intern: Path, model: Model
) -> None:
    evaluator = Evaluator(model, intern / "parquet")
    keys = {table.name: list(table.key) for table in published_tables()}
    told = 0
    for table in model.tables:
        file = intern / "parquet" / f"{table.source}.parquet"
        for measure in table.measures:
            if measure.name == "Waarom leeg":
                continue
            column, condition = evaluator.translated(measure.name)
            key = ", ".join(keys[table.source])
            published = duckdb.execute(
                f"select {key}, {column} from '{file}' where {condition}"
            ).fetchall()
            found = evaluator.outcomes(measure.name, keys[table.source])
            assert found == {row[:-1]: row[-1] for row in published}, measure.name
            told += sum(value is not None for value in found.values())
            # Without the first part of the key, such as the KPI, most rows are no longer alone.
            rest = keys[table.source][1:]
            counts = duckdb.execute(
                f"select {', '.join(rest)}, count(*) from '{file}' where {condition} group by all"
            ).fetchall()
            coarser = evaluator.outcomes(measure.name, rest)
            assert all(coarser[row[:-1]] is None for row in counts if row[-1] > 1), measure.name
    assert told > 10_000


def test_every_kpi_with_a_figure_has_a_measure(
    model: Model, database: duckdb.DuckDBPyConnection
) -> None:
    (values,) = (table for table in model.tables if table.source == "kpi_value")
    measured = {measure.name.split(" ")[0] for measure in values.measures}
    shown = database.execute("select distinct kpi_id from kpi_value where value is not null")
    assert {kpi_id for (kpi_id,) in shown.fetchall()} <= measured


def test_what_orders_a_column_gives_one_place_per_name(
    database: duckdb.DuckDBPyConnection,
) -> None:
    # Power BI refuses a model in which one name has two places.
    for table in published_tables():
        for column, order in table.sorted_by.items():
            query = (
                f"select {column} from {table.name} group by 1 having count(distinct {order}) > 1"
            )
            assert database.execute(query).fetchall() == [], (table.name, column)


def test_every_period_area_and_code_of_a_figure_is_in_its_dimension(
    database: duckdb.DuckDBPyConnection,
) -> None:
    for name in ("kpi_value", "question_value", "answer_value", "instrument_value"):
        for each in references(name):
            if each.table in ("dim_project", "dim_instrument"):
                continue
            match = " and ".join(
                f"other.{field} = rows.{column}"
                for column, field in zip(each.columns, each.fields, strict=True)
            )
            filled = " and ".join(f"rows.{column} is not null" for column in each.columns)
            missing = database.execute(
                f"select count(*) from {name} as rows where {filled} "
                f"and not exists (select 1 from {each.table} as other where {match})"
            ).fetchall()
            assert missing == [(0,)], (name, each.table)


def test_the_dates_of_figures_lie_in_the_calendar(database: duckdb.DuckDBPyConnection) -> None:
    first, last, days, gaps = database.execute("""
        select min(calendar_date), max(calendar_date), count(*),
            max(calendar_date) - min(calendar_date) + 1 - count(*)
        from dim_date
    """).fetchall()[0]
    assert (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    assert days > 9_000
    assert gaps == 0
    outside = database.execute(
        "select count(*) from dim_period where period_start not between $first and $last",
        {"first": first, "last": last},
    ).fetchall()
    assert outside == [(0,)]


def test_frictionless_finds_every_csv_valid(intern: Path) -> None:
    package = Package.from_descriptor(str(intern / "datapackage.json"))
    read = [resource for resource in package.resources if resource.format == "csv"]
    assert len(read) > 10
    for resource in read:
        report = resource.validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type"])[:3]


def test_what_the_first_page_starts_with_is_there(database: duckdb.DuckDBPyConnection) -> None:
    for table, column, value in CHOSEN:
        found = database.execute(
            f"select count(*) from {table} where {column} = $value", {"value": value}
        ).fetchall()
        assert found[0][0] > 0, (table, value)
