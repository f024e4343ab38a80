"""Fifty readers during a night, or a hundred nights: `python -m tests.faults.load load|soak N`.

`load CONTACTS` runs a night of an example with about so many contacts while readers query the
published files, and says how long they waited. `soak NIGHTS` runs as many nights on days that
follow each other, each with a delivery, and says whether time, memory or files grow.
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
from tests.conftest import run_night

READERS = 50
CONTACTS_AT_SCALE_1 = 72_000
FIRST_DAY = date(2026, 1, 6)
_QUERY = """
    select layer, reliability, count(*), sum(value)
    from read_parquet($figures) inner join read_parquet($kpis) using (kpi_id) group by all
"""


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
    """Return how long readers waited while a night of so many contacts ran."""
    home = folder / "home"
    write_example(home, scale=max(0.01, contacts / CONTACTS_AT_SCALE_1))
    run_night(home)
    waited, is_over = Waited(), threading.Event()
    with ThreadPoolExecutor(READERS) as readers:
        for _ in range(READERS):
            readers.submit(waited.ask, home, is_over)
        began = time.monotonic()
        night = run_night(home)
        lasted = time.monotonic() - began
        is_over.set()
    p95 = statistics.quantiles(waited.seconds, n=20)[-1]
    is_good = night.exit_code < 3 and not waited.broken and p95 < 2
    return (
        f"{'ok' if is_good else 'NOT OK'}: a night of {contacts} contacts took {lasted:.0f} s with "
        f"{READERS} readers; {len(waited.seconds)} questions, half of them within "
        f"{statistics.median(waited.seconds):.2f} s, 95 % within {p95:.2f} s, "
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
    seconds: list[float] = []
    files: list[int] = []
    for number in range(nights):
        day = FIRST_DAY + timedelta(days=number)
        name = f"contacten_{day - timedelta(days=1):%Y%m%d}.csv"
        kept = rows[: len(rows) - number % 20]
        (home / "inbox" / name).write_bytes(b"".join([header, *kept]))
        began = time.monotonic()
        night = run_night(home, "--as-of", day.isoformat())
        seconds.append(time.monotonic() - began)
        files.append(_working_files(home))
        sys.stdout.write(f"{day} code {night.exit_code} {seconds[-1]:.0f} s {files[-1]} files\n")
        sys.stdout.flush()
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    # The first nights fill what is kept; from then on nothing may grow.
    part = max(2, nights // 4)
    early, late = seconds[1 : 1 + part], seconds[-part:]
    slower = statistics.median(late) / statistics.median(early)
    is_flat = slower < 1.25 and files[-1] <= files[min(4, nights - 1)]
    return (
        f"{'ok' if is_flat else 'NOT OK'}: {nights} nights, the last {part} took "
        f"{slower:.2f} times the first, {files[min(4, nights - 1)]} and then {files[-1]} working "
        f"files, at most {peak} MB"
    )


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
