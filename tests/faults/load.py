"""Fifty readers during a night, or a hundred nights: `python -m tests.faults.load load|soak N`.

`load CONTACTS` runs a night of so many copies of the example as have those contacts, while readers
query the published files, and says how long they waited. `soak NIGHTS` runs as many nights on days
that follow each other, each with a delivery, and says whether time, memory or files grow.
"""

import os
import resource
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import duckdb

from ingest.example import write_example
from tests.benchmarks.larger import copies_for, example_files, new_home, write_deliveries
from tests.conftest import run_night
from tests.faults.nights import is_whole

READERS = 50
FIRST_DAY = date(2026, 1, 6)
_QUERY = """
    select layer, reliability, count(*), sum(value)
    from read_parquet($figures) inner join read_parquet($kpis) using (kpi_id) group by all
"""


@dataclass(frozen=True)
class Measured:
    """What a night asked and left: the highest memory of any night so far, and all of its home."""

    seconds: float
    peak: int
    files: int
    megabytes: float
    is_whole: bool

    def __str__(self) -> str:
        return (
            f"{self.seconds:.0f} s of processor time, {self.peak} MB, {self.files} working files, "
            f"{self.megabytes:.1f} MB of home, release {'whole' if self.is_whole else 'BROKEN'}"
        )


@dataclass
class Waited:
    """How long every question of a reader took, in seconds, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def ask(self, home: Path, is_over: threading.Event) -> None:
        """Ask the published files something twice a second."""
        while not is_over.is_set():
            parquet = (home / "published").resolve() / "intern" / "parquet"
            files = {"figures": parquet / "kpi_value.parquet", "kpis": parquet / "dim_kpi.parquet"}
            began = time.monotonic()
            try:
                duckdb.connect().execute(_QUERY, {k: str(v) for k, v in files.items()}).fetchall()
            except duckdb.Error as error:
                self.broken.append(type(error).__name__)
            self.seconds.append(time.monotonic() - began)
            is_over.wait(0.5)


def load(folder: Path, contacts: int) -> str:
    """Return how long readers waited while a night of at least so many contacts ran."""
    example, deliveries, home = (folder / name for name in ("example", "deliveries", "home"))
    files = example_files(example)
    deliveries.mkdir()
    copies = copies_for(contacts, files)
    rows = write_deliveries(files, deliveries, copies)
    new_home(example, deliveries, home)
    first = run_night(home)
    if first.exit_code >= 3:
        return f"NOT OK: the first night did not publish.\n{first.said[-2000:]}"
    waited, is_over = Waited(), threading.Event()
    with ThreadPoolExecutor(READERS) as readers:
        for _ in range(READERS):
            readers.submit(waited.ask, home, is_over)
        began = time.monotonic()
        try:
            night = run_night(home)
        finally:
            is_over.set()
        lasted = time.monotonic() - began
    p95 = statistics.quantiles(waited.seconds, n=20)[-1]
    is_good = night.exit_code < 3 and not waited.broken and p95 < 2
    return (
        f"{'ok' if is_good else 'NOT OK'}: a night of {rows['ecd-contacten']} contacts "
        f"took {lasted:.0f} s with {READERS} readers; {len(waited.seconds)} questions, half of "
        f"them within {statistics.median(waited.seconds):.2f} s, 95 % within {p95:.2f} s, "
        f"{len(waited.broken)} broken ({os.cpu_count()} cores)"
    )


def soak(folder: Path, nights: int) -> str:
    """Return whether nights on days that follow each other grow in time, memory or files."""
    home = folder / "home"
    write_example(home, scale=0.01)
    settings = home / "settings.toml"
    settings.write_text(f"releases_kept = 3\n{settings.read_text()}", encoding="utf-8")
    contacts = (home / "inbox" / "contacten_20260105.csv").read_bytes()
    header, *rows = contacts.splitlines(keepends=True)
    nights_done: list[Measured] = []
    codes: set[int] = set()
    for number in range(nights):
        day = FIRST_DAY + timedelta(days=number)
        name = f"contacten_{day - timedelta(days=1):%Y%m%d}.csv"
        kept = rows[: len(rows) - number % 20]
        (home / "inbox" / name).write_bytes(b"".join([header, *kept]))
        before = _processor_seconds()
        night = run_night(home, "--as-of", day.isoformat())
        codes.add(night.exit_code)
        measured = Measured(
            _processor_seconds() - before,
            resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
            _working_files(home),
            sum(file.stat().st_size for file in home.rglob("*") if file.is_file()) / 1e6,
            is_whole((home / "published").resolve()),
        )
        nights_done.append(measured)
        sys.stdout.write(f"{day} code {night.exit_code} {measured}\n")
        sys.stdout.flush()
    is_flat, told = judged(nights_done)
    return f"{'ok' if is_flat and max(codes) < 3 else 'NOT OK'}: {told}"


def judged(nights: list[Measured]) -> tuple[bool, str]:
    """Say whether later nights ask no more than those after the first, which fill what is kept."""
    part = max(1, len(nights) // 4)
    early, late = nights[1 : 1 + part], nights[-part:]
    slower = statistics.median(night.seconds for night in late) / statistics.median(
        night.seconds for night in early
    )
    full = nights[min(4, len(nights) - 1)]
    fatter = nights[-1].peak / full.peak
    broken = sum(not night.is_whole for night in nights)
    is_flat = slower < 1.25 and fatter < 1.15 and nights[-1].files <= full.files and not broken
    return is_flat, (
        f"{'flat' if is_flat else 'not flat'} over {len(nights)} nights: the last {part} took "
        f"{slower:.2f} times the processor time of the first, {full.files} and then "
        f"{nights[-1].files} working files, at most {full.peak} and then {nights[-1].peak} MB of "
        f"memory, {broken} releases broken; what is kept on purpose is "
        f"{(nights[-1].megabytes - nights[0].megabytes) / max(1, len(nights) - 1):.1f} MB a night"
    )


def _processor_seconds() -> float:
    """Return what all nights so far asked of the processor: a busy machine hardly changes it."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _working_files(home: Path) -> int:
    """Count what a night may leave: not what is kept on purpose, per delivery or per night."""
    kept = {"landing", "originals", "keys", "frozen", "dagster", "quality"}
    return sum(
        file.is_file() and file.relative_to(home).parts[0] not in kept for file in home.rglob("*")
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        said = {"load": load, "soak": soak}[sys.argv[1]](Path(place), int(sys.argv[2]))
    sys.stdout.write(f"{said}\n")
    sys.exit(not said.startswith("ok"))
