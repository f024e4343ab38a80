"""The page about expectations: whole without a network, and without a value of anybody."""

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.door import DoorResult
from ingest.home import Home
from ingest.ledger import LedgerEvent
from quality.data_docs import write_data_docs
from quality.judged_release import JudgedRelease, SuiteResult, Verdict

CANARY = "Kanariepiet"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.create()
    return home


def delivery(*results: DoorResult, **changes: Any) -> LedgerEvent:
    return LedgerEvent(
        **{
            "event": "accepted",
            "source_id": "ecd-contacten",
            "delivery_id": "20260105-ab31",
            "sha256": "0",
            "file_name": f"contacten van {CANARY}.csv",
            "delivered_on": date(2026, 1, 5),
            "size": 1,
            "at": datetime(2026, 1, 6),
            "door": results,
        }
        | changes
    )


def verdict(**changes: Any) -> Verdict:
    return Verdict(
        **{
            "rule_nl": "status heeft een waarde buiten haar lijst",
            "expectation": "expect_column_values_to_be_in_set",
            "severity": "block",
            "n_applicable": 12345,
            "n_hit": 0,
            "state": "akkoord",
        }
        | changes
    )


def judged(*verdicts: Verdict, is_published: bool = True) -> JudgedRelease:
    return JudgedRelease(
        run_id="20260106T030000Z",
        as_of=date(2026, 1, 6),
        is_published=is_published,
        tables=[SuiteResult(name="kpi_value", verdicts=list(verdicts))],
        figures=[],
    )


def page(home: Home, *deliveries: LedgerEvent) -> str:
    write_data_docs(home, {each.source_id: each for each in deliveries})
    text = home.data_docs_file.read_text(encoding="utf-8")
    return " ".join(re.sub(r"<[^>]+>", " ", text[text.index("<body") :]).split())


def test_before_the_first_night_the_page_says_that_nothing_was_judged(home: Home) -> None:
    said = page(home)

    assert "Er is nog geen uitgave beoordeeld." in said
    assert "Er is nog geen levering beoordeeld." in said


def test_a_table_shows_what_was_expected_how_often_and_what_came_of_it(home: Home) -> None:
    broken = verdict(rule_nl="low is groter dan high", n_hit=3, state="afgekeurd", severity="info")
    judged(verdict(), broken).keep(home)

    said = page(home)

    assert "Nacht 20260106T030000Z, cijfers van 6 januari 2026: uitgegeven." in said
    assert "kpi_value 2 beoordeeld ✗ 1 niet in orde" in said
    assert (
        "status heeft een waarde buiten haar lijst expect_column_values_to_be_in_set blokkeert "
        "12.345 0 akkoord" in said
    )
    assert "low is groter dan high expect_column_values_to_be_in_set meldt 12.345 3 ✗ afgek" in said


def test_a_release_that_was_refused_is_told(home: Home) -> None:
    judged(verdict(n_hit=1, state="afgekeurd"), is_published=False).keep(home)

    assert "✗ niet uitgegeven." in page(home)


def test_a_source_shows_its_newest_judged_delivery(home: Home) -> None:
    s10 = DoorResult("S10", None, n_applicable=500, n_hit=150, state="afgekeurd", holds=True)
    k01 = DoorResult("K01", "contact_id", n_applicable=500, n_hit=0, state="akkoord")

    said = page(home, delivery(s10, k01, event="held"))

    assert "ecd-contacten levering van 5 januari 2026, vastgehouden: 2 beoordeeld" in said
    assert "S10 Waarden leesbaar: Elke waarde past bij het type" in said
    assert "K01 Sleutel uniek (kolom contact_id):" in said
    assert "markeert 500 150 ✗ afgekeurd" in said


def test_a_check_that_is_no_more_is_shown_by_its_number(home: Home) -> None:
    said = page(home, delivery(DoorResult("Z98", None, 5, 0, "akkoord")))

    assert "Z98 meldt 5 0 akkoord" in said


def test_what_people_delivered_is_not_on_the_page(home: Home) -> None:
    message = f"er ontbreken verplichte kolommen: {CANARY}"
    result = DoorResult("S02", None, 5, 5, "afgekeurd", holds=True, message=message)

    page(home, delivery(result, event="held", message=message))

    assert CANARY not in home.data_docs_file.read_text(encoding="utf-8")


def test_the_page_needs_nothing_from_outside(home: Home) -> None:
    judged(verdict(rule_nl="<script>alert(1)</script>")).keep(home)

    page(home, delivery(DoorResult("S10", None, 5, 0, "akkoord")))

    text = home.data_docs_file.read_text(encoding="utf-8")
    assert not re.search(r"https?:|//|<script|<link|<img|src=|href=|url\(|@import", text)
    assert [file.name for file in home.data_docs_file.parent.iterdir()] == ["index.html"]


@pytest.mark.parametrize(
    ("severity", "state", "forbids"),
    [
        ("block", "afgekeurd", True),
        ("block", "fout", True),
        ("block", "akkoord", False),
        ("block", "niet van toepassing", False),
        ("info", "afgekeurd", False),
        ("flag", "afgekeurd", False),
        ("info", "fout", True),
    ],
)
def test_what_blocks_forbids_and_so_does_what_could_not_be_judged(
    severity: str, state: str, forbids: bool
) -> None:
    assert verdict(severity=severity, state=state).forbids is forbids
