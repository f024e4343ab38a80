"""What an attacker can compute of the counts that are hidden, from all that is shown around them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np

# So many whole numbers a hidden count must be able to be.
FEASIBLE_VALUES = 5
# No count of an organisation is larger; a solver wants a limit.
UNLIMITED = 1e7
_ROUNDS = 6
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Relation:
    """A sum of counts times factors that lies between two limits."""

    counts: tuple[int, ...]
    factors: tuple[float, ...]
    low: float
    high: float


@dataclass(frozen=True)
class Target:
    """A hidden number of people: a sum of counts times factors, and what it can be at most."""

    counts: tuple[int, ...]
    factors: tuple[float, ...]


class Attack:
    """The linear program of one set of linked counts; asking again is cheap (warm start)."""

    def __init__(
        self, low: Sequence[float], high: Sequence[float], relations: Iterable[Relation]
    ) -> None:
        """Take the limits of every count, by its place, and the relations between them."""
        rows = list(relations)
        program = highspy.HighsLp()
        program.num_col_, program.num_row_ = len(low), len(rows)
        program.col_cost_ = np.zeros(len(low))
        program.col_lower_, program.col_upper_ = np.array(low, float), np.array(high, float)
        program.row_lower_ = np.array([row.low for row in rows], float)
        program.row_upper_ = np.array([row.high for row in rows], float)
        program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        program.a_matrix_.start_ = np.cumsum([0, *(len(row.counts) for row in rows)])
        program.a_matrix_.index_ = np.array([c for row in rows for c in row.counts], np.int32)
        program.a_matrix_.value_ = np.array([f for row in rows for f in row.factors], float)
        self._solver = highspy.Highs()
        self._solver.silent()
        self._solver.setOptionValue("threads", 1)
        self._solver.passModel(program)
        self._places = np.arange(len(low), dtype=np.int32)

    def extreme(self, cost: np.ndarray) -> np.ndarray | None:
        """Return counts with the least `cost`, or None when no counts fit what is published."""
        self._solver.changeColsCost(len(self._places), self._places, cost)
        self._solver.run()
        if self._solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        return np.array(self._solver.getSolution().col_value)

    def too_narrow(self, targets: Sequence[Target]) -> list[int]:
        """Return the places of the targets that can be fewer than FEASIBLE_VALUES whole numbers.

        One solution moves many targets at once: only what is still narrow is asked by itself.
        """
        size = len(self._places)
        counts = np.array([count for target in targets for count in target.counts])
        factors = np.array([factor for target in targets for factor in target.factors])
        owner = np.repeat(np.arange(len(targets)), [len(target.counts) for target in targets])
        lowest = np.full(len(targets), np.inf)
        highest = np.full(len(targets), -np.inf)
        generator = np.random.default_rng(0)

        def narrow() -> np.ndarray:
            values = np.floor(highest + _TOLERANCE) - np.ceil(lowest - _TOLERANCE) + 1
            return np.flatnonzero(~(values >= FEASIBLE_VALUES))

        def ask(cost: np.ndarray) -> bool:
            solution = self.extreme(cost)
            if solution is None:
                return False
            found = np.bincount(owner, factors * solution[counts], len(targets))
            np.minimum(lowest, found, out=lowest)
            np.maximum(highest, found, out=highest)
            return True

        for turn in range(_ROUNDS):
            if not len(left := narrow()):
                return []
            signs = generator.choice([-1.0, 1.0], len(left)) if turn > 1 else np.ones(len(left))
            wanted = np.zeros(len(targets))
            wanted[left] = signs
            direction = np.bincount(counts, factors * wanted[owner], size)
            if not (ask(direction) and ask(-direction)):
                return list(range(len(targets)))
        for place in narrow():
            wanted = (owner == place).astype(float)
            direction = np.bincount(counts, factors * wanted, size)
            for cost in (direction, -direction):
                if place in narrow():
                    ask(cost)
        return [int(place) for place in narrow()]
