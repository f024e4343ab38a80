"""The night as a job, at four o'clock in Amsterdam."""

import os

import dagster as dg

nightly = dg.define_asset_job("nightly", selection=dg.AssetSelection.all())


@dg.definitions
def schedules() -> dg.Definitions:
    """Schedule the night; it is off until IMPACTKOMPAS_NIGHTLY_SCHEDULE is true."""
    # 04:00 exists on every day of the year; 02:30 does not when the clock goes forward.
    running = os.environ.get("IMPACTKOMPAS_NIGHTLY_SCHEDULE", "false").lower() == "true"
    return dg.Definitions(
        schedules=[
            dg.ScheduleDefinition(
                name="nightly_at_four",
                job=nightly,
                cron_schedule="0 4 * * *",
                execution_timezone="Europe/Amsterdam",
                default_status=(
                    dg.DefaultScheduleStatus.RUNNING
                    if running
                    else dg.DefaultScheduleStatus.STOPPED
                ),
            )
        ]
    )
