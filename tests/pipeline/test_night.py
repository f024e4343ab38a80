"""A night from the command line: what it says and what it publishes."""

import csv
import fcntl
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from orchestration.run_lock import NightError, run_lock
from tests.conftest import Night

PUBLISHED = {
    "action",
    "answer_value",
    "baseline",
    "canvas_block",
    "check_result",
    "check_trend",
    "dim_breakdown",
    "dim_check",
    "dim_commissioner",
    "dim_date",
    "dim_design",
    "dim_instrument",
    "dim_kpi",
    "dim_measurement",
    "dim_period",
    "dim_project",
    "dim_question",
    "dim_region",
    "dim_reliability",
    "dim_service",
    "dim_team",
    "effect_arena",
    "impact_card",
    "impact_card_item",
    "impact_chain",
    "instrument_value",
    "interpretation",
    "kpi_value",
    "measurement_kpi",
    "open_data_table",
    "question_value",
    "reference_figure",
    "registration_field",
    "registration_load",
    "roadmap_step",
    "run",
    "story",
    "story_choice",
    "waiver",
}


def test_a_night_with_flags_publishes_and_says_what_went_in_and_out(flagged_night: Night) -> None:
    assert flagged_night.exit_code == 1
    for words in ("Bronnen", "ecd-contacten", "KPI-rijen", "betrouwbaar", "Uitgave:", "Duur:"):
        assert words in flagged_night.said
    assert {file.stem for file in flagged_night.parquet.glob("*.parquet")} == PUBLISHED


def test_the_release_opens_as_duckdb_with_the_same_rows(flagged_night: Night) -> None:
    database = flagged_night.parquet.parent / "impact.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        for table in PUBLISHED:
            (rows,) = connection.execute(f"select count(*) from {table}").fetchone() or (0,)
            assert [(rows,)] == flagged_night.published(f"select count(*) from {{{table}}}")


def test_every_figure_that_is_shown_hides_groups_below_ten_and_is_rounded(
    flagged_night: Night,
) -> None:
    database = flagged_night.home / "warehouse" / "build.duckdb"
    with duckdb.connect(str(database), read_only=True) as connection:
        rows = connection.execute(
            f"""
            select shown.unit, shown.numerator, shown.denominator, shown.value,
                exact.numerator, exact.denominator, exact.n_subjects
            from read_parquet('{flagged_night.parquet / "kpi_value.parquet"}') as shown
            inner join mart.fct_kpi_value as exact using (
                kpi_id, design, period_type, period_start, breakdown
            )
            where shown.status = 'getoond' and shown.design <> 'open_data'
                and (shown.region_code, shown.service_code, shown.team_code, shown.project_code,
                    shown.commissioner_code, shown.age_band, shown.respondent_role)
                is not distinct from (exact.region_code, exact.service_code, exact.team_code,
                    exact.project_code, exact.commissioner_code, exact.age_band,
                    exact.respondent_role)
            """
        ).fetchall()
    assert len(rows) > 1000
    for unit, numerator, denominator, value, exact_numerator, exact_denominator, people in rows:
        assert people >= 10
        assert exact_numerator >= 10
        assert numerator % 5 == 0
        if denominator is not None:
            assert exact_denominator >= 10
            assert denominator % 5 == 0
        if unit == "percentage":
            assert exact_denominator - exact_numerator >= 10
            assert value % (1 if min(exact_denominator, people) >= 100 else 5) == 0
            assert abs(value - 100 * exact_numerator / exact_denominator) <= Decimal("2.5")


def test_hidden_figures_have_no_number_at_all(flagged_night: Night) -> None:
    ((hidden, filled),) = flagged_night.published(
        """
        select count(*), count(coalesce(numerator, denominator, value, n_subjects, n_respondents,
            n_invited, n_reached, response_rate, interval_low, interval_high, bound_low, bound_high,
            rule_low, rule_high))
        from {kpi_value} where status = 'afgeschermd'
        """
    )
    assert hidden > 1000
    assert filled == 0


@pytest.mark.parametrize(
    ("check_id", "team", "month", "kpi_id"),
    [
        ("P06", "T04", "2025-05-01", "A11"),
        ("P03", "T03", "2025-11-01", "A11"),
        ("T01", "T01", "2024-09-01", "A11"),
        ("S10", "T05", "2025-04-01", "A11"),
        ("C01", "T02", "2024-10-01", "KW-SRW-3-FIN"),
    ],
)
def test_a_failing_check_marks_its_team_and_month_and_no_other(
    flagged_night: Night, check_id: str, team: str, month: str, kpi_id: str
) -> None:
    planted = flagged_night.home / "ground_truth" / "planted_errors.csv"
    with planted.open(encoding="utf-8") as file:
        assert team in {r["team_code"] for r in csv.DictReader(file) if r["check_id"] == check_id}
    marked = flagged_night.exact(
        """
        select distinct team_code, cast(period_start as varchar) from mart.fct_kpi_value
        where kpi_id = $kpi_id and breakdown = 'team' and period_type = 'month'
            and list_contains(string_split(reasons, ', '), $check_id)
        """,
        kpi_id=kpi_id,
        check_id=check_id,
    )
    assert marked == [(team, month)]


def test_a_check_marks_no_kpi_that_does_not_read_its_column(flagged_night: Night) -> None:
    marked = flagged_night.exact(
        """
        select distinct kpi_id from mart.fct_kpi_value
        where list_contains(string_split(reasons, ', '), 'C01')
        order by kpi_id
        """
    )
    # What was asked for help with decides who is back with it, and the denominator of the last.
    assert marked == [("KW-SMW-TERUG",), ("KW-SMW-TERUG-MINDER-LAST",), ("KW-SRW-3-FIN",)]


def test_a_clean_example_is_marked_by_nothing_but_chance_and_silence(clean_night: Night) -> None:
    reasons = clean_night.exact(
        """
        select distinct unnest(string_split(reasons, ', ')) from mart.fct_kpi_value
        where design <> 'open_data' and reasons is not null
        """
    )
    assert {reason for (reason,) in reasons} <= {"Q01", "Q02"}


def test_kpis_without_text_or_links_are_named_as_such(clean_night: Night) -> None:
    found = dict(clean_night.published("select kpi_id, availability_nl from {dim_kpi}"))
    assert found["I4.2.1"] == "tekst niet beschikbaar"
    assert found["E1.1.1"] == found["E1.3.1"] == "vraagkoppeling niet beschikbaar"
    assert found["E4.2.2"] == "rekenregel niet gekozen"
    assert {found[f"A{number}"] for number in range(8, 16)} == {"beschikbaar"}


def test_bloemhof_has_the_published_loneliness_and_the_share_of_benefits(
    clean_night: Night,
) -> None:
    rows = clean_night.published(
        """
        select kpi_id, age_band, value, source_year from {kpi_value}
        where region_code = 'BU05991081' and source_year = 2020
            and (kpi_id, coalesce(age_band, '')) in (('EIGEN-I-EENZAAM', '65+'), ('I1.2.2', ''))
        order by kpi_id
        """
    )
    assert rows == [
        ("EIGEN-I-EENZAAM", "65+", Decimal("63.0"), 2020),
        ("I1.2.2", None, Decimal("12.2"), 2020),
    ]


def test_a_second_night_of_the_same_home_leaves_the_first_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with (tmp_path / "run.lock").open("w") as another_process:
        fcntl.flock(another_process, fcntl.LOCK_EX)
        with pytest.raises(NightError, match="Er loopt al een nacht"), run_lock(home):
            pytest.fail("two nights at once")
    with run_lock(home):
        assert (tmp_path / "run.lock").exists()
