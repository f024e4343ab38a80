"""Whole nights that go wrong, one after another, on one home, and then a good one.

Faults 3, 7 to 12, 14 to 17, 19, 20 and 40 of the list. A second home with the same deliveries
never fails: both must end with the same landing, the same frozen/ and the same release.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ingest.home import Home
from orchestration.aftermath import builders
from orchestration.run_lock import Holder
from tests.conftest import COMMAND, Night, run_night
from tests.faults.nights import (
    AS_OF,
    Readers,
    begun,
    copied,
    kept,
    kill_at_random,
    prepared,
    until_it_builds,
)

KILLS = 20
# The secret of a server, as somebody has it who gives it in the environment of the night.
SECRET = {"IMPACTKOMPAS_SECRET_ECD_DATABASE": "geheim'Wachtwoord-1"}
# All nights of this file run before its first test; how long that is depends on the machine.
pytestmark = pytest.mark.timeout(3600)


@dataclass
class Ended:
    """How a night that went wrong ended: its exit code, what it said, what was published after."""

    exit_code: int
    said: str
    published: str
    left: list[int] = field(default_factory=list)
    environments: list[bytes] = field(default_factory=list)


@dataclass
class Story:
    """The first night of a home, its nights that went wrong by name, and its next good one."""

    first: Night
    reference: Night
    failing: Home
    ended: dict[str, Ended]
    second_run: subprocess.CompletedProcess[str]
    recovery: Night
    readers: Readers
    log: str
    held_files: tuple[int, int]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("story")
    first = prepared(folder)
    reference, failing = copied(first, folder / "reference"), copied(first, folder / "failing")
    began = time.monotonic()
    never_failed = run_night(reference.root, "--as-of", AS_OF)
    lasting = time.monotonic() - began
    ended: dict[str, Ended] = {}
    with Readers(failing).reading() as readers:
        ended["killed"] = _killed(failing)
        ended["stopped"], second_run = _stopped(failing, ended["killed"].left)
        ended["memory"] = _ended(failing, begun(failing, IMPACTKOMPAS_MEMORY_LIMIT="4MB"))
        for place in ("raw", "warehouse"):
            ended[f"full {place}"] = _on_a_full_disk(failing, place)
        # These last, because one that is over before its kill publishes.
        kill_at_random(failing, KILLS, lasting, seed=7)
        _spoil(failing)
        with _held_open(failing) as held:
            recovery = run_night(failing.root, "--as-of", AS_OF)
            held_files = held()
    return Story(
        first,
        never_failed,
        failing,
        ended,
        second_run,
        recovery,
        readers,
        (failing.logs / "nacht.log").read_text(encoding="utf-8"),
        held_files,
    )


def _ended(home: Home, night: subprocess.Popen[str]) -> Ended:
    said, _ = night.communicate()
    return Ended(night.returncode, " ".join(said.split()), home.published.resolve().name)


def _killed(home: Home) -> Ended:
    """Kill a night while dbt builds, but not the dbt that it started."""
    night = begun(home, **SECRET)
    until_it_builds(home, night)
    night.kill()
    night.wait()
    left = list(builders(home))
    environments = [Path(f"/proc/{process}/environ").read_bytes() for process in left]
    return Ended(night.returncode, "", home.published.resolve().name, left, environments)


def _stopped(home: Home, orphans: list[int]) -> tuple[Ended, subprocess.CompletedProcess[str]]:
    """Ask a night to stop while dbt builds, and begin another one just before."""
    night = begun(home)
    until_it_builds(home, night, orphans)
    second = subprocess.run(
        [COMMAND, "run", "--home", home.root, "--as-of", AS_OF],
        capture_output=True,
        text=True,
        check=False,
    )
    night.send_signal(signal.SIGTERM)
    ended = _ended(home, night)
    ended.left = list(builders(home))
    return ended, second


def _on_a_full_disk(home: Home, place: str) -> Ended:
    """Run a night of which one folder is a disk with next to no room left."""
    folder = home.root / place
    script = (
        f"set -e; cp -a {folder} {folder}.before; rm -f {folder}.before/build.duckdb*; "
        f"mount -t tmpfs -o size=500m tmpfs {folder}; cp -a {folder}.before/. {folder}/; "
        f"rm -rf {folder}.before; used=$(df -k --output=used {folder} | tail -1); "
        f"mount -o remount,size=$((used + 8))k {folder}; "
        f"exec {COMMAND} run --home {home.root} --as-of {AS_OF}"
    )
    night = subprocess.Popen(
        ["unshare", "--mount", "bash", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "COLUMNS": "160"},
    )
    return _ended(home, night)


def _spoil(home: Home) -> None:
    """Leave what crashes and failing disks leave: a lock, a WAL, bits that are flipped."""
    dead = Holder(os.getpid(), "another boot of this machine", "2026-01-06T03:00:00Z")
    (home.root / "run.lock").write_text(json.dumps(dead.__dict__), encoding="utf-8")
    database = home.warehouse_file
    database.write_bytes(b"\0" * 4096 if not database.exists() else database.read_bytes()[:-4096])
    with database.open("r+b") as file:
        file.seek(2048)
        file.write(b"\xff" * 64)
    Path(f"{database}.wal").write_bytes(b"of another database" * 100)


@contextmanager
def _held_open(home: Home) -> Iterator[Callable[[], tuple[int, int]]]:
    """Let a reader hold the build database and the published one open all night."""
    import duckdb

    published = duckdb.connect(
        home.published.resolve() / "intern" / "impact.duckdb", read_only=True
    )
    with home.warehouse_file.open("rb") as build:
        before = published.execute("select count(*) from kpi_value").fetchone()

        def read() -> tuple[int, int]:
            after = published.execute("select count(*) from kpi_value").fetchone()
            assert before == after
            return (after or (0,))[0], len(build.read())

        yield read
    published.close()


def is_unchanged(story: Story, ended: Ended) -> bool:
    return ended.published == story.first.parquet.parents[1].name


def is_recovered(story: Story) -> bool:
    """Say whether the next healthy night gave what a home has that never failed."""
    return kept(story.failing) == kept(Home(story.reference.home))


def test_fault_03_a_kill_while_dbt_builds_changes_nothing_and_its_dbt_is_stopped(
    story: Story,
) -> None:
    killed = story.ended["killed"]
    assert killed.exit_code == -signal.SIGKILL
    assert is_unchanged(story, killed)
    assert "is afgebroken" in story.log
    assert killed.left
    assert "dbt van een afgebroken run" in story.log
    assert list(builders(story.failing)) == []
    assert is_recovered(story)


def test_a_secret_in_the_environment_reaches_no_other_program_and_no_file(story: Story) -> None:
    (secret,) = (each.encode() for each in SECRET.values())
    environments = story.ended["killed"].environments
    assert environments
    assert not [each for each in environments if secret in each]
    files = [file for file in story.failing.root.rglob("*") if file.is_file()]
    assert {file.parent for file in files} >= {
        story.failing.dagster / "history",
        story.failing.logs,
    }
    assert not [file for file in files if secret in file.read_bytes()]


def test_fault_08_a_night_that_is_asked_to_stop_does_so_in_order(story: Story) -> None:
    stopped = story.ended["stopped"]
    assert stopped.exit_code == 3, stopped.said
    assert "vroeg deze nacht te stoppen" in stopped.said
    assert "vroeg deze nacht te stoppen" in story.log
    assert stopped.left == []
    assert is_unchanged(story, stopped)
    assert is_recovered(story)


def test_fault_09_a_second_run_leaves_with_its_own_code_and_names_the_first(story: Story) -> None:
    assert story.second_run.returncode == 11
    said = " ".join(story.second_run.stdout.split())
    assert "Er loopt al een nacht" in said
    assert "proces " in said
    assert "laatste teken van leven" in said


def test_fault_10_a_lock_of_a_dead_run_is_taken_over_also_with_our_own_number(
    story: Story,
) -> None:
    assert "de machine is daarna opnieuw gestart" in story.log
    assert story.recovery.exit_code < 3, story.recovery.said
    assert (story.failing.root / "run.lock").read_text() == ""


def test_fault_11_a_reader_that_holds_the_published_file_all_night_reads_on(story: Story) -> None:
    rows, _ = story.held_files
    assert rows > 0
    assert story.recovery.exit_code < 3


def test_fault_12_a_reader_of_the_build_database_keeps_the_old_one(story: Story) -> None:
    _, old_bytes = story.held_files
    assert old_bytes > 0
    assert is_recovered(story)


def test_fault_14_a_stale_wal_beside_the_new_database_is_removed(story: Story) -> None:
    assert not Path(f"{story.failing.warehouse_file}.wal").exists()
    assert is_recovered(story)


def test_fault_16_a_build_database_that_is_damaged_is_made_anew(story: Story) -> None:
    ((figures,),) = story.recovery.exact("select count(*) from mart.fct_kpi_value")
    assert figures > 0
    assert is_recovered(story)


@pytest.mark.parametrize("place", ["raw", "warehouse"])
def test_fault_17_a_full_disk_stops_the_night_before_it_publishes(story: Story, place: str) -> None:
    full = story.ended[f"full {place}"]
    assert full.exit_code == 3, full.said
    assert "bytes nodig" in full.said
    assert is_unchanged(story, full), full.said
    assert is_recovered(story)


def test_fault_19_too_little_memory_is_a_clear_error_and_not_half_a_release(story: Story) -> None:
    memory = story.ended["memory"]
    assert memory.exit_code == 3, memory.said
    assert "Niet gepubliceerd." in memory.said
    assert is_unchanged(story, memory)
    assert is_recovered(story)


def test_fault_40_a_new_code_leaves_the_total_as_it_was(story: Story) -> None:
    query = """
        select kpi_id, period_type, period_start, numerator, denominator
        from mart.fct_kpi_value
        where breakdown = 'total' and kpi_id in ('A10', 'A14', 'EIGEN-BEREIK') order by all
    """
    ((known,),) = story.reference.exact(
        "select count(*) from staging.stg_ecd__trajectories where team_code = 'T99'"
    )
    assert known == 12
    assert story.first.exact(query) == story.reference.exact(query) != []


def test_fault_07_no_reader_saw_anything_broken_meanwhile(story: Story) -> None:
    assert story.readers.reads > 10
    assert story.readers.broken == []


def test_fault_07_nights_killed_at_random_moments_leave_nothing_behind(story: Story) -> None:
    assert is_recovered(story)
