"""What is read from the CSV that SurveyMonkey gives, and what is refused."""

import csv
import json
import os
from collections import Counter
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.contracts import SourceContract, load_contract
from ingest.readers import ReadError, TextTable, open_reader
from ingest.readers.surveymonkey import Block, parse_header

METADATA = ["Respondent ID", "Collector ID", "Start Date", "End Date"]
BLANK = [""] * len(METADATA)
LEARNT = "Ik heb meer mensen leren kennen"
SUBJECT = "Deze vragen gaan over u"


def contract(tmp_path: Path, *questions: str) -> SourceContract:
    """Return a contract on a SurveyMonkey export with questions 4a1, 4a2 ... of these texts."""
    answers = [{"value": "Eens", "label": "3"}, {"value": "Oneens", "label": "2"}]
    kept = {"logicalType": "string", "required": True, "classification": "keep"}
    moment = {**kept, "logicalType": "date", "physicalName": "End Date"}
    number = {**kept, "physicalName": "Respondent ID", "primaryKey": True}
    title = {**kept, "name": "project_title", "physicalName": "Project"}
    asked = [
        {
            "name": f"4a{position}",
            "physicalName": text,
            "logicalType": "string",
            "classification": "keep",
            "semanticType": "question",
            "enum": answers,
        }
        for position, text in enumerate(questions or (LEARNT,), start=1)
    ]
    layout = {"layout": "surveymonkey", "dateFormat": "%m/%d/%Y %I:%M:%S %p"}
    file = tmp_path / "surveymonkey.yaml"
    file.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v3.1.0",
                "kind": "DataContract",
                "id": "surveymonkey",
                "version": "1.0.0",
                "status": "active",
                "servers": [
                    {
                        "server": "inbox",
                        "type": "local",
                        "path": "surveymonkey_{delivered_on}.csv",
                        "format": "csv",
                        "encoding": "utf-8",
                        "delimiter": ",",
                        "customProperties": [
                            {"property": name, "value": value} for name, value in layout.items()
                        ],
                    }
                ],
                "schema": [
                    {
                        "name": "answers",
                        "customProperties": [{"property": "source", "value": "survey"}],
                        "properties": [
                            {**number, "name": "response_id"},
                            {**moment, "name": "completed_on"},
                            title,
                            *asked,
                        ],
                    }
                ],
                "customProperties": [{"property": "questionnaire", "value": "participant"}],
            }
        ),
        encoding="utf-8",
    )
    return load_contract(file)


