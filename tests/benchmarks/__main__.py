"""`make bench`: how long a night takes at every size, beside the floor, pandas and Spark."""

import argparse
import json
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.benchmarks import door
from tests.benchmarks.figures import exponent, latest
from tests.benchmarks.larger import copies_for, example_files, write_deliveries
from tests.benchmarks.machine import ROOT, commit, machine
from tests.benchmarks.plot import write_plot
from tests.benchmarks.sizes import Size, UnfinishedError
from tests.benchmarks.tables import show

OUT = ROOT / "docs" / "benchmarks"
ALL_SIZES = [0.1, 1, 10, 50]
# A home of a million contacts with what is made beside it: deliveries, a second database, spill.
_BYTES_PER_MILLION = 5 << 30


def main() -> None:
    """Measure every size that was asked for and fits; print and, when asked, keep the figures."""
    asked = _arguments()
    console = Console(stderr=True)
    if asked.work:
        asked.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=asked.work) as folder:
        work = Path(folder)
        console.print("Snelheid aan de deur meten")
        run: dict[str, Any] = {
            "commit": commit(),
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "machine": machine(),
            "repeats": asked.repeats,
            "limit_minutes": asked.limit,
            "door": door.rates(),
            "sizes": [],
        }
        files = example_files(work / "example")
        began, took = time.monotonic(), []
        for millions in asked.sizes:
            left = asked.hours * 3600 - (time.monotonic() - began)
            reason = too_large(millions, shutil.disk_usage(work).free, left, took)
            if reason:
                console.print(f"{millions:g} miljoen: overgeslagen, {reason}")
                run["sizes"].append({"millions": millions, "skipped": reason})
                continue
            started = time.monotonic()
            run["sizes"].append(_measure(millions, files, work, asked, console))
            took.append((millions, time.monotonic() - started))
    show(run, Console())
    if asked.keep:
        _keep(run)
    else:
        print(json.dumps(run))  # noqa: T201 - for who wants more than the table


def too_large(
    millions: float, free: int, seconds: float, took: list[tuple[float, float]]
) -> str | None:
    """Say in Dutch why a size cannot be measured, by what the (size, seconds) before it took."""
    needed = millions * _BYTES_PER_MILLION
    if needed > free:
        return f"vraagt {needed / 2**30:.0f} GiB schijf, er is {free / 2**30:.0f} GiB vrij"
    if took:
        power = exponent(*took[-2:]) if len(took) > 1 else 1
        expected = took[-1][1] * (millions / took[-1][0]) ** power
        if expected > seconds:
            told = f"zou {expected / 3600:.1f} uur duren, en er zijn er nog {seconds / 3600:.1f}"
            return f"{told.replace('.', ',')} (HOURS=)"
    return None


def _measure(
    millions: float, files: Any, work: Path, asked: argparse.Namespace, console: Console
) -> dict[str, Any]:
    copies = copies_for(round(millions * 1_000_000), files)
    deliveries = work / "deliveries"
    deliveries.mkdir()
    counts = write_deliveries(files, deliveries, copies)
    size = Size(
        files,
        work / "example",
        deliveries,
        copies,
        work / "size",
        asked.limit * 60,
        lambda text: console.print(f"  {text}", markup=False),
    )
    found: dict[str, Any] = {
        "millions": millions,
        "contacts": counts["ecd-contacten"],
        "rows": sum(counts.values()),
        "copies": copies,
        "delivered_bytes": sum(file.stat().st_size for file in deliveries.iterdir()),
    }
    try:
        for number in range(asked.repeats):
            console.print(f"{millions:g} miljoen contacten, ronde {number + 1}")
            size.repeat(number)
    except UnfinishedError as error:
        console.print(f"  {error}", markup=False)
        size.unfinished["nacht"] = str(error)
    shutil.rmtree(deliveries)
    shutil.rmtree(size.work, ignore_errors=True)
    return found | size.figures()


def _keep(run: dict[str, Any]) -> None:
    """Write latest.json and the plot, and add the run to the history."""
    OUT.mkdir(parents=True, exist_ok=True)
    with (OUT / "history.jsonl").open("a", encoding="utf-8") as history:
        history.write(json.dumps(run, ensure_ascii=False) + "\n")
    text = json.dumps(latest(run), indent=2, ensure_ascii=False)
    (OUT / "latest.json").write_text(f"{text}\n", encoding="utf-8")
    write_plot(run, OUT / "times.svg")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", type=float, nargs="+", default=ALL_SIZES, help="in millions")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=float, default=30, help="minutes that one step may take")
    parser.add_argument("--hours", type=float, default=8, help="larger sizes are left out after it")
    parser.add_argument("--work", type=Path, help="folder for temporary homes")
    parser.add_argument("--keep", action="store_true", help="write docs/benchmarks")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
