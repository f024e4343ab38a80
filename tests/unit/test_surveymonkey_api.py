"""The API of SurveyMonkey: everybody's answers once, nobody's name, within its limits."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from ingest.contracts import ContractError, SourceContract, load_contract
from ingest.deliveries import take_in
from ingest.home import Home
from ingest.ledger import Ledger
from ingest.originals import Originals
from ingest.pulled import Patience
from ingest.readers import TextTable, open_reader
from ingest.source_states import SourceResult, source_states
from tests.unit.surveymonkey_service import (
    PERSON,
    SURVEY_ID,
    TOKEN,
    Fault,
    Service,
    forbidden,
    half_json,
    maintenance_page,
    other_shape,
    redirect_to,
    server_error,
    serving,
    silence,
    too_many,
    trickle,
)

FIRST, SECOND, THIRD = date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 6)
HASTE = Patience(total_seconds=10, attempts=3, first_wait_seconds=0.01)

LEARNT = "Ik heb meer mensen leren kennen"
GRID = "Wat vond u ervan?"
EXTRA = "Wat wilt u nog kwijt?"


def choice(choice_id: str, text: str) -> dict[str, Any]:
    return {"id": choice_id, "text": text, "visible": True, "position": 1}


AGREEMENT = [choice("11", "Eens"), choice("12", "Oneens")]


def question(question_id: str, heading: str, family: str, **answers: Any) -> dict[str, Any]:
    return {
        "id": question_id,
        "headings": [{"heading": heading}],
        "family": family,
        "answers": answers,
    }


def details() -> dict[str, Any]:
    """Return a survey as GET /surveys/{id}/details gives it."""
    other = {"id": "19", "text": "Anders, namelijk", "is_answer_choice": True, "visible": True}
    return {
        "id": SURVEY_ID,
        "title": "Evaluatie",
        "date_modified": "2026-01-01T10:00:00",
        "response_count": 3,
        "pages": [
            {
                "id": "1",
                "questions": [
                    question("p", "Project", "single_choice", choices=[choice("1", "Maaltijd")]),
                    question(
                        "q1",
                        "<p>Ik heb meer&nbsp;<strong>mensen</strong> leren kennen</p>",
                        "single_choice",
                        choices=AGREEMENT,
                        other=other,
                    ),
                    question(
                        "q2",
                        GRID,
                        "matrix",
                        rows=[choice("r1", "Sfeer"), choice("r2", "Eten")],
                        choices=AGREEMENT,
                        other={"id": "29", "text": "Toelichting", "is_answer_choice": False},
                    ),
                    question("q3", EXTRA, "open_ended"),
                    question("q4", "Wat doet u?", "multiple_choice",
                             choices=[choice("41", "Koken"), choice("42", "Afwassen")]),
                    question("q5", "Uw gegevens", "demographic", rows=[choice("n", "Name")]),
                ],
            }
        ],
    }  # fmt: skip


def response(number: int, modified: str = "", **answers: list[dict[str, str]]) -> dict[str, Any]:
    """Return a filled-in list; answers are by the id of their question."""
    moment = modified or f"2026-01-02T10:{number // 60:02d}:{number % 60:02d}+00:00"
    given: dict[str, list[dict[str, str]]] = {
        "p": [{"choice_id": "1"}],
        "q1": [{"choice_id": "11"}],
        "q3": [{"text": "Bel Fatima op 0612345678"}],
        "q5": [{"row_id": "n", "text": "Fatima Jansen-Öztürk"}],
    }
    return {
        **PERSON,
        "id": str(number),
        "collector_id": "77",
        "survey_id": SURVEY_ID,
        "response_status": "completed",
        "date_created": "2026-01-02T09:00:00+00:00",
        "date_modified": moment,
        "pages": [
            {
                "id": "1",
                "questions": [
                    {"id": question_id, "answers": each}
                    for question_id, each in (given | answers).items()
                ],
            }
        ],
    }


def document(address: str, *questions: str) -> dict[str, Any]:
    """Return a contract on the survey with questions of these names, as it would be in YAML."""
    kept = {"logicalType": "string", "required": True, "classification": "keep"}
    enum = [{"value": "Eens", "label": "3"}, {"value": "Oneens", "label": "2"}]
    asked = [
        {"name": f"4a{position}", "physicalName": text, "logicalType": "string",
         "classification": "keep", "semanticType": "question", "enum": enum}
        for position, text in enumerate(questions or (LEARNT,), start=1)
    ]  # fmt: skip
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "evaluatie",
        "version": "1.0.0",
        "status": "active",
        "servers": [
            {
                "server": "surveymonkey",
                "type": "api",
                "location": address,
                "customProperties": [
                    {"property": "layout", "value": "surveymonkey"},
                    {"property": "survey_id", "value": SURVEY_ID},
                    {"property": "dateFormat", "value": "%m/%d/%Y %I:%M:%S %p"},
                ],
            }
        ],
        "schema": [
            {
                "name": "answers",
                "customProperties": [{"property": "source", "value": "survey"}],
                "properties": [
                    {**kept, "name": "response_id", "physicalName": "Respondent ID",
                     "primaryKey": True},
                    {**kept, "name": "completed_on", "physicalName": "End Date",
                     "logicalType": "date"},
                    {**kept, "name": "project_title", "physicalName": "Project"},
                    *asked,
                ],
            }
        ],
        "customProperties": [{"property": "questionnaire", "value": "participant"}],
    }  # fmt: skip


@dataclass
class Organisation:
    """A home with a contract on the survey, and its nights."""

    home: Home
    contract: dict[str, Any]

    def loaded(self) -> SourceContract:
        file = self.home.contracts / "evaluatie.yaml"
        file.write_text(yaml.safe_dump(self.contract, allow_unicode=True), encoding="utf-8")
        return load_contract(file)

    def night(self, as_of: date, patience: Patience = HASTE) -> SourceResult:
        return take_in(
            self.home, self.loaded(), as_of=as_of, judge=lambda batch: [], patience=patience
        )

    def answers(self) -> list[tuple[str, str, str | None]]:
        rows = pq.read_table(self.home.raw / "survey" / "answers" / "evaluatie.parquet").to_pylist()
        return sorted((row["response_id"], row["question_id"], row["answer_code"]) for row in rows)

    def respondents(self) -> list[int]:
        return sorted({int(respondent) for respondent, _, _ in self.answers()})

    def table(self) -> dict[str, list[str | None]]:
        """Return what the reader makes of the newest delivery, by column."""
        received = [e for e in Ledger(self.home.ledger_file).events() if e.event == "received"]
        contract = self.loaded()
        with Originals(self.home, "evaluatie").open(received[-1].delivery_id) as data:
            table: TextTable = open_reader(contract).read(data, contract)
            [batch] = table.batches
        columns = (column.to_pylist() for column in batch.columns)
        return dict(zip(table.header, columns, strict=True))


@pytest.fixture
def service() -> Iterator[Service]:
    with serving(Service(details(), [response(number) for number in (1, 2, 3)])) as service:
        yield service


@pytest.fixture
def organisation(tmp_path: Path, service: Service) -> Organisation:
    home = Home(tmp_path / "home")
    home.create()
    (home.keys / "surveymonkey.secret").write_text(TOKEN)
    (home.keys / "surveymonkey.secret").chmod(0o600)
    return Organisation(home, document(service.address))


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.pulled.surveymonkey_api._PER_PAGE", 2)


def test_every_completed_list_is_taken_in_page_by_page(
    organisation: Organisation, service: Service, small_pages: None
) -> None:
    service.responses = [response(number) for number in range(1, 6)]
    service.responses[3]["response_status"] = "partial"
    result = organisation.night(FIRST)
    assert (result.state, result.data_as_of, result.rows_in) == ("actueel", FIRST, 4)
    assert organisation.answers() == [(str(n), "4a1", "3") for n in (1, 2, 3, 5)]
    assert service.pages() == ["1", "2"]
    assert organisation.table()["End Date"][0] == "01/02/2026 11:00:01 AM"


def test_a_second_night_with_the_same_answers_is_skipped(
    organisation: Organisation, service: Service
) -> None:
    organisation.night(FIRST)
    service.details["response_count"] = 4
    assert organisation.night(SECOND).data_as_of == SECOND
    events = [event.event for event in Ledger(organisation.home.ledger_file).events()]
    assert events == ["received", "accepted", "skipped"]


def test_names_addresses_and_free_text_are_not_even_in_the_encrypted_original(
    organisation: Organisation,
) -> None:
    organisation.night(FIRST)
    received, *_ = Ledger(organisation.home.ledger_file).events()
    with Originals(organisation.home, "evaluatie").open(received.delivery_id) as data:
        kept = data.read().decode()
    assert '"choice_id": "11"' in kept
    personal = ["192.0.2.17", "example.nl", "Fatima", "Jansen", "998877", "0612345678", "564728340"]
    assert [value for value in (*personal, "edit_url", "metadata") if value in kept] == []


def test_a_text_is_taken_in_only_when_the_contract_names_it(
    organisation: Organisation, service: Service
) -> None:
    service.responses = [response(1, q3=[{"text": "Eens"}])]
    organisation.contract = document(service.address, LEARNT, EXTRA)
    organisation.night(FIRST)
    assert organisation.answers() == [("1", "4a1", "3"), ("1", "4a2", "3")]


def test_ids_become_the_names_that_the_exports_use(
    organisation: Organisation, service: Service
) -> None:
    service.responses = [
        response(
            1,
            q1=[{"other_id": "19", "text": "Weet niet"}],
            q2=[{"row_id": "r1", "choice_id": "11"}, {"row_id": "r2", "choice_id": "12"},
                {"other_id": "29", "text": "Gezellig"}],
            q4=[{"choice_id": "42"}],
        ),
        response(2, q1=[{"choice_id": "12"}, {"other_id": "19", "text": "Beetje"}],
                 q4=[{"choice_id": "41"}, {"choice_id": "42"}]),
        response(3, q1=[{"choice_id": "9999"}]),
    ]  # fmt: skip
    names = (LEARNT, f"{GRID} - Sfeer", f"{GRID} - Eten", "Wat doet u?", "Wat doet u? - Koken")
    organisation.contract = document(service.address, *names)
    organisation.night(FIRST)
    table = organisation.table()
    assert {name: table[name] for name in names} == {
        LEARNT: ["Anders, namelijk", "Oneens", "(onbekende keuze 9999)"],
        f"{GRID} - Sfeer": ["Eens", None, None],
        f"{GRID} - Eten": ["Oneens", None, None],
        "Wat doet u?": ["Afwassen", "Koken;Afwassen;", None],
        "Wat doet u? - Koken": [None, "Koken", None],
    }
    assert table["Respondent ID"] == ["1", "2", "3"]
    assert table["Collector ID"] == ["77", "77", "77"]
    assert table[f"{GRID} - Toelichting"] == [None, None, None]


def test_a_matrix_of_menus_is_named_by_row_and_column(
    organisation: Organisation, service: Service
) -> None:
    columns = [{"id": "c1", "text": "Eerst", "choices": AGREEMENT},
               {"id": "c2", "text": "Nu", "choices": AGREEMENT}]  # fmt: skip
    service.details["pages"][0]["questions"][2]["answers"] = {
        "rows": [choice("r1", "Sfeer")],
        "cols": columns,
    }
    service.responses = [response(1, q2=[{"row_id": "r1", "col_id": "c2", "choice_id": "12"}])]
    organisation.contract = document(service.address, f"{GRID} - Sfeer - Nu")
    organisation.night(FIRST)
    assert organisation.answers() == [("1", "4a1", "2")]


def test_a_rating_with_one_row_without_a_name_is_one_question(
    organisation: Organisation, service: Service
) -> None:
    service.details["pages"][0]["questions"][2]["answers"]["rows"] = [choice("r1", "")]
    service.responses = [response(1, q2=[{"row_id": "r1", "choice_id": "12"}])]
    organisation.contract = document(service.address, GRID)
    organisation.night(FIRST)
    assert organisation.answers() == [("1", "4a1", "2")]


def test_of_a_list_that_comes_twice_the_newest_wins(
    organisation: Organisation, service: Service, small_pages: None
) -> None:
    """List 1 is changed when its page has been read: it comes again, on the last page."""
    service.responses = [response(number) for number in range(1, 6)]

    def change() -> None:
        service.responses[0] = response(1, "2026-01-03T00:00:00+00:00", q1=[{"choice_id": "12"}])

    service.before_page[2] = change
    organisation.night(FIRST)
    codes = [(respondent, code) for respondent, _, code in organisation.answers()]
    # List 3 moved from the second page to the first, which had been read: it is not lost.
    assert codes == [("1", "2"), ("2", "3"), ("3", "3"), ("4", "3"), ("5", "3")]


def test_a_list_that_is_deleted_meanwhile_does_not_hide_another(
    organisation: Organisation, service: Service, small_pages: None
) -> None:
    service.responses = [response(number) for number in range(1, 6)]
    service.before_page[2] = lambda: service.responses.pop(0)
    organisation.night(FIRST)
    assert organisation.respondents() == [2, 3, 4, 5]


def test_a_list_that_the_service_itself_gives_twice_is_taken_in_once(
    organisation: Organisation, service: Service, small_pages: None
) -> None:
    service.responses.append(response(1, "2026-01-03T00:00:00+00:00", q1=[{"choice_id": "12"}]))
    organisation.night(FIRST)
    assert organisation.answers() == [("1", "4a1", "2"), ("2", "4a1", "3"), ("3", "4a1", "3")]


def test_at_the_limit_of_the_day_a_pull_stops_and_goes_on_the_next_night(
    organisation: Organisation, service: Service, small_pages: None
) -> None:
    organisation.night(FIRST)
    service.responses = [response(number) for number in range(1, 10)]
    service.day_left = 4
    result = organisation.night(SECOND)
    assert (result.state, result.data_as_of) == ("verouderd", FIRST)
    assert "SurveyMonkey per dag toestaat is op" in result.message
    # Half a survey never takes the place of a whole one.
    assert organisation.respondents() == [1, 2, 3]
    for file in (organisation.home.originals / "evaluatie").iterdir():
        assert b"choice" not in file.read_bytes()
    asked = len(service.asked)
    assert service.pages()[-3:] == ["1", "2", "3"]

    service.day_left = 500
    assert organisation.night(THIRD).state == "actueel"
    assert organisation.respondents() == list(range(1, 10))
    # From the sixth list on (and the sixth itself, to be sure), and a look at how many there are.
    assert "start_modified_at=2026-01-02T10%3A00%3A05" in service.asked[asked + 1]
    assert len(service.asked) - asked == 4
    [first, second] = (organisation.home.originals / "evaluatie").iterdir()
    assert {first.suffix, second.suffix} == {".enc"}


def test_what_changes_between_two_nights_of_one_pull_is_not_lost(
    organisation: Organisation, service: Service, small_pages: None
) -> None:
    """List 1 changes while the second page is asked: list 3 falls between two pages."""
    service.responses = [response(number) for number in range(1, 8)]
    service.day_left = 3
    newer = response(1, "2026-01-03T00:00:00+00:00", q1=[{"choice_id": "12"}])
    service.before_page[2] = lambda: service.responses.__setitem__(0, newer)
    organisation.night(FIRST)
    service.day_left = 500
    organisation.night(SECOND)
    assert organisation.respondents() == [1, 2, 3, 4, 5, 6, 7]
    assert organisation.answers()[0] == ("1", "4a1", "2")


def test_pages_of_another_contract_are_not_gone_on_with(
    organisation: Organisation, service: Service, small_pages: None
) -> None:
    service.day_left = 2
    organisation.night(FIRST)
    service.day_left = 500
    organisation.contract = document(service.address, LEARNT, EXTRA)
    service.responses = [response(number, q3=[{"text": "Oneens"}]) for number in (1, 2, 3)]
    organisation.night(SECOND)
    assert {code for _, asked, code in organisation.answers() if asked == "4a2"} == {"2"}


def test_a_full_minute_is_waited_for(organisation: Organisation, service: Service) -> None:
    service.minute_left, service.minute_reset = 1, 1

    def next_minute(handler: Any) -> None:
        service.minute_left = 120
        too_many(handler)

    service.fail("bulk", next_minute)
    assert organisation.night(FIRST).state == "actueel"
    assert min(service.seconds_between_questions()) >= 1


def test_a_minute_that_lasts_longer_than_our_patience_ends_the_pull(
    organisation: Organisation, service: Service
) -> None:
    service.minute_left, service.minute_reset = 1, 60
    result = organisation.night(FIRST, Patience(total_seconds=5))
    assert "de tijd voor deze bron (1 min) is op" in result.message
    assert len(service.asked) == 1


@pytest.mark.parametrize("fault", [server_error, maintenance_page, half_json, other_shape, silence])
def test_a_bad_answer_is_asked_for_again(
    organisation: Organisation,
    service: Service,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ingest.pulled.surveymonkey_api._READ_SECONDS", 0.3)
    service.fail("bulk", fault)
    assert organisation.night(FIRST).rows_in == 3


FAILURES: dict[str, tuple[Fault, str]] = {
    "server error": (server_error, "SurveyMonkey geeft foutcode 500"),
    "maintenance": (maintenance_page, "er kwam iets anders dan antwoorden"),
    "half an answer": (half_json, "er kwam iets anders dan antwoorden"),
    "too many": (too_many, "te veel gevraagd wordt (1040)"),
    "forbidden": (forbidden, "responses_read_detail"),
}


@pytest.mark.parametrize(("fault", "said"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_a_state_of_the_source_that_keeps_its_last_good_rows(
    organisation: Organisation, service: Service, fault: Fault, said: str
) -> None:
    organisation.night(FIRST)
    service.minute_reset = 0
    service.fail("bulk", fault, times=9)
    result = organisation.night(SECOND)
    assert (result.state, result.data_as_of, result.rows_in) == ("verouderd", FIRST, 3)
    assert result.message.startswith("evaluatie: niet opgehaald, want ")
    assert said in result.message
    assert organisation.respondents() == [1, 2, 3]
    assert source_states(organisation.home, [organisation.loaded()], as_of=SECOND) == [result]


@pytest.mark.parametrize("fault", [silence, trickle])
def test_a_service_that_does_not_come_to_an_end_does_not_keep_the_night(
    organisation: Organisation, service: Service, fault: Fault
) -> None:
    service.fail("details", fault, times=9)
    result = organisation.night(FIRST, Patience(total_seconds=0.4, first_wait_seconds=0.01))
    assert "de tijd voor deze bron" in result.message


def test_an_unknown_survey_and_a_wrong_token_say_what_to_do(
    organisation: Organisation, service: Service
) -> None:
    service.details["id"] = "999"
    assert "Controleer survey_id in het contract" in organisation.night(FIRST).message
    (organisation.home.keys / "surveymonkey.secret").write_text("een-ander-Token")
    message = organisation.night(FIRST).message
    assert "Zet een geldig token in keys/surveymonkey.secret" in message
    assert "een-ander-Token" not in message


@pytest.mark.parametrize("part", ["details", "bulk"])
def test_the_token_goes_to_no_other_region_by_a_redirect(
    organisation: Organisation, service: Service, part: str
) -> None:
    with serving(Service(details(), [])) as other:
        service.fail(part, redirect_to(other.address), times=9)
        result = organisation.night(FIRST)
    assert "verwijst door naar een ander adres" in result.message
    assert other.asked == []


def test_the_token_goes_to_no_other_region_by_a_next_page(
    organisation: Organisation, service: Service, small_pages: None
) -> None:
    with serving(Service(details(), [])) as other:
        service.next_host = other.address
        result = organisation.night(FIRST)
    assert "verwijst naar een ander adres dan dat van het contract" in result.message
    assert other.asked == []


def test_the_contract_says_which_region_is_asked(
    organisation: Organisation, service: Service
) -> None:
    with serving(Service(details(), [response(8)])) as other:
        organisation.contract["servers"][0]["location"] = other.address
        organisation.night(FIRST)
        assert other.tokens == [f"bearer {TOKEN}"] * 2
    assert organisation.respondents() == [8]
    assert service.asked == []


@pytest.mark.parametrize(
    "location",
    ["", "http://api.surveymonkey.com", "https://", "https://api.surveymonkey.com/v3",
     "https://x@api.surveymonkey.com", "ftp://api.surveymonkey.com"],
)  # fmt: skip
def test_a_token_is_sent_to_a_safe_address_only(organisation: Organisation, location: str) -> None:
    organisation.contract["servers"][0]["location"] = location
    with pytest.raises(ContractError, match="location is het adres van uw regio"):
        organisation.loaded()


def test_links_that_lead_round_are_not_followed_for_ever(
    organisation: Organisation, service: Service, small_pages: None
) -> None:
    def to_itself(handler: Any) -> None:
        link = f"{service.address}{handler.path}"
        handler.send({"data": [], "total": 3, "links": {"next": link}})

    service.fail("bulk", to_itself, times=99)
    assert "verwijst rond" in organisation.night(FIRST).message


def test_two_questions_with_one_heading_are_told_apart_by_a_number(
    organisation: Organisation, service: Service
) -> None:
    again = question("q9", LEARNT, "single_choice", choices=AGREEMENT)
    service.details["pages"][0]["questions"].append(again)
    service.responses = [response(1, q9=[{"choice_id": "12"}])]
    organisation.contract = document(service.address, LEARNT, f"{LEARNT} (2)")
    organisation.night(FIRST)
    assert organisation.answers() == [("1", "4a1", "3"), ("1", "4a2", "2")]
