"""Which answers come out of a filled-in list, and which are rejected."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from ingest.answers import unpivot
from ingest.cells import parse_column
from ingest.contracts import SourceContract, load_contract
from ingest.raw_tables import raw_tables

SCHEMA = raw_tables()["survey", "answers"].schema()
ANSWERS = {"Helemaal mee oneens": "1", "Mee oneens": "2", "Mee eens": "3", "Ja; soms": "4"}


@pytest.fixture
def contract(tmp_path: Path) -> SourceContract:
    """Return a contract with two blocks of questions, 4a and 6a, on the scale 'helpt'."""
    codes = {**ANSWERS, "Niet van toepassing": "nvt"}
    scale = [
        {"code": code, "label": text, "sort": sort, "counts": code != "nvt", "positive": sort > 2}
        for sort, (text, code) in enumerate(codes.items(), start=1)
    ]
    asked = [
        {
            "name": name,
            "physicalName": f"Vraag {name}",
            "logicalType": "string",
            "classification": "keep",
            "semanticType": "question",
            "enum": [{"value": text, "label": code} for text, code in codes.items()],
        }
        for name in ("4a1", "4a2", "4a10", "6a1")
    ]
    number = {
        "name": "response_id",
        "physicalName": "ID",
        "logicalType": "string",
        "required": True,
        "primaryKey": True,
        "classification": "keep",
    }
    title = {
        "name": "project_title",
        "physicalName": "Project",
        "logicalType": "string",
        "classification": "keep",
    }
    file = tmp_path / "vragenlijst.yaml"
    file.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v3.1.0",
                "kind": "DataContract",
                "id": "vragenlijst",
                "version": "1.0.0",
                "status": "active",
                "servers": [
                    {
                        "server": "inbox",
                        "type": "local",
                        "path": "vragenlijst.xlsx",
                        "format": "xlsx",
                        "customProperties": [{"property": "layout", "value": "microsoft_forms"}],
                    }
                ],
                "schema": [
                    {
                        "name": "answers",
                        "customProperties": [{"property": "source", "value": "survey"}],
                        "properties": [number, title, *asked],
                    }
                ],
                "customProperties": [
                    {"property": "questionnaire", "value": "participant"},
                    {"property": "scale", "value": {"id": "helpt", "answers": scale}},
                ],
            }
        ),
        encoding="utf-8",
    )
    return load_contract(file)


def filled_in(*lists: dict[str, Any]) -> pa.Table:
    """Return typed rows of these lists, as they are before the answers get a row each."""
    common = {"source_id": "vragenlijst", "completed_on": date(2026, 3, 30), "operation": "upsert"}
    return pa.Table.from_pylist([common | row for row in lists], SCHEMA)


def landed(**texts: list[str | None]) -> pa.Table:
    """Return the landed texts per question; 'q4a1' is question 4a1."""
    columns = {name.removeprefix("q"): pa.array(cells) for name, cells in texts.items()}
    return pa.table({name: cells.cast(pa.string()) for name, cells in columns.items()})


def answers_of(answers: pa.Table) -> list[tuple[str, str | None, str | None]]:
    """Return list, question and code of every answer."""
    columns = ("response_id", "question_id", "answer_code")
    return [*zip(*(answers[name].to_pylist() for name in columns), strict=True)]


def rejects_of(answers: pa.Table) -> list[tuple[str | None, str | None]]:
    """Return the rejected column and the reason of every answer."""
    columns = ("reject_column", "reject_reason")
    return [*zip(*(answers[name].to_pylist() for name in columns), strict=True)]


def parsed(text: str, contract: SourceContract) -> tuple[str | None, str | None]:
    """Return the code and the reason of rejection of one answer."""
    column = parse_column(pa.array([text]), contract.items[0], contract)
    return column.values[0].as_py(), column.reasons[0].as_py()


@pytest.mark.parametrize(
    "text",
    ["Mee eens", "mee EENS", "Mee eens\u00a0", "\u00a0Mee  eens ", "Mee\neens", "Mee eens;"],
)
def test_the_same_answer_written_otherwise_has_the_same_code(
    text: str, contract: SourceContract
) -> None:
    assert parsed(text, contract) == ("3", None)


def test_an_option_with_a_semicolon_is_one_answer(contract: SourceContract) -> None:
    assert parsed("Ja; soms", contract) == ("4", None)
    assert parsed("Ja; soms;", contract) == ("4", None)


@pytest.mark.parametrize("text", ["Eens", "3", "#N/A", ";", "Mee eens; dankzij Fatma"])
def test_an_unknown_answer_is_rejected_without_its_text(
    text: str, contract: SourceContract
) -> None:
    assert parsed(text, contract) == (None, "onbekend antwoord")


@pytest.mark.parametrize("text", ["Mee eens;Mee oneens;", "Ja; soms;Mee eens;", "Anders;Mee eens;"])
def test_r14_several_answers_to_one_question_are_rejected(
    text: str, contract: SourceContract
) -> None:
    assert parsed(text, contract) == (None, "meer dan een antwoord")


def test_every_answer_has_a_row_with_what_holds_for_its_list(contract: SourceContract) -> None:
    lists = filled_in(
        {"response_id": "7", "row_number": 2, "record_ref": "7", "project_title": "Taalcafé"}
    )

    answers = unpivot(lists, landed(q4a1=["Mee eens"]), contract)

    assert answers.schema.names == SCHEMA.names
    assert answers.to_pylist() == [
        {
            **dict.fromkeys(SCHEMA.names),
            "source_id": "vragenlijst",
            "operation": "upsert",
            "row_number": 2,
            "record_ref": "7",
            "response_id": "7",
            "questionnaire": "participant",
            "project_title": "Taalcafé",
            "completed_on": date(2026, 3, 30),
            "question_id": "4a1",
            "scale_id": "helpt",
            "answer_code": "3",
        }
    ]


def test_the_answers_stand_list_after_list_in_the_order_of_the_contract(
    contract: SourceContract,
) -> None:
    texts = landed(q6a1=["Mee eens", "Mee oneens"], q4a1=["Mee oneens", "Mee eens"])

    answers = unpivot(filled_in({"response_id": "2"}, {"response_id": "1"}), texts, contract)

    assert answers_of(answers) == [
        ("2", "4a1", "2"),
        ("2", "6a1", "3"),
        ("1", "4a1", "3"),
        ("1", "6a1", "2"),
    ]


def test_r15_a_blank_question_is_skipped_in_an_answered_block_and_not_asked_in_another(
    contract: SourceContract,
) -> None:
    lists = filled_in({"response_id": "1"}, {"response_id": "2"}, {"response_id": "3"})
    texts = landed(
        q4a1=["Mee eens", None, None],
        q4a2=[None, None, None],
        q4a10=[None, None, "Niet van toepassing"],
        q6a1=[None, "Mee oneens", None],
    )

    assert answers_of(unpivot(lists, texts, contract)) == [
        ("1", "4a1", "3"),
        ("1", "4a2", None),
        ("1", "4a10", None),
        ("2", "6a1", "2"),
        ("3", "4a1", None),
        ("3", "4a2", None),
        ("3", "4a10", "nvt"),
    ]


def test_a_question_that_is_not_in_the_export_was_not_asked(contract: SourceContract) -> None:
    answers = unpivot(filled_in({"response_id": "1"}), landed(q4a1=["Mee eens"]), contract)

    assert answers_of(answers) == [("1", "4a1", "3")]


def test_a_list_without_answers_gives_no_rows(contract: SourceContract) -> None:
    answers = unpivot(filled_in({"response_id": "1"}), landed(q4a1=[None]), contract)

    assert answers_of(answers) == []


def test_a_bad_answer_rejects_its_own_row_by_question(contract: SourceContract) -> None:
    texts = landed(q4a1=["Zeker"], q4a2=["Mee eens;Mee oneens;"], q4a10=["Mee eens"])

    answers = unpivot(filled_in({"response_id": "1"}), texts, contract)

    assert answers_of(answers) == [("1", "4a1", None), ("1", "4a2", None), ("1", "4a10", "3")]
    assert rejects_of(answers) == [
        ("4a1", "onbekend antwoord"),
        ("4a2", "meer dan een antwoord"),
        (None, None),
    ]


def test_a_rejected_list_rejects_all_its_answers_for_its_own_reason(
    contract: SourceContract,
) -> None:
    fault = {"reject_column": "completed_on", "reject_reason": "geen datum"}
    texts = landed(q4a1=["Mee eens"], q4a2=["Zeker"], q6a1=[None])

    answers = unpivot(filled_in({"response_id": "1", **fault}), texts, contract)

    assert answers_of(answers) == [("1", "4a1", "3"), ("1", "4a2", None)]
    assert rejects_of(answers) == [("completed_on", "geen datum")] * 2


def test_a_rejected_list_without_answers_keeps_one_row(contract: SourceContract) -> None:
    fault = {"reject_column": "*", "reject_reason": "aantal velden klopt niet"}
    lists = filled_in({"response_id": "1"}, {"row_number": 3, **fault}, {"response_id": "2"})
    texts = landed(q4a1=["Mee eens", None, "Mee oneens"])

    answers = unpivot(lists, texts, contract)

    assert answers_of(answers) == [("1", "4a1", "3"), (None, None, None), ("2", "4a1", "2")]
    assert rejects_of(answers)[1] == ("*", "aantal velden klopt niet")
    assert answers["row_number"].to_pylist()[1] == 3
