"""The registration workbook: written, filled in with another program, and taken in as typed."""

import io
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from ingest.contracts import SourceContract, load_contracts
from ingest.deliveries import take_in
from ingest.home import Home
from ingest.ledger import Ledger
from ingest.meetplan.sheets import sheets as meetplan_sheets
from ingest.originals import Originals
from ingest.registration.contracts import source_id, write_contracts
from ingest.registration.sheets import WORKBOOK_NAME, registration_sheets, write_template
from ingest.source_states import SourceResult, arrival_results, source_state
from orchestration.cli import app

AS_OF = date(2026, 1, 6)
DAY = date(2025, 12, 5)
CLIENT = {"Nr *": 1, "Cliëntnummer *": "00012", "Geboortedatum": date(1985, 3, 17),
          "Postcode": "3071 AB", "Gemeentecode": "GM0599", "Achternaam": "Geheim",
          "Inschrijfdatum *": DAY, "Geregistreerd op": DAY}  # fmt: skip
TRAJECTORY = {"Trajectnummer *": "T1", "Cliëntnummer *": "00012", "Werksoort *": "SRW",
              "Reden einde": "Doel bereikt", "Complexiteit": "laag", "Startdatum": DAY}  # fmt: skip
SUPPORT = {"Nr *": 1, "Trajectnummer *": "T1", "Cliëntnummer *": "00012",
           "Vorm van ondersteuning *": "Bezwaar / Beroep", "Datum": DAY,
           "Gerealiseerd": "ja"}  # fmt: skip
HOURS = {"Nr *": 7, "Personeelsnummer *": 31, "Maand *": date(2025, 12, 1), "Uren": 121.25}


@cache
def written() -> bytes:
    """Return the workbook as the command writes it, which takes a second."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / WORKBOOK_NAME
        write_template(file)
        return file.read_bytes()


def template() -> openpyxl.Workbook:
    """Return that workbook as another program opens it."""
    return openpyxl.load_workbook(io.BytesIO(written()))


def filled(file: Path, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Fill in the template as a person does: every value under its heading."""
    workbook = template()
    for name, lines in rows.items():
        page = workbook[name]
        headings = {cell.value: cell.column for cell in page[1]}
        for number, line in enumerate(lines, start=2):
            for heading, value in line.items():
                page.cell(number, headings[heading], value)
    workbook.save(file)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.create()
    write_contracts(made.contracts)
    return made


def contracts_of(home: Home) -> list[SourceContract]:
    found = load_contracts(home.contracts)
    assert found.unusable == []
    return found.usable


def taken_in(home: Home, contracts: Iterable[SourceContract]) -> dict[str, SourceResult]:
    everyone = list(contracts)
    return {
        each.source_id: take_in(
            home, each, as_of=AS_OF, judge=lambda _: [], contracts=everyone
        )
        for each in everyone
    }  # fmt: skip


def raw_rows(home: Home, table: str, source_id: str) -> list[dict[str, Any]]:
    rows = pq.read_table(home.raw / "ecd" / table / f"{source_id}.parquet").to_pylist()
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def test_every_sheet_has_a_usable_contract_that_names_all_its_headings(home: Home) -> None:
    contracts = {each.source_id: each for each in contracts_of(home)}
    assert len(contracts) == len(registration_sheets()) == 15
    for sheet in registration_sheets():
        sources = {name for each in contracts[source_id(sheet)].columns for name in each.sources}
        headings = {f"{each.header} *" if each.is_required else each.header
                    for each in sheet.columns}  # fmt: skip
        assert sources == headings


