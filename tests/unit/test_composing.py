"""Raw is composed of what every delivery is authority for, whatever the order of arrival."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.composing import Composition
from ingest.contracts import Contracts, SourceContract, load_contract
from ingest.coverage import Coverage, CoverageKind
from ingest.deliveries import rebuild_raw, resume, take_in
from ingest.door import DoorBatch, DoorResult
from ingest.home import Home
from ingest.kept.removing import contributing
from ingest.ledger import Ledger, LedgerEvent
from ingest.source_states import SourceResult

CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: ecd-contacten
name: Contacten
version: 1.0.0
status: active
servers:
  - {server: inbox, type: local, path: "contacten_{delivered_on}.csv", format: csv,
     encoding: utf-8, delimiter: ";",
     customProperties: [{property: layout, value: table},
                        {property: dateFormat, value: "%d-%m-%Y"}]}
schema:
  - name: contacts
    customProperties: [{property: source, value: ecd}]
    properties:
      - {name: contact_id, physicalName: Nr, logicalType: string, required: true,
         primaryKey: true, classification: keep}
      - {name: contact_on, physicalName: Datum, logicalType: date, required: true,
         classification: keep}
      - {name: minutes, physicalName: Minuten, logicalType: integer, required: true,
         classification: keep}
"""
OPERATION = {
    "name": "operation", "physicalName": "Mutatie", "logicalType": "string",
    "classification": "keep",
    "enum": [{"value": "W", "label": "upsert"}, {"value": "V", "label": "delete"}],
}  # fmt: skip
PATHS = {
    "full": "contacten_{delivered_on}.csv",
    "scoped": "contacten_{scope}_{delivered_on}.csv",
    "delta": "contacten_{delivered_on}.csv",
    "period": "contacten_{period}_{delivered_on}.csv",
    "days": "contacten_{period_start}-{period_end}_{delivered_on}.csv",
}


def document(shape: str) -> dict[str, Any]:
    """Return the contract on contacts that are delivered in this shape."""
    known: dict[str, Any] = yaml.safe_load(CONTRACT)
    known["servers"][0]["path"] = PATHS[shape]
    kind = {"scoped": "full", "days": "period"}.get(shape, shape)
    known["customProperties"] = [{"property": "coverage", "value": kind}]
    if kind == "period":
        known["customProperties"].append({"property": "coverageColumn", "value": "contact_on"})
    if kind == "delta":
        known["schema"][0]["properties"].append(OPERATION)
    return known


@dataclass
class Source:
    """One source of contacts and its nights."""

    home: Home
    contract: dict[str, Any]
    batches: list[DoorBatch] = field(default_factory=list)
    holds: tuple[str, ...] = ()

    def deliver(self, name: str, *rows: str) -> None:
        """Put a file in the inbox; a row is nr;dd-mm;minutes, of a delta with W or V."""
        headers = [each["physicalName"] for each in self.contract["schema"][0]["properties"]]
        lines = [";".join(headers)]
        for row in rows:
            number, day, *rest = row.split(";")
            lines.append(";".join([number, f"{day}-2026" if day else "", *rest]))
        text = "".join(f"{line}\r\n" for line in lines)
        (self.home.inbox / f"contacten_{name}.csv").write_text(text, encoding="utf-8")

    def night(self, day: int = 31) -> SourceResult:
        as_of = date(2026, 3, day)
        return take_in(self.home, self.loaded(), as_of=as_of, judge=self._judge)

    def _judge(self, batch: DoorBatch) -> list[DoorResult]:
        self.batches.append(batch)
        return [
            DoorResult(check_id, None, 1, 1, "afgekeurd", holds=True, message="te anders")
            for check_id in self.holds
        ]

    def loaded(self) -> SourceContract:
        file = self.home.contracts / "ecd-contacten.yaml"
        file.write_text(yaml.safe_dump(self.contract), encoding="utf-8")
        return load_contract(file)

    @property
    def raw_file(self) -> Path:
        return self.home.raw / "ecd" / "contacts" / "ecd-contacten.parquet"

    def rows(self) -> list[dict[str, Any]]:
        return pq.read_table(self.raw_file).to_pylist()

    def minutes(self) -> dict[str, int]:
        """Return the minutes of every contact that counts; a contact counts once."""
        good = [row for row in self.rows() if row["reject_reason"] is None]
        assert len({row["contact_id"] for row in good}) == len(good)
        return {row["contact_id"]: row["minutes"] for row in good}

    def rejected(self) -> list[tuple[str, str, str]]:
        """Return key, column and reason of every row that was rejected."""
        return [
            (row["contact_id"], row["reject_column"], row["reject_reason"])
            for row in self.rows()
            if row["reject_reason"]
        ]

    def messages(self) -> list[str]:
        return [each.message for each in Ledger(self.home.ledger_file).events() if each.message]


