"""The expectations at the door, on small deliveries of which every count is known beforehand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import great_expectations.expectations as gxe
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import quality.door
from ingest.contracts import SourceContract, load_contract
from ingest.door import DoorBatch, DoorResult
from quality.catalogue import CheckChoice, chosen_checks
from quality.door import judge
from quality.expectations import Outcome, validate

CONTACTS = """
apiVersion: v3.1.0
kind: DataContract
id: ecd-contacten
name: Contacten
version: 1.0.0
status: active
servers:
  - {server: inbox, type: local, path: "contacten_{delivered_on}.csv", format: csv,
     encoding: cp1252, delimiter: ";", customProperties: [{property: layout, value: table}]}
schema:
  - name: contacts
    customProperties: [{property: source, value: ecd}]
    properties:
      - {name: record_ref, physicalName: Kenmerk, logicalType: string, unique: true,
         classification: keep}
      - {name: contact_id, physicalName: Contactnummer, logicalType: string, required: true,
         primaryKey: true, classification: keep}
      - {name: team_code, physicalName: Team, logicalType: string, classification: keep}
"""
TRAJECTORIES = """
apiVersion: v3.1.0
kind: DataContract
id: ecd-trajecten
name: Trajecten
version: 1.0.0
status: active
servers:
  - {server: inbox, type: local, path: "trajecten_{delivered_on}.csv", format: csv,
     encoding: cp1252, delimiter: ";",
     customProperties: [{property: layout, value: table},
                        {property: dateFormat, value: "%d-%m-%Y"}]}
schema:
  - name: trajectories
    customProperties: [{property: source, value: ecd}]
    properties:
      - {name: record_ref, physicalName: Nummer, logicalType: string, classification: keep}
      - {name: trajectory_id, physicalName: Nummer, logicalType: string, required: true,
         primaryKey: true, classification: keep}
      - {name: started_on, physicalName: Start, logicalType: date, classification: keep}
      - {name: ended_on, physicalName: Einde, logicalType: date, classification: keep}
"""
SURVEY = """
apiVersion: v3.1.0
kind: DataContract
id: enquete
name: Enquete
version: 1.0.0
status: active
servers:
  - {server: inbox, type: local, path: "enquete_{delivered_on}.xlsx", format: xlsx,
     customProperties: [{property: layout, value: microsoft_forms}]}
schema:
  - name: answers
    customProperties: [{property: source, value: survey}]
    properties:
      - {name: record_ref, physicalName: ID, logicalType: string, required: true, unique: true,
         classification: keep}
      - {name: response_id, physicalName: ID, logicalType: string, required: true,
         primaryKey: true, classification: keep}
      - {name: completed_on, physicalName: Tijd van voltooien, logicalType: date, required: true,
         classification: keep}
      - {name: project_title, physicalName: Project, logicalType: string, classification: keep}
      - {name: "4a1", physicalName: Vraag 1, logicalType: string, classification: keep,
         semanticType: question, enum: [{value: Eens, label: "1"}]}
      - {name: "4a2", physicalName: Vraag 2, logicalType: string, classification: keep,
         semanticType: question, enum: [{value: Eens, label: "1"}]}
customProperties:
  - {property: questionnaire, value: participant}
  - property: scale
    value: {id: s, answers: [{code: "1", label: Eens, sort: 1, counts: true, positive: true}]}