def export(*rows: list[str]) -> bytes:
    """Return these rows as SurveyMonkey writes them."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def read(content: bytes, contract: SourceContract) -> TextTable:
    """Read the file as a night does."""
    return open_reader(contract).read(BytesIO(content), contract)


def rows_of(table: TextTable) -> list[dict[str, Any]]:
    """Return the rows of the table by column name, with '#' the row number."""
    return [
        {"#": number, **dict(zip(table.header, cells, strict=True))}
        for batch in table.batches
        for number, *cells in zip(
            batch.row_numbers.to_pylist(),
            *(column.to_pylist() for column in batch.columns),
            strict=True,
        )
    ]


def respondent(number: str) -> list[str]:
    """Return the metadata of one respondent."""
    return [number, "409", "11/03/2021 07:40:47 PM", "11/03/2021 07:44:24 PM"]


def test_a_single_answer_is_named_by_its_question(tmp_path: Path) -> None:
    content = export(
        [*METADATA, LEARNT, "Wat kan beter?"],
        [*BLANK, "Response", "Open-Ended Response"],
        [*respondent("13097"), "Eens", "Niets"],
    )

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert row == {
        "#": 3,
        "Respondent ID": "13097",
        "Collector ID": "409",
        "Start Date": "11/03/2021 07:40:47 PM",
        "End Date": "11/03/2021 07:44:24 PM",
        LEARNT: "Eens",
        "Wat kan beter?": "Niets",
    }


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_makes_no_difference(mark: bytes, tmp_path: Path) -> None:
    content = export([*METADATA, LEARNT], [*BLANK, "Response"], [*respondent("1"), "Eens"])

    assert read(mark + content, contract(tmp_path)).header == (*METADATA, LEARNT)


@pytest.mark.parametrize("metadata", [["Respondent ID"], ["RespondentID", "language"]])
def test_metadata_that_were_taken_away_are_not_missed(metadata: list[str], tmp_path: Path) -> None:
    blank = ["" for _ in metadata]
    content = export([*metadata, LEARNT], [*blank, "Response"], ["1", *blank[1:], "Eens"])

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert (row["Respondent ID"], row[LEARNT]) == ("1", "Eens")


def test_rows_of_a_grid_are_named_by_question_and_row(tmp_path: Path) -> None:
    asked = contract(tmp_path, f"{SUBJECT} - {LEARNT}", f"{SUBJECT} - Ik slaap beter")
    content = export(
        [*METADATA, f"{SUBJECT} ", ""],
        [*BLANK, LEARNT, "Ik slaap  beter\u00a0"],
        [*respondent("1"), "Eens", "Oneens"],
    )

    (row,) = rows_of(read(content, asked))

    assert row[f"{SUBJECT} - {LEARNT}"] == "Eens"
    assert row[f"{SUBJECT} - Ik slaap beter"] == "Oneens"


def test_a_comment_beside_an_answer_is_a_column_of_its_own(tmp_path: Path) -> None:
    content = export(
        [*METADATA, LEARNT, "", "Volgende"],
        [*BLANK, "Response", "Why?", "Response"],
        [*respondent("1"), "Eens", "Daarom", "Ja"],
    )

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert (row[LEARNT], row[f"{LEARNT} - Why?"], row["Volgende"]) == ("Eens", "Daarom", "Ja")


def test_an_only_column_is_found_by_its_question_whatever_stands_under_it(tmp_path: Path) -> None:
    content = export([*METADATA, LEARNT], [*BLANK, "Antwoord"], [*respondent("1"), "Eens"])

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert row[LEARNT] == "Eens"


def test_equal_questions_are_numbered_by_position(tmp_path: Path) -> None:
    asked = contract(tmp_path, LEARNT, f"{LEARNT} (2)")
    content = export(
        [*METADATA, LEARNT, LEARNT],
        [*BLANK, "Response", "Response"],
        [*respondent("1"), "Eens", "Oneens"],
    )

    (row,) = rows_of(read(content, asked))

    assert (row[LEARNT], row[f"{LEARNT} (2)"]) == ("Eens", "Oneens")


@pytest.mark.parametrize(
    ("cells", "answer"),
    [
        (["Oneens", "", ""], "Oneens"),
        (["", "2", ""], "Eens"),
        (["Not selected", "Eens", "Not selected"], "Eens"),
        (["", "Eens", "om het koffiedrinken"], "Eens"),
        (["", "", "soms"], "Anders (graag toelichten)"),
        (["Oneens", "Eens", ""], "Oneens;Eens;"),
        (["Oneens", "Eens", "want"], "Oneens;Eens;"),
        (["1", "", "3"], "Oneens;Anders (graag toelichten);"),
        (["", "", ""], None),
    ],
)
def test_a_column_per_choice_becomes_the_answer_to_the_question(
    cells: list[str], answer: str | None, tmp_path: Path
) -> None:
    content = export(
        [*METADATA, LEARNT, "", "", "Volgende"],
        [*BLANK, "Oneens", "Eens", "Anders (graag toelichten)", "Response"],
        [*respondent("1"), *cells, "Ja"],
    )

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert row[LEARNT] == answer


def test_blank_rows_at_the_end_are_left_out_and_line_ends_in_a_text_stay(tmp_path: Path) -> None:
    content = export(
        [*METADATA, LEARNT, "Verhaal"],
        [*BLANK, "Response", "Open-Ended Response"],
        [*respondent("1"), "Eens", 'Zij zei "kom\nbinnen"'],
        [*respondent("2"), "Oneens", ""],
        [*BLANK, "", ""],
        [*BLANK, "", ""],
    )

    rows = rows_of(read(content, contract(tmp_path)))

    assert [(row["#"], row["Verhaal"]) for row in rows] == [(3, 'Zij zei "kom\nbinnen"'), (4, "")]


def test_columns_without_a_word_at_the_end_belong_to_no_question(tmp_path: Path) -> None:
    content = export(
        [*METADATA, LEARNT, "", "", ""],
        [*BLANK, "Oneens", "Eens", "", ""],
        [*respondent("1"), "", "Eens", "", ""],
    )

    table = read(content, contract(tmp_path))

    assert table.header[6:] == ("(kolom 7)", "(kolom 8)", LEARNT)
    assert rows_of(table)[0][LEARNT] == "Eens"


def test_a_row_of_another_width_is_malformed_and_the_others_stay(tmp_path: Path) -> None:
    content = export(
        [*METADATA, LEARNT], [*BLANK, "Response"], ["1", "2"], [*respondent("2"), "Eens"]
    )

    (batch,) = read(content, contract(tmp_path)).batches

    assert [row.row_number for row in batch.malformed] == [3]
    assert batch.row_numbers.to_pylist() == [4]


@pytest.mark.parametrize(
    "rows",
    [
        [["Enquête 2026", ""], ["", ""], ["Q1. Naam", ""], ["Answered", "97"], ["Skipped", "0"]],
        [["Q1. Naam", ""], ["Answer Choices", "Responses"], ["Eens", "50%"]],
    ],
)
def test_a_summary_is_refused_as_such(rows: list[list[str]], tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="samenvatting") as refused:
        read(export(*rows), contract(tmp_path))

    assert refused.value.check_id == "S02"


@pytest.mark.parametrize(
    "rows",
    [
        [["", "", LEARNT], ["", "", "Response"], ["", "", "Eens"]],
        [["Collector ID", LEARNT], ["", "Response"], ["1", "Eens"]],
        [[*METADATA, LEARNT], [*respondent("1"), "Eens"], [*respondent("2"), "Eens"]],
        [["Titel", "", "", "", ""], [*METADATA, LEARNT], [*BLANK, "Response"]],
        [[*METADATA, "", LEARNT], [*BLANK, "Response", "Response"]],
        [[*METADATA, LEARNT], [*BLANK, "Response", "Response"]],
    ],
)
def test_an_export_without_both_headers_and_respondent_id_is_refused(
    rows: list[list[str]], tmp_path: Path
) -> None:
    with pytest.raises(ReadError, match="twee kopregels van SurveyMonkey met de kolom Respondent"):
        read(export(*rows), contract(tmp_path))


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", export([*METADATA, LEARNT])])
def test_a_file_without_two_rows_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        read(content, contract(tmp_path))


def test_an_undecodable_byte_is_refused_as_an_encoding_fault(tmp_path: Path) -> None:
    content = export([*METADATA, LEARNT], [*BLANK, "Response"], [*respondent("1"), "ZO\u00cb"])

    with pytest.raises(ReadError) as refused:
        rows_of(read(content.replace("\u00cb".encode(), b"\xcb"), contract(tmp_path)))

    assert refused.value.check_id == "S04"


@pytest.fixture
def samples() -> Path:
    """Return the folder of recorded samples; it is never part of the project."""
    if "IMPACTKOMPAS_RECORDED" not in os.environ:
        pytest.skip("IMPACTKOMPAS_RECORDED is not set: the recorded sample files are not here")
    return Path(os.environ["IMPACTKOMPAS_RECORDED"]) / "formats" / "samples"


def expected_samples(samples: Path, kind: str) -> list[dict[str, Any]]:
    """Return what the recorded list says of the samples that lie in the folder."""
    expected = json.loads((samples / "EXPECTED_surveymonkey.json").read_text(encoding="utf-8"))
    return [sample for sample in expected if sample["kind"] == kind]


def kind_of(block: Block) -> str:
    """Return the kind of a question in the words of the recorded list."""
    match block.labels:
        case ("Open-Ended Response",):
            return "open"
        case ("Response",):
            return "enkel"
        case ("Response", *_):
            return "enkel+anders"
        case _:
            return "meerkeuze_uitgevouwen"


def test_the_recorded_exports_have_the_recorded_questions_and_respondents(
    samples: Path, tmp_path: Path
) -> None:
    responses = expected_samples(samples, "responses")
    assert len(responses) == 5
    for sample in responses:
        content = (samples / sample["file"]).read_bytes()
        rows = [*csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))]
        header = parse_header(rows[0], rows[1])
        assert header is not None
        labels = [label for block in header.blocks for label in block.labels]
        ids = [row["Respondent ID"] for row in rows_of(read(content, contract(tmp_path)))]
        assert {
            "metadata_columns": len(header.metadata),
            "questions": len(header.blocks),
            "question_kinds": Counter(map(kind_of, header.blocks)),
            "other_columns": sum(label.startswith("Other") for label in labels),
            "respondents": len(ids),
            "distinct_respondents": len(set(ids)),
        }.items() <= sample.items(), sample["file"]


def test_recorded_exports_that_hold_no_respondents_are_refused_with_the_reason(
    samples: Path, tmp_path: Path
) -> None:
    reasons = {"samenvatting": "samenvatting", "geen_respondent_id": "Respondent ID"}
    for kind, reason in reasons.items():
        (sample,) = expected_samples(samples, kind)
        with pytest.raises(ReadError, match=reason):
            read((samples / sample["file"]).read_bytes(), contract(tmp_path))


def test_a_recorded_choice_per_column_gives_one_answer_per_respondent(
    samples: Path, tmp_path: Path
) -> None:
    content = (samples / "surveymonkey" / "538_region_midwest.csv").read_bytes()

    rows = rows_of(read(content, contract(tmp_path, "Gender")))

    # The columns of the two choices stand 28th and 29th in the file.
    own_rows = [*csv.reader(StringIO(content.decode(), newline=""))][2:]
    by_hand = Counter(row[27] or row[28] or None for row in own_rows)
    assert Counter(row["Gender"] for row in rows) == by_hand
    assert set(by_hand) == {"Male", "Female", None}
