"""What a source contract must say, and what a person reads when it does not."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from ingest.contracts import ContractError, load_contract, load_contracts
from ingest.coverage import Arrival, Coverage
from ingest.example.layouts import CONTRACTS
from tests.unit.small_ecd import column, dialect, document, loaded, write_contract

Change = Callable[[dict[str, Any]], object]


def fault(folder: Path, change: Change) -> str:
    contract = document()
    change(contract)
    with pytest.raises(ContractError) as error:
        loaded(folder, contract)
    return str(error.value)


def test_the_contracts_of_the_example_organisation_load_in_the_order_of_taking_in() -> None:
    contracts = load_contracts(CONTRACTS)
    assert [each.table.table_name for each in contracts.usable[:2]] == ["postcodes", "clients"]
    assert len(contracts.usable) == len(list(CONTRACTS.glob("*.yaml")))
    assert contracts.unusable == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: column(c, "bsn").pop("classification"), "kolom 'bsn': classification ontbreekt"),
        (lambda c: column(c, "bsn").update(classification="geheim"), "'geheim' is onbekend"),
        (lambda c: column(c, "municipality_code").update(physicalName="Voornaam"),
         "kolom 'municipality_code': 'Voornaam' is een naam en mag niet keep zijn; kies drop"),
        (lambda c: column(c, "record_ref").update(physicalName="Telefoonnummer"),
         "'Telefoonnummer' is een telefoonnummer en mag niet keep zijn"),
        (lambda c: column(c, "birth_year").update(name="age"), "bestaat niet in ecd.clients"),
        (lambda c: column(c, "birth_year").update(name="delivery_id"), "bestaat niet in ecd"),
        (lambda c: column(c, "registered_on").update(logicalType="string"), "kies date"),
        (lambda c: column(c, "birth_year").update(transformLogic="age"), "year_of_date"),
        (lambda c: column(c, "client_id").pop("customProperties"), "domain ontbreekt"),
        (lambda c: column(c, "record_ref").pop("physicalName"), "physicalName ontbreekt"),
        (lambda c: [column(c, "client_id").pop("primaryKey"),
                    column(c, "record_ref").pop("unique")],
         "primaryKey: true"),
        (lambda c: c["schema"][0]["properties"].pop(0), "kolom 'record_ref' ontbreekt"),
        (lambda c: column(c, "municipality_code").update(physicalName="BSN"),
         "'BSN' is bij een andere kolom drop"),
        (lambda c: column(c, "municipality_code").update(enum=[{"value": "a", "label": "1"},
                                                               {"value": " A ", "label": "2"}]),
         "twee verschillende codes"),
        (lambda c: dialect(c, "layout", "pdf"), "layout 'pdf' met format 'csv' is onbekend"),
        (lambda c: dialect(c, "dateFormat", "dd-mm-jjjj"), "dateFormat ontbreekt"),
        (lambda c: dialect(c, "thousandsSeparator", ","), "niet hetzelfde teken"),
        (lambda c: dialect(c, "headerRow", 0), "headerRow is het nummer"),
        (lambda c: dialect(c, "quoteCharacter", ";"), "anders dan delimiter"),
        (lambda c: dialect(c, "totalRow", " "), "totalRow is een tekst"),
        (lambda c: dialect(c, "trailer", "Aantal rijen:"), "trailer is de laatste regel"),
        (lambda c: dialect(c, "lastLineEnd", "no"), "lastLineEnd kan alleen optional zijn"),
        (lambda c: dialect(c, "openEndDate", "9999-12-31"), "openEndDate is een datum"),
        (lambda c: dialect(c, "dateformat", "%Y"), "eigenschap 'dateformat' is onbekend"),
        (lambda c: c["servers"][0].update(encoding="windows"), "encoding 'windows' is onbekend"),
        (lambda c: c["servers"][0].update(path="../clienten.csv"), "zonder map"),
        (lambda c: c["customProperties"][0].update(value="half"), "coverage 'half' is onbekend"),
        (lambda c: c["schema"][0].update(name="klanten"), "tabel 'ecd.klanten' bestaat niet"),
        (lambda c: c["slaProperties"][0].update(unit="week"), "aantal dagen"),
        (lambda c: column(c, "bsn").update(clasification="drop"), "clasification' bestaat niet"),
        (lambda c: c.update(id="ECD Cliënten"), "kleine letters"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_file_and_what_to_choose(
    tmp_path: Path, change: Change, expected: str
) -> None:
    message = fault(tmp_path, change)
    assert "contracts/ecd-clienten.yaml: " in message
    assert expected in message


def test_a_contract_with_faults_tells_them_all_and_leaves_the_others_usable(tmp_path: Path) -> None:
    write_contract(tmp_path)
    contract = document()
    column(contract, "bsn").pop("classification")
    column(contract, "email").pop("classification")
    (tmp_path / "stuk.yaml").write_text(yaml.safe_dump(contract), encoding="utf-8")
    (tmp_path / "ander.yaml").write_text("id: [onaf", encoding="utf-8")

    contracts = load_contracts(tmp_path)

    assert [contract.source_id for contract in contracts.usable] == ["ecd-clienten"]
    other, broken = contracts.unusable
    assert (other.source_id, broken.source_id) == ("ander", "stuk")
    assert "contracts/ander.yaml: geen geldige YAML bij regel " in other.message
    assert len(broken.message.splitlines()) == 2


def test_a_draft_is_told_and_not_used(tmp_path: Path) -> None:
    contract = document()
    contract["status"] = "draft"
    column(contract, "bsn").pop("classification")
    write_contract(tmp_path, contract)

    contracts = load_contracts(tmp_path)

    assert contracts.usable == []
    assert [draft.is_draft for draft in contracts.unusable] == [True]
    assert "is nog een concept" in contracts.unusable[0].message


def test_two_contracts_with_one_id_are_both_refused(tmp_path: Path) -> None:
    write_contract(tmp_path).rename(tmp_path / "eerste.yaml")
    write_contract(tmp_path)

    contracts = load_contracts(tmp_path)

    assert contracts.usable == []
    assert "2 contracten hebben id 'ecd-clienten'" in contracts.unusable[0].message


def test_a_boolean_needs_words_for_true_and_false(tmp_path: Path) -> None:
    contract = document()
    contract["schema"][0]["name"] = "contacts"
    contract["schema"][0]["properties"] = [
        {"name": "contact_id", "physicalName": "Nr", "logicalType": "string", "required": True,
         "primaryKey": True, "classification": "keep"},
        {"name": "is_declarable", "physicalName": "Declarabel", "logicalType": "boolean",
         "classification": "keep"},
    ]  # fmt: skip
    with pytest.raises(ContractError, match="een boolean heeft een enum"):
        loaded(tmp_path, contract)


def test_the_day_of_delivery_is_read_from_the_file_name(tmp_path: Path) -> None:
    contract = loaded(tmp_path)
    as_of = date(2026, 2, 1)
    arrival = Arrival(date(2026, 1, 5), Coverage())
    assert contract.arrival("clienten_20260105.csv", as_of) == arrival
    assert contract.arrival("clienten_20260105.CSV", as_of) == arrival
    assert contract.arrival("clienten_20261305.csv", as_of) is None
    assert contract.arrival("clientenXcsv", as_of) is None


def test_a_file_without_a_day_in_its_name_is_of_the_business_date(tmp_path: Path) -> None:
    contract = document()
    contract["servers"][0]["path"] = "Export clienten*.csv"
    as_of = date(2026, 2, 1)
    arrival = loaded(tmp_path, contract).arrival("Export clienten (3).csv", as_of)
    assert arrival == Arrival(as_of, Coverage())


def test_the_digest_changes_with_the_meaning_and_not_with_the_layout_of_the_yaml(
    tmp_path: Path,
) -> None:
    before = loaded(tmp_path)
    file = tmp_path / "ecd-clienten.yaml"
    file.write_text("# een opmerking\n" + yaml.safe_dump(document(), indent=4), encoding="utf-8")
    assert load_contract(file).digest == before.digest
    changed = document()
    column(changed, "municipality_code")["required"] = True
    assert loaded(tmp_path, changed).digest != before.digest
