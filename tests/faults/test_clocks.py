"""A clock that is wrong, nights of daylight saving and nights that were missed: faults 44 to 46."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._utils.schedules import schedule_execution_time_iterator

from ingest.home import Home
from orchestration.defs.schedules import schedules
from orchestration.readiness import Clock, NotReadyError, require_ready

NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)
NIGHT = Clock(NOW, "this boot", 500_000)
DAY = timedelta(days=1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (NOW + 2 * DAY, "24 uur vooruit gezet"),
        (NOW, "24 uur achteruit gezet"),
        (datetime(1970, 1, 1, 0, 5, tzinfo=UTC), "staat op 01-01-1970 01:05"),
    ],
    ids=["a day ahead", "a day back", "1970"],
)
def test_fault_44_a_clock_that_was_moved_since_the_last_night_is_said(
    at: datetime, words: str
) -> None:
    # The machine ran on for a day in between.
    fault = Clock(at, "this boot", 500_000 + DAY.total_seconds()).fault(NIGHT)
    assert fault is not None
    assert words in fault


@pytest.mark.parametrize("passed", [timedelta(0), DAY, 5 * DAY, timedelta(hours=25)])
def test_fault_44_a_clock_that_went_on_with_the_machine_is_right(passed: timedelta) -> None:
    assert Clock(NOW + passed, "this boot", 500_000 + passed.total_seconds()).fault(NIGHT) is None


def test_fault_44_after_a_restart_a_clock_behind_the_last_night_is_said() -> None:
    assert Clock(NOW - DAY, "another", 60).fault(NIGHT) is not None
    assert Clock(NOW + 5 * DAY, "another", 60).fault(NIGHT) is None


@pytest.mark.parametrize("hours", [24, -24], ids=["a day ahead", "a day back"])
def test_fault_44_such_a_night_does_not_begin_until_the_clock_is_right_or_a_date_is_given(
    home: Home, hours: int
) -> None:
    require_ready(home, is_date_chosen=False)
    right = Clock.kept(home)
    assert right is not None
    # Seen from a night at the right time, the clock of now is a day off.
    Clock(right.at - timedelta(hours=hours), right.boot_id, right.seconds_since_boot).keep(home)
    with pytest.raises(NotReadyError, match=r"klok.*--as-of"):
        require_ready(home, is_date_chosen=False)
    require_ready(home, is_date_chosen=True)
    require_ready(home, is_date_chosen=False)


def test_fault_44_without_a_memory_the_release_says_when_the_last_night_was(home: Home) -> None:
    home.clock_file.parent.mkdir(exist_ok=True)
    home.clock_file.write_text("{")
    assert Clock.kept(home) is None


def ticks(start: datetime, days: int) -> list[datetime]:
    """Return when Dagster starts a night, in Amsterdam, as its own scheduler counts."""
    (schedule,) = schedules().schedules or []
    assert isinstance(schedule, dg.ScheduleDefinition)
    found = schedule_execution_time_iterator(
        start.timestamp(), str(schedule.cron_schedule), schedule.execution_timezone, True
    )
    until = start + timedelta(days=days)
    times = []
    for tick in found:
        if tick >= until:
            return times
        times.append(tick.astimezone(ZoneInfo("Europe/Amsterdam")))
    return times


@pytest.mark.parametrize("changed", [date(2026, 3, 29), date(2026, 10, 25)])
def test_fault_45_the_nights_of_daylight_saving_have_exactly_one_run(changed: date) -> None:
    start = datetime(changed.year, changed.month, changed.day, tzinfo=UTC) - 2 * DAY
    started = ticks(start, 5)
    assert len({tick.date() for tick in started}) == len(started) == 5
    assert changed in {tick.date() for tick in started}
    assert {f"{tick:%H:%M}" for tick in started} == {"04:00"}
