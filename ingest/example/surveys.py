"""Filled-in participants' questionnaires: anonymous, afterwards, per project (R12, R15, R18)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count
from random import Random

from ingest.example.layouts import layouts
from ingest.example.organisation import FIRST_DAY, LAST_DAY, SERVICES, Organisation, Project

# The first age of every band but the first, and the band below it.
AGE_BANDS = ((18, "0-17"), (27, "18-26"), (65, "27-64"))
OLDEST_BAND = "65+"
# To open a list takes some time, and so does every question; nobody is as quick as another.
SECONDS_TO_OPEN, SECONDS_PER_QUESTION, SPREAD_OF_PACE = 40, 12, 0.35
# No project has this name: where these answers belong nobody can tell.
UNKNOWN_TITLE = "Activiteit zonder naam"
SHARE_UNKNOWN_TITLE = 0.015


@dataclass(frozen=True, slots=True)
class Response:
    """A filled-in questionnaire; `answers` holds asked questions only, blank when skipped."""

    id: int
    survey: str
    project: Project | None
    title: str
    started_at: datetime
    completed_at: datetime
    age_band: str
    answers: dict[str, str]


def responses(organisation: Organisation, seed: int) -> Iterator[Response]:
    """Give the questionnaires of every project in the order in which they were filled in."""
    rng = Random(f"surveys {seed}")
    questions = layouts()["deelnemersvragenlijst_forms"].questions
    filled = [
        (moment, project) for project in organisation.projects for moment in _moments(rng, project)
    ]
    filled.sort(key=lambda one: (one[0], one[1].code))
    # Test responses that were deleted left gaps in the numbering of Forms.
    numbers = {"forms": count(2), "surveymonkey": count(11_847_000_000)}
    for completed_at, project in filled:
        number = next(numbers[project.plan.survey])
        while rng.random() < 0.04:
            number = next(numbers[project.plan.survey])
        is_unknown = rng.random() < SHARE_UNKNOWN_TITLE
        alias = rng.choice(project.aliases)
        answers = _answers(rng, project, questions)
        yield Response(
            id=number,
            survey=project.plan.survey,
            project=None if is_unknown else project,
            title=UNKNOWN_TITLE
            if is_unknown
            else (alias if rng.random() < 0.12 else project.title),
            started_at=completed_at - timedelta(seconds=_seconds(rng, len(answers))),
            completed_at=completed_at,
            age_band=age_band(rng, project.plan.service_code),
            answers=answers,
        )


def _moments(rng: Random, project: Project) -> Iterator[datetime]:
    amount = round(project.invited_count * rng.uniform(0.4, 0.8))
    for _ in range(amount):
        day = activity_day(rng, project)
        second = rng.randrange(9 * 3600, 21 * 3600)
        if day <= LAST_DAY:
            yield datetime.combine(day, time()) + timedelta(seconds=second)


def activity_day(rng: Random, project: Project) -> date:
    """Return a day to ask participants: around the end, or any day if there is no end."""
    if project.ended_on:
        return project.ended_on + timedelta(days=rng.randrange(-14, 8))
    return FIRST_DAY + timedelta(days=rng.randrange((LAST_DAY - FIRST_DAY).days))


def age_band(rng: Random, service_code: str) -> str:
    """Return the age group of a participant, who is as old as clients of that service are."""
    age = rng.randint(*SERVICES[service_code].ages)
    if rng.random() < 0.15:
        return ""  # the question about age is optional
    return next((band for limit, band in AGE_BANDS if age < limit), OLDEST_BAND)


def _seconds(rng: Random, questions: int) -> int:
    """Return how long a list of so many questions took."""
    usual = SECONDS_TO_OPEN + SECONDS_PER_QUESTION * questions
    return round(usual * rng.lognormvariate(0, SPREAD_OF_PACE))


def _answers(rng: Random, project: Project, questions: tuple[str, ...]) -> dict[str, str]:
    """Answer the asked questions: 1 to 4, nvt, or blank; one mood per respondent ties them."""
    mood = rng.gauss(0.15, 0.7)
    answers = {}
    for question in questions:
        # The first sign of a question id is the number of its life domain.
        if question[0] not in project.plan.life_domains:
            continue
        at = rng.random()
        if at < 0.02:
            answers[question] = ""
        elif at < 0.08:
            answers[question] = "nvt"
        else:
            answers[question] = str(min(4, max(1, round(2.5 + mood + rng.gauss(0, 0.9)))))
    return answers
