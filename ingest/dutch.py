"""Dates, numbers and shares as Dutch readers write them."""

import re
from collections.abc import Callable
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
_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_ENGLISH_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBER_OF_MONTH = {"mrt": "03", "sept": "09"} | {
    spelled: f"{number:02d}"
    for names in (_MONTHS, _ENGLISH_MONTHS)
    for number, name in enumerate(names, 1)
    for spelled in (name, name[:3])
}
# As %a reads it, by the ways to write it.
_SHORT_DAY = {
    spelled: english[:3].capitalize()
    for dutch, english in zip(_DAYS, _ENGLISH_DAYS, strict=True)
    for spelled in (dutch, dutch[:2], english)
}
_NAME = re.compile(r"[^\W\d_]+")
_NAME_WITH_POINT = re.compile(r"([^\W\d_]+)\.")
_MONTH_OR_DAY = re.compile("%[aAbB]")


def day(value: date) -> str:
    """Return a date as in '4 januari 2026'."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def number(value: int) -> str:
    """Return a whole number as in '12.345'."""
    return f"{value:,}".replace(",", ".")


def percentage(share: float) -> str:
    """Return a change as in '-68 %' or '+120 %'."""
    return f"{share:+.0%}".replace("%", " %")


def without_names(date_format: str) -> tuple[str, Callable[[str], str]]:
    """Return a date format with numbers for its months, and what writes a date so.

    Months and days have their Dutch or English name, whole or short, with or without a point:
    '5 mrt. 2026' becomes '5 03 2026'.
    """
    if not _MONTH_OR_DAY.search(date_format):
        return date_format, lambda text: text
    has_points = re.search(_MONTH_OR_DAY.pattern + r"\.", date_format) is not None

    def spelled(found: re.Match[str]) -> str:
        name = found.group().casefold()
        return _NUMBER_OF_MONTH.get(name) or _SHORT_DAY.get(name) or found.group()

    def written(text: str) -> str:
        return _NAME.sub(spelled, text if has_points else _NAME_WITH_POINT.sub(r"\1", text))

    return re.sub("%[bB]", "%m", date_format).replace("%A", "%a"), written
