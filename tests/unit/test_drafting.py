"""Drafting a contract from a sample: everything proposed, nothing decided, no person in it."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from ingest.contracts import ContractError, SourceContract, load_contract, load_contracts
from ingest.deliveries import take_in
from ingest.drafting import Draft, SampleError, draft_contract, read_sample
from ingest.home import Home
from tests.unit.small_ecd import BSN, HEADER, client, csv_bytes

_CLIENTS = [
    client(number, Gemeente=f"GM0{599 + number % 2}", Inschrijfdatum=f"{number + 5:02d}-01-2026")
    for number in range(1, 25)
]


def drafted(folder: Path, name: str, data: bytes, table: str | None = None) -> Draft:
    file = folder / name
    file.write_bytes(data)
    return draft_contract(read_sample(file), "bron", table)


def confirmed(folder: Path, text: str) -> SourceContract:
    """Return the contract after a person agreed with every proposal."""
    text = re.sub(r"classification:  # voorstel: (\w+).*", r"classification: \1", text)
    file = folder / "bron.yaml"
    file.write_text(text.replace("status: draft", "status: active"), encoding="utf-8")
    return load_contract(file)


def test_a_draft_leaves_every_class_of_personal_data_to_a_person(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "clienten.csv", csv_bytes(*_CLIENTS))

    document = yaml.safe_load(draft.text)
    properties = document["schema"][0]["properties"]
    assert {each["classification"] for each in properties} == {None}
    (tmp_path / "contracts").mkdir()
    (tmp_path / "contracts" / "bron.yaml").write_text(draft.text, encoding="utf-8")
    (unusable,) = load_contracts(tmp_path / "contracts").unusable
    assert unusable.is_draft
    with pytest.raises(ContractError, match="kolom 'bsn': classification ontbreekt"):
        load_contract(tmp_path / "contracts" / "bron.yaml")


def test_the_sample_says_its_table_its_dialect_and_what_its_columns_are(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "clienten.csv", csv_bytes(*_CLIENTS))

    contract = confirmed(tmp_path, draft.text)

    assert (contract.table.source_name, contract.table.table_name) == ("ecd", "clients")
    assert (contract.encoding, contract.delimiter) == ("cp1252", ";")
    assert contract.date_format == "%d-%m-%Y"
    classes = {column.name: column.classification for column in contract.columns}
    assert classes["bsn"] == classes["email"] == classes["last_name"] == "drop"
    assert classes["client_id"] == classes["match_token"] == "pseudonymise"
    assert classes["birth_year"] == classes["buurt_code"] == "generalise"
    assert contract.key == ("client_id",)


def test_no_person_of_the_sample_is_in_the_draft(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "clienten.csv", csv_bytes(*_CLIENTS))
    for value in (BSN, "Wölfe", "17-03-1985", "example.nl", "3071", "R0001", "000001"):
        assert value not in draft.text


def test_a_confirmed_draft_takes_the_sample_in(tmp_path: Path) -> None:
    header = tuple("Gemeentecode" if name == "Gemeente" else name for name in HEADER)
    data = csv_bytes(*_CLIENTS, header=header)
    draft = drafted(tmp_path, "clienten.csv", data)
    home = Home(tmp_path / "home")
    home.create()
    contract = confirmed(home.contracts, draft.text)
    (home.inbox / "bron_20260105.csv").write_bytes(data)

    result = take_in(home, contract, as_of=date(2026, 1, 5), judge=lambda _: [])

    assert (result.state, result.rows_out, result.rejected) == ("actueel", 24, 0)


@pytest.mark.parametrize(
    ("encoding", "delimiter", "expected"),
    [("utf-8-sig", ";", "utf-8-sig"), ("utf-16", "\t", "utf-16"), ("utf-8", "|", "utf-8")],
)
def test_encoding_delimiter_and_header_row_are_seen(
    tmp_path: Path, encoding: str, delimiter: str, expected: str
) -> None:
    lines = [
        "Export cliënten",
        "",
        "Cliëntnummer;Inschrijfdatum",
        "001;05-01-2026",
        "002;06-01-2026",
    ]
    text = "\r\n".join(lines).replace(";", delimiter)
    sample_file = tmp_path / "clienten.csv"
    sample_file.write_bytes(text.encode(encoding))

    sample = read_sample(sample_file)

    assert (sample.encoding, sample.delimiter, sample.header_row) == (expected, delimiter, 3)
    assert [column.heading for column in sample.columns] == ["Cliëntnummer", "Inschrijfdatum"]


def test_days_that_fit_two_notations_are_left_to_a_person(tmp_path: Path) -> None:
    data = b"Datum;Soort\n01/02/2026;A\n03/04/2026;B\n"
    draft = drafted(tmp_path, "lijst.csv", data, table="ecd.contacts")
    assert "de datumnotatie kiezen: %d/%m/%Y of %m/%d/%Y" in draft.to_do


def test_questions_of_a_survey_are_known_by_text_or_number(tmp_path: Path) -> None:
    top = "Respondent ID,Start Date,End Date,Welk project?,Vraag,Vraag 4a5. Om hulp"
    question = "Door mijn deelname aan Samen Eten voel ik me minder alleen"
    below = ",,,Open-Ended Response,Response,Response"
    rows = [
        f"{n},01/05/2026 10:00:00 AM,01/13/2026 10:05:00 AM,Samen Eten,Mee eens,Ja" for n in (1, 2)
    ]
    text = "\n".join([top.replace(",Vraag,", f",{question},"), below, *rows, ""])
    draft = drafted(tmp_path, "enquete.csv", text.encode())

    contract = confirmed(tmp_path, draft.text)

    assert contract.layout == "surveymonkey"
    assert contract.date_format == "%m/%d/%Y %I:%M:%S %p"
    questions = {column.name: column.sources[0] for column in contract.items}
    assert questions == {"4a2": question, "4a5": "Vraag 4a5. Om hulp"}
    (duration,) = (each for each in contract.columns if each.name == "duration_seconds")
    assert duration.sources == ("Start Date", "End Date")


def test_how_long_a_list_took_is_proposed_where_a_tool_gives_both_moments(tmp_path: Path) -> None:
    lines = [
        "id,submitdate,lastpage,startdate,Project,Vraag 4a5",
        "1,2026-01-13 10:05:00,3,2026-01-13 10:00:00,Samen Eten,Ja",
        "2,2026-01-14 10:05:00,3,2026-01-14 10:00:00,Samen Eten,Ja",
    ]
    draft = drafted(tmp_path, "enquete.csv", "\n".join(lines).encode())

    contract = confirmed(tmp_path, draft.text)

    (duration,) = (each for each in contract.columns if each.name == "duration_seconds")
    assert (duration.sources, duration.transform) == (
        ("startdate", "submitdate"),
        "seconds_between",
    )


def test_the_export_of_a_survey_is_known_when_its_last_question_has_several_columns(
    tmp_path: Path,
) -> None:
    lines = ["Respondent ID,End Date,Waarmee geholpen?,,", ",,Geld,Werk,Wonen"]
    lines += [f"{number},01/13/2026 10:05:00 AM,Geld,,Wonen" for number in range(9)]
    draft = drafted(tmp_path, "enquete.csv", "\n".join([*lines, ""]).encode())

    document = yaml.safe_load(draft.text)
    assert {"property": "layout", "value": "surveymonkey"} in document["servers"][0][
        "customProperties"
    ]
    headings = {each.get("physicalName") for each in document["schema"][0]["properties"]}
    assert {"Waarmee geholpen? - Geld", "Waarmee geholpen? - Wonen"} <= headings
    # Nothing of it is a question of the KPI-model: which ones count is for a person to say.
    assert [step for step in draft.to_do if "semanticType: question" in step]
    assert [
        step
        for step in draft.to_do
        if "project_title aanwijzen: een kolom of een vaste waarde" in step
    ]


def test_an_export_of_limesurvey_is_known_by_codes_and_by_full_headings(tmp_path: Path) -> None:
    for start, sent, begun in (
        ("id,submitdate,lastpage", "submitdate", "startdate"),
        ("Response ID,Date submitted,Last page", "Date submitted", "Date started"),
    ):
        lines = [f"{start},{begun},Q1", "1,2026-03-11 10:05:00,3,2026-03-11 10:00:00,AO01", ""]
        draft = drafted(tmp_path, "enquete.csv", "\n".join(lines).encode())

        document = yaml.safe_load(draft.text)
        assert {"property": "layout", "value": "limesurvey"} in document["servers"][0][
            "customProperties"
        ]
        headings = {
            each["name"]: each.get("physicalName") or each["transformSourceObjects"]
            for each in document["schema"][0]["properties"]
        }
        assert headings["response_id"] == start.partition(",")[0]
        assert headings["completed_on"] == sent
        assert headings["duration_seconds"] == [begun, sent]


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "leeg"), (b"%PDF-1.7", "PDF"), (b"\n\n", "geen rijen"), (b"\x81;\x8d\n", "geen tekst"),
     (b"Q1. Geholpen?,,\nAnswer Choices,Response Percent,Responses\nJa,80%,4\n,Answered,4\n",
      "samenvatting")],
)  # fmt: skip
def test_a_file_without_columns_is_refused_with_its_reason(
    tmp_path: Path, data: bytes, words: str
) -> None:
    with pytest.raises(SampleError, match=words):
        drafted(tmp_path, "leeg.csv", data)


def test_a_sample_whose_table_cannot_be_seen_asks_which_one(tmp_path: Path) -> None:
    with pytest.raises(SampleError, match="Kies met --table een van: ecd"):
        drafted(tmp_path, "lijst.csv", b"Kleur;Vorm\nrood;rond\n")
