"""The schedule of the night as it is, and as somebody has it who put it at eleven."""

import dagster as dg

from orchestration.defs import schedules as ours

AT_ELEVEN = "0 11 * * *"


@dg.asset
def nothing() -> None:
    """Stand for all that a night makes: only the schedule is looked at."""


def as_it_is() -> dg.Definitions:
    """Return the schedule of the night without the night."""
    return dg.Definitions(assets=[nothing], jobs=[ours.nightly], schedules=[ours.nightly_at()])


@dg.definitions
def defs() -> dg.Definitions:
    """Return our schedule at another hour, of which today's moment is past at noon."""
    return dg.Definitions(
        assets=[nothing], jobs=[ours.nightly], schedules=[ours.nightly_at(AT_ELEVEN)]
    )
