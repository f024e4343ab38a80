"""What goes out to an opdrachtgever or to residents: chosen, interpreted, theirs, and no more."""

import html
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from rich.console import Console

from exports.audience import Audience, Proposal, forget_handed_out, hand_out, propose
from exports.audience.selection import BESIDE, BESIDE_OF
from exports.release import ReleaseError, publish
from exports.tables import MARTS, published_tables
from ingest.home import Home
from ingest.yaml_files import read_yaml
from orchestration.night import Night
from orchestration.releasing import release
from tests.byte_scan import places
from tests.unit.released_rows import (
    FOR_COMMISSIONER,
    INTERNAL,
    MOMENT,
    NOTE,
    OTHER_MOMENT,
    PUBLIC,
    ROWS,
    TODAY,
    WITHDRAWN,
    figure,
    home_with_release,
    write_plan,
)
from tests.unit.test_release import build, facts

COMMISSIONER, RESIDENTS = Audience.COMMISSIONER, Audience.RESIDENTS
ORGANISATION = {"name": "Welzijn <Zuid>", "is_example": True, "story_contact": "010 - 1234"}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home_with_release(tmp_path_factory.mktemp("published")).root


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Home:
    """The published home, to release from."""
    shutil.copytree(published, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def proposed(home: Home, day: date = TODAY) -> Proposal:
    return propose(home, COMMISSIONER, "OG1", MOMENT, day)


def released(home: Home, audience: Audience, code: str, day: date = TODAY) -> Path:
    return hand_out(home, propose(home, audience, code, MOMENT, day), ORGANISATION)


def page_of(folder: Path) -> str:
    (page,) = folder.glob("*.html")
    return page.read_text(encoding="utf-8")


def words(page: str) -> str:
    text = html.unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.DOTALL))
    return " ".join(text.split())


def test_every_figure_goes_out_or_says_why_it_stays(home: Home) -> None:
    found = {(kpi.kpi_id, kpi.service_nl): (kpi.kept, kpi.held) for kpi in proposed(home).kpis}
    assert found == {
        ("E4.1.1", "Ouderenwerk"): (2, {}),
        ("E4.1.2", "Ouderenwerk"): (0, {"niet gekozen voor de opdrachtgever (R01)": 1}),
        ("E4.1.3", "Ouderenwerk"): (0, {"geen geldende duiding (R09)": 1}),
        ("E4.2.1", "Ouderenwerk"): (0, {"afgeschermd": 1}),
        ("E4.2.2", "Ouderenwerk"): (0, {"voorlopig": 1}),
        ("E5.1.1", "Ouderenwerk"): (0, {"onbetrouwbaar": 1}),
        ("A12", "Ouderenwerk"): (0, {"proces-KPI (R07)": 1}),
        ("E6.1.1", "Ouderenwerk"): (0, {"niet gekozen voor de opdrachtgever (R01)": 1}),
        ("E4.1.1", "Maatschappelijk werk"): (0, {"niet gekozen voor de opdrachtgever (R01)": 1}),
    }


def test_an_opdrachtgever_gets_no_kpi_not_chosen_no_process_kpi_and_no_row_of_another(
    home: Home,
) -> None:
    folder = released(home, COMMISSIONER, "OG1")
    assert sorted(file.name for file in folder.iterdir()) == ["cijfers.xlsx", "rapport.html"]
    assert all(file.stat().st_mode & 0o777 == 0o444 for file in folder.iterdir())
    book = CalamineWorkbook.from_path(folder / "cijfers.xlsx")
    assert book.sheet_names == ["Leeswijzer", "KPI-waarden", "Duiding", "Selectie", "KPI"]
    head, *rows = book.get_sheet_by_name("KPI-waarden").to_python()
    figures = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(row["Opdrachtgever"], row["Werksoort"], row["Waarde"]) for row in figures] == [
        ("Gemeente Een", "Ouderenwerk", 40),
        ("Gemeente Een", "Ouderenwerk", 45),
    ]
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    cells = [str(cell) for sheet in sheets for row in sheet for cell in row]
    page = page_of(folder)
    for forbidden in ("A12", "E4.1.2", "E6.1.1", "Gemeente Twee", "Over ander werk", "Bus"):
        assert forbidden not in page
        assert not any(forbidden in cell for cell in cells)


