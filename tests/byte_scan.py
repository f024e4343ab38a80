"""Searches a home for texts: the bytes of every file, and what tables say when uncompressed."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

import duckdb

# What a person typed in stays theirs, and what was made up stands in the ground truth.
NOT_SEARCHED = ("meetplan.xlsx", "inbox", "ground_truth")


def places(home: Path, texts: Iterable[str], folder: Path) -> list[str]:
    """Return every file past what was typed in that holds one of the texts; `folder` is new."""
    tables, patterns = folder / "tables", folder / "patterns"
    tables.mkdir(parents=True)
    patterns.write_text("\n".join(texts) + "\n", encoding="utf-8")
    for number, file in enumerate(sorted(home.rglob("*.parquet"))):
        duckdb.execute(f"copy (from '{file}') to '{tables / str(number)}' (format csv)")
    for number, file in enumerate(sorted(home.rglob("*.duckdb"))):
        with duckdb.connect(str(file), read_only=True) as connection:
            found = connection.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall()
            for schema, table in found:
                target = tables / f"{number}-{schema}-{table}"
                connection.execute(f"copy {schema}.{table} to '{target}' (format csv)")
    searched = [tables, *(place for place in home.iterdir() if place.name not in NOT_SEARCHED)]
    done = subprocess.run(
        ["grep", "--recursive", "--text", "--fixed-strings", "--files-with-matches",
         "--file", patterns, *searched],
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"},
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return done.stdout.splitlines()
