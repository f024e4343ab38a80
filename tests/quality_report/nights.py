"""As much of a night as the figures and their checks need: intake, raw tables, warehouse."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from ingest.example import write_example
from ingest.home import Home
from ingest.raw_tables import raw_tables
from ingest.source_states import SourceResult
from orchestration import dbt, progress
from orchestration.night import Night
from tests.quality_report.delivered import Delivered

# Everything behind a figure and the outcome of every check; nothing that is published.
CHECKS = "+fct_check_result"
FIGURES_AND_CHECKS = ("+fct_kpi_value", CHECKS)
# Views on raw tables, which the next night replaces: kept as tables beside the warehouse.
READ_LATER = ("ecd__clients", "ecd__workers", "ecd__contacts", "run__kpi_columns", "run__sources")
# What may stay between the nights: pseudonyms that are the same, and what is made of the SQL.
_KEPT = {"keys", "warehouse"}


@dataclass(frozen=True)
class Built:
    """A night: its warehouse, and how its sources stand."""

    database: Path
    sources: list[SourceResult]

    @property
    def held(self) -> list[str]:
        """Return the sources of which a delivery was held."""
        return [each.source_id for each in self.sources if each.state == "vastgehouden"]


class Nights:
    """Nights of one home, one after the other: each begins with nothing but its deliveries."""

    def __init__(self, work: Path) -> None:
        """Use a folder for everything."""
        self.work = work
        self.home = Home(work / "home")
        dbt.write_model_names()

    def example(self, seed: int, scale: float = 1.0) -> Path:
        """Return the clean example of a seed; its deliveries are in `inbox`."""
        folder = self.work / f"example-{seed}-{scale:g}"
        if not (folder / "ground_truth" / "kpi.csv").exists():
            write_example(folder, seed=seed, scale=scale, clean=True)
        return folder

    def run(
        self,
        name: str,
        example: Path,
        delivered: Delivered | None = None,
        selection: tuple[str, ...] = FIGURES_AND_CHECKS,
    ) -> Built:
        """Run a night on an example, or on what was made of its deliveries."""
        self._prepare(example)
        if delivered is None:
            shutil.copytree(example / "inbox", self.home.inbox, dirs_exist_ok=True)
        else:
            delivered.write(self.home.inbox)
            if delivered.meetplan:
                delivered.write_meetplan(self.home.meetplan_file)
            for file_name, text in delivered.contracts.items():
                (self.home.contracts / file_name).write_text(text, encoding="utf-8")
        night = Night.of(self.home.root)
        return self._build(name, night, self._take_in(night), selection)

    def run_twice(
        self,
        name: str,
        example: Path,
        *,
        first: Callable[[Path], None],
        second: Callable[[Path], None],
        contracts: dict[str, str],
        open_data: Path,
        as_of: date,
    ) -> Built:
        """Take in a first delivery, then a second, and run the night on what that leaves.

        `first` and `second` put published figures in the folder `open_data` too.
        """
        self._prepare(example)
        settings = self.home.root / "settings.toml"
        text = settings.read_text(encoding="utf-8")
        changed = text.replace('open_data = "example"', f'open_data = "recorded:{open_data}"')
        settings.write_text(changed, encoding="utf-8")
        for file_name, text in contracts.items():
            (self.home.contracts / file_name).write_text(text, encoding="utf-8")
        first(self.home.inbox)
        before = Night.of(self.home.root)
        self._take_in(before)
        before.pull_open_data()
        second(self.home.inbox)
        night = Night.of(self.home.root, as_of=as_of)
        return self._build(name, night, self._take_in(night))

    def _take_in(self, night: Night) -> list[SourceResult]:
        tables: dict[str, list[str]] = {}
        for source_name, table_name in raw_tables():
            tables.setdefault(source_name, []).append(table_name)
        for source_name in ("organisation", "ecd", "survey"):
            night.take_in(source_name, tables[source_name])
        sources = list(progress.current().sources)
        progress.current().sources.clear()
        return sources

    def _build(
        self,
        name: str,
        night: Night,
        sources: list[SourceResult],
        selection: tuple[str, ...] = FIGURES_AND_CHECKS,
    ) -> Built:
        night.read_meetplan()
        night.pull_open_data()
        night.note_run()
        night.clear_build()
        dbt.run_dbt(
            [
                "build", "--exclude-resource-types", "test", "unit_test",
                "--select", *selection,
                "--target-path", str(self.home.warehouse / "dbt"),
            ],
            {**os.environ, **night.dbt_environment()},
        )  # fmt: skip
        with duckdb.connect(str(self.home.warehouse_file)) as connection:
            for view in READ_LATER:
                connection.execute(f"create table {view} as select * from staging.stg_{view}")
        kept = self.work / f"{name}.duckdb"
        shutil.move(self.home.warehouse_file, kept)
        return Built(kept, sources)

    def _prepare(self, example: Path) -> None:
        root = self.home.root
        for part in root.glob("*") if root.exists() else ():
            if part.name not in _KEPT:
                shutil.rmtree(part) if part.is_dir() else part.unlink()
        self.home.create()
        for name in ("settings.toml", "meetplan.xlsx"):
            shutil.copyfile(example / name, root / name)
        shutil.copytree(example / "contracts", self.home.contracts, dirs_exist_ok=True)
