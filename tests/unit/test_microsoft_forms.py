"""What is read from what Microsoft Forms gives, and what is refused."""

import csv
import os
import zipfile
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from ingest.cells import parse_column
from ingest.contracts import SourceContract
from ingest.deliveries import take_in
from ingest.home import Home
from ingest.readers import ReadError
from tests.unit.small_survey import ALONE, LEARNT, document, loaded, read, rows_of

NL = ["ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam"]
EN = ["Id", "Start time", "Completion time", "Email", "Name"]
START, END = datetime(2026, 3, 30, 9, 0, 5), datetime(2026, 3, 30, 23, 59, 59)

Sheets = dict[str, list[Any]]


def contract(tmp_path: Path, date_format: str = "%Y-%m-%d", **questions: str) -> SourceContract:
    """Return a contract on a Forms export with these questions (id and header)."""
    asked = {name.removeprefix("q"): header for name, header in questions.items()}
    return loaded(
        tmp_path,
        document(
            "microsoft_forms",
            "xlsx",
            asked or {"4a1": LEARNT},
            response_id="ID",
            completed_on="Tijd van voltooien",
            dateFormat=date_format,
        ),
    )


def workbook(sheets: Sheets, hidden: tuple[str, ...] = ()) -> bytes:
    """Return a workbook with these sheets; dates become serial numbers with a date format."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "m/d/yy h:mm:ss"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            if name in hidden:
                sheet.hide()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return content.getvalue()


def as_forms_writes_it(content: bytes) -> bytes:
    """Return the workbook with x: before every element of the sheet and its size given as A1."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name).decode()
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace("</", "</x:").replace("<", "<x:")
                part = part.replace("<x:/x:", "</x:").replace("<x:?xml", "<?xml")
                part = part.replace("xmlns=", "xmlns:x=")
                head, _, rest = part.partition('<x:dimension ref="')
                part = head + '<x:dimension ref="A1"' + rest[rest.index('"') + 1 :]
            new.writestr(name, part)
    return changed.getvalue()


def test_a_dutch_export_gives_a_row_per_filled_in_list(tmp_path: Path) -> None:
    rows = [
        [*NL, LEARNT],
        [2, START, END, "anonymous", None, "Eens"],
        [14, START, END, "anonymous", None, None],
    ]

    table = read(workbook({"Sheet1": rows}), contract(tmp_path))

    common = {"Begintijd": "2026-03-30", "Tijd van voltooien": "2026-03-30"}
    person = {"E-mail": "anonymous", "Naam": None}
    assert rows_of(table) == [
        {"#": 2, "ID": "2", **common, **person, LEARNT: "Eens"},
        {"#": 3, "ID": "14", **common, **person, LEARNT: None},
    ]


def test_r14_a_cell_with_two_answers_is_no_answer(tmp_path: Path) -> None:
    rows = [
        [*NL, LEARNT],
        [2, START, END, "anonymous", None, "Eens;Oneens;"],
        [3, START, END, "anonymous", None, "Eens;"],
    ]

    source = contract(tmp_path)
    table = read(workbook({"Sheet1": rows}), source)
    (batch,) = table.batches
    answers = batch.columns[table.header.index(LEARNT)]

    parsed = parse_column(answers, source.items[0], source)
    assert parsed.values.to_pylist() == [None, "3"]
    assert parsed.reasons.to_pylist() == ["meer dan een antwoord", None]


def test_an_answer_below_a_merged_cell_is_rejected_and_never_taken_for_skipped(
    tmp_path: Path,
) -> None:
    lists = [[number, START, END, "anonymous", None, "Eens"] for number in (2, 3, 4)]
    book = openpyxl.load_workbook(BytesIO(workbook({"Sheet1": [[*NL, LEARNT], *lists]})))
    book["Sheet1"].merge_cells("F2:F3")
    content = BytesIO()
    book.save(content)

    source = contract(tmp_path)
    table = read(content.getvalue(), source)
    (batch,) = table.batches

    parsed = parse_column(batch.columns[table.header.index(LEARNT)], source.items[0], source)
    assert parsed.values.to_pylist() == ["3", None, "3"]
    assert parsed.reasons.to_pylist() == [None, "samengevoegde cellen", None]


