"""The scheduler of Dagster at a moment that is given, killed at a place that is given.

`python -m tests.faults.scheduler MODULE PLACE MOMENT...` lets the daemon look at every moment at
the schedule that MODULE defines, and says after each how many runs were ever asked for. At the
first moment it is killed at PLACE, if there is one.
"""

import logging
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import DagsterInstance
from dagster._core.test_utils import create_test_daemon_workspace_context, freeze_time
from dagster._core.workspace.load_target import ModuleTarget
from dagster._scheduler.scheduler import launch_scheduled_runs

SCHEDULE = "nightly_at_four"


def main(module: str, place: str, moments: list[datetime]) -> None:
    """Look at every moment, as the daemon does."""
    target = ModuleTarget(
        module_name=module,
        attribute=None,
        working_directory=str(Path(__file__).parents[2]),
        location_name="orchestration.definitions",
    )
    with (
        DagsterInstance.get() as instance,
        create_test_daemon_workspace_context(target, instance) as workspace,
    ):
        schedules = [
            schedule
            for location in workspace.create_request_context().code_locations
            for schedule in location.get_repository("__repository__").get_schedules()
        ]
        if schedules and not instance.all_instigator_state():
            with freeze_time(moments[0] - timedelta(hours=1)):
                instance.start_schedule(schedules[0])
        for moment in moments:
            with freeze_time(moment):
                for _ in launch_scheduled_runs(
                    workspace,
                    logging.getLogger("scheduler"),
                    end_datetime_utc=moment,
                    iteration_times={},
                    debug_crash_flags={SCHEDULE: {place: signal.SIGKILL}} if place else None,
                ):
                    pass
            sys.stdout.write(f"<{len(instance.get_runs())}>")


if __name__ == "__main__":
    main(
        sys.argv[1],
        sys.argv[2],
        [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in sys.argv[3:]],
    )
