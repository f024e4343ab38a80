"""The byte search finds what is left anywhere, and takes no packed numbers for a citizen number."""

from pathlib import Path

import duckdb
import pytest

from tests.byte_scan import places

NUMBER = "999999990"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    return home


def built(home: Path, *statements: str) -> bytes:
    file = home / "build.duckdb"
    with duckdb.connect(str(file)) as connection:
        for statement in statements:
            connection.execute(statement)
    return file.read_bytes()


def found(home: Path) -> set[str]:
    searched = places(home, [NUMBER, "Jansen"], home.parent / "scan")
    return {"/".join(Path(place).parts[-2:]) for place in searched}


@pytest.mark.parametrize("text", [f"x {NUMBER};", "mw. Jansen", "Jansenstraat"])
def test_a_value_in_a_file_is_found(home: Path, text: str) -> None:
    (home / "log").write_text(text)
    assert found(home) == {"home/log"}


def test_a_number_inside_a_pseudonym_is_no_find(home: Path) -> None:
    (home / "log").write_text(f"client:k1:ab{NUMBER}cd")
    assert found(home) == set()


def test_a_number_in_a_compressed_table_is_found(home: Path) -> None:
    query = f"select if(i = 7, '{NUMBER}', i || 'z') as bsn from range(100) rows (i)"
    duckdb.execute(f"copy ({query}) to '{home}/t.parquet' (compression zstd)")
    built(home, f"create table t as {query}")
    assert found(home) == {"rows/0-t", "rows/build-0-main.t"}


def test_a_number_of_a_deleted_row_is_found(home: Path) -> None:
    content = built(
        home,
        f"create table t as select if(i = 7, '{NUMBER}', 'z' || i) as bsn from range(100) rows (i)",
        "checkpoint",
        f"delete from t where bsn = '{NUMBER}'",
    )
    assert NUMBER.encode() in content
    assert found(home) == {"outside/build-0"}


def test_a_number_of_a_dropped_table_is_found(home: Path) -> None:
    content = built(
        home,
        f"create table t as select '{NUMBER}' || i as bsn from range(100) rows (i)",
        "checkpoint",
        "create table u as select 'u' || i as other from range(100) rows (i)",
        "checkpoint",
        "drop table t",
    )
    assert NUMBER.encode() in content
    assert found(home) == {"outside/build-0"}


def test_rows_that_are_packed_as_bytes_are_no_number(home: Path) -> None:
    # Two hundred values fit a byte each; the row with the 57th reads as '9', the 48th as '0'.
    values = [f"w{number:03d}" for number in range(1, 200)]
    ninth, zeroth = values[ord("9") - 1], values[ord("0") - 1]
    rows = [*values, *[values[0], *[ninth] * 8, zeroth, values[0]] * 50]
    given = ", ".join(f"('{row}')" for row in rows)
    assert NUMBER.encode() in built(home, f"create table t as from (values {given}) rows (code)")
    assert found(home) == set()