def test_the_prefixed_xml_and_wrong_size_of_a_real_export_lose_no_cell(tmp_path: Path) -> None:
    rows = [[*NL, LEARNT], [2, START, END, "anonymous", "x", "Eens"]]
    content = as_forms_writes_it(workbook({"Sheet1": rows}))
    assert b'<x:dimension ref="A1"' in zipfile.ZipFile(BytesIO(content)).read(
        "xl/worksheets/sheet1.xml"
    )

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert list(row.values()) == [2, "2", "2026-03-30", "2026-03-30", "anonymous", "x", "Eens"]


def test_english_metadata_get_the_dutch_names_of_the_contract(tmp_path: Path) -> None:
    rows = [
        [*EN, "Language", "Last modified time", LEARNT],
        [7, START, END, "", "", "", "", "Eens"],
    ]

    table = read(workbook({"Sheet1": rows}), contract(tmp_path))

    assert table.header == (
        *("ID", "Start time", "Tijd van voltooien", "Email", "Name"),
        *("Language", "Last modified time", LEARNT),
    )


def test_a_synced_workbook_without_email_and_name_is_read(tmp_path: Path) -> None:
    rows = [["Id", "Start time", "Completion time", LEARNT], [2, START, END, "Oneens"]]

    (row,) = rows_of(read(workbook({"Sheet1": rows}), contract(tmp_path)))

    assert row[LEARNT] == "Oneens"


def test_an_unknown_language_is_recognised_by_its_two_moments_and_named_by_position(
    tmp_path: Path,
) -> None:
    german = ["ID", "Startzeit", "Fertigstellungszeit", LEARNT]

    (row,) = rows_of(
        read(workbook({"Sheet1": [german, [2, START, END, "Eens"]]}), contract(tmp_path))
    )

    assert row["Tijd van voltooien"] == "2026-03-30"


def test_dates_are_written_in_the_format_of_the_contract(tmp_path: Path) -> None:
    rows = [[*NL, LEARNT], [2, date(2026, 2, 1), END, "", "", "Eens"]]

    (row,) = rows_of(read(workbook({"Sheet1": rows}), contract(tmp_path, "%d-%m-%Y")))

    assert (row["Begintijd"], row["Tijd van voltooien"]) == ("01-02-2026", "30-03-2026")


@pytest.mark.parametrize(
    "header",
    [
        f"{LEARNT}\n",
        f"{LEARNT}\u00a0",
        f"  {LEARNT.upper()} ",
        LEARNT.replace(" meer ", "\u00a0 meer\n"),
    ],
)
def test_the_junk_in_a_header_does_not_keep_it_from_its_question(
    header: str, tmp_path: Path
) -> None:
    table = read(workbook({"Sheet1": [[*NL, header], [2, START, END]]}), contract(tmp_path))

    assert table.header[5] == LEARNT


def test_equal_headers_are_numbered_by_position(tmp_path: Path) -> None:
    asked = contract(tmp_path, q4a1="Gehoord", q4a2="Gehoord (2)")
    rows = [[*NL, "Gehoord", "Gehoord\n"], [2, START, END, "", "", "Eens", "Oneens"]]

    (row,) = rows_of(read(workbook({"Sheet1": rows}), asked))

    assert (row["Gehoord"], row["Gehoord (2)"]) == ("Eens", "Oneens")


def test_a_grid_column_is_found_by_its_title_and_statement_or_by_its_statement(
    tmp_path: Path,
) -> None:
    asked = contract(tmp_path, q4a1=f"Hoe was het? . {LEARNT}", q4a2=ALONE)
    header = [*NL, f"Hoe was het?\n. {LEARNT}", f"Hoe was het?\n. {ALONE}"]

    table = read(workbook({"Sheet1": [header, [2, START, END]]}), asked)

    assert table.header[5:] == (f"Hoe was het? . {LEARNT}", ALONE)


def test_a_whole_header_wins_from_the_statement_of_another(tmp_path: Path) -> None:
    header = [*NL, f"Hoe was het?\n. {LEARNT}", LEARNT]

    table = read(workbook({"Sheet1": [header, [2, START, END]]}), contract(tmp_path))

    assert table.header[5:] == (f"Hoe was het?\n. {LEARNT}", LEARNT)