def test_what_is_typed_is_what_is_taken_in_and_nothing_of_a_person(home: Home) -> None:
    filled(
        home.inbox / WORKBOOK_NAME,
        {"Cliënten": [CLIENT], "Trajecten": [TRAJECTORY], "Ondersteuning": [SUPPORT],
         "Uren": [HOURS]},
    )  # fmt: skip
    results = taken_in(home, contracts_of(home))

    assert {name for name, each in results.items() if each.rows_out} == {
        "excel-clienten", "excel-trajecten", "excel-ondersteuning", "excel-uren"
    }  # fmt: skip
    (client,) = raw_rows(home, "clients", "excel-clienten")
    assert (client["record_ref"], client["birth_year"], client["postcode4"]) == ("1", 1985, "3071")
    assert (client["municipality_code"], client["registered_on"]) == ("GM0599", DAY)
    assert client["client_id"].startswith("client:")
    assert client["match_token"].startswith("client:")
    assert not {"00012", "Geheim", "3071 AB", "3071AB"} & {str(value) for value in client.values()}

    (trajectory,) = raw_rows(home, "trajectories", "excel-trajecten")
    assert (trajectory["record_ref"], trajectory["trajectory_id"]) == ("T1", "T1")
    assert trajectory["client_id"] == client["client_id"]
    assert (trajectory["end_reason_code"], trajectory["complexity_code"]) == (
        "doel_bereikt",
        "laag",
    )
    (support,) = raw_rows(home, "support_forms", "excel-ondersteuning")
    assert (support["support_code"], support["is_realised"]) == ("bezwaar_beroep", True)
    (hours,) = raw_rows(home, "worked_hours", "excel-uren")
    assert (str(hours["hours"]), hours["month_start"]) == ("121.25", date(2025, 12, 1))


def test_every_source_has_its_own_original_and_the_workbook_leaves_the_inbox_once(
    home: Home,
) -> None:
    filled(home.inbox / WORKBOOK_NAME, {"Cliënten": [CLIENT], "Uren": [HOURS]})
    contracts = contracts_of(home)
    first = next(each for each in contracts if each.source_id == "excel-clienten")
    take_in(home, first, as_of=AS_OF, judge=lambda _: [], contracts=contracts)

    assert list(home.inbox.iterdir()) == []
    received = [each for each in Ledger(home.ledger_file).events() if each.event == "received"]
    assert {each.source_id for each in received} == {"excel-clienten", "excel-uren"}
    assert len({each.sha256 for each in received}) == 1
    assert all(Originals(home, each.source_id).exists(each.delivery_id) for each in received)
    results = taken_in(home, contracts)
    assert results["excel-uren"].rows_out == 1


def test_a_sheet_that_was_never_filled_in_is_not_waited_for_and_does_not_count_as_nothing(
    home: Home,
) -> None:
    filled(home.inbox / WORKBOOK_NAME, {"Cliënten": [CLIENT]})
    unused = taken_in(home, contracts_of(home))["excel-verwijzingen"]

    assert (unused.state, unused.is_awaited, unused.data_as_of) == ("ontbreekt", False, None)
    assert "blad 'Verwijzingen' is nog leeg" in unused.message
    assert [each["n_hit"] for each in arrival_results([unused])] == [0]


def test_without_a_workbook_every_sheet_is_waited_for(home: Home) -> None:
    states = [source_state(home, each, AS_OF) for each in contracts_of(home)]
    assert all(each.state == "ontbreekt" and each.is_awaited for each in states)


def test_a_sheet_that_is_emptied_after_it_was_used_is_held(home: Home) -> None:
    contracts = contracts_of(home)
    filled(home.inbox / WORKBOOK_NAME, {"Cliënten": [CLIENT], "Uren": [HOURS]})
    taken_in(home, contracts)
    filled(home.inbox / WORKBOOK_NAME, {"Cliënten": [CLIENT]})
    emptied = taken_in(home, contracts)["excel-uren"]

    assert (emptied.state, emptied.held_by, emptied.rows_out) == ("vastgehouden", "S02", 1)


