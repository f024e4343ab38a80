"""Every figure is explained to the last record, and as a few lines on the delivered files say."""

import csv
import os
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ingest.home import Home
from quality.explain import (
    UNDESCRIBED,
    ExplainError,
    Explanation,
    Period,
    explain,
)
from quality.explain_blocks import explain_blocks
from tests.conftest import COMMAND, Night
from tests.pipeline.test_ground_truth import SCALE, day, delivered, euros, known_titles, plain

CLOSED = ("2025", "2025-K3")


def explained(night: Night, kpi_id: str, period: str, **slice_: str) -> list[Explanation]:
    return explain(Home(night.home), kpi_id, Period.of(period), slice_)


def slices(night: Night, kpi_id: str) -> list[dict[str, str]]:
    """Give the whole, or every age band of a KPI that exists by age band only."""
    bands = night.exact(
        """
        select distinct age_band from mart.fct_kpi_value
        where kpi_id = $kpi_id and breakdown = 'age_band'
            and kpi_id not in (select kpi_id from mart.fct_kpi_value where breakdown = 'total')
        """,
        kpi_id=kpi_id,
    )
    return [{"age_band": band} for (band,) in bands] or [{}]


def require_whole(explanation: Explanation) -> None:
    """Every row of every table is counted or left out with a reason, and the sum is the figure."""
    assert explanation.agrees
    assert explanation.without_record == []
    for table in explanation.tables:
        assert table.unexplained_rows == 0
        assert len(table.counted) + len(table.left_out) == len(table.records)
        assert UNDESCRIBED not in {record.reason for record in table.records}
    parts = [part for table in explanation.tables for part in table.counted]
    for name in ("numerator", "denominator"):
        values = [value for part in parts if (value := getattr(part, name)) is not None]
        assert (sum(values, Decimal()) if values else None) == getattr(explanation.total, name)


@pytest.mark.parametrize("period", CLOSED)
@pytest.mark.parametrize("kpi_id", sorted(explain_blocks()))
def test_a_kpi_with_a_model_is_explained_to_the_last_record(
    flagged_night: Night, kpi_id: str, period: str
) -> None:
    for slice_ in slices(flagged_night, kpi_id):
        for explanation in explained(flagged_night, kpi_id, period, **slice_):
            assert explanation.tables
            require_whole(explanation)


@pytest.mark.parametrize("period", CLOSED)
def test_an_effect_kpi_is_explained_to_the_last_list(flagged_night: Night, period: str) -> None:
    rows = flagged_night.exact(
        """
        select distinct measure_id from mart.int_measure_observations
        where measure_kind = 'kpi' and design in ('afterwards', 'professional')
        order by all
        """
    )
    assert rows
    for (kpi_id,) in rows:
        for slice_ in slices(flagged_night, kpi_id):
            for explanation in explained(flagged_night, kpi_id, period, **slice_):
                require_whole(explanation)


def test_a_part_of_the_work_is_explained_to_the_last_record(flagged_night: Night) -> None:
    for kpi_id in sorted(explain_blocks()):
        found = flagged_night.exact(
            """
            select max(team_code) from mart.fct_kpi_value
            where kpi_id = $kpi_id and breakdown = 'team'
            """,
            kpi_id=kpi_id,
        )
        for (team,) in found:
            if team is not None:
                for explanation in explained(flagged_night, kpi_id, "2025", team=team):
                    require_whole(explanation)


def counted(explanation: Explanation, table: int = 0) -> set[str]:
    return {record.record_ref for record in explanation.tables[table].counted}


def test_open_cases_are_the_trajectories_that_the_file_says_are_open(clean_night: Night) -> None:
    last = date(2025, 9, 30)
    expected = {
        row["Trajectnummer"]
        for row in delivered(clean_night.home, "trajecten")
        if (started := day(row["Startdatum"]))
        and started <= last
        and not ((ended := day(row["Einddatum"])) and ended <= last)
    }
    (explanation,) = explained(clean_night, "A12", "2025-K3")
    assert counted(explanation) == expected
    assert explanation.total.value == len(expected)


def test_granted_budget_is_counted_from_the_requests_that_were_decided(clean_night: Night) -> None:
    decided = {
        row["AanvraagID"]: (euros(row["Toegekend bedrag"]), euros(row["Aangevraagd bedrag"]))
        for row in delivered(clean_night.home, "budgetten")
        if (on := day(row["Besluitdatum"])) and on.year == 2025
    }
    (explanation,) = explained(clean_night, "A10", "2025")
    assert counted(explanation) == set(decided)
    assert explanation.total.numerator == sum(granted for granted, _ in decided.values())
    assert explanation.total.denominator == sum(asked for _, asked in decided.values())


