"""Tells how a night of Dagster ended, as the command does for its own, and watches for silence."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from ingest.home import Home
from orchestration.defs.organisation import DEFAULT_HOME
from orchestration.defs.release import RUN_ID_TAG
from orchestration.defs.schedules import nightly
from orchestration.exit_codes import BUSY, CRASH, NOT_PUBLISHED
from orchestration.notify.channels import Sent
from orchestration.notify.night import Ended, after_night, step_faults
from orchestration.notify.watch import look
from orchestration.readiness import NotReadyError
from orchestration.run_lock import BusyError
from orchestration.settings import Settings
from orchestration.standing import Standing

_WILL_RETRY = "dagster/will_retry"
_WATCH_SECONDS = 900
_NOT_OURS = dg.SkipReason("Deze nacht meldt zichzelf, of wordt nog eens geprobeerd.")


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    monitored_jobs=[nightly],
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Meldt hoe een gepubliceerde nacht afliep, zoals [notify] in settings.toml vraagt.",
)
def night_published(context: dg.RunStatusSensorContext) -> dg.SkipReason:
    """Tell of a night that published; how well is read from the home."""
    run = context.dagster_run
    if _is_of_the_command(run):
        return _NOT_OURS
    root, asked = _asked(run)
    home = Home(root.resolve())
    settings = Settings.of(home.settings_file, **asked)
    exit_code = Standing.of(home, settings.business_date).exit_code
    return _told(context, after_night(root, _ended(run, exit_code), **asked))


@dg.run_failure_sensor(
    monitored_jobs=[nightly],
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Meldt dat een nacht niet publiceerde, zoals [notify] in settings.toml vraagt.",
)
def night_failed(context: dg.RunFailureSensorContext) -> dg.SkipReason:
    """Tell of a night that failed, or whose process died, unless Dagster tries it once more."""
    run = context.dagster_run
    if _is_of_the_command(run) or run.tags.get(_WILL_RETRY) == "true":
        return _NOT_OURS
    root, asked = _asked(run)
    faults = step_faults(context.get_step_failure_events())
    exit_code = NOT_PUBLISHED if faults else CRASH
    if (error := _error_of(context.failure_event, BusyError, NotReadyError)) is not None:
        exit_code = BUSY if error.cls_name == BusyError.__name__ else NOT_PUBLISHED
        faults = (error.message.partition(": ")[2].strip(),)
    return _told(context, after_night(root, _ended(run, exit_code, faults), **asked))


def _is_of_the_command(run: dg.DagsterRun) -> bool:
    """Say whether `impactkompas run` started this run itself; a retry of it is Dagster's."""
    return RUN_ID_TAG in run.tags and run.parent_run_id is None


def _asked(run: dg.DagsterRun) -> tuple[Path, dict[str, object]]:
    """Return the home of a run and what was asked for this one night."""
    resources: Any = run.run_config.get("resources", {})
    asked = dict(resources.get("organisation", {}).get("config", {}))
    home = asked.pop("home", None) or os.environ.get("IMPACTKOMPAS_HOME", DEFAULT_HOME)
    return Path(home), asked


def _ended(run: dg.DagsterRun, exit_code: int, faults: tuple[str, ...] = ()) -> Ended:
    return Ended(exit_code, run.run_id, f"Dagster, run {run.run_id}", faults)


def _error_of(event: dg.DagsterEvent, *kinds: type[Exception]) -> Any:
    """Return the error of one of these kinds for which the run did not begin, or None."""
    # Of a run whose process died Dagster knows no error.
    error = getattr(event.event_specific_data, "error", None)
    while error is not None and error.cls_name not in {kind.__name__ for kind in kinds}:
        error = error.cause
    return error


def _told(
    context: dg.SensorEvaluationContext | dg.RunStatusSensorContext, sent: Sent
) -> dg.SkipReason:
    for sentence in sent.failed:
        context.log.warning(sentence)
    return dg.SkipReason(" ".join([f"Gemeld: {', '.join(sent.arrived) or '-'}.", *sent.failed]))


def look_for_silence(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """See whether nights stay away, and tell people once."""
    home = Home(Path(os.environ.get("IMPACTKOMPAS_HOME", DEFAULT_HOME)).resolve())
    watched = look(home, Settings.of(home.settings_file), datetime.now(UTC))
    for sentence in watched.sent.failed:
        context.log.warning(sentence)
    return dg.SkipReason(" ".join([watched.sentence, *watched.sent.failed]))


@dg.definitions
def telling() -> dg.Definitions:
    """Tell of every night; the watch is off until IMPACTKOMPAS_WATCH_SENSOR is true."""
    running = os.environ.get("IMPACTKOMPAS_WATCH_SENSOR", "false").lower() == "true"
    return dg.Definitions(
        sensors=[
            night_published,
            night_failed,
            dg.SensorDefinition(
                name="watch",
                evaluation_fn=look_for_silence,
                minimum_interval_seconds=_WATCH_SECONDS,
                description="Meldt het als er te lang geen nacht gepubliceerd is.",
                default_status=(
                    dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED
                ),
            ),
        ]
    )
