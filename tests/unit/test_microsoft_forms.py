"""What is read from the workbook that Microsoft Forms gives, and what is refused."""

import os
import zipfile
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml

from ingest.cells import parse_column
from ingest.contracts import SourceContract, load_contract
from ingest.readers import ReadError, TextTable, open_reader

NL = ["ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam"]
EN = ["Id", "Start time", "Completion time", "Email", "Name"]
START, END = datetime(2026, 3, 30, 9, 0, 5), datetime(2026, 3, 30, 23, 59, 59)
LEARNT = "Ik heb meer mensen leren kennen"
ALONE = "Ik voel me minder alleen"

Sheets = dict[str, list[Any]]


def contract(tmp_path: Path, date_format: str = "%Y-%m-%d", **questions: str) -> SourceContract:
    """Return a contract on a Forms export with these questions (id and header)."""
    answers = [{"value": "Eens", "label": "3"}, {"value": "Oneens", "label": "2"}]
    asked = [
        {
            "name": name.removeprefix("q"),
            "physicalName": header,
            "logicalType": "string",
            "classification": "keep",
            "semanticType": "question",
            "enum": answers,
        }
        for name, header in (questions or {"q4a1": LEARNT}).items()
    ]
    kept = {"logicalType": "string", "required": True, "classification": "keep"}
    moment = {**kept, "name": "completed_on", "physicalName": "Tijd van voltooien"}
    number = {**kept, "name": "response_id", "physicalName": "ID", "primaryKey": True}
    title = {**kept, "name": "project_title", "physicalName": "Project"}
    layout = {"layout": "microsoft_forms", "dateFormat": date_format}
    file = tmp_path / "forms.yaml"
    file.write_text(
        yaml.safe_dump(
            {
                "apiVersion": "v3.1.0",
                "kind": "DataContract",
                "id": "forms",
                "version": "1.0.0",
                "status": "active",
                "servers": [
                    {
                        "server": "inbox",
                        "type": "local",
                        "path": "forms_{delivered_on}.xlsx",
                        "format": "xlsx",
                        "customProperties": [
                            {"property": name, "value": value} for name, value in layout.items()
                        ],
                    }
                ],
                "schema": [
                    {
                        "name": "answers",
                        "customProperties": [{"property": "source", "value": "survey"}],
                        "properties": [number, {**moment, "logicalType": "date"}, title, *asked],
                    }
                ],
                "customProperties": [{"property": "questionnaire", "value": "participant"}],
            }
        ),
        encoding="utf-8",
    )
    return load_contract(file)


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


def read(content: bytes, contract: SourceContract) -> TextTable:
    """Read the workbook as a night does."""
    return open_reader(contract).read(BytesIO(content), contract)


def rows_of(table: TextTable) -> list[dict[str, str | None]]:
    """Return the rows of the table by column name, with '#' the row number as text."""
    return [
        {"#": str(number), **dict(zip(table.header, cells, strict=True))}
        for batch in table.batches
        for number, *cells in zip(
            batch.row_numbers.to_pylist(),
            *(column.to_pylist() for column in batch.columns),
            strict=True,
        )
    ]


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
        {"#": "2", "ID": "2", **common, **person, LEARNT: "Eens"},
        {"#": "3", "ID": "14", **common, **person, LEARNT: None},
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


def test_the_prefixed_xml_and_wrong_size_of_a_real_export_lose_no_cell(tmp_path: Path) -> None:
    rows = [[*NL, LEARNT], [2, START, END, "anonymous", "x", "Eens"]]
    content = as_forms_writes_it(workbook({"Sheet1": rows}))
    assert b'<x:dimension ref="A1"' in zipfile.ZipFile(BytesIO(content)).read(
        "xl/worksheets/sheet1.xml"
    )

    (row,) = rows_of(read(content, contract(tmp_path)))

    assert list(row.values()) == ["2", "2", "2026-03-30", "2026-03-30", "anonymous", "x", "Eens"]


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


def test_an_unknown_language_is_recognised_by_its_two_moments(tmp_path: Path) -> None:
    german = ["ID", "Startzeit", "Fertigstellungszeit", LEARNT]

    (row,) = rows_of(
        read(workbook({"Sheet1": [german, [2, START, END, "Eens"]]}), contract(tmp_path))
    )

    assert row["Fertigstellungszeit"] == "2026-03-30"


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

    assert [row["#"] for row in found] == ["2", "4"]


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
