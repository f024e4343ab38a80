"""Recognises citizen service numbers (BSN): one by one in a text, and as what a column holds."""

import re
from dataclasses import dataclass
from datetime import datetime
from math import exp, lgamma, log

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from stdnum.nl import bsn

# One in eleven numbers of nine digits passes by chance, so one column is judged as a whole.
MIN_NUMBERS = 20
MIN_SHARE = 0.5
_BY_CHANCE = 1 / 11
# Rarer than this is no chance: a column of other numbers gets here once in ten thousand times.
_IMPROBABLE = 1e-4
_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])
# What people put between the digits.
_GAP = "[ ./_-]"
_NAMED_NUMBER = re.compile(
    rf"(?:bsn|sofi\w*|burgerservice\w*)\D{{0,20}}(\d(?:{_GAP}?\d){{7,8}})(?!\d)", re.IGNORECASE
)
# As people group them; two years in a row or digits behind letters are something else.
_IN_TEXT = re.compile(
    rf"(?<![^\W_])(?:\d{{8,9}}|\d{{4}}{_GAP}\d{{2}}{_GAP}\d{{3}}|\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{3}}"
    rf"|\d{{3}}(?:{_GAP}\d{{2}}){{3}})(?![^\W_])"
)
# Until 2020 the VAT number of a sole trader was the BSN.
_VAT_NUMBER = re.compile(r"NL ?(\d{4}[ .]?\d{2}[ .]?\d{3}) ?B ?\d{2}(?!\d)", re.IGNORECASE)
_DATE_FORMATS = ("%Y%m%d", "%d%m%Y")


@dataclass(frozen=True)
class Proof:
    """How many different numbers of 8 or 9 digits there are and pass, and in how many cells."""

    numbers: int = 0
    passing: int = 0
    cells: int = 0
    passing_cells: int = 0

    def with_more(self, other: "Proof") -> "Proof":
        """Return the counts of both."""
        return Proof(
            self.numbers + other.numbers,
            self.passing + other.passing,
            self.cells + other.cells,
            self.passing_cells + other.passing_cells,
        )

    @classmethod
    def of(cls, values: pa.StringArray) -> "Proof":
        """Count the numbers of 8 or 9 digits in a column, dots and spaces apart."""
        bare = pc.replace_substring_regex(pc.utf8_normalize(values, "NFKC"), r"[\s.]", "")
        numbers = bare.filter(pc.match_substring_regex(bare, r"^\d{8,9}$"))
        different = numbers.unique()
        return cls(
            len(different), int(passes(different).sum()), len(numbers), int(passes(numbers).sum())
        )

    @property
    def is_bsn_column(self) -> bool:
        """Say whether a column with these numbers holds BSN's: at least half of 20 or more cells.

        One number that comes back in every row may pass by chance, unless there is no other.
        """
        return (
            self.cells >= MIN_NUMBERS
            and self.passing_cells >= MIN_SHARE * self.cells
            and (self.passing == self.numbers or self.is_improbable)
        )

    @property
    def is_improbable(self) -> bool:
        """Say whether more of them pass than chance explains, by the exact binomial."""
        return self.passing > 0 and self._chance_of_so_many < _IMPROBABLE

    @property
    def _chance_of_so_many(self) -> float:
        """Return the chance that as many or more of these numbers pass without being BSN's."""
        misses = self.numbers - self.passing
        term = exp(
            lgamma(self.numbers + 1)
            - lgamma(self.passing + 1)
            - lgamma(misses + 1)
            + self.passing * log(_BY_CHANCE)
            + misses * log(1 - _BY_CHANCE)
        )
        total = term
        for hits in range(self.passing, self.numbers):
            term *= (self.numbers - hits) / (hits + 1) * _BY_CHANCE / (1 - _BY_CHANCE)
            total += term
            # Beyond the expected number the terms only shrink.
            if term < total * 1e-9 and hits > self.numbers * _BY_CHANCE:
                break
        return total


def passes(numbers: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Say of every number of 8 or 9 digits whether it passes the 11-proof."""
    if not len(numbers):
        return np.zeros(0, np.bool_)
    # Each is nine bytes now, so the bytes of all of them are a table already.
    padded = pa.concat_arrays([pc.ascii_lpad(numbers, 9, "0")])
    signs = np.frombuffer(padded.buffers()[2], np.uint8)[: 9 * len(numbers)]
    digits = signs.reshape(len(numbers), 9).astype(np.int64) - ord("0")
    return np.asarray((digits @ _WEIGHTS % 11 == 0) & digits.any(axis=1))


def holds_bsn(text: str) -> bool:
    """Say whether a number in a text that a person typed passes the 11-proof and is no date.

    One number in eleven passes by chance: enough for a row that a person can write otherwise.
    """
    numbers = _IN_TEXT.findall(text) + _VAT_NUMBER.findall(text)
    return names_bsn(text) or any(is_bsn(_digits(number)) for number in numbers)


def names_bsn(text: str) -> bool:
    """Say whether a text calls a number a BSN that passes the 11-proof."""
    return any(bsn.is_valid(_digits(number)) for number in _NAMED_NUMBER.findall(text))


def is_bsn(number: str) -> bool:
    """Say whether digits pass the 11-proof and are no date."""
    return bsn.is_valid(number) and not _is_date(number)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _is_date(text: str) -> bool:
    for date_format in _DATE_FORMATS:
        try:
            day = datetime.strptime(text, date_format)
        except ValueError:
            continue
        if 1900 <= day.year < 2100:
            return True
    return False
