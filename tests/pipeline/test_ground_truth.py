"""What the warehouse counts is what the generator knows, and what a few lines of Python count."""

import csv
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from python_calamine import CalamineWorkbook

from tests.conftest import Night

KEYS = (
    "region_code",
    "service_code",
    "team_code",
    "project_code",
    "commissioner_code",
    "age_band",
    "respondent_role",
)
YEARS = (2023, 2024, 2025)
Figure = tuple[Decimal, Decimal | None]


def truth(home: Path) -> dict[tuple[str, ...], Figure]:
    with (home / "ground_truth" / "kpi.csv").open(encoding="utf-8") as file:
        return {
            (
                row["kpi_id"],
                row["period_type"],
                row["period_start"],
                row["breakdown"],
                row["wijk_code"] or row["municipality_code"],
                row["service_code"],
                row["team_code"],
                row["project_code"],
                row["commissioner_code"],
                row["age_band"],
                row["respondent_role"],
            ): (
                Decimal(row["numerator"]),
                Decimal(row["denominator"]) if row["denominator"] else None,
            )
            for row in csv.DictReader(file)
        }


def test_every_effect_and_activity_kpi_equals_the_ground_truth(clean_night: Night) -> None:
    expected = truth(clean_night.home)
    found = {
        tuple("" if part is None else str(part) for part in key): (numerator, denominator)
        for *key, numerator, denominator in clean_night.exact(
            f"""
            select kpi_id, period_type, period_start, breakdown, {", ".join(KEYS)},
                numerator, denominator
            from mart.fct_kpi_value
            where design in ('afterwards', 'registration', 'start_slot')
            """
        )
    }
    assert len(expected) > 5000
    assert {key: found.get(key) for key in expected} == expected


def test_there_is_no_figure_that_the_generator_does_not_know(clean_night: Night) -> None:
    expected = truth(clean_night.home)
    measured = {(kpi, breakdown, period) for kpi, period, _, breakdown, *_ in expected}
    found = clean_night.exact(
        f"""
        select kpi_id, period_type, period_start, breakdown, {", ".join(KEYS)}
        from mart.fct_kpi_value
        where
            design in ('afterwards', 'registration', 'start_slot')
            and period_start < date '2026-01-01'
        """
    )
    keys = [tuple("" if part is None else str(part) for part in row) for row in found]
    unknown = [key for key in keys if (key[0], key[3], key[1]) in measured and key not in expected]
    assert unknown == []


# From here on: from the delivered files themselves, by the words of the definition list.


def delivered(home: Path, name: str) -> Iterator[dict[str, str]]:
    """Read a file of the example as it was delivered; the night keeps only ciphertext."""
    with (home.parent / "delivered" / f"{name}_20260105.csv").open(encoding="cp1252") as file:
        yield from csv.DictReader(file, delimiter=";")


def day(text: str) -> date | None:
    return datetime.strptime(text, "%d-%m-%Y").date() if text else None


def totals(night: Night, kpi_id: str) -> dict[int, Figure]:
    rows = night.exact(
        """
        select year(period_start), numerator, denominator from mart.fct_kpi_value
        where kpi_id = $kpi_id and breakdown = 'total' and period_type = 'year'
        """,
        kpi_id=kpi_id,
    )
    return {
        year: (numerator, denominator) for year, numerator, denominator in rows if year in YEARS
    }


def test_open_cases_at_the_end_of_a_year_are_the_trajectories_without_an_end(
    clean_night: Night,
) -> None:
    expected: dict[int, Figure] = {}
    for year in YEARS:
        last = date(year, 12, 31)
        cases = 0
        for row in delivered(clean_night.home, "trajecten"):
            started, ended = day(row["Startdatum"]), day(row["Einddatum"])
            cases += started is not None and started <= last and (ended is None or ended > last)
        expected[year] = (Decimal(cases), None)
    assert totals(clean_night, "A12") == expected


def test_granted_budget_is_euros_granted_over_euros_requested_of_decided_requests(
    clean_night: Night,
) -> None:
    granted: dict[int, Decimal] = defaultdict(Decimal)
    requested: dict[int, Decimal] = defaultdict(Decimal)
    for row in delivered(clean_night.home, "budgetten"):
        decided = day(row["Besluitdatum"])
        if decided is not None:
            granted[decided.year] += euros(row["Toegekend bedrag"])
            requested[decided.year] += euros(row["Aangevraagd bedrag"])
    expected = {year: (granted[year], requested[year]) for year in YEARS}
    assert totals(clean_night, "A10") == expected


def euros(text: str) -> Decimal:
    return Decimal(text.replace(".", "").replace(",", ".")) if text else Decimal(0)


