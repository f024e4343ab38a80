"""The health command says per part how a home stands, and changes nothing."""

import fcntl
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exports.release import publish
from ingest.home import Home
from ingest.keys import KeyStore
from orchestration.health import exit_code, parts
from orchestration.readiness import Clock
from orchestration.run_lock import Holder
from tests.unit.test_release import build, facts

NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose last night went well, two hours ago."""
    home = Home(tmp_path / "home")
    home.create()
    publish(home, build(home.warehouse_file), facts("20250601T020000Z"))
    KeyStore(home).chain("client")
    Clock.read().keep(home)
    return home


def states(home: Home, now: datetime = NOW) -> dict[str, str]:
    return {part.name: part.state for part in parts(home, now)}


def test_a_home_that_is_well_says_so(home: Home) -> None:
    found = parts(home, NOW)
    assert {part.state for part in found} == {"akkoord"}, found
    assert exit_code(found) == 0


def spoil_settings(home: Home) -> None:
    home.settings_file.write_text("minimum_count = 1\n")


def move_clock(home: Home) -> None:
    clock = Clock.read()
    Clock(clock.at + timedelta(days=1), clock.boot_id, clock.seconds_since_boot).keep(home)


def lose_key(home: Home) -> None:
    (home.keys / "client.key").write_text("k1 " + "00" * 32)


def spoil_ledger(home: Home) -> None:
    home.ledger_file.write_text("{no json\n{}\n")


def spoil_release(home: Home) -> None:
    file = home.published / "intern" / "parquet" / "kpi_value.parquet"
    file.chmod(0o644)
    file.write_bytes(b"half")


@pytest.mark.parametrize(
    ("spoil", "part"),
    [
        (spoil_settings, "instellingen"),
        (move_clock, "klok"),
        (lose_key, "sleutels"),
        (spoil_ledger, "grootboek"),
        (spoil_release, "uitgave"),
    ],
)
def test_what_would_spoil_a_night_is_an_error_of_that_part(
    home: Home, spoil: Callable[[Home], None], part: str
) -> None:
    spoil(home)
    found = parts(home, NOW)
    assert {each.name for each in found if each.state == "fout"} >= {part}
    assert exit_code(found) == 3


def test_an_old_release_and_a_run_that_was_killed_want_somebody_to_look(home: Home) -> None:
    (home.root / "run.lock").write_text(json.dumps(asdict(Holder.current())))
    found = parts(home, NOW + timedelta(days=3))
    assert {each.name for each in found if each.state == "let op"} == {"run", "uitgave"}
    assert exit_code(found) == 1


def test_a_run_that_gets_on_is_well_and_one_that_stands_still_is_not(home: Home) -> None:
    with (home.root / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write(json.dumps(asdict(Holder.current())))
        lock.flush()
        for minutes, state in ((5, "akkoord"), (120, "fout")):
            beat = (NOW - timedelta(minutes=minutes)).timestamp()
            os.utime(home.root / "run.lock", (beat, beat))
            assert states(home)["run"] == state
