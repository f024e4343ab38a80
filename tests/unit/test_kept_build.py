"""When the build of a former night is built on, and when it goes."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from ingest.home import Home
from ingest.raw_tables import raw_tables, write_table
from orchestration.kept_build import KeptBuild
from orchestration.night import Night


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a build that was begun with the key 'stories' and has a table."""
    home = Home(tmp_path)
    home.create()
    assert not KeptBuild(home).keep_if("stories")
    with duckdb.connect(str(home.warehouse_file)) as connection:
        connection.execute("create table figures as select hash(range) as it from range(500000)")
    return home


def test_a_build_made_with_the_same_is_kept(home: Home) -> None:
    assert KeptBuild(home).keep_if("stories")
    assert home.warehouse_file.exists()


def test_a_build_made_with_something_else_goes(home: Home) -> None:
    assert not KeptBuild(home).keep_if("other stories")
    assert not home.warehouse_file.exists()
    assert not KeptBuild(home).keep_if("stories")


def test_a_build_made_by_other_code_goes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.kept_build.project_key", lambda: "other")
    assert not KeptBuild(home).keep_if("stories")
    assert not home.warehouse_file.exists()


@pytest.mark.parametrize("left", [b"", b"torn" * 2000])
def test_a_file_that_is_no_database_goes(home: Home, left: bytes) -> None:
    home.warehouse_file.write_bytes(left)
    with home.warehouse_file.open("r+b") as file:
        file.truncate(len(left) or 5000)
    assert not KeptBuild(home).keep_if("stories")
    assert not home.warehouse_file.exists()


def test_a_build_that_is_mostly_what_tables_left_goes(home: Home) -> None:
    with duckdb.connect(str(home.warehouse_file)) as connection:
        connection.execute("create table few as select hash(range) as it from range(50000)")
        connection.execute("checkpoint")
        # In front of another table: what is free behind all others is cut off the file.
        connection.execute("drop table figures")
    assert not KeptBuild(home).keep_if("stories")
    assert not home.warehouse_file.exists()


def test_nothing_is_built_on_once_rows_had_to_leave(home: Home) -> None:
    build = KeptBuild(home)
    with build.in_doubt():
        build.clear()
    assert not home.warehouse_file.exists()
    assert not build.keep_if("stories")


def test_a_night_that_is_killed_while_rows_leave_builds_on_nothing(home: Home) -> None:
    with pytest.raises(KeyboardInterrupt), KeptBuild(home).in_doubt():
        raise KeyboardInterrupt
    assert not KeptBuild(home).keep_if("stories")


def test_a_build_is_kept_when_no_row_had_to_leave(home: Home) -> None:
    with KeptBuild(home).in_doubt():
        pass
    assert KeptBuild(home).keep_if("stories")


def _night_with(root: Path, told: str, as_of: str) -> Night:
    """A night of a home whose workbook has one story, withdrawn from 7 January on."""
    story = {
        "story_id": "V1",
        "story_nl": told,
        "told_on": date(2025, 5, 1),
        "consent_on": date(2025, 5, 1),
        "consent_purpose_nl": "jaarverslag",
        "consent_medium": "intern",
        "consent_withdrawn_on": date(2026, 1, 7),
    }
    schema = raw_tables()["meetplan", "stories"].schema()
    rows = pa.Table.from_pylist([story], schema=schema)
    write_table(root / "raw", ("meetplan", "stories"), "meetplan", rows)
    return Night.of(root, as_of=as_of)


def test_a_build_goes_with_the_stories_that_were_in_it(tmp_path: Path) -> None:
    assert not _night_with(tmp_path, "Zij kookt weer", "2026-01-05").keep_build()
    with duckdb.connect(str(Home(tmp_path).warehouse_file)) as connection:
        connection.execute("create table figures as select 1 as number")
    assert _night_with(tmp_path, "Zij kookt weer", "2026-01-06").keep_build()
    assert not _night_with(tmp_path, "Zij kookt weer", "2026-01-07").keep_build()
    assert not _night_with(tmp_path, "Zij kookt niet", "2026-01-07").keep_build()


def test_nothing_is_built_on_what_could_not_be_published_from(home: Home) -> None:
    with pytest.raises(duckdb.Error), KeptBuild(home).in_doubt():
        raise duckdb.IOException("torn")
    assert not KeptBuild(home).keep_if("stories")
