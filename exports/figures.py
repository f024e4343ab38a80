"""Published figures in Dutch words: one way to say a value, a change and how sure it is."""

from decimal import Decimal

from exports.pages import Row

UNITS = {"percentage": " %", "hours": " uur", "days": " dagen", "euro": " euro"}
# Units whose values say themselves what they count.
_BARE_UNITS = ("count", "ratio", "score")


def decimal(value: Decimal) -> str:
    """Return a number as Dutch readers write it, without zeros that say nothing."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def measured(value: Decimal | None, unit: str | None) -> str:
    """Return a value with its unit on the same line; nothing for a value that is not there."""
    if value is None:
        return ""
    if unit is None or unit in _BARE_UNITS:
        return decimal(value)
    return decimal(value) + UNITS.get(unit, f" {unit}").replace(" ", "\N{NO-BREAK SPACE}")


def between(low: Decimal | None, high: Decimal | None, unit: str | None) -> str:
    """Return two ends as 'tussen 44 % en 57 %'; nothing when one is not there."""
    if low is None or high is None:
        return ""
    return f"tussen {measured(low, unit)} en {measured(high, unit)}"


def change(now: Row | None, before: Row | None) -> str:
    """Say in words whether a figure is higher; within each other's interval it is the same."""
    if now is None or before is None or None in (now["value"], before["value"]):
        return "niet te vergelijken"
    if _was_asked_otherwise(now, before):
        return "niet te vergelijken (vraag of schaal gewijzigd)"
    intervals = [row[end] for row in (now, before) for end in ("interval_low", "interval_high")]
    if None not in intervals:
        low, high, low_before, high_before = intervals
        if low <= high_before and low_before <= high:
            return "gelijk (binnen het toeval)"
    if now["value"] == before["value"]:
        return "gelijk"
    return "hoger" if now["value"] > before["value"] else "lager"


def _was_asked_otherwise(now: Row, before: Row) -> bool:
    """Say whether a question changed (Q09) between two figures; within a year it did not."""
    reasons = (now["reasons"] or "").split(", ")
    return "Q09" in reasons and now["period_start"].year != before["period_start"].year
