"""Errors in figures, second sources and residences: what needs a night of its own."""

from datetime import date, timedelta
from math import ceil

from ingest.example.layouts import layouts
from ingest.example.organisation import read_regions
from tests.quality_report.delivered import (
    FORMS,
    SURVEYMONKEY,
    Delivered,
    Row,
    by_day,
    day_of,
    every,
    in_period,
    without,
    written,
)
from tests.quality_report.figures import (
    asked_otherwise,
    half_width,
    imprecise,
    improbable_reach,
    silent,
    two_paths,
    unpaired,
)
from tests.quality_report.lists import ENDED, FORMS_OTHERWISE, NUMBER, asked_headers, project_of
from tests.quality_report.planting import Hit, Planter, hits_of, month, year
from tests.quality_report.surveys import SCALE

GOUDA, WIJK = "GM0513", "WK051301"
# Fit in de wijk Noord 2024.
PROJECT = "P0005"
RIGHT = layouts()["beoordelingen"].word("is_right_first_time", "true")


def _few_verdicts(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Take verdicts away until half the interval is so many times ten points."""
    given = [
        row
        for row in delivered["beoordelingen"]
        if in_period(day_of(row["Datum"]), planter.period) and row["In één keer goed"]
    ]
    share = sum(row["In één keer goed"] == RIGHT for row in given) / len(given)
    count = len(given)
    while count > 1 and half_width(share * count, count) < level * planter.threshold:
        count -= 1
    kept = {row["BeoordelingID"] for row in every(by_day(given, "Datum"), count)}
    for row in given:
        if row["BeoordelingID"] not in kept:
            row["In één keer goed"] = ""
    return []


def _without_slot(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Leave out slot lists until so many times the allowed share of starts has none, or all."""
    of_year = by_day(
        (
            row
            for row in delivered["startslot_smw"]
            if row["Start of slot"] == "Slot" and in_period(day_of(row["Datum"]), planter.period)
        ),
        "Datum",
    )
    wanted = min(level * planter.threshold, 0.97)
    amount = (ceil if level > 1 else int)(wanted * len(of_year)) - round(0.1 * len(of_year))
    gone = {row["LijstID"] for row in every(of_year, max(amount, 0))}
    delivered.tables["startslot_smw"] = without(
        delivered["startslot_smw"], lambda row: row["LijstID"] in gone
    )
    return []


def _all_in_one_wijk(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Let clients of Gouda live in one wijk until its reach is so many times five times usual."""
    regions = {row["region_code"]: row for row in read_regions()}
    buurten = {row["postcode"]: row["buurt"] for row in delivered["postcodes"]}
    target = next(code for code, buurt in buurten.items() if buurt.startswith(f"BU{WIJK[2:]}"))
    met = {
        row["Cliëntnummer"]
        for file, day in (("contacten", "Contactdatum"), ("deelnames", "Datum"))
        for row in delivered[file]
        if row["Cliëntnummer"] and in_period(day_of(row[day]), planter.period)
    }

    def wijk_of(row: Row) -> str:
        return buurten.get(row["Postcode"].replace(" ", ""), "")[2:8]

    of_town = [
        row
        for row in delivered["clienten"]
        if row["Cliëntnummer"] in met and wijk_of(row)[:4] == GOUDA[2:]
    ]
    share = int(regions[WIJK]["inhabitants"]) / int(regions[GOUDA]["inhabitants"])
    elsewhere = [row for row in of_town if wijk_of(row) != WIJK[2:]]
    goal = level * 5 * share * len(of_town)
    amount = (ceil if level > 1 else int)(goal) - (len(of_town) - len(elsewhere))
    for row in every(elsewhere, max(min(amount, len(elsewhere)), 0)):
        row["Postcode"] = target
    return []


def _other_birth_year(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Deliver clients from a second source, some of them born ten years earlier."""
    judged = by_day(
        (row for row in delivered["clienten"] if planter.covers(delivered, row, "Inschrijfdatum")),
        "Inschrijfdatum",
    )
    again = [dict(row) for row in judged]
    delivered.add_source("clienten2", "clienten", "ecd-clienten2", again)
    hits = []
    for row in every(again, planter.amount(level, len(again))):
        born = row["Geboortedatum"]
        row["Geboortedatum"] = f"{born[:6]}{int(born[6:]) - 10}"
        for file in ("clienten", "clienten2"):
            hits += hits_of(delivered, planter, file, row, [day_of(row["Inschrijfdatum"])])
    return hits


def _other_scale(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Deliver the lists of the last year from a source with other words for the answers."""
    if level <= 1:
        return []
    moved = [row for row in delivered[FORMS] if in_period(row[ENDED[FORMS]].date(), planter.period)]
    delivered.tables[FORMS] = [row for row in delivered[FORMS] if row not in moved]
    delivered.add_source(FORMS_OTHERWISE, FORMS, "survey-forms2", moved)
    contract = "survey-forms2.yaml"
    delivered.contracts[contract] = (
        delivered.contracts[contract]
        .replace("value: Helemaal mee eens", "value: Zeker")
        .replace("label: Helemaal mee eens", "label: Zeker")
        .replace("id: voorbeeldschaal", "id: anderewoorden")
    )
    for row in moved:
        for header in asked_headers(delivered, FORMS).values():
            if str(row[header]).replace("\xa0", " ").strip() == SCALE[3]:
                row[header] = "Zeker"
    return []


def _later_end(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Deliver trajectories from a second source too, with an end after the last day of a month."""
    _, start = planter.period
    last = (start + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    open_cases = sum(
        (day_of(row["Startdatum"]) or date.max) <= last < (day_of(row["Einddatum"]) or date.max)
        for row in delivered["trajecten"]
    )
    just_closed = [
        row
        for row in delivered["trajecten"]
        if in_period(day_of(row["Einddatum"]), planter.period)
        and row["Werksoort"] != "Schoolmaatschappelijk werk"
    ]
    amount = (ceil if level > 1 else int)(level * planter.threshold * open_cases)
    again = [
        dict(row) | {"Einddatum": written(last + timedelta(days=10))}
        for row in every(by_day(just_closed, "Einddatum"), amount)
    ]
    delivered.add_source("trajecten2", "trajecten", "ecd-trajecten2", again)
    return []


def _unknown_area(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Type an impact value of a municipality that does not exist in the meetplan."""
    if level > 1:
        value = ["I4.1.3", "GM9998", 2022, "", 61, "Verzonnen", "geen", planter.period[1]]
        delivered.meetplan["Impactwaarden"] = [value]
    return []


def _more_invited(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Say that so many people got the list that so large a share of them is silent."""
    (project,) = (row for row in delivered["projecten"] if row["Projectcode"] == PROJECT)
    lists = sum(
        project_of(delivered, file, row) is project
        for file in (FORMS, SURVEYMONKEY)
        for row in delivered[file]
        if row[NUMBER[file]]
    )
    silence = min(level * planter.threshold, 0.95)
    invited = (ceil if level > 1 else int)(lists / (1 - silence))
    project["Uitgenodigd"] = str(invited)
    project["Bereikt"] = str(max(invited, int(project["Bereikt"])))
    return []


PLANTERS = (
    Planter(
        "Q01",
        "veel meer uitgenodigd dan er antwoordden",
        "D",
        (),
        "*",
        year(2024),
        _more_invited,
        has_rows=False,
        figures=silent,
        cell=("E6.1.1", "afterwards", "year", date(2024, 1, 1), "project"),
    ),
    Planter(
        "X06",
        "trajecten met een later einde in een tweede bron",
        "D",
        (),
        "*",
        month(2025, 5),
        _later_end,
        has_rows=False,
        figures=two_paths,
        cell=("A12", "registration", "month", date(2025, 5, 1), "total"),
    ),
    Planter(
        "R24",
        "waarde van een gemeente die niet bestaat, in het meetplan",
        "D",
        ("organisation.impact_values.kpi_id",),
        "onbekend",
        month(2025, 1),
        _unknown_area,
        has_rows=False,
    ),
    Planter(
        "Q02",
        "weinig oordelen over",
        "D",
        (),
        "*",
        year(2025),
        _few_verdicts,
        has_rows=False,
        figures=imprecise,
        cell=("A9", "registration", "year", date(2025, 1, 1), "total"),
    ),
    Planter(
        "Q08",
        "slotlijsten weggelaten",
        "D",
        (),
        "T06",
        year(2024),
        _without_slot,
        has_rows=False,
        figures=unpaired,
        cell=("KW-SMW-LAST", "start_slot", "year", date(2024, 1, 1), "total"),
    ),
    Planter(
        "X05",
        "cliënten van een gemeente in een wijk gezet",
        "D",
        (),
        "*",
        year(2025),
        _all_in_one_wijk,
        has_rows=False,
        figures=improbable_reach,
        cell=("EIGEN-BEREIK", "registration", "year", date(2025, 1, 1), "wijk", WIJK),
    ),
    Planter(
        "K07",
        "ander geboortejaar in een tweede bron",
        "D",
        ("ecd.clients.birth_year",),
        "onbekend",
        month(2024, 9),
        _other_birth_year,
    ),
    Planter(
        "Q09",
        "lijsten van het laatste jaar met andere antwoorden",
        "D",
        (),
        "*",
        year(2025),
        _other_scale,
        has_rows=False,
        figures=asked_otherwise,
        cell=("E4.1.1", "afterwards", "year", date(2025, 1, 1), "total"),
    ),
)
