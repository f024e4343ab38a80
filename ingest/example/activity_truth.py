"""Ground truth of the own activity KPI's and of the return of children, in plain loops."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.example.organisation import DELIVERED_ON, MONTHS, Organisation, Worker
from ingest.example.registrations import Case, Contact, Session, StartSlot, Trajectory
from ingest.example.truth import (
    CLOSED_PERIODS,
    TOTAL,
    UNKNOWN,
    Cell,
    Figure,
    Period,
    cells,
    last_day_of,
    periods_of,
)

AS_OF = DELIVERED_ON + timedelta(days=1)
# After these a child cannot come back.
GONE = ("verhuisd", "overleden")


@dataclass(frozen=True)
class Spell:
    """School social work with a child, reopenings within 14 days included."""

    trajectories: tuple[Trajectory, ...]

    @property
    def registered_on(self) -> date:
        """Return the day of the first registration."""
        return _registered_on(self.trajectories[0])

    @property
    def last(self) -> Trajectory:
        """Return the trajectory that closes last."""
        return max(self.trajectories, key=lambda each: each.ended_on or date.max)

    @property
    def closed_on(self) -> date:
        """Return the last day, or the last day of all when it goes on."""
        return self.last.ended_on or date.max

    @property
    def questions(self) -> set[str]:
        """Return what the child came with."""
        return {asked.code for each in self.trajectories for asked in each.help_requests}


class ActivityTruth:
    """Counts numerators and denominators while the example is being written."""

    def __init__(self, organisation: Organisation) -> None:
        """Start with the workers, whose contracts no case tells."""
        self._workers = organisation.workers
        self._numerators: dict[tuple[str, Period, Cell], int] = defaultdict(int)
        self._denominators: dict[tuple[str, Period, Cell], int] = defaultdict(int)
        self._municipalities: dict[str, str] = {}
        self._attended: set[tuple[str, Period, Cell]] = set()
        self._contact_minutes: dict[tuple[str, date], int] = defaultdict(int)
        self._meeting_minutes: dict[tuple[str, date], int] = defaultdict(int)

    def add_case(self, case: Case) -> None:
        """Count one client with all that belongs to the client."""
        municipality = case.client.municipality_code
        if case.projects:
            self._municipalities[case.client.number] = municipality
        reached: set[tuple[Period, Cell]] = set()
        for trajectory in case.trajectories:
            where = cells(trajectory.service_code, trajectory.team_code, municipality)
            for contact in trajectory.contacts:
                self._remember_minutes(contact)
                reached.update(
                    (period, cell) for period in periods_of(contact.contact_on) for cell in where
                )
            self._add_trajectory(trajectory, where)
        for period, cell in reached:
            self._add("EIGEN-BEREIK", period, cell, 1)
        self._add_returns(case, municipality)

    def add_anonymous_contact(self, contact: Contact) -> None:
        """Count a contact of a walk-in hour, of which only the team is known."""
        self._remember_minutes(contact)
        where = (
            TOTAL,
            Cell("service", service_code=UNKNOWN),
            Cell("team", team_code=contact.team_code),
        )
        self._add_event("EIGEN-BEREIK-ANONIEM", contact.contact_on, where, 1)

    def add_session(self, session: Session) -> None:
        """Count a session and who attended; call when all cases are known."""
        project = session.project
        service, team = project.plan.service_code, project.team_code
        by_project = Cell("project", project_code=project.code)
        month = session.held_on.replace(day=1)
        self._meeting_minutes[team, month] += session.minutes * session.worker_count
        meeting = (*cells(service, team, project.municipality_code), by_project)
        self._add_event("EIGEN-BIJEENKOMSTEN", session.held_on, meeting, 1)
        self._add_event(
            "EIGEN-DEELNEMERS-PER-BIJEENKOMST",
            session.held_on,
            meeting,
            len(session.attendances),
            1,
        )
        anonymous = [cell for cell in meeting if cell.breakdown != "municipality"]
        for attendance in session.attendances:
            number = attendance.client_number
            if not number:
                self._add_event("EIGEN-BEREIK-ANONIEM", session.held_on, anonymous, 1)
                continue
            where = (*cells(service, team, self._municipalities[number]), by_project)
            for period in periods_of(session.held_on):
                for cell in where:
                    if (number, period, cell) not in self._attended:
                        self._attended.add((number, period, cell))
                        # Whoever comes to a group has no trajectory, so nobody is counted twice.
                        self._add("EIGEN-BEREIK", period, cell, 1)
                        self._add("EIGEN-DEELNEMERS", period, cell, 1)

    def figures(self) -> Iterator[Figure]:
        """Give every figure; call when everything is known."""
        for month in MONTHS:
            self._add_workload(month)
        for (kpi_id, period, cell), numerator in self._numerators.items():
            yield (
                kpi_id,
                period,
                cell,
                numerator,
                self._denominators.get((kpi_id, period, cell)),
            )

    def _add(
        self,
        kpi_id: str,
        period: Period,
        cell: Cell,
        numerator: int,
        denominator: int | None = None,
    ) -> None:
        self._numerators[kpi_id, period, cell] += numerator
        if denominator is not None:
            self._denominators[kpi_id, period, cell] += denominator

    def _add_event(
        self,
        kpi_id: str,
        day: date,
        where: Iterable[Cell],
        numerator: int,
        denominator: int | None = None,
    ) -> None:
        for period in periods_of(day):
            for cell in where:
                self._add(kpi_id, period, cell, numerator, denominator)

    def _remember_minutes(self, contact: Contact) -> None:
        month = contact.contact_on.replace(day=1)
        self._contact_minutes[contact.worker_number, month] += contact.minutes

    def _add_trajectory(self, trajectory: Trajectory, where: tuple[Cell, ...]) -> None:
        started_on, ended_on = trajectory.started_on, trajectory.ended_on
        if trajectory.has_intake:
            waited = (started_on - trajectory.intake_on).days
            self._add_event("EIGEN-WACHTTIJD", started_on, where, waited, 1)
            for period in CLOSED_PERIODS:
                if trajectory.intake_on <= last_day_of(period) < started_on:
                    for cell in where:
                        self._add("EIGEN-WACHTLIJST", period, cell, 1)
        if ended_on:
            self._add_event("EIGEN-AFGEROND", ended_on, where, 1)
            lasted = (ended_on - started_on).days
            self._add_event("EIGEN-DOORLOOPTIJD", ended_on, where, lasted, 1)
        for referral in trajectory.referrals:
            kpi_id = f"EIGEN-VERWEZEN-{referral.direction.upper()}"
            self._add_event(kpi_id, referral.referred_on, where, 1)

    def _add_workload(self, month: date) -> None:
        """Set guidance beside the contracts of a month, per team."""
        contracts: dict[str, int] = defaultdict(int)
        guidance: dict[str, int] = defaultdict(int)
        for worker in self._workers:
            minutes = _contract_minutes(worker, month)
            if minutes:
                contracts[worker.team_code] += minutes
                guidance[worker.team_code] += self._contact_minutes[worker.number, month]
        for team, minutes in contracts.items():
            guided = guidance[team] + self._meeting_minutes[team, month]
            where = (TOTAL, Cell("team", team_code=team))
            self._add_event("EIGEN-WERKDRUK", month, where, guided, minutes)

    def _add_returns(self, case: Case, municipality: str) -> None:
        """Count the first closure of a child in every period."""
        spells = _spells(case)
        closures: dict[Period, tuple[Spell, bool]] = {}
        returns: dict[Period, tuple[Spell, date, date]] = {}
        for place, spell in enumerate(spells):
            until = _six_months_after(spell.closed_on)
            if until > AS_OF or spell.last.end_reason_code in GONE:
                continue
            again = [
                (_registered_on(each), later.closed_on)
                for later in spells[place + 1 :]
                for each in later.trajectories
                if _registered_on(each) <= until
                and spell.questions & {asked.code for asked in each.help_requests}
            ]
            for period in periods_of(spell.closed_on):
                closures.setdefault(period, (spell, bool(again)))
                if again:
                    returns.setdefault(period, (spell, *again[0]))
        for period, (spell, is_back) in closures.items():
            for cell in cells(spell.last.service_code, spell.last.team_code, municipality):
                self._add("KW-SMW-TERUG", period, cell, int(is_back), 1)
        for period, (spell, first, last) in returns.items():
            before = _first_burden(case.start_slot, spell.registered_on, spell.closed_on)
            after = _first_burden(case.start_slot, first, last)
            better, pair = (int(after < before), 1) if before and after else (0, 0)
            for cell in cells(spell.last.service_code, spell.last.team_code, municipality):
                self._add("KW-SMW-TERUG-MINDER-LAST", period, cell, better, pair)


def _contract_minutes(worker: Worker, month: date) -> int:
    last = month.replace(day=monthrange(month.year, month.month)[1])
    days = (min(worker.employed_until or last, last) - max(worker.employed_from, month)).days + 1
    return round(worker.contract_hours * 60 * days / 7) if days > 0 else 0


def _registered_on(trajectory: Trajectory) -> date:
    return trajectory.intake_on if trajectory.has_intake else trajectory.started_on


def _spells(case: Case) -> list[Spell]:
    """Return the spells of school social work; reopened within 14 days is the same spell."""
    spells: list[Spell] = []
    own = [each for each in case.trajectories if each.service_code == "SMW"]
    for trajectory in sorted(own, key=lambda each: (_registered_on(each), each.id)):
        is_same = spells and _registered_on(trajectory).toordinal() <= (
            spells[-1].closed_on.toordinal() + 14
        )
        if is_same:
            spells[-1] = Spell((*spells[-1].trajectories, trajectory))
        else:
            spells.append(Spell((trajectory,)))
    return spells


def _six_months_after(day: date) -> date:
    """Return the same day six months on, or the last day of a shorter month."""
    if day == date.max:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + 6, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _first_burden(lists: Iterable[StartSlot], first: date, last: date) -> int | None:
    """Return what the child filled in first on a start list between two days."""
    found = [
        (each.filled_on, each.id, each.burden_score)
        for each in lists
        if each.role == "kind" and each.moment == "start" and first <= each.filled_on <= last
    ]
    return min(found)[2] if found else None
