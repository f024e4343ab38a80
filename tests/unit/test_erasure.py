"""One person is taken out of everything, stays out, and nobody else is touched."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.contracts import load_contracts
from ingest.kept.erasure import find_person
from ingest.kept.holdings import holdings, namesakes
from ingest.kept.retention import Retention, Terms
from ingest.kept.tombstones import Tombstones
from ingest.ledger import Ledger
from ingest.originals import Originals
from tests.unit.small_organisation import CANARIES, NUMBER, ROWS, Organisation, new_organisation

FIRST, SECOND, THIRD = date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 6)


# The 11-proof: 9*1+8*1+7*1+6*2+5*2+4*2+3*3+2*3-6 = 63+... is not asked of it here.
@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    """A home after a first night."""
    organisation = new_organisation(tmp_path)
    organisation.deliver(FIRST)
    organisation.night(FIRST)
    return organisation


def others(organisation: Organisation) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of other clients than 0047119."""
    return {
        name: [row for row in organisation.rows(name) if row["record_ref"] not in CANARIES]
        for name in ROWS
    }


def test_nothing_of_an_erased_person_is_in_any_file_also_after_the_next_full_delivery(
    organisation: Organisation,
) -> None:
    before = others(organisation)
    (client,) = [row for row in organisation.rows("clienten") if row["record_ref"] == "R-7001"]
    canaries = (*CANARIES, client["client_id"])
    assert organisation.places(*canaries) != []
    erasure = organisation.erase(NUMBER)
    assert erasure.rows == {"clienten": 1, "trajecten": 1, "contacten": 2, "complexiteit": 1}
    assert organisation.places(*canaries) == []
    organisation.night(FIRST)
    assert others(organisation) == before
    # The supplier, who must keep the file longer, delivers everything again, and something new.
    more = {"trajecten": [f"K-7002;T-7002;{NUMBER};w1;"], "complexiteit": ["Z-7002;T-7002;"]}
    organisation.deliver(SECOND, **more)
    states = organisation.night(SECOND)
    assert organisation.places(*canaries, "K-7002", "T-7002", "Z-7002") == []
    changed = {name: [row | {"delivery_id": None} for row in rows] for name, rows in before.items()}
    now = others(organisation)
    assert {n: [row | {"delivery_id": None} for row in rows] for n, rows in now.items()} == changed
    counts = {
        name: (state.rows_in, state.rows_out, state.rejected, state.duplicates, state.erased)
        for name, state in states.items()
    }
    assert counts == {
        "clienten": (3, 2, 0, 0, 1),
        "trajecten": (4, 2, 0, 0, 2),
        "contacten": (4, 2, 0, 0, 2),
        "complexiteit": (3, 1, 0, 0, 2),
        "medewerkers": (2, 2, 0, 0, 0),
        "startslot": (2, 2, 0, 0, 0),
    }
    assert {state.state for state in states.values()} == {"actueel"}


def test_originals_go_of_every_source_in_which_the_person_can_be(
    organisation: Organisation,
) -> None:
    erasure = organisation.erase(NUMBER)
    left = {name: Originals(organisation.home, name).delivery_ids() for name in ROWS}
    assert [name for name, ids in left.items() if ids] == ["medewerkers"]
    assert (erasure.originals, erasure.lost) == (5, ())
    destroyed = [
        e for e in Ledger(organisation.home.ledger_file).events() if e.event == "destroyed"
    ]
    assert {event.message for event in destroyed} == {
        f"{name}_20260104.csv: origineel vernietigd (verzoek om wissen)."
        for name in ROWS
        if name != "medewerkers"
    }


def test_a_held_delivery_whose_original_went_is_named_and_is_no_longer_promised(
    organisation: Organisation,
) -> None:
    file = organisation.home.inbox / "clienten_20260105.csv"
    file.write_text("Record;Client\nR-1;0000001\n", encoding="utf-8")
    assert organisation.night(SECOND)["clienten"].state == "vastgehouden"
    erasure = organisation.erase(NUMBER)
    assert [each.first.file_name for each in erasure.lost] == ["clienten_20260105.csv"]
    state = organisation.night(SECOND)["clienten"]
    assert (state.state, state.rows_out) == ("vastgehouden", 2)
    assert state.message.endswith("Vraag de leverancier om een nieuwe levering.")


def test_erasing_twice_is_harmless(organisation: Organisation) -> None:
    organisation.erase(NUMBER)
    organisation.night(FIRST)
    refs = organisation.refs()
    again = organisation.erase(NUMBER)
    assert again.rows == {}
    organisation.night(FIRST)
    assert organisation.refs() == refs


def test_who_is_not_found_is_left_out_when_a_late_delivery_brings_him(
    organisation: Organisation,
) -> None:
    assert organisation.erase("0000009").rows == {}
    organisation.deliver(SECOND, clienten=["R-9;0000009;;;01-02-2025;Laat;01-01-1990"])
    states = organisation.night(SECOND)
    assert states["clienten"].erased == 1
    assert organisation.places("R-9") == []


