"""Errors that no single row can be blamed for: drift, and what is still to come."""

from collections import Counter
from datetime import date, timedelta
from math import ceil, log
from statistics import median

from ingest.example import AS_OF
from ingest.example.organisation import DELIVERED_ON, MONTHS
from tests.quality_report.delivered import (
    Delivered,
    Row,
    by_day,
    day_of,
    every,
    in_period,
    without,
    written,
)
from tests.quality_report.planting import Hit, Planter, changed, copied, month, spoil_share, year

# Half a row more in every code: of an empty one there is no logarithm.
SMOOTHING = 0.5
# The help request that legal aid is to name more often.
RISING = "Juridisch: Huurrecht en overig wonen"
# A code that is about a fifth of the field, and the one that it is replaced by.
COMMON, OTHER = "Psychische klachten", "Relatie en gezin"


def _month_end(start: date) -> date:
    return (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def _judged(delivered: Delivered, planter: Planter, file: str, day: str) -> list[Row]:
    return by_day((row for row in delivered[file] if planter.covers(delivered, row, day)), day)


def _more_other(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Call so many help requests 'Overig': the limit is a fifth of the field."""
    judged = _judged(delivered, planter, "hulpvragen", "Datum")
    right = [row for row in judged if row["Hulpvraag"] != "Overig"]
    amount = (ceil if level > 1 else int)(level * 0.2 * len(judged)) - (len(judged) - len(right))
    for row in every(right, max(amount, 0)):
        row["Hulpvraag"] = "Overig"
    return []


def _stability_index(now: Counter[str], before: Counter[str]) -> float:
    codes = sorted(set(now) | set(before))
    index = 0.0
    for code in codes:
        share = (now[code] + SMOOTHING) / (now.total() + SMOOTHING * len(codes))
        usual = (before[code] + SMOOTHING) / (before.total() + SMOOTHING * len(codes))
        index += (share - usual) * log(share / usual)
    return index


def _shifted_mix(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Give help requests another code until the stability index is so many times the limit."""
    _, start = planter.period
    judged = _judged(delivered, planter, "hulpvragen", "Datum")
    before = Counter(
        row["Hulpvraag"]
        for row in delivered["hulpvragen"]
        if in_period(day_of(row["Datum"]), year(start.year - 1))
        and delivered.team_of(row) == planter.team_code
    )
    other = [row for row in judged if row["Hulpvraag"] != RISING]
    amount = 0
    while amount < len(other):
        chosen = every(other, amount)
        now = Counter(row["Hulpvraag"] for row in judged)
        now.subtract(Counter(row["Hulpvraag"] for row in chosen))
        now[RISING] += amount
        if _stability_index(now, before) >= level * planter.threshold:
            break
        amount += 1
    for row in every(other, amount):
        row["Hulpvraag"] = RISING
    return []


def _code_gone(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Use another code for so many halves of the rows of one code; at 2x it is gone."""
    judged = _judged(delivered, planter, "hulpvragen", "Datum")
    of_code = [row for row in judged if row["Hulpvraag"] == COMMON]
    for row in every(of_code, round(min(level / 2, 1) * len(of_code))):
        row["Hulpvraag"] = OTHER
    return []


def _open_on(rows: list[Row], day: date) -> int:
    return sum(
        (day_of(row["Startdatum"]) or date.max) <= day < (day_of(row["Einddatum"]) or date.max)
        for row in rows
    )


def _more_open_cases(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Add cases that are open on one month-end, so many times the usual distance."""
    _, start = planter.period
    of_team = [row for row in delivered["trajecten"] if row["Team"] == planter.team_code]
    place = MONTHS.index(start)
    earlier = [_open_on(of_team, _month_end(each)) for each in MONTHS[place - 12 : place]]
    usual = median(earlier)
    now = _open_on(of_team, _month_end(start))
    spread = max(median(abs(each - usual) for each in earlier), 0.6745 * max(now, usual) ** 0.5)
    goal = usual + level * planter.threshold * 1.4826 * spread
    for number, row in enumerate(every(of_team, max(ceil(goal) - now, 0))):
        first = start + timedelta(days=3 + number % 20)
        last = _month_end(start) + timedelta(days=1 + number % 25)
        delivered["trajecten"].append(
            copied(
                row,
                {
                    "Trajectnummer": f"T95{number:05d}",
                    "Aanmelddatum": written(first),
                    "Startdatum": written(first),
                    "Einddatum": written(last),
                    "Reden einde": "Doel bereikt",
                    "Geregistreerd op": written(first),
                },
            )
        )
    return []


def _silence(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Leave out so many halves of the contacts of a team and month; at 2x all of them."""
    judged = _judged(delivered, planter, "contacten", "Contactdatum")
    gone = {row["ContactID"] for row in every(judged, round(min(level / 2, 1) * len(judged)))}
    delivered.tables["contacten"] = without(
        delivered["contacten"], lambda row: row["ContactID"] in gone
    )
    return []


def _peak(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Add contacts to a month, until it is so many times half higher than the months around it."""
    _, start = planter.period
    place = MONTHS.index(start)
    days = [
        day_of(row["Contactdatum"])
        for row in delivered["contacten"]
        if row["Team"] == planter.team_code
    ]
    beside = [
        sum(in_period(day, ("month", each)) for day in days)
        for each in (MONTHS[place - 1], MONTHS[place + 1])
    ]
    judged = _judged(delivered, planter, "contacten", "Contactdatum")
    goal = sum(beside) / 2 * (1 + level * planter.threshold)
    for number in range(max(round(goal) - len(judged), 0)):
        row = judged[number % len(judged)]
        delivered["contacten"].append(
            copied(
                row, {"ContactID": f"C94{number:05d}", "Minuten": str(5 + number // len(judged))}
            )
        )
    return []


def _late_in_month(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Record a share of every month eight days after its end, up to a year before the last."""
    days_after = (DELIVERED_ON - _month_end(planter.period[1])).days
    for start in MONTHS[18:33]:
        end = _month_end(start)
        judged = by_day(
            (
                row
                for row in delivered["contacten"]
                if row["Team"] == planter.team_code
                and in_period(day_of(row["Contactdatum"]), ("month", start))
            ),
            "Contactdatum",
        )

        def is_late(row: Row, last: date = end) -> bool:
            return ((day_of(row["Geregistreerd op"]) or AS_OF) - last).days > days_after

        right = [row for row in judged if not is_late(row)]
        wanted = level * planter.threshold * len(judged)
        amount = (ceil if level > 1 else int)(wanted) - (len(judged) - len(right))
        for row in right[::-1][: max(amount, 0)]:
            row["Geregistreerd op"] = written(end + timedelta(days=8))
    return []


PLANTERS = (
    Planter(
        "D01",
        "hulpvragen 'Overig' genoemd",
        "C",
        ("ecd.help_requests.help_request_code",),
        "T01",
        month(2025, 3),
        _more_other,
        has_rows=False,
    ),
    Planter(
        "D02",
        "hulpvragen anders verdeeld dan vorig jaar",
        "C",
        ("ecd.help_requests.help_request_code",),
        "T02",
        year(2025),
        _shifted_mix,
        has_rows=False,
    ),
    Planter(
        "D03",
        "een code van 22 % door een andere vervangen",
        "C",
        ("ecd.help_requests.help_request_code",),
        "T07",
        year(2025),
        _code_gone,
        has_rows=False,
    ),
    Planter(
        "D04",
        "extra trajecten die op een maandeinde lopen",
        "C",
        ("ecd.workers.employed_from",),
        "T04",
        month(2025, 5),
        _more_open_cases,
        has_rows=False,
    ),
    Planter(
        "D05",
        "contacten van een team en maand weggelaten",
        "C",
        ("ecd.contacts.contact_on",),
        "T05",
        month(2024, 10),
        _silence,
        has_rows=False,
    ),
    Planter(
        "D06",
        "extra contacten in een maand",
        "C",
        ("ecd.contacts.contact_on",),
        "T03",
        month(2024, 5),
        _peak,
        has_rows=False,
    ),
    Planter(
        "T02",
        "contacten van elke maand acht dagen na de maand geregistreerd",
        "C",
        ("ecd.contacts.contact_on",),
        "T04",
        month(2025, 12),
        _late_in_month,
        has_rows=False,
    ),
    Planter(
        "P14",
        "contacten van 30 minuten",
        "C",
        ("ecd.contacts.minutes",),
        "T06",
        month(2024, 3),
        spoil_share(
            "contacten",
            "Contactdatum",
            changed(Minuten="30"),
            is_wrong=lambda _d, row: row["Minuten"] in ("30", "60"),
        ),
        has_rows=False,
    ),
)
