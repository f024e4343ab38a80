"""Counts the faults of the list by the numbers in the names of their tests."""

import re
from collections.abc import Iterable, Mapping

# Numbered as in the fault list; d1 to d5 are those of Dagster.
LISTED = [*(f"{number:02}" for number in range(1, 49)), *(f"d{number}" for number in range(1, 6))]
_NUMBER = re.compile(r"::test_fault_(\d\d|d\d)_")


def as_expected(outcomes: Mapping[str, str]) -> tuple[list[str], list[str], list[str]]:
    """Return which faults came out as expected, which did not, and which were not injected.

    `outcomes` are those of all tests by their name; a fault may have several.
    """
    by_fault: dict[str, set[str]] = {}
    for name, outcome in outcomes.items():
        if found := _NUMBER.search(name):
            by_fault.setdefault(found[1], set()).add(outcome)
    good = [each for each in LISTED if by_fault.get(each) == {"passed"}]
    bad = [each for each in LISTED if "failed" in by_fault.get(each, ())]
    return good, bad, [each for each in LISTED if each not in {*good, *bad}]


def counted(outcomes: Mapping[str, str]) -> str:
    """Return the sentences that say how many faults of the list came out as expected."""
    good, bad, missing = as_expected(outcomes)
    numbered = [each for each in good if each.isdigit()]
    lines = [
        f"Faults of the list as expected: {len(numbered)}/48.",
        f"Faults of Dagster as expected: {len(good) - len(numbered)}/5.",
    ]
    lines += [f"Not as expected: {_named(bad)}."] if bad else []
    lines += [f"Not injected: {_named(missing)}."] if missing else []
    return "\n".join(lines)


def _named(faults: Iterable[str]) -> str:
    return ", ".join(faults)
