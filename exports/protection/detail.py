"""Less detail before suppression: a level of which little can be shown is not shown at all."""

from collections.abc import Mapping
from typing import NamedTuple

from exports.protection.linked import COARSER, PARENTS

# A level is shown when at least this part of its figures is fit to be.
FEWEST_SHOWN = 1 / 3


class Level(NamedTuple):
    """The figures of one measure, broken down in one way, of one kind of period."""

    measure: str
    breakdown: str
    period_type: str


def too_fine(shown: Mapping[Level, tuple[int, int]]) -> set[Level]:
    """Return the levels to leave out; `shown` has per level its figures fit to be shown, and all.

    Years and totals always stay. What is finer than a level that is left out goes with it, so that
    no part is shown of a whole that is not.
    """
    left_out = {
        level
        for level, (count, of_all) in shown.items()
        if level.period_type != "year"
        and level.breakdown != "total"
        and count < FEWEST_SHOWN * of_all
    }
    return {
        level
        for level in shown
        if level.period_type != "year" and level.breakdown != "total"
        if level in left_out or any(wider in left_out for wider in _wider(level))
    }


def _wider(level: Level) -> list[Level]:
    """Return the level itself and all that it is finer than."""
    found = [level]
    for each in found:
        wider = [each._replace(breakdown=parent) for parent in _direct(each.breakdown)]
        wider += [each._replace(period_type=period) for period in COARSER[each.period_type]]
        found += [one for one in wider if one not in found]
    return found


def _direct(breakdown: str) -> tuple[str, ...]:
    # A project is small by nature: it is a part of a wijk, and no finer division of it.
    return PARENTS.get(breakdown, ()) if breakdown != "project" else ("total",)