def source(folder: Path, shape: str) -> Source:
    home = Home(folder / "home")
    home.create()
    return Source(home, document(shape))


@pytest.fixture
def full(tmp_path: Path) -> Source:
    return source(tmp_path, "full")


@pytest.fixture
def scoped(tmp_path: Path) -> Source:
    return source(tmp_path, "scoped")


@pytest.fixture
def delta(tmp_path: Path) -> Source:
    return source(tmp_path, "delta")


@pytest.fixture
def monthly(tmp_path: Path) -> Source:
    return source(tmp_path, "period")


def test_a_client_that_left_a_full_delivery_leaves_raw(full: Source) -> None:
    full.deliver("20260301", "a;01-01;10", "b;01-01;20")
    full.night(1)
    full.deliver("20260302", "b;01-01;20")
    full.night(2)
    assert full.minutes() == {"b": 20}


def test_a_full_delivery_replaces_only_its_own_scope(scoped: Source) -> None:
    scoped.deliver("noord_20260301", "a;01-01;10", "b;01-01;20")
    scoped.deliver("Zuid_20260301", "c;01-01;30")
    scoped.night(1)
    assert scoped.minutes() == {"a": 10, "b": 20, "c": 30}
    # Capitals make no other scope.
    scoped.deliver("NOORD_20260302", "b;01-01;21")
    scoped.night(2)
    assert scoped.minutes() == {"b": 21, "c": 30}


def test_a_contact_that_moved_to_another_scope_counts_there_only(scoped: Source) -> None:
    scoped.deliver("noord_20260301", "a;01-01;10", "b;01-01;20")
    scoped.night(1)
    scoped.deliver("zuid_20260302", "a;01-01;11")
    scoped.night(2)
    assert scoped.minutes() == {"b": 20, "a": 11}
    # Zuid no longer has it, and noord never said that it went.
    scoped.deliver("zuid_20260303", "c;01-01;30")
    scoped.night(3)
    assert scoped.minutes() == {"a": 10, "b": 20, "c": 30}


def test_a_scope_that_stays_away_makes_the_source_stale(scoped: Source) -> None:
    scoped.contract["slaProperties"] = [{"property": "frequency", "value": 7, "unit": "d"}]
    scoped.deliver("noord_20260301", "a;01-01;10")
    scoped.deliver("zuid_20260310", "b;01-01;10")
    result = scoped.night(10)
    assert (result.state, result.data_as_of) == ("verouderd", date(2026, 3, 1))
    assert "de nieuwste levering van 'noord' is van 1 maart 2026, 9 dagen oud" in result.message


def test_a_delta_adds_changes_and_deletes_by_key(delta: Source) -> None:
    delta.deliver("20260301", "a;01-01;10;W", "b;01-01;20;W", "c;01-01;30;W")
    delta.night(1)
    delta.deliver("20260302", "b;02-01;21;W", "d;02-01;40;", "c;;;V")
    result = delta.night(2)
    assert delta.minutes() == {"a": 10, "b": 21, "d": 40}
    # Rows in = out + rejected + duplicates, and a row that deletes is out.
    assert (result.rows_in, result.rows_out, result.rejected) == (6, 6, 0)


