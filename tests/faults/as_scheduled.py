"""The schedule of the night as it is, without the night: it loads in a moment."""

import dagster as dg

from tests.faults.changed_cron import as_it_is


@dg.definitions
def defs() -> dg.Definitions:
    """Return the schedule of the night."""
    return as_it_is()
