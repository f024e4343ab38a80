"""What is read from what SurveyMonkey gives, and what is refused."""

import csv
import json
import os
from collections import Counter
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ingest.cells import parse_column
from ingest.contracts import SourceContract
from ingest.deliveries import take_in
from ingest.home import Home
from ingest.readers import ReadError
from ingest.readers.surveymonkey import Block, parse_header
from tests.unit.small_survey import LEARNT, document, loaded, read, rows_of

METADATA = ["Respondent ID", "Collector ID", "Start Date", "End Date"]
BLANK = [""] * len(METADATA)
SUBJECT = "Deze vragen gaan over u"


def contract(
    tmp_path: Path,
    *questions: str,
    format_: str = "csv",
    date_format: str = "%m/%d/%Y %I:%M:%S %p",
    encoding: str = "utf-8",
) -> SourceContract:
    """Return a contract on a SurveyMonkey export with questions 4a1, 4a2 ... of these texts."""
    return loaded(
        tmp_path,
        document(
            "surveymonkey",
            format_,
            {f"4a{n}": text for n, text in enumerate(questions or (LEARNT,), start=1)},
            response_id="Respondent ID",
            completed_on="End Date",
            server={"encoding": encoding, "delimiter": ","} if format_ == "csv" else None,
            dateFormat=date_format,
        ),
    )


