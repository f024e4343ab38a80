"""The measurement of the checks covers the catalogue, and its page says what was measured."""

import json
from datetime import date
from pathlib import Path

import pytest

from ingest.example import write_example
from quality.catalogue import catalogue
from tests.quality_report import door, model_errors
from tests.quality_report.delivered import Delivered, amount_for, every
from tests.quality_report.report import REPORT
from tests.quality_report.table import PLANTERS

FIGURES = {
    "recall_at_2x", "fired_at_half", "false_blocks", "false_flag_share", "truth_inside_bounds",
}  # fmt: skip


def test_the_error_of_every_check_of_the_catalogue_is_planted() -> None:
    planted = {each.check_id for each in (*PLANTERS, *door.PLANTERS, *model_errors.PLANTERS)}
    assert planted == {each.id for each in catalogue()}


def test_a_night_has_one_error_of_a_check_per_column() -> None:
    places = [(each.night, each.check_id, column) for each in PLANTERS for column in each.columns]
    assert len(set(places)) == len(places)


def test_the_report_has_the_five_figures_and_a_line_per_check() -> None:
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    assert set(report) >= FIGURES
    assert [line["id"] for line in report["checks"]] == [each.id for each in catalogue()]


@pytest.mark.parametrize(("level", "expected"), [(0.5, 5), (1, 10), (2, 21)])
def test_below_two_times_a_share_is_never_over_its_threshold(level: float, expected: int) -> None:
    assert amount_for(0.1, level, 104) == expected


def test_rows_that_are_added_are_a_share_of_what_is_there_then() -> None:
    # 23 more than 92 are a fifth of 115.
    assert amount_for(0.1, 2, 92, grows=True) == 23


def test_what_is_spoiled_is_spread_evenly() -> None:
    rows = [{"place": place} for place in range(10)]
    assert [row["place"] for row in every(rows, 3)] == [0, 3, 6]


def test_deliveries_are_written_as_they_were_read(tmp_path: Path) -> None:
    write_example(tmp_path / "home", scale=0.05, clean=True)
    inbox, again = tmp_path / "home" / "inbox", tmp_path / "again"
    again.mkdir()
    Delivered.read(inbox).write(again)
    assert Delivered.read(again).tables == Delivered.read(inbox).tables
    assert {file.name for file in again.iterdir()} == {file.name for file in inbox.iterdir()}


def test_the_period_of_a_planter_begins_on_a_first_day() -> None:
    assert all(
        each.period[1] == date(each.period[1].year, each.period[1].month, 1) for each in PLANTERS
    )