def test_a_delta_without_a_column_for_it_only_adds_and_changes(delta: Source) -> None:
    delta.contract["schema"][0]["properties"].remove(OPERATION)
    delta.deliver("20260301", "a;01-01;10")
    delta.deliver("20260302", "a;01-01;11", "b;01-01;20")
    delta.night()
    assert delta.minutes() == {"a": 11, "b": 20}


def test_a_delete_needs_its_key_and_a_known_operation(delta: Source) -> None:
    delta.deliver("20260301", "a;01-01;10;W", "b;01-01;20;W")
    delta.night(1)
    delta.deliver("20260302", ";;;V", "b;;;X", *(f"{n};01-01;1;W" for n in range(8)))
    delta.night(2)
    assert {"a": 10, "b": 20}.items() <= delta.minutes().items()
    assert delta.rejected() == [
        (None, "contact_id", "verplicht en leeg"),
        ("b", "operation", "onbekende code"),
    ]


def test_a_rejected_update_leaves_the_last_good_row_until_a_good_one_comes(
    delta: Source,
) -> None:
    delta.deliver("20260301", "a;01-01;10;W")
    delta.night(1)
    delta.deliver("20260302", "a;01-01;veel;W", "b;01-01;20;W", "c;01-01;20;W")
    delta.night(2)
    assert delta.minutes() == {"a": 10, "b": 20, "c": 20}
    assert delta.rejected() == [("a", "minutes", "geen geheel getal")]
    delta.deliver("20260303", "a;01-01;12;W")
    delta.night(3)
    assert delta.minutes() == {"a": 12, "b": 20, "c": 20}
    assert delta.rejected() == []


def test_a_delta_without_rows_says_that_nothing_changed(delta: Source) -> None:
    delta.deliver("20260301", "a;01-01;10;W")
    delta.night(1)
    delta.deliver("20260302")
    result = delta.night(2)
    assert (result.state, result.data_as_of) == ("actueel", date(2026, 3, 2))
    assert delta.minutes() == {"a": 10}


def test_a_late_older_delta_is_slotted_in(delta: Source) -> None:
    delta.deliver("20260301", "a;01-01;10;W", "b;01-01;20;W")
    delta.deliver("20260303", "a;01-01;30;W")
    delta.night(3)
    delta.deliver("20260302", "a;01-01;11;W", "b;;;V", "c;01-01;40;W")
    delta.night(3)
    assert delta.minutes() == {"a": 30, "c": 40}


def test_a_held_delta_holds_up_no_other(delta: Source) -> None:
    delta.deliver("20260301", "a;01-01;10;W")
    delta.night(1)
    delta.deliver("20260302", "b;01-01;20;W")
    delta.holds = ("K01",)
    assert delta.night(2).held_by == "K01"
    delta.holds = ()
    (delta.home.originals / "ecd-contacten").rename(delta.home.root / "aside")
    delta.deliver("20260303", "c;01-01;30;W")
    delta.night(3)
    assert delta.minutes() == {"a": 10, "c": 30}
    for file in (delta.home.root / "aside").iterdir():
        file.rename(delta.home.originals / "ecd-contacten" / file.name)
    delta.night(4)
    assert delta.minutes() == {"a": 10, "b": 20, "c": 30}


def test_a_source_that_goes_back_by_delta_is_taken_in_again(delta: Source) -> None:
    for day, minutes in ((1, 10), (2, 11), (3, 10)):
        delta.deliver(f"2026030{day}", f"a;01-01;{minutes};W")
        delta.night(day)
    assert delta.minutes() == {"a": 10}


def test_a_corrected_month_is_rebuilt_and_the_others_stay_as_they_were(monthly: Source) -> None:
    monthly.deliver("202601_20260201", "a;10-01;10", "b;11-01;20")
    monthly.deliver("202602_20260301", "c;10-02;30")
    monthly.night(1)
    (february,) = [row for row in monthly.rows() if row["contact_id"] == "c"]
    monthly.deliver("202601_20260302", "a;10-01;15", "d;31-01;40")
    monthly.night(2)
    assert monthly.minutes() == {"a": 15, "c": 30, "d": 40}
    assert february in monthly.rows()


