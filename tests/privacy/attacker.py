"""An attacker: computes hidden counts from published tables and their description, and no more.

Knows that counts are rounded to 5 from 10 on, percentages to whole percents from 100 people and
to steps of 5 below, intervals (Wilson, 95 %) outward, that parts add up to their whole, and all
former releases. Shares no code with what protects.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from typing import Any

import highspy
import numpy as np

Row = dict[str, Any]
Cell = tuple[Any, ...]
K = 10
FEASIBLE = 5
MANY = 1_000_000.0


@dataclass(frozen=True)
class Line:
    """A whole and its parts; additive when nobody is in two parts."""

    whole: Cell
    parts: tuple[Cell, ...]
    is_additive: bool


def pairs(row: Row) -> list[tuple[int, int]]:
    """Return every numerator and denominator that the published row can come from."""
    part, whole = int(row["numerator"]), int(row["denominator"])
    return [
        (a, b)
        for a in range(part - 2, part + 3)
        for b in range(whole - 2, whole + 3)
        if min(a, b - a) >= K and _tells_the_same(a, b, row)
    ]


def _tells_the_same(a: int, b: int, row: Row) -> bool:
    step = 1 if b >= 100 else 5
    if abs(100 * a / b - float(row["value"])) > step / 2 + 1e-9:
        return False
    if row.get("interval_low") is None:
        return True
    # On the step of the value, or wider where that would say too much.
    low, high = _wilson(a, b)
    return any(
        abs(each * floor(low / each) - float(row["interval_low"])) < 1e-6
        and abs(min(each * ceil(high / each), 100) - float(row["interval_high"])) < 1e-6
        for each in (step, 10)
    )


def _wilson(a: int, b: int) -> tuple[float, float]:
    z, share = 1.959964, a / b
    half = z * sqrt(share * (1 - share) / b + z * z / (4 * b * b))
    middle, scale = share + z * z / (2 * b), 100 / (1 + z * z / b)
    return round((middle - half) * scale, 4), round((middle + half) * scale, 4)


class Attack:
    """The linear program of one published table, or of several that are about the same people."""

    def __init__(self, rows: Iterable[tuple[Cell, Row]], lines: Sequence[Line]) -> None:
        """Take rows by their cell, and the lines between cells; a cell without a row is empty."""
        self._places: dict[tuple[Cell, str], int] = {}
        self._limits: list[tuple[float, float]] = []
        self._rows: list[tuple[list[tuple[int, float]], float, float]] = []
        for cell, row in rows:
            self._add(cell, row)
        for line in lines:
            for part in ("a", "b", "rest"):
                self._add_line(line, part)
        self._solver = self._program()
        self._least = np.full(len(self._limits), np.inf)
        self._most = np.full(len(self._limits), -np.inf)

    def _add(self, cell: Cell, row: Row) -> None:
        limits = {"a": (0.0, MANY), "b": (0.0, MANY), "rest": (0.0, MANY)}
        if row["status"] == "getoond":
            fit = pairs(row)
            assert fit, "the published row contradicts its own description"
            limits = {
                "a": (min(a for a, _ in fit), max(a for a, _ in fit)),
                "b": (min(b for _, b in fit), max(b for _, b in fit)),
                "rest": (min(b - a for a, b in fit), max(b - a for a, b in fit)),
            }
        for part, (low, high) in limits.items():
            self._places[cell, part] = len(self._limits)
            self._limits.append((float(low), float(high)))
        whole, *parts = (self._places[cell, part] for part in ("b", "a", "rest"))
        self._rows.append(([(whole, -1.0), *((part, 1.0) for part in parts)], 0.0, 0.0))
        if row["status"] == "getoond":
            step = 0.5 if int(row["denominator"]) > 100 else 2.5
            share = float(row["value"])
            a, b = self._places[cell, "a"], self._places[cell, "b"]
            self._rows.append(([(a, 100.0), (b, -share + step)], 0.0, MANY * 100))
            self._rows.append(([(a, 100.0), (b, -share - step)], -MANY * 100, 0.0))

    def _add_line(self, line: Line, part: str) -> None:
        whole = self._places.get((line.whole, part))
        if whole is None:
            return
        parts = [self._places[cell, part] for cell in line.parts if (cell, part) in self._places]
        terms = [(whole, -1.0), *((place, 1.0) for place in parts)]
        self._rows.append((terms, 0.0, 0.0 if line.is_additive else MANY))
        if not line.is_additive:
            self._rows += [([(whole, 1.0), (place, -1.0)], 0.0, MANY) for place in parts]

    def _program(self) -> highspy.Highs:
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(self._limits), len(self._rows)
        program.col_cost_ = np.zeros(len(self._limits))
        program.col_lower_ = np.array([low for low, _ in self._limits])
        program.col_upper_ = np.array([high for _, high in self._limits])
        program.row_lower_ = np.array([low for _, low, _ in self._rows], float)
        program.row_upper_ = np.array([high for *_, high in self._rows], float)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms, *_ in self._rows)])
        program.a_matrix_.index_ = np.array(
            [place for terms, *_ in self._rows for place, _ in terms], np.int32
        )
        program.a_matrix_.value_ = np.array(
            [factor for terms, *_ in self._rows for _, factor in terms], float
        )
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("simplex_strategy", 4)
        solver.passModel(program)
        return solver

    def has_room(self, cell: Cell, part: str) -> bool:
        """Say whether earlier answers already show that a small count can be many numbers."""
        place = self._places[cell, part]
        least, most = self._least[place] - 1e-6, min(self._most[place] + 1e-6, K - 1)
        return bool(most >= least and floor(most) - ceil(least) + 1 >= FEASIBLE)

    def range_of(self, cell: Cell, part: str) -> tuple[int, int] | None:
        """Return the least and the most that a count can be; None if nothing fits all rows."""
        place = self._places[cell, part]
        ends = []
        for sign in (1.0, -1.0):
            self._solver.changeColCost(place, sign)
            self._solver.run()
            if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            possible = np.array(self._solver.getSolution().col_value)
            np.minimum(self._least, possible, out=self._least)
            np.maximum(self._most, possible, out=self._most)
            ends.append(possible[place])
        self._solver.changeColCost(place, 0.0)
        return ceil(ends[0] - 1e-6), floor(ends[1] + 1e-6)


def differences(
    before: Iterable[tuple[Cell, Row]], after: Iterable[tuple[Cell, Row]]
) -> list[Cell]:
    """Return the cells of which two releases do not say the same."""
    former = dict(before)
    newer = dict(after)
    numbers = ("status", "numerator", "denominator", "value", "n_subjects")
    return [
        cell
        for cell in former.keys() | newer.keys()
        if [former.get(cell, {}).get(name) for name in numbers]
        != [newer.get(cell, {}).get(name) for name in numbers]
    ]


def lines_of(
    cells: Iterable[Cell],
    wholes: Callable[[Cell], Iterable[tuple[str, Cell]]],
    *,
    is_additive: Callable[[str], bool] = lambda kind: True,
) -> list[Line]:
    """Return the lines between cells; `wholes` names per cell what it is a part of, and how."""
    found: dict[tuple[str, Cell], list[Cell]] = defaultdict(list)
    for cell in cells:
        for kind, whole in wholes(cell):
            found[kind, whole].append(cell)
    return [Line(whole, tuple(parts), is_additive(kind)) for (kind, whole), parts in found.items()]
