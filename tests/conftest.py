"""Homes and nights that several tests look at; a night runs as a person runs it, by the command."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.example import write_example

COMMAND = Path(sys.executable).with_name("impactkompas")
RECORDED = os.environ.get("IMPACTKOMPAS_RECORDED")


def pytest_configure(config: pytest.Config) -> None:
    """Make what every night reads once, before there are several processes that would make it."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        from orchestration import dbt

        dbt.prepare()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep the tests of a file, or of a night that several files look at, in one process."""
    nights = {"clean_night", "flagged_night"}.intersection(getattr(item, "fixturenames", ()))
    group = min(nights, default=item.nodeid.partition("::")[0])
    item.add_marker(pytest.mark.xdist_group(group))


@dataclass(frozen=True)
class Night:
    """A home after a night, with what the command said."""

    home: Path
    exit_code: int
    said: str

    @property
    def parquet(self) -> Path:
        return (self.home / "published").resolve() / "intern" / "parquet"

    def exact(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Answer a query on the build database, where figures are exact."""
        database = str(self.home / "warehouse" / "build.duckdb")
        with duckdb.connect(database, read_only=True) as connection:
            return connection.execute(query, parameters or None).fetchall()

    def published(self, query: str) -> list[tuple[Any, ...]]:
        """Answer a query in which {table} stands for a published Parquet file."""
        files = {file.stem: f"read_parquet('{file}')" for file in self.parquet.glob("*.parquet")}
        return duckdb.execute(query.format(**files)).fetchall()


def run_night(home: Path, *options: str) -> Night:
    done = subprocess.run(
        [COMMAND, "run", "--home", home, *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "160"},
    )
    return Night(home, done.returncode, done.stdout + done.stderr)


def _night(folder: Path, **example: Any) -> Night:
    """Write an example, keep what it delivers beside the home, and run a night on it."""
    write_example(folder / "home", **example)
    shutil.copytree(folder / "home" / "inbox", folder / "delivered")
    return run_night(folder / "home")


@pytest.fixture(scope="session")
def clean_night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night on an example without registration errors."""
    return _night(tmp_path_factory.mktemp("clean"), scale=0.2, clean=True)


@pytest.fixture(scope="session")
def flagged_night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night on the example as `make run` has it, planted errors included."""
    return _night(tmp_path_factory.mktemp("flagged"))


@pytest.fixture
def recorded() -> Path:
    """The folder of recorded material, which is other people's and never in this project."""
    if RECORDED is None:
        pytest.skip("IMPACTKOMPAS_RECORDED is not set: no recorded tables on this machine")
    return Path(RECORDED)
