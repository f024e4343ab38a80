"""Searches a home for what may not be there: as bytes, and in what its tables say."""

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

# What people put in themselves: files to take in, the workbook that they type in, and the keys.
PUT_IN = ("inbox", "meetplan.xlsx")


@dataclass(frozen=True)
class Patterns:
    """Files with what to search: texts anywhere, numbers only as a whole.

    Nine digits in a row also stand in a long hexadecimal pseudonym now and then.
    """

    texts: Path
    numbers: Path

    @classmethod
    def of(cls, values: Iterable[str], folder: Path) -> "Patterns":
        """Write the values to search to files in a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        patterns = cls(folder / "texts", folder / "numbers")
        for file, is_number in ((patterns.texts, False), (patterns.numbers, True)):
            chosen = sorted({value for value in values if value.isdigit() == is_number})
            assert chosen
            file.write_text("\n".join(chosen) + "\n", encoding="utf-8")
        return patterns

    def places(self, *folders: Path) -> list[str]:
        """Return the files in which any of the values stands, as bytes."""
        return self._grep(self.texts, folders) + self._grep(self.numbers, folders, "--word-regexp")

    @staticmethod
    def _grep(values: Path, folders: tuple[Path, ...], *options: str) -> list[str]:
        done = subprocess.run(
            [
                "grep",
                "--recursive",
                "--text",
                "--fixed-strings",
                "--files-with-matches",
                *options,
                "--file",
                values,
                *folders,
            ],
            capture_output=True,
            text=True,
            check=False,
            env={"LC_ALL": "C"},
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout.splitlines()


def past_the_inbox(home: Path) -> list[Path]:
    """Return everything in a home but what people put in themselves."""
    return [place for place in home.iterdir() if place.name not in PUT_IN]


def write_tables_as_text(home: Path, folder: Path) -> int:
    """Write every table of every Parquet and DuckDB file as text: they compress what they hold."""
    number = 0
    for file in sorted(home.rglob("*.parquet")):
        number += 1
        duckdb.execute(
            f"copy (from read_parquet('{file}')) to '{folder / str(number)}' (format csv)"
        )
    for file in sorted(home.rglob("*.duckdb")):
        with duckdb.connect(str(file), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall()
            for schema, table in tables:
                number += 1
                target = folder / f"{number}-{schema}-{table}"
                connection.execute(f"copy {schema}.{table} to '{target}' (format csv)")
    return number
