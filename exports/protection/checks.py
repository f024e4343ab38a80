"""Counts of a check: a few clients with a missing field are a small number too."""

from typing import Any

import duckdb

from exports.protection.rounding import (
    MINIMUM_COUNT,
    WHOLE_PERCENTS_FROM,
    checked_minimum,
    nearest,
    percentage,
)

# What is counted of a period, of a delivery or of all teams adds up with what check_trend has.
_HAS_COUNTS = "coalesce(period_type, 'release') = 'release'"


def protected_checks(source: str, k: int = MINIMUM_COUNT, *, has_periods: bool = True) -> str:
    """Return the query that protects `source`, a table with the columns of fct_check_result.

    Grain as in `source`. The state stays. A count below `k` is hidden; hits and their share
    (0 to 1) also when fewer than `k` rows are without a hit. The rest is rounded as figures are,
    and a measure likewise: four decimals of it are a count as well. With `has_periods`
    the counts of a period or a delivery are left out and their share stays: they would add up to
    each other and to those of check_trend, where most are hidden.

    Raises:
        ValueError: `k` is below the minimum.

    """
    k = checked_minimum(k)
    share = percentage("n_hit", "n_applicable", "rate_step")
    has_counts = "true"
    measure = ""
    if has_periods:
        has_counts = f"({_HAS_COUNTS})"
        measure = f""",
        case when n_applicable >= {k} then {nearest("measure", "measure_step")} end as measure"""
    return f"""
with

judged as (

    select
        *,
        coalesce(n_hit >= {k} and n_applicable - n_hit >= {k}, false) as is_hit_shown,
        case when n_applicable >= {WHOLE_PERCENTS_FROM} then 1 else 5 end as rate_step,
        case when n_applicable >= {WHOLE_PERCENTS_FROM} then 0.01 else 0.05 end as measure_step,
        {has_counts} as has_counts
    from {source}

)

select
    * exclude (is_hit_shown, rate_step, measure_step, has_counts)
    replace (
        case when has_counts and n_applicable >= {k} then {nearest("n_applicable", "5")} end
            as n_applicable,
        case when has_counts and is_hit_shown then {nearest("n_hit", "5")} end as n_hit,
        case when is_hit_shown then cast({share} as decimal(18, 4)) * 0.01 end as share{measure}
    )
from judged
"""


def steadied_trend(connection: duckdb.DuckDBPyConnection, staged: str, k: int) -> None:
    """Repeat in table `staged` the counts of a day that differ by fewer than `k` from the former.

    `staged` has the columns of fct_check_trend, protected, with the exact counts beside them.
    """
    rows = connection.execute(f"""
        select check_id, source_id, team_code, row_number, exact_numerator, exact_denominator
        from {staged}
        where exact_numerator is not null and exact_denominator is not null
        order by check_id, source_id, team_code, counted_on
    """).fetchall()
    repeated = []
    former: tuple[Any, ...] = ()
    for *series, row, hits, applicable in rows:
        if [*former[:3]] == series:
            changes = (abs(hits - former[4]), abs(applicable - former[5]))
            if any(0 < change < k for change in changes):
                repeated.append((row, former[3]))
                continue
        former = (*series, row, hits, applicable)
    for row, shown in repeated:
        connection.execute(
            f"""
            update {staged} set n_applicable = former.n_applicable, n_hit = former.n_hit,
                share = former.share
            from {staged} as former
            where {staged}.row_number = $row and former.row_number = $shown
            """,
            {"row": row, "shown": shown},
        )
