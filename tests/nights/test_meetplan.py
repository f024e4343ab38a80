"""The meetplan in a night: read, judged, told, and in the place that dbt looks."""

import csv
from datetime import date

import pytest

from ingest.example import AS_OF, write_example
from ingest.home import Home
from ingest.meetplan.keeping import take_in_meetplan
from tests.conftest import Night, run_night


def test_a_night_reads_the_meetplan_and_tells_what_it_found(clean_night: Night) -> None:
    assert "Meetplan lezen" in clean_night.said
    with (clean_night.home / "meetplan-bevindingen.csv").open(encoding="utf-8-sig") as file:
        rules = {row["regel"] for row in csv.DictReader(file, delimiter=";")}
    assert {"R05", "R06", "R11", "R28"} <= rules
    assert "R28: meting SMW-2023: 'In welke vorm'" in clean_night.said


def test_every_sheet_is_in_the_warehouse_and_a_source_of_its_own(clean_night: Night) -> None:
    sources = clean_night.exact(
        """
        select source_name, table_name, state, data_as_of from staging.stg_run__sources
        where source_id = 'meetplan'
        """
    )
    assert len(sources) == 16
    assert ("organisation", "projects", "actueel", date(2026, 1, 5)) in sources
    for table, count in (("stories", 7), ("measurements", 2), ("canvas_blocks", 9)):
        found = clean_night.exact(f"select count(*) from staging.stg_meetplan__{table}")
        assert found == [(count,)]
    assert clean_night.published(
        "select project_title from {dim_project} where project_code = 'MP-01'"
    ) == [("Buurtkamer voor ouderen Bloemhof (voorbeeld)",)]


@pytest.fixture(scope="module")
def night_with_a_broken_workbook(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night on a workbook that a night before could still open."""
    home = Home(tmp_path_factory.mktemp("broken") / "home")
    write_example(home.root, scale=0.05, clean=True)
    take_in_meetplan(home, as_of=AS_OF)
    home.meetplan_file.write_bytes(b"no workbook")
    return run_night(home.root)


def test_a_workbook_that_cannot_be_opened_is_held_and_leaves_its_rows(
    night_with_a_broken_workbook: Night,
) -> None:
    night = night_with_a_broken_workbook
    assert night.exit_code == 2
    assert "meetplan.xlsx: bestand is tekst (csv?) met de naam van een werkmap" in night.said
    assert "De rijen van 5 januari 2026 blijven staan." in " ".join(night.said.split())
    assert night.exact("select count(*) from staging.stg_meetplan__stories") == [(7,)]
