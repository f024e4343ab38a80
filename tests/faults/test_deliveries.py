"""Deliveries that are missing, half, wrong or late: faults 21 to 29 of the list.

Each is injected in a home that then gets the good delivery too; it must end as a home that got
nothing but good ones, byte for byte.
"""

import os
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.deliveries import resume, take_in
from ingest.home import Home
from ingest.ledger import Ledger
from ingest.originals import Originals
from ingest.source_states import SourceResult
from orchestration.defs.sensors import SETTLED_SECONDS, look_around
from quality.door import judge
from tests.unit.small_ecd import client, csv_bytes, loaded
from tests.unit.test_composing import source

DAY = [date(2026, 1, number) for number in range(1, 31)]
MANY = [client(number) for number in range(1, 201)]


@dataclass
class House:
    """A home with one source that is judged as at night."""

    home: Home

    def deliver(self, day: date, *rows: list[str], name: str = "clienten_{:%Y%m%d}.csv") -> Path:
        file = self.home.inbox / name.format(day)
        file.write_bytes(csv_bytes(*rows))
        return file

    def night(self, day: date) -> SourceResult:
        contract = loaded(self.home.contracts)
        return take_in(self.home, contract, as_of=day, judge=judge)

    def bytes(self) -> dict[str, bytes]:
        """Return every landed and typed file."""
        files = [*self.home.landing.rglob("*.parquet"), *self.home.raw.rglob("*.parquet")]
        return {str(file.relative_to(self.home.root)): file.read_bytes() for file in files}

    def events(self) -> list[tuple[str, str]]:
        return [(each.event, each.message) for each in Ledger(self.home.ledger_file).events()]


@dataclass
class Houses:
    """A home that fails, and one with the same keys that never does."""

    failing: House
    healthy: House

    def end_equal(self) -> bool:
        return self.failing.bytes() == self.healthy.bytes()


@pytest.fixture
def houses(tmp_path: Path) -> Houses:
    """Two homes after the same first delivery."""
    made = Home(tmp_path / "failing")
    made.create()
    failing = House(made)
    failing.deliver(DAY[0], *MANY)
    assert failing.night(DAY[0]).state == "actueel"
    shutil.copytree(made.root, tmp_path / "healthy")
    return Houses(failing, House(Home(tmp_path / "healthy")))


