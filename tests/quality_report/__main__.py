"""Measure the checks: `python -m tests.quality_report`, which writes docs/quality-report.json."""

import argparse
import json
import logging
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.quality_report import door, model_errors
from tests.quality_report.delivered import Delivered
from tests.quality_report.measuring import (
    TRUE_OF_CLEAN_DATA,
    as_json,
    clean_flags,
    measure,
    true_values,
    truth_in_bounds,
)
from tests.quality_report.nights import CHECKS, FIGURES_AND_CHECKS, Nights
from tests.quality_report.report import write_report
from tests.quality_report.table import DOOR, MODELS, NIGHTS, PLANTERS

SEEDS = range(1, 11)
# What the norms are about comes first; what happens at the threshold itself is told only.
LEVELS = (2.0, 0.5, 1.0)


class Measurement:
    """All nights, each kept as soon as it is over, so that a run that was broken off goes on."""

    def __init__(self, work: Path) -> None:
        """Use a folder for the nights."""
        self.work = work
        self.nights = Nights(work)
        self._began = time.monotonic()

    def run(self, seeds: list[int], levels: list[float], groups: list[str]) -> None:
        """Run every night that is not there yet, what is wanted most first."""
        self.clean(1)
        for level in [each for each in levels if each != 1]:
            for group in groups:
                self.planted(group, level)
        for seed in seeds:
            self.clean(seed)
        if 1 in levels:
            for group in groups:
                self.planted(group, 1)

    def clean(self, seed: int) -> None:
        """Run a night without errors."""
        name = f"clean-{seed}"
        if self._known(name) and (seed > 1 or (self.work / f"{name}.duckdb").exists()):
            return
        began = time.monotonic()
        # Only with the first are the nights with errors compared.
        selection = FIGURES_AND_CHECKS if seed == 1 else (CHECKS,)
        built = self.nights.run(name, self.nights.example(seed), selection=selection)
        result = clean_flags(built.database) | {"seed": seed, "held": built.held}
        if seed > 1:
            built.database.unlink()
        self._keep(name, result, began)

    def planted(self, group: str, level: float) -> None:
        """Run a night with the errors of a group at one level."""
        name = f"planted-{group}-{level:g}"
        if self._known(name):
            return
        began = time.monotonic()
        example = self.nights.example(1)
        if group == DOOR:
            of_door, held = door.run(self.nights, name, example, level)
            self._keep(name, {"level": level, "held": held, "found": as_json(of_door)}, began)
            return
        if group == MODELS:
            found = model_errors.measure(self.work / "clean-1.duckdb", level)
            self._keep(name, {"level": level, "found": as_json(found)}, began)
            return
        delivered = Delivered.read(example / "inbox")
        planted = [
            (planter, planter.plant(delivered, planter, level))
            for planter in PLANTERS
            if planter.night == group
        ]
        built = self.nights.run(name, example, delivered)
        clean = self.work / "clean-1.duckdb"
        found = measure(planted, level, delivered, built.database, clean)
        checks = {planter.check_id for planter, _ in planted} - set(TRUE_OF_CLEAN_DATA)
        truth = truth_in_bounds(built.database, true_values(example), checks)
        self._keep(
            name,
            {
                "level": level,
                "group": group,
                "held": built.held,
                "found": as_json(found),
                "truth": truth,
            },
            began,
        )

    def _file(self, name: str) -> Path:
        return self.work / f"{name}.json"

    def _known(self, name: str) -> bool:
        return self._file(name).exists()

    def _keep(self, name: str, result: dict[str, Any], began: float) -> None:
        seconds = round(time.monotonic() - began)
        text = json.dumps(result | {"seconds": seconds}, ensure_ascii=False, indent=1)
        self._file(name).write_text(text, encoding="utf-8")
        minutes = (time.monotonic() - self._began) / 60
        sys.stdout.write(f"{minutes:5.1f} min  {name}: {seconds} s" + "\n")
        sys.stdout.flush()


def main() -> None:
    """Run the nights and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, help="keep the nights here, and go on from them")
    parser.add_argument("--seeds", type=int, nargs="*", default=list(SEEDS))
    parser.add_argument("--levels", type=float, nargs="*", default=list(LEVELS))
    parser.add_argument("--groups", nargs="*", default=list(NIGHTS))
    parser.add_argument("--report-only", action="store_true", help="from the nights that are there")
    options = parser.parse_args()
    logging.disable(logging.INFO)
    with TemporaryDirectory() as folder:
        work = options.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        if not options.report_only:
            Measurement(work).run(options.seeds, options.levels, options.groups)
        results = {
            file.stem: json.loads(file.read_text(encoding="utf-8"))
            for file in sorted(work.glob("*.json"))
        }
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    write_report(results, commit)


if __name__ == "__main__":
    main()
