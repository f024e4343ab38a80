"""The dead man's switch: silence is told once, and a night of Dagster is told as any other."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from typer.testing import CliRunner

from ingest.home import Home
from orchestration import dbt
from orchestration.cli import app
from orchestration.defs import telling
from orchestration.defs.release import RUN_ID_TAG
from orchestration.notify import channels, watch
from orchestration.settings import Settings
from tests.unit.notify_servers import (
    HASTE,
    Webhook,
    by_mail,
    mail_server,
    publish_at,
    status,
    telling_home,
    webhook,
)
from tests.unit.small_ecd import BSN, write_contract

BEGAN = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)
SILENT = 4
_SUCCEEDED = "PIPELINE_SUCCESS"


@pytest.fixture(autouse=True)
def _in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "PATIENCE", HASTE)


@pytest.fixture
def hook() -> Iterator[Webhook]:
    with webhook() as hook:
        yield hook


@pytest.fixture
def home(tmp_path: Path, hook: Webhook, monkeypatch: pytest.MonkeyPatch) -> Home:
    home = telling_home(tmp_path, 'open_data = "example"', webhook_url=hook.address)
    monkeypatch.setenv("IMPACTKOMPAS_HOME", str(home.root))
    return home


def look(home: Home, hours_later: float) -> watch.Watched:
    """Look so many hours after BEGAN."""
    settings = Settings.of(home.settings_file)
    return watch.look(home, settings, BEGAN + timedelta(hours=hours_later))


def test_a_night_within_the_hours_is_not_silent_whatever_the_times_of_its_files(
    home: Home, hook: Webhook
) -> None:
    release = home.releases / publish_at(home, BEGAN)
    for file in [release, *release.rglob("*")]:
        os.utime(file, (0, 0))
    watched = look(home, 26)
    assert watched.exit_code == 0
    assert watched.sentence == "De laatste nacht is gepubliceerd: 6 januari 2026 04:00."
    assert hook.paths == []


def test_silence_is_told_once_until_a_night_came_and_silence_after_it(
    home: Home, hook: Webhook
) -> None:
    first = publish_at(home, BEGAN)
    assert [look(home, hours).exit_code for hours in (25, 26.1, 27, 99)] == [0, 4, 4, 4]
    (told,) = hook.bodies
    assert (told["exit_code"], told["run_id"]) == (SILENT, first)
    assert told["headline"] == "het is stil, er komt geen nacht"
    assert told["sentences"][0] == (
        "De laatste gepubliceerde nacht is van 6 januari 2026 04:00, meer dan 26 uur geleden."
    )
    assert look(home, 99).sentence.endswith("Dat is al gemeld.")

    second = publish_at(home, BEGAN + timedelta(hours=100))
    assert look(home, 101).exit_code == 0
    assert not home.silence_file.exists()
    assert [look(home, hours).exit_code for hours in (127, 128)] == [4, 4]
    assert [each["run_id"] for each in hook.bodies] == [first, second]


def test_a_night_between_two_silences_counts_though_nobody_looked(
    home: Home, hook: Webhook
) -> None:
    for hours in (0, 100):
        publish_at(home, BEGAN + timedelta(hours=hours))
        assert look(home, hours + 30).exit_code == SILENT
    assert len(hook.bodies) == 2


def test_the_hours_are_a_setting(tmp_path: Path) -> None:
    home = telling_home(tmp_path, silent_after_hours=50)
    publish_at(home, BEGAN)
    assert [look(home, hours).exit_code for hours in (49, 51)] == [0, 4]


def test_a_home_that_never_published_is_silent_and_told_of_once(home: Home, hook: Webhook) -> None:
    assert [look(home, hours).exit_code for hours in (0, 1)] == [4, 4]
    (told,) = hook.bodies
    assert told["sentences"][0] == "Er is nog nooit een nacht gepubliceerd."
    assert told["run_id"] is None


def test_silence_that_reached_nobody_is_told_at_the_next_look(home: Home, hook: Webhook) -> None:
    hook.due += [status(404)]
    (said,) = look(home, 0).sent.failed
    assert "weigert (code 404)" in said
    assert look(home, 1).sent.arrived == ["webhook"]
    assert look(home, 2).sent.arrived == []


def test_what_is_remembered_of_a_silence_may_be_damaged_or_not_be_written(
    home: Home, hook: Webhook
) -> None:
    home.silence_file.write_text('{"newest": nu')
    assert look(home, 0).sent.arrived == ["webhook"]
    home.silence_file.unlink()
    home.silence_file.mkdir()
    (said,) = look(home, 1).sent.failed
    assert "kon niet worden onthouden" in said


def test_silence_goes_by_mail_as_well(tmp_path: Path) -> None:
    with mail_server() as mailbox:
        assert look(telling_home(tmp_path, **by_mail(mailbox)), 0).sent.arrived == ["e-mail"]
    assert "het is stil, er komt geen nacht" in str(mailbox.letters[0]["Subject"])


def exit_code(*asked: str) -> int:
    return CliRunner().invoke(app, ["watch", *asked]).exit_code


def test_the_command_ends_with_four_in_silence_and_with_zero_after_a_night(
    home: Home, hook: Webhook
) -> None:
    assert exit_code() == SILENT
    publish_at(home, datetime.now(UTC) - timedelta(hours=1))
    assert exit_code() == 0
    assert len(hook.bodies) == 1


def test_a_folder_that_is_no_home_is_silent_and_stays_as_it_was(tmp_path: Path) -> None:
    assert exit_code("--home", str(tmp_path / "elders")) == SILENT
    assert not (tmp_path / "elders").exists()


def test_a_trial_message_arrives_or_says_why_not(home: Home, hook: Webhook) -> None:
    assert exit_code("--test") == 0
    hook.due += [status(404)]
    assert exit_code("--test") == 1
    assert hook.bodies[0]["headline"] == "dit is een proefmelding"
    assert not home.silence_file.exists()


# Dagster.


def test_the_sensor_looks_as_the_command_does_and_is_off_until_it_is_turned_on(
    home: Home, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        with dg.build_sensor_context() as context:
            skipped = telling.look_for_silence(context)
            assert str(skipped.skip_message).startswith("Er is nog nooit een nacht gepubliceerd.")
    assert len(hook.bodies) == 1

    def watching() -> dg.DefaultSensorStatus:
        return {each.name: each.default_status for each in telling.telling().sensors or []}["watch"]

    assert watching() == dg.DefaultSensorStatus.STOPPED
    monkeypatch.setenv("IMPACTKOMPAS_WATCH_SENSOR", "true")
    assert watching() == dg.DefaultSensorStatus.RUNNING


def run_nightly(instance: dg.DagsterInstance, **tags: str) -> dg.DagsterRun:
    """Run the real job of the night, and return its run."""
    from orchestration.definitions import defs

    dbt.prepare()
    done = (
        defs()
        .resolve_job_def("nightly")
        .execute_in_process(instance=instance, raise_on_error=False, tags=tags)
    )
    run = instance.get_run_by_id(done.run_id)
    assert run
    return run


def failed(instance: dg.DagsterInstance, run: dg.DagsterRun) -> dg.SkipReason:
    """Let the sensor see that a run failed."""
    entries = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)
    event = entries[-1].dagster_event
    assert event
    context = dg.build_run_status_sensor_context(
        "night_failed", event, instance, run
    ).for_run_failure()
    said: Any = telling.night_failed(context)
    assert isinstance(said, dg.SkipReason)
    return said


def test_a_night_of_dagster_that_fails_is_told_without_what_the_error_quotes(
    home: Home, hook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_contract(home.contracts)

    def quoting(*_: object, **__: object) -> None:
        raise ValueError(f"could not convert {BSN}")

    monkeypatch.setattr("orchestration.night.take_in", quoting)
    with dg.DagsterInstance.ephemeral() as instance:
        run = run_nightly(instance)
        said = failed(instance, run)
    (told,) = hook.bodies
    assert (told["exit_code"], told["run_id"]) == (3, run.run_id)
    assert any(each.startswith("Stap take_in_ecd: Onverwachte fout: ValueError in ")
               for each in told["sentences"])  # fmt: skip
    assert told["log"] == f"Dagster, run {run.run_id}"
    assert said.skip_message == "Gemeld: webhook."
    assert BSN not in hook.everything


def test_what_another_tells_or_nobody_needs_to_know_is_not_told(home: Home, hook: Webhook) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        # A home without contracts: every one of these fails.
        failed(instance, run_nightly(instance, **{RUN_ID_TAG: "20260106T030000Z"}))
        failed(instance, run_nightly(instance, **{"dagster/will_retry": "true"}))
        with (home.root / "run.lock").open("w") as lock:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
            failed(instance, run_nightly(instance))
        assert hook.paths == []
        failed(instance, run_nightly(instance))
    (told,) = hook.bodies
    assert "staan geen broncontracten" in told["sentences"][0]


def test_a_night_of_dagster_whose_process_died_is_told_as_a_crash(
    home: Home, hook: Webhook
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(_nothing)
        instance.report_run_failed(run)
        failed(instance, run)
    assert hook.bodies[0]["exit_code"] == 10


@dg.job(name="nightly")
def _nothing() -> None:
    pass


def test_a_night_of_dagster_that_published_is_told_by_how_the_home_stands(
    home: Home, hook: Webhook
) -> None:
    settings = json.dumps(hook.address)
    home.settings_file.write_text(
        f"[notify]\nwebhook_url = {settings}\nheartbeat_url = {settings}\nfrom_exit_code = 2\n"
    )
    publish_at(home, BEGAN, ("effect", "betrouwbaar"))

    def published(**tags: str) -> None:
        with dg.DagsterInstance.ephemeral() as instance:
            done = _nothing.execute_in_process(instance=instance, tags=tags)
            (event,) = (each for each in done.all_events if each.event_type_value == _SUCCEEDED)
            run = instance.get_run_by_id(done.run_id)
            assert run
            telling.night_published(
                dg.build_run_status_sensor_context("night_published", event, instance, run)
            )

    published(**{RUN_ID_TAG: "20260106T030000Z"})
    assert hook.paths == []
    published()
    assert hook.paths == ["GET /"]
    write_contract(home.contracts)
    published()
    assert sorted(hook.paths) == ["GET /", "GET /", "POST /"]
    assert [body["exit_code"] for body in hook.bodies if body] == [2]


def test_every_night_of_dagster_is_told_of() -> None:
    told = {each.name: each.default_status for each in telling.telling().sensors or []}
    for name in ("night_published", "night_failed"):
        assert told[name] == dg.DefaultSensorStatus.RUNNING
