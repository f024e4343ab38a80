"""When deliveries or the service fail: said clearly, nothing lost, everything else published."""

import shutil
import socket
from pathlib import Path

import pytest

from tests.conftest import Night, run_night


@pytest.fixture(scope="module")
def bad_night(clean_night: Night, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The night after a good one: bad deliveries, one missing, a bad contract, no open data."""
    home = tmp_path_factory.mktemp("bad") / "home"
    shutil.copytree(clean_night.home, home, symlinks=True)
    inbox = home / "inbox"
    delivered = clean_night.home.parent / "delivered"
    contacts = (delivered / "contacten_20260105.csv").read_bytes()
    trajectories = (delivered / "trajecten_20260105.csv").read_bytes()
    budgets = (delivered / "budgetten_20260105.csv").read_bytes().splitlines(keepends=True)
    (inbox / "clienten_20260106.csv").write_bytes(b"")
    header, rest = contacts.split(b"\n", 1)
    (inbox / "contacten_20260106.csv").write_bytes(
        header.replace(b"Contactdatum", b"Datum") + b"\n" + rest
    )
    # Byte 0x81 is no character in Windows-1252.
    (inbox / "trajecten_20260106.csv").write_bytes(trajectories.replace(b"Laag", b"La\x81g", 1))
    (inbox / "budgetten_20260106.csv").write_bytes(budgets[0])
    hours = home / "contracts" / "ecd-urenregistratie.yaml"
    spoiled = hours.read_text(encoding="utf-8").replace("classification: keep", "classification: x")
    hours.write_text(spoiled, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{free.getsockname()[1]}"
    settings = home / "settings.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('open_data = "example"', 'open_data = "live"')
        + f'\ncbs_address = "{nobody}"\nthird_party_address = "{nobody}"\n'
        + "open_data_patience_seconds = 5\n",
        encoding="utf-8",
    )
    return run_night(home, "--as-of", "2026-01-08")


def test_the_night_publishes_and_its_exit_code_says_that_a_source_is_held(bad_night: Night) -> None:
    assert bad_night.exit_code == 2
    assert (bad_night.parquet / "kpi_value.parquet").exists()


@pytest.mark.parametrize(
    ("file_name", "words"),
    [
        ("clienten_20260106.csv", "leeg"),
        ("contacten_20260106.csv", "ontbreekt"),
        ("trajecten_20260106.csv", "cp1252"),
        ("budgetten_20260106.csv", "alleen een kopregel"),
    ],
)
def test_each_held_delivery_is_named_with_its_reason(
    bad_night: Night, file_name: str, words: str
) -> None:
    (line,) = [part for part in bad_night.said.split("!") if file_name in part]
    assert words in " ".join(line.split())


def test_a_delivery_that_did_not_come_is_said_with_the_age_of_what_is_there(
    bad_night: Night,
) -> None:
    states = dict(bad_night.exact("select source_id, state from staging.stg_run__sources"))
    assert states["ecd-verwijzingen"] == "verouderd"
    held = ("clienten", "contacten", "trajecten", "budgetten", "urenregistratie")
    assert {states[f"ecd-{name}"] for name in held} == {"vastgehouden"}


def test_a_contract_with_a_fault_holds_only_its_own_source(bad_night: Night) -> None:
    assert "contracts/ecd-urenregistratie.yaml: kolom 'worked_hours_id'" in bad_night.said


def test_open_data_that_cannot_be_reached_keep_their_last_good_copy(
    bad_night: Night, clean_night: Night
) -> None:
    query = "select count(*) from mart.fct_kpi_value where design = 'open_data'"
    assert bad_night.exact(query) == clean_night.exact(query) != [(0,)]
    (line,) = [line for line in bad_night.said.splitlines() if line.startswith("84799NED")]
    assert "verouderd" in line


def test_no_row_of_the_last_good_deliveries_is_lost(bad_night: Night, clean_night: Night) -> None:
    for table in ("clients", "contacts", "trajectories", "budget_requests", "worked_hours"):
        query = f"select count(*) from staging.stg_ecd__{table}"
        assert bad_night.exact(query) == clean_night.exact(query)


def test_only_periods_that_the_missing_data_could_change_are_marked(bad_night: Night) -> None:
    marked = bad_night.exact(
        """
        select distinct cast(period_start as varchar) from mart.fct_kpi_value
        where kpi_id = 'A10' and period_type = 'month'
            and list_has_any(string_split(reasons, ', '), ['S01', 'S02', 'S04'])
        order by 1
        """
    )
    assert marked == [("2025-12-01",)]


def test_a_mended_delivery_is_taken_in_the_next_night(bad_night: Night, clean_night: Night) -> None:
    delivered = clean_night.home.parent / "delivered"
    for name in ("clienten", "contacten", "trajecten", "budgetten"):
        shutil.copy(
            delivered / f"{name}_20260105.csv", bad_night.home / "inbox" / f"{name}_20260107.csv"
        )
    contract = "contracts/ecd-urenregistratie.yaml"
    shutil.copy(clean_night.home / contract, bad_night.home / contract)
    mended = run_night(bad_night.home, "--as-of", "2026-01-08", "--open-data", "example")
    assert "vastgehouden" not in mended.said
    assert list((bad_night.home / "inbox").iterdir()) == []


def test_without_contracts_the_command_says_what_to_do(tmp_path: Path) -> None:
    night = run_night(tmp_path / "nothing", "--as-of", "2026-01-06", "--open-data", "example")
    assert night.exit_code == 3
    assert "contract" in night.said