def export(*rows: list[str]) -> bytes:
    """Return these rows as SurveyMonkey writes them."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


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


def drafted(content: bytes, metadata_columns: int, folder: Path) -> SourceContract:
    """Return a contract on every question of an export, with every answer that it holds."""
    table = read(content, contract(folder))
    columns = [set[str]() for _ in table.header]
    for batch in table.batches:
        for words, cells in zip(columns, batch.columns, strict=True):
            words |= {cell for cell in cells.to_pylist() if cell and cell.strip()}
    asked = {
        f"q{position}": (heading, words)
        for position, (heading, words) in enumerate(zip(table.header, columns, strict=True))
        if position >= metadata_columns and words
    }
    drafted = document(
        "surveymonkey",
        "csv",
        {name: heading for name, (heading, _) in asked.items()},
        response_id="Respondent ID",
        completed_on="End Date" if "End Date" in table.header else None,
        server={"encoding": "utf-8", "delimiter": ","},
        dateFormat="%m/%d/%Y %I:%M:%S %p",
    )
    for question in drafted["schema"][0]["properties"]:
        if question["name"] in asked:
            words = sorted(asked[question["name"]][1])
            question["enum"] = [{"value": word, "label": "gegeven"} for word in words]
    return loaded(folder, drafted)


def test_the_recorded_exports_are_taken_in_whole_by_a_contract_on_all_their_questions(
    samples: Path, tmp_path: Path
) -> None:
    for number, sample in enumerate(expected_samples(samples, "responses")):
        content = (samples / sample["file"]).read_bytes()
        home = Home(tmp_path / str(number))
        home.create()
        source = drafted(content, sample["metadata_columns"], home.contracts)
        (home.inbox / "vragenlijst_20260401.csv").write_bytes(content)

        result = take_in(home, source, as_of=date(2026, 4, 1), judge=lambda _: [])

        assert (result.state, result.message) == ("actueel", ""), sample["file"]
        counts = (result.rows_in, result.rows_out, result.rejected, result.duplicates)
        assert counts == (sample["respondents"], sample["respondents"], 0, 0)
        rows = pq.read_table(home.raw / "survey" / "answers" / "vragenlijst.parquet")
        assert set(rows["reject_reason"].to_pylist()) == {None}
        # Every cell with an answer is an answer, and nothing else is.
        filled = sum(
            bool(cell.strip())
            for row in [*csv.reader(StringIO(content.decode("utf-8-sig"), newline=""))][2:]
            for cell in row[sample["metadata_columns"] :]
        )
        assert pc.sum(pc.equal(rows["answer_code"], "gegeven")).as_py() == filled


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


@pytest.mark.parametrize(
    "above",
    [
        [["Enquête Taalcafé", "", "", "", ""]],
        [["q0001", "q0002", "q0003", "q0004", "q0005"]],
        [["Enquête", "", "", "", ""], ["", "", "", "", ""], ["q1", "q2", "q3", "q4", "q5"]],
    ],
)
def test_a_title_or_row_of_codes_above_the_headers_is_passed_over(
    above: list[list[str]], tmp_path: Path
) -> None:
    content = export(*above, [*METADATA, LEARNT], [*BLANK, "Response"], [*respondent("1"), "Eens"])

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert (row["#"], row["Respondent ID"], row[LEARNT]) == (len(above) + 3, "1", "Eens")


def test_blank_columns_before_the_metadata_are_passed_over(tmp_path: Path) -> None:
    content = export(
        ["", "", *METADATA, LEARNT],
        ["", "", *BLANK, "Response"],
        ["", "", *respondent("1"), "Eens"],
    )

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert (row["Respondent ID"], row[LEARNT]) == ("1", "Eens")


def test_a_question_that_was_copied_to_its_choices_is_still_one_question(tmp_path: Path) -> None:
    content = export(
        [*METADATA, LEARNT, LEARNT, LEARNT],
        [*BLANK, "Eens", "Oneens", "Other (please specify)"],
        [*respondent("1"), "", "Oneens", ""],
    )

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert row[LEARNT] == "Oneens"


def test_choices_that_excel_made_equal_are_refused(tmp_path: Path) -> None:
    content = export(
        [*METADATA, "Versie", ""], [*BLANK, "1.2", "1.2"], [*respondent("1"), "1.2", ""]
    )

    with pytest.raises(ReadError, match="vraag 'Versie' heeft twee keuzes met dezelfde naam"):
        read(content, contract(tmp_path, "Versie"))


def test_respondent_ids_that_excel_rounded_are_refused(tmp_path: Path) -> None:
    content = export(
        [*METADATA, LEARNT], [*BLANK, "Response"], [*respondent("1,06503E+10"), "Eens"]
    )

    with pytest.raises(ReadError, match=r"rij 3: Excel heeft het nummer .* afgerond"):
        rows_of(read(content, contract(tmp_path)))


def test_a_box_that_was_not_ticked_is_blank_in_its_own_column_too(tmp_path: Path) -> None:
    subject = "Wat hielp u?"
    asked = contract(tmp_path, f"{subject} - De groep", f"{subject} - De cursus")
    content = export(
        [*METADATA, subject, ""],
        [*BLANK, "De groep", "De cursus"],
        [*respondent("1"), "Not selected", "De cursus"],
    )

    (row,) = rows_of(read(content, asked))

    assert (row[f"{subject} - De groep"], row[f"{subject} - De cursus"]) == ("", "De cursus")


def test_a_cell_that_is_not_the_choice_above_it_does_not_pass_for_that_choice(
    tmp_path: Path,
) -> None:
    content = export(
        [*METADATA, LEARNT, ""], [*BLANK, "Eens", "Oneens"], [*respondent("1"), "soms", ""]
    )

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert row[LEARNT] == "soms"


def test_an_answer_in_numbers_is_unknown_unless_the_contract_lists_the_numbers(
    tmp_path: Path,
) -> None:
    content = export([*METADATA, LEARNT], [*BLANK, "Response"], [*respondent("1"), "2"])
    by_text = contract(tmp_path / "text")
    by_number = loaded(
        tmp_path / "numbers",
        document(
            "surveymonkey",
            "csv",
            {"4a1": LEARNT},
            response_id="Respondent ID",
            completed_on="End Date",
            answers={"1": "2", "2": "3"},
            server={"encoding": "utf-8", "delimiter": ","},
            dateFormat="%m/%d/%Y %I:%M:%S %p",
        ),
    )

    def parsed(source: SourceContract) -> tuple[Any, Any]:
        (batch,) = read(content, source).batches
        column = parse_column(batch.columns[4], source.items[0], source)
        return column.values[0].as_py(), column.reasons[0].as_py()

    assert parsed(by_text) == (None, "onbekend antwoord")
    assert parsed(by_number) == ("3", None)


def test_a_file_of_excel_on_a_mac_is_read_in_its_declared_encoding(tmp_path: Path) -> None:
    question = "Vond u het één\u00a0geheel?"
    content = export([*METADATA, question], [*BLANK, "Response"], [*respondent("1"), "Eens"])
    asked = contract(tmp_path, "Vond u het één geheel?", encoding="mac_roman")

    (row,) = rows_of(read(content.decode().encode("mac_roman"), asked))

    assert row["Vond u het één geheel?"] == "Eens"


def test_dates_with_the_day_first_are_held_where_the_contract_has_the_month_first(
    tmp_path: Path,
) -> None:
    content = export(
        [*METADATA, LEARNT],
        [*BLANK, "Response"],
        ["1", "4", "03/11/2021 07:40:47 PM", "03/11/2021 07:44:24 PM", "Eens"],
        ["2", "4", "13/11/2021 07:40:47 PM", "13/11/2021 07:44:24 PM", "Eens"],
    )

    with pytest.raises(ReadError, match="rij 4: kolom 'End Date' heeft een maand boven de 12"):
        rows_of(read(content, contract(tmp_path)))


def workbook(rows: list[list[Any]], merged: tuple[tuple[int, int], ...] = ()) -> bytes:
    """Return a workbook with these rows; `merged` are the first and last column of a question."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "mm/dd/yyyy hh:mm:ss"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        for first, last in merged:
            sheet.merge_range(0, first, 0, last, rows[0][first])
    return content.getvalue()