def test_numbers_are_text_in_the_dialect_of_the_contract(tmp_path: Path) -> None:
    rows = [[*NL, "Cijfer", "Uren", LEARNT], [2, START, END, "", "", 8, 1.5, "Eens"]]

    (row,) = rows_of(read(workbook({"Sheet1": rows}), contract(tmp_path)))

    assert (row["Cijfer"], row["Uren"]) == ("8", "1,5")


@pytest.mark.parametrize("is_prefixed", [False, True])
def test_an_error_cell_stays_there_as_text_so_that_it_can_be_rejected(
    is_prefixed: bool, tmp_path: Path
) -> None:
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"default_date_format": "m/d/yy h:mm:ss"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*NL, LEARNT])
        sheet.write_row(1, 0, [2, START, END, "", ""])
        sheet.write_formula(1, 5, "=NA()", None, "#N/A")

    written = content.getvalue()

    (row,) = rows_of(
        read(as_forms_writes_it(written) if is_prefixed else written, contract(tmp_path))
    )

    assert row[LEARNT] == "#N/A"


def test_blank_rows_are_left_out_but_counted_in_the_row_number(tmp_path: Path) -> None:
    full = [2, START, END, "", "", "Eens"]
    rows = [[*NL, LEARNT], full, [None, " "], [3, *full[1:]], [], [" "]]

    found = rows_of(read(workbook({"Sheet1": rows}), contract(tmp_path)))

    assert [row["#"] for row in found] == [2, 4]


def test_hidden_and_empty_sheets_are_not_read(tmp_path: Path) -> None:
    answers = [[*NL, LEARNT], [2, START, END, "", "", "Eens"]]
    content = workbook({"Sheet1": answers, "Leeg": [], "Oud": [["x"]]}, hidden=("Oud",))

    assert len(rows_of(read(content, contract(tmp_path)))) == 1


def test_a_form_without_answers_is_read_as_no_rows(tmp_path: Path) -> None:
    table = read(workbook({"Sheet1": [[*NL, LEARNT]]}), contract(tmp_path))

    assert (table.header, rows_of(table)) == ((*NL, LEARNT), [])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "bestand is leeg"),
        (b"ID;Begintijd\n1;2", "bestand is tekst"),
        (b"PK\x03\x04 cut", "geen leesbare Excel-werkmap"),
        (workbook({"Sheet1": []}), "werkmap is leeg"),
        (workbook({"a": [["ID"]], "b": [["x"]]}), "2 zichtbare bladen"),
        (workbook({"a": [["Titel"], [*NL, LEARNT]]}), "eerste rij"),
        (workbook({"a": [[2, START, END, "jan@example.org"]]}), "eerste rij"),
        (workbook({"a": [["ID", "Naam", "Plaats"], [1, "x", "y"]]}), "eerste rij"),
    ],
    ids=["empty", "text", "cut", "no rows", "two sheets", "title", "no header", "no moments"],
)
def test_a_workbook_that_is_no_forms_export_is_refused_without_a_value(
    content: bytes, message: str, tmp_path: Path
) -> None:
    with pytest.raises(ReadError, match=message) as refused:
        read(content, contract(tmp_path))

    assert "jan@" not in str(refused.value)


def test_wrong_bytes_anywhere_in_a_workbook_never_crash_the_night(tmp_path: Path) -> None:
    asked = contract(tmp_path)
    whole = workbook({"Sheet1": [[*NL, LEARNT], [2, START, END, "", "", "Eens"]]})
    refused = 0
    for position in range(0, len(whole), 50):
        damaged = whole[:position] + b"\xff\x00\xff" + whole[position + 3 :]
        try:
            read(damaged, asked)
        except ReadError:
            refused += 1

    assert refused > len(whole) // 100


def test_the_recorded_export_is_read_whole(tmp_path: Path) -> None:
    if "IMPACTKOMPAS_RECORDED" not in os.environ:
        pytest.skip("IMPACTKOMPAS_RECORDED is not set: the recorded sample files are not here")
    samples = Path(os.environ["IMPACTKOMPAS_RECORDED"]) / "formats" / "samples"
    asked = contract(tmp_path, q4a1="Ik ben geholpen met mijn vraag", q4a2="Ik voel mij gehoord2")

    rows = rows_of(read((samples / "msforms_demo_nl.xlsx").read_bytes(), asked))

    assert [(row["ID"], row["Tijd van voltooien"]) for row in rows] == [
        ("2", "2026-03-30"),
        ("3", "2026-03-31"),
        ("4", "2026-04-01"),
    ]
    assert {row["Ik ben geholpen met mijn vraag"] for row in rows} == {"Eens"}
    assert {row["Ik voel mij gehoord2"] for row in rows} == {"Neutraal"}
    assert {len(row) for row in rows} == {14}


