"""The one entry point that Dagster loads; loading it reads code and the dbt manifest, no data."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Collect everything that the modules in `orchestration/defs` define."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
