"""Holds the heading of a delivery against its contract: what is where, what is missing."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from ingest.contracts import SourceContract
from ingest.readers import ReadError, header_key

# Two texts of at least so many signs, of which so much is the same, are one question.
_FEWEST_SIGNS, _SAME_SHARE = 12, 0.85


@dataclass(frozen=True)
class Headings:
    """Where the columns of a contract stand in a delivery, by header_key of their name there.

    `expected` are the names at the source that the contract keeps something of, `missing` those
    of them that are not there; of the `columns` of the delivery those that the contract does not
    know are only counted.
    """

    positions: dict[str, int]
    expected: tuple[str, ...]
    missing: frozenset[str]
    columns: int
    unknown_columns: int

    @property
    def found(self) -> tuple[str, ...]:
        """Return the expected names that are there."""
        return tuple(name for name in self.expected if name not in self.missing)


def judge_headings(header: tuple[str, ...], contract: SourceContract) -> Headings:
    """Return what stands where; raise ReadError when a column is missing or stands there twice.

    A question may be missing, because it was not asked, unless a heading looks like it: then it
    was called otherwise, and its answers would be lost without a word.
    """
    positions = _positions(header, contract)
    expected: dict[str, bool] = {}
    for column in contract.landed_columns:
        for name in column.sources:
            expected[name] = expected.get(name, False) or not column.is_question
    missing = [name for name in expected if header_key(name) not in positions]
    _refuse_missing([name for name in missing if expected[name]], positions, contract)
    questions = [name for name in expected if not expected[name]]
    if questions and not any(header_key(name) in positions for name in questions):
        raise ReadError(
            "geen enkele vraag van het contract staat in de kop. Vergelijk de vraagteksten met "
            f"contracts/{contract.file_name}"
        )
    # What stands behind the last heading is no column.
    named = {at: name for at, name in enumerate(header, start=1) if header_key(name)}
    unknown = {at: name for at, name in named.items() if header_key(name) not in positions}
    _refuse_renamed([name for name in missing if not expected[name]], unknown, contract)
    return Headings(positions, tuple(expected), frozenset(missing), len(named), len(unknown))


def _positions(header: tuple[str, ...], contract: SourceContract) -> dict[str, int]:
    known = {header_key(name): name for column in contract.columns for name in column.sources}
    keys = [header_key(name) for name in header]
    for key, count in Counter(keys).items():
        if key in known and count > 1:
            raise ReadError(
                f"kolom '{known[key]}' komt {count} keer voor. Vraag de leverancier om elke kolom "
                "een keer te leveren"
            )
    return {key: position for position, key in enumerate(keys) if key in known}


def _refuse_missing(
    missing: list[str], positions: dict[str, int], contract: SourceContract
) -> None:
    if not missing:
        return
    names = ", ".join(f"'{name}'" for name in missing)
    if not positions:
        raise ReadError(
            f"de kopregel heeft geen enkele kolom van het contract ({names}). Kijk of delimiter, "
            f"encoding en headerRow in contracts/{contract.file_name} kloppen, of vraag de "
            "leverancier om een nieuwe levering"
        )
    fault = f"kolommen {names} ontbreken" if missing[1:] else f"kolom {names} ontbreekt"
    raise ReadError(
        f"{fault}. Vraag de leverancier daarom, of pas contracts/{contract.file_name} aan"
    )


def _refuse_renamed(
    questions: Iterable[str], unknown: dict[int, str], contract: SourceContract
) -> None:
    for question in questions:
        for place, heading in unknown.items():
            if _look_alike(question, heading):
                raise ReadError(
                    f"vraag '{question}' ontbreekt en de kop van kolom {place} lijkt erop. Is het "
                    f"dezelfde vraag, neem die kop dan over in contracts/{contract.file_name}; is "
                    "het een andere, neem haar dan op met classification drop"
                )


def _look_alike(question: str, heading: str) -> bool:
    """Say whether two headings differ by signs alone, or as texts by no more than a word."""
    one, other = (re.sub(r"[\W_]+", " ", header_key(text)).strip() for text in (question, heading))
    if not one or re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    if min(len(one), len(other)) < _FEWEST_SIGNS:
        return one == other
    likeness = SequenceMatcher(None, one, other, autojunk=False)
    return likeness.quick_ratio() >= _SAME_SHARE and likeness.ratio() >= _SAME_SHARE
