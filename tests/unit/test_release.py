"""A release is whole or not there, and the same figures give the same bytes."""

import hashlib
import json
import re
import shutil
import struct
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from exports import release
from exports.release import (
    ReleaseError,
    ReleaseRefused,
    RunFacts,
    current_release,
    publish,
    published_age,
    published_at,
)
from exports.tables import PublishedTable, published_tables
from ingest.home import Home

FIGURE = {
    "kpi_id": "E4.1.1",
    "design": "afterwards",
    "period_type": "year",
    "period_start": date(2025, 1, 1),
    "breakdown": "team",
    "numerator": 30,
    "denominator": 200,
    "value": 15,
    "unit": "percentage",
    "n_subjects": 200,
    "status": "getoond",
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "kpi_value": [
        FIGURE | {"team_code": "T2", "numerator": 3},
        FIGURE | {"team_code": "T1"},
        FIGURE | {"breakdown": "total", "numerator": 33},
    ],
    "dim_kpi": [{"kpi_id": "E4.1.1", "name_nl": "Meedoen"}],
    "check_result": [{"check_id": "K03", "source_name": "ecd", "n_applicable": 500, "n_hit": 3}],
}

# Only for teams: no published table.
FEEDBACK = """
create table mart.fct_feedback_row (
    check_id varchar, source_id varchar, table_name varchar, record_ref varchar,
    team_code varchar, service_code varchar, occurred_on date, column_names varchar
)
"""


def build(warehouse: Path, rows: dict[str, list[dict[str, Any]]] = ROWS) -> Path:
    """Write a warehouse with every mart table, filled with `rows` in the order given."""
    with duckdb.connect(warehouse) as connection:
        connection.begin()
        connection.execute("create schema mart")
        connection.execute(FEEDBACK)
        for table in published_tables():
            if table.source is None:
                continue
            columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
            connection.execute(f"create table mart.{table.source} ({columns})")
            for row in rows.get(table.name, []):
                connection.execute(
                    f"insert into mart.{table.source} ({', '.join(row)}) "
                    f"values ({', '.join('?' * len(row))})",
                    list(row.values()),
                )
        connection.commit()
    return warehouse