def test_a_workbook_that_comes_back_the_same_is_skipped_and_leaves_the_inbox(home: Home) -> None:
    contracts = contracts_of(home)
    filled(home.inbox / WORKBOOK_NAME, {"Cliënten": [CLIENT], "Uren": [HOURS]})
    same = (home.inbox / WORKBOOK_NAME).read_bytes()
    taken_in(home, contracts)
    (home.inbox / WORKBOOK_NAME).write_bytes(same)
    results = taken_in(home, contracts)

    assert list(home.inbox.iterdir()) == []
    assert {results[name].state for name in ("excel-clienten", "excel-uren")} == {"actueel"}


def test_the_headings_are_locked_without_password_and_everything_else_is_free() -> None:
    page = template()["Contacten"]

    assert page.protection.sheet
    assert page.protection.password is None
    assert not page.protection.deleteRows
    assert not page.protection.sort
    assert page["A1"].protection.locked
    assert all(each.protection.locked is False for each in page.column_dimensions.values())


def test_the_workbook_offers_code_lists_and_refuses_what_is_no_date_or_number() -> None:
    workbook = template()

    def rules(name: str) -> dict[str, Any]:
        page = workbook[name]
        headings = {cell.column_letter: cell.value for cell in page[1]}
        return {
            headings[str(each.sqref).rstrip("0123456789:")[:1]]: (each.type, each.formula1)
            for each in page.data_validations.dataValidation
            if str(each.sqref)[1:].startswith("2:")
        }

    lists = workbook["Keuzelijsten"]
    assert lists.sheet_state == "hidden"
    assert [cell.value for cell in lists["A"]][:2] == [
        "AWB (Algemene wet bestuursrecht)", "Belasting: lagere overheden",
    ]  # fmt: skip
    assert rules("Hulpvragen")["Hulpvraag *"] == ("list", "Keuzelijsten!$A$1:$A$22")
    assert rules("Trajecten")["Cliëntnummer *"] == ("list", "'Cliënten'!$B$2:$B$1001")
    assert rules("Contacten")["Minuten"] == ("whole", "0")
    assert rules("Contacten")["Datum *"][0] == "date"
    assert rules("Trajecten")["Werksoort *"][1].startswith("OFFSET('Codelijsten'!$C$1,MATCH(")


def test_the_first_sheet_says_what_becomes_of_personal_data() -> None:
    guide = template()["Uitleg"]
    told = {row[0].value: row[1].value for row in guide.iter_rows() if row[0].value}

    for heading in ("Cliëntnummer", "Personeelsnummer", "Achternaam"):
        assert "onleesbare code" in told[heading]
    assert told["Geboortedatum"] == "Alleen het jaar wordt bewaard."
    assert "letters worden niet bewaard" in told["Postcode"]


def test_the_code_lists_are_no_sheet_of_the_meetplan() -> None:
    assert "Codelijsten" not in {sheet.name for sheet in meetplan_sheets()}


def test_the_command_writes_workbook_and_contracts_and_overwrites_neither(tmp_path: Path) -> None:
    asked = ["template", "excel", "--home", str(tmp_path), "--contracts"]
    own = tmp_path / "contracts" / "excel-uren.yaml"
    own.parent.mkdir()
    own.write_text("eigen", encoding="utf-8")
    written = CliRunner().invoke(app, asked)

    assert (written.exit_code, own.read_text(encoding="utf-8")) == (0, "eigen")
    assert len(list(own.parent.iterdir())) == 15
    before = (tmp_path / WORKBOOK_NAME).read_bytes()
    assert CliRunner().invoke(app, asked[:-1]).exit_code == 1
    assert (tmp_path / WORKBOOK_NAME).read_bytes() == before


def test_the_contracts_can_be_asked_for_once_the_workbook_was_looked_at(tmp_path: Path) -> None:
    asked = ["template", "excel", "--home", str(tmp_path)]
    assert CliRunner().invoke(app, asked).exit_code == 0
    before = (tmp_path / WORKBOOK_NAME).read_bytes()

    assert CliRunner().invoke(app, [*asked, "--contracts"]).exit_code == 0

    assert len(list((tmp_path / "contracts").iterdir())) == 15
    assert (tmp_path / WORKBOOK_NAME).read_bytes() == before