ENDED = datetime(2021, 11, 3, 19, 44, 24)


@pytest.mark.parametrize("ended", [ENDED, "11/03/2021 07:44:24 PM"])
def test_a_workbook_with_a_merged_header_per_question_is_read_as_the_csv(
    ended: datetime | str, tmp_path: Path
) -> None:
    asked = contract(tmp_path, LEARNT, "Wat vond u? - 2", format_="xlsx")
    content = workbook(
        [
            [*METADATA, LEARNT, "", "Wat vond u?", ""],
            [*BLANK, "Eens", "Oneens", 1, 2],
            [10650304707, 4, ended, ended, "", "Oneens", "", "Eens"],
            [10650304708, 4, ended, ended, "Eens", "", "", ""],
            [],
        ],
        merged=((4, 5), (6, 7)),
    )

    rows = rows_of(read(content, asked))

    assert [row["Respondent ID"] for row in rows] == ["10650304707", "10650304708"]
    assert {row["End Date"] for row in rows} == {"11/03/2021 07:44:24 PM"}
    assert [(row[LEARNT], row["Wat vond u? - 2"]) for row in rows] == [
        ("Oneens", "Eens"),
        ("Eens", None),
    ]


def test_a_moment_that_lost_its_date_format_is_read_as_the_day_that_it_was(tmp_path: Path) -> None:
    asked = loaded(
        tmp_path,
        document(
            "surveymonkey",
            "xlsx",
            {"4a1": LEARNT},
            response_id="Respondent ID",
            completed_on="End Date",
            excelSerialDates=True,
        ),
    )
    rows = [[*METADATA, LEARNT], [*BLANK, "Response"], [1, 4, 43290.53, 43290.53487, "Eens"]]
    (batch,) = read(workbook(rows), asked).batches

    completed_on = next(column for column in asked.columns if column.name == "completed_on")
    parsed = parse_column(batch.columns[3], completed_on, asked)

    # Excel counts days from 30 December 1899.
    assert str(parsed.values[0].as_py()) == "2018-07-09"


def test_a_workbook_of_which_excel_turned_half_of_the_dates_round_is_refused(
    tmp_path: Path,
) -> None:
    rows = [
        [*METADATA, LEARNT],
        [*BLANK, "Response"],
        [1, 4, ENDED, ENDED, "Eens"],
        [2, 4, "11/23/2021 07:40:47 PM", "11/23/2021 07:44:24 PM", "Eens"],
    ]

    with pytest.raises(ReadError, match="kolom 'Start Date' heeft datums en tekst door elkaar"):
        read(workbook(rows), contract(tmp_path, format_="xlsx"))


def test_a_summary_as_a_workbook_is_refused_as_such(tmp_path: Path) -> None:
    rows = [["Enquête 2026"], [], ["Q1. Naam"], ["Answered", 97], ["Skipped", 0]]

    with pytest.raises(ReadError, match="samenvatting"):
        read(workbook(rows), contract(tmp_path, format_="xlsx"))