def test_the_report_sets_last_year_beside_this_one_with_what_it_means(home: Home) -> None:
    said = words(page_of(released(home, COMMISSIONER, "OG1")))
    assert "Impactrapport voor Gemeente Een" in said
    assert "45 % 2024 tussen 38 % en 52 % 40 % 2023 tussen 33 % en 47 %" in said
    assert "gelijk (binnen het toeval) omhoog ● betrouwbaar" in said
    assert NOTE in said
    assert "Sindsdien zijn cijfers veranderd" not in said  # what changed stays behind
    assert "1 van de 5 afgesproken KPI's hebben een cijfer" in said
    assert "E4.1.3 % deelnemers dat E4.1.3 <zegt> Ouderenwerk nog niet samen besproken" in said
    assert "Voorbeeld. Deze organisatie" in said


def test_the_pages_run_nothing_ask_nothing_and_escape_what_was_typed(home: Home) -> None:
    for audience, code in ((COMMISSIONER, "OG1"), (RESIDENTS, "P1")):
        page = page_of(released(home, audience, code))
        assert not re.search(r"<script|<link|<img|src=|@import|https?://(?!www\.w3\.org)", page)
        assert "<zegt>" not in page
        assert "<b>soep" not in page
        anchors = set(re.findall(r'href="#([^"]*)"', page))
        assert anchors <= set(re.findall(r'id="([^"]*)"', page))


def test_a_moment_that_was_released_repeats_its_figures_and_duiding(
    home: Home, tmp_path: Path
) -> None:
    first = released(home, COMMISSIONER, "OG1")
    before = {file.name: file.read_bytes() for file in first.iterdir()}
    rows = ROWS | {
        "kpi_value": [figure("E4.1.1", 190, 200), figure("E4.1.2")],
        "interpretation": [],
    }
    publish(home, build(tmp_path / "later.duckdb", rows), facts("r2", TODAY))
    proposal = proposed(home)
    assert proposal.released_on == TODAY
    assert proposal.run_id == "r1"
    again = hand_out(home, proposal, ORGANISATION)
    assert {file.name: file.read_bytes() for file in again.iterdir()} == before


def test_a_minimum_that_was_raised_lets_no_former_moment_out_again(
    home: Home, tmp_path: Path
) -> None:
    released(home, COMMISSIONER, "OG1")
    stricter = replace(facts("r2", TODAY), minimum_count=20)
    publish(home, build(tmp_path / "later.duckdb", ROWS), stricter)
    with pytest.raises(ReleaseError, match="toen 10 het kleinste aantal was; nu is dat 20"):
        proposed(home)


def test_what_went_out_is_what_the_protected_release_holds(home: Home) -> None:
    (kept,) = [
        {key: row[key] for key in ("numerator", "denominator", "value", "interval_low")}
        for row in proposed(home).rows("kpi_value")
        if row["period_start"].year == 2024
    ]
    # 45 is rounded to whole percents, the counts to 5, the interval outward.
    assert kept == {"numerator": 90, "denominator": 200, "value": 45, "interval_low": 38}


@pytest.mark.parametrize(
    ("audience", "code", "told"),
    [(COMMISSIONER, "OG1", {"V1", "V2", "V5"}), (RESIDENTS, "P1", {"V1", "V5"})],
)
def test_a_story_goes_only_where_its_consent_says(
    home: Home, audience: Audience, code: str, told: set[str]
) -> None:
    proposal = propose(home, audience, code, MOMENT, TODAY)
    assert {row["story_id"] for row in proposal.stories.to_pylist()} == told
    reasons = {each.story_id: each.reason for each in proposal.told}
    assert reasons["V3"] == "de toestemming is voor een ander medium"
    assert "V4" not in reasons  # of another project
    page = page_of(hand_out(home, proposal, ORGANISATION))
    assert html.escape(PUBLIC) in page
    assert INTERNAL not in page
    assert (FOR_COMMISSIONER in page) == ("V2" in told)


