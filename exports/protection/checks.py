"""Counts of a check: a few clients with a missing field are a small number too."""

from exports.protection.rounding import (
    MINIMUM_COUNT,
    WHOLE_PERCENTS_FROM,
    checked_minimum,
    nearest,
    percentage,
)


def protected_checks(source: str, k: int = MINIMUM_COUNT) -> str:
    """Return the query that protects `source`, a table with the columns of fct_check_result.

    Grain as in `source`. The state stays. A count below `k` is hidden; hits and their share
    (0 to 1) also when fewer than `k` rows are without a hit. The rest is rounded as figures are.

    Raises:
        ValueError: `k` is below the minimum.

    """
    k = checked_minimum(k)
    share = percentage("n_hit", "n_applicable", "rate_step")
    return f"""
with

judged as (

    select
        *,
        coalesce(n_hit >= {k} and n_applicable - n_hit >= {k}, false) as is_hit_shown,
        case when n_applicable >= {WHOLE_PERCENTS_FROM} then 1 else 5 end as rate_step
    from {source}

)

select
    * exclude (is_hit_shown, rate_step)
    replace (
        case when n_applicable >= {k} then {nearest("n_applicable", "5")} end as n_applicable,
        case when is_hit_shown then {nearest("n_hit", "5")} end as n_hit,
        case when is_hit_shown then cast({share} as decimal(18, 4)) * 0.01 end as share
    )
from judged
"""
