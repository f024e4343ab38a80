"""The inbox as a sensor: whole files are taken in once, growing ones are left alone."""

import json
import os
from pathlib import Path

import dagster as dg
import pytest

from ingest.home import Home
from orchestration import dbt
from orchestration.defs.sensors import look_at_inbox, sensors
from orchestration.run_lock import run_lock
from tests.unit.small_ecd import client, csv_bytes, write_contract


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    write_contract(home.contracts)
    home.settings_file.write_text('as_of = "2026-01-06"\nopen_data = "example"\n')
    monkeypatch.setenv("IMPACTKOMPAS_HOME", str(home.root))
    return home


def deliver(home: Home, *rows: list[str], minutes_ago: int = 5) -> Path:
    file = home.inbox / "clienten_20260105.csv"
    file.write_bytes(csv_bytes(*rows))
    written_at = file.stat().st_mtime - 60 * minutes_ago
    os.utime(file, (written_at, written_at))
    return file


def look(cursor: str | None = None) -> tuple[list[dg.RunRequest], str | None]:
    """Return what the sensor asks for, and what it remembers for the next look."""
    with dg.build_sensor_context(cursor=cursor) as context:
        result = look_at_inbox(context)
    if isinstance(result, dg.SkipReason):
        return [], cursor
    return list(result.run_requests or []), result.cursor


def test_a_file_that_did_not_change_between_two_looks_is_asked_for(
    home: Home,
) -> None:
    deliver(home, client(1))
    requests, cursor = look()
    assert requests == []
    (request,), _ = look(cursor)
    assert request.asset_selection == [dg.AssetKey(["ecd", "clients"])]


def test_a_file_that_grows_or_is_fresh_is_left_alone(home: Home) -> None:
    deliver(home, client(1))
    _, cursor = look()
    deliver(home, client(1), client(2))
    requests, cursor = look(cursor)
    assert requests == []
    deliver(home, client(1), client(2), minutes_ago=0)
    _, cursor = look(cursor)
    assert look(cursor)[0] == []


def test_a_file_of_no_source_starts_nothing_and_its_name_is_not_kept(home: Home) -> None:
    (home.inbox / "Wölfe 123456782.csv").write_text("x")
    requests, cursor = look()
    assert (requests, json.loads(cursor or "")) == ([], {})
    assert look(cursor)[0] == []


def test_while_a_night_runs_the_sensor_waits(home: Home) -> None:
    deliver(home, client(1))
    _, cursor = look()
    with (home.root / "run.lock").open("w") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        assert look(cursor)[0] == []
    assert len(look(cursor)[0]) == 1


def test_the_run_that_it_asks_for_takes_in_that_source_alone(home: Home) -> None:
    from orchestration.definitions import defs

    file = deliver(home, client(1), client(2))
    _, cursor = look()
    (request,), _ = look(cursor)
    dbt.prepare()
    with dg.DagsterInstance.ephemeral() as instance:
        done = (
            defs()
            .resolve_job_def("intake")
            .execute_in_process(instance=instance, asset_selection=request.asset_selection)
        )
    assert done.success
    assert not file.exists()
    assert {event.asset_key.to_user_string() for event in done.get_asset_materialization_events()
            if event.asset_key} == {"ecd/clients"}  # fmt: skip


def test_one_setting_turns_the_sensor_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {each.default_status for each in sensors().sensors or []} == {
        dg.DefaultSensorStatus.STOPPED
    }
    monkeypatch.setenv("IMPACTKOMPAS_INBOX_SENSOR", "true")
    assert {each.default_status for each in sensors().sensors or []} == {
        dg.DefaultSensorStatus.RUNNING
    }


def test_the_lock_of_a_run_is_free_within_its_own_process(home: Home) -> None:
    with run_lock(home), run_lock(home):
        assert (home.root / "run.lock").exists()