def test_a_story_that_was_withdrawn_today_is_not_released_before_any_night(home: Home) -> None:
    write_plan(home, withdrawn={"V5": TODAY})
    proposal = proposed(home)
    reasons = {each.story_id: (each.reason, each.title_nl) for each in proposal.told}
    assert reasons["V5"] == ("geen geldige toestemming op deze dag", "")
    folder = hand_out(home, proposal, ORGANISATION)
    assert WITHDRAWN not in page_of(folder)
    assert places(home.root / "opdrachtgever", [WITHDRAWN], home.root.parent / "scan") == []


def test_a_withdrawn_story_leaves_the_pages_that_were_released_and_all_else_stays(
    home: Home,
) -> None:
    folders = [released(home, COMMISSIONER, "OG1"), released(home, RESIDENTS, "P1")]
    before = [words(page_of(folder)) for folder in folders]
    media = {"V1": "openbaar", "V2": "opdrachtgever"}
    assert forget_handed_out(home, media | {"V5": "openbaar"}) == 0
    assert forget_handed_out(home, media) == 2
    assert forget_handed_out(home, media) == 0
    for folder, former in zip(folders, before, strict=True):
        page = page_of(folder)
        assert WITHDRAWN not in page
        assert "Titel van V5" not in page
        assert html.escape(PUBLIC) in page
        assert set(words(page).split()) <= set(former.split())
        (file,) = folder.glob("*.html")
        assert file.stat().st_mode & 0o777 == 0o444
    assert places(home.frozen, [WITHDRAWN, PUBLIC], home.root.parent / "scan") == []


def test_the_night_after_a_withdrawal_takes_the_story_away(home: Home) -> None:
    folder = released(home, RESIDENTS, "P1")
    assert WITHDRAWN in page_of(folder)
    write_plan(home, withdrawn={"V5": TODAY})
    Night.of(home.root, as_of=TODAY).read_meetplan()
    assert WITHDRAWN not in page_of(folder)
    assert html.escape(PUBLIC) in page_of(folder)
    assert places(home.root, [WITHDRAWN], home.root.parent / "scan") == []


def test_a_consent_that_became_narrower_takes_the_story_from_residents_only(home: Home) -> None:
    folders = [released(home, COMMISSIONER, "OG1"), released(home, RESIDENTS, "P1")]
    media = {"V1": "opdrachtgever", "V2": "opdrachtgever", "V5": "openbaar"}
    assert forget_handed_out(home, media) == 1
    assert [html.escape(PUBLIC) in page_of(folder) for folder in folders] == [True, False]


@pytest.mark.parametrize("content", [b"", b"no workbook"])
def test_a_workbook_that_cannot_be_read_tells_no_story(home: Home, content: bytes) -> None:
    home.meetplan_file.write_bytes(content)
    proposal = proposed(home)
    assert proposal.stories.num_rows == 0
    assert {each.reason for each in proposal.told} == {"geen geldige toestemming op deze dag"}


def test_residents_read_what_was_asked_heard_and_changed_in_plain_words(home: Home) -> None:
    folder = released(home, RESIDENTS, "P1")
    assert [file.name for file in folder.iterdir()] == ["bewoners.html"]
    said = words(page_of(folder))
    assert "Wij vroegen: klopt deze zin voor u? Door mijn deelname aan dit project 4a1." in said
    assert "5a1" not in said  # of a KPI that stays behind
    assert "Ongeveer 200 mensen vulden de lijst in. In totaal deden ongeveer 300 mensen" in said
    assert "4a2 ongeveer 55 van de 100 waarschijnlijk tussen 48 en 62" in said
    assert "E4.1.1 <zegt>: ongeveer 55 van de 100" in said
    assert NOTE in said
    assert "Wij zoeken een chauffeur. Hier werken wij nog aan." in said
    assert "Alleen voor het team" not in said
    assert "Laat het weten: 010 - 1234" in said
    assert "%" not in said.replace("100 %", "")


