"""Dates, numbers and shares as Dutch readers write them."""

from datetime import date
from zoneinfo import ZoneInfo

# Where the days of all figures begin and end.
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)


def day(value: date) -> str:
    """Return a date as in '4 januari 2026'."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def number(value: int) -> str:
    """Return a whole number as in '12.345'."""
    return f"{value:,}".replace(",", ".")


def percentage(share: float) -> str:
    """Return a change as in '-68 %' or '+120 %'."""
    return f"{share:+.0%}".replace("%", " %")
