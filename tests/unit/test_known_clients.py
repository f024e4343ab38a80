"""Deliveries that name clients are held against the lists of clients that stand (check K03)."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest.comparing import unknown_clients
from ingest.contracts import load_contract, load_contracts
from ingest.deliveries import resume, take_in
from ingest.home import Home
from ingest.ledger import Ledger
from ingest.rehearsal import rehearsal
from ingest.source_states import SourceResult
from quality.door import judge
from tests.unit.small_ecd import client, csv_bytes, document, write_contract

FIRST, SECOND, THIRD = date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 6)
KEEP = {"classification": "keep", "logicalType": "string"}
# A name that comes before that of the clients, in every alphabet.
CONTACTS = "a-contacten"


def contacts_document(coverage: str = "full") -> dict[str, Any]:
    """Return a contract on contacts, of the same ECD as the small one on clients."""
    contract = document()
    contract |= {"id": CONTACTS, "name": "Contacten"}
    contract["servers"][0]["path"] = "contacten_{delivered_on}.csv"
    contract["schema"] = [
        {
            "name": "contacts",
            "customProperties": [{"property": "source", "value": "ecd"}],
            "properties": [
                {**KEEP, "name": "contact_id", "physicalName": "Nr", "required": True,
                 "primaryKey": True},
                {"name": "client_id", "physicalName": "Cliëntnummer", "logicalType": "string",
                 "classification": "pseudonymise",
                 "customProperties": [{"property": "domain", "value": "client"}]},
                {**KEEP, "name": "contact_on", "physicalName": "Datum", "logicalType": "date"},
            ],
        }
    ]  # fmt: skip
    if coverage == "delta":
        operation = {**KEEP, "name": "operation", "physicalName": "Actie"}
        operation["enum"] = [{"value": "D", "label": "delete"}]  # type: ignore[assignment]
        contract["schema"][0]["properties"].append(operation)
        contract["customProperties"] = [{"property": "coverage", "value": "delta"}]
    return contract


@dataclass
class Organisation:
    """A home with a list of clients and contacts with them."""

    home: Home

    def deliver_clients(self, day: date, count: int) -> None:
        rows = (client(number) for number in range(1, count + 1))
        (self.home.inbox / f"clienten_{day:%Y%m%d}.csv").write_bytes(csv_bytes(*rows))

    def deliver_contacts(self, day: date, rows: list[tuple[str, ...]]) -> None:
        """Deliver contacts: number of the client, and optionally day and action."""
        header = ("Nr", "Cliëntnummer", "Datum", "Actie")[: 1 + len(rows[0])]
        numbered = [[f"c{place}", *row] for place, row in enumerate(rows)]
        data = csv_bytes(*numbered, header=header)
        (self.home.inbox / f"contacten_{day:%Y%m%d}.csv").write_bytes(data)

    def night(self, as_of: date, kept_since: date = date.min) -> SourceResult:
        """Take in everything and return the state of the contacts."""
        results = {
            contract.source_id: take_in(
                self.home, contract, as_of=as_of, judge=judge, kept_since=kept_since
            )
            for contract in load_contracts(self.home.contracts).usable
        }
        return results[CONTACTS]

    def k03(self) -> tuple[int, int, str]:
        """Return what K03 said of the newest delivery: judged, unknown and state."""
        door = Ledger(self.home.ledger_file).events(CONTACTS)[-1].door
        (found,) = [each for each in door if each.check_id == "K03"]
        return found.n_applicable, found.n_hit, found.state


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    home = Home(tmp_path / "home")
    home.create()
    write_contract(home.contracts)
    write_contract(home.contracts, contacts_document(), CONTACTS)
    return Organisation(home)


def contacts_with(known: int, unknown: int) -> list[tuple[str, ...]]:
    """Return contacts with clients of whom ten are listed, and with others."""
    listed = [(f"00{number % 10 + 1:04d}", "03-01-2026") for number in range(known)]
    return listed + [(f"99{number:04d}", "03-01-2026") for number in range(unknown)]


def test_clients_that_come_in_the_same_night_are_known(organisation: Organisation) -> None:
    organisation.deliver_clients(FIRST, 10)
    organisation.deliver_contacts(FIRST, contacts_with(100, 0))

    assert organisation.night(FIRST).state == "actueel"
    assert organisation.k03() == (100, 0, "akkoord")


def test_a_few_unknown_clients_are_told_and_let_in(organisation: Organisation) -> None:
    organisation.deliver_clients(FIRST, 10)
    organisation.deliver_contacts(FIRST, contacts_with(95, 5))

    assert organisation.night(FIRST).rows_out == 100
    assert organisation.k03() == (100, 5, "afgekeurd")


def test_many_unknown_clients_wait_for_a_person_and_the_last_good_rows_stay(
    organisation: Organisation,
) -> None:
    organisation.deliver_clients(FIRST, 10)
    organisation.deliver_contacts(FIRST, contacts_with(100, 0))
    organisation.night(FIRST)
    organisation.deliver_contacts(SECOND, contacts_with(104, 6))

    held = organisation.night(SECOND)

    assert (held.state, held.held_by, held.data_as_of) == ("vastgehouden", "K03", FIRST)
    assert held.rows_out == 100
    assert "van 6 van 110 rijen staat de cliënt niet in de cliëntenlijst" in held.message
    assert "99" not in held.message
    clients = pq.read_table(organisation.home.raw / "ecd" / "clients" / "ecd-clienten.parquet")
    assert clients.num_rows == 10

    assert resume(organisation.home, CONTACTS).startswith("contacten_20260105.csv is vrijgegeven")
    released = organisation.night(SECOND)
    assert (released.state, released.data_as_of, released.rows_out) == ("actueel", SECOND, 110)
    # Read again, for another contract: what a person let through stays.
    changed = contacts_document()
    changed["schema"][0]["properties"][2]["required"] = True
    write_contract(organisation.home.contracts, changed, CONTACTS)
    assert organisation.night(THIRD).state == "actueel"


def test_a_delivery_that_waits_goes_in_by_itself_once_its_clients_are_there(
    organisation: Organisation,
) -> None:
    organisation.deliver_clients(FIRST, 5)
    organisation.deliver_contacts(FIRST, contacts_with(100, 0))
    assert organisation.night(FIRST).held_by == "K03"
    organisation.deliver_clients(SECOND, 10)

    assert organisation.night(SECOND).state == "actueel"


def test_without_any_list_of_clients_there_is_nothing_to_hold_against(
    organisation: Organisation,
) -> None:
    organisation.deliver_contacts(FIRST, contacts_with(0, 100))

    assert organisation.night(FIRST).state == "actueel"
    assert organisation.k03() == (0, 0, "niet van toepassing")


def test_an_organisation_without_a_contract_on_clients_is_not_asked_for_them(
    organisation: Organisation,
) -> None:
    (organisation.home.contracts / "ecd-clienten.yaml").unlink()
    organisation.deliver_contacts(FIRST, contacts_with(0, 100))

    assert organisation.night(FIRST).state == "actueel"
    assert organisation.k03() == (0, 0, "niet van toepassing")


def test_of_changes_only_what_they_add_names_a_client(organisation: Organisation) -> None:
    write_contract(organisation.home.contracts, contacts_document("delta"), CONTACTS)
    organisation.deliver_clients(FIRST, 10)
    rows = [(*row, "") for row in contacts_with(100, 1)] + [("990007", "03-01-2026", "D")]
    organisation.deliver_contacts(FIRST, [*rows, ("", "03-01-2026", "")])

    assert organisation.night(FIRST).state == "actueel"
    assert organisation.k03() == (101, 1, "afgekeurd")


def test_rows_that_the_night_takes_out_again_are_not_asked_for_their_client(
    organisation: Organisation,
) -> None:
    organisation.deliver_clients(FIRST, 10)
    old = [(number, "03-01-2021") for number, _ in contacts_with(0, 50)]
    on_the_first_day = [("990000", "04-01-2021")]
    organisation.deliver_contacts(FIRST, contacts_with(100, 0) + old + on_the_first_day)

    assert organisation.night(FIRST, kept_since=date(2021, 1, 4)).state == "actueel"
    assert organisation.k03() == (101, 1, "afgekeurd")


def test_a_rejected_row_is_not_judged_and_a_rejected_client_is_listed(
    organisation: Organisation,
) -> None:
    rows = [client(number) for number in range(1, 11)]
    rows[9] = client(10, Inschrijfdatum="x")
    file = organisation.home.inbox / f"clienten_{FIRST:%Y%m%d}.csv"
    file.write_bytes(csv_bytes(*rows))
    organisation.deliver_contacts(FIRST, [*contacts_with(100, 0), ("990001", "x")])

    organisation.night(FIRST)

    # Every tenth of the hundred contacts is with the client that was rejected.
    assert organisation.k03() == (100, 0, "akkoord")


def test_a_rehearsal_knows_the_clients_of_the_home(
    organisation: Organisation, tmp_path: Path
) -> None:
    organisation.deliver_clients(FIRST, 10)
    organisation.night(FIRST)
    organisation.deliver_contacts(SECOND, contacts_with(100, 6))
    file = organisation.home.inbox / f"contacten_{SECOND:%Y%m%d}.csv"
    contract = load_contract(organisation.home.contracts / f"{CONTACTS}.yaml")

    with rehearsal(organisation.home, contract, file, SECOND) as stage:
        result = take_in(stage, contract, as_of=SECOND, judge=judge)

    assert result.held_by == "K03"


def test_clients_are_not_held_against_themselves(tmp_path: Path) -> None:
    contract = load_contract(write_contract(tmp_path))
    nowhere = tmp_path / "nowhere.parquet"

    assert unknown_clients(nowhere, contract, [nowhere], date.min, tmp_path / "spill") == (0, 0)
