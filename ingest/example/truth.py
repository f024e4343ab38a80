"""Ground truth: the KPI's counted in plain loops from what really happened, before any error."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from ingest.example.organisation import DELIVERED_ON, MONTHS, Organisation, Project
from ingest.example.registrations import Case, Contact, Session, Trajectory, WorkedHours
from ingest.example.surveys import Response

DEBT = "financieel_rondkomen_schulden_beslag"
UNKNOWN = "onbekend"
POSITIVE = ("3", "4")
COUNTING = ("1", "2", "3", "4")

# KPI: the questions that the KPI-model links to it. Multi-part KPI's have no figure of their own.
EFFECT_QUESTIONS = {
    "E1.1.2": ("1a2",),
    "E1.1.3": ("1a1", "1a3"),
    "E4.1.1": ("4a2",),  # decided by the question whose text is the KPI's text, as the three below
    "E4.1.2": ("4a5",),
    "E4.1.3": ("4a4",),
    "E4.2.1": ("4a4",),
    "E5.1.1": ("5a1", "5b1", "5b3", "5b4"),
    "E5.1.2": ("2a3", "5a2", "5b4"),
    "E6.1.1": ("6a1", "6a2", "6b4", "6b5"),
    "E6.1.2": ("6a1", "6a2", "6b5"),
    "E6.1.3": ("6a3", "6b4", "6b5", "6b6"),
    "E6.2.1": ("6a4", "6b7"),
}
BY_AGE_BAND_ONLY = ("E1.1.3", "E4.2.1")
SRW_SUPPORT = {
    "KW-SRW-2": "voorzieningencheck",
    "KW-SRW-3": "betalingsregeling",
    "KW-SRW-4": "doorverwijzing_schulddienstverlening",
}
COLUMNS = (
    "kpi_id",
    "period_type",
    "period_start",
    "breakdown",
    "service_code",
    "team_code",
    "municipality_code",
    "wijk_code",
    "project_code",
    "commissioner_code",
    "age_band",
    "respondent_role",
    "numerator",
    "denominator",
)

Period = tuple[str, date]


class Cell(NamedTuple):
    """A breakdown with its keys; keys that do not belong to the breakdown are empty.

    A tuple, since figures are counted by it: a dataclass takes half of the time of the example.
    """

    breakdown: str
    service_code: str = ""
    team_code: str = ""
    municipality_code: str = ""
    project_code: str = ""
    age_band: str = ""
    respondent_role: str = ""


TOTAL = Cell("total")
# KPI, period, cell, numerator and denominator; a plain count has none.
Figure = tuple[str, Period, Cell, int, int | None]


@cache
def periods_of(day: date) -> tuple[Period, Period, Period]:
    """Return the year, quarter and month that contain a day."""
    month = day.replace(day=1)
    quarter = month.replace(month=(day.month - 1) // 3 * 3 + 1)
    return ("year", month.replace(month=1)), ("quarter", quarter), ("month", month)


@cache
def last_day_of(period: Period) -> date:
    """Return the last day of a period."""
    kind, start = period
    months = {"year": 12, "quarter": 3, "month": 1}[kind]
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, 1) - timedelta(days=1)


PERIODS = tuple(sorted({period for month in MONTHS for period in periods_of(month)}))
CLOSED_PERIODS = tuple(period for period in PERIODS if last_day_of(period) <= DELIVERED_ON)


def cells(service: str, team: str, municipality: str) -> tuple[Cell, Cell, Cell, Cell]:
    """Return the cells that something of a service, team and municipality counts in."""
    return (
        TOTAL,
        Cell("service", service_code=service),
        Cell("team", team_code=team),
        Cell("municipality", municipality_code=municipality),
    )


class GroundTruth:
    """Counts numerators and denominators while the example is being written."""

    def __init__(self, organisation: Organisation) -> None:
        """Start with the workers of every team, whose number no case tells."""
        self._numerators: dict[tuple[str, Period, Cell], int] = defaultdict(int)
        self._denominators: dict[tuple[str, Period, Cell], int] = defaultdict(int)
        self._without_denominator: set[str] = set()
        self._declarable: dict[tuple[str, date], int] = defaultdict(int)
        self._project_minutes: dict[str, int] = defaultdict(int)
        self._projects: dict[str, Project] = {}
        for worker in organisation.workers:
            for period in CLOSED_PERIODS:
                if worker.is_employed(last_day_of(period)):
                    for cell in (TOTAL, Cell("team", team_code=worker.team_code)):
                        self._add("A13", period, cell, 0, 1)

    def add_case(self, case: Case) -> None:
        """Count one client with all that belongs to the client."""
        municipality = case.client.municipality_code
        for trajectory in case.trajectories:
            self._add_trajectory(trajectory, municipality)
            for contact in trajectory.contacts:
                self.add_contact(contact)
        self._add_legal_aid(case, municipality)

    def add_contact(self, contact: Contact) -> None:
        """Remember the declarable minutes of a contact for its worker and month."""
        if contact.is_declarable:
            month = contact.contact_on.replace(day=1)
            self._declarable[contact.worker_number, month] += contact.minutes

    def add_session(self, session: Session) -> None:
        """Remember the guidance minutes of a session for its project."""
        self._projects[session.project.code] = session.project
        self._project_minutes[session.project.code] += session.minutes * session.worker_count

    def add_worked_hours(self, row: WorkedHours) -> None:
        """Count a worker-month in A11; call when all contacts are known."""
        if not row.hundredths:
            return
        minutes = row.hundredths * 60 // 100  # hours are registered in quarters
        for period in periods_of(row.month):
            for cell in (TOTAL, Cell("team", team_code=row.team_code)):
                declarable = self._declarable[row.worker_number, row.month]
                self._add("A11", period, cell, declarable, minutes)

    def add_ended_projects(self) -> None:
        """Count in A8 the project editions that have ended; call when all sessions are known."""
        for code, project in self._projects.items():
            if project.ended_on and project.ended_on <= DELIVERED_ON:
                municipality = project.municipality_code
                for period in periods_of(project.ended_on):
                    for cell in cells(project.plan.service_code, project.team_code, municipality):
                        self._add("A8", period, cell, self._project_minutes[code], 1)

    def add_response(self, response: Response) -> None:
        """Count a respondent in every effect KPI with at least one counting answer."""
        project = response.project
        if project is None:
            return
        where = (
            TOTAL,
            Cell("service", service_code=project.plan.service_code),
            Cell("project", project_code=project.code),
        )
        for kpi_id, questions in EFFECT_QUESTIONS.items():
            given = [response.answers.get(question, "") for question in questions]
            counting = [answer for answer in given if answer in COUNTING]
            if not counting:
                continue
            positive = sum(answer in POSITIVE for answer in counting)
            is_positive = 2 * positive > len(counting)
            if kpi_id in BY_AGE_BAND_ONLY:
                where_kpi: Iterable[Cell] = (
                    Cell("age_band", age_band=response.age_band or UNKNOWN),
                )
            else:
                where_kpi = where
            for period in periods_of(response.completed_at.date())[:2]:
                for cell in where_kpi:
                    self._add(kpi_id, period, cell, int(is_positive), 1)

    def add_figures(self, figures: Iterable[Figure]) -> None:
        """Add figures that were counted elsewhere."""
        for figure in figures:
            self._add(*figure)

    def write(self, path: Path) -> int:
        """Write the figures in a fixed order and return how many there are."""
        keys = sorted(set(self._numerators) | set(self._denominators))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            for key in keys:
                kpi_id, (period_type, period_start), cell = key
                unit = 100 if kpi_id == "A10" else 1  # cents
                denominator = (
                    ""
                    if kpi_id in self._without_denominator
                    else _amount(self._denominators[key], unit)
                )
                writer.writerow(
                    (
                        kpi_id,
                        period_type,
                        period_start.isoformat(),
                        cell.breakdown,
                        cell.service_code,
                        cell.team_code,
                        cell.municipality_code,
                        "",
                        cell.project_code,
                        "",
                        cell.age_band,
                        cell.respondent_role,
                        _amount(self._numerators[key], unit),
                        denominator,
                    )
                )
        return len(keys)

    def _add(
        self, kpi_id: str, period: Period, cell: Cell, numerator: int, denominator: int | None
    ) -> None:
        key = (kpi_id, period, cell)
        self._numerators[key] += numerator
        if denominator is None:
            self._without_denominator.add(kpi_id)
        else:
            self._denominators[key] += denominator

    def _add_trajectory(self, trajectory: Trajectory, municipality: str) -> None:
        where = cells(trajectory.service_code, trajectory.team_code, municipality)
        if trajectory.ended_on:
            minutes = sum(contact.minutes for contact in trajectory.contacts)
            self.add_event("A8", trajectory.ended_on, where, minutes, 1)
        for assessment in trajectory.assessments:
            verdict = assessment.is_right_first_time
            if verdict is not None:
                self.add_event("A9", assessment.assessed_on, where, int(verdict), 1)
        for budget in trajectory.budgets:
            if budget.decided_on:
                granted = budget.granted_cents or 0
                self.add_event("A10", budget.decided_on, where, granted, budget.requested_cents)
        self._add_open(trajectory, where)
        self._add_rises(trajectory, where)

    def add_event(
        self, kpi_id: str, day: date, where: Iterable[Cell], numerator: int, denominator: int
    ) -> None:
        """Count something that happened on a day in every period and cell that holds it."""
        for period in periods_of(day):
            for cell in where:
                self._add(kpi_id, period, cell, numerator, denominator)

    def _add_open(self, trajectory: Trajectory, where: tuple[Cell, ...]) -> None:
        """Count A12, A13 and A15 on the last day of every period that has passed."""
        for period in CLOSED_PERIODS:
            day = last_day_of(period)
            if not _is_open(trajectory, day):
                continue
            level = _complexity_on(trajectory, day)
            for cell in where:
                self._add("A12", period, cell, 1, None)
                if cell.breakdown in ("total", "team"):
                    self._add("A13", period, cell, 1, 0)
                if level in ("laag", "hoog"):
                    self._add("A15", period, cell, int(level == "hoog"), int(level == "laag"))

    def _add_rises(self, trajectory: Trajectory, where: tuple[Cell, ...]) -> None:
        """Count A14: low on any open day of the period; risen to high in it."""
        open_until = trajectory.ended_on or DELIVERED_ON + timedelta(days=1)
        spells = _spells(trajectory)
        ends = [start for start, _ in spells[1:]] + [date.max]
        low: set[Period] = set()
        risen: set[Period] = set()
        for place, ((start, level), end) in enumerate(zip(spells, ends, strict=True)):
            if level != "laag":
                continue
            until = min(end, open_until)  # the first day that it is no longer low and open
            low.update(
                period
                for period in PERIODS
                if max(start, period[1]) < until and start <= last_day_of(period)
            )
            if end < open_until and spells[place + 1][1] == "hoog":
                risen.update(periods_of(end))
        for period in low | risen:
            for cell in where:
                self._add("A14", period, cell, int(period in risen), int(period in low))

    def _add_legal_aid(self, case: Case, municipality: str) -> None:
        """Count the client once per period and cell in the four figures of legal aid."""
        active: set[tuple[Period, Cell]] = set()
        reached: dict[str, set[tuple[Period, Cell]]] = defaultdict(set)
        has_debts = False
        for trajectory in case.trajectories:
            if trajectory.service_code != "SRW":
                continue
            where = cells("SRW", trajectory.team_code, municipality)
            days = [trajectory.started_on]
            days += [contact.contact_on for contact in trajectory.contacts]
            days += [support.provided_on for support in trajectory.support]
            days += [asked.requested_on for asked in trajectory.help_requests]
            has_debts |= any(asked.code == DEBT for asked in trajectory.help_requests)
            for day in days:
                active.update((period, cell) for period in periods_of(day) for cell in where)
            for support in trajectory.support:
                slots = [
                    (period, cell) for period in periods_of(support.provided_on) for cell in where
                ]
                if support.is_realised:
                    reached["KW-SRW-1"].update(slots)
                for kpi_id, code in SRW_SUPPORT.items():
                    if support.code == code:
                        reached[kpi_id].update(slots)
        for slot in active:
            period, cell = slot
            for kpi_id in ("KW-SRW-1", "KW-SRW-2", "KW-SRW-4"):
                self._add(kpi_id, period, cell, int(slot in reached[kpi_id]), 1)
            if has_debts:
                self._add("KW-SRW-3-FIN", period, cell, int(slot in reached["KW-SRW-3"]), 1)
        for period, cell in reached["KW-SRW-3"]:
            self._add("KW-SRW-3", period, cell, 1, None)


def _is_open(trajectory: Trajectory, day: date) -> bool:
    return trajectory.started_on <= day and (
        trajectory.ended_on is None or trajectory.ended_on > day
    )


def _spells(trajectory: Trajectory) -> list[tuple[date, str]]:
    if trajectory.complexity:
        return [(start, level) for _, start, level in trajectory.complexity]
    return [(trajectory.started_on, trajectory.complexity_code)]


def _complexity_on(trajectory: Trajectory, day: date) -> str:
    return max(spell for spell in _spells(trajectory) if spell[0] <= day)[1]


def _amount(value: int, unit: int) -> str:
    return f"{value // unit}.{value % unit:02d}" if unit > 1 else str(value)