def test_columns_that_forms_numbered_are_counted_by_position_where_the_contract_does(
    tmp_path: Path,
) -> None:
    asked = contract(tmp_path, q4a1="Gehoord", q4a2="Gehoord (2)", q4a3="Gehoord (3)")
    rows = [[*NL, "Gehoord7", "Gehoord2", "Gehoord"], [2, START, END, "", "", "A", "B", "C"]]

    (row,) = rows_of(read(workbook({"Sheet1": rows}), asked))

    assert (row["Gehoord"], row["Gehoord (2)"], row["Gehoord (3)"]) == ("A", "B", "C")


def test_columns_that_forms_numbered_are_found_by_the_whole_name_that_forms_gave(
    tmp_path: Path,
) -> None:
    asked = contract(tmp_path, q4a1="Gehoord2", q4a2="Gehoord")
    rows = [[*NL, "Gehoord2", "Gehoord"], [2, START, END, "", "", "A", "B"]]

    (row,) = rows_of(read(workbook({"Sheet1": rows}), asked))

    assert (row["Gehoord2"], row["Gehoord"]) == ("A", "B")


def test_a_statement_under_two_titles_is_refused_until_the_contract_names_it_in_full(
    tmp_path: Path,
) -> None:
    header = [*NL, f"Voor het project\n. {LEARNT}", f"Na het project\n. {LEARNT}"]
    content = workbook({"Sheet1": [header, [2, START, END, "", "", "Oneens", "Eens"]]})

    with pytest.raises(ReadError, match=r"staat onder 2 titels.*contracts/vragenlijst.yaml"):
        read(content, contract(tmp_path))

    after = contract(tmp_path, q4a1=f"Na het project . {LEARNT}")
    assert rows_of(read(content, after))[0][f"Na het project . {LEARNT}"] == "Eens"


def test_points_and_feedback_of_a_quiz_are_no_answers(tmp_path: Path) -> None:
    grid = f"Hoe was het?\n. {LEARNT}"
    header = [*NL, "Total points", "Quiz feedback"]
    header += [grid, f"Points - {grid}", f"Feedback - {grid}"]
    rows = [header, [2, START, END, "", "", 1, "", "Eens", 1, "goed"]]

    (row,) = rows_of(read(workbook({"Sheet1": rows}), contract(tmp_path)))

    assert row[LEARNT] == "Eens"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("4.Goed", ("4", None)),
        ("4. Goed", ("4", None)),
        ("4 - Goed", ("4", None)),
        ("4 Goed\u00a0", ("4", None)),
        ("3 Goed", (None, "onbekend antwoord")),
        ("Goed", (None, "onbekend antwoord")),
        ("4", (None, "onbekend antwoord")),
    ],
)
def test_a_numbered_answer_is_the_same_with_another_sign_behind_its_number(
    text: str, answer: tuple[str | None, str | None], tmp_path: Path
) -> None:
    source = loaded(
        tmp_path,
        document(
            "microsoft_forms",
            "xlsx",
            {"4a1": LEARNT},
            response_id="ID",
            completed_on="Tijd van voltooien",
            answers={"4. Goed": "4", "5. Zeer goed": "5"},
        ),
    )
    table = read(workbook({"Sheet1": [[*NL, LEARNT], [2, START, END, "", "", text]]}), source)
    (batch,) = table.batches

    parsed = parse_column(batch.columns[5], source.items[0], source)

    assert (parsed.values[0].as_py(), parsed.reasons[0].as_py()) == answer


