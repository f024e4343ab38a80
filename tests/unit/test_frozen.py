"""What a night remembers is there for the next one, unchanged."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from exports.frozen import REMEMBERED, remember, remembered
from ingest.home import Home
from ingest.raw_tables import raw_tables

SEEN = {
    "interpretation_key": "SRW||2025-12-31||2026-01-05",
    "figure_key": "KW-SRW-2|registration|year|2025-01-01|service|SRW",
    "numerator": Decimal("30.0000"),
    "denominator": Decimal("60.0000"),
    "value": Decimal("50.0000"),
    "seen_on": date(2026, 1, 6),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.create()
    return home


def warehouse(home: Home, *interpreted: dict[str, object]) -> Path:
    """Write a build database in which these rows are new, and no baseline is."""
    home.warehouse_file.unlink(missing_ok=True)
    with duckdb.connect(home.warehouse_file) as connection:
        connection.execute("create schema mart")
        for table in REMEMBERED:
            columns = raw_tables()["run", table].columns
            declared = ", ".join(f"{name} {sql_type}" for name, sql_type in columns.items())
            connection.execute(f"create table mart.int_new_{table} ({declared})")
        for row in interpreted:
            connection.execute(
                f"insert into mart.int_new_interpreted_values ({', '.join(row)}) "
                f"values ({', '.join('?' * len(row))})",
                list(row.values()),
            )
    return home.warehouse_file


def test_what_a_night_saw_first_is_there_the_next_night(home: Home) -> None:
    remember(home, warehouse(home, SEEN), "20260106T030000Z")
    assert remembered(home, "interpreted_values").to_pylist() == [SEEN]


def test_a_second_night_adds_a_file_and_leaves_the_first_alone(home: Home) -> None:
    remember(home, warehouse(home, SEEN), "20260106T030000Z")
    (first,) = (home.frozen / "interpreted_values").iterdir()
    before = first.read_bytes()
    later = SEEN | {"figure_key": "later"}
    remember(home, warehouse(home, later), "20260107T030000Z")
    assert first.read_bytes() == before
    assert remembered(home, "interpreted_values").to_pylist() == [SEEN, later]


def test_a_night_that_saw_nothing_new_writes_nothing(home: Home) -> None:
    remember(home, warehouse(home), "20260106T030000Z")
    assert list(home.frozen.iterdir()) == []
    empty = remembered(home, "baseline_values")
    assert empty.num_rows == 0
    assert empty.schema == raw_tables()["run", "baseline_values"].schema()


def test_the_same_rows_give_the_same_bytes_whatever_their_order(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.create()
    rows = [SEEN | {"figure_key": key} for key in ("b", "a", "c")]
    remember(home, warehouse(home, *rows), "n")
    remember(other, warehouse(other, *reversed(rows)), "n")
    name = Path("interpreted_values") / "n.parquet"
    assert (home.frozen / name).read_bytes() == (other.frozen / name).read_bytes()


def test_a_half_written_file_is_not_remembered(home: Home) -> None:
    folder = home.frozen / "interpreted_values"
    folder.mkdir()
    (folder / "20260106T030000Z.unfinished").write_bytes(b"PAR1")
    assert remembered(home, "interpreted_values").num_rows == 0
