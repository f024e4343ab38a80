"""Nights that build on the former build give what nights from nothing give, whatever comes in.

Two homes get the same deliveries, settings and dates; of one the build database is thrown away
before every night. After every night all tables and all published files are the same.
"""

import os
import random
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from ingest.example import write_example
from tests.conftest import Night, run_night

NIGHTS = 4
# More sequences of deliveries than the one of every time: `IMPACTKOMPAS_SEEDS=1,2,3`.
SEEDS = [int(seed) for seed in os.environ.get("IMPACTKOMPAS_SEEDS", "7").split(",")]
FIRST_NIGHT = date(2026, 1, 6)

pytestmark = pytest.mark.timeout(3600)


@dataclass
class Sender:
    """What delivers to both homes: the files of the example, with other rows every time."""

    chance: random.Random
    as_of: date
    files: dict[str, list[bytes]]
    settings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, inbox: Path, seed: int) -> "Sender":
        """Read the files of an inbox that are text with one row per line."""
        files = {}
        for file in sorted(inbox.glob("*.csv")):
            lines = file.read_bytes().splitlines(keepends=True)
            if all(line.count(b'"') % 2 == 0 for line in lines):
                files[file.name.rpartition("_")[0]] = lines
        return cls(random.Random(seed), FIRST_NIGHT, files)  # noqa: S311 - repeatable

    def next(self, homes: tuple[Path, ...]) -> None:
        """Deliver something, or change a setting, or let only days go by."""
        self.as_of += timedelta(days=self.chance.choice((0, 1, 30)))
        changes = (self._corrected, self._withdrawn, self._swapped, self._setting)
        for change in self.chance.sample(changes, self.chance.randint(0, 3)):
            change(homes)

    def _corrected(self, homes: tuple[Path, ...]) -> None:
        """Let some rows of a source have cells that others of its rows have."""
        name = self.chance.choice(sorted(self.files))
        heading, *rows = self.files[name]
        for _ in range(max(1, len(rows) // 100)):
            row, other = self.chance.sample(range(len(rows)), 2)
            cells, source = rows[row].split(b";"), rows[other].split(b";")
            # Not the first cell, which is the number of the row, nor the end of the line.
            place = self.chance.randrange(1, len(cells) - 1)
            cells[place] = source[place]
            rows[row] = b";".join(cells)
        self._send(homes, name, [heading, *rows])

    def _withdrawn(self, homes: tuple[Path, ...]) -> None:
        """Let some rows of a source be there no more."""
        name = self.chance.choice(sorted(self.files))
        heading, *rows = self.files[name]
        kept = [row for row in rows if self.chance.random() > 0.03]
        self._send(homes, name, [heading, *kept])

    def _swapped(self, homes: tuple[Path, ...]) -> None:
        """Deliver the same rows in another order: nothing is new."""
        name = self.chance.choice(sorted(self.files))
        heading, *rows = self.files[name]
        self.chance.shuffle(rows)
        self._send(homes, name, [heading, *rows])

    def _setting(self, homes: tuple[Path, ...]) -> None:
        """Choose another way of counting."""
        name, values = self.chance.choice(
            [("days_without_contact", ("90", "180")), ("caseload_unit", ('"fte"', '"persons"'))]
        )
        self.settings[name] = self.chance.choice(values)
        for home in homes:
            lines = [
                line
                for line in (home / "settings.toml").read_text(encoding="utf-8").splitlines()
                if line.partition(" ")[0] not in self.settings
            ]
            chosen = [f"{key} = {value}" for key, value in self.settings.items()]
            (home / "settings.toml").write_text("\n".join([*chosen, *lines]), encoding="utf-8")

    def _send(self, homes: tuple[Path, ...], name: str, lines: list[bytes]) -> None:
        self.files[name] = lines
        for home in homes:
            (home / "inbox" / f"{name}_{self.as_of:%Y%m%d}.csv").write_bytes(b"".join(lines))


def differing_tables(kept: Path, anew: Path) -> list[str]:
    """Return the tables of two build databases that have not the same columns and rows."""
    tables = "select schema_name || '.' || table_name from duckdb_tables() where database_name = $1"
    differing = []
    with duckdb.connect() as connection:
        for name, home in (("kept", kept), ("anew", anew)):
            file = home / "warehouse" / "build.duckdb"
            connection.execute(f"attach '{file}' as {name} (read_only)")
        found, expected = (
            {table for (table,) in connection.execute(tables, [name]).fetchall()}
            for name in ("kept", "anew")
        )
        assert len(expected) > 100
        for table in found & expected:
            here, there = (
                connection.execute(f"describe {name}.{table}").fetchall()
                for name in ("kept", "anew")
            )
            rows = connection.execute(
                f"""
                select count(*) from (
                    (from kept.{table} except all from anew.{table})
                    union all
                    (from anew.{table} except all from kept.{table})
                )
                """
            ).fetchone()
            if here != there or rows != (0,):
                differing.append(f"{table}: {rows}")
    return sorted([*differing, *(found ^ expected)])


def differing_files(kept: Night, anew: Night) -> list[str]:
    """Return the published files that are not the same, byte for byte, but that of the run."""
    here, there = (
        {file.name: file.read_bytes() for file in night.parquet.glob("*.parquet")}
        for night in (kept, anew)
    )
    names = (here.keys() | there.keys()) - {"run.parquet"}
    return sorted(name for name in names if here.get(name) != there.get(name))


def kept_tables(home: Path, before: dict[str, str]) -> Iterator[str]:
    """Give the tables that stand in the build database since the former night."""
    return (name for name, made in made_from(home).items() if before.get(name) == made)


def made_from(home: Path) -> dict[str, str]:
    """Return per table of a build database the comment that says what it was made from."""
    with duckdb.connect(str(home / "warehouse" / "build.duckdb"), read_only=True) as connection:
        found = connection.execute(
            "select table_name, comment from duckdb_tables() where comment is not null"
        )
        return dict(found.fetchall())


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_built_on_the_former_night_is_what_is_built_from_nothing(
    tmp_path: Path, seed: int
) -> None:
    kept, anew = tmp_path / "kept", tmp_path / "anew"
    write_example(kept, scale=0.02)
    sender = Sender.of(kept / "inbox", seed)
    run_night(kept)
    shutil.copytree(kept, anew, symlinks=True)
    for number in range(NIGHTS):
        before = made_from(kept)
        sender.next((kept, anew))
        shutil.rmtree(anew / "warehouse")
        nights = [run_night(home, "--as-of", f"{sender.as_of}") for home in (kept, anew)]
        assert [night.exit_code < 3 for night in nights] == [True, True], nights[0].said
        assert nights[0].exit_code == nights[1].exit_code, number
        assert differing_tables(kept, anew) == [], number
        assert differing_files(*nights) == [], number
        assert list(kept_tables(kept, before)) != [], number
