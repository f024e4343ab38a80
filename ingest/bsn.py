"""Finds citizen service numbers (BSN) in columns that should hold none."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from stdnum.nl import bsn

# One in eleven numbers of nine digits passes by chance, so one column is judged as a whole.
MIN_NUMBERS = 20
MIN_SHARE = 0.5
_WEIGHTS = np.array([9, 8, 7, 6, 5, 4, 3, 2, -1])
_NUMBER = r"^\d{8,9}$"
_SHORTEST, _LONGEST = 8, 13
_NAMED = r"(?i)\b(?:bsn|sofi|burgerservice)"
_NAMED_NUMBER = re.compile(
    r"(?:bsn|sofi\w*|burgerservice\w*)\D{0,20}(\d(?:[ .]?\d){7,8})(?!\d)", re.IGNORECASE
)
_IN_FILE_NAME = re.compile(r"(?<!\d)\d(?:[ .]?\d){7,8}(?!\d)")
# As people group them; two years in a row or digits behind letters are something else.
_IN_TEXT = re.compile(
    r"(?<!\w)(?:\d{8,9}|\d{4}[ .]\d{2}[ .]\d{3}|\d{3}[ .]\d{3}[ .]\d{3}|\d{3}(?: \d{2}){3})(?!\w)"
)


@dataclass
class BsnGuard:
    """Watches the columns of one delivery; the counts grow with every batch."""

    _counts: dict[str, tuple[int, int]] = field(default_factory=lambda: defaultdict(lambda: (0, 0)))

    def is_bsn(self, name: str, values: pa.StringArray) -> bool:
        """Say whether this column holds BSN's, by this batch or by all batches so far.

        True when at least half of 20 or more numbers of 8 or 9 digits pass the 11-proof, or when
        a text calls a number that passes a BSN.
        """
        numbers, passing = _proof(values)
        all_numbers, all_passing = self._counts[name]
        self._counts[name] = all_numbers + numbers, all_passing + passing
        if _is_too_many(numbers, passing) or _is_too_many(*self._counts[name]):
            return True
        return _is_named(values)


def mask_file_name(name: str) -> str:
    """Return a file name in which a BSN is replaced by asterisks; a date stays as it is."""

    def mask(found: re.Match[str]) -> str:
        text = found.group()
        return "*" * len(text) if _is_bsn(text) else text

    return _IN_FILE_NAME.sub(mask, name)


def holds_bsn(text: str) -> bool:
    """Say whether a number in a text that a person typed passes the 11-proof and is no date.

    One number in eleven passes by chance: enough for a row that a person can write otherwise.
    """
    numbers = _IN_TEXT.findall(text) + _NAMED_NUMBER.findall(text)
    return any(_is_bsn(number) for number in numbers)


def _proof(values: pa.StringArray) -> tuple[int, int]:
    """Count the numbers of 8 or 9 digits (dots and spaces apart) and those that pass."""
    lengths = pc.utf8_length(values)
    fitting = pc.and_(pc.greater_equal(lengths, _SHORTEST), pc.less_equal(lengths, _LONGEST))
    texts = values.filter(fitting)
    bare = pc.replace_substring_regex(pc.utf8_normalize(texts, "NFKC"), r"[\s.]", "")
    numbers = bare.filter(pc.match_substring_regex(bare, _NUMBER))
    if not len(numbers):
        return 0, 0
    padded = pc.utf8_lpad(numbers, 9, "0").to_numpy(zero_copy_only=False).astype("S9")
    digits = padded.view(np.uint8).reshape(len(numbers), 9).astype(np.int64) - ord("0")
    passing = (digits @ _WEIGHTS % 11 == 0) & (digits.any(axis=1))
    return len(numbers), int(passing.sum())


def _is_too_many(numbers: int, passing: int) -> bool:
    return numbers >= MIN_NUMBERS and passing >= MIN_SHARE * numbers


def _is_named(values: pa.StringArray) -> bool:
    longer = values.filter(pc.greater(pc.utf8_length(values), _SHORTEST + 2))
    named = longer.filter(pc.match_substring_regex(longer, _NAMED))
    return any(
        bsn.is_valid(number) for text in named.to_pylist() for number in _NAMED_NUMBER.findall(text)
    )


def _is_bsn(number: str) -> bool:
    return bsn.is_valid(number) and not _is_date(number)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
