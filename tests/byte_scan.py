"""Searches a home for what may not be there: the bytes of every file, and what tables say.

Tables compress what they hold, so their rows are searched as text too. A number is searched as a
whole value only: nine digits in a row also stand in a hexadecimal pseudonym now and then.

DuckDB keeps a column of some hundred different values as one byte per row, so that a row with the
57th value reads as '9' and nine rows read as a citizen number by chance. So numbers are not
searched in the bytes of blocks that hold the rows of a table. What these blocks say is what the
rows say, as long as no row was deleted. In all other blocks numbers are searched wherever they
stand: values lie side by side there, with nothing between them.
"""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

# What a person typed in stays theirs, and what was made up stands in the ground truth.
NOT_SEARCHED = ("meetplan.xlsx", "inbox", "ground_truth")
# Before its first block a DuckDB file has three headers.
HEADERS = 3 * 4096


@dataclass(frozen=True)
class Patterns:
    """Files with what to search: texts anywhere, numbers only as a whole."""

    texts: Path
    numbers: Path

    @classmethod
    def of(cls, values: Iterable[str], folder: Path) -> "Patterns":
        """Write the values to search to files in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        patterns = cls(folder / "texts", folder / "numbers")
        chosen = sorted(set(values))
        assert chosen
        assert "" not in chosen
        for file, is_number in ((patterns.texts, False), (patterns.numbers, True)):
            lines = [f"{value}\n" for value in chosen if value.isdigit() == is_number]
            file.write_text("".join(lines), encoding="utf-8")
        return patterns

    def in_bytes(self, *places: Path) -> list[str]:
        """Return the files in which a value stands as bytes; of DuckDB files no number."""
        numbers = _grep(self.numbers, places, "--word-regexp", "--exclude=*.duckdb")
        return _grep(self.texts, places) + numbers

    def in_tables(self, home: Path, folder: Path) -> list[str]:
        """Return the tables with a value, and the DuckDB files with one outside tables."""
        rows, outside = folder / "rows", folder / "outside"
        write_tables_as_text(home, rows, outside)
        return self.in_bytes(folder) + _grep(self.numbers, (outside,))


def places(home: Path, values: Iterable[str], folder: Path) -> list[str]:
    """Return every file and table past what was typed in that holds a value; `folder` is new."""
    patterns = Patterns.of(values, folder / "patterns")
    found = patterns.in_bytes(*past_the_inbox(home))
    return found + patterns.in_tables(home, folder / "tables")


def past_the_inbox(home: Path) -> list[Path]:
    """Return everything in a home but what people put in themselves."""
    return [place for place in home.iterdir() if place.name not in NOT_SEARCHED]


def write_tables_as_text(home: Path, rows: Path, outside: Path) -> None:
    """Write every table of every Parquet and DuckDB file as text, and the latter's other bytes."""
    rows.mkdir(parents=True)
    outside.mkdir()
    for number, file in enumerate(sorted(home.rglob("*.parquet"))):
        target = rows / f"{number}-{file.stem}"
        duckdb.execute(f"copy (from read_parquet('{file}')) to '{target}' (format csv)")
    for number, file in enumerate(sorted(home.rglob("*.duckdb"))):
        with duckdb.connect(str(file), read_only=True) as connection:
            for table in _tables(connection):
                target = rows / f"{file.stem}-{number}-{table}"
                connection.execute(f"copy {table} to '{target}' (format csv)")
            (outside / f"{file.stem}-{number}").write_bytes(_outside_tables(file, connection))


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    query = "select schema_name || '.' || table_name from duckdb_tables()"
    return [table for (table,) in connection.execute(query).fetchall()]


def _outside_tables(file: Path, connection: duckdb.DuckDBPyConnection) -> bytes:
    """Return a DuckDB file with zeros for the blocks of tables of which no row was deleted."""
    ((size,),) = connection.execute("select block_size from pragma_database_size()").fetchall()
    whole: set[int] = set()
    with_deleted_rows: set[int] = set()
    for table in _tables(connection):
        segments = f"from pragma_storage_info('{table}')"
        ((kept, stored),) = connection.execute(
            f"select (select count(*) from {table}), "
            f"(select coalesce(sum(count), 0) {segments} where column_path = '[0]')"
        ).fetchall()
        blocks = connection.execute(
            f"select distinct unnest(list_prepend(block_id, additional_block_ids)) {segments}"
        ).fetchall()
        (whole if kept == stored else with_deleted_rows).update(block for (block,) in blocks)
    content = bytearray(file.read_bytes())
    for block in whole - with_deleted_rows:
        # -1 and null are of columns that need no block.
        if block is not None and block >= 0:
            start = HEADERS + block * size
            content[start : start + size] = bytes(size)
    return bytes(content)


def _grep(values: Path, folders: tuple[Path, ...], *options: str) -> list[str]:
    done = subprocess.run(
        ["grep", "--recursive", "--text", "--fixed-strings", "--files-with-matches", *options,
         "--file", values, *folders],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()
