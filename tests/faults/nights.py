"""A small home, whole nights on it that are killed, and readers who look on meanwhile."""

import hashlib
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from exports.files import read_manifest
from ingest.example import write_example
from ingest.home import Home
from orchestration.aftermath import builders
from tests.conftest import COMMAND, Night, run_night

# A hundredth of the example: some 900 rows of contacts.
SCALE = 0.01
AS_OF = "2026-01-07"
_PATIENCE_SECONDS = 300


def prepared(folder: Path) -> Night:
    """Return a home after its first night, with a second delivery in its inbox."""
    home = folder / "home"
    write_example(home, scale=SCALE)
    trajectories = (home / "inbox" / "trajecten_20260105.csv").read_bytes()
    first = run_night(home)
    (home / "inbox" / "trajecten_20260106.csv").write_bytes(with_a_new_code(trajectories))
    return first


def with_a_new_code(trajectories: bytes) -> bytes:
    """Return a delivery of which the last twelve rows have a team that no list has."""
    header, *rows = trajectories.splitlines(keepends=True)
    place = header.decode("cp1252").strip().split(";").index('"Team"')
    changed = []
    for row in rows[-12:]:
        cells = row.split(b";")
        cells[place] = b'"T99"'
        changed.append(b";".join(cells))
    return b"".join([header, *rows[:-12], *changed])


def copied(night: Night, place: Path) -> Home:
    """Return a copy of the home of a night: cheaper than a night of its own."""
    subprocess.run(["cp", "-a", "--reflink=auto", night.home, place], check=True)
    return Home(place)


def begun(home: Home, **variables: str) -> subprocess.Popen[str]:
    """Begin the next night in a process group of its own."""
    return subprocess.Popen(
        [COMMAND, "run", "--home", home.root, "--as-of", AS_OF],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "COLUMNS": "160", **variables},
    )


def until_it_builds(
    home: Home, night: subprocess.Popen[str], orphans: Collection[int] = ()
) -> None:
    """Wait until the dbt of this night, not one that was left, writes the build database."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not (set(builders(home)) - set(orphans) and home.warehouse_file.exists()):
        assert night.poll() is None, night.communicate()[0]
        assert time.monotonic() < deadline, "dbt did not begin"
        time.sleep(0.1)


def kept(home: Home) -> dict[str, str]:
    """Return the hash of everything that later nights begin with, or that readers read.

    Not the ledger, whose lines have moments, and not what is about the run itself.
    """
    release = home.published.resolve() / "intern" / "parquet"
    files = {
        **{
            f"landing/{_below(file, home.landing)}": file
            for file in home.landing.rglob("*.parquet")
        },
        **{f"published/{file.name}": file for file in release.glob("*.parquet")},
    }
    hashes = {
        name: hashlib.sha256(file.read_bytes()).hexdigest()
        for name, file in files.items()
        if file.stem != "run"
    }
    return hashes | frozen(home)


def frozen(home: Home) -> dict[str, str]:
    """Return the hash of the rows in frozen/ per table, but for the run that they name."""
    found: dict[str, list[str]] = {}
    for file in sorted(home.frozen.rglob("*.parquet")):
        rest = "* exclude (run_id)" if "run_id" in pq.read_schema(file).names else "*"
        rows = duckdb.sql(f"select {rest} from '{file}'")
        text = "\n".join(sorted(map(repr, rows.fetchall())))
        folder = str(file.parent.relative_to(home.frozen))
        found.setdefault(folder, []).append(hashlib.sha256(text.encode()).hexdigest())
    return {f"frozen/{folder}": ",".join(hashes) for folder, hashes in found.items()}


def _below(file: Path, folder: Path) -> str:
    return file.relative_to(folder).as_posix()


@dataclass
class Readers:
    """Readers that open the published release over and over, as a BI tool does."""

    home: Home
    pause: float = 0.2
    reads: int = 0
    broken: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def read(self) -> None:
        """Read until it is over: every file of the release that `published` pointed at."""
        while not self.is_over.is_set():
            release = self.home.published.resolve()
            try:
                if not is_whole(release):
                    self.broken.append(release.name)
            except OSError as error:
                self.broken.append(f"{release.name}: {type(error).__name__}")
            self.reads += 1
            self.is_over.wait(self.pause)

    @contextmanager
    def reading(self) -> Iterator["Readers"]:
        """Read in the background for as long as the body lasts."""
        thread = threading.Thread(target=self.read)
        thread.start()
        try:
            yield self
        finally:
            self.is_over.set()
            thread.join()


def is_whole(release: Path) -> bool:
    """Say whether every file of a release is there as its manifest says."""
    folder = release / "intern"
    known: Mapping[str, str] = read_manifest(folder)["sha256"]
    return all(
        hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256
        for name, sha256 in known.items()
    )


def kill_at_random(home: Home, kills: int, lasting: float, seed: int) -> int:
    """Kill as many nights, each with all that it started; return how many ended before that.

    `lasting` is how many seconds a night takes; every moment of it is as likely as another. A
    night that ends by itself was well, and from then on a night takes as long as that one.
    """
    moments = random.Random(seed)  # noqa: S311 - the same moments every time, no secret
    killed = ended = 0
    while killed < kills:
        began, night = time.monotonic(), begun(home)
        try:
            said, _ = night.communicate(timeout=moments.uniform(0.02, 1) * lasting)
        except subprocess.TimeoutExpired:
            os.killpg(night.pid, signal.SIGKILL)
            night.communicate()
            killed += 1
        else:
            assert night.returncode < 3, said
            lasting, ended = time.monotonic() - began, ended + 1
    return ended
