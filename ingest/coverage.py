"""What a delivery is authority for: how it covers its source, which scope and which days."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from ingest.identities import without_identities
from ingest.readers import header_key

CoverageKind = Literal["full", "delta", "period"]

# What may stand between braces in the path of a contract: how it looks in a file name, and in the
# example of a name that a person gets to see.
PLACEHOLDERS = {
    "delivered_on": (r"\d{8}", "jjjjmmdd"),
    "scope": (r".+?", "onderdeel"),
    "period_start": (r"\d{8}", "eerste dag, jjjjmmdd"),
    "period_end": (r"\d{8}", "laatste dag, jjjjmmdd"),
    "period": (r"\d{4}(?:\d{2})?", "jjjjmm"),
}


@dataclass(frozen=True)
class Coverage:
    """What one delivery speaks for; no scope is every scope, no period every day.

    full: all rows of its scope. period: the rows of its scope in its days, first and last day
    included. delta: the rows that it holds, and no others.
    """

    kind: CoverageKind = "full"
    scope: str = ""
    period_start: date | None = None
    period_end: date | None = None

    def replaces(self, older: "Coverage") -> bool:
        """Say whether nothing of an older delivery counts any more beside this one."""
        if self.kind == "delta" or self.scope not in ("", older.scope):
            return False
        if self.period is None or self.kind == "full":
            return True
        return older.period is not None and _within(older.period, self.period)

    def replaced_days(self, older: "Coverage") -> tuple[date, date] | None:
        """Return the days of which the rows of an older delivery no longer count, if any.

        Rows outside the period of that delivery never did; it is told that they are there.
        """
        if self.kind != "period" or self.scope not in ("", older.scope) or self.period is None:
            return None
        start, end = self.period
        if older.period is not None:
            start, end = max(start, older.period[0]), min(end, older.period[1])
        return (start, end) if start <= end else None

    def touches(self, other: "Coverage") -> bool:
        """Say whether both can speak for the same row."""
        if "delta" in (self.kind, other.kind):
            return True
        return self.replaces(other) or other.replaces(self) or self.replaced_days(other) is not None

    @property
    def period(self) -> tuple[date, date] | None:
        """Return the first and last day, or None for every day."""
        if self.period_start is None or self.period_end is None:
            return None
        return self.period_start, self.period_end

    @property
    def days(self) -> int:
        """Return the number of days of the period; 0 without one."""
        return 0 if self.period is None else (self.period[1] - self.period[0]).days + 1

    @property
    def length(self) -> tuple[str, int]:
        """Return how long the period is, so that all months are equally long."""
        if self.period is None:
            return "days", 0
        start, after = self.period[0], self.period[1] + timedelta(days=1)
        if start.day == after.day == 1:
            return "months", 12 * (after.year - start.year) + after.month - start.month
        return "days", self.days

    def to_json(self) -> dict[str, str]:
        """Return what a file does not cover by itself: nothing for a full delivery of all."""
        known = {
            "kind": "" if self.kind == "full" else self.kind,
            "scope": self.scope,
            "period_start": self.period_start.isoformat() if self.period_start else "",
            "period_end": self.period_end.isoformat() if self.period_end else "",
        }
        return {name: text for name, text in known.items() if text}

    @classmethod
    def from_json(cls, known: dict[str, Any]) -> "Coverage":
        """Return the coverage that to_json wrote."""
        days = {
            name: date.fromisoformat(known[name])
            for name in ("period_start", "period_end")
            if name in known
        }
        return cls(**(known | days))


EVERYTHING = Coverage()


@dataclass(frozen=True)
class Arrival:
    """What the name of a file says: the day it was delivered and what it covers."""

    delivered_on: date
    coverage: Coverage


def read_file_name(path: str, kind: CoverageKind, file_name: str, as_of: date) -> Arrival | None:
    """Read a file name by the path of a contract; None if it is not a file of that contract.

    Without {delivered_on} in the path the file was delivered on `as_of`.
    """
    matched = _pattern(path).fullmatch(file_name)
    if matched is None:
        return None
    found = matched.groupdict()
    try:
        period = _period(found)
        delivered_on = as_of
        if "delivered_on" in found:
            delivered_on = date.fromisoformat(found["delivered_on"])
    except ValueError:
        return None
    # Capitals make no other scope, and a scope is no place for a citizen number.
    scope = without_identities(header_key(found.get("scope", "")))
    return Arrival(delivered_on, Coverage(kind, scope, *period))


def expected_name(path: str) -> str:
    """Return the path as a person reads it, such as clienten_<jjjjmmdd>.csv."""
    return re.sub(r"\{(\w+)\}", lambda found: f"<{PLACEHOLDERS[found[1]][1]}>", path)


def path_faults(path: str, kind: str) -> Iterator[str]:
    """Give what is wrong with the placeholders in the path of a contract, in Dutch."""
    names = re.findall(r"\{(.*?)\}", path)
    if unknown := sorted(set(names) - PLACEHOLDERS.keys()):
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        yield f"path heeft {{{unknown[0]}}}; kies {known}"
        return
    if len(names) > len(set(names)):
        yield "elk woord tussen accolades mag maar een keer in path staan"
    has_period = sorted({"period", "period_start", "period_end"} & set(names))
    if kind == "period" and has_period not in (["period"], ["period_end", "period_start"]):
        yield (
            "bij coverage period staat in path {period} (jjjj of jjjjmm), of {period_start} en "
            "{period_end} (jjjjmmdd)"
        )
    if kind != "period" and has_period:
        yield f"path heeft {{{has_period[0]}}}; dat hoort bij coverage period"


def _pattern(path: str) -> re.Pattern[str]:
    pattern = re.escape(path).replace(r"\*", ".*")
    for name, (form, _) in PLACEHOLDERS.items():
        pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?P<{name}>{form})")
    stem, _, extension = pattern.rpartition(r"\.")
    return re.compile(rf"{stem}\.(?i:{extension})")


def _period(found: dict[str, str]) -> tuple[date | None, date | None]:
    """Return the first and last day in a file name; ValueError when they are no period."""
    if "period" in found:
        year, month = int(found["period"][:4]), int(found["period"][4:] or 0)
        first, last = (month, month) if len(found["period"]) > 4 else (1, 12)
        return date(year, first, 1), date(year, last, monthrange(year, last)[1])
    if "period_start" not in found:
        return None, None
    start, end = (date.fromisoformat(found[name]) for name in ("period_start", "period_end"))
    if end < start:
        raise ValueError("a period that ends before it starts")
    return start, end


def _within(inner: tuple[date, date], outer: tuple[date, date]) -> bool:
    return outer[0] <= inner[0] and inner[1] <= outer[1]
