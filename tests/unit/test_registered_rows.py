"""The union of all registration tables that the checks look at, run on small tables in DuckDB."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import pytest

from ingest.raw_tables import CONTRACTED_SOURCES, raw_tables

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
# Tables that say nothing about a person or an event.
NO_REGISTRATION = {
    ("organisation", "codes"),
    ("organisation", "impact_values"),
    ("organisation", "region_changes"),
    ("organisation", "postcodes"),
    ("survey", "answer_scales"),
}
# Dates that may lie ahead or that nobody lived through: they are not when something happened.
NO_EVENT = {
    ("ecd", "workers", "employed_from"),
    ("ecd", "workers", "employed_until"),
    ("organisation", "projects", "started_on"),
    ("organisation", "projects", "ended_on"),
}
REGISTRATIONS = {
    key: table
    for key, table in raw_tables().items()
    if key[0] in CONTRACTED_SOURCES and key not in NO_REGISTRATION
}


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    """Return a database with every raw table, empty."""
    connection = duckdb.connect()
    for (source, table), raw in raw_tables().items():
        columns = ", ".join(f"{name} {sql_type}" for name, sql_type in raw.all_columns.items())
        connection.execute(f"create schema if not exists {source}")
        connection.execute(f"create table {source}.{table} ({columns})")
    return connection


def registered_rows(warehouse: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """Return what models/checks/int_registered_rows.sql makes of the raw tables."""
    macro = (DBT_PROJECT / "macros/checks/registered_rows.sql").read_text(encoding="utf-8")
    model = (DBT_PROJECT / "models/checks/int_registered_rows.sql").read_text(encoding="utf-8")
    sql = jinja2.Template(macro + model).render(
        source=lambda source, table: f"{source}.{table}",
        dbt=SimpleNamespace(type_string=lambda: "varchar"),
    )
    return warehouse.execute(sql).arrow().read_all().to_pylist()


def insert(warehouse: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    warehouse.execute(f"insert into {table} ({names}) values ({marks})", list(values.values()))


def test_every_registration_table_and_every_event_date_is_looked_at(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    for source, table in REGISTRATIONS:
        insert(warehouse, f"{source}.{table}", record_ref="r")

    found = {
        (row["source_name"], row["table_name"], row["date_column"])
        for row in registered_rows(warehouse)
    }

    dates = {
        (*key, name)
        for key, table in REGISTRATIONS.items()
        for name, sql_type in table.columns.items()
        if sql_type == "date"
    } - NO_EVENT
    dated = {(source, table) for source, table, _ in dates}
    without_date = {(*key, "*") for key in REGISTRATIONS if key not in dated}
    assert found == dates | without_date


def test_every_key_that_a_table_has_is_passed_on(warehouse: duckdb.DuckDBPyConnection) -> None:
    keys = ["team_code", "service_code", "client_id", "trajectory_id", "worker_id", "response_id"]
    for (source, table), raw in REGISTRATIONS.items():
        own = {key: key for key in keys if key in raw.columns}
        insert(warehouse, f"{source}.{table}", record_ref="r", **own)

    for row in registered_rows(warehouse):
        columns = raw_tables()[row["source_name"], row["table_name"]].columns
        assert {key: row[key] for key in keys} == {
            key: key if key in columns else None for key in keys
        }


def test_a_row_counts_once_by_its_main_date_however_many_dates_it_has(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    insert(
        warehouse,
        "ecd.trajectories",
        record_ref="r",
        intake_on=date(2025, 1, 3),
        started_on=date(2025, 1, 6),
        ended_on=date(2025, 2, 1),
    )

    found = [
        (row["date_column"], row["happened_on"], row["is_main_date"])
        for row in registered_rows(warehouse)
    ]

    assert sorted(found) == [
        ("ended_on", date(2025, 2, 1), False),
        ("intake_on", date(2025, 1, 3), False),
        ("started_on", date(2025, 1, 6), True),
    ]


def test_a_rejected_row_stays_and_is_found_by_its_row_number_when_its_own_mark_is_missing(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    insert(warehouse, "ecd.clients", record_ref="r1", row_number=1)
    insert(warehouse, "ecd.clients", row_number=2, reject_reason="verplicht en leeg")

    found = {row["record_ref"]: row["is_rejected"] for row in registered_rows(warehouse)}

    assert found == {"r1": False, "rij 2": True}


def test_empty_tables_give_no_rows(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert registered_rows(warehouse) == []
