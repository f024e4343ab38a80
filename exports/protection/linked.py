"""Figures that add up, side by side and over time, as one system of counts and relations."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from exports.protection.attack import UNLIMITED, Relation, Target
from exports.protection.pairs import Manner
from exports.protection.rounding import COUNT_STEP

# A breakdown, and the breakdowns of which it is a part.
PARENTS: dict[str, tuple[str, ...]] = {
    "service": ("total",),
    "municipality": ("total",),
    "wijk": ("municipality",),
    "service_municipality": ("service", "municipality"),
    "team": ("total",),
    "service_team": ("service", "team"),
    "project": (
        "total", "service", "team", "commissioner", "service_commissioner", "municipality", "wijk",
    ),
    "commissioner": ("total",),
    "service_commissioner": ("service", "commissioner"),
    "age_band": ("total",),
    "respondent_role": ("total",),
    "cultural_background": ("total",),
}  # fmt: skip
COARSER = {"month": ("quarter", "year"), "quarter": ("year",), "year": ()}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
# What one unit of a value is in its numerator.
_PER_UNIT = {"percentage": 100.0, "hours": 1 / 60}
# A numerator in these units is minutes, days or points: no people. With the mean it would tell of
# how many, so what is published is the mean times the rounded number of people.
NO_PEOPLE = ("hours", "days", "score")
_SAME = 1e-6

Period = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of the work that a figure is about: a breakdown and the codes that it keeps."""

    breakdown: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One figure or cell before it is published, with what would be published of it.

    `series` is what is counted; `outcome` tells the cells of one distribution apart, `figure` is
    the number of what is shown or hidden as one. What is shown is None when it is hidden; `pair`
    says what a share of people tells by itself.
    """

    figure: int
    series: str
    outcome: str
    period: Period
    slice: Slice
    unit: str
    is_stock: bool
    is_shown: bool
    is_locked: bool
    numerator: float | None
    denominator: float | None
    subjects: float | None
    step: float
    shown_numerator: float | None
    shown_denominator: float | None
    shown_subjects: float | None
    shown_value: float | None
    pair: Manner | None = None


@dataclass(slots=True)
class Figure:
    """What is shown or hidden as one: a figure, or a whole distribution.

    `limits` says of its counts between what they lie by their rounding, `ratios` what its
    percentages tell; both hold while it is shown. `people` are its small numbers of people.
    """

    number: int
    size: float = 0.0
    is_shown: bool = True
    is_locked: bool = False
    counts: set[int] = field(default_factory=set)
    limits: list[tuple[int, float, float]] = field(default_factory=list)
    ratios: list[Relation] = field(default_factory=list)
    people: list[Target] = field(default_factory=list)


class System:
    """Every count behind the figures, once, and the relations that hold whatever is hidden."""

    def __init__(
        self,
        rows: Iterable[Row],
        minimum: int,
        parts_of: Callable[[Slice], Sequence[Slice]],
        same_series: Mapping[str, str],
        compositions: Mapping[str, Sequence[tuple[str, float]]],
    ) -> None:
        """Take the figures; `parts_of` gives the slices that a slice is a part of.

        `same_series` names the series that count the same people under another name,
        `compositions` those that are a sum of other ones, times factors. A relation is an equation
        where the exact counts add up; elsewhere a whole is at least each of its parts, and at most
        their sum when people can be in more than one.
        """
        self._minimum = minimum
        self._parts_of = cache(parts_of)
        self._same = same_series
        self._places: dict[tuple[str, Slice, Period], int] = {}
        self._stocks: set[str] = set()
        self._amounts: set[str] = set()
        self.exact: list[float] = []
        self.figures: dict[int, Figure] = {}
        self.relations: list[Relation] = []
        cells: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in rows:
            self._add(row, cells)
        for pairs in cells.values():
            self._add_distribution(pairs)
        self._add_lines()
        self._add_compositions(compositions)

    def _place(self, series: str, row: Row, exact: float) -> int:
        """Return the place of a count; a namesake that differs there gets a place of its own."""
        for name in (self._same.get(series, series), series):
            key = (name, row.slice, row.period)
            place = self._places.setdefault(key, len(self.exact))
            if place == len(self.exact):
                self.exact.append(exact)
            if abs(self.exact[place] - exact) < _SAME:
                return place
        raise ValueError(f"{series} is counted twice for one slice and period")

    def _add(self, row: Row, cells: dict[int, list[tuple[int, int]]]) -> None:
        figure = self.figures.setdefault(row.figure, Figure(row.figure))
        figure.is_shown &= row.is_shown
        figure.is_locked |= row.is_locked
        figure.size = max(figure.size, row.subjects or 0)
        if row.is_stock:
            self._stocks.add(row.series)
        cell = f"{row.series}:{row.outcome}"
        whole = part = None
        if row.denominator is not None:
            whole = self._place(f"{row.series}:whole", row, row.denominator)
            self._describe(figure, whole, row.shown_denominator)
        if row.numerator is not None:
            part = self._place(f"{cell}:part", row, row.numerator)
            are_people = row.unit not in NO_PEOPLE
            if not are_people:
                self._amounts.add(f"{cell}:part")
            shown = row.shown_numerator if are_people else None
            self._describe(figure, part, shown, are_people=are_people)
        if row.subjects is not None and row.subjects not in (row.denominator, row.numerator):
            subjects = self._place(f"{row.series}:subjects", row, row.subjects)
            self._describe(figure, subjects, row.shown_subjects)
        if row.pair is not None and part is not None and whole is not None:
            figure.limits.append((part, row.pair.part_low, row.pair.part_high))
            figure.limits.append((whole, row.pair.whole_low, row.pair.whole_high))
        if part is not None and whole is not None:
            self._relate(figure, part, whole, row)
            # A mean has an outcome of its own too, but its sum of scores is no part of the people.
            if row.outcome and row.unit not in NO_PEOPLE:
                cells[row.figure].append((part, whole))

    def _describe(
        self, figure: Figure, place: int, shown: float | None, *, are_people: bool = True
    ) -> None:
        figure.counts.add(place)
        if shown is not None:
            # A count that is a half less than its rounding is rounded up to it.
            room = COUNT_STEP // 2 if self.exact[place].is_integer() else COUNT_STEP / 2
            figure.limits.append((place, max(shown - room, self._minimum), shown + room))
        if are_people and self.exact[place] < self._minimum:
            figure.people.append(Target((place,), (1.0,)))

    def _relate(self, figure: Figure, part: int, whole: int, row: Row) -> None:
        """Tell what a value says of its parts, and that nobody is counted above without below."""
        if row.shown_value is not None:
            unit = _PER_UNIT.get(row.unit, 1.0)
            for edge, low, high in ((-0.5, 0.0, UNLIMITED), (0.5, -UNLIMITED, 0.0)):
                ratio = (row.shown_value + edge * row.step) / unit
                figure.ratios.append(Relation((part, whole), (1.0, -ratio), low, high))
        if row.unit == "percentage" and part != whole:
            rest = self.exact[whole] - self.exact[part]
            self.relations.append(Relation((whole, part), (1.0, -1.0), 0.0, UNLIMITED))
            if row.shown_value is not None:
                low, high = float(self._minimum), UNLIMITED
                if row.pair is not None:
                    low, high = row.pair.rest_low, row.pair.rest_high
                figure.ratios.append(Relation((whole, part), (1.0, -1.0), low, high))
            if rest < self._minimum:
                figure.people.append(Target((whole, part), (1.0, -1.0)))

    def _add_distribution(self, pairs: list[tuple[int, int]]) -> None:
        """Add that the cells of a distribution are all there is, when they are."""
        parts = [part for part, _ in pairs]
        (whole,) = {whole for _, whole in pairs}
        if abs(sum(self.exact[part] for part in parts) - self.exact[whole]) < _SAME:
            self.relations.append(Relation((whole, *parts), (1.0, *[-1.0] * len(parts)), 0.0, 0.0))

    def _add_lines(self) -> None:
        """Add how every count is the sum of its parts: slices of one period, periods of a slice."""
        lines: dict[tuple[int, str], list[int]] = defaultdict(list)
        for (series, part, period), place in self._places.items():
            if series in self._amounts:
                continue
            for whole in self._parts_of(part):
                if (parent := self._places.get((series, whole, period))) is not None:
                    lines[parent, part.breakdown].append(place)
            for wider in _wider(period, only_last=series.rsplit(":", 2)[0] in self._stocks):
                if (parent := self._places.get((series, part, wider))) is not None:
                    lines[parent, period[0]].append(place)
        for (parent, _), parts in lines.items():
            self.relations.extend(self._line(parent, parts))

    def _add_compositions(self, compositions: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        """Add what is counted in another table as a sum, wherever the exact counts say so."""
        known = {self._same.get(name, name): sums for name, sums in compositions.items()}
        for (series, part, period), place in list(self._places.items()):
            found = [
                (self._places.get((self._same.get(name, name), part, period)), factor)
                for name, factor in known.get(series, ())
            ]
            terms = [(count, factor) for count, factor in found if count is not None]
            total = sum(factor * self.exact[count] for count, factor in terms)
            if terms and abs(total - self.exact[place]) < _SAME:
                counts, factors = zip(*terms, strict=True)
                self.relations.append(Relation((place, *counts), (-1.0, *factors), 0.0, 0.0))

    def _line(self, whole: int, parts: list[int]) -> Iterator[Relation]:
        over = sum(self.exact[part] for part in parts) - self.exact[whole]
        counts, factors = (whole, *parts), (-1.0, *[1.0] * len(parts))
        if abs(over) < _SAME:
            yield Relation(counts, factors, 0.0, 0.0)
        elif over < 0:
            yield Relation(counts, factors, -UNLIMITED, 0.0)
        else:
            yield Relation(counts, factors, 0.0, UNLIMITED)
            for part in parts:
                if self.exact[part] <= self.exact[whole] + _SAME:
                    yield Relation((whole, part), (1.0, -1.0), 0.0, UNLIMITED)


def _wider(period: Period, *, only_last: bool) -> Iterator[Period]:
    """Give the periods that a period is in; of a stock only those that end on the same day."""
    kind, start = period
    for wider in COARSER[kind]:
        size = _MONTHS[wider]
        first = date(start.year, (start.month - 1) // size * size + 1, 1)
        if not only_last or start.month + _MONTHS[kind] == first.month + size:
            yield wider, first
