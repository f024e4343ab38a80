"""One size of the benchmark: our night, the floor, pandas and Spark, in turn and repeated."""

import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tests.benchmarks import analyst, floor, spark
from tests.benchmarks.agreement import same_figures, same_tables
from tests.benchmarks.figures import middle
from tests.benchmarks.larger import Delivered, as_delta, deliver, new_home, write_new_rows
from tests.benchmarks.processes import Ran, watch
from tests.benchmarks.transforms import (
    KpisAlone,
    duckdb_settings,
    profile,
    read_transforms,
)

TRANSFORMS, PUBLISHING = "KPI's berekenen", "Beveiligen en publiceren"
INGEST = (
    "Tabellen van de organisatie innemen",
    "ECD innemen",
    "Vragenlijsten innemen",
    "Bewaartermijnen toepassen",
    "Stand van de bronnen vastleggen",
)
NEW_SHARE = 0.01
COMMAND = Path(sys.executable).with_name("impactkompas")
# What a home takes of a disk, by what can and cannot be thrown away.
_KEPT = ("originals", "landing", "raw", "warehouse", "releases", "frozen")


class UnfinishedError(Exception):
    """A step that everything after it needs took too long; the message is Dutch."""


@dataclass
class Size:
    """The runs at one size."""

    files: list[Delivered]
    example: Path
    deliveries: Path
    copies: int
    work: Path
    limit: float
    tell: Callable[[str], None]
    steps: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: {"seconds": [], "peak": []})
    )
    unfinished: dict[str, str] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)

    def repeat(self, number: int) -> None:
        """Run everything once, on a new home; raise when two ways do not agree."""
        home = self.work / "home"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir()
        new_home(self.example, self.deliveries, home)
        as_delta(home / "contracts")
        full = self._night(home)
        for file in (home / "warehouse").glob("kpi_columns-*"):
            shutil.copyfile(file, self.example / "warehouse" / file.name)
        self._note_transforms(home, full)
        if number == 0:
            self.found["disk"] = {name: _bytes(home / name) for name in _KEPT}
        self._floor(home)
        self._pandas(home)
        if number == 0:
            reason = spark.missing()
            self.found["spark"] = (
                {"reason": reason, "rows_equal": None}
                if reason
                else spark.measure(home, self.limit)
            )
        self._next_night(home, full)
        shutil.rmtree(self.work)

    def _night(self, home: Path) -> Ran:
        """Run a whole night, until publishing when that was not done in time before."""
        until = TRANSFORMS if self.unfinished else None
        ran = watch(
            [str(COMMAND), "run", "--home", str(home)],
            {"PYTHONUNBUFFERED": "1"},
            limit=self.limit,
            until=until,
        )
        if ran.step(TRANSFORMS) is None:
            if ran.unfinished is not None:
                raise UnfinishedError(
                    f"stap na '{ran.steps[-1].name if ran.steps else 'begin'}' niet geëindigd "
                    f"binnen {ran.unfinished / 60:.0f} min"
                )
            raise RuntimeError(f"The night did not compute KPI's:\n{ran.said[-3000:]}")
        if ran.unfinished is not None:
            told = f"niet geëindigd binnen {ran.unfinished / 60:.0f} min"
            self.unfinished[PUBLISHING] = told
            self.tell(f"{PUBLISHING}: {told}")
        if ran.exit_code == 2:
            raise RuntimeError(f"A source is held, so figures are of less:\n{ran.said[-3000:]}")
        return ran

    def _note_transforms(self, home: Path, ran: Ran) -> None:
        for step in ran.steps:
            self.steps[step.name]["seconds"].append(step.seconds)
            self.steps[step.name]["peak"].append(step.peak)
        took = read_transforms(home / "warehouse" / "dbt")
        step = ran.step(TRANSFORMS)
        self._note("transforms", took.models, step.peak if step else 0, wall=took.wall)

    def _floor(self, home: Path) -> None:
        """Run the same SQL as one script; every table of the marts must be the same."""
        target, built = home / "warehouse" / "dbt", home / "warehouse" / "build.duckdb"
        folder = self.work / "floor"
        folder.mkdir()
        settings = duckdb_settings(profile(home)) | {"temp_directory": str(folder / "spill")}
        script = floor.plan(target, built, folder / built.name, settings)
        floor.write_plan(script, folder / "plan.json")
        ran = self._python("floor", str(folder / "plan.json"))
        if ran.unfinished is None:
            seconds = json.loads(ran.said.splitlines()[-1])
            tables = read_transforms(target).tables
            self.found["same_rows"] = same_tables(built, folder / built.name, tables)
            self._note("floor", sum(seconds.values()), ran.peak)
        shutil.rmtree(folder)

    def _pandas(self, home: Path) -> None:
        """Count the analyst's KPI's by dbt and by pandas; every figure must be the same."""
        folder = self.work / "alone"
        alone = KpisAlone(home, folder, analyst.KPIS)
        ran, took = alone.run(self.limit)
        out = folder / "figures.parquet"
        of_pandas = self._python("analyst", str(home / "raw"), str(out))
        if of_pandas.exit_code and of_pandas.unfinished is None:
            self.unfinished["pandas"] = "gestopt: te weinig geheugen"
        elif took and of_pandas.unfinished is None:
            self.found["same_figures"] = same_figures(alone.figures(), pd.read_parquet(out))
            self._note("alone", took.models, ran.peak, wall=took.wall)
            seconds = json.loads(of_pandas.said.splitlines()[-1])["seconds"]
            self._note("pandas", seconds, of_pandas.peak)
        shutil.rmtree(folder)

    def _next_night(self, home: Path, full: Ran) -> None:
        """Deliver one percent more and run the next night up to its figures."""
        new = self.work / "new"
        new.mkdir()
        counts = write_new_rows(self.files, new, self.copies, NEW_SHARE)
        deliver(new, home)
        ran = watch(
            [str(COMMAND), "run", "--home", str(home)],
            {"PYTHONUNBUFFERED": "1"},
            limit=self.limit,
            until=TRANSFORMS,
        )
        if ran.step(TRANSFORMS) is None:
            raise RuntimeError(f"The next night did not compute KPI's:\n{ran.said[-3000:]}")
        part = self.found.setdefault(
            "incremental", {"seconds": [], "full": [], "new_rows": sum(counts.values())}
        )
        part["seconds"].append(ran.seconds_of(*INGEST, TRANSFORMS))
        part["full"].append(full.seconds_of(*INGEST, TRANSFORMS))
        self.found["next_night"] = {step.name: step.seconds for step in ran.steps}

    def _python(self, module: str, *arguments: str) -> Ran:
        ran = watch(
            [sys.executable, "-W", "ignore", "-m", f"tests.benchmarks.{module}", *arguments],
            limit=self.limit,
        )
        if ran.unfinished is not None:
            self.unfinished[module] = f"niet geëindigd binnen {ran.unfinished / 60:.0f} min"
        elif ran.exit_code and ran.exit_code > 0:
            raise RuntimeError(f"{module} did not end well:\n{ran.said[-3000:]}")
        return ran

    def _note(self, part: str, seconds: float, peak: int, wall: float | None = None) -> None:
        noted = self.found.setdefault(part, {"seconds": [], "peak": []})
        noted["seconds"].append(round(seconds, 3))
        noted["peak"].append(peak)
        if wall is not None:
            noted.setdefault("wall", []).append(round(wall, 3))
        self.tell(f"{part}: {seconds:.1f} s, {peak / 2**30:.2f} GiB")

    def figures(self) -> dict[str, Any]:
        """Return all that was found."""
        steps = {
            name: {what: middle(values) for what, values in step.items()}
            for name, step in self.steps.items()
        }
        return {"steps": steps, "unfinished": self.unfinished, **self.found}


def _bytes(folder: Path) -> int:
    return sum(
        file.stat().st_size
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink()
    )