"""

# A month of a source that was as large before, and of which nothing is missing.
COMPARED = {"previous_rows": 100, "previous_ids": 100, "period_days": 31, "rows_of_clients": 100}

MakeBatch = Callable[..., DoorBatch]


@pytest.fixture
def delivery(tmp_path: Path) -> MakeBatch:
    """Return a function that makes a delivery of these rows, of contacts unless told otherwise."""

    def make(rows: list[dict[str, Any]], contract_text: str = CONTACTS, **facts: Any) -> DoorBatch:
        contract = contract_of(tmp_path, contract_text)
        numbered = [{"row_number": number, **row} for number, row in enumerate(rows, start=1)]
        table = pa.Table.from_pylist(numbered, schema=contract.table.schema())
        # A chunk is a row group, so every delivery of more than two rows comes in several.
        pq.write_table(table, tmp_path / "candidate.parquet", row_group_size=2)
        names = tuple(
            dict.fromkeys(name for each in contract.landed_columns for name in each.sources)
        )
        batch = DoorBatch(
            contract=contract,
            delivery_id="20260105-0123456789ab",
            expected_columns=names,
            found_columns=names,
            rows_in=len(rows),
            rows_out=len(rows),
            rejected=0,
            duplicates=0,
            erased=0,
            previous_rows=None,
            candidate=tmp_path / "candidate.parquet",
        )
        return replace(batch, **facts)

    return make


def contract_of(folder: Path, text: str) -> SourceContract:
    file = folder / "contract.yaml"
    file.write_text(text, encoding="utf-8")
    return load_contract(file)


def contacts(count: int, rejected: int = 0) -> list[dict[str, Any]]:
    """Return this many contacts of which the first so many were rejected."""
    return [
        {
            "record_ref": f"r{number}",
            "contact_id": f"c{number}",
            "reject_column": "team_code" if number < rejected else None,
            "reject_reason": "onbekende code" if number < rejected else None,
        }
        for number in range(count)
    ]


def trajectories(count: int, wrong: int) -> list[dict[str, Any]]:
    """Return this many closed trajectories of which the first so many end before they start."""
    return [
        {
            "trajectory_id": f"t{number}",
            "started_on": date(2026, 1, 5),
            "ended_on": date(2026, 1, 4 if number < wrong else 5),
        }
        for number in range(count)
    ]


def result(batch: DoorBatch, check_id: str, column_name: str | None = None) -> DoorResult:
    (found,) = [
        each
        for each in judge(batch)
        if each.check_id == check_id and each.column_name == column_name
    ]
    return found


def test_a_clean_delivery_passes_every_check(delivery: MakeBatch) -> None:
    found = judge(delivery(contacts(100), **COMPARED))

    assert [(each.check_id, each.column_name) for each in found] == [
        ("S02", None),
        ("S08", None),
        ("S09", None),
        ("S07", None),
        ("K02", None),
        ("K03", "client_id"),
        ("S10", None),
        ("K01", "contact_id"),
        ("K01", "record_ref"),
    ]
    assert {(each.state, each.holds, each.n_hit, each.message) for each in found} == {
        ("akkoord", False, 0, "")
    }


def test_a_missing_column_holds_the_source_and_is_named(delivery: MakeBatch) -> None:
    s02 = result(delivery(contacts(3), found_columns=("Kenmerk", "Team")), "S02")

    assert (s02.n_applicable, s02.n_hit, s02.state, s02.holds) == (3, 1, "afgekeurd", True)
    assert "verplichte kolommen: Contactnummer." in s02.message
    assert "contracts/contract.yaml" in s02.message


@pytest.mark.parametrize(
    ("previous", "now", "holds"),
    [
        (1000, 700, False),  # exactly 30 % less
        (1000, 699, True),
        (1000, 1500, False),  # exactly 50 % more
        (1000, 1501, True),
        (100, 51, False),  # 49 % less, but 49 rows
        (100, 50, True),  # 50 rows
        (60, 109, False),  # 82 % more, but 49 rows
        (60, 110, True),
        (1000, 1000, False),
    ],
)
def test_a_jump_in_rows_holds_the_source_when_it_is_large_in_share_and_in_rows(
    delivery: MakeBatch, previous: int, now: int, holds: bool
) -> None:
    s08 = result(delivery(contacts(1), rows_in=now, previous_rows=previous), "S08")

    assert s08.holds is holds
    assert s08.state == ("afgekeurd" if holds else "akkoord")
    assert s08.n_hit == abs(now - previous)
    assert bool(s08.message) is holds


def test_a_jump_says_how_to_let_the_delivery_through(delivery: MakeBatch) -> None:
    s08 = result(delivery(contacts(1), rows_in=1_600, previous_rows=5_000), "S08")

    assert "1.600 rijen, de vorige levering had er 5.000 (-68 %)" in s08.message
    assert "'impactkompas resume ecd-contacten'" in s08.message


@pytest.mark.parametrize("check_id", ["S07", "S08", "S09"])
def test_a_first_delivery_is_not_compared(delivery: MakeBatch, check_id: str) -> None:
    found = result(delivery(contacts(100), previous_rows=None), check_id)

    assert (found.state, found.holds) == ("niet van toepassing", False)


@pytest.mark.parametrize(
    ("previous", "vanished", "holds"),
    [
        (400, 20, False),  # exactly 5 %
        (400, 21, True),
        (100, 19, False),  # 19 %, but 19 registrations
        (100, 20, True),
        (1000, 0, False),
    ],
)
def test_registrations_that_vanish_hold_the_source_when_they_are_many_in_share_and_in_number(
    delivery: MakeBatch, previous: int, vanished: int, holds: bool
) -> None:
    facts = {"previous_ids": previous, "vanished_ids": vanished}
    s09 = result(delivery(contacts(1), **facts), "S09")

    assert (s09.n_applicable, s09.n_hit, s09.holds) == (previous, vanished, holds)
    assert s09.state == ("afgekeurd" if holds else "akkoord")
    assert ("'impactkompas resume ecd-contacten'" in s09.message) is holds


def test_days_that_nobody_delivered_flag_the_source_and_never_hold_it(
    delivery: MakeBatch,
) -> None:
    s07 = result(delivery(contacts(1), period_days=90, missing_days=28), "S07")

    assert (s07.n_applicable, s07.n_hit, s07.state, s07.holds) == (90, 28, "afgekeurd", False)
    assert s07.message.startswith("van 28 dagen tussen de geleverde perioden is er geen levering")


@pytest.mark.parametrize(
    ("rows", "rejected", "state", "holds"),
    [(4, 1, "te weinig", False), (100, 20, "afgekeurd", False), (100, 21, "afgekeurd", True)],
)
def test_a_few_changes_of_which_one_is_rejected_are_not_held(
    delivery: MakeBatch, rows: int, rejected: int, state: str, holds: bool
) -> None:
    delta = CONTACTS + "customProperties: [{property: coverage, value: delta}]\n"
    s10 = result(delivery(contacts(rows, rejected), delta), "S10")

    assert (s10.state, s10.holds) == (state, holds)


@pytest.mark.parametrize(
    ("rows", "rejected", "state", "holds"),
    [
        (100, 1, "akkoord", False),  # exactly 1 %
        (100, 2, "afgekeurd", False),
        (100, 20, "afgekeurd", False),  # exactly 20 %
        (100, 21, "afgekeurd", True),
        (99, 2, "te weinig", False),
        (4, 1, "afgekeurd", True),  # a quarter: also too much when there are few
        (3, 3, "afgekeurd", True),
        (0, 0, "niet van toepassing", False),
    ],
)
def test_rejected_rows_flag_above_one_percent_and_hold_above_twenty(
    delivery: MakeBatch, rows: int, rejected: int, state: str, holds: bool
) -> None:
    s10 = result(delivery(contacts(rows, rejected)), "S10")

    assert (s10.n_applicable, s10.n_hit) == (rows, rejected)
    assert (s10.state, s10.holds) == (state, holds)


def test_a_repeated_key_holds_the_source(delivery: MakeBatch) -> None:
    rows = [*contacts(5), {"record_ref": "r9", "contact_id": "c3"}]

    k01 = result(delivery(rows), "K01", "contact_id")

    assert (k01.n_applicable, k01.n_hit, k01.state, k01.holds) == (6, 2, "afgekeurd", True)
    assert "2 rijen delen hun sleutel (contact_id) met een andere rij, als eerste rij 4" in (
        k01.message
    )


def test_a_repeated_key_is_found_across_chunks(delivery: MakeBatch) -> None:
    rows = [*contacts(5), {"record_ref": "r9", "contact_id": "c0"}]

    k01 = result(delivery(rows), "K01", "contact_id")

    assert (k01.n_applicable, k01.n_hit, k01.holds) == (6, 2, True)


def test_a_rejected_row_or_an_empty_key_repeats_nothing(delivery: MakeBatch) -> None:
    rows = [
        {"record_ref": None, "contact_id": "c1"},
        {"record_ref": None, "contact_id": "c2"},
        {"record_ref": "r3", "contact_id": "c1", "reject_reason": "geen datum"},
        {"record_ref": "r3", "contact_id": "c3"},
    ]

    found = {each.column_name: each for each in judge(delivery(rows)) if each.check_id == "K01"}

    assert {name: (each.n_applicable, each.n_hit) for name, each in found.items()} == {
        "contact_id": (3, 0),
        "record_ref": (1, 0),
    }
    assert not any(each.holds for each in found.values())


@pytest.mark.parametrize(
    ("rows", "doubles", "state"),
    [
        (100, 0, "akkoord"),
        (100, 2, "akkoord"),  # exactly 2 %
        (100, 3, "afgekeurd"),
        (49, 40, "te weinig"),
        (0, 0, "niet van toepassing"),
    ],
)
def test_double_rows_flag_above_two_percent_and_never_hold(
    delivery: MakeBatch, rows: int, doubles: int, state: str
) -> None:
    k02 = result(delivery(contacts(1), rows_in=rows, duplicates=doubles), "K02")

    assert (k02.n_applicable, k02.n_hit, k02.state, k02.holds) == (rows, doubles, state, False)


@pytest.mark.parametrize(
    ("rows", "unknown", "state", "holds"),
    [
        (100, 0, "akkoord", False),
        (100, 1, "afgekeurd", False),
        (100, 5, "afgekeurd", False),  # exactly 5 %
        (100, 6, "afgekeurd", True),
        (99, 99, "afgekeurd", False),  # too few rows for their share to hold a source
        (0, 0, "niet van toepassing", False),  # no list of clients, or no row with one
    ],
)
def test_unknown_clients_hold_the_source_above_five_percent(
    delivery: MakeBatch, rows: int, unknown: int, state: str, holds: bool
) -> None:
    facts = {"rows_of_clients": rows, "unknown_clients": unknown}
    k03 = result(delivery(contacts(1), **facts), "K03", "client_id")

    assert (k03.n_applicable, k03.n_hit, k03.state, k03.holds) == (rows, unknown, state, holds)
    assert ("'impactkompas resume ecd-contacten'" in k03.message) is holds


def test_an_organisation_chooses_above_which_share_a_source_is_held(delivery: MakeBatch) -> None:
    reason = "Cliënten van de buren staan er niet bij."
    chosen = chosen_checks({"K03": CheckChoice(reason=reason, block_threshold=Decimal("0.1"))})
    batch = delivery(contacts(1), rows_of_clients=100, unknown_clients=10)

    held, let_in = (
        [each.check_id for each in judge(batch, checks) if each.holds] for checks in ((), chosen)
    )
    assert (held, let_in) == (["K03"], [])


def test_a_table_without_clients_is_not_asked_for_them(delivery: MakeBatch) -> None:
    answers = [{"record_ref": "1", "response_id": "1", "question_id": "4a1"}]

    assert "K03" not in {each.check_id for each in judge(delivery(answers, SURVEY))}


@pytest.mark.parametrize(
    ("rows", "wrong", "state", "holds"),
    [
        (200, 0, "akkoord", False),  # an end on the day of the start is none before it
        (200, 1, "afgekeurd", False),
        (200, 2, "afgekeurd", False),  # exactly 1 %
        (200, 3, "afgekeurd", True),
        (99, 99, "afgekeurd", False),  # too few for their share to hold a source
        (0, 0, "niet van toepassing", False),
    ],
)
def test_trajectories_that_end_before_they_start_hold_the_source_above_one_percent(
    delivery: MakeBatch, rows: int, wrong: int, state: str, holds: bool
) -> None:
    p01 = result(delivery(trajectories(rows, wrong), TRAJECTORIES), "P01", "ended_on")

    assert (p01.n_applicable, p01.n_hit, p01.state, p01.holds) == (rows, wrong, state, holds)
    assert ("'impactkompas resume ecd-trajecten'" in p01.message) is holds


def test_only_an_accepted_trajectory_with_both_dates_can_end_before_it_starts(
    delivery: MakeBatch,
) -> None:
    wrong = {"started_on": date(2026, 1, 5), "ended_on": date(2026, 1, 4)}
    rows = [
        {"trajectory_id": "t1", **wrong},
        {"trajectory_id": "t2", **wrong, "reject_reason": "verplicht en leeg"},
        {"trajectory_id": "t3", **wrong, "started_on": None},
        {"trajectory_id": "t4", **wrong, "ended_on": None},
    ]

    p01 = result(delivery(rows, TRAJECTORIES), "P01", "ended_on")

    assert (p01.n_applicable, p01.n_hit) == (1, 1)
    assert "P01" not in {each.check_id for each in judge(delivery(contacts(3)))}


def test_a_filled_in_list_has_a_row_per_question_and_may_answer_each_once(
    delivery: MakeBatch,
) -> None:
    answers = [
        {"record_ref": "1", "response_id": "1", "question_id": question}
        for question in ("4a1", "4a2")
    ]

    once = judge(delivery(answers, SURVEY))
    twice = judge(delivery([*answers, answers[0]], SURVEY))

    assert not any(each.holds for each in once)
    assert [(each.column_name, each.n_hit) for each in twice if each.holds] == [
        ("response_id", 2),
        ("record_ref", 2),
    ]


def test_a_check_that_throws_is_an_error_that_holds_the_source(
    delivery: MakeBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throwing(frame: pd.DataFrame, expectations: dict[str, Any]) -> dict[str, Outcome]:
        return {name: Outcome(False, has_run=False, unexpected_count=0) for name in expectations}

    monkeypatch.setattr(quality.door, "validate", throwing)

    found = judge(delivery(contacts(100), **COMPARED))

    assert {(each.state, each.holds) for each in found} == {("fout", True)}
    assert all("kon niet worden uitgevoerd" in each.message for each in found)


def test_no_value_of_a_row_is_in_any_result(delivery: MakeBatch) -> None:
    secret = "client:k1:00112233445566778899aabbccddeeff"
    rows = [{"record_ref": secret, "contact_id": secret, "team_code": secret}] * 2

    found = judge(delivery(rows))

    assert any(each.holds for each in found)
    assert secret not in repr(found)


def test_an_expectation_that_throws_has_not_run() -> None:
    outcomes = validate(
        pd.DataFrame({"a": [1, 2, 2]}),
        {
            "absent": gxe.ExpectColumnValuesToBeUnique(column="b"),
            "unique": gxe.ExpectColumnValuesToBeUnique(column="a"),
        },
    )

    assert outcomes == {
        "absent": Outcome(success=False, has_run=False, unexpected_count=0),
        "unique": Outcome(success=False, has_run=True, unexpected_count=2, judged_count=3),
    }
