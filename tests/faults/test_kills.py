"""Processes that are killed while they take in and while they publish: faults 1, 2, 4 to 7 and 13.

They are killed for real, at chosen and at random moments; whole nights are in test_nights.py.
"""

import hashlib
import itertools
import multiprocessing
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from exports.release import current_release, publish
from ingest.home import Home
from ingest.ledger import Ledger
from tests.faults.child import do
from tests.faults.nights import Readers, is_whole
from tests.unit.small_organisation import Organisation, new_organisation
from tests.unit.test_release import build, facts

PUBLISH_KILLS = 50
READERS = 200


def child(moment: str, *doing: str | Path) -> int:
    """Let a process do something until it is killed; return its exit code."""
    command = [sys.executable, "-m", "tests.faults.child", moment, *map(str, doing)]
    return subprocess.run(command, capture_output=True, check=False).returncode


# --- taking in -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    """A home whose keys are there, with a delivery of every source in its inbox."""
    organisation = new_organisation(tmp_path_factory.mktemp("delivered"))
    organisation.deliver(date(2026, 1, 4))
    assert child("-", "intake", organisation.home.root) == 0
    organisation.deliver(date(2026, 1, 5), clienten=["R-3;0000003;;;01-02-2025;Jansen;01-01-1981"])
    return organisation


def copied(organisation: Organisation, place: Path) -> Home:
    shutil.copytree(organisation.home.root, place)
    return Home(place)


def taken(home: Home) -> tuple[dict[str, str], list[tuple[str, str, int | None, int | None]]]:
    """Return what landed and was typed, byte for byte, and what the ledger says was taken in."""
    files = {
        str(file.relative_to(home.root)): hashlib.sha256(file.read_bytes()).hexdigest()
        for place in (home.landing, home.raw)
        for file in place.rglob("*")
        if file.is_file() and file != home.ledger_file
    }
    events = [
        (each.event, each.delivery_id, each.rows_in, each.rows_out)
        for each in Ledger(home.ledger_file).events()
        if each.event == "accepted"
    ]
    return files, sorted(set(events))


@pytest.mark.parametrize(
    "moment",
    [
        "before:ingest.originals.replace_durably",
        "after:ingest.originals.replace_durably",
        "before:ingest.deliveries.replace_durably",
        "after:ingest.deliveries.replace_durably",
    ],
)
def test_fault_01_a_kill_while_landing_is_landed_again_and_nothing_half_counts(
    delivered: Organisation, tmp_path: Path, moment: str
) -> None:
    failing, healthy = (copied(delivered, tmp_path / name) for name in ("failing", "healthy"))
    assert child(moment, "intake", failing.root) == -signal.SIGKILL
    for home in (failing, healthy):
        assert child("-", "intake", home.root) == 0
    assert taken(failing) == taken(healthy)
    assert not [file for file in failing.root.rglob("*") if "unfinished" in file.name]
    assert not list(failing.inbox.iterdir())


@pytest.mark.parametrize("moment", ["before:ingest.deliveries.write_typed", "in:candidate"])
def test_fault_02_a_kill_while_typing_rows_is_typed_again(
    delivered: Organisation, tmp_path: Path, moment: str
) -> None:
    failing, healthy = (copied(delivered, tmp_path / name) for name in ("failing", "healthy"))
    if moment.startswith("in:"):
        moment = f"in:{failing.raw}//*/*/*.candidate"
    assert child(moment, "intake", failing.root) == -signal.SIGKILL
    for home in (failing, healthy):
        assert child("-", "intake", home.root) == 0
    assert taken(failing) == taken(healthy)
    left = [file for file in failing.raw.rglob("*") if file.is_file() and file.suffix != ".parquet"]
    assert not left