def test_a_week_instead_of_everything_deletes_nothing_outside_it(tmp_path: Path) -> None:
    days = source(tmp_path, "days")
    days.deliver(
        "20260101-20260131_20260201", "a;01-01;10", "b;08-01;20", "c;14-01;30", "d;15-01;40"
    )
    days.night(1)
    days.deliver("20260108-20260114_20260301", "c;14-01;31")
    days.night(1)
    assert days.minutes() == {"a": 10, "c": 31, "d": 40}


def test_a_row_outside_the_period_of_its_file_is_rejected(monthly: Source) -> None:
    monthly.deliver("202601_20260201", "a;31-01;10", "b;01-02;20", "c;31-12;30")
    monthly.night(1)
    assert monthly.minutes() == {"a": 10}
    reason = "buiten de periode van de levering"
    assert monthly.rejected() == [("b", "contact_on", reason), ("c", "contact_on", reason)]
    # The file that is authority for that day has the row.
    monthly.deliver("202602_20260301", "b;01-02;20")
    monthly.night(1)
    assert monthly.minutes() == {"a": 10, "b": 20}
    assert [key for key, *_ in monthly.rejected()] == ["c"]


def test_rejected_rows_of_a_month_go_when_it_is_corrected(monthly: Source) -> None:
    monthly.deliver(
        "202601_20260201", "a;10-01;10", "b;x;20", "c;12-01;20", "d;12-01;20", "e;12-01;20"
    )
    monthly.night(1)
    assert [key for key, *_ in monthly.rejected()] == ["b"]
    monthly.deliver("202601_20260202", "a;10-01;10")
    monthly.night(2)
    assert (monthly.minutes(), monthly.rejected()) == ({"a": 10}, [])


def test_an_older_file_of_a_month_is_skipped_and_an_older_month_is_not(monthly: Source) -> None:
    monthly.deliver("202602_20260305", "b;10-02;20")
    monthly.night(5)
    monthly.deliver("202602_20260301", "b;10-02;19")
    monthly.deliver("202601_20260201", "a;10-01;10")
    monthly.night(5)
    assert monthly.minutes() == {"a": 10, "b": 20}
    assert monthly.messages() == [
        "contacten_202602_20260301.csv: ouder dan de stand van 5 maart 2026, die daarom blijft."
    ]


def test_the_same_month_under_another_name_is_skipped(monthly: Source) -> None:
    monthly.deliver("202601_20260201", "a;10-01;10")
    monthly.deliver("202602_20260202", "b;10-02;20")
    monthly.night(2)
    monthly.deliver("202601_20260303", "a;10-01;10")
    monthly.night(3)
    assert monthly.messages() == [
        "contacten_202601_20260303.csv: dezelfde inhoud als contacten_202601_20260201.csv."
    ]


def test_what_is_known_of_a_period_ends_with_the_period(monthly: Source) -> None:
    monthly.deliver("202601_20260305", "a;10-01;10")
    assert monthly.night(5).data_as_of == date(2026, 1, 31)


def test_the_door_hears_what_came_before_of_the_same_month(monthly: Source) -> None:
    monthly.deliver("202601_20260201", "a;10-01;10", "b;11-01;20", "c;12-01;20")
    monthly.deliver("202603_20260302", "d;10-03;10")
    monthly.deliver("202601_20260303", "a;10-01;11")
    monthly.night(3)
    january, march, corrected = monthly.batches
    assert (january.previous_rows, january.previous_ids, january.missing_days) == (None, 0, 0)
    # February, between them, has 28 days.
    assert (march.previous_rows, march.period_days, march.missing_days) == (3, 90, 28)
    assert (corrected.previous_rows, corrected.previous_ids, corrected.vanished_ids) == (3, 3, 2)


def test_ids_vanish_only_from_what_a_delivery_covers(tmp_path: Path) -> None:
    days = source(tmp_path, "days")
    days.deliver("20260101-20260107_20260201", *(f"{n};0{n}-01;1" for n in range(1, 8)))
    days.deliver("20260105-20260111_20260202", "5;05-01;1", "9;09-01;1")
    days.night(2)
    # Of 5, 6 and 7 January only number 5 is still there; 1 to 4 January it says nothing about.
    assert (days.batches[1].previous_ids, days.batches[1].vanished_ids) == (3, 2)
    assert days.minutes() == dict.fromkeys("123459", 1)


