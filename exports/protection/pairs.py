"""Whether one row by itself gives its two counts away: rounded parts, a percentage, an interval."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from math import ceil, floor, sqrt

from exports.protection.rounding import COUNT_STEP, WHOLE_PERCENTS_FROM, WIDEST_HALF_INTERVAL

# So many pairs of whole numbers have to fit what is shown of a percentage.
FEWEST_PAIRS = 2
# Limits that say too much on the step of their value are widened to this step.
WIDE_STEP = 10
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Manner:
    """How a percentage can be shown, and what its two counts then lie between."""

    is_shown: bool
    is_wide: bool
    part_low: int
    part_high: int
    whole_low: int
    whole_high: int
    rest_low: int
    rest_high: int


_HIDDEN = Manner(False, False, *[0] * 6)


def manner(part: int, whole: int, minimum: int, *, has_interval: bool) -> Manner:
    """Return how `part` of `whole` is shown: as it is, with a wider interval, or not at all.

    Decided for all pairs with the same rounded parts at once, since an attacker does the same: what
    stays unique is the next pair's company in the next manner.
    """
    manners = _manners(_rounded(part), _rounded(whole), minimum, has_interval)
    return manners.get((part, whole), _HIDDEN)


@cache
def _manners(
    part: int, whole: int, minimum: int, has_interval: bool
) -> dict[tuple[int, int], Manner]:
    room = COUNT_STEP // 2
    left = [
        (a, b)
        for b in range(whole - room, whole + room + 1)
        for a in range(part - room, part + room + 1)
        if min(a, b - a) >= minimum and not (has_interval and _is_by_chance(a, b))
    ]
    found: dict[tuple[int, int], Manner] = {}
    for wide in (False, True) if has_interval else (False,):
        seen = {pair: _published(*pair, has_interval=has_interval, wide=wide) for pair in left}
        count = Counter(seen.values())
        for pair in left:
            if count[seen[pair]] >= FEWEST_PAIRS:
                company = [each for each in left if seen[each] == seen[pair]]
                found[pair] = _manner(company, is_wide=wide)
        left = [pair for pair in left if pair not in found]
    return found


def _manner(company: list[tuple[int, int]], *, is_wide: bool) -> Manner:
    parts, wholes = zip(*company, strict=True)
    return Manner(
        is_shown=True,
        is_wide=is_wide,
        part_low=min(parts),
        part_high=max(parts),
        whole_low=min(wholes),
        whole_high=max(wholes),
        rest_low=min(whole - part for part, whole in company),
        rest_high=max(whole - part for part, whole in company),
    )


def _published(part: int, whole: int, *, has_interval: bool, wide: bool) -> Hashable:
    step = _step(whole)
    value = step * ((200 * part + step * whole) // (2 * step * whole))
    if not has_interval:
        return value
    low, high = wilson(part, whole)
    step = WIDE_STEP if wide else step
    return value, step * floor(low / step), step * ceil(high / step)


def _is_by_chance(part: int, whole: int) -> bool:
    low, high = wilson(part, whole)
    return high - low > 2 * WIDEST_HALF_INTERVAL


def _step(whole: int) -> int:
    return 1 if whole >= WHOLE_PERCENTS_FROM else COUNT_STEP


def _rounded(count: int) -> int:
    return (count + COUNT_STEP // 2) // COUNT_STEP * COUNT_STEP


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share in percents, in four decimals as the warehouse has it."""
    share, square = part / whole, _Z * _Z
    centre = share + square / (2 * whole)
    half = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    scale = 100 / (1 + square / whole)
    return round(max(centre - half, 0) * scale, 4), round(min((centre + half) * scale, 100), 4)