def facts(run_id: str, as_of: date = date(2025, 6, 1)) -> RunFacts:
    """Return the facts of a made-up night."""
    return RunFacts(
        run_id=run_id,
        as_of=as_of,
        started_at=datetime(2025, 6, 1, 2, 0),
        code_version="0.1.0",
        open_data_origin="example",
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return build(tmp_path / "build.duckdb")


def fetch(query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(query).fetchall()


def parquet_hashes(folder: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (folder / "intern" / "parquet").iterdir()
    }


def test_a_release_says_itself_when_its_night_began(home: Home, warehouse: Path) -> None:
    began = published_at(publish(home, warehouse, facts("r1")).path)
    assert began == datetime(2025, 6, 1, 2, 0, tzinfo=UTC)


def test_a_release_holds_every_declared_table_and_nothing_else(home: Home, warehouse: Path) -> None:
    result = publish(home, warehouse, facts("r1"))
    names = {f"parquet/{table.name}.parquet" for table in published_tables()}
    intern = home.releases / "r1" / "intern"
    found = {file.relative_to(intern).as_posix() for file in intern.rglob("*") if file.is_file()}
    found = {name for name in found if not name.startswith(("csv/", "powerbi/"))}
    pages = {"kwaliteit.html", "rapport.html", "verken.html"}
    pages |= {"woordenboek.html", "datapackage.json"}
    assert found == names | pages | {"impact.duckdb", "impact.xlsx", "manifest.json"}
    assert {"kpi_value", "dim_kpi", "dim_region", "dim_service"} <= set(result.rows)
    assert {"dim_project", "dim_period", "check_result", "run"} <= set(result.rows)
    assert (result.rows["kpi_value"], result.rows["run"]) == (3, 1)


def test_published_points_at_the_release_and_moves_with_the_home(
    home: Home, warehouse: Path, tmp_path: Path
) -> None:
    publish(home, warehouse, facts("r1"))
    assert current_release(home) == home.releases / "r1"
    publish(home, warehouse, facts("r2"))
    assert current_release(home) == home.releases / "r2"
    moved = Home(tmp_path / "moved")
    home.root.rename(moved.root)
    assert current_release(moved) == moved.releases / "r2"


def test_published_figures_are_protected_and_in_key_order(home: Home, warehouse: Path) -> None:
    folder = publish(home, warehouse, facts("r1")).path / "intern"
    columns = "breakdown, team_code, cast(value as integer), status"
    expected = [
        ("team", "T1", 15, "getoond"),
        ("team", "T2", None, "afgeschermd"),
        ("total", None, 17, "getoond"),  # 16.5
    ]
    parquet = folder / "parquet" / "kpi_value.parquet"
    assert fetch(f"select {columns} from '{parquet}'") == expected
    with duckdb.connect(folder / "impact.duckdb", read_only=True) as connection:
        assert connection.execute(f"select {columns} from kpi_value").fetchall() == expected
        checks = connection.execute("select n_applicable, n_hit from check_result").fetchall()
        assert checks == [(500, None)]


def test_two_releases_of_the_same_figures_have_equal_parquet_bytes(
    home: Home, tmp_path: Path
) -> None:
    many = [
        FIGURE | {"team_code": f"T{number:05}", "numerator": number % 200} for number in range(250)
    ]
    forward = build(tmp_path / "forward.duckdb", ROWS | {"kpi_value": many})
    backward = build(tmp_path / "backward.duckdb", ROWS | {"kpi_value": many[::-1]})
    first = parquet_hashes(publish(home, forward, facts("r1")).path)
    second = parquet_hashes(publish(home, backward, facts("r2")).path)
    assert first.pop("run.parquet") != second.pop("run.parquet")
    assert first == second


def test_published_columns_have_the_declared_types_and_no_hugeint(
    home: Home, warehouse: Path
) -> None:
    folder = publish(home, warehouse, facts("r1")).path / "intern"
    for table in published_tables():
        declared = [(column.name, column.type) for column in table.columns]
        for place in (
            f"from '{folder}/parquet/{table.name}.parquet'",
            f"from impact.{table.name}",
        ):
            with duckdb.connect() as connection:
                connection.execute(f"attach '{folder}/impact.duckdb' as impact (read_only)")
                found = connection.execute(f"describe {place}").fetchall()
            assert [(name, kind) for name, kind, *_ in found] == declared
            assert "HUGEINT" not in {kind for _, kind, *_ in found}


def test_impact_duckdb_is_in_the_oldest_format_and_describes_itself(
    home: Home, warehouse: Path
) -> None:
    file = publish(home, warehouse, facts("r1")).path / "intern" / "impact.duckdb"
    magic, version = struct.unpack_from("<4sQ", file.read_bytes(), 8)
    assert (magic, version) == (b"DUCK", 64)  # 64 is what duckdb 1.0 writes and reads
    with duckdb.connect(file, read_only=True) as connection:
        tables = dict(
            connection.execute("select table_name, comment from duckdb_tables()").fetchall()
        )
        columns = connection.execute("select comment from duckdb_columns() where not internal")
        assert all(comment for (comment,) in columns.fetchall())
    assert "Beschermd: kleine aantallen zijn afgeschermd" in tables["kpi_value"]
    assert len(tables) == len(published_tables())


def test_released_files_are_read_only_and_in_the_manifest(home: Home, warehouse: Path) -> None:
    intern = publish(home, warehouse, facts("r1")).path / "intern"
    files = [file for file in intern.rglob("*") if file.is_file()]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o444}
    manifest = json.loads((intern / "manifest.json").read_text())
    assert manifest["rows"]["kpi_value"] == 3
    assert manifest["sha256"] == {
        file.relative_to(intern).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in files
        if file.name != "manifest.json"
    }


def test_a_refused_release_leaves_the_former_one(home: Home, warehouse: Path) -> None:
    publish(home, warehouse, facts("r1"))

    def refuse(connection: duckdb.DuckDBPyConnection) -> list[str]:
        rows = connection.sql("select * from impact.main.kpi_value").fetchall()
        return [f"kpi_value heeft {len(rows)} rijen."]

    with pytest.raises(ReleaseRefused, match="kpi_value heeft 3 rijen"):
        publish(home, warehouse, facts("r2"), check=refuse)
    assert current_release(home) == home.releases / "r1"
    assert [path.name for path in home.releases.iterdir()] == ["r1"]


def test_the_release_check_sees_the_protected_figures_and_the_exact_ones(
    home: Home, warehouse: Path
) -> None:
    seen: list[tuple[str, int]] = []

    def keep(connection: duckdb.DuckDBPyConnection) -> list[str]:
        for table in ("impact.main.kpi_value", "warehouse.mart.fct_kpi_value"):
            query = f"select status, cast(sum(n_subjects) as integer) from {table} group by all"
            seen.extend(sorted(connection.sql(query).fetchall()))
        return []

    publish(home, warehouse, facts("r1"), check=keep)
    assert seen == [("afgeschermd", None), ("getoond", 400), ("getoond", 600)]


@pytest.mark.parametrize("moment", ["_verify", "_seal", "_to_disk", "switch"])
def test_a_stop_before_the_switch_leaves_the_former_release_readable(
    home: Home, warehouse: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    publish(home, warehouse, facts("r1"))

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(release, moment, stop)
        with pytest.raises(KeyboardInterrupt):
            publish(home, warehouse, facts("r2"))
    assert current_release(home) == home.releases / "r1"
    parquet = home.published / "intern" / "parquet" / "kpi_value.parquet"
    assert fetch(f"select count(*) from '{parquet}'") == [(3,)]
    assert not list(home.releases.glob("*.partial"))
    publish(home, warehouse, facts("r3"))
    assert current_release(home) == home.releases / "r3"


def test_what_a_killed_run_left_behind_is_swept(home: Home, warehouse: Path) -> None:
    leftover = home.releases / "r0.partial" / "intern" / "parquet"
    leftover.mkdir(parents=True)
    (leftover / "kpi_value.parquet").write_bytes(b"half")
    (home.root / "published.new").symlink_to("releases/r0")
    publish(home, warehouse, facts("r1"))
    assert [path.name for path in home.releases.iterdir()] == ["r1"]
    assert not (home.root / "published.new").is_symlink()


def test_rows_lost_while_writing_stop_the_release(
    home: Home, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = release._write

    def lose_a_row(folder: Path, *others: Any) -> dict[str, int]:
        rows = write(folder, *others)
        parquet = folder / "parquet" / "kpi_value.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"create table kept as select * from '{parquet}' limit 2")
            connection.execute(f"copy kept to '{parquet}'")
        return rows

    monkeypatch.setattr(release, "_write", lose_a_row)
    with pytest.raises(ReleaseError, match="kpi_value is niet heel weggeschreven: 2 van 3 rijen"):
        publish(home, warehouse, facts("r1"))
    assert current_release(home) is None


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("alter table mart.dim_project add column reached_count integer", "is niet beschreven"),
        ("alter table mart.dim_project drop column project_title", "kolom project_title ontbreekt"),
        (
            "alter table mart.fct_kpi_value alter column n_subjects type hugeint",
            "kolom n_subjects is HUGEINT en hoort BIGINT te zijn",
        ),
        ("drop table mart.dim_service", "dim_service: kolom service_code ontbreekt"),
        (
            "insert into mart.fct_kpi_value select * from mart.fct_kpi_value limit 1",
            "kpi_value heeft 1 rijen met een dubbele sleutel",
        ),
    ],
)
def test_a_table_that_is_not_as_declared_is_refused(
    home: Home, warehouse: Path, statement: str, message: str
) -> None:
    with duckdb.connect(warehouse) as connection:
        connection.execute(statement)
    with pytest.raises(ReleaseRefused, match=message):
        publish(home, warehouse, facts("r1"))
    assert list(home.releases.iterdir()) == []


def test_too_little_room_is_told_before_anything_is_written(
    home: Home, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = publish(home, warehouse, facts("r1")).path
    size = sum(file.stat().st_size for file in first.rglob("*") if file.is_file())
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 * size - 1))
    with pytest.raises(ReleaseError, match="Te weinig schijfruimte"):
        publish(home, warehouse, facts("r2"))
    assert current_release(home) == first
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=3 * size))
    publish(home, warehouse, facts("r2"))
    assert current_release(home) == home.releases / "r2"


