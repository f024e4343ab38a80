"""What Dagster itself may do wrong: faults 46 and d1 to d5 of the list.

The scheduler is that of Dagster, in a process of its own, with its clock set.
"""

import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from exports.release import ReleaseRefused, current_release, publish
from ingest.home import Home
from orchestration.aftermath import fail_zombies
from orchestration.dagster_home import dagster_environment
from tests.conftest import COMMAND
from tests.unit.test_release import build, facts

OURS = "tests.faults.as_scheduled"
# 04:00 in Amsterdam is 03:00 UTC in winter.
BEFORE, FOUR = "2026-12-01T02:59:00", "2026-12-01T03:00:30"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def look(home: Home, *moments: str, place: str = "", module: str = OURS) -> list[int] | None:
    """Let the daemon look; return how many runs there are each time, None when it was killed."""
    said = home.root / "scheduler.txt"
    with said.open("w", encoding="utf-8") as writing:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.scheduler", module, place, *moments],
            stdout=writing,
            stderr=writing,
            start_new_session=True,
            env={**os.environ, **dagster_environment(home)},
        )
        daemon.wait()
    # What served the definitions is still there for a while when the daemon was killed.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(daemon.pid, signal.SIGKILL)
    if daemon.returncode == -signal.SIGKILL:
        return None
    assert daemon.returncode == 0, said.read_text(encoding="utf-8")
    return [int(count) for count in re.findall(r"<(\d+)>", said.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("place", ["TICK_CREATED", "RUN_CREATED", "RUN_LAUNCHED"])
def test_fault_d1_a_daemon_killed_between_tick_and_launch_starts_one_night(
    home: Home, place: str
) -> None:
    assert look(home, FOUR, place=place) is None
    assert look(home, "2026-12-01T03:02:00", "2026-12-01T03:03:00") == [1, 1]


def test_fault_46_after_five_nights_off_one_night_is_started_and_then_one_a_day(home: Home) -> None:
    assert look(home, BEFORE, FOUR) == [0, 1]
    off = ("2026-12-06T09:00:00", "2026-12-06T10:00:00", "2026-12-07T03:00:30")
    assert look(home, *off) == [2, 2, 3]


def test_fault_d2_a_code_location_that_does_not_load_is_noticed_by_the_silence(home: Home) -> None:
    publish(home, build(home.root / "build.duckdb"), facts("20250601T020000Z"))
    release = current_release(home)
    assert look(home, FOUR, module="tests.faults.broken_location") == [0]
    watched = subprocess.run(
        [COMMAND, "watch", "--home", home.root], capture_output=True, text=True, check=False
    )
    assert watched.returncode == 4, watched.stdout + watched.stderr
    assert "uur geleden" in watched.stdout
    assert current_release(home) == release


def test_fault_d3_an_event_log_that_is_locked_stops_the_night_and_not_the_release(
    home: Home,
) -> None:
    from ingest.example import write_example

    write_example(home.root, scale=0.01)
    publish(home, build(home.root / "build.duckdb"), facts("20250601T020000Z"))
    release = current_release(home)
    os.environ.update(dagster_environment(home))
    with dg.DagsterInstance.get() as instance:
        instance.get_runs()
    runs = home.dagster / "history" / "runs.db"
    assert runs.exists()
    with sqlite3.connect(runs) as locking:
        locking.execute("begin exclusive")
        night = subprocess.run(
            [COMMAND, "run", "--home", home.root], capture_output=True, text=True, check=False
        )
        locking.rollback()
    assert night.returncode in (3, 10), night.stdout + night.stderr
    assert "vorige uitgave blijft staan" in " ".join(night.stdout.split())
    assert current_release(home) == release


def test_fault_d4_a_schedule_put_at_an_hour_that_is_past_does_not_run_at_once(home: Home) -> None:
    assert look(home, BEFORE, FOUR) == [0, 1]
    later = ("2026-12-01T11:05:00", "2026-12-02T10:00:30")
    assert look(home, *later, module="tests.faults.changed_cron") == [1, 2]


def test_fault_d5_a_release_that_is_tried_again_is_judged_again(home: Home) -> None:
    warehouse = build(home.root / "build.duckdb")
    publish(home, warehouse, facts("r1"))
    for attempt in ("r2", "r3"):
        with pytest.raises(ReleaseRefused, match="deugt niet"):
            publish(home, warehouse, facts(attempt), check=lambda _: ["Dit deugt niet."])
    assert current_release(home) == home.releases / "r1"


def test_fault_03_a_run_whose_process_is_gone_is_marked_failed_by_the_next(home: Home) -> None:
    os.environ.update(dagster_environment(home))
    with dg.DagsterInstance.get() as instance:
        zombie = instance.create_run_for_job(_job(), status=dg.DagsterRunStatus.STARTED)
        own = instance.create_run_for_job(_job(), status=dg.DagsterRunStatus.STARTED)
        assert fail_zombies(instance, own.run_id) == [zombie.run_id]
        statuses = {run.run_id: run.status for run in instance.get_runs()}
    assert statuses == {
        zombie.run_id: dg.DagsterRunStatus.FAILURE,
        own.run_id: dg.DagsterRunStatus.STARTED,
    }


def test_fault_03_without_a_next_run_the_daemon_marks_it_within_five_minutes(home: Home) -> None:
    import yaml

    dagster_environment(home)
    written = yaml.safe_load((home.dagster / "dagster.yaml").read_text(encoding="utf-8"))
    monitoring = written["run_monitoring"]
    assert monitoring["enabled"]
    assert monitoring["start_timeout_seconds"] + monitoring["poll_interval_seconds"] <= 300


def _job() -> dg.JobDefinition:
    @dg.op
    def nothing() -> None:
        """Do nothing."""

    @dg.job
    def night() -> None:
        nothing()

    return night
