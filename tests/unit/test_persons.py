"""The commands inzage and erase: a number never stands in a shell history, a log or a message."""

import csv
import json
from datetime import date
from io import StringIO
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.persons import erase_person
from tests.unit.small_organisation import (
    AS_OF,
    CANARIES,
    NUMBER,
    Organisation,
    new_organisation,
)


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    """A home after a first night."""
    organisation = new_organisation(tmp_path)
    settings = f'as_of = "{AS_OF}"\n'
    organisation.home.settings_file.write_text(settings, encoding="utf-8")
    organisation.deliver(date(2026, 1, 4))
    organisation.night(date(2026, 1, 4))
    return organisation


def run(organisation: Organisation, *arguments: str, given: str = "") -> int:
    """Run a command with what is given on standard input, and return its exit code."""
    command = [*arguments, "--home", str(organisation.home.root)]
    return CliRunner().invoke(app, command, input=given).exit_code


def test_inzage_shows_every_row_and_is_logged_without_saying_of_whom(
    organisation: Organisation, tmp_path: Path
) -> None:
    file = tmp_path / "inzage.csv"
    asked = ("inzage", "--from", "-", "--file", str(file))
    assert run(organisation, *asked, given=f" {NUMBER}\n") == 0
    assert file.stat().st_mode & 0o777 == 0o600
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter=";"))
    assert {(row["bron"], row["rij"]) for row in rows} == {
        ("clienten", "2"), ("trajecten", "2"), ("contacten", "2"), ("contacten", "3"),
        ("complexiteit", "2"),
    }  # fmt: skip
    (when,) = [row for row in rows if row["bron"] == "clienten" and row["kolom"] == "registered_on"]
    assert (when["waarde"], when["betekenis"]) == ("01-02-2025", "Inschrijfdatum.")
    log = organisation.home.logs / "inzage.log"
    (line,) = map(json.loads, log.read_text(encoding="utf-8").splitlines())
    assert (line["what"], line["domain"], line["rows"]) == ("inzage", "client", 5)
    assert not [canary for canary in CANARIES if canary in log.read_text(encoding="utf-8")]
    assert log.stat().st_mode & 0o777 == 0o600


def test_inzage_writes_a_workbook_in_which_nothing_is_a_formula(
    organisation: Organisation, tmp_path: Path
) -> None:
    file, number = tmp_path / "inzage.xlsx", tmp_path / "number"
    number.write_text(f"{NUMBER}\n", encoding="utf-8")
    assert run(organisation, "inzage", "--from", str(number), "--file", str(file)) == 0
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]][:3] == ["bron", "tabel", "levering"]
    assert {cell.data_type for row in sheet.iter_rows(max_col=8) for cell in row} == {"s"}


def test_erase_asks_first_and_does_nothing_without_a_yes(organisation: Organisation) -> None:
    number = organisation.home.root.parent / "number"
    number.write_text(NUMBER, encoding="utf-8")
    refs = organisation.refs()
    assert run(organisation, "erase", "--from", str(number), given="n\n") == 1
    organisation.night(AS_OF)
    assert organisation.refs() == refs


def test_erase_says_what_goes_and_what_a_person_must_still_do(
    organisation: Organisation,
) -> None:
    (organisation.home.inbox / "notitie.txt").write_text("-", encoding="utf-8")
    console = Console(file=StringIO(), width=100, force_terminal=False)
    root = organisation.home.root
    code = erase_person(root, "client", NUMBER, confirm=lambda: True, console=console)
    text = " ".join(console.file.getvalue().split())  # type: ignore[attr-defined]
    assert code == 0
    for expected in (
        "contacten contacts 2 0 1",
        "5 rijen uit landing, 5 originelen vernietigd",
        "In inbox/ kan deze persoon nog leesbaar staan (bestanden: 1)",
        "Zelfde naam en geboortedatum onder een ander nummer: R-2 (clienten)",
        "Een verhaal of notitie van deze persoon in meetplan.xlsx herkent Impactkompas niet",
    ):
        assert expected in text
    assert NUMBER not in text
    organisation.night(AS_OF)
    assert organisation.places(*CANARIES) == []


def test_without_a_number_nothing_is_done(organisation: Organisation) -> None:
    assert run(organisation, "erase", "--from", "-", "--yes", given="\n") == 1
    assert not (organisation.home.landing / "tombstones.jsonl").exists()
