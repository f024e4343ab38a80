"""What is read from the CSV that LimeSurvey gives, and which lists count as filled in."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest.contracts import SourceContract
from ingest.deliveries import take_in
from ingest.home import Home
from ingest.readers import ReadError
from tests.unit.small_survey import ALONE, LEARNT, document, loaded, read, rows_of

METADATA = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]
SENT = ["2026-03-30 10:04:05", "3", "nl", "177", "2026-03-30 09:58:00", "2026-03-30 10:04:05"]
NOT_SENT = ["", "1", "nl", "178", "2026-03-30 09:58:00", "2026-03-30 09:59:00"]
CODES = {"4a1": "Q1", "5a1": "Q2[SQ001]", "6a1": "Q4[SQ001_SQ002]"}


def lime_document(
    questions: dict[str, str] = CODES,
    completed_on: str = "submitdate",
    answers: dict[str, str] | None = None,
) -> dict[str, Any]:
    return document(
        "limesurvey",
        "csv",
        questions,
        response_id="id",
        completed_on=completed_on,
        answers=answers or {"AO01": "3", "AO02": "2"},
        server={"encoding": "utf-8-sig", "delimiter": ";"},
        dateFormat="%Y-%m-%d %H:%M:%S",
    )


def contract(tmp_path: Path, **changes: Any) -> SourceContract:
    return loaded(tmp_path, lime_document(**changes))


def export(*rows: list[str], delimiter: str = ";") -> bytes:
    """Return these rows as LimeSurvey writes them: marked, all quoted, a blank line at the end."""
    lines = [delimiter.join('"{}"'.format(cell.replace('"', '""')) for cell in row) for row in rows]
    return ("\ufeff" + "".join(f"{line}\r\n" for line in lines) + "\r\n").encode()


def test_code_headings_are_found_as_they_are(tmp_path: Path) -> None:
    content = export(
        [*METADATA, "Q1", "Q2[SQ001]", "Q2[SQ001comment]", "Q3[other]", "Q4[SQ001_SQ002]"],
        ["7", *SENT, "AO01", "AO02", 'Zij zei "kom\nbinnen"; fijn', "", "AO01"],
    )

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert (row["id"], row["submitdate"]) == ("7", "2026-03-30 10:04:05")
    assert [row[heading] for heading in CODES.values()] == ["AO01", "AO02", "AO01"]


def test_full_headings_and_long_answers_are_found_by_their_text(tmp_path: Path) -> None:
    headings = {"4a1": f"{LEARNT} [Ik]", "4a2": ALONE}
    asked = contract(
        tmp_path,
        questions=headings,
        completed_on="Date submitted",
        answers={"Mee eens": "3", "Mee oneens": "2"},
    )
    content = export(
        ["Response ID", "Date submitted", "Last page", *headings.values()],
        ["7", SENT[0], "3", "Mee eens", "Mee oneens"],
    )

    (row,) = rows_of(read(content, asked))

    assert [row[heading] for heading in headings.values()] == ["Mee eens", "Mee oneens"]


def test_abbreviated_headings_that_are_equal_are_counted_by_position(tmp_path: Path) -> None:
    headings = {"4a1": "Ik heb meer me..", "4a2": "Ik heb meer me.. (2)"}
    content = export(
        [*METADATA, "Ik heb meer me.. ", "Ik heb meer me.. "], ["7", *SENT, "AO01", "AO02"]
    )

    (row,) = rows_of(read(content, contract(tmp_path, questions=headings)))

    assert [row[heading] for heading in headings.values()] == ["AO01", "AO02"]


def test_another_delimiter_is_read_as_declared(tmp_path: Path) -> None:
    declared = lime_document()
    declared["servers"][0]["delimiter"] = ","
    content = export([*METADATA, "Q1"], ["7", *SENT, "AO01"], delimiter=",")

    (row,) = rows_of(read(content, loaded(tmp_path, declared)))

    assert row["Q1"] == "AO01"


def test_a_list_that_was_not_sent_in_has_no_date_and_rejects_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    source = contract(home.contracts)
    file = home.inbox / "vragenlijst_20260401.csv"
    header = [*METADATA, "Q1", "Q2[SQ001]"]
    lists = [["7", *SENT, "AO01", "AO01"], ["8", *NOT_SENT, "AO02", ""], ["9", *SENT, "x", "AO02"]]
    file.write_bytes(export(header, *lists))

    result = take_in(home, source, as_of=date(2026, 4, 1), judge=lambda batch: [])

    assert result.state == "actueel"
    assert (result.rows_in, result.rows_out, result.rejected) == (3, 3, 0)
    rows = pq.read_table(home.raw / "survey" / "answers" / "vragenlijst.parquet").to_pylist()
    assert [
        (row["response_id"], row["completed_on"], row["answer_code"], row["reject_reason"])
        for row in rows
    ] == [
        ("7", date(2026, 3, 30), "3", None),
        ("7", date(2026, 3, 30), "3", None),
        ("8", None, "2", None),
        ("9", date(2026, 3, 30), None, "onbekend antwoord"),
        ("9", date(2026, 3, 30), "2", None),
    ]
    assert {row["project_title"] for row in rows} == {"Taalcafé"}


def test_a_date_that_was_asked_does_not_make_an_unsent_list_complete(tmp_path: Path) -> None:
    asked = contract(tmp_path, completed_on="datum")
    no_moment = ["1980-01-01 00:00:00", *SENT[1:]]
    content = export(
        [*METADATA, "datum", "Q1"],
        ["7", *no_moment, "2026-03-30 00:00:00", "AO01"],
        ["8", *NOT_SENT, "2026-03-30 00:00:00", "AO01"],
    )

    rows = rows_of(read(content, asked))

    assert [row["datum"] for row in rows] == ["2026-03-30 00:00:00", None]


def test_the_date_of_an_anonymous_survey_is_refused_as_no_date(tmp_path: Path) -> None:
    content = export([*METADATA, "Q1"], ["7", "1980-01-01 00:00:00", *SENT[1:], "AO01"])

    with pytest.raises(ReadError, match="rij 2: submitdate is 1 januari 1980") as refused:
        rows_of(read(content, contract(tmp_path)))

    assert refused.value.check_id == "S10"


def test_an_export_without_the_column_of_sending_in_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="kolom 'submitdate' ontbreekt"):
        read(export(["id", "Q1"], ["7", "AO01"]), contract(tmp_path))


def test_a_survey_without_responses_has_one_blank_row_that_is_no_list(tmp_path: Path) -> None:
    content = export([*METADATA, "Q1"], [""] * 8)

    assert rows_of(read(content, contract(tmp_path))) == []
