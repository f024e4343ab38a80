"""Errors in filled-in questionnaires."""

from collections.abc import Callable
from datetime import date, timedelta
from math import ceil
from typing import Any

from ingest.example.layouts import layouts
from tests.quality_report.delivered import FORMS, SURVEYMONKEY, Delivered, Row, every, in_period
from tests.quality_report.figures import skipped, unrepresentative
from tests.quality_report.lists import (
    ENDED,
    NUMBER,
    SOURCE,
    asked_headers,
    moment_of,
    plain,
    project_of,
)
from tests.quality_report.planting import Hit, Planter, copied, month, year

SCALE = ("Helemaal mee oneens", "Mee oneens", "Mee eens", "Helemaal mee eens")


def _is_list(row: Row, file: str) -> bool:
    """Say whether a row is a list: SurveyMonkey has a second heading."""
    return bool(row[NUMBER[file]])


def lists_of(delivered: Delivered, planter: Planter, file: str) -> list[Row]:
    """Return the lists of the planted team and period, in the order of completion."""
    found = []
    for row in delivered[file]:
        if not _is_list(row, file):
            continue
        if not in_period(moment_of(row[ENDED[file]]).date(), planter.period):
            continue
        project = project_of(delivered, file, row)
        if project and planter.team_code in ("*", project["Team"]):
            found.append(row)
    return sorted(found, key=lambda row: moment_of(row[ENDED[file]]))


def _hit(delivered: Delivered, planter: Planter, file: str, row: Row, number: Any) -> Hit:
    project = project_of(delivered, file, row) or {}
    words = layouts()["projecten"].words["service_code"]
    return Hit(
        check_id=planter.check_id,
        column=planter.columns[0],
        source_id=SOURCE[file],
        record_ref=_whole(number),
        occurred_on=moment_of(row[ENDED[file]]).date(),
        team_code=project.get("Team", "onbekend"),
        service_code=next(
            (code for code, label in words.items() if label == project.get("Werksoort")), "onbekend"
        ),
        response=_whole(number),
    )


def _whole(number: Any) -> str:
    return str(int(float(number)))


def _answered(delivered: Delivered, file: str, row: Row) -> list[str]:
    """Return the headings of the questions with an answer on the scale."""
    return [
        header for header in asked_headers(delivered, file).values()
        if plain(row[header]) in (plain(word) for word in SCALE)
    ]  # fmt: skip


def _spoiled(
    file: str,
    spoil: Callable[[Delivered, Row], None],
    is_wrong: Callable[[Delivered, Row], bool] = lambda _delivered, _row: False,
) -> Callable[[Delivered, Planter, float], list[Hit]]:
    def plant(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
        judged = lists_of(delivered, planter, file)
        right = [row for row in judged if not is_wrong(delivered, row)]
        amount = planter.amount(level, len(judged)) - (len(judged) - len(right))
        hits = []
        for row in every(right, max(amount, 0)):
            spoil(delivered, row)
            hits.append(_hit(delivered, planter, file, row, row[NUMBER[file]]))
        return hits

    return plant


def _in_five_seconds(_delivered: Delivered, row: Row) -> None:
    began = moment_of(row["End Date"]) - timedelta(seconds=5)
    row["Start Date"] = f"{began:%m/%d/%Y} {began.hour % 12 or 12}:{began:%M:%S} {began:%p}"


def _all_the_same(delivered: Delivered, row: Row) -> None:
    for header in _answered(delivered, SURVEYMONKEY, row):
        row[header] = SCALE[2]


def _is_straight(delivered: Delivered, row: Row) -> bool:
    answered = _answered(delivered, SURVEYMONKEY, row)
    return len(answered) >= 5 and len({plain(row[header]) for header in answered}) == 1


def _question_skipped(question: str) -> Callable[[Delivered, Planter, float], list[Hit]]:
    def plant(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
        header = asked_headers(delivered, FORMS)[question]
        judged = [
            row
            for row in lists_of(delivered, planter, FORMS)
            if plain(row[header]) != "niet van toepassing"
        ]
        right = [row for row in judged if row[header]]
        amount = planter.amount(level, len(judged)) - (len(judged) - len(right))
        for row in every(right, max(amount, 0)):
            row[header] = ""
        return []

    return plant


def _copied_lists(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    judged = [
        row
        for row in lists_of(delivered, planter, FORMS)
        if len(_answered(delivered, FORMS, row)) >= 5
    ]
    highest = max(int(float(row["ID"])) for row in delivered[FORMS])
    hits = []
    for number, row in enumerate(every(judged, planter.amount(level, len(judged))), highest + 1):
        copy = copied(row, {"ID": number})
        delivered[FORMS].append(copy)
        hits.append(_hit(delivered, planter, FORMS, copy, number))
    return hits


def _older(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
    """Let more of all who answered be 65 or older: so many times the difference that is allowed."""
    for file in (FORMS, SURVEYMONKEY):
        questions = len(asked_headers(delivered, file))
        header = delivered.headers[file][-questions - 1]
        oldest = layouts()[file].word("age_band", "65+")
        judged = [row for row in lists_of(delivered, planter, file) if row[header]]
        younger = [row for row in judged if plain(row[header]) != plain(oldest)]
        wanted = level * planter.threshold * len(judged)
        for row in every(younger, ceil(wanted) if level > 1 else int(wanted)):
            row[header] = oldest
    return []


ANSWER = ("survey.answers.answer_code",)
PLANTERS = (
    Planter(
        "Q03",
        "lijsten in vijf seconden ingevuld",
        "C",
        ANSWER,
        "T08",
        year(2024),
        _spoiled(SURVEYMONKEY, _in_five_seconds),
    ),
    Planter(
        "Q04",
        "lijsten met overal hetzelfde antwoord",
        "C",
        ANSWER,
        "T08",
        year(2023),
        _spoiled(SURVEYMONKEY, _all_the_same, _is_straight),
    ),
    Planter(
        "Q05",
        "een vraag overgeslagen",
        "C",
        ("survey.answers.6a1",),
        "T01",
        month(2025, 6),
        _question_skipped("6a1"),
        has_rows=False,
        figures=skipped,
    ),
    Planter(
        "Q07",
        "invullers ouder dan de cliënten",
        "D",
        (),
        "*",
        year(2023),
        _older,
        has_rows=False,
        figures=unrepresentative,
        cell=("E6.1.1", "afterwards", "year", date(2023, 1, 1), "total"),
    ),
    Planter(
        "Q06",
        "lijsten nog eens onder een nieuw nummer",
        "C",
        ANSWER,
        "T07",
        year(2025),
        _copied_lists,
    ),
)
