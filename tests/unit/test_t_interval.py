"""The interval of a mean equals the one of a table of Student's t."""

from pathlib import Path

import duckdb
import jinja2
import pytest

MACRO = Path(__file__).parents[2] / "dbt_project" / "macros" / "kpi" / "t_interval.sql"


def rendered(name: str, *arguments: str) -> str:
    template = jinja2.Environment().from_string(MACRO.read_text("utf-8"))  # noqa: S701 - SQL
    return str(getattr(template.module, name)(*arguments))


@pytest.mark.parametrize(
    ("degrees_of_freedom", "expected"),
    [(9, 2.262), (10, 2.228), (15, 2.131), (20, 2.086), (100, 1.984), (100_000, 1.960)],
)
def test_the_t_value_is_that_of_the_table(degrees_of_freedom: int, expected: float) -> None:
    (found,) = duckdb.execute(f"select {rendered('t_value', str(degrees_of_freedom))}").fetchone()
    assert round(found, 3) == expected


def test_ten_scores_have_an_interval_around_their_mean_and_nine_have_none() -> None:
    # 1 to 10: mean 5.5, variance 82.5 / 9, so 5.5 -/+ 2.2622 * sqrt(9.1667 / 10) = 5.5 -/+ 2.1659.
    low = rendered("t_interval", "10", "55", "385", "low")
    high = rendered("t_interval", "10", "55", "385", "high")
    none = rendered("t_interval", "9", "45", "285", "low")
    (found,) = duckdb.execute(f"select [{low}, {high}, {none}]").fetchone()
    assert [value and round(float(value), 2) for value in found] == [3.33, 7.67, None]