def test_a_delta_is_not_compared(delta: Source) -> None:
    delta.deliver("20260301", "a;01-01;10;W", "b;01-01;10;W")
    delta.deliver("20260302", "c;01-01;10;W")
    delta.night()
    assert {(each.previous_rows, each.previous_ids) for each in delta.batches} == {(None, 0)}


@pytest.mark.parametrize("check_id", ["S08", "S09"])
def test_a_person_lets_the_scope_through_that_waits_for_its_volume(
    scoped: Source, check_id: str
) -> None:
    for name in ("noord", "zuid"):
        scoped.deliver(f"{name}_20260301", f"{name};01-01;10")
    scoped.night(1)
    scoped.holds = (check_id,)
    for name in ("noord", "zuid"):
        scoped.deliver(f"{name}_20260302", f"{name};01-01;11")
    result = scoped.night(2)
    assert result.held_by == check_id
    assert "Ook vastgehouden: contacten_noord_20260302.csv." in result.message
    assert resume(scoped.home, "ecd-contacten") == (
        "contacten_zuid_20260302.csv is vrijgegeven en gaat de volgende nacht mee. Er wachten er "
        "nog 1; herhaal dit commando daarvoor."
    )
    scoped.night(3)
    assert scoped.minutes() == {"noord": 10, "zuid": 11}


def test_a_contract_that_no_longer_fits_an_older_month_leaves_raw_as_it_was(
    monthly: Source,
) -> None:
    monthly.deliver("202601_20260201", "a;10-01;10")
    monthly.deliver("202602_20260301", "b;10-02;10")
    monthly.night(1)
    before = monthly.raw_file.read_bytes()
    dialect = monthly.contract["servers"][0]["customProperties"]
    dialect[1]["value"] = "%Y-%m-%d"
    assert monthly.night(2).held_by == "S10"
    assert monthly.raw_file.read_bytes() == before
    dialect[1]["value"] = "%d-%m-%Y"
    assert monthly.night(3).state == "actueel"
    assert monthly.minutes() == {"a": 10, "b": 10}


def test_another_coverage_counts_for_what_comes_in_from_then_on(full: Source) -> None:
    full.deliver("20260301", "a;01-01;10")
    full.deliver("20260302", "b;01-01;10", "c;01-01;10")
    full.night(2)
    full.contract["customProperties"][0]["value"] = "delta"
    full.deliver("20260303", "c;01-01;11")
    full.night(3)
    assert full.minutes() == {"b": 10, "c": 11}


def test_raw_can_be_thrown_away_and_comes_back_the_same(delta: Source) -> None:
    for day, row in ((1, "a;01-01;10;W"), (2, "b;01-01;x;W"), (3, "a;;;V"), (4, "c;01-01;5;W")):
        delta.deliver(f"2026030{day}", row, f"row{day};01-01;1;W")
        delta.night(day)
    incremental = delta.raw_file.read_bytes()
    delta.raw_file.unlink()
    contract = delta.loaded()
    rebuild_raw(delta.home, Contracts([contract], []), as_of=date(2026, 3, 4))
    assert delta.raw_file.read_bytes() == incremental
    assert len(list(delta.raw_file.parent.iterdir())) == 1


def test_only_what_still_counts_is_needed_to_make_raw_again(monthly: Source) -> None:
    monthly.deliver("202601_20260201", "a;10-01;10")
    monthly.deliver("202602_20260301", "b;10-02;10")
    monthly.deliver("202601_20260302", "a;10-01;11")
    monthly.night(3)
    ledger, source_id = Ledger(monthly.home.ledger_file), monthly.loaded().source_id
    now, before = (contributing(ledger, source_id, date(2026, 3, day)) for day in (3, 1))
    assert [each.delivered_on.day for each in now] == [1, 2]
    assert [each.delivered_on for each in before] == [date(2026, 2, 1), date(2026, 3, 1)]


