"""Titles that no project has: listed for who keeps the projects table, never guessed."""

import csv
from pathlib import Path

import duckdb
import pytest

from exports.unknown_titles import write_unknown_titles
from ingest.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.create()
    return home


def warehouse_with(home: Home, *titles: tuple[str, str | None, int]) -> Path:
    with duckdb.connect(str(home.warehouse_file)) as connection:
        connection.execute("create schema kpi")
        connection.execute(
            """
            create table kpi.int_unknown_project_titles (
                source_id varchar, title varchar, list_count bigint,
                first_completed_on date, last_completed_on date
            )
            """
        )
        for title in titles:
            connection.execute(
                "insert into kpi.int_unknown_project_titles "
                "values (?, ?, ?, '2025-01-02', '2025-03-04')",
                title,
            )
    return home.warehouse_file


def test_r18_every_unknown_title_is_listed_the_commonest_first(home: Home) -> None:
    build = warehouse_with(home, ("forms", None, 2), ("forms", "buurtpraat", 5))
    assert write_unknown_titles(home, build) == 7
    with home.unknown_titles_file.open(encoding="utf-8-sig", newline="") as lines:
        assert list(csv.reader(lines, delimiter=";")) == [
            ["bron", "titel", "lijsten", "eerste", "laatste"],
            ["forms", "buurtpraat", "5", "2025-01-02", "2025-03-04"],
            ["forms", "", "2", "2025-01-02", "2025-03-04"],
        ]


def test_a_title_that_looks_like_a_formula_is_text(home: Home) -> None:
    write_unknown_titles(home, warehouse_with(home, ("forms", "=1+1", 1)))
    assert ";'=1+1;" in home.unknown_titles_file.read_text(encoding="utf-8-sig")


def test_without_unknown_titles_there_is_no_list(home: Home) -> None:
    home.unknown_titles_file.write_text("oud")
    assert write_unknown_titles(home, warehouse_with(home)) == 0
    assert not home.unknown_titles_file.exists()
