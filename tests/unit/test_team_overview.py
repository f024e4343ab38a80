"""The page of a team says what its release says, in words, without a verdict."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.release import publish
from exports.team_overview import write_team_overviews
from ingest.home import Home
from tests.unit.test_release import build, facts

FIGURE = {
    "kpi_id": "KW-SRW-2",
    "design": "registration",
    "period_type": "quarter",
    "breakdown": "service_team",
    "service_code": "SRW",
    "team_code": "T1",
    "unit": "percentage",
    "numerator": 600,
    "denominator": 1000,
    "n_subjects": 1000,
    "is_selected": True,
    "status": "getoond",
    "reliability": "betrouwbaar",
}


def figure(start: date, value: int, **other: Any) -> dict[str, Any]:
    """Return a figure of 1,000 people with an interval of three points either way."""
    return FIGURE | {
        "period_start": start,
        "numerator": 10 * value,
        "value": value,
        "interval_low": value - 3,
        "interval_high": value + 3,
        **other,
    }


def period(kind: str, start: date, name: str, *, is_closed: bool = True) -> dict[str, Any]:
    return {
        "period_type": kind,
        "period_start": start,
        "period_name_nl": name,
        "is_closed": is_closed,
    }


Q2, Q3, Q4 = date(2025, 4, 1), date(2025, 7, 1), date(2025, 10, 1)
ROWS: dict[str, list[dict[str, Any]]] = {
    "dim_team": [
        {"team_code": "T1", "team_name_nl": "Raadslieden <Noord>"},
        {"team_code": "T/2", "team_name_nl": "Team twee"},
        {"team_code": "onbekend", "team_name_nl": "Onbekend"},
    ],
    "dim_service": [{"service_code": "SRW", "service_name_nl": "Sociaal raadsliedenwerk"}],
    "dim_period": [
        period("quarter", Q2, "2025 kwartaal 2"),
        period("quarter", Q3, "2025 kwartaal 3"),
        period("quarter", Q4, "2025 kwartaal 4", is_closed=False),
        period("year", date(2024, 1, 1), "2024"),
    ],
    "dim_kpi": [
        {"kpi_id": "KW-SRW-2", "name_nl": "Voorzieningencheck", "layer": "own"},
        {"kpi_id": "KW-SRW-4", "name_nl": "Doorverwezen", "layer": "own"},
        {"kpi_id": "A12", "name_nl": "Open zaken", "layer": "activity"},
        {"kpi_id": "I1.2.2", "name_nl": "Bijstand", "layer": "impact"},
    ],
    "dim_measurement": [
        {
            "measurement_code": "M1",
            "service_code": "SRW",
            "started_on": date(2024, 1, 1),
            "last_moment_on": date(2025, 5, 31),
        }
    ],
    "measurement_kpi": [
        {
            "measurement_code": "M1",
            "service_code": "SRW",
            "kpi_id": kpi_id,
            "audience": "intern",
            "desired_direction": direction,
            "target_value": target,
            "target_on": date(2026, 12, 31) if target else None,
        }
        for kpi_id, direction, target in (
            ("A12", None, None),
            ("I1.2.2", "omlaag", None),
            ("KW-SRW-2", "omlaag", None),
            ("KW-SRW-4", "omhoog", Decimal("72.5")),
        )
    ],
    "kpi_value": [
        figure(Q2, 50),
        figure(Q3, 55),
        figure(Q4, 90),
        figure(Q3, 12, team_code="T9"),
        figure(Q2, 50, kpi_id="KW-SRW-4", n_subjects=1000),
        figure(Q3, 60, kpi_id="KW-SRW-4", reliability="let op", reasons="C01"),
        figure(Q3, 3, kpi_id="A12", unit="count", status="getoond", n_subjects=3, numerator=3),
    ],
    "interpretation": [
        {
            "record_ref": "Duiding!2",
            "moment_on": date(2025, 5, 31),
            "session_on": date(2025, 6, 1),
            "interpretation_nl": "Meer mensen <kwamen> op tijd.",
            "unexpected_nl": "Langere wachttijd.",
            "changed_count": 2,
        },
        {
            "record_ref": "Duiding!3",
            "service_code": "AMW",
            "moment_on": date(2025, 5, 31),
            "session_on": date(2025, 6, 1),
            "interpretation_nl": "Van een ander.",
        },
        {
            "record_ref": "Duiding!4",
            "moment_on": date(2024, 5, 31),
            "session_on": date(2024, 6, 1),
            "interpretation_nl": "Van vorig jaar.",
        },
    ],
    "action": [
        {
            "record_ref": f"Afspraken!{number}",
            "service_code": "SRW",
            "team_code": team,
            "moment_on": date(2025, 5, 31),
            "action_nl": text,
            "owner_nl": "teamleider",
            "due_on": date(2025, 5, 31),
            "status_code": "open",
            "is_overdue": True,
        }
        for number, team, text in (
            (2, None, "Bellen na een week."),
            (3, "T1", "Folder maken."),
            (4, "T9", "Niet van ons."),
        )
    ],
}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of ROWS: what the page reads is what readers get."""
    folder = tmp_path_factory.mktemp("release")
    home = Home(folder / "home")
    home.create()
    return publish(home, build(folder / "build.duckdb", ROWS), facts("r1")).path / "intern"