LIST = """
apiVersion: v3.1.0
kind: DataContract
id: enquete
name: Enquete
version: 1.0.0
status: active
servers:
  - {server: inbox, type: local, path: "contacten_{delivered_on}.csv", format: csv,
     encoding: utf-8, delimiter: ";",
     customProperties: [{property: layout, value: table},
                        {property: dateFormat, value: "%d-%m-%Y"}]}
schema:
  - name: answers
    customProperties: [{property: source, value: survey}]
    properties:
      - {name: response_id, physicalName: ID, logicalType: string, required: true,
         primaryKey: true, classification: keep}
      - {name: completed_on, physicalName: Datum, logicalType: date, required: true,
         classification: keep}
      - {name: project_title, physicalName: Project, logicalType: string, classification: keep}
      - {name: "4a1", physicalName: V1, logicalType: string, classification: keep,
         semanticType: question, enum: [{value: Eens, label: "1"}]}
      - {name: "4b1", physicalName: V2, logicalType: string, classification: keep,
         semanticType: question, enum: [{value: Eens, label: "1"}]}
customProperties:
  - {property: coverage, value: delta}
  - {property: questionnaire, value: participant}
"""


def test_an_updated_list_replaces_all_answers_of_it(tmp_path: Path) -> None:
    survey = source(tmp_path, "delta")
    survey.contract = yaml.safe_load(LIST)
    survey.deliver("20260301", "1;01-03;p;Eens;Eens", "2;01-03;p;Eens;Eens", "3;01-03;p;Eens;")
    survey.night(1)
    # List 1 has one answer left, list 2 none, and list 3 cannot be read.
    survey.deliver("20260302", "1;01-03;p;;Eens", "2;01-03;p;;", "3;33-03;p;Eens;Eens")
    survey.night(2)
    raw = survey.home.raw / "survey" / "answers" / "ecd-contacten.parquet"
    rows = pq.read_table(raw.with_name("enquete.parquet")).to_pylist()
    assert [
        (row["response_id"], row["question_id"], row["reject_reason"], row["delivery_id"][:8])
        for row in rows
    ] == [
        ("3", "4a1", None, "20260301"),
        ("1", "4b1", None, "20260302"),
        ("3", "4a1", "geen datum", "20260302"),
        ("3", "4b1", "geen datum", "20260302"),
    ]


DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(8)]


@dataclass(frozen=True)
class Row:
    """One row of a file: good, of another kind than it should be, or deleting."""

    key: str
    day: date
    what: str


@dataclass(frozen=True)
class File:
    """One file as hypothesis thinks it up; its place in the list says when it was delivered."""

    kind: CoverageKind
    scope: str
    first: date
    last: date
    rows: tuple[Row, ...]

    def good(self, row: Row) -> bool:
        is_outside = self.kind == "period" and not self.first <= row.day <= self.last
        return row.what == "delete" or (row.what == "good" and not is_outside)


@st.composite
def files(draw: st.DrawFn) -> File:
    kind: CoverageKind = draw(st.sampled_from(["full", "delta", "period"]))
    first, last = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=2)))
    what = ["good", "good", "bad", *(["delete"] if kind == "delta" else [])]
    rows = draw(
        st.lists(
            st.builds(Row, st.sampled_from("abcd"), st.sampled_from(DAYS), st.sampled_from(what)),
            max_size=4,
            unique_by=lambda row: row.key,
        )
    )
    return File(kind, draw(st.sampled_from("nz")), first, last, tuple(rows))


def model(delivered: list[File]) -> list[tuple[int, str]]:
    """Return place and key of the rows that count, by the rules as they are told to people."""

    def is_replaced(file: File, row: Row, newer: File) -> bool:
        if newer.kind == "delta" or newer.scope != file.scope:
            return False
        is_inside = newer.first <= file.first and file.last <= newer.last
        is_corrected = file.kind == "period" and is_inside
        was_covered = file.kind != "period" or file.first <= row.day <= file.last
        is_covered = was_covered and newer.first <= row.day <= newer.last
        return newer.kind == "full" or is_corrected or is_covered

    left = [
        (place, file, row)
        for place, file in enumerate(delivered)
        for row in file.rows
        if not any(is_replaced(file, row, newer) for newer in delivered[place + 1 :])
    ]
    newest_good = {row.key: place for place, file, row in left if file.good(row)}
    return [
        (place, row.key)
        for place, _, row in left
        if row.what != "delete" and newest_good.get(row.key, place) <= place
    ]


