"""What contracts must agree on: an owner each, and one code list per column."""

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from ingest.agreements import open_agreements
from ingest.contracts import SourceContract, load_contracts
from ingest.example.layouts import CONTRACTS
from orchestration.report import show_status
from tests.unit.small_ecd import column, document, loaded

OWNER = {"members": [{"role": "owner", "name": "Functioneel beheer"}]}


def contract(folder: Path, id_: str, codes: list[str], **changes: Any) -> SourceContract:
    content = document() | {"id": id_, "team": OWNER} | changes
    enum = [{"value": f"woord {code}", "label": code} for code in codes]
    column(content, "municipality_code")["enum"] = enum
    return loaded(folder, content)


def test_k04_a_contract_without_an_owner_is_accepted_and_named(tmp_path: Path) -> None:
    (sentence,) = open_agreements([contract(tmp_path, "ecd-noord", ["GM1"], team=None)])
    assert sentence.startswith("K04: ecd-noord heeft geen eigenaar.")


@pytest.mark.parametrize(
    ("team", "owner"),
    [
        (OWNER, "Functioneel beheer"),
        ([{"role": "Eigenaar", "username": "beheer"}], "beheer"),
        ([{"role": "steward", "name": "Iemand"}], None),
        ([{"role": "owner"}], None),
    ],
)
def test_k04_the_owner_is_the_member_of_the_team_with_that_role(
    tmp_path: Path, team: Any, owner: str | None
) -> None:
    assert contract(tmp_path, "ecd-noord", ["GM1"], team=team).owner == owner


def test_k04_a_new_owner_does_not_make_the_rows_be_read_again(tmp_path: Path) -> None:
    before = contract(tmp_path, "ecd-noord", ["GM1"], team=None)
    assert contract(tmp_path, "ecd-noord", ["GM1"]).digest == before.digest


def test_k04_teams_that_fill_one_column_with_different_codes_are_named(tmp_path: Path) -> None:
    north = contract(tmp_path, "ecd-noord", ["GM1", "GM2"])
    south = contract(tmp_path, "ecd-zuid", ["GM2", "GM3"])
    (sentence,) = open_agreements([north, south])
    assert "ecd-noord en ecd-zuid vullen ecd.clients.municipality_code" in sentence
    assert "(GM1, GM3)" in sentence


def test_k04_one_code_list_for_two_teams_is_as_agreed(tmp_path: Path) -> None:
    north = contract(tmp_path, "ecd-noord", ["GM1", "GM2"])
    south = contract(tmp_path, "ecd-zuid", ["GM2", "GM1"])
    assert list(open_agreements([north, south])) == []


def test_k04_the_example_organisation_has_owners_and_one_code_list_per_column() -> None:
    assert list(open_agreements(load_contracts(CONTRACTS).usable)) == []


def test_k04_status_says_which_contract_has_no_owner(tmp_path: Path) -> None:
    (tmp_path / "contracts").mkdir()
    contract(tmp_path / "contracts", "ecd-noord", ["GM1"], team=None)
    console = Console(record=True, width=200)
    show_status(tmp_path, console)
    assert "K04: ecd-noord heeft geen eigenaar" in console.export_text()