@pytest.mark.parametrize("step", ["add", "destroy_originals", "comply"])
def test_an_erasure_that_was_broken_off_is_finished_by_the_next_night_or_call(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = others(organisation)

    def power_cut(*_: object, **__: object) -> None:
        raise OSError("stroom weg")

    if step == "add":
        # What was not confirmed is asked again.
        monkeypatch.setattr(Tombstones, "add", power_cut)
    else:
        monkeypatch.setattr(f"ingest.kept.erasure.{step}", power_cut)
    with pytest.raises(OSError, match="stroom weg"):
        organisation.erase(NUMBER)
    monkeypatch.undo()
    if step == "add":
        organisation.erase(NUMBER)
    organisation.night(FIRST)
    assert organisation.places(*CANARIES) == []
    assert others(organisation) == before


def test_a_file_that_came_back_from_a_backup_is_cleaned_by_the_night(
    organisation: Organisation,
) -> None:
    landed = {file: file.read_bytes() for file in organisation.home.landing.glob("*/*.parquet")}
    organisation.erase(NUMBER)
    organisation.night(FIRST)
    for file, content in landed.items():
        file.write_bytes(content)
    organisation.night(FIRST)
    assert organisation.places(*CANARIES) == []


def test_a_worker_leaves_the_rows_of_clients_in_place_but_is_no_longer_named(
    organisation: Organisation,
) -> None:
    tokens = {row["worker_id"] for row in organisation.rows("medewerkers")}
    refs = organisation.refs()
    (gone,) = tokens & {row["worker_id"] for row in organisation.rows("contacten")[:1]}
    assert organisation.erase("w1", "worker").rows == {"medewerkers": 1}
    organisation.night(FIRST)
    assert organisation.refs() == [ref for ref in refs if ref != "W-1"]
    assert organisation.places(gone) == []
    organisation.deliver(SECOND, contacten=["C-3;C-3;T-1;0000001;w1;05-02-2025"])
    organisation.night(SECOND)
    assert organisation.places(gone) == []
    named = {row["record_ref"]: row["worker_id"] for row in organisation.rows("contacten")}
    assert named["C-1"] == named["C-3"] == f"worker:k0:{'0' * 32}"
    assert named["C-2"] in tokens


def test_a_list_about_another_stays_and_no_longer_names_who_filled_it_in(
    organisation: Organisation,
) -> None:
    organisation.erase("0000001")
    organisation.night(FIRST)
    (row,) = organisation.rows("startslot")
    assert (row["record_ref"], row["respondent_id"]) == ("S-2", f"client:k0:{'0' * 32}")


def test_a_twin_is_not_erased_but_named_for_a_person_to_judge(organisation: Organisation) -> None:
    person = find_person(organisation.home, organisation.contracts, "client", NUMBER, FIRST)
    found = namesakes(organisation.home, organisation.contracts, person, FIRST)
    assert found == [("clienten", "R-2")]


def test_what_is_held_is_shown_with_its_meaning_its_term_and_where_it_may_still_be(
    organisation: Organisation,
) -> None:
    home, contracts = organisation.home, load_contracts(organisation.home.contracts)
    retention = Retention(home, contracts, Terms(), FIRST)
    person = find_person(home, contracts.usable, "client", "0000001", FIRST)
    held = {
        each.source_id: each for each in holdings(home, contracts.usable, person, retention, FIRST)
    }
    assert {name: len(each.rows) for name, each in held.items()} == {
        "clienten": 1, "trajecten": 1, "contacten": 2, "complexiteit": 1, "startslot": 2,
    }  # fmt: skip
    (trajectory,) = held["trajecten"].rows
    cells = {cell.column: (cell.value, cell.meaning) for cell in trajectory.cells}
    assert cells["ended_on"] == (
        "01-03-2025",
        "Laatste dag van het traject; leeg zolang het loopt.",
    )
    assert cells["client_id"][0].startswith("client:k1:")
    # Five years after the end of the trajectory, also for what happened in it before.
    assert trajectory.until == date(2030, 3, 1)
    assert {row.until for row in held["contacten"].rows} == {date(2030, 3, 1)}
    assert held["clienten"].rows[0].until == date(2030, 3, 1)
    assert [row.is_mention for row in held["startslot"].rows] == [False, True]
    ((original, until),) = held["clienten"].originals
    assert original.startswith("20260104-")
    assert until == date(2026, 2, 3)


def test_a_tombstone_tells_nobody_who_it_was(organisation: Organisation) -> None:
    organisation.erase(NUMBER)
    text = (organisation.home.landing / "tombstones.jsonl").read_text(encoding="utf-8")
    assert text.count("\n") == 5
    assert not [canary for canary in CANARIES if canary in text]
    key = organisation.home.keys / "erased.key"
    assert key.stat().st_mode & 0o777 == 0o600