def test_fault_21_a_file_that_grows_while_it_is_read_is_left_until_it_is_whole(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = houses.failing
    file = failing.deliver(DAY[1], *MANY[:100])
    whole = csv_bytes(*MANY[:150])
    store = Originals.store

    def grow_and_store(originals: Originals, delivery_id: str, clear: Any) -> str:
        file.write_bytes(whole)
        return store(originals, delivery_id, clear)

    with monkeypatch.context() as patch:
        patch.setattr(Originals, "store", grow_and_store)
        failing.night(DAY[1])
    assert file.read_bytes() == whole
    assert houses.end_equal()
    for house in (failing, houses.healthy):
        house.deliver(DAY[1], *MANY[:150])
        house.night(DAY[1])
    assert houses.end_equal()


def test_fault_21_the_sensor_waits_for_a_file_that_changes_between_two_looks(
    houses: Houses,
) -> None:
    home = houses.failing.home
    file = houses.failing.deliver(DAY[1], *MANY[:100])
    now = file.stat().st_mtime + SETTLED_SECONDS + 1
    seen, whole = look_around(home.root, {}, now)
    with file.open("ab") as growing:
        growing.write(b"x")
    os.utime(file, (now - SETTLED_SECONDS, now - SETTLED_SECONDS))
    seen, whole = look_around(home.root, seen, now + SETTLED_SECONDS)
    assert not whole
    seen, whole = look_around(home.root, seen, now + 2 * SETTLED_SECONDS)
    assert len(whole) == 1


def test_fault_22_without_the_file_the_figures_are_stale_and_the_next_night_catches_up(
    houses: Houses,
) -> None:
    late = houses.failing.night(DAY[9])
    assert (late.state, late.rows_out) == ("verouderd", 200)
    assert "9 dagen oud" in late.message
    for house in (houses.failing, houses.healthy):
        house.deliver(DAY[9], *MANY, client(201))
        assert house.night(DAY[10]).state == "actueel"
    assert houses.end_equal()


def test_fault_23_a_file_that_stays_away_three_nights_is_escalated(houses: Houses) -> None:
    states = [houses.failing.night(DAY[index]) for index in (8, 9, 10)]
    assert [each.is_escalated for each in states] == [False, False, True]
    assert "cijfers uit deze bron zijn niet actueel" in states[-1].message
    for house in (houses.failing, houses.healthy):
        house.deliver(DAY[11], *MANY[1:])
        assert house.night(DAY[11]).state == "actueel"
    assert houses.end_equal()


def test_fault_24_the_same_file_again_under_another_name_is_skipped_and_said(
    houses: Houses,
) -> None:
    before = houses.failing.bytes()
    for day in (DAY[0], DAY[1]):
        houses.failing.deliver(day, *MANY)
        assert houses.failing.night(DAY[1]).state == "actueel"
    assert houses.failing.bytes() == before
    told = [message for event, message in houses.failing.events() if event == "skipped"]
    assert len(told) == 2
    assert all("dezelfde inhoud als clienten_20260101.csv" in message for message in told)


def test_fault_25_a_corrected_month_is_rebuilt_and_the_others_stay_equal(tmp_path: Path) -> None:
    monthly = source(tmp_path, "period")
    monthly.deliver("202601_20260201", "a;10-01;10", "b;11-01;20")
    monthly.deliver("202602_20260301", "c;10-02;30")
    monthly.night(1)
    landed = {file.name: file.read_bytes() for file in monthly.home.landing.rglob("*.parquet")}
    february = [row for row in monthly.rows() if row["contact_id"] == "c"]
    monthly.deliver("202601_20260302", "a;10-01;15")
    monthly.night(2)
    assert monthly.minutes() == {"a": 15, "c": 30}
    assert [row for row in monthly.rows() if row["contact_id"] == "c"] == february
    now = {file.name: file.read_bytes() for file in monthly.home.landing.rglob("*.parquet")}
    assert landed.items() <= now.items()


def test_fault_26_an_older_export_after_a_newer_one_changes_nothing(houses: Houses) -> None:
    for house in (houses.failing, houses.healthy):
        house.deliver(DAY[5], *MANY[:190])
        house.night(DAY[5])
    houses.failing.deliver(DAY[3], *MANY[:180])
    assert houses.failing.night(DAY[5]).rows_out == 190
    assert houses.end_equal()
    assert "ouder dan de stand van 6 januari 2026" in houses.failing.events()[-1][1]


def test_fault_27_a_week_instead_of_everything_deletes_nothing_outside_it(tmp_path: Path) -> None:
    days = source(tmp_path, "days")
    days.deliver("20260101-20260131_20260201", "a;01-01;10", "b;08-01;20", "c;15-01;40")
    days.night(1)
    days.deliver("20260108-20260114_20260301", "b;08-01;21")
    days.night(1)
    assert days.minutes() == {"a": 10, "b": 21, "c": 40}


@pytest.mark.parametrize("rows", [80, 800], ids=["60 % fewer", "300 % more"])
def test_fault_28_a_jump_in_rows_pauses_that_source_until_a_person_resumes_it(
    houses: Houses, rows: int
) -> None:
    jumped = [client(number) for number in range(1, rows + 1)]
    before = houses.failing.bytes()
    houses.failing.deliver(DAY[1], *jumped)
    held = houses.failing.night(DAY[1])
    assert (held.state, held.held_by) == ("vastgehouden", "S08")
    assert "'impactkompas resume ecd-clienten'" in held.message
    assert houses.failing.bytes() == before
    resume(houses.failing.home, "ecd-clienten")
    assert houses.failing.night(DAY[2]).rows_out == rows


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "leeg (0 bytes)"), (csv_bytes(), "alleen een kopregel")],
    ids=["zero bytes", "header only"],
)
def test_fault_29_nothing_is_no_zero_clients(houses: Houses, data: bytes, words: str) -> None:
    before = houses.failing.bytes()
    (houses.failing.home.inbox / f"clienten_{DAY[1]:%Y%m%d}.csv").write_bytes(data)
    held = houses.failing.night(DAY[1])
    assert (held.state, held.rows_out) == ("vastgehouden", 200)
    assert words in held.message
    assert houses.failing.bytes() == before
    for house in (houses.failing, houses.healthy):
        house.deliver(DAY[2], *MANY[2:])
        assert house.night(DAY[2]).state == "actueel"
    assert houses.end_equal()
