"""The schedule of the night as it is, and as somebody has it who put it at eleven."""

import dagster as dg

from orchestration.defs import schedules as ours

AT_ELEVEN = "0 11 * * *"


@dg.asset
def nothing() -> None:
    """Stand for all that a night makes: only the schedule is looked at."""


def as_it_is() -> dg.Definitions:
    """Return the schedule of the night without the night."""
    return dg.Definitions(
        assets=[nothing], jobs=[ours.nightly], schedules=ours.schedules().schedules
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return a schedule of the same name, of which today's moment is past at noon."""
    (former,) = ours.schedules().schedules or []
    assert isinstance(former, dg.ScheduleDefinition)
    changed = dg.ScheduleDefinition(
        name=former.name,
        job=ours.nightly,
        cron_schedule=AT_ELEVEN,
        execution_timezone=former.execution_timezone,
    )
    return dg.Definitions(assets=[nothing], jobs=[ours.nightly], schedules=[changed])
