"""The quality page says what the checks found, and what each KPI lost by it."""

import re
from datetime import date
from pathlib import Path

import pytest

from exports.release import publish
from ingest.home import Home
from tests.unit.test_release import FIGURE, build, facts

CHECKS = [
    {
        "check_id": check_id,
        "name_nl": name,
        "rule_nl": f"Regel {check_id}.",
        "remedy_nl": f"Herstel {check_id}.",
        "owner": "teamleider",
        "severity": severity,
        "measure_nl": measure,
        "flag_threshold": threshold,
        "floor_count": 20,
        "choice_nl": choice,
    }
    for check_id, name, severity, measure, threshold, choice in (
        ("C01", "Hulpvraag ingevuld", "flag", "aandeel", 0.05, "Onze intake vraagt later."),
        ("D02", "Verdeling verschoven", "flag", "PSI", 0.25, None),
        ("P14", "Ronde duren", "info", "aandeel", 0.8, None),
    )
]
PART = {
    "source_id": "ecd-trajecten",
    "source_name": "ecd",
    "table_name": "t",
    "column_name": "c",
    "period_type": "month",
    "severity": "flag",
    "is_waived": False,
}
RESULTS = [
    PART
    | {
        "check_id": check_id,
        "team_code": team,
        "period_start": date(2025, month, 1),
        "n_applicable": 400,
        "n_hit": hits,
        "share": hits / 400 if measure is None else None,
        "measure": measure,
        "state": state,
        "is_waived": waived,
    }
    for check_id, team, month, hits, measure, state, waived in (
        ("C01", "T1", 3, 60, None, "afgekeurd", False),
        ("C01", "T1", 4, 40, None, "afgekeurd", True),
        ("C01", "T2", 4, 12, None, "akkoord", False),
        ("C01", "T2", 5, 300, None, "te weinig", False),
        ("D02", "T2", 5, 0, 0.3, "afgekeurd", False),
    )
] + [{"check_id": "P14", "period_type": "run", "state": "fout", "severity": "info"}]


@pytest.fixture
def page(tmp_path: Path) -> str:
    home = Home(tmp_path / "home")
    home.create()
    figures = [
        FIGURE | {"team_code": "T1", "reliability": "let op", "reasons": "C01, D02"},
        FIGURE | {"team_code": "T2", "reliability": "let op", "reasons": "D02"},
        FIGURE | {"team_code": "T3", "reliability": "betrouwbaar"},
        FIGURE | {"team_code": "T4", "reliability": "onbetrouwbaar", "numerator": 3},
    ]
    waiver = {
        "check_id": "C01",
        "team_code": "T1",
        "reason_nl": "De intake was een maand op papier.",
        "person_name": "M. de Wit",
        "valid_until": date(2026, 3, 31),
    }
    rows = {
        "kpi_value": figures,
        "dim_kpi": [{"kpi_id": "E4.1.1", "name_nl": "Meedoen"}],
        "dim_check": CHECKS,
        "dim_team": [{"team_code": "T1", "team_name_nl": "Wijkteam <Noord>"}],
        "check_result": RESULTS,
        "waiver": [waiver],
    }
    warehouse = build(tmp_path / "build.duckdb", rows)
    release = publish(home, warehouse, facts("r1", date(2026, 1, 6))).path
    return (release / "intern" / "kwaliteit.html").read_text(encoding="utf-8")


def text_of(page: str, heading: str) -> str:
    """Return the words between a heading and the next one."""
    part = page.split(heading, 1)[1].split("<h2", 1)[0]
    return " ".join(re.sub("<[^>]+>", " ", part).split())


def test_a_check_says_its_parts_and_its_largest_share_against_its_threshold(page: str) -> None:
    checks = text_of(page, "Per controle</h2>")
    # 60 of 400; the month with too few rows does not count, the waived one does.
    assert re.search(r"C01 Hulpvraag ingevuld .* 3 2 \(1 met uitzondering\) 1 15 % / 5 %", checks)
    assert re.search(r"D02 Verdeling verschoven .* 1 1 0 0,3 PSI / 0,25 PSI", checks)
    assert "Onze intake vraagt later." in checks


def test_a_check_that_threw_is_no_pass(page: str) -> None:
    assert "Kon niet worden uitgevoerd: meld dit als storing." in text_of(page, "Per controle</h2>")


def test_a_team_is_told_what_failed_without_a_waiver(page: str) -> None:
    teams = text_of(page, "laatste twaalf maanden</h2>")
    assert "Wijkteam &lt;Noord&gt; C01" in teams
    assert "T2 D02" in teams


def test_a_waiver_says_why_who_and_until_when(page: str) -> None:
    waivers = text_of(page, "Uitzonderingen</h2>")
    for part in ("De intake was een maand op papier.", "M. de Wit", "31 maart 2026"):
        assert part in waivers


def test_a_kpi_says_what_it_lost_and_to_which_check(page: str) -> None:
    # T4 is hidden, so it is not counted here.
    kpis = text_of(page, "en waardoor</h2>")
    assert re.search(r"E4\.1\.1 Meedoen 3 1 2 0 0 D02 Verdeling", kpis)
    assert "D02 Verdeling verschoven (2)" in kpis
    assert "C01 Hulpvraag ingevuld (1)" in kpis


def test_the_page_needs_nothing_from_outside(page: str) -> None:
    assert "http" not in page
    assert "<script" not in page
