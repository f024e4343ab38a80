"""The ledger: nothing that was confirmed is lost, and nothing half counts."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ingest.coverage import Coverage
from ingest.door import DoorResult
from ingest.ledger import Ledger, LedgerError, LedgerEvent

AS_OF = date(2026, 2, 1)


def event(day: int = 5, kind: str = "received", **facts: object) -> LedgerEvent:
    known = {
        "event": kind,
        "source_id": "ecd-clienten",
        "delivery_id": f"202601{day:02d}-abc",
        "sha256": "abc",
        "file_name": f"clienten_202601{day:02d}.csv",
        "delivered_on": date(2026, 1, day),
        "size": 10,
    }
    return LedgerEvent(**(known | facts))  # type: ignore[arg-type]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.jsonl")


def test_an_event_is_read_back_as_it_was_written(ledger: Ledger) -> None:
    result = DoorResult("S10", "minutes", 10, 1, "afgekeurd")
    written = ledger.append(
        event(kind="accepted", rows_in=10, rows_out=8, rejected=1, duplicates=1, door=(result,))
    )
    assert ledger.events() == (written,)
    assert written.at is not None
    assert written.at.utcoffset() is not None


def test_a_line_is_one_json_object_with_the_day_and_the_moment_in_utc(ledger: Ledger) -> None:
    ledger.append(event(kind="held", held_by="S04", message="Zoë's bestand is geen cp1252."))
    (line,) = ledger.path.read_text(encoding="utf-8").splitlines()
    known = json.loads(line)
    assert known["delivered_on"] == "2026-01-05"
    assert known["at"].endswith("+00:00")
    assert known["message"] == "Zoë's bestand is geen cp1252."
    assert "rows_in" not in known


def test_events_of_one_source_are_found_among_others(ledger: Ledger) -> None:
    ledger.append(event(source_id="ecd-contacten"))
    ledger.append(event())
    assert [each.source_id for each in ledger.events("ecd-clienten")] == ["ecd-clienten"]


def test_a_line_cut_off_by_a_crash_does_not_count_and_the_next_one_does(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    whole = ledger.append(event(5))
    ledger.append(event(6))
    ledger.path.write_bytes(ledger.path.read_bytes()[:-7])
    assert ledger.events() == (whole,)
    after = ledger.append(event(7))
    assert "de laatste regel was afgebroken" in caplog.text
    assert ledger.events() == (whole, after)


def test_a_line_damaged_in_the_middle_is_told_with_its_number(ledger: Ledger) -> None:
    ledger.append(event(5))
    ledger.append(event(6))
    first, second = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(first[:-9] + b"\n" + second)
    with pytest.raises(LedgerError, match="regel 1 is beschadigd"):
        ledger.events()


def standing(ledger: Ledger, as_of: date = AS_OF) -> list[str]:
    return [each.delivery_id for each in ledger.standing("ecd-clienten", as_of)]


def test_what_stands_is_the_accepted_delivery_of_the_newest_day_and_what_is_newer(
    ledger: Ledger,
) -> None:
    for day in (7, 5, 9):
        ledger.append(event(day))
        ledger.append(event(day, "accepted" if day != 9 else "held"))
    assert standing(ledger) == ["20260107-abc", "20260109-abc"]
    assert standing(ledger, date(2026, 1, 6)) == ["20260105-abc"]
    assert standing(ledger, date(2026, 1, 4)) == []


def test_of_two_deliveries_of_one_day_the_later_one_counts(ledger: Ledger) -> None:
    for name in ("a", "b"):
        ledger.append(event(delivery_id=name, sha256=name))
        ledger.append(event(delivery_id=name, sha256=name, kind="accepted"))
    # Reading the first one again does not make it the newest.
    ledger.append(event(delivery_id="a", sha256="a", kind="accepted"))
    assert standing(ledger) == ["b"]


def test_what_a_delivery_covers_is_read_back_as_it_was_written(ledger: Ledger) -> None:
    january = Coverage("period", "noord", date(2026, 1, 1), date(2026, 1, 31))
    ledger.append(event(coverage=january))
    (line,) = ledger.path.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["coverage"] == {
        "kind": "period",
        "scope": "noord",
        "period_start": "2026-01-01",
        "period_end": "2026-01-31",
    }
    assert [each.coverage for each in ledger.events()] == [january]


def test_a_hold_ends_when_the_delivery_is_accepted(ledger: Ledger) -> None:
    ledger.append(event())
    held = ledger.append(event(kind="held", held_by="S10"))
    (delivery,) = ledger.deliveries("ecd-clienten", AS_OF)
    assert delivery.held == held
    ledger.append(replace(held, event="accepted", held_by=None))
    (delivery,) = ledger.deliveries("ecd-clienten", AS_OF)
    assert delivery.held is None
    assert delivery.accepted is not None
