"""Secondary suppression: what else has to be hidden, so that what is hidden cannot be computed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

import numpy as np

from exports.protection.attack import UNLIMITED, Attack, Ranges, Relation, Target
from exports.protection.linked import Figure, System

# So many times the largest count there is, an attacker takes no count to be.
_BEYOND = 10.0
# Of the narrow targets so large a part: fewer that get room in a round are a reason to hide, and so
# many figures are hidden at once.
_AT_ONCE = 0.05
# Rounds without anything to hide near the narrow targets, until they are asked one by one.
_IDLE_ROUNDS = 4


@dataclass(frozen=True)
class Suppression:
    """The figures to hide besides, how many small counts were asked for, and what stays narrow."""

    hidden: frozenset[int]
    audited: int
    narrow: int


def suppress(system: System, minimum: int) -> Suppression:
    """Hide figures until every small count that is hidden can be enough whole numbers.

    The attacker is given more than he has: he knows which hidden counts are small, and where parts
    add up. Hiding more only widens, so what is wide once needs no second look. Figures that are
    locked were published before and stay as they are.
    """
    hidden: set[int] = set()
    audited = narrow = 0
    most = _BEYOND * max(system.exact, default=1.0)
    for figures, relations in _components(system):
        targets = [target for each in figures if not each.is_shown for target in each.people]
        if not targets or all(each.is_locked for each in figures):
            continue
        component = _Component(figures, relations, minimum, most)
        narrow += component.widen(targets)
        hidden |= component.hidden
        audited += len(targets)
    return Suppression(frozenset(hidden), audited, narrow)


class _Component:
    """Linked counts as an attacker sees them, of which figures can be hidden."""

    def __init__(
        self, figures: list[Figure], relations: list[Relation], minimum: int, most: float
    ) -> None:
        self.hidden: set[int] = set()
        self._counts = counts = sorted({count for figure in figures for count in figure.counts})
        self._places = {count: place for place, count in enumerate(counts)}
        # Per count, and per relation that only a figure tells, the figures that show it.
        self._limits: list[dict[int, tuple[float, float]]] = [{} for _ in counts]
        self._tellers: dict[int, Figure] = {}
        self._figures = {figure.number: figure for figure in figures}
        known = [self._placed(relation) for relation in relations]
        for figure in figures:
            if figure.is_shown:
                for count, low, high in figure.limits:
                    limits = self._limits[self._places[count]]
                    former_low, former_high = limits.get(figure.number, (0.0, UNLIMITED))
                    limits[figure.number] = max(low, former_low), min(high, former_high)
                for ratio in figure.ratios:
                    self._tellers[len(known)] = figure
                    known.append(self._placed(ratio))
            else:
                known += [
                    self._placed(Relation(small.counts, small.factors, 0.0, minimum - 1.0))
                    for small in figure.people
                ]
        self._touching: list[list[Relation]] = [[] for _ in counts]
        for relation in known:
            for place in relation.counts:
                self._touching[place].append(relation)
        edges = [self._edges(place) for place in range(len(counts))]
        self._attack = Attack([low for low, _ in edges], [high for _, high in edges], known, most)

    def _placed(self, relation: Relation) -> Relation:
        counts = tuple(self._places[count] for count in relation.counts)
        return Relation(counts, relation.factors, relation.low, relation.high)

    def _edges(self, place: int) -> tuple[float, float]:
        shown = self._limits[place].values()
        return max((low for low, _ in shown), default=0.0), min(
            (high for _, high in shown), default=UNLIMITED
        )

    def widen(self, targets: list[Target]) -> int:
        """Hide until all targets have room; return how many cannot get it."""
        placed = [
            Target(tuple(self._places[count] for count in target.counts), target.factors)
            for target in targets
        ]
        ranges = Ranges(self._attack, placed, len(self._places))
        self._widen_together(ranges, placed)
        return sum(not self._widen_one(ranges, place) for place in ranges.narrow())

    def _widen_together(self, ranges: Ranges, targets: list[Target]) -> None:
        """Move all narrow targets at once; hide what stops them when that helps no more of them.

        Most are wide by themselves. Of the others every question moves some and every figure that
        is hidden frees some, so few are left to be asked one by one.
        """
        generator = np.random.default_rng(0)
        idle = 0
        while (left := ranges.narrow()) and idle < _IDLE_ROUNDS:
            signs = generator.choice([-1.0, 1.0], len(left))
            stopping: dict[int, Figure] = {}
            for wanted in (signs, -signs):
                if not ranges.ask(left, wanted):
                    return
                stopping |= {figure.number: figure for figure in self._stopping()}
            still = ranges.narrow()
            if len(left) - len(still) > _AT_ONCE * len(left):
                continue
            near = self._near(targets[place] for place in still)
            found = sorted(
                (figure for figure in stopping.values() if near & figure.counts),
                key=_smallest_first,
            )
            for figure in found[: ceil(_AT_ONCE * len(still))]:
                self._hide(figure)
            idle = 0 if found else idle + 1

    def _near(self, targets: Iterable[Target]) -> set[int]:
        """Return the counts in a relation with one of these targets."""
        counts = {count for target in targets for count in target.counts}
        return {
            self._counts[other]
            for count in counts
            for relation in self._touching[count]
            for other in relation.counts
        }

    def _widen_one(self, ranges: Ranges, place: int) -> bool:
        """Hide what stops one target on either side, the smallest figure first."""
        while ranges.is_narrow(place):
            stopping: list[Figure] = []
            for sign in (1.0, -1.0):
                if not ranges.ask([place], np.array([sign])):
                    return False
                if not ranges.is_narrow(place):
                    return True
                stopping += self._stopping()
            if not stopping:
                return False
            self._hide(min(stopping, key=_smallest_first))
        return True

    def _stopping(self) -> list[Figure]:
        """Return the figures that could be hidden, of those that stop the newest extreme."""
        counts, relations = self._attack.binding()
        numbers = {number for count in counts for number in self._limits[count]}
        numbers |= {self._tellers[row].number for row in relations if row in self._tellers}
        found = [self._figures[number] for number in sorted(numbers)]
        return [figure for figure in found if figure.is_shown and not figure.is_locked]

    def _hide(self, figure: Figure) -> None:
        figure.is_shown = False
        self.hidden.add(figure.number)
        for count in figure.counts:
            place = self._places[count]
            if self._limits[place].pop(figure.number, None) is not None:
                self._attack.limit(place, *self._edges(place))
        for relation, teller in self._tellers.items():
            if teller is figure:
                self._attack.forget(relation)


def _smallest_first(figure: Figure) -> tuple[float, int]:
    return figure.size, figure.number


def _components(system: System) -> Iterator[tuple[list[Figure], list[Relation]]]:
    """Give the figures and relations that are linked, set by set, in a fixed order."""
    root = list(range(len(system.exact)))

    def find(count: int) -> int:
        while root[count] != count:
            root[count] = root[root[count]]
            count = root[count]
        return count

    for linked in (
        *(sorted(figure.counts) for figure in system.figures.values()),
        *(relation.counts for relation in system.relations),
    ):
        for count in linked:
            root[find(count)] = find(linked[0])
    figures: dict[int, list[Figure]] = defaultdict(list)
    relations: dict[int, list[Relation]] = defaultdict(list)
    for number in sorted(system.figures):
        figure = system.figures[number]
        if figure.counts:
            figures[find(min(figure.counts))].append(figure)
    for relation in system.relations:
        relations[find(relation.counts[0])].append(relation)
    for key, members in figures.items():
        yield members, relations[key]