def test_a_missing_warehouse_and_a_used_run_id_are_told_in_a_sentence(
    home: Home, warehouse: Path, tmp_path: Path
) -> None:
    with pytest.raises(ReleaseError, match="ontbreekt, dus er is niets om uit te geven"):
        publish(home, tmp_path / "none.duckdb", facts("r1"))
    publish(home, warehouse, facts("r1"))
    with pytest.raises(ReleaseError, match="Uitgave r1 bestaat al"):
        publish(home, warehouse, facts("r1"))
    assert current_release(home) == home.releases / "r1"


def test_the_warehouse_is_left_as_it_was_and_unlocked(home: Home, warehouse: Path) -> None:
    before = warehouse.read_bytes()
    publish(home, warehouse, facts("r1"))
    assert warehouse.read_bytes() == before
    with duckdb.connect(warehouse) as connection:
        assert connection.execute("select count(*) from mart.fct_kpi_value").fetchone() == (3,)


def test_the_age_of_what_is_published_is_counted_in_days(home: Home, warehouse: Path) -> None:
    assert published_age(home, date(2025, 6, 1)) is None
    publish(home, warehouse, facts("r1", as_of=date(2025, 6, 1)))
    assert published_age(home, date(2025, 6, 4)) == 3


def test_every_count_of_people_is_protected_and_a_wrong_declaration_is_refused() -> None:
    people = re.compile(r"numerator|denominator|n_[a-z]+|(person|client|people|reached)_count")
    unprotected = [table for table in published_tables() if table.protection == "none"]
    assert not [
        (table.name, column.name)
        for table in unprotected
        for column in table.columns
        if people.fullmatch(column.name)
    ]
    column = {"name": "a", "type": "HUGEINT", "description": "b"}
    with pytest.raises(ValueError, match=r"columns\.0\.type"):
        PublishedTable(
            name="t",
            description="d",
            source="s",
            protection="none",
            key=("a",),
            columns=[column],  # type: ignore[arg-type]
        )


@pytest.mark.parametrize(
    ("protection", "group"),
    [
        ("distribution", ()),
        ("distribution", ("a", "b")),
        ("distribution", ("c",)),
        ("none", ("a",)),
    ],
)
def test_a_distribution_names_a_part_of_its_key_as_its_group(
    protection: str, group: tuple[str, ...]
) -> None:
    columns = [{"name": name, "type": "VARCHAR", "description": "d"} for name in ("a", "b", "c")]
    declared = {"name": "t", "description": "d", "source": "s", "key": ("a", "b")}
    good = declared | {"protection": "distribution", "group": ("a",), "columns": columns}
    assert PublishedTable(**good).group == ("a",)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="groups part of its key"):
        PublishedTable(**(good | {"protection": protection, "group": group}))  # type: ignore[arg-type]
