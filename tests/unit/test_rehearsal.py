"""Trying a delivery: what it would do is said, and nothing of the home changes."""

from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.home import Home
from orchestration import cli
from tests.unit.small_ecd import client, column, csv_bytes, document, write_contract


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    write_contract(home.contracts)
    home.settings_file.write_text('as_of = "2026-01-06"\nopen_data = "example"\n')
    return home


def check(home: Home, file: Path, *options: str) -> int:
    asked = ["source", "check", str(file), "--home", str(home.root), *options]
    return CliRunner().invoke(cli.app, asked).exit_code


def contents(home: Home) -> dict[str, bytes]:
    return {str(f): f.read_bytes() for f in home.root.rglob("*") if f.is_file()}


def delivery(folder: Path, *rows: list[str], name: str = "clienten_20260105.csv") -> Path:
    file = folder / name
    file.write_bytes(csv_bytes(*rows))
    return file


def test_a_good_delivery_would_be_taken_in_and_nothing_of_the_home_changes(
    home: Home, tmp_path: Path
) -> None:
    file = delivery(tmp_path, client(1), client(2), client(2))
    before = contents(home)

    code = check(home, file)

    assert code == 0
    assert contents(home) == before
    assert file.exists()


def test_rejected_rows_are_told_by_number_column_and_reason(home: Home, tmp_path: Path) -> None:
    rows = [client(number) for number in range(1, 20)]
    file = delivery(tmp_path, *rows, client(20, Inschrijfdatum="31-02-2026"))
    told = tmp_path / "afgekeurd.csv"

    code = check(home, file, "--csv", str(told))

    assert code == 1
    assert "21;R0020;Inschrijfdatum (registered_on);geen datum" in told.read_text(
        encoding="utf-8-sig"
    )


def test_a_delivery_that_would_be_held_says_so(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "clienten_20260105.csv"
    file.write_bytes(b"")
    assert check(home, file) == 2
    assert not list(home.root.glob(".proef-*"))


def test_a_file_with_another_name_is_tried_with_the_contract_that_is_asked_for(
    home: Home, tmp_path: Path
) -> None:
    file = delivery(tmp_path, client(1), name="export van maandag.csv")
    assert check(home, file) != 0
    assert check(home, file, "--source", "ecd-clienten") == 0


def test_the_name_that_a_file_has_on_trial_is_not_said(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "export van maandag.csv"
    file.write_bytes(b"")
    said = StringIO()
    monkeypatch.setattr(cli.common.console, "file", said)

    check(home, file, "--source", "ecd-clienten")

    assert "Zou worden vastgehouden: bestand is leeg" in said.getvalue()
    assert "clienten_2026" not in said.getvalue()


def test_the_faults_of_a_contract_are_told_before_anything_is_read(
    home: Home, tmp_path: Path
) -> None:
    contract = document()
    column(contract, "bsn").pop("classification")
    write_contract(home.contracts, contract)
    assert check(home, delivery(tmp_path, client(1)), "--source", "ecd-clienten") == 2
