"""What an attacker can compute of hidden counts from all that is shown around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import ceil, floor

import highspy
import numpy as np

# So many whole numbers a hidden count must be able to be.
FEASIBLE_VALUES = 5
UNLIMITED = float("inf")
_TOLERANCE = 1e-6
_PRIMAL_SIMPLEX = 4


@dataclass(frozen=True, slots=True)
class Relation:
    """A sum of counts times factors that lies between two limits."""

    counts: tuple[int, ...]
    factors: tuple[float, ...]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Target:
    """A hidden number of people: a sum of counts times factors."""

    counts: tuple[int, ...]
    factors: tuple[float, ...]


class Attack:
    """The linear program of one set of linked counts; asking again is cheap (warm start)."""

    def __init__(
        self,
        low: Sequence[float],
        high: Sequence[float],
        relations: Sequence[Relation],
        most: float,
    ) -> None:
        """Take the limits of every count, by its place, and the relations between them.

        No count is taken to be larger than `most`: a solver wants a limit.
        """
        self._most = most
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(low), len(relations)
        program.col_cost_ = np.zeros(len(low))
        program.col_lower_ = np.array(low, float)
        program.col_upper_ = np.minimum(high, most)
        program.row_lower_ = np.array([row.low for row in relations], float)
        program.row_upper_ = np.array([row.high for row in relations], float)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.cumsum([0, *(len(row.counts) for row in relations)])
        program.a_matrix_.index_ = np.array(
            list(chain.from_iterable(row.counts for row in relations)), np.int32
        )
        program.a_matrix_.value_ = np.array(
            list(chain.from_iterable(row.factors for row in relations)), float
        )
        self._solver = highspy.Highs()  # type: ignore[no-untyped-call]
        self._solver.silent()
        self._solver.setOptionValue("threads", 1)
        self._solver.setOptionValue("simplex_strategy", _PRIMAL_SIMPLEX)
        self._solver.passModel(program)
        self._places = np.arange(len(low), dtype=np.int32)

    def extreme(self, cost: np.ndarray) -> np.ndarray | None:
        """Return counts with the least `cost`, or None when no counts fit what is published."""
        self._solver.changeColsCost(len(self._places), self._places, cost)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._solver.getSolution().col_value)

    def binding(self) -> tuple[list[int], list[int]]:
        """Return the counts and the relations whose limits stop the newest extreme."""
        solution = self._solver.getSolution()
        counts, relations = np.array(solution.col_dual), np.array(solution.row_dual)
        return (
            np.flatnonzero(abs(counts) > _TOLERANCE).tolist(),
            np.flatnonzero(abs(relations) > _TOLERANCE).tolist(),
        )

    def limit(self, count: int, low: float, high: float) -> None:
        """Give a count other limits."""
        self._solver.changeColBounds(count, low, min(high, self._most))

    def forget(self, relation: int) -> None:
        """Drop a relation, because what told it is hidden now."""
        self._solver.changeRowBounds(relation, -highspy.kHighsInf, highspy.kHighsInf)


class Ranges:
    """The least and the most that hidden numbers were found to be, given all that is shown."""

    def __init__(self, attack: Attack, targets: Sequence[Target], size: int) -> None:
        """Begin with nothing known of `targets` in a system of `size` counts."""
        self._attack, self._size = attack, size
        self._counts = np.array([count for target in targets for count in target.counts])
        self._factors = np.array([factor for target in targets for factor in target.factors])
        lengths = [len(target.counts) for target in targets]
        self._owner = np.repeat(np.arange(len(targets)), lengths)
        self._low = np.full(len(targets), np.inf)
        self._high = np.full(len(targets), -np.inf)

    def narrow(self) -> list[int]:
        """Return the places of the targets that were found to be too few whole numbers."""
        values = np.floor(self._high + _TOLERANCE) - np.ceil(self._low - _TOLERANCE) + 1
        return np.flatnonzero(~(values >= FEASIBLE_VALUES)).tolist()

    def is_narrow(self, place: int) -> bool:
        """Return whether one target was found to be too few whole numbers."""
        low, high = self._low[place], self._high[place]
        if low > high:
            return True
        return bool(floor(high + _TOLERANCE) - ceil(low - _TOLERANCE) + 1 < FEASIBLE_VALUES)

    def ask(self, places: Sequence[int], signs: np.ndarray) -> bool:
        """Look for counts with the least sum of these targets times `signs`; False without any.

        A sign of 1 asks for the least of a target, -1 for the most.
        """
        wanted = np.zeros(len(self._low))
        wanted[places] = signs
        cost = np.bincount(self._counts, self._factors * wanted[self._owner], self._size)
        solution = self._attack.extreme(cost)
        if solution is None:
            return False
        found = np.bincount(self._owner, self._factors * solution[self._counts], len(self._low))
        np.minimum(self._low, found, out=self._low)
        np.maximum(self._high, found, out=self._high)
        return True