def test_asking_for_help_is_the_share_of_positive_answers_to_question_4a5(
    clean_night: Night,
) -> None:
    positive: dict[int, int] = defaultdict(int)
    answered: dict[int, int] = defaultdict(int)
    known = known_titles(clean_night.home)
    for title, completed, answer in answers_to_4a5(clean_night.home):
        if title in known and answer in SCALE:
            answered[completed.year] += 1
            positive[completed.year] += SCALE[answer]
    expected = {year: (Decimal(positive[year]), Decimal(answered[year])) for year in YEARS}
    assert totals(clean_night, "E4.1.2") == expected


def test_the_chain_counts_who_lives_in_the_municipality_and_who_answered_there(
    clean_night: Night,
) -> None:
    home = clean_night.home
    ((area,),) = clean_night.exact(
        "select distinct area_code from mart.fct_impact_chain where chain_code = $chain",
        chain="EENZAAM-GEMEENTE",
    )
    service = "Ouderenwerk"
    buurten = {row["postcode"]: row["buurt"] for row in delivered(home, "postcodes")}
    living = {
        row["Cliëntnummer"]
        for row in delivered(home, "clienten")
        if municipality_of(
            buurten.get(row["Postcode"].replace(" ", "").upper()) or row["Gemeentecode"]
        )
        == area
    }
    trajectories = {
        row["Trajectnummer"] for row in delivered(home, "trajecten") if row["Werksoort"] == service
    }
    sessions = {
        row["ActiviteitID"]
        for row in delivered(home, "groepsactiviteiten")
        if row["Werksoort"] == service
    }
    met = [
        (row["Cliëntnummer"], day(row["Contactdatum"]))
        for row in delivered(home, "contacten")
        if row["Trajectnummer"] in trajectories
    ] + [
        (row["Cliëntnummer"], day(row["Datum"]))
        for row in delivered(home, "deelnames")
        if row["ActiviteitID"] in sessions
    ]
    reached = {
        year: {client for client, on in met if client in living and on and on.year == year}
        for year in YEARS
    }
    projects = {
        row["Projectcode"]
        for row in delivered(home, "projecten")
        if row["Werksoort"] == service and municipality_of(row["Gebied"]) == area
    }
    figures = truth(home)
    answered = {
        year: [
            figure
            for key, figure in figures.items()
            if key[:4] == ("E4.1.1", "year", f"{year}-01-01", "project") and key[7] in projects
        ]
        for year in YEARS
    }
    expected = {
        year: (
            len(reached[year]),
            sum(positive for positive, _ in answered[year]),
            sum(answers or 0 for _, answers in answered[year]),
        )
        for year in YEARS
    }
    assert min(min(counts) for counts in expected.values()) > 0
    found = clean_night.exact(
        """
        select year_number, max(value) filter (where stage_code = 'bereik'),
            coalesce(max(numerator) filter (where stage_code = 'effect'), 0),
            coalesce(max(value) filter (where stage_code = 'antwoord'), 0)
        from mart.fct_impact_chain where chain_code = $chain and year_number < 2026
        group by year_number
        """,
        chain="EENZAAM-GEMEENTE",
    )
    assert {year: tuple(counts) for year, *counts in found} == expected


def municipality_of(area: str) -> str:
    """Return the municipality of a buurt, wijk or municipality."""
    return area if area.startswith("GM") else f"GM{area[2:6]}"


# The scale of the example organisation; 'niet van toepassing' counts nowhere.
SCALE = {
    "helemaal mee oneens": False,
    "mee oneens": False,
    "mee eens": True,
    "helemaal mee eens": True,
}


def known_titles(home: Path) -> set[str]:
    return {
        title.strip().casefold()
        for row in delivered(home, "projecten")
        for title in (row["Titel"], *row["Andere schrijfwijzen"].split("|"))
    }


def plain(text: object) -> str:
    return str(text).replace("\xa0", " ").strip().casefold()


def answers_to_4a5(home: Path) -> Iterator[tuple[str, date, str]]:
    """Give title, day and answer of everyone in either survey system."""
    folder = home.parent / "delivered"
    (book,) = folder.glob("*.xlsx")
    header, *rows = CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()
    title, question = places(header)
    for row in rows:
        yield plain(row[title]), row[2].date(), plain(row[question])
    (export,) = folder.glob("*surveymonkey*.csv")
    with export.open(encoding="utf-8-sig") as file:
        header, _, *rows = csv.reader(file)
    title, question = places(header)
    ended = header.index("End Date")
    for row in rows:
        completed = datetime.strptime(row[ended], "%m/%d/%Y %I:%M:%S %p").date()
        yield plain(row[title]), completed, plain(row[question])


def places(header: list[str]) -> tuple[int, int]:
    """Return where the project title and question 4a5 stand."""
    names = [plain(name) for name in header]
    title = names.index("naam van het project / de interventie")
    return title, next(at for at, name in enumerate(names) if "om hulp te vragen" in name)