@pytest.fixture
def page(release: Path) -> str:
    return (release / "teams" / "T1.html").read_text(encoding="utf-8")


def words(html: str) -> str:
    """Return the text of a page on one line, without style and tags."""
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", text).replace("&#39;", "'")


def test_every_team_has_a_page_and_the_manifest_seals_it(release: Path) -> None:
    sealed = json.loads((release / "manifest.json").read_text(encoding="utf-8"))["sha256"]
    pages = {file.name for file in (release / "teams").iterdir()}
    assert pages == {"T1.html", "T%2F2.html"}
    assert {f"teams/{name}" for name in pages} <= set(sealed)


def test_the_last_closed_quarter_stands_beside_the_one_before(page: str) -> None:
    text = words(page)
    assert "60 %, tussen 57 en 63, over 1000 (2025 kwartaal 3)" in text
    assert "50 %, tussen 47 en 53, over 1000 (2025 kwartaal 2)" in text
    assert "2025 kwartaal 4" not in text


def test_what_moved_as_wanted_comes_first_and_overlapping_intervals_are_the_same(
    page: str,
) -> None:
    text = words(page)
    wanted, others = text.split("De andere gekozen KPI's")
    assert "Doorverwezen" in wanted
    assert "hoger omhoog, richtwaarde 72,5 op 31 december 2026 let op (C01)" in wanted
    # 50 to 55 with three points either way: 52 to 58 against 47 to 53.
    assert "gelijk (binnen het toeval) omlaag betrouwbaar" in others


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (date(2024, 7, 1), "niet te vergelijken (vraag of schaal gewijzigd) omhoog"),
        (Q2, "hoger omhoog"),
    ],
)
def test_q09_a_question_that_changed_stands_in_no_trend_but_within_its_year(
    tmp_path: Path, before: date, expected: str
) -> None:
    periods = [period("quarter", before, "ervoor"), period("quarter", Q3, "2025 kwartaal 3")]
    figures = [
        figure(before, 50, kpi_id="KW-SRW-4"),
        figure(Q3, 60, kpi_id="KW-SRW-4", reliability="let op", reasons="C01, Q09"),
    ]
    home = Home(tmp_path / "home")
    home.create()
    rows = ROWS | {"dim_period": periods, "kpi_value": figures}
    release = publish(home, build(tmp_path / "build.duckdb", rows), facts("r1")).path / "intern"

    assert expected in words((release / "teams" / "T1.html").read_text(encoding="utf-8"))


def test_a_figure_that_readers_may_not_see_is_not_on_the_page(page: str) -> None:
    assert "afgeschermd (2025 kwartaal 3)" in words(page)


def test_a_page_holds_what_was_said_and_agreed_for_its_own_services(page: str) -> None:
    text = words(page)
    assert "Meer mensen &lt;kwamen&gt; op tijd." in text
    assert "Onverwacht of negatief: Langere wachttijd." in text
    assert "Sindsdien zijn cijfers veranderd of erbij gekomen (2): opnieuw te duiden." in text
    assert "Bellen na een week." in text
    assert "open, dag voorbij" in text
    for other in ("Van een ander", "Van vorig jaar", "Niet van ons", "Bijstand"):
        assert other not in text


def test_a_team_without_a_choice_is_told_so(release: Path) -> None:
    text = words((release / "teams" / "T%2F2.html").read_text(encoding="utf-8"))
    assert "nog geen KPI's gekozen" in text


def test_r10_a_page_gives_no_verdict_in_words_or_colours(page: str) -> None:
    assert re.search(r"gehaald|behaald|voldoende|goed gedaan|stoplicht|doel bereikt", page) is None
    assert re.search(r"\b(red|green|rood|groen|orange|oranje)\b", page) is None
    for red, green, blue in re.findall(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})\b", page):
        # Greys and blues: no colour in which red or green is the strongest.
        assert max(int(red, 16), int(green, 16)) <= int(blue, 16)


def test_a_page_needs_nothing_from_elsewhere(page: str) -> None:
    assert re.search(r"<script|<link|<img|src=|href=|url\(|@import", page) is None


def test_a_story_of_the_same_release_stands_beside_the_figures(
    tmp_path: Path, release: Path
) -> None:
    folder = tmp_path / "again"
    folder.mkdir()
    copy = folder / "impact.duckdb"
    copy.write_bytes((release / "impact.duckdb").read_bytes())
    with duckdb.connect(copy) as connection:
        connection.execute(
            """
            create or replace table story as select 'V1' as story_id, 'SRW' as service_code,
                'Weer rust' as title_nl, 'Ik slaap <weer>.' as story_nl, 'intern' as consent_medium
            """
        )
    write_team_overviews(folder)
    text = words((folder / "teams" / "T1.html").read_text(encoding="utf-8"))
    assert "Weer rust" in text
    assert "Ik slaap &lt;weer&gt;." in text
