"""Deliveries of one source over several nights: in, held, skipped, let through, never lost."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest.contracts import Contracts, load_contracts
from ingest.deliveries import DeliveryError, door_results, rebuild_raw, resume, take_in
from ingest.door import DoorBatch, DoorResult
from ingest.home import Home
from ingest.ledger import Ledger, LedgerEvent
from ingest.originals import Originals
from ingest.source_states import (
    SourceResult,
    arrival_results,
    source_states,
    unclaimed,
    unusable_states,
)
from tests.unit.small_ecd import (
    BSN,
    HEADER,
    client,
    column,
    csv_bytes,
    dialect,
    document,
    loaded,
    write_contract,
)

FIRST, SECOND, THIRD = date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 6)


def content(judge_all: DoorBatch) -> list[DoorResult]:
    """Hold nothing."""
    return []


def volume_watcher(batch: DoorBatch) -> list[DoorResult]:
    """Hold every delivery with another number of rows than the one before."""
    jumps = batch.previous_rows not in (None, batch.rows_in)
    return [DoorResult("S08", None, batch.rows_in, 0, "akkoord", holds=jumps, message="een sprong")]


@dataclass
class Organisation:
    """One home with the contract ecd-clienten, and its nights."""

    home: Home
    contract: dict[str, Any] = field(default_factory=document)

    def deliver(self, day: date, data: bytes, name: str = "clienten_{:%Y%m%d}.csv") -> Path:
        file = self.home.inbox / name.format(day)
        file.write_bytes(data)
        return file

    def night(
        self, as_of: date, judge: Callable[[DoorBatch], Iterable[DoorResult]] = content
    ) -> SourceResult:
        contract = loaded(self.home.contracts, self.contract)
        return take_in(self.home, contract, as_of=as_of, judge=judge)

    @property
    def raw_file(self) -> Path:
        return self.home.raw / "ecd" / "clients" / "ecd-clienten.parquet"

    def refs(self) -> list[str]:
        """Return the record_refs in raw, rejected rows apart."""
        rows = pq.read_table(self.raw_file).to_pylist()
        return [row["record_ref"] for row in rows if row["reject_reason"] is None]

    def events(self) -> list[LedgerEvent]:
        return list(Ledger(self.home.ledger_file).events())


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    home = Home(tmp_path / "home")
    home.create()
    return Organisation(home)


def test_a_delivery_goes_from_the_inbox_to_raw(organisation: Organisation) -> None:
    rows = [client(1), client(2), client(2), client(3, Inschrijfdatum="x"), client(4), client(5)]
    file = organisation.deliver(FIRST, csv_bytes(*rows))
    result = organisation.night(SECOND)
    assert result == SourceResult(
        "ecd-clienten", "actueel", FIRST, rows_in=6, rows_out=4, rejected=1, duplicates=1
    )
    assert organisation.refs() == ["R0001", "R0002", "R0004", "R0005"]
    assert not file.exists()
    received, accepted = organisation.events()
    assert (received.event, accepted.event) == ("received", "accepted")
    assert received.file_name == "clienten_20260104.csv"
    assert accepted.delivery_id == f"20260104-{received.sha256[:12]}"
    counts = (accepted.rows_in, accepted.rows_out, accepted.rejected, accepted.duplicates)
    assert counts == (6, 4, 1, 1)


def test_without_a_delivery_the_source_is_missing_and_says_which_file(
    organisation: Organisation,
) -> None:
    result = organisation.night(FIRST)
    assert (result.state, result.data_as_of) == ("ontbreekt", None)
    assert "Zet clienten_<jjjjmmdd>.csv in inbox/" in result.message
    assert not organisation.raw_file.exists()


def test_a_source_is_stale_when_its_newest_delivery_is_older_than_the_contract_says(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    assert organisation.night(date(2026, 1, 11)).state == "actueel"
    result = organisation.night(date(2026, 1, 12))
    assert (result.state, result.data_as_of, result.rows_out) == ("verouderd", FIRST, 1)
    assert "van 4 januari 2026, 8 dagen oud" in result.message
    assert not result.is_escalated


def test_a_delivery_that_is_late_for_three_nights_is_escalated(organisation: Organisation) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    organisation.night(date(2026, 1, 11))
    assert [organisation.night(date(2026, 1, day)).is_escalated for day in (12, 13, 14)] == [
        False,
        False,
        True,
    ]
    assert "al 3 dagen te lang" in organisation.night(date(2026, 1, 14)).message


def test_the_contract_says_after_how_many_days_a_late_delivery_is_escalated(
    organisation: Organisation,
) -> None:
    organisation.contract["slaProperties"].append(
        {"property": "timeToNotify", "value": 1, "unit": "d"}
    )
    organisation.deliver(FIRST, csv_bytes(client(1)))
    assert organisation.night(date(2026, 1, 12)).is_escalated


def test_check_s01_fails_for_a_source_without_a_delivery_in_time(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    in_time, late = organisation.night(SECOND), organisation.night(date(2026, 1, 12))
    results = arrival_results([in_time, late])
    assert [(each["check_id"], each["n_hit"], each["state"]) for each in results] == [
        ("S01", 0, "akkoord"),
        ("S01", 1, "afgekeurd"),
    ]


def test_a_source_whose_contract_cannot_be_used_keeps_its_rows_and_says_why(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    organisation.night(FIRST)
    column(organisation.contract, "bsn").pop("classification")
    write_contract(organisation.home.contracts, organisation.contract)
    contracts = load_contracts(organisation.home.contracts)

    rebuild_raw(organisation.home, contracts, as_of=SECOND)
    (result,) = unusable_states(organisation.home, contracts.unusable, as_of=SECOND)

    assert organisation.refs() == ["R0001"]
    assert (result.state, result.data_as_of, result.rows_out) == ("vastgehouden", FIRST, 1)
    assert "kolom 'bsn': classification ontbreekt" in result.message


@pytest.mark.parametrize(
    ("data", "check_id", "expected"),
    [
        (b"", "S02", "bestand is leeg (0 bytes)"),
        (csv_bytes(), "S02", "alleen een kopregel"),
        (csv_bytes(client(1)[1:], header=HEADER[1:]), "S02", "kolom 'RegistratieID' ontbreekt"),
        (csv_bytes(client(1), header=("RegistratieID", *HEADER[1:-1], "registratieid")), "S02",
         "kolom 'RegistratieID' komt 2 keer voor"),
        (csv_bytes(client(1)).replace("Wölfe".encode("cp1252"), b"W\x81lfe"), "S04",
         "regel 2, byte "),
        (csv_bytes(client(1), client(2)).replace(b"R0002", b'"R0002'), "S02",
         "regel 3: de aanhalingstekens kloppen niet"),
        (csv_bytes(*(client(n, Gemeente=BSN) for n in range(20))), "S11",
         "kolom 'Gemeente' bevat burgerservicenummers"),
        (csv_bytes(client(1, Gemeente="Cura\u00c3\u00a7ao")), "S04", "verminkte letters"),
        (csv_bytes(client(1), client(2, Inschrijfdatum="2026-01-05")), "S10",
         "kolom 'registered_on': 1 van 2 cellen passen niet"),
    ],
    ids=["empty", "header only", "missing column", "double column", "encoding", "unclosed quote",
         "BSN", "garbled", "dates"],
)  # fmt: skip
def test_a_delivery_that_is_wrong_is_held_and_the_last_good_rows_stay(
    organisation: Organisation, data: bytes, check_id: str, expected: str
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(8)))
    organisation.night(FIRST)
    file = organisation.deliver(SECOND, data)
    result = organisation.night(SECOND)
    assert (result.state, result.held_by, result.data_as_of) == ("vastgehouden", check_id, FIRST)
    assert result.message.startswith("clienten_20260105.csv: ")
    assert expected in result.message
    assert result.message.endswith("De bron blijft op de stand van 4 januari 2026.")
    assert organisation.refs() == ["R0008"]
    assert not file.exists()
    assert not [f for f in organisation.home.landing.rglob("*") if "unfinished" in f.name]


def test_a_message_holds_nothing_of_a_person(organisation: Organisation) -> None:
    # The header is gone, so the first person stands where the header should be.
    organisation.deliver(FIRST, csv_bytes(client(2), header=tuple(client(1))))
    result = organisation.night(FIRST)
    assert result.state == "vastgehouden"
    ledger = organisation.home.ledger_file.read_text(encoding="utf-8")
    for secret in ("Wölfe", "17-03-1985", BSN, "example.nl", "3071"):
        assert secret not in result.message
        assert secret not in ledger


def test_a_bsn_in_the_file_name_is_masked_in_ledger_and_message(
    organisation: Organisation,
) -> None:
    organisation.contract["servers"][0]["path"] = "clienten*_{delivered_on}.csv"
    organisation.deliver(FIRST, b"", name=f"clienten {BSN}_{{:%Y%m%d}}.csv")
    result = organisation.night(FIRST)
    assert "clienten *********_20260104.csv" in result.message
    assert BSN not in organisation.home.ledger_file.read_text(encoding="utf-8")


def test_the_same_bytes_under_another_name_are_skipped_but_prove_the_data_fresh(
    organisation: Organisation,
) -> None:
    data = csv_bytes(client(1))
    organisation.deliver(FIRST, data)
    organisation.night(FIRST)
    file = organisation.deliver(SECOND, data)
    result = organisation.night(SECOND)
    assert not file.exists()
    skipped = organisation.events()[-1]
    assert skipped.event == "skipped"
    assert skipped.message == ("clienten_20260105.csv: dezelfde inhoud als clienten_20260104.csv.")
    assert (result.state, result.data_as_of) == ("actueel", SECOND)
    assert len(list(organisation.home.originals.rglob("*.enc"))) == 1


def test_a_source_that_goes_back_to_what_it_was_is_taken_in_again(
    organisation: Organisation,
) -> None:
    before, between = csv_bytes(client(1)), csv_bytes(client(2))
    for day, data in ((FIRST, before), (SECOND, between), (THIRD, before)):
        organisation.deliver(day, data)
        organisation.night(day)
    assert organisation.refs() == ["R0001"]


def test_an_older_delivery_after_a_newer_one_does_not_replace_it(
    organisation: Organisation,
) -> None:
    organisation.deliver(SECOND, csv_bytes(client(2)))
    organisation.night(SECOND)
    file = organisation.deliver(FIRST, csv_bytes(client(1)))
    result = organisation.night(SECOND)
    assert (result.state, result.data_as_of) == ("actueel", SECOND)
    assert organisation.refs() == ["R0002"]
    assert not file.exists()
    assert organisation.events()[-1].event == "skipped"
    assert not organisation.events()[-1].door
    assert "ouder dan de stand van 5 januari 2026" in organisation.events()[-1].message


def test_a_corrected_delivery_of_the_same_day_replaces_the_first(
    organisation: Organisation,
) -> None:
    for number in (1, 2):
        organisation.deliver(FIRST, csv_bytes(client(number)))
        organisation.night(FIRST)
    assert organisation.refs() == ["R0002"]


def test_several_deliveries_in_one_night_are_taken_in_by_their_day(
    organisation: Organisation,
) -> None:
    previous: list[int | None] = []

    def watch(batch: DoorBatch) -> list[DoorResult]:
        previous.append(batch.previous_rows)
        return []

    organisation.deliver(SECOND, csv_bytes(client(2)))
    organisation.deliver(FIRST, csv_bytes(client(1), client(3)))
    organisation.night(THIRD, judge=watch)
    assert previous == [None, 2]
    assert organisation.refs() == ["R0002"]


def test_a_file_that_no_contract_takes_is_counted_and_not_named(
    organisation: Organisation,
) -> None:
    contract = loaded(organisation.home.contracts, organisation.contract)
    organisation.deliver(SECOND, csv_bytes(client(1)))
    assert unclaimed(organisation.home, [contract]) == []

    (organisation.home.inbox / "lijst van Jan de Wit.csv").write_bytes(b"a;b\r\n")

    (said,) = unclaimed(organisation.home, [contract])
    assert "past: 1." in said
    assert "Wit" not in said


def test_a_delivery_from_after_the_business_date_waits_in_the_inbox(
    organisation: Organisation,
) -> None:
    file = organisation.deliver(SECOND, csv_bytes(client(1)))
    assert organisation.night(FIRST).state == "ontbreekt"
    assert file.exists()


def test_a_night_of_an_earlier_business_date_uses_what_was_there_then(
    organisation: Organisation,
) -> None:
    for day, number in ((FIRST, 1), (SECOND, 2)):
        organisation.deliver(day, csv_bytes(client(number)))
        organisation.night(day)
    assert organisation.night(FIRST).data_as_of == FIRST
    assert organisation.refs() == ["R0001"]
    organisation.night(SECOND)
    assert organisation.refs() == ["R0002"]


def test_a_jump_in_volume_waits_until_a_person_resumes_it(organisation: Organisation) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    organisation.night(FIRST, volume_watcher)
    organisation.deliver(SECOND, csv_bytes(client(1), client(2)))
    assert organisation.night(SECOND, volume_watcher).held_by == "S08"
    assert organisation.night(THIRD, volume_watcher).held_by == "S08"
    assert resume(organisation.home, "ecd-clienten") == (
        "clienten_20260105.csv is vrijgegeven en gaat de volgende nacht mee."
    )
    result = organisation.night(THIRD, volume_watcher)
    assert (result.state, result.rows_out) == ("actueel", 2)


def test_only_a_delivery_that_waits_for_its_volume_can_be_resumed(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, b"")
    organisation.night(FIRST)
    with pytest.raises(DeliveryError, match="wordt geen levering vastgehouden"):
        resume(organisation.home, "ecd-clienten")


def test_resuming_lets_nothing_through_but_the_volume(organisation: Organisation) -> None:
    def strict(batch: DoorBatch) -> list[DoorResult]:
        held = DoorResult("K01", "client_id", 2, 1, "afgekeurd", holds=True, message="dubbel")
        return [*volume_watcher(batch), *([held] if batch.rows_in == 2 else [])]

    organisation.deliver(FIRST, csv_bytes(client(1)))
    organisation.night(FIRST, strict)
    organisation.deliver(SECOND, csv_bytes(client(1), client(2)))
    organisation.night(SECOND, strict)
    resume(organisation.home, "ecd-clienten")
    assert organisation.night(THIRD, strict).held_by == "K01"


def test_a_held_delivery_heals_when_the_contract_is_mended(organisation: Organisation) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1, Inschrijfdatum="2026-01-04",
                                                 Geboortedatum="1985-03-17")))  # fmt: skip
    assert organisation.night(FIRST).state == "vastgehouden"
    dialect(organisation.contract, "dateFormat", "%Y-%m-%d")
    assert organisation.night(SECOND).state == "actueel"
    assert organisation.refs() == ["R0001"]


def test_an_accepted_delivery_is_read_again_when_its_contract_changes(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    organisation.night(FIRST)
    codes = [{"value": "gm0599", "label": "Rotterdam"}]
    column(organisation.contract, "municipality_code")["enum"] = codes
    organisation.night(FIRST)
    (row,) = pq.read_table(organisation.raw_file).to_pylist()
    assert row["municipality_code"] == "Rotterdam"


def test_a_contract_that_breaks_its_own_source_leaves_the_last_good_rows(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    organisation.night(FIRST)
    dialect(organisation.contract, "dateFormat", "%Y/%m/%d")
    result = organisation.night(SECOND)
    assert (result.state, result.held_by, result.data_as_of) == ("vastgehouden", "S10", FIRST)
    assert organisation.refs() == ["R0001"]


def test_a_delivery_held_for_the_same_reason_is_noted_once(organisation: Organisation) -> None:
    organisation.deliver(FIRST, b"")
    for day in (FIRST, SECOND, THIRD):
        organisation.night(day)
    assert [event.event for event in organisation.events()] == ["received", "held"]


def test_a_held_delivery_is_forgotten_when_a_newer_one_is_good(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, b"")
    organisation.night(FIRST)
    organisation.deliver(SECOND, csv_bytes(client(1)))
    assert organisation.night(SECOND).state == "actueel"


def test_a_night_that_broke_off_after_receiving_is_finished_by_the_next(
    organisation: Organisation,
) -> None:
    def crash(batch: DoorBatch) -> list[DoorResult]:
        raise KeyboardInterrupt

    organisation.deliver(FIRST, csv_bytes(client(1)))
    with pytest.raises(KeyboardInterrupt):
        organisation.night(FIRST, crash)
    assert not organisation.raw_file.exists()
    assert organisation.night(FIRST).rows_out == 1
    assert [event.event for event in organisation.events()] == ["received", "accepted"]


def test_raw_can_be_thrown_away_and_is_made_again_from_landing(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1), client(1), client(2, Inschrijfdatum="x"),
                                          *(client(number) for number in range(3, 9))))  # fmt: skip
    organisation.night(FIRST)
    before = organisation.raw_file.read_bytes()
    organisation.raw_file.unlink()
    # The originals are gone after 30 days; landing is enough.
    for event in organisation.events():
        Originals(organisation.home, "ecd-clienten").remove(event.delivery_id)
    contract = loaded(organisation.home.contracts, organisation.contract)
    rebuild_raw(organisation.home, Contracts([contract], []), as_of=SECOND)
    assert organisation.raw_file.read_bytes() == before


def test_raw_that_is_as_it_should_be_is_not_written_again(organisation: Organisation) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    organisation.night(FIRST)
    before = organisation.raw_file.stat()
    organisation.night(SECOND)
    assert organisation.raw_file.stat().st_mtime_ns == before.st_mtime_ns
    assert organisation.raw_file.stat().st_ino == before.st_ino


def test_rebuilding_removes_the_rows_of_a_contract_that_is_gone(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    organisation.night(FIRST)
    rebuild_raw(organisation.home, Contracts([], []), as_of=FIRST)
    assert not organisation.raw_file.exists()


def test_an_original_that_was_tampered_with_is_held(organisation: Organisation) -> None:
    organisation.deliver(FIRST, b"")
    organisation.night(FIRST)
    (sealed,) = organisation.home.originals.rglob("*.enc")
    sealed.write_bytes(b"x" * 40)
    result = organisation.night(SECOND)
    assert result.state == "vastgehouden"
    assert "is beschadigd of veranderd" in result.message


def test_the_judge_sees_the_facts_and_the_typed_rows(organisation: Organisation) -> None:
    seen: list[DoorBatch] = []
    rows: list[dict[str, Any]] = []

    def watch(batch: DoorBatch) -> list[DoorResult]:
        seen.append(batch)
        rows.extend(row for chunk in batch.chunks() for row in chunk.to_dict("records"))
        return []

    organisation.deliver(FIRST, csv_bytes(client(1), client(1)))
    organisation.night(FIRST, watch)
    (batch,) = seen
    assert "Gemeente" in batch.expected_columns
    assert set(batch.expected_columns) <= set(batch.found_columns)
    assert (batch.rows_in, batch.rows_out, batch.duplicates, batch.previous_rows) == (2, 1, 1, None)
    assert [row["record_ref"] for row in rows] == ["R0001"]


def test_the_verdicts_on_the_newest_delivery_can_be_asked_every_night(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1), client(2)))
    organisation.night(FIRST, volume_watcher)
    results = {
        (row["check_id"], row["column_name"]): row for row in door_results(organisation.home)
    }
    assert results["S10", "registered_on"] == {
        "check_id": "S10",
        "source_id": "ecd-clienten",
        "column_name": "registered_on",
        "n_applicable": 2,
        "n_hit": 0,
        "state": "akkoord",
    }
    assert results["S08", None]["n_applicable"] == 2
    organisation.deliver(SECOND, b"")
    organisation.night(SECOND)
    (held,) = door_results(organisation.home)
    assert (held["check_id"], held["state"]) == ("S02", "afgekeurd")


def verdict(organisation: Organisation, check_id: str) -> tuple[int, int, str]:
    """Return what a check on the whole delivery said: judged, wrong and state."""
    (row,) = [each for each in door_results(organisation.home) if each["check_id"] == check_id]
    return row["n_applicable"], row["n_hit"], row["state"]


def test_check_s03_counts_the_columns_that_the_contract_does_not_know(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    organisation.night(FIRST)
    assert verdict(organisation, "S03") == (9, 0, "akkoord")
    row, header = [*client(1), "x", "y"], (*HEADER, "Geheimenaam", "Notitie")
    organisation.deliver(SECOND, csv_bytes(row, header=header))
    assert organisation.night(SECOND).state == "actueel"
    assert verdict(organisation, "S03") == (11, 2, "afgekeurd")
    ledger = organisation.home.ledger_file.read_text(encoding="utf-8")
    assert "2 van 11 kolommen staan niet in contracts/ecd-clienten.yaml" in ledger
    assert "Geheimenaam" not in ledger


def test_check_s06_says_whether_the_newest_delivery_was_there_before(
    organisation: Organisation,
) -> None:
    before, after = csv_bytes(client(1)), csv_bytes(client(2))
    found = []
    for day, data in ((FIRST, before), (SECOND, before), (THIRD, after)):
        organisation.deliver(day, data)
        organisation.night(day)
        found.append(verdict(organisation, "S06"))
    assert found == [(1, 0, "akkoord"), (1, 1, "afgekeurd"), (1, 0, "akkoord")]


def test_what_was_said_of_a_delivery_stays_when_it_is_delivered_again(
    organisation: Organisation,
) -> None:
    for day in (FIRST, SECOND):
        organisation.deliver(day, csv_bytes(client(1), client(1)))
        organisation.night(day, volume_watcher)
    assert verdict(organisation, "S08") == (2, 0, "akkoord")


def test_who_lets_a_delivery_through_is_told_every_reason_why_it_was_held(
    organisation: Organisation,
) -> None:
    def twice(batch: DoorBatch) -> list[DoorResult]:
        return [
            DoorResult("S08", None, 9, 9, "afgekeurd", holds=True, message="een sprong"),
            DoorResult("K03", "client_id", 9, 9, "afgekeurd", holds=True, message="onbekenden"),
        ]

    organisation.deliver(FIRST, csv_bytes(client(1)))
    held = organisation.night(FIRST, twice)
    assert held.held_by == "S08"
    assert held.message.startswith("clienten_20260104.csv: een sprong. onbekenden. ")
    resume(organisation.home, "ecd-clienten")
    assert organisation.night(SECOND, twice).state == "actueel"


def test_the_state_of_a_source_can_be_asked_without_taking_anything_in(
    organisation: Organisation,
) -> None:
    organisation.deliver(FIRST, csv_bytes(client(1)))
    result = organisation.night(FIRST)
    file = organisation.deliver(SECOND, csv_bytes(client(2)))
    contract = loaded(organisation.home.contracts, organisation.contract)
    assert source_states(organisation.home, [contract], as_of=FIRST) == [result]
    assert file.exists()


def test_nothing_of_a_person_is_anywhere_in_the_home_but_in_the_inbox(
    organisation: Organisation,
) -> None:
    numbers = range(200)
    clients = [client(n, BSN=f"{123456782 + 11 * n}", Achternaam=f"Geheimenaam{n}",
                      Cliëntnummer=f"CLT{n:04d}",
                      Geboortedatum=f"{n % 28 + 1:02d}-03-1985") for n in numbers]  # fmt: skip
    wrong = [
        client(300, Inschrijfdatum="Geheimenaam300"),
        client(301, Geboortedatum="Geheimenaam301"),
        [*client(302), "Geheimenaam302"],
    ]
    organisation.deliver(FIRST, csv_bytes(*clients, *wrong))
    assert organisation.night(FIRST).rejected == 3
    # The delivery that is held leaves nothing behind either.
    organisation.deliver(SECOND, csv_bytes(*(client(n, Gemeente=BSN) for n in range(50))))
    assert organisation.night(SECOND).held_by == "S11"

    secrets = {BSN, "zoë.wölfe@example.nl", "Geheimenaam", "Wölfe", "1985-03-17", "3071AB",
               "3071 AB", *(f"{123456782 + 11 * n}" for n in numbers),
               *(f"{day:02d}-03-1985" for day in range(1, 29)),
               *(f"CLT{n:04d}" for n in numbers)}  # fmt: skip
    contents = {
        file.name: _uncompressed(file)
        for file in organisation.home.root.rglob("*")
        if file.is_file()
    }
    assert {
        (secret, name)
        for name, data in contents.items()
        for secret in secrets
        for encoding in ("utf-8", "cp1252")
        if secret.encode(encoding) in data
    } == set()


def _uncompressed(file: Path) -> bytes:
    """Return the bytes of a file, and of a Parquet file what stands in its columns as well."""
    data = file.read_bytes()
    if data[:4] == b"PAR1":
        data += str(pq.read_table(file).to_pylist()).encode()
    return data
