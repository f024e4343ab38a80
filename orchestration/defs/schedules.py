"""The night as a job, at four o'clock in Amsterdam."""

import os
from datetime import datetime

import dagster as dg

from ingest.dutch import AMSTERDAM

nightly = dg.define_asset_job("nightly", selection=dg.AssetSelection.all())
BUSINESS_DATE_TAG = "impactkompas/peildatum"
# Dagster's own tag of the tick that a run belongs to; it has no public name for it.
_TICK_TAG = ".dagster/scheduled_execution_time"


# 04:00 exists on every day of the year; 02:30 does not when the clock goes forward.
def nightly_at(cron_schedule: str = "0 4 * * *") -> dg.ScheduleDefinition:
    """Return the schedule; it is off until IMPACTKOMPAS_NIGHTLY_SCHEDULE is true."""
    running = os.environ.get("IMPACTKOMPAS_NIGHTLY_SCHEDULE", "false").lower() == "true"

    @dg.schedule(
        name="nightly_at_four",
        job=nightly,
        cron_schedule=cron_schedule,
        execution_timezone=AMSTERDAM.key,
        default_status=(
            dg.DefaultScheduleStatus.RUNNING if running else dg.DefaultScheduleStatus.STOPPED
        ),
    )
    def nightly_at_four(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        return one_per_date(context)

    return nightly_at_four


def one_per_date(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a night, unless another tick asked for one of the same date.

    A schedule that is put at an hour just past has a tick at once. The same tick may come back
    when the scheduler died: then Dagster looks for the run it had created, and launches that one.
    """
    tick = context.scheduled_execution_time.astimezone(AMSTERDAM)
    business_date = tick.date().isoformat()
    of_this_date = context.instance.get_runs(dg.RunsFilter(tags={BUSINESS_DATE_TAG: business_date}))
    if any(_is_of_another_tick(run, tick.timestamp()) for run in of_this_date):
        return dg.SkipReason(f"Voor {business_date} is er al een nacht.")
    return dg.RunRequest(run_key=None, tags={BUSINESS_DATE_TAG: business_date})


def _is_of_another_tick(run: dg.DagsterRun, tick: float) -> bool:
    asked_for = run.tags.get(_TICK_TAG)
    return asked_for is None or datetime.fromisoformat(asked_for).timestamp() != tick


@dg.definitions
def schedules() -> dg.Definitions:
    """Schedule the night."""
    return dg.Definitions(schedules=[nightly_at()])