def test_only_a_moment_that_was_agreed_on_and_is_past_can_be_released(home: Home) -> None:
    for moment in (date(2024, 6, 30), date(2025, 12, 31)):
        with pytest.raises(ReleaseError, match="2023-12-31, 2024-12-31"):
            propose(home, COMMISSIONER, "OG1", moment, TODAY)


def test_a_figure_without_a_duiding_of_that_moment_or_before_stays(home: Home) -> None:
    # The only duiding is of the next moment.
    with pytest.raises(ReleaseError, match="geen geldende duiding"):
        propose(home, COMMISSIONER, "OG1", OTHER_MOMENT, TODAY)


@pytest.mark.parametrize(
    ("audience", "code", "sentence"),
    [
        (COMMISSIONER, "OG9", "OG9 staat niet in de uitgave"),
        (COMMISSIONER, "onbekend", "onbekend staat niet in de uitgave"),
        (RESIDENTS, "P9", "P9 staat niet in de uitgave"),
        (COMMISSIONER, "OG2", "geen cijfer"),
    ],
)
def test_what_cannot_be_released_says_so(
    home: Home, tmp_path: Path, audience: Audience, code: str, sentence: str
) -> None:
    if code == "OG2":
        rows = ROWS | {"kpi_value": [figure("E4.1.2", commissioner_code="OG2")]}
        publish(home, build(tmp_path / "later.duckdb", rows), facts("r2", TODAY))
    with pytest.raises(ReleaseError, match=sentence):
        propose(home, audience, code, MOMENT, TODAY)


def test_without_a_release_there_is_nothing_to_release_from(tmp_path: Path) -> None:
    home = Home(tmp_path / "empty")
    home.create()
    with pytest.raises(ReleaseError, match="Draai eerst een nacht"):
        proposed(home)


def test_a_person_sees_what_goes_out_and_a_no_releases_nothing(home: Home) -> None:
    home.settings_file.write_text(f'as_of = "{TODAY}"\nis_example = true\n', encoding="utf-8")
    console = Console(record=True, width=160)

    def asked(answer: bool) -> bool:
        return release(
            home.root, "opdrachtgever", "OG1", MOMENT, confirm=lambda: answer, console=console
        )

    assert not asked(answer=False)
    assert not home.handed_out("opdrachtgever").exists()
    assert not (home.frozen / "released").exists()
    assert asked(answer=True)
    said = console.export_text()
    for line in (
        "Opdrachtgever: Gemeente Een (OG1), meetmoment 31 december 2024",
        "Gaat niet mee, proces-KPI (R07): A12.",
        f"Duiding van 20 januari 2025: {NOTE}",
        "Verhaal V1 gaat mee: Titel van V1.",
        "Verhaal V3 gaat niet mee: de toestemming is voor een ander medium.",
    ):
        assert line in said
    assert (home.root / "opdrachtgever" / "OG1" / "2024-12-31" / "rapport.html").is_file()


def test_a_write_that_fails_leaves_the_former_files(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = released(home, COMMISSIONER, "OG1")
    before = page_of(folder)

    def full(*_: Any) -> None:
        raise OSError("disk is full")

    monkeypatch.setattr("exports.audience.releasing._write", full)
    with pytest.raises(ReleaseError, match="disk is full"):
        released(home, COMMISSIONER, "OG1")
    assert page_of(folder) == before
    assert [each.name for each in folder.parent.iterdir()] == ["2024-12-31"]


@pytest.mark.parametrize(
    ("audience", "exposure"),
    [(COMMISSIONER, "commissioner_report"), (RESIDENTS, "residents_page")],
)
def test_the_exposure_names_every_table_that_others_get_rows_of(
    audience: Audience, exposure: str
) -> None:
    (declared,) = [
        {ref.removeprefix("ref('").removesuffix("')") for ref in each["depends_on"]}
        for each in read_yaml(MARTS / "_exposures.yml")["exposures"]
        if each["name"] == exposure
    ]
    read = {"kpi_value", "story", *BESIDE, *BESIDE_OF[audience]}
    assert declared == {table.source for table in published_tables() if table.name in read} - {None}
