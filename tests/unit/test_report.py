"""What rapport.html says is what the release holds, and nothing that it hides."""

import hashlib
import html
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from exports.release import publish
from ingest.home import Home
from tests.report_rows import ROWS
from tests.unit.test_release import build, facts


def publish_rows(root: Path, rows: dict[str, list[dict[str, Any]]] = ROWS) -> Path:
    home = Home(root / "home")
    home.create()
    warehouse = build(root / "build.duckdb", rows)
    return publish(home, warehouse, facts("r1", date(2025, 1, 6))).path / "intern"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish_rows(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def page(folder: Path) -> str:
    return (folder / "rapport.html").read_text(encoding="utf-8")


def words(page: str) -> str:
    """Return the page as a reader sees it: without tags, and every white space the same."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def kpi(page: str, kpi_id: str) -> str:
    (found,) = re.findall(
        rf'<article class="kpi" id="{re.escape(kpi_id)}".*?</article>', page, re.DOTALL
    )
    return words(found)


def test_a_figure_stands_with_its_interval_change_and_how_sure_it_is(page: str) -> None:
    said = kpi(page, "E4.1.1")
    assert "60 % in 2024 voorlopig vragenlijst achteraf, over 150 mensen" in said
    assert "Toeval: waarschijnlijk tussen 52 % en 68 %." in said  # 52 and 67.5, outward
    assert "Verandering: hoger ; 40 % in 2023 (tussen 32 % en 48 %)." in said
    assert "let op niet in orde: Respons bekend en hoog genoeg (Q01)" in said
    assert "Tussen 40 % en 80 %: als alle vragen positief moesten zijn" in said
    assert "Rotterdam 64 %" in said  # 70 of 110 is 63.6


def test_a_hidden_figure_says_why_and_its_count_stands_nowhere(page: str) -> None:
    said = kpi(page, "E4.1.2")
    assert "afgeschermd in 2024" in said
    assert "Waarom: het gaat om minder dan 10 mensen" in said
    assert "1,5 %" not in said
    assert "bereikt" not in said
    assert "afgeschermd (het gaat om minder dan 10 mensen)" in words(page)  # reach of the card, 4


def test_a_kpi_without_text_or_figures_says_why(page: str) -> None:
    said = kpi(page, "I4.2.1")
    assert "niet beschikbaar Waarom: de openbare bron noemt alleen het nummer" in said


def test_open_data_stand_per_municipality_and_year_and_are_not_summed(page: str) -> None:
    said = kpi(page, "I4.1.1")
    assert "52,3 % in 2024, 18+ 1 gemeente" in said
    assert "Rotterdam, 18+ 49,1 % 52,3 %" in said
    assert "Open data ouder dan twee jaar (R21)" in said


def test_the_summary_counts_and_judges_nothing(page: str) -> None:
    said = words(page)
    assert "3 van de 5 KPI's hebben een cijfer" in said
    assert "1 KPI's zijn niet beschikbaar" in said
    assert "Effect (2024 naast 2023): 1 hoger." in said
    assert "Activiteiten en proces (2024 naast 2023): 1 lager." in said
    assert "een verandering hoeft niet door het sociaal werk te komen" in said
    assert not re.search(r"\b(dankzij|veroorzaakt|leidt tot|beste|slechtste)\b", said)


def test_impact_effect_and_questions_link_to_each_other(page: str) -> None:
    anchors = set(re.findall(r'id="([^"]+)"', page))
    links = re.findall(r'href="#([^"]+)"', page)
    assert {"I4.1.1", "E4.1.1", "vraag-4a2", "tegenstrijdigheid-C10"} <= set(links)
    assert set(links) <= anchors
    assert len(anchors) == len(re.findall(r'id="', page))


def test_people_are_heard_beside_the_figure_and_together(page: str) -> None:
    said = kpi(page, "E4.1.1")
    assert "Een vaste dag helpt & blijft." in said
    assert "Onverwacht of negatief: Enkele ouderen voelden zich juist meer alleen." in said
    assert "Verhaal: Weer aan tafel" in said
    assert "gewenste richting omhoog, richtwaarde 65 % op 31 december 2025" in said
    assert "Ik at al een jaar alleen." in words(page)
    assert "Iedereen een keer bellen. Ouderenwerk ouderenwerker 1 maart 2025 open, dag voorbij" in (
        words(page)
    )


def test_chain_card_and_instruments_show_the_rows_of_the_release(page: str) -> None:
    said = words(page)
    assert "opgave circa 900 mensen 53,7 % in 2020" in said
    assert "effect 60 % tussen 52 % en 68 %" in said
    assert "prognose € 24.000 € 30.000 1,25 90 uur 80 mensen" in said
    assert "evaluatie € 25.000 € 27.500 1,1 90 uur afgeschermd" in said
    assert "Spinnenweb Positieve Gezondheid, spinnenweb, versie 42, 2024" in said
    assert "Lichaamsfuncties 4, Mentaal welbevinden 4,4, Zingeving 4,8" in said
    assert "Zelfredzaamheid-Matrix, versie 11 niet beschikbaar : dimensies niet opgegeven." in said


def test_texts_are_escaped_and_the_page_runs_no_script_and_asks_no_network(page: str) -> None:
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert "javascript:" not in page
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }


def test_example_data_are_marked_and_others_are_not(page: str, tmp_path: Path) -> None:
    assert "Voorbeeldgegevens." in page
    home = Home(tmp_path / "home")
    home.create()
    night = facts("r1", date(2025, 1, 6))
    live = type(night)(**(vars(night) | {"open_data_origin": "live"}))
    other = publish(home, build(tmp_path / "build.duckdb", {}), live).path / "intern"
    empty = (other / "rapport.html").read_text(encoding="utf-8")
    assert "Voorbeeldgegevens." not in empty
    assert "Er is nog geen duiding." in empty


def test_every_chart_is_an_image_with_words_and_tables_have_headers(page: str) -> None:
    charts = re.findall(r"<svg[^>]*>(?:<title>)?", page)
    assert len(charts) >= 6
    for chart in charts:
        assert 'role="img"' in chart
        assert 'aria-label="' in chart
        assert chart.endswith("<title>")
    assert all("scope=" in cell for cell in re.findall(r"<th[ >][^>]*", page))


def test_two_releases_of_the_same_facts_have_equal_pages(folder: Path, tmp_path: Path) -> None:
    backward = {table: rows[::-1] for table, rows in ROWS.items()}
    again = publish_rows(tmp_path, backward)
    for name in ("rapport.html", "verken.html"):
        first, second = (
            hashlib.sha256((each / name).read_bytes()).hexdigest() for each in (folder, again)
        )
        assert first == second, name


def explored(folder: Path) -> Any:
    page = (folder / "verken.html").read_text(encoding="utf-8")
    (figures,) = re.findall(
        r'<script type="application/json" id="cijfers">(.*?)</script>', page, re.DOTALL
    )
    return json.loads(figures)


def test_the_exploring_page_holds_the_figures_as_published(folder: Path) -> None:
    data = explored(folder)
    names = [kpi["id"] for kpi in data["kpis"]]
    periods = [period["name"] for period in data["periods"]]
    found = {
        (
            names[row[0]],
            periods[row[2]],
            data["regions"][row[3]],
            data["services"][row[4]]["code"],
        ): (row[7:11])
        for row in data["rows"]
    }
    assert found["E4.1.1", "2024", None, None] == [60, 52, 68, 150]
    assert found["E4.1.1", "2023", None, None] == [40, 32, 48, 150]
    assert found["E4.1.1", "2024", "GM0599", "OUD"] == [60, 51, 69, 110]
    assert found["I4.1.1", "2024", "GM0599", None] == [52.3, None, None, None]


def test_the_exploring_page_holds_nothing_of_a_hidden_figure_but_its_status(folder: Path) -> None:
    data = explored(folder)
    names = [kpi["id"] for kpi in data["kpis"]]
    (hidden,) = [row for row in data["rows"] if names[row[0]] == "E4.1.2"]
    assert data["statuses"][hidden[6]] == "afgeschermd"
    assert len(hidden) == 7


def test_the_exploring_page_lets_no_text_out_of_its_data_and_loads_nothing(folder: Path) -> None:
    page = (folder / "verken.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert not re.findall(r"<(?:script|link|iframe)[^>]+(?:src|href)=", page)
    assert "Ik at al een jaar alleen." not in page  # a story can be withdrawn, so it stands once
