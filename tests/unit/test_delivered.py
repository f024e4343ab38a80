"""Every delivery can be explained afterwards: its standing, its checks, its rejected rows."""

import csv
from dataclasses import replace
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from ingest.delivered import find_delivery, newest_deliveries, rejected_rows
from ingest.deliveries import DeliveryError
from ingest.ledger import Delivery
from orchestration.delivery_report import show_deliveries, show_delivery
from tests.unit.small_organisation import Organisation, new_organisation

# Of ten dates two may be wrong without holding the delivery.
GOOD = [f"C-{n};C-{n};;;w1;05-02-2025" for n in range(10, 14)]
FIRST, SECOND, THIRD = date(2026, 1, 4), date(2026, 1, 5), date(2026, 1, 6)


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    """A home after two nights; on the second two dates were wrong, and one file was cut off."""
    organisation = new_organisation(tmp_path)
    settings = f'as_of = "{SECOND}"\n'
    organisation.home.settings_file.write_text(settings, encoding="utf-8")
    organisation.deliver(FIRST)
    organisation.night(FIRST)
    organisation.deliver(
        SECOND, contacten=[*GOOD, "C-8;C-8;;;w1;gisteren", "C-9;C-9;;;w1;31-02-2025"]
    )
    (organisation.home.inbox / "clienten_20260105.csv").write_text("Record\n", encoding="utf-8")
    organisation.night(SECOND)
    return organisation


def delivery_id(organisation: Organisation, source_id: str, day: date) -> str:
    (found,) = {
        each.delivery.delivery_id
        for each in newest_deliveries(organisation.home, THIRD, 9)
        if each.source_id == source_id and each.delivery.first.delivered_on == day
    }
    return found


def test_a_delivery_says_whether_it_counts_is_replaced_or_is_held(
    organisation: Organisation,
) -> None:
    standing = {
        (each.source_id, each.delivery.first.delivered_on): (each.standing, each.other)
        for each in newest_deliveries(organisation.home, SECOND, 9)
    }
    newer = delivery_id(organisation, "contacten", SECOND)
    assert standing["contacten", SECOND] == ("telt nu", None)
    replaced, by = standing["contacten", FIRST]
    assert (replaced, by and by.delivery_id) == ("vervangen", newer)
    assert standing["clienten", FIRST] == ("telt nu", None)
    assert standing["clienten", SECOND] == ("vastgehouden door S02", None)


def test_the_beginning_of_an_id_finds_a_delivery_also_by_a_file_that_was_skipped(
    organisation: Organisation,
) -> None:
    id_ = delivery_id(organisation, "contacten", FIRST)
    found = find_delivery(organisation.home, SECOND, id_[:13])
    assert (found.source_id, found.delivery.delivery_id) == ("contacten", id_)
    # The same bytes under a later day were skipped: that name leads to what they equal.
    skipped = f"20260105-{delivery_id(organisation, 'trajecten', FIRST)[9:]}"
    same = find_delivery(organisation.home, SECOND, skipped)
    assert same.delivery.delivery_id == delivery_id(organisation, "trajecten", FIRST)
    with pytest.raises(DeliveryError, match="Er is geen levering"):
        find_delivery(organisation.home, SECOND, "19991231")
    with pytest.raises(DeliveryError, match=r"leveringen beginnen zo\. Schrijf meer"):
        find_delivery(organisation.home, SECOND, "2026")


def test_rejected_rows_are_named_by_number_column_and_reason(organisation: Organisation) -> None:
    (contract,) = [each for each in organisation.contracts if each.source_id == "contacten"]
    id_ = delivery_id(organisation, "contacten", SECOND)
    delivery = find_delivery(organisation.home, THIRD, id_).delivery
    rejected = rejected_rows(organisation.home, contract, delivery)
    assert rejected is not None
    assert [(row.row_number, row.record_ref, row.column, row.reason) for row in rejected] == [
        (10, "C-8", "contact_on", "geen datum"),
        (11, "C-9", "contact_on", "geen datum"),
    ]
    gone = replace(delivery.first, delivery_id="20250101-000000000000")
    assert rejected_rows(organisation.home, contract, Delivery(0, (gone,))) is None


def test_the_rejected_rows_of_a_held_delivery_are_read_from_its_original(
    organisation: Organisation,
) -> None:
    organisation.deliver(THIRD, contacten=["C-8;C-8;;;w1;gisteren", "C-9;C-9;;;w1;morgen"])
    assert organisation.night(THIRD)["contacten"].held_by == "S10"
    (contract,) = [each for each in organisation.contracts if each.source_id == "contacten"]
    id_ = delivery_id(organisation, "contacten", THIRD)
    delivery = find_delivery(organisation.home, THIRD, id_).delivery
    rejected = rejected_rows(organisation.home, contract, delivery)
    assert rejected is not None
    assert [(row.row_number, row.record_ref) for row in rejected] == [(6, "C-8"), (7, "C-9")]
    assert [file.name for file in organisation.home.warehouse.iterdir()] == []


def said(organisation: Organisation, prefix: str, file: Path | None = None) -> str:
    console = Console(file=StringIO(), width=100, force_terminal=False)
    assert show_delivery(organisation.home.root, prefix, csv_file=file, console=console) == 0
    text = console.file.getvalue()  # type: ignore[attr-defined]
    tables, _, _ = text.partition("Alle afgekeurde rijen")
    assert max(map(len, tables.splitlines())) <= 100
    return " ".join(text.split())


def test_the_page_of_a_delivery_has_its_counts_its_checks_and_its_rejected_rows(
    organisation: Organisation, tmp_path: Path
) -> None:
    id_ = delivery_id(organisation, "contacten", SECOND)
    text = said(organisation, id_, tmp_path / "rows.csv")
    for expected in (
        f"Levering {id_}",
        "Bestand contacten_20260105.csv",
        "Van 05-01-2026",
        "Dekt alles van de bron",
        "10 in = 8 uit + 2 afgekeurd + 0 dubbel + 0 gewist + 0 te oud",
        "Origineel bewaard tot en met 04-02-2026",
        "Landing 10 rijen",
        "Datum (contact_on) geen datum 2",
        "10 C-8 Datum (contact_on) geen datum",
    ):
        assert expected in text
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [
            ["rij", "record", "kolom", "reden"],
            ["10", "C-8", "Datum (contact_on)", "geen datum"],
            ["11", "C-9", "Datum (contact_on)", "geen datum"],
        ]
    assert "gisteren" not in text


def test_a_held_delivery_says_which_check_holds_it_and_what_to_do(
    organisation: Organisation,
) -> None:
    text = said(organisation, delivery_id(organisation, "clienten", SECOND))
    assert "Stand vastgehouden door S02" in text
    assert "ontbreken. Vraag de leverancier daarom" in text
    assert "Landing niet aanwezig" in text


def test_the_newest_deliveries_of_every_source_are_listed(organisation: Organisation) -> None:
    console = Console(file=StringIO(), width=100, force_terminal=False)
    show_deliveries(organisation.home.root, console)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert [line.split()[0] for line in lines[1:-1]] == [
        "clienten", "clienten", "complexiteit", "contacten", "contacten", "medewerkers",
        "startslot", "trajecten",
    ]  # fmt: skip