class Desk:
    """Lays files on the raw file of one home, as they arrive."""

    def __init__(self, folder: Path, contract: SourceContract) -> None:
        self.home, self.contract = Home(folder), contract
        self.home.create()
        (self.home.landing / contract.source_id).mkdir()
        self.composition = Composition(self.home, contract)
        self.composition.sweep()
        self.ledger = Ledger(self.home.ledger_file)

    def arrives(self, place: int, file: File) -> None:
        delivery_id = f"{place:08d}"
        facts: dict[str, Any] = {
            "source_id": self.contract.source_id,
            "delivery_id": delivery_id,
            "sha256": delivery_id,
            "file_name": "contacten.csv",
            "size": 1,
            "delivered_on": date(2026, 2, 1) + timedelta(days=place),
            "coverage": Coverage(file.kind, file.scope,
                                 *((file.first, file.last) if file.kind == "period" else ())),
        }  # fmt: skip
        pq.write_table(_landed(delivery_id, file.rows), self.composition.landing_file(delivery_id))
        self.ledger.append(LedgerEvent(event="received", **facts))
        self.ledger.append(LedgerEvent(event="accepted", **facts))

    def compose(self) -> None:
        as_of = date(2026, 12, 31)
        standing = self.ledger.standing(self.contract.source_id, as_of)
        if not self.composition.is_made_of(standing):
            known = self.ledger.deliveries(self.contract.source_id, as_of)
            self.composition.compose(standing, known)

    def raw(self) -> bytes:
        return self.composition.raw_file.read_bytes()

    def counted(self) -> list[tuple[int, str]]:
        rows = pq.read_table(self.composition.raw_file).to_pylist()
        return [(int(row["delivery_id"]), row["contact_id"]) for row in rows]


def _landed(delivery_id: str, rows: Iterable[Row]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "delivery_id": delivery_id,
                "row_number": number,
                "record_ref": row.key,
                "row_fault": None,
                "contact_id": row.key,
                "contact_on": f"{row.day:%d-%m-%Y}",
                "minutes": "x" if row.what == "bad" else "5",
                "operation": "V" if row.what == "delete" else "W",
            }
            for number, row in enumerate(rows, start=2)
        ],
        pa.schema(
            dict.fromkeys(["delivery_id", "record_ref", "row_fault", "contact_id", "contact_on",
                           "minutes", "operation"], pa.string())
            | {"row_number": pa.int64()}
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> SourceContract:
    """Return a contract under which all three coverages came in."""
    folder = tmp_path_factory.mktemp("contract")
    contract = source(folder, "delta").loaded()
    return replace(contract, coverage_column="contact_on")


@settings(max_examples=10, deadline=None)
@given(delivered=st.lists(files(), min_size=1, max_size=6), data=st.data())
def test_any_deliveries_in_any_order_give_what_the_rules_say(
    mixed: SourceContract,
    tmp_path_factory: pytest.TempPathFactory,
    delivered: list[File],
    data: st.DataObject,
) -> None:
    desk = Desk(tmp_path_factory.mktemp("arrived"), mixed)
    for place, file in data.draw(st.permutations(list(enumerate(delivered)))):
        desk.arrives(place, file)
        if data.draw(st.booleans()):
            desk.compose()
    desk.compose()
    assert desk.counted() == model(delivered)

    as_it_arrived = desk.raw()
    desk.composition.raw_file.unlink()
    desk.compose()
    assert desk.raw() == as_it_arrived

    in_order = Desk(tmp_path_factory.mktemp("in-order"), mixed)
    for place, file in enumerate(delivered):
        in_order.arrives(place, file)
        in_order.compose()
    assert in_order.raw() == as_it_arrived
