"""Secondary suppression: what else has to be hidden, so that what is hidden cannot be computed."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from exports.protection.attack import UNLIMITED, Attack, Relation, Target
from exports.protection.linked import Figure, System


@dataclass(frozen=True)
class Suppression:
    """The figures to hide besides, and the number of small counts that stay too narrow."""

    hidden: frozenset[int]
    narrow: int
    audited: int


def suppress(system: System, minimum: int) -> Suppression:
    """Hide figures until every small count that is hidden can be enough whole numbers.

    The attacker is given more than he has: he knows which hidden counts are small, and where parts
    add up. Hiding more only widens, so what is wide once needs no second look. Figures that are
    locked were published before and stay as they are.
    """
    hidden: set[int] = set()
    narrow = audited = 0
    for figures, relations in _components(system):
        targets = [target for each in figures if not each.is_shown for target in each.people]
        if not targets:
            continue
        audited += len(targets)
        neighbours = _neighbours(figures, relations)
        while targets:
            places = _Component(system, figures, relations, minimum).too_narrow(targets)
            targets = [targets[place] for place in places]
            if not targets:
                break
            chosen = {
                number
                for target in targets
                if (number := _smallest_beside(target, neighbours)) is not None
            }
            if not chosen:
                narrow += len(targets)
                break
            for number in chosen:
                system.figures[number].is_shown = False
            hidden |= chosen
    return Suppression(frozenset(hidden), narrow, audited)


class _Component:
    """Linked counts as an attacker sees them now."""

    def __init__(
        self, system: System, figures: list[Figure], relations: list[Relation], minimum: int
    ) -> None:
        counts = sorted({count for figure in figures for count in figure.counts})
        self._places = {count: place for place, count in enumerate(counts)}
        low = [0.0] * len(counts)
        high = [UNLIMITED] * len(counts)
        known = list(relations)
        for figure in figures:
            if figure.is_shown:
                for count, at_least, at_most in figure.limits:
                    place = self._places[count]
                    low[place] = max(low[place], at_least)
                    high[place] = min(high[place], at_most)
                known += figure.ratios
            else:
                known += [
                    Relation(target.counts, target.factors, 0.0, minimum - 1.0)
                    for target in figure.people
                ]
        self._attack = Attack(low, high, [self._placed(relation) for relation in known])

    def _placed(self, relation: Relation) -> Relation:
        counts = tuple(self._places[count] for count in relation.counts)
        return Relation(counts, relation.factors, relation.low, relation.high)

    def too_narrow(self, targets: list[Target]) -> list[int]:
        placed = [
            Target(tuple(self._places[count] for count in target.counts), target.factors)
            for target in targets
        ]
        return self._attack.too_narrow(placed)


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
            figures[find(next(iter(figure.counts)))].append(figure)
    for relation in system.relations:
        relations[find(relation.counts[0])].append(relation)
    for key, members in figures.items():
        yield members, relations[key]


def _neighbours(figures: list[Figure], relations: list[Relation]) -> dict[int, list[Figure]]:
    """Return per count the figures that stand in one relation with it, the smallest first."""
    holders: dict[int, list[Figure]] = defaultdict(list)
    for figure in figures:
        for count in figure.counts:
            holders[count].append(figure)
    beside: dict[int, dict[int, Figure]] = defaultdict(dict)
    for relation in relations:
        around = {f.number: f for count in relation.counts for f in holders[count]}
        for count in relation.counts:
            beside[count].update(around)
    return {
        count: sorted(found.values(), key=lambda figure: (figure.size, figure.number))
        for count, found in beside.items()
    }


def _smallest_beside(target: Target, neighbours: dict[int, list[Figure]]) -> int | None:
    for count in target.counts:
        for figure in neighbours.get(count, ()):
            if figure.is_shown and not figure.is_locked:
                return figure.number
    return None