# --- publishing ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("warehouse") / "build.duckdb")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def figures(release: Path) -> dict[str, str]:
    """Return the hash of every published figure file but the one about the run itself."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (release / "intern" / "parquet").iterdir()
        if file.stem != "run"
    }


def test_fault_04_a_kill_while_the_first_release_is_written_leaves_none(
    home: Home, warehouse: Path
) -> None:
    for moment in (
        f"in:{home.releases}//*/intern/parquet/*.parquet",
        "before:exports.release._verify",
        "before:exports.release._to_disk",
    ):
        assert child(moment, "publish", home.root, warehouse, "r1") == -signal.SIGKILL
        assert current_release(home) is None
        assert not home.published.is_symlink()
        assert {folder.name for folder in home.releases.iterdir()} <= {"r1.partial"}
    release = publish(home, warehouse, facts("r2")).path
    assert is_whole(release)
    assert [folder.name for folder in home.releases.iterdir()] == ["r2"]


@pytest.mark.parametrize(
    "moment",
    [
        "before:exports.release._seal",
        "before:exports.release.remember",
        "after:exports.release.remember",
        "before:exports.release.switch",
    ],
)
def test_fault_05_a_kill_between_write_and_switch_keeps_the_old_release(
    home: Home, warehouse: Path, moment: str
) -> None:
    old = publish(home, warehouse, facts("r1")).path
    before = figures(old)
    assert child(moment, "publish", home.root, warehouse, "r2") == -signal.SIGKILL
    assert current_release(home) == old
    assert figures(old) == before
    assert figures(publish(home, warehouse, facts("r3")).path) == before
    assert not list(home.releases.glob("*.partial"))


def test_fault_06_a_kill_right_after_the_switch_shows_the_new_release_whole(
    home: Home, warehouse: Path
) -> None:
    publish(home, warehouse, facts("r1"))
    moment = "after:exports.release.switch"
    assert child(moment, "publish", home.root, warehouse, "r2") == -signal.SIGKILL
    assert current_release(home) == home.releases / "r2"
    assert is_whole(home.releases / "r2")
    assert publish(home, warehouse, facts("r3")).rows


def test_fault_07_at_fifty_random_moments_every_reader_sees_a_whole_release(
    home: Home, warehouse: Path
) -> None:
    publish(home, warehouse, facts("r000"))
    before = figures(home.releases / "r000")
    # A process that has loaded the libraries makes the others, so that what is killed publishes.
    loaded = multiprocessing.get_context("forkserver")
    loaded.set_forkserver_preload(["exports.release", "tests.unit.test_release"])

    def publishing(run_id: str, seconds: float | None) -> int:
        doing = ("publish", str(home.root), str(warehouse), run_id)
        process = loaded.Process(target=do, args=doing)
        process.start()
        process.join(seconds)
        process.kill()
        process.join()
        return process.exitcode or 0

    assert publishing("r001", None) == 0
    began = time.monotonic()
    assert publishing("r002", None) == 0
    lasted = time.monotonic() - began
    moments = random.Random(7)  # noqa: S311 - the same moments every time, no secret
    readers = Readers(home, pause=0.1)
    with ThreadPoolExecutor(2) as reading:
        for _ in range(2):
            reading.submit(readers.read)
        try:
            kills, names = 0, (f"r{number:03}" for number in itertools.count(3))
            while kills < PUBLISH_KILLS:
                began = time.monotonic()
                ended = publishing(next(names), lasted * moments.random())
                assert ended in (0, -signal.SIGKILL)
                if ended:
                    kills += 1
                else:
                    lasted = time.monotonic() - began
        finally:
            readers.is_over.set()
    assert (readers.broken, readers.reads > 0) == ([], True)
    assert figures(publish(home, warehouse, facts("s")).path) == before
    assert not list(home.releases.glob("*.partial"))


def test_fault_13_two_hundred_readers_while_it_is_published_see_no_mixture(
    home: Home, warehouse: Path
) -> None:
    publish(home, warehouse, facts("r0"))
    readers = Readers(home, pause=1)
    with ThreadPoolExecutor(READERS) as reading:
        for _ in range(READERS):
            reading.submit(readers.read)
        try:
            publish(home, warehouse, facts("r1"))
        finally:
            readers.is_over.set()
    assert readers.broken == []
    assert readers.reads >= READERS
