"""From runs to figures: medians, ratios, growth, and the eight that the budgets are about."""

from math import log
from statistics import median
from typing import Any

GIB = 1 << 30
BUDGET_SIZE, SIZE_BEFORE = 10.0, 1.0
KEYS = (
    "transform_vs_floor_10m",
    "pandas_vs_transform_10m",
    "memory_vs_pandas_10m",
    "growth_1m_to_10m",
    "peak_memory_gib_10m",
    "incremental_share_1pct",
    "ingest_rows_per_s_per_core",
    "spark_rows_equal",
)


def exponent(small: tuple[float, float], large: tuple[float, float]) -> float:
    """Return how a cost grows with rows: 1 is as fast as the rows; points are (rows, cost)."""
    return log(large[1] / small[1]) / log(large[0] / small[0])


def tenfold(small: tuple[float, float], large: tuple[float, float]) -> float:
    """Return how many times the cost is for exactly ten times the rows."""
    return 10 ** exponent(small, large)


def middle(values: list[float]) -> float | None:
    """Return the median, None of nothing."""
    return median(values) if values else None


def ratio(above: float | None, below: float | None) -> float | None:
    """Return how many times `below` goes in `above`, None when one is unknown."""
    return above / below if above is not None and below else None


def latest(run: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of the budgets, null where this run has none, with machine and commit."""
    sizes = {size["millions"]: size for size in run["sizes"] if "skipped" not in size}
    of_10m = sizes.get(BUDGET_SIZE, {})
    of_1m = sizes.get(SIZE_BEFORE, {})
    measured = [size for size in sizes.values() if size.get("incremental")]
    largest = max(measured, key=lambda size: size["millions"], default={})
    figures = {
        "transform_vs_floor_10m": ratio(
            _median(of_10m, "transforms", "seconds"), _median(of_10m, "floor", "seconds")
        ),
        "pandas_vs_transform_10m": ratio(
            _median(of_10m, "pandas", "seconds"), _median(of_10m, "alone", "seconds")
        ),
        "memory_vs_pandas_10m": ratio(
            _median(of_10m, "alone", "peak"), _median(of_10m, "pandas", "peak")
        ),
        "growth_1m_to_10m": growth(of_1m, of_10m, "transforms"),
        "peak_memory_gib_10m": ratio(_median(of_10m, "transforms", "peak"), GIB),
        "incremental_share_1pct": ratio(
            _median(largest, "incremental", "seconds"), _median(largest, "incremental", "full")
        ),
        "ingest_rows_per_s_per_core": run["door"]["contacten"]["landed_per_s"]
        if run.get("door")
        else None,
        "spark_rows_equal": (of_10m or largest).get("spark", {}).get("rows_equal"),
    }
    rounded = {
        name: round(value, 3) if isinstance(value, float) else value
        for name, value in figures.items()
    }
    return {**rounded, "machine": run["machine"], "commit": run["commit"]}


def growth(small: dict[str, Any], large: dict[str, Any], what: str) -> float | None:
    """Return how many times as long something takes for exactly ten times the rows."""
    of_small, of_large = _median(small, what, "seconds"), _median(large, what, "seconds")
    if not of_small or not of_large:
        return None
    return tenfold((small["contacts"], of_small), (large["contacts"], of_large))


def _median(size: dict[str, Any], part: str, what: str) -> float | None:
    return middle(size.get(part, {}).get(what, []))
