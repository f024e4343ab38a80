"""A night on deliveries that are double, too old, too small, too large, or of one month only."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.example import write_example
from ingest.ledger import Ledger
from tests.conftest import Night, run_night

CONTACTS = """
    select strftime(contact_on, '%Y-%m') as month, count(*), sum(minutes)
    from staging.stg_ecd__contacts group by month order by month
"""
FIGURES = """
    select cast(period_start as varchar), breakdown, service_code, team_code, region_code,
        numerator, denominator
    from mart.fct_kpi_value where kpi_id = 'A11' and period_type = 'month' order by all
"""
TRAJECTORIES = "select count(*), max(recorded_on) from staging.stg_ecd__trajectories"

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class TwoNights:
    """What the first night knew, and the second night."""

    known: dict[str, Rows]
    night: Night

    def state(self, source_id: str) -> tuple[str, str | None]:
        query = "select state, held_by_check from staging.stg_run__sources where source_id = $id"
        ((state, held_by),) = self.night.exact(query, id=source_id)
        return state, held_by


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> TwoNights:
    """A night on whole exports, and one on what goes wrong with exports."""
    folder = tmp_path_factory.mktemp("coverage")
    home, delivered = folder / "home", folder / "delivered"
    write_example(home, scale=0.05, clean=True)
    shutil.copytree(home / "inbox", delivered)
    first = run_night(home)
    queries = (CONTACTS, FIGURES, TRAJECTORIES)
    known = {query: first.exact(query) for query in queries}

    def deliver(name: str, rows: list[bytes], source: str) -> None:
        header, *_ = _lines(delivered / f"{source}_20260105.csv")
        (home / "inbox" / name).write_bytes(b"".join([header, *rows]))

    shutil.copy(delivered / "clienten_20260105.csv", home / "inbox" / "clienten_20260106.csv")
    trajectories = _lines(delivered / "trajecten_20260105.csv")[1:]
    deliver("trajecten_20260104.csv", trajectories[:100], "trajecten")
    requests = _lines(delivered / "hulpvragen_20260105.csv")[1:]
    deliver("hulpvragen_20260106.csv", requests[: len(requests) * 2 // 5], "hulpvragen")
    hours = _lines(delivered / "urenregistratie_20260105.csv")[1:]
    deliver("urenregistratie_20260106.csv", hours * 4, "urenregistratie")
    contacts = _lines(delivered / "contacten_20260105.csv")[1:]
    cells = [row.split(b";") for row in contacts]
    november = [row for row in cells if row[5].endswith(b'-11-2025"')]
    deliver(
        "contacten_202511_20260106.csv",
        [b";".join([*row[:6], b"5", *row[7:]]) for row in november],
        "contacten",
    )
    _by_month(home / "contracts" / "ecd-contacten.yaml")
    return TwoNights(known, run_night(home))


def _lines(file: Path) -> list[bytes]:
    return file.read_bytes().splitlines(keepends=True)


def _by_month(contract: Path) -> None:
    text = contract.read_text(encoding="utf-8")
    column = "        physicalName: Contactdatum\n        logicalType: date\n"
    for former, now in (
        ("contacten_{delivered_on}", "contacten_{period}_{delivered_on}"),
        ("value: full}", "value: period}\n  - {property: coverageColumn, value: contact_on}"),
        (column, f"{column}        required: true\n"),
    ):
        assert former in text
        text = text.replace(former, now)
    contract.write_text(text, encoding="utf-8")


def test_a_corrected_month_is_rebuilt_and_every_other_month_is_as_it_was(
    nights: TwoNights,
) -> None:
    before, after = nights.known[CONTACTS], nights.night.exact(CONTACTS)
    ((_, count, minutes),) = [row for row in before if row[0] == "2025-11"]
    assert minutes > 5 * count
    assert [row for row in after if row[0] == "2025-11"] == [("2025-11", count, 5 * count)]
    assert [row for row in after if row[0] != "2025-11"] == [
        row for row in before if row[0] != "2025-11"
    ]


def test_figures_of_other_months_do_not_move(nights: TwoNights) -> None:
    before, after = nights.known[FIGURES], nights.night.exact(FIGURES)
    assert before != after
    assert {row[0] for row in set(before) ^ set(after)} == {"2025-11-01"}


def test_the_same_file_under_another_name_is_skipped_and_the_ledger_says_so(
    nights: TwoNights,
) -> None:
    event = Ledger(nights.night.home / "landing" / "ledger.jsonl").events("ecd-clienten")[-1]
    assert (event.event, event.file_name) == ("skipped", "clienten_20260106.csv")
    assert nights.state("ecd-clienten") == ("actueel", None)


def test_an_older_export_does_not_overwrite_a_newer_one(nights: TwoNights) -> None:
    assert nights.night.exact(TRAJECTORIES) == nights.known[TRAJECTORIES]
    assert nights.state("ecd-trajecten") == ("actueel", None)


@pytest.mark.parametrize(
    ("source_id", "change"), [("ecd-hulpvragen", "-60 %"), ("ecd-urenregistratie", "+300 %")]
)
def test_a_jump_pauses_its_own_source_and_the_night_goes_on(
    nights: TwoNights, source_id: str, change: str
) -> None:
    assert nights.state(source_id) == ("vastgehouden", "S08")
    assert change in nights.night.said
    assert f"impactkompas resume {source_id}" in " ".join(nights.night.said.split())
    assert nights.night.exit_code == 2
    assert (nights.night.parquet / "kpi_value.parquet").exists()
