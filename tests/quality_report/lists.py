"""Filled-in questionnaires as they are delivered: when, which project, which questions."""

from datetime import datetime
from typing import Any

from ingest.example.layouts import layouts
from tests.quality_report.delivered import FORMS, SURVEYMONKEY, Delivered, Row

# The lists of the last year, when they come from a source with other words for the answers.
FORMS_OTHERWISE = "deelnemersvragenlijst2_forms"
NUMBER = {FORMS: "ID", FORMS_OTHERWISE: "ID", SURVEYMONKEY: "Respondent ID"}
SOURCE = {FORMS: "survey-forms", SURVEYMONKEY: "survey-surveymonkey"}
ENDED = {
    FORMS: "Tijd van voltooien",
    FORMS_OTHERWISE: "Tijd van voltooien",
    SURVEYMONKEY: "End Date",
}
MOMENT = "%m/%d/%Y %I:%M:%S %p"


def moment_of(value: Any) -> datetime:
    """Return the moment in a cell of either system."""
    return value if isinstance(value, datetime) else datetime.strptime(value, MOMENT)


def plain(text: Any) -> str:
    """Return a text for comparison: Forms leaves hard spaces behind."""
    return str(text).replace("\xa0", " ").strip().casefold()


def asked_headers(delivered: Delivered, file: str) -> dict[str, str]:
    """Return the heading of every question of a questionnaire, by the id of the question."""
    questions = layouts()[FORMS if file == FORMS_OTHERWISE else file].questions
    return dict(zip(questions, delivered.headers[file][-len(questions) :], strict=True))


def project_of(delivered: Delivered, file: str, row: Row) -> Row | None:
    """Return the project that a list names by its title or another spelling."""
    questions = len(asked_headers(delivered, file))
    title = plain(row[delivered.headers[file][-questions - 2]])
    for project in delivered["projecten"]:
        names = (project["Titel"], *project["Andere schrijfwijzen"].split("|"))
        if title in (plain(name) for name in names):
            return project
    return None