def as_csv(rows: list[list[str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    """Return these rows as Excel saves a sheet as CSV."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def csv_contract(
    tmp_path: Path, encoding: str = "utf-8-sig", delimiter: str = ","
) -> SourceContract:
    return loaded(
        tmp_path,
        document(
            "microsoft_forms",
            "csv",
            {"4a1": LEARNT, "4a2": "Wat vond u? – kort"},
            response_id="ID",
            completed_on="Tijd van voltooien",
            server={"encoding": encoding, "delimiter": delimiter},
            dateFormat="%d/%m/%Y %H:%M",
        ),
    )


SYNCED = ["Id", "Start time", "Completion time", f"Hoe was het?\n. {LEARNT}", "Wat vond u? – kort"]


@pytest.mark.parametrize(("encoding", "delimiter"), [("utf-8-sig", ","), ("cp1252", ";")])
def test_a_synced_workbook_that_was_saved_as_csv_is_read(
    encoding: str, delimiter: str, tmp_path: Path
) -> None:
    rows = [SYNCED, ["2", "29/03/2026 09:00", "30/03/2026 10:04", "Eens\u00a0", "Oneens"]]
    content = as_csv(rows, encoding, delimiter)

    (row,) = rows_of(read(content, csv_contract(tmp_path, encoding, delimiter)))

    assert (row["ID"], row["Tijd van voltooien"]) == ("2", "30/03/2026 10:04")
    assert (row[LEARNT], row["Wat vond u? – kort"]) == ("Eens\u00a0", "Oneens")


def test_a_csv_in_an_unknown_language_is_recognised_by_its_two_moments(tmp_path: Path) -> None:
    rows = [["Id", "Alkoi", "Valmistui", LEARNT], ["2", "29/03/2026 09:00", "30/03/2026 10:04", ""]]

    (row,) = rows_of(read(as_csv(rows), csv_contract(tmp_path)))

    assert row["Tijd van voltooien"] == "30/03/2026 10:04"


def test_a_csv_with_the_month_first_is_held_where_the_contract_has_the_day_first(
    tmp_path: Path,
) -> None:
    both = ["2", "03/04/2026 09:00", "03/04/2026 10:04", "Eens", ""]
    plain = ["3", "03/30/2026 09:00", "03/30/2026 10:04", "Eens", ""]
    table = read(as_csv([SYNCED, both, plain]), csv_contract(tmp_path))

    with pytest.raises(ReadError, match="rij 3: kolom 'Tijd van voltooien'") as held:
        rows_of(table)

    assert held.value.check_id == "S10"


def test_the_recorded_workbook_gives_its_three_lists(tmp_path: Path) -> None:
    if "IMPACTKOMPAS_RECORDED" not in os.environ:
        pytest.skip("IMPACTKOMPAS_RECORDED is not set: the recorded sample files are not here")
    samples = Path(os.environ["IMPACTKOMPAS_RECORDED"]) / "formats" / "samples"
    asked = contract(
        tmp_path,
        q4a1="Ik ben geholpen met mijn vraag",
        q4a2="Hoe ervaart u de hulp? . Ik voel mij gehoord",
        q4a3="Ik voel mij gehoord",
        q4a4="Ik voel mij gehoord2",
    )

    rows = rows_of(read((samples / "msforms_demo_nl.xlsx").read_bytes(), asked))

    assert [row["ID"] for row in rows] == ["2", "3", "4"]
    assert [row["Tijd van voltooien"] for row in rows] == ["2026-03-30", "2026-03-31", "2026-04-01"]
    answers = ("Eens", "Helemaal mee eens\u00a0", "Oneens", "Neutraal")
    for row in rows:
        assert tuple(row[question.sources[0]] for question in asked.items) == answers


def test_a_form_that_is_exported_again_replaces_what_it_said_before(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    source = contract(home.contracts)
    first = [[*NL, LEARNT], [2, START, END, "", "", "Eens"], [4, START, END, "", "", "Eens"]]
    second = [*first[:2], [4, START, END, "", "", "Oneens"], [5, START, END, "", "", "Eens"]]
    for day, rows in ((1, first), (2, second)):
        file = home.inbox / f"vragenlijst_2026040{day}.xlsx"
        file.write_bytes(workbook({"Sheet1": rows}))
        take_in(home, source, as_of=date(2026, 4, day), judge=lambda _: [])

    answers = pq.read_table(home.raw / "survey" / "answers" / "vragenlijst.parquet")

    found = zip(
        *(answers[name].to_pylist() for name in ("response_id", "answer_code")), strict=True
    )
    assert list(found) == [("2", "3"), ("4", "2"), ("5", "3")]
