"""What a meetplan does to figures: chosen, interpreted, for whom, and as they were at first."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from exports.tables import published_tables
from ingest.home import Home
from ingest.raw_tables import SOURCES, WORKBOOK_SOURCE, raw_tables, write_table
from ingest.yaml_files import read_yaml
from tests.conftest import Night, run_night

START, MOMENT, SESSION = date(2024, 1, 1), date(2024, 12, 31), date(2025, 2, 3)
CHOSEN = {"M-SRW": ("KW-SRW-2", "KW-SRW-4", "A12", "I1.2.2"), "M-OUD": ("E4.1.1", "E4.1.2")}
PLAN: dict[str, list[dict[str, Any]]] = {
    "measurements": [
        {
            "measurement_code": code,
            "service_code": code.removeprefix("M-"),
            "intended_effect_id": effect,
            "target_group_nl": "Inwoners met een hulpvraag",
            "started_on": START,
            "evaluated_on": date(2024, 3, 1),
        }
        for code, effect in (("M-SRW", "E1.1"), ("M-OUD", "E4.1"))
    ],
    "selected_kpis": [
        {
            "measurement_code": code,
            "kpi_id": kpi_id,
            "audience": "intern" if kpi_id in {"KW-SRW-4", "E4.1.2", "A12"} else "opdrachtgever",
            "desired_direction": "omhoog",
        }
        for code, kpi_ids in CHOSEN.items()
        for kpi_id in kpi_ids
    ],
    "measuring_moments": [
        {"measurement_code": code, "moment_on": MOMENT, "kind_code": "tussentijds"}
        for code in CHOSEN
    ],
    "interpretations": [
        {
            "service_code": "SRW",
            "moment_on": MOMENT,
            "session_on": SESSION,
            "interpretation_nl": "Het spreekuur trok nieuwe groepen.",
            "unexpected_nl": "De wachttijd liep op.",
        }
    ],
    "actions": [
        {
            "service_code": "SRW",
            "moment_on": MOMENT,
            "action_nl": "Een tweede spreekuur openen.",
            "owner_nl": "teamleider",
            "due_on": date(2025, 6, 30),
            "status_code": "open",
        }
    ],
}
# What a former night saw of the benefits in Bloemhof, before the source corrected its figure.
FROZEN = {
    "measurement_code": "M-SRW",
    "kpi_id": "I1.2.2",
    "region_code": "BU05991081",
    "age_band": None,
    "source_year": 2020,
    "source_table": "84799NED",
    "value": Decimal("11.9000"),
    "frozen_on": START,
}


def write_meetplan(home: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write meetplan.xlsx with `rows` (by raw table), and the raw tables that it fills."""
    declared = read_yaml(SOURCES / WORKBOOK_SOURCE / f"_{WORKBOOK_SOURCE}__sources.yml")
    with xlsxwriter.Workbook(home / "meetplan.xlsx") as workbook:
        for table in declared["sources"][0]["tables"]:
            sheet = workbook.add_worksheet(table["meta"]["sheet"])
            headers = {each["name"]: each["meta"]["header"] for each in table["columns"]}
            sheet.write_row(0, 0, headers.values())
            for number, row in enumerate(rows.get(table["name"], ()), start=1):
                for position, name in enumerate(headers):
                    value = row.get(name)
                    sheet.write(
                        number, position, value.isoformat() if isinstance(value, date) else value
                    )
    for name, table_rows in rows.items():
        raw = raw_tables()[WORKBOOK_SOURCE, name]
        numbered = [
            {"source_id": WORKBOOK_SOURCE, "record_ref": f"{name}!{number}", **row}
            for number, row in enumerate(table_rows, start=2)
        ]
        write_table(
            Home(home).raw,
            (WORKBOOK_SOURCE, name),
            WORKBOOK_SOURCE,
            pa.Table.from_pylist(numbered, schema=raw.schema()),
        )


def deliver_without_checks(delivered: Path, home: Path) -> None:
    """Deliver the forms again, now without the voorzieningenchecks of April to June 2024."""
    text = (delivered / "ondersteuning_20260105.csv").read_text(encoding="cp1252")
    lines = text.splitlines(keepends=True)
    kept = [
        line
        for line in lines
        if "oorzieningencheck" not in line
        or not any(f"-{m}-2024" in line for m in ("04", "05", "06"))
    ]
    assert 0 < len(lines) - len(kept) < 50
    (home / "inbox" / "ondersteuning_20260106.csv").write_text("".join(kept), encoding="cp1252")


