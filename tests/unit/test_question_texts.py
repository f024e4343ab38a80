"""The text of a question as its contract gives it, to see whether it changed between waves."""

from pathlib import Path

from ingest.contracts import contract_columns
from tests.unit.small_survey import document, loaded


def test_the_title_of_a_project_and_case_make_no_other_question_and_a_code_is_no_text(
    tmp_path: Path,
) -> None:
    questions = {
        "4a1": "Door Taalcafé heb ik meer mensen\u00a0leren kennen",
        "4a2": "Voel ik me minder ALLEEN?",
        "5a1": "Q2[SQ001]",
    }
    contract = document(
        "microsoft_forms", "xlsx", questions, response_id="ID", completed_on="Tijd van voltooien"
    )

    rows = contract_columns([loaded(tmp_path, contract)])

    assert {str(row["column_name"]): row["question_text"] for row in rows} == {
        "response_id": None,
        "completed_on": None,
        "project_title": None,
        "4a1": "door [projectnaam] heb ik meer mensen leren kennen",
        "4a2": "voel ik me minder alleen?",
        "5a1": None,
    }
