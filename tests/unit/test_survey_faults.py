"""What a contract on a survey may not say."""

from pathlib import Path
from typing import Any

import pytest

from ingest.contracts import ContractError
from tests.unit.small_survey import column, document, loaded
from tests.unit.test_limesurvey import lime_document
from tests.unit.test_pdf_forms import form_document


def survey_document(layout: str) -> dict[str, Any]:
    return document(
        layout, "xlsx", {"4a1": "Vraag"}, response_id="ID", completed_on="Tijd van voltooien"
    )


def faults(folder: Path, contract: dict[str, Any]) -> str:
    with pytest.raises(ContractError) as error:
        loaded(folder, contract)
    return str(error.value)


@pytest.mark.parametrize(
    ("layout", "heading"),
    [
        ("microsoft_forms", "E-mail"),
        ("microsoft_forms", "name"),
        ("surveymonkey", "IP Address"),
        ("surveymonkey", "Email  address"),
        ("surveymonkey", "Custom Data 1"),
    ],
)
def test_what_a_tool_tells_of_the_respondent_is_never_kept(
    layout: str, heading: str, tmp_path: Path
) -> None:
    contract = survey_document(layout)
    contract["schema"][0]["properties"].append(
        {"name": "respondent_role", "physicalName": heading, "logicalType": "string",
         "classification": "keep"}
    )  # fmt: skip

    assert f"'{heading}' gaat over de invuller en blijft buiten" in faults(tmp_path, contract)


def test_what_the_sender_said_may_be_kept_as_one_of_the_words_of_the_contract(
    tmp_path: Path,
) -> None:
    contract = survey_document("surveymonkey")
    contract["schema"][0]["properties"].append(
        {"name": "respondent_role", "physicalName": "Custom Data 1", "logicalType": "string",
         "classification": "keep", "enum": [{"value": "Ouder", "label": "ouder"}]}
    )  # fmt: skip

    assert loaded(tmp_path, contract).columns[-1].codes == (("ouder", "ouder"),)


@pytest.mark.parametrize("heading", ["ipaddr", "refurl", "token", "attribute_1"])
def test_what_limesurvey_tells_of_the_respondent_is_never_kept(
    heading: str, tmp_path: Path
) -> None:
    contract = lime_document({"4a1": heading})

    assert f"kolom '4a1': '{heading}' gaat over de invuller" in faults(tmp_path, contract)


def test_a_list_of_limesurvey_that_was_not_sent_in_is_no_fault(tmp_path: Path) -> None:
    contract = lime_document()
    column(contract, "completed_on")["required"] = True

    assert "kolom 'completed_on': laat required weg" in faults(tmp_path, contract)


def test_a_fixed_value_stands_in_the_place_of_a_heading(tmp_path: Path) -> None:
    contract = survey_document("microsoft_forms")
    title = column(contract, "project_title")
    assert loaded(tmp_path, contract).columns[2].constant == "Taalcafé"

    title["physicalName"] = "Project"
    assert "physicalName of value, niet allebei" in faults(tmp_path, contract)
    del title["physicalName"]
    title["customProperties"][0]["value"] = " "
    assert "kolom 'project_title': value is een vaste tekst" in faults(tmp_path, contract)


def test_a_contract_on_forms_says_which_form_it_is(tmp_path: Path) -> None:
    contract = form_document()
    dialect = contract["servers"][0]["customProperties"]
    dialect[:] = [each for each in dialect if each["property"] != "form"]

    assert "form ontbreekt" in faults(tmp_path, contract)


def test_the_id_of_a_copy_is_only_taken_in_as_a_token(tmp_path: Path) -> None:
    contract = form_document()
    column(contract, "response_id").update(classification="keep")

    assert "kies pseudonymise met domain: response" in faults(tmp_path, contract)


def test_a_form_on_its_own_adds_to_the_forms_before_it(tmp_path: Path) -> None:
    contract = form_document("pdf")
    contract["customProperties"] = [
        each for each in contract["customProperties"] if each["property"] != "coverage"
    ]

    assert "zet coverage op delta" in faults(tmp_path, contract)