def test_provision_checks_are_the_forms_of_legal_aid_in_the_period(clean_night: Night) -> None:
    legal_aid = {
        row["Trajectnummer"]
        for row in delivered(clean_night.home, "trajecten")
        if row["Werksoort"] == "Sociaal raadsliedenwerk"
    }
    done = {
        row["RegelID"]: row["Cliëntnummer"]
        for row in delivered(clean_night.home, "ondersteuning")
        if row["Trajectnummer"] in legal_aid
        and row["Vorm van ondersteuning"] == "Voorzieningencheck"
        and datetime.strptime(row["Datum"], "%d-%m-%Y").year == 2025
    }
    (explanation,) = explained(clean_night, "KW-SRW-2", "2025")
    assert counted(explanation, table=1) == set(done)
    assert explanation.total.numerator == len(set(done.values()))


def test_feeling_less_alone_is_counted_from_the_lists_that_answer_4a2(clean_night: Night) -> None:
    known = known_titles(clean_night.home)
    answered = {
        response: SCALE[answer]
        for response, title, year, answer in answers_to_4a2(clean_night)
        if year == 2025 and title in known and answer in SCALE
    }
    afterwards = next(
        each for each in explained(clean_night, "E4.1.1", "2025") if each.design == "afterwards"
    )
    assert counted(afterwards) == set(answered)
    assert afterwards.total.numerator == sum(answered.values())


def answers_to_4a2(night: Night) -> Iterator[tuple[str, str, int, str]]:
    """Give number, title, year and answer of every list in either survey system."""
    folder = night.home.parent / "delivered"
    (book,) = folder.glob("*.xlsx")
    header, *rows = CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()
    title, question = places(header)
    for row in rows:
        yield str(int(row[0])), plain(row[title]), row[2].year, plain(row[question])
    (export,) = folder.glob("*surveymonkey*.csv")
    with export.open(encoding="utf-8-sig") as file:
        header, _, *lines = csv.reader(file)
    title, question = places(header)
    ended = header.index("End Date")
    for line in lines:
        completed = datetime.strptime(line[ended], "%m/%d/%Y %I:%M:%S %p")
        yield line[0], plain(line[title]), completed.year, plain(line[question])


def places(header: list[str]) -> tuple[int, int]:
    """Return where the project title and question 4a2 stand."""
    names = [plain(name) for name in header]
    title = names.index("naam van het project / de interventie")
    return title, next(at for at, name in enumerate(names) if "minder alleen" in name)


def test_a_published_figure_is_explained_by_its_cells(clean_night: Night) -> None:
    (explanation,) = explained(clean_night, "I1.2.2", "2020", buurt="BU05991081")
    assert counted(explanation) == {
        "PersonenPerSoortUitkeringBijstand_7, BU05991081, 2020",
        "k_15Tot25Jaar_2, BU05991081, 2020",
        "k_25Tot45Jaar_3, BU05991081, 2020",
        "k_45Tot65Jaar_4, BU05991081, 2020",
    }
    assert explanation.total.value == Decimal("12.2")
    assert explanation.agrees


def test_another_year_of_a_published_figure_is_named_as_such(clean_night: Night) -> None:
    (explanation,) = explained(clean_night, "I1.2.2", "1999", buurt="BU05991081")
    assert {record.reason for record in explanation.tables[0].records} == {"ander peiljaar"}
    assert explanation.figure is None


def test_a_stock_does_not_exist_before_the_last_day_of_its_period(clean_night: Night) -> None:
    (explanation,) = explained(clean_night, "A12", "2026")
    assert {record.reason for record in explanation.tables[0].records} == {
        "de laatste dag van de periode is nog niet geweest"
    }


@pytest.mark.parametrize(
    ("kpi_id", "slice_", "expected"),
    [
        ("A21", {}, "staat niet in de lijst. Bedoelt u"),
        ("E4.2.2", {}, "rekenregel niet gekozen"),
        ("I1.1.2", {}, "tekst niet beschikbaar"),
        ("A13", {"service": "SRW"}, "geen cijfer per werksoort.*team, total"),
        ("E1.1.3", {}, "geen cijfer voor het geheel.*age_band"),
        ("A12", {"team": "' or true --"}, "in geen enkele periode een cijfer. Kies uit: T0"),
        ("A12'; drop table x; --", {}, "staat niet in de lijst"),
    ],
)
def test_what_cannot_be_explained_says_why_and_what_to_choose(
    clean_night: Night, kpi_id: str, slice_: dict[str, str], expected: str
) -> None:
    with pytest.raises(ExplainError, match=expected):
        explained(clean_night, kpi_id, "2025", **slice_)


def test_the_command_shows_a_part_and_writes_the_whole_without_pseudonyms(
    flagged_night: Night, tmp_path: Path
) -> None:
    file = tmp_path / "a10.csv"
    done = subprocess.run(
        [COMMAND, "explain", "a10", "2025", "--home", flagged_night.home, "--csv", file],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "160"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for words in ("ecd-budgetten", "nog geen besluit", "Gelijk aan het cijfer", "binnen de organ"):
        assert words in done.stdout
    text = file.read_text(encoding="utf-8-sig")
    assert "client:" not in text + done.stdout
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert len(rows) == sum(1 for _ in delivered(flagged_night.home, "budgetten"))
    granted = sum(Decimal(row["teller"].replace(",", ".")) for row in rows if row["teller"])
    (explanation,) = explained(flagged_night, "A10", "2025")
    assert granted == explanation.total.numerator