@pytest.fixture(scope="module")
def first_night(clean_night: Night, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The clean example with a meetplan; one baseline was frozen before."""
    folder = tmp_path_factory.mktemp("meetplan")
    home = folder / "home"
    shutil.copytree(clean_night.home, home, symlinks=True)
    shutil.rmtree(home / "frozen")
    shutil.copytree(clean_night.home.parent / "delivered", folder / "delivered")
    write_meetplan(home, PLAN)
    table = pa.Table.from_pylist([FROZEN], schema=raw_tables()["run", "baseline_values"].schema())
    (home / "frozen" / "baseline_values").mkdir(parents=True)
    pq.write_table(table, home / "frozen" / "baseline_values" / "20240102T030000Z.parquet")
    night = run_night(home)
    assert night.exit_code in {0, 1}, night.said
    return night


@pytest.fixture(scope="module")
def first_figures(first_night: Night) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    return figures(first_night)


@pytest.fixture(scope="module")
def second_night(
    first_night: Night, first_figures: dict[tuple[Any, ...], tuple[Any, ...]]
) -> Night:
    """The night after, when a delivery turned out to be corrected."""
    deliver_without_checks(first_night.home.parent / "delivered", first_night.home)
    night = run_night(first_night.home)
    assert night.exit_code in {0, 1}, night.said
    return night


KEY = (
    "kpi_id, design, period_type, period_start, breakdown, region_code, service_code, team_code, "
    "project_code, commissioner_code, age_band, respondent_role"
)


def figures(night: Night) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Return per figure of KW-SRW-2: numerator, denominator, interpretation status."""
    return {
        row[:-3]: row[-3:]
        for row in night.exact(
            f"""
            select {KEY}, numerator, denominator, interpretation_status
            from mart.fct_kpi_value where kpi_id = 'KW-SRW-2'
            """
        )
    }


def last_day(period_type: str, start: date) -> date:
    months = {"year": 12, "quarter": 3, "month": 1}[period_type]
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date.fromordinal(date(year, month + 1, 1).toordinal() - 1)


def test_r01_nothing_reaches_a_commissioner_that_was_not_chosen_for_one(first_night: Night) -> None:
    reaching = {
        kpi_id
        for (kpi_id,) in first_night.published(
            "select distinct kpi_id from {kpi_value} where is_for_commissioner"
        )
    }
    assert reaching == {"KW-SRW-2", "I1.2.2"}
    chosen = first_night.exact(
        "select distinct kpi_id from mart.fct_kpi_value where is_selected order by kpi_id"
    )
    assert {kpi_id for (kpi_id,) in chosen} <= {kpi for kpis in CHOSEN.values() for kpi in kpis}


def test_r07_no_process_figure_reaches_a_commissioner(first_night: Night) -> None:
    selected, reaching = first_night.exact(
        """
        select count(*) filter (where is_selected and interpretation_status = 'geduid'),
            count(*) filter (where is_for_commissioner)
        from mart.fct_kpi_value where kpi_id = 'A12'
        """
    )[0]
    assert selected > 0
    assert reaching == 0


def test_r09_a_figure_is_interpreted_where_the_session_covered_it(
    first_figures: dict[tuple[Any, ...], tuple[Any, ...]],
) -> None:
    """By hand: SRW, chosen from 2024 on; the session spoke of SRW until the end of 2024."""
    assert len(first_figures) > 300
    for key, (*_, status) in first_figures.items():
        _, _, period_type, start, _, _, service = key[:7]
        is_chosen = start >= START and service in {None, "SRW"}
        is_covered = service == "SRW" and last_day(period_type, start) <= MOMENT
        assert status == (("geduid" if is_covered else "te duiden") if is_chosen else None), key


def test_r09_nothing_reaches_a_commissioner_without_interpretation(first_night: Night) -> None:
    rows = first_night.published(
        """
        select interpretation_status, is_provisional, reliability, breakdown, count(*)
        from {kpi_value} where is_for_commissioner group by all
        """
    )
    assert sum(count for *_, count in rows) > 10
    for status, is_provisional, reliability, breakdown, _ in rows:
        assert status == "geduid"
        assert not is_provisional
        assert reliability != "onbetrouwbaar"
        assert breakdown not in {"team", "service_team"}


def test_r15_only_questions_of_chosen_kpis_are_selected(first_night: Night) -> None:
    rows = first_night.exact(
        "select distinct question_id from mart.fct_question_value where is_selected"
    )
    # The participants' questions that the list links to E4.1.1 and E4.1.2.
    assert {question for (question,) in rows} == {"4a1", "4a2", "4a5", "6b1", "6b3"}


def test_r22_what_was_frozen_stays_beside_what_the_source_says_now(first_night: Night) -> None:
    rows = first_night.published(
        """
        select region_code, value, newest_value, frozen_on, remark_nl like '%R25%' from {baseline}
        where measurement_code = 'M-SRW' and kpi_id = 'I1.2.2'
        """
    )
    assert rows == [("BU05991081", Decimal("11.9"), Decimal("12.2"), START, True)]
    linked = first_night.published(
        "select distinct measurement_code, kpi_id, frozen_on from {baseline} order by all"
    )
    assert ("M-SRW", "I1.2.2", START) in linked


def test_r27_what_was_registered_before_the_start_does_not_count(first_night: Night) -> None:
    rows = first_night.exact(
        """
        select min(period_start), max(period_start) from mart.fct_kpi_value
        where is_selected and design <> 'open_data'
        """
    )
    assert rows[0][0] == START
    assert rows[0][1] > MOMENT


def test_the_notes_and_agreements_are_published(first_night: Night) -> None:
    ((text, unexpected, covered, changed),) = first_night.published(
        "select interpretation_nl, unexpected_nl, figure_count, changed_count from {interpretation}"
    )
    assert text == "Het spreekuur trok nieuwe groepen."
    assert unexpected == "De wachttijd liep op."
    assert covered > 100
    assert changed == 0
    assert first_night.published("select action_nl, is_overdue from {action}") == [
        ("Een tweede spreekuur openen.", True)
    ]
    pages = list((first_night.parquet.parent / "teams").glob("*.html"))
    assert any("Een tweede spreekuur openen." in page.read_text("utf-8") for page in pages)


def test_r30_fields_are_counted_beside_the_chosen_kpis(first_night: Night) -> None:
    fields = {
        (source, column): (kpis, selected, feeds)
        for source, column, kpis, selected, feeds in first_night.published(
            """
            select source_id, column_name, kpi_count, selected_kpi_count, feeds_selected_kpi
            from {registration_field}
            """
        )
    }
    # Chosen: KW-SRW-2 and KW-SRW-4 read which support was given; nobody chose A10 on budgets.
    assert fields["ecd-ondersteuning", "support_code"][1:] == (2, True)
    assert fields["ecd-budgetten", "granted_eur"] == (1, 0, False)
    assert fields["survey-forms", "4a2"][1:] == (1, True)
    loads = first_night.published(
        "select service_code, selected_kpi_count from {registration_load} order by service_code"
    )
    assert loads == [("OUD", 2), ("SRW", 4)]


def test_r09b_what_changed_after_its_interpretation_is_to_be_interpreted_again(
    first_figures: dict[tuple[Any, ...], tuple[Any, ...]], second_night: Night
) -> None:
    changed = same = 0
    for key, (numerator, denominator, status) in figures(second_night).items():
        before = first_figures.get(key)
        if before is None or before[2] != "geduid":
            assert status == (before[2] if before else "te duiden")
        elif before[:2] == (numerator, denominator):
            assert status == "geduid", key
            same += 1
        else:
            assert status == "te duiden", key
            changed += 1
    assert changed > 3
    assert same > 3
    ((told,),) = second_night.published("select changed_count from {interpretation}")
    assert told >= changed


def test_nothing_that_was_remembered_is_written_again(second_night: Night) -> None:
    kept = sorted(file.name for file in (second_night.home / "frozen").glob("interpreted_values/*"))
    assert len(kept) == 1
    assert datetime.strptime(kept[0], "%Y%m%dT%H%M%SZ.parquet") > datetime(2024, 1, 2)


def test_r10_no_published_column_judges_a_target() -> None:
    verdicts = ("gehaald", "achieved", "target_met", "is_met", "score", "traffic", "stoplicht")
    for table in published_tables():
        for column in table.columns:
            assert not any(word in column.name for word in verdicts), (table.name, column.name)
            assert "gehaald" not in column.description
