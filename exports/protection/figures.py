"""Small numbers hidden and the rest rounded, before a figure leaves the warehouse."""

from collections.abc import Collection

from exports.protection.rounding import (
    MINIMUM_COUNT,
    WHOLE_PERCENTS_FROM,
    WIDEST_HALF_INTERVAL,
    checked_minimum,
    down,
    nearest,
    percentage,
    up,
)

_PARTS = ("numerator", "denominator")
_COUNTS = ("n_subjects", "n_respondents", "n_invited", "n_reached", "n_start", "n_paired")
# Every number that a hidden figure loses.
PROTECTED_NUMBERS = (
    *_PARTS,
    *_COUNTS,
    "value",
    "response_rate",
    "pairing_rate",
    "interval_low",
    "interval_high",
    "bound_low",
    "bound_high",
    "rule_low",
    "rule_high",
)


def protected_figures(
    source: str, columns: Collection[str], k: int = MINIMUM_COUNT, group: Collection[str] = ()
) -> str:
    """Return the query that protects `source`, a table of figures with these `columns`.

    Grain as in `source`. Open data are published as they are. An own figure is hidden when its
    subjects, numerator, denominator or, for a percentage, the difference of the two are fewer
    than `k` (zero is fewer), or when its interval is wider than WIDEST_HALF_INTERVAL either way.
    Hidden is status 'afgeschermd' and NULL for every number; a figure that was not available keeps
    that status and has no numbers either. What is shown is rounded: counts, minutes and euros to
    5; percentages, from their exact parts, to whole percents or steps of 5; hours, days and other
    ratios to 1 decimal; intervals, bounds and rules outward on the same step. A bound or rule that
    is the value itself lies a step from what is shown of it: rounded by itself it would tell to
    which side the value was rounded. All arithmetic is on integers and DECIMAL.

    The cells of one distribution add up, so the one that is hidden could be computed back from the
    others: with the columns of a `group` all its rows are hidden as soon as one of them is. A cell
    of zero counts as hidden too: that nobody gave an answer tells something of everybody.

    Raises:
        ValueError: `k` is below the minimum.

    """
    k = checked_minimum(k)
    is_shown = f"""coalesce(
            status = 'getoond'
            and coalesce(n_subjects, 0) >= {k}
            and coalesce(numerator, 0) >= {k}
            and coalesce(denominator, {k}) >= {k}
            and (unit <> 'percentage' or coalesce(denominator - numerator, 0) >= {k})
            and coalesce(interval_high - interval_low, 0) <= {2 * WIDEST_HALF_INTERVAL},
            false
        )"""
    if group:
        is_shown = f"bool_and({is_shown}) over (partition by {', '.join(group)})"
    share = percentage("numerator", "denominator", "rate_step")
    published = (
        f"case when unit = 'percentage' then {share} else {nearest('value', 'value_step')} end"
    )
    numbers = {
        **{part: nearest(part, "5") for part in _PARTS},
        **{count: f"case when {count} >= {k} then {nearest(count, '5')} end" for count in _COUNTS},
        "value": published,
        "response_rate": nearest("response_rate", "rate_step"),
        "pairing_rate": nearest("pairing_rate", "rate_step"),
        "interval_low": down("interval_low"),
        "interval_high": up("interval_high"),
        "bound_low": _outward("bound_low", published),
        "bound_high": _outward("bound_high", published),
        # Another rule counts other people: fewer than k of them (or of the rest) stay unnamed.
        # A share of four decimals is not its count exactly, hence half a person of room.
        "rule_low": f"case when rule_low * denominator < {100 * k - 50} then 0"
        f" else {_outward('rule_low', published)} end",
        "rule_high": f"case when (100 - rule_high) * denominator < {100 * k - 50} then 100"
        f" else {_outward('rule_high', published)} end",
    }
    replaced = ",\n        ".join(
        f"case when is_shown and {name} is not null then {numbers[name]} end as {name}"
        for name in PROTECTED_NUMBERS
        if name in columns
    )
    return f"""
with

judged as (

    select
        *,
        {is_shown} as is_shown,
        case
            when least(n_subjects, denominator) >= {WHOLE_PERCENTS_FROM} then 1
            else 5
        end as rate_step,
        case
            when unit = 'percentage' then rate_step
            when unit in ('count', 'euro') then 5
            else 0.1
        end as value_step
    from {source}
    where design is distinct from 'open_data'

)

select
    * exclude (is_shown, rate_step, value_step)
    replace (
        case when status = 'getoond' and not is_shown then 'afgeschermd' else status end as status,
        {replaced}
    )
from judged
union all by name
select * from {source}
where design = 'open_data'
"""


def _outward(limit: str, published: str) -> str:
    """Round a limit away from the value; one that is the value lies a step from its rounding."""
    if limit.endswith("_low"):
        beside, rounded = f"greatest({published} - value_step, 0)", down(limit)
    else:
        beside = f"{published} + value_step"
        beside = f"case when unit = 'percentage' then least({beside}, 100) else {beside} end"
        rounded = up(limit)
    return f"case when {limit} = value then {beside} else {rounded} end"
