"""Great-expectations on one frame at a time, with outcomes that never hold a value.

Importing this takes seconds: import what uses it where a night needs it, not before.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import great_expectations as gx
import pandas as pd
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.expectations.expectation import Expectation

# It tells of a folder for pages that are never made, and its own level is below that of its parent.
logging.getLogger(ProgressBarsConfig.__module__).setLevel(logging.WARNING)
# Counts only: no list of unexpected values, not even a partial one.
_WITHOUT_VALUES = {"result_format": "SUMMARY", "partial_unexpected_count": 0}


@dataclass(frozen=True)
class Outcome:
    """What became of one expectation; one that threw has not run, and so has no success either."""

    success: bool
    has_run: bool
    unexpected_count: int
    judged_count: int = 0


def validate(frame: pd.DataFrame, expectations: Mapping[str, Expectation]) -> dict[str, Outcome]:
    """Judge a frame by every expectation and return what became of each, by its name.

    The unexpected count is 0 for expectations about the frame as a whole, and so is the count of
    what was judged: the rows with a value.
    """
    for name, expectation in expectations.items():
        expectation.meta = {"name": name}
    suite = gx.ExpectationSuite(name="frame", expectations=list(expectations.values()))
    batch = _frame_definition().get_batch({"dataframe": frame})
    return {
        result.expectation_config.meta["name"]: Outcome(
            success=bool(result.success),
            has_run=not _has_thrown(result.exception_info),
            unexpected_count=result.result.get("unexpected_count", 0),
            judged_count=result.result.get("element_count", 0)
            - result.result.get("missing_count", 0),
        )
        for result in batch.validate(suite, result_format=_WITHOUT_VALUES).results
    }


@cache
def _frame_definition() -> Any:
    context = gx.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("memory").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


def _has_thrown(exception_info: dict[str, Any]) -> bool:
    """Return whether an expectation threw; its information is one entry, or one per metric."""
    if "raised_exception" in exception_info:
        return bool(exception_info["raised_exception"])
    return any(info["raised_exception"] for info in exception_info.values())
