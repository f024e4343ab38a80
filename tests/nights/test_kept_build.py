"""What is built on the former build is what is built from nothing, whatever comes in.

Deliveries, settings and dates come in a random order. After each of them the warehouse is built on
the one before and, in another place, from nothing: every table is the same. In the end both publish
the same files.
"""

import os
import random
import shutil
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from ingest.example import write_example
from ingest.raw_tables import CONTRACTED_SOURCES, raw_tables
from orchestration import dbt
from orchestration.night import Night
from tests.conftest import Night as Ended
from tests.conftest import run_night

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

    def next(self, home: Path) -> None:
        """Deliver something, or change a setting, or let only days go by."""
        self.as_of += timedelta(days=self.chance.choice((0, 1, 30)))
        changes = (self._corrected, self._withdrawn, self._swapped, self._setting)
        for change in self.chance.sample(changes, self.chance.randint(0, 3)):
            change(home)

    def _corrected(self, home: Path) -> None:
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
        self._send(home, name, [heading, *rows])

    def _withdrawn(self, home: Path) -> None:
        """Let some rows of a source be there no more."""
        name = self.chance.choice(sorted(self.files))
        heading, *rows = self.files[name]
        kept = [row for row in rows if self.chance.random() > 0.03]
        self._send(home, name, [heading, *kept])

    def _swapped(self, home: Path) -> None:
        """Deliver the same rows in another order: nothing is new."""
        name = self.chance.choice(sorted(self.files))
        heading, *rows = self.files[name]
        self.chance.shuffle(rows)
        self._send(home, name, [heading, *rows])

    def _setting(self, home: Path) -> None:
        """Choose another way of counting."""
        name, values = self.chance.choice(
            [("days_without_contact", ("90", "180")), ("caseload_unit", ('"fte"', '"persons"'))]
        )
        self.settings[name] = self.chance.choice(values)
        lines = [
            line
            for line in (home / "settings.toml").read_text(encoding="utf-8").splitlines()
            if line.partition(" ")[0] not in self.settings
        ]
        chosen = [f"{key} = {value}" for key, value in self.settings.items()]
        (home / "settings.toml").write_text("\n".join([*chosen, *lines]), encoding="utf-8")

    def _send(self, home: Path, name: str, lines: list[bytes]) -> None:
        self.files[name] = lines
        (home / "inbox" / f"{name}_{self.as_of:%Y%m%d}.csv").write_bytes(b"".join(lines))


def take_in(night: Night) -> None:
    """Do everything of a night until dbt."""
    for name in CONTRACTED_SOURCES:
        night.take_in(name, [table for source, table in raw_tables() if source == name])
    night.read_meetplan()
    night.pull_open_data()
    night.note_run()


def build(night: Night, warehouse: Path) -> None:
    """Build the warehouse of a night in this file, on what is in it."""
    target = night.home.warehouse / "dbt"
    dbt.run_dbt(
        ["build", "--exclude-resource-types", "test", "unit_test", "--target-path", str(target)],
        {**os.environ, **night.dbt_environment(), "IMPACTKOMPAS_WAREHOUSE": str(warehouse)},
    )


def differing_tables(kept: Path, anew: Path) -> list[str]:
    """Return the tables of two build databases that have not the same columns and rows."""
    tables = "select schema_name || '.' || table_name from duckdb_tables() where database_name = $1"
    differing = []
    with duckdb.connect() as connection:
        connection.execute(f"attach '{kept}' as kept (read_only)")
        connection.execute(f"attach '{anew}' as anew (read_only)")
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


def differing_files(kept: Ended, anew: Ended) -> list[str]:
    """Return the published files that are not the same, byte for byte, but that of the run."""
    here, there = (
        {file.name: file.read_bytes() for file in night.parquet.glob("*.parquet")}
        for night in (kept, anew)
    )
    names = (here.keys() | there.keys()) - {"run.parquet"}
    return sorted(name for name in names if here.get(name) != there.get(name))


def made_from(warehouse: Path) -> set[tuple[str, str, int]]:
    """Return the tables of a build database; one that was replaced has another number."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return set(
            connection.execute(
                "select table_name, comment, table_oid from duckdb_tables() where comment <> ''"
            ).fetchall()
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_built_on_the_former_build_is_what_is_built_from_nothing(
    tmp_path: Path, seed: int
) -> None:
    root, anew = tmp_path / "home", tmp_path / "anew" / "build.duckdb"
    write_example(root, scale=0.02)
    sender = Sender.of(root / "inbox", seed)
    dbt.write_model_names()
    first = Night.of(root)
    kept = first.home.warehouse_file
    take_in(first)
    assert not first.keep_build()
    build(first, kept)
    for number in range(NIGHTS):
        before = made_from(kept)
        sender.next(root)
        night = Night.of(root, as_of=sender.as_of)
        take_in(night)
        assert night.keep_build(), number
        build(night, kept)
        shutil.rmtree(anew.parent, ignore_errors=True)
        anew.parent.mkdir()
        build(night, anew)
        assert differing_tables(kept, anew) == [], number
        assert before & made_from(kept), number
    other = tmp_path / "other"
    shutil.copytree(root, other, symlinks=True, ignore=shutil.ignore_patterns("build.duckdb*"))
    ended = [run_night(home, "--as-of", f"{sender.as_of}") for home in (root, other)]
    assert [each.exit_code < 3 for each in ended] == [True, True], ended[0].said
    assert differing_files(*ended) == []
