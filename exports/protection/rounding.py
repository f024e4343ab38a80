"""Rounding in SQL, on integers and DECIMAL: a DOUBLE is rounded differently by every engine."""

MINIMUM_COUNT = 10
# From this many people on a percentage is shown in whole percents, below it in steps of 5.
WHOLE_PERCENTS_FROM = 100
# Check Q02: a share that chance alone moves further than this says too little to be shown.
WIDEST_HALF_INTERVAL = 15
# A count that is shown can be any of this many whole numbers.
COUNT_STEP = 5


def checked_minimum(k: int) -> int:
    """Return `k`, the smallest count that is shown; it can be raised and never lowered.

    Raises:
        ValueError: `k` is below the minimum.

    """
    if k < MINIMUM_COUNT:
        raise ValueError(
            f"Het kleinste aantal dat getoond wordt mag alleen omhoog: {k} is lager dan "
            f"{MINIMUM_COUNT}. Kies {MINIMUM_COUNT} of meer."
        )
    return k


# Remainders instead of division and round(): dividing a DECIMAL gives a DOUBLE, and engines round
# a DOUBLE differently. Every number that is shown is at least zero.


def nearest(number: str, step: str) -> str:
    """Round half away from zero to a multiple of `step`."""
    return f"({number} + 0.5 * {step} - ({number} + 0.5 * {step}) % {step})"


def down(number: str) -> str:
    """Round down to the step of the row's value, not below zero."""
    return f"(greatest({number}, 0) - greatest({number}, 0) % value_step)"


def up(number: str) -> str:
    """Round up to the step of the row's value; a percentage not above 100."""
    up = f"(greatest({number}, 0) + (value_step - greatest({number}, 0) % value_step) % value_step)"
    return f"case when unit = 'percentage' then least({up}, 100) else {up} end"


def percentage(numerator: str, denominator: str, step: str) -> str:
    """Round 100 x `numerator` / `denominator` half up to a multiple of the whole `step`."""
    part, whole = (
        f"cast(cast({number} as decimal(38, 4)) * 10000 as hugeint)"
        for number in (numerator, denominator)
    )
    return f"{step} * ((200 * {part} + {step} * {whole}) // (2 * {step} * {whole}))"
