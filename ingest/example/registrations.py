"""What workers register: clients with their trajectories, group work, anonymous contacts, hours."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import accumulate, count
from math import exp, log
from random import Random
from typing import TypeVar

from ingest.example.organisation import (
    DELIVERED_ON,
    FIRST_DAY,
    LAST_DAY,
    MONTHS,
    SERVICES,
    Organisation,
    Postcode,
    Project,
    Service,
    is_working_day,
)
from ingest.example.people import Person, birth_date, bsn_numbers, make_person

T = TypeVar("T")

CLIENTS_PER_SCALE = 4300
PARTICIPANTS_PER_SCALE = 1000

# January to December: registrations dip in summer and December and peak in September.
SEASON = (110, 100, 105, 95, 90, 95, 65, 55, 135, 115, 110, 70)
SCHOOL_SEASON = (110, 105, 110, 100, 90, 70, 15, 20, 170, 140, 120, 60)
YEARLY_GROWTH = 1.06

HELP_REQUESTS = {
    "SRW": {
        "financieel_rondkomen_schulden_beslag": 30,
        "uitkering_participatiewet": 16,
        "uitkering_uwv_svb_pensioen": 12,
        "belasting_lagere_overheden": 11,
        "juridisch_huurrecht": 8,
        "juridisch_wmo": 5,
        "juridisch_vreemdelingenrecht": 4,
        "juridisch_familierecht": 4,
        "juridisch_consumentenrecht": 3,
        "juridisch_arbeidsrecht": 3,
        "awb": 2,
        "juridisch_onderwijs": 1,
        "juridisch_gezondheidsrecht": 1,
        "juridisch_strafrecht": 1,
        "overig": 6,
    }
}
OTHER_HELP_REQUESTS = {
    "psychisch": 22,
    "relatie": 18,
    "eenzaamheid": 16,
    "opvoeding": 12,
    "huisvesting": 12,
    "werk_dagbesteding": 9,
    "gezondheid": 7,
    "overig": 6,
}
SUPPORT = {
    "SRW": {
        "informatie_advies": 30,
        "formulier": 22,
        "voorzieningencheck": 18,
        "betalingsregeling": 8,
        "bezwaar_beroep": 7,
        "doorverwijzing_schulddienstverlening": 6,
        "bemiddeling": 4,
        "praatpaal": 2,
        "klacht": 1,
        "overig": 4,
    }
}
OTHER_SUPPORT = {
    "praatpaal": 38,
    "informatie_advies": 30,
    "bemiddeling": 14,
    "formulier": 6,
    "voorzieningencheck": 4,
    "overig": 8,
}
END_REASONS = {
    "doel_bereikt": 46,
    "doel_deels_bereikt": 20,
    "doorverwezen": 13,
    "geen_contact": 11,
    "verhuisd": 4,
    "overleden": 1,
    "overig": 5,
}
REFERRERS = {
    "zelf": 30,
    "huisarts": 20,
    "wijkteam": 16,
    "gemeente": 14,
    "school": 8,
    "vrijwilligersorganisatie": 4,
    "overig": 5,
    "": 3,
}
RECEIVERS = {
    "schuldhulpverlening": 24,
    "ggz": 20,
    "wijkteam": 16,
    "huisarts": 14,
    "vrijwilligersorganisatie": 12,
    "jeugdhulp": 8,
    "overig": 6,
}
SHORT_MINUTES = {15: 10, 30: 27, 45: 25, 60: 26, 90: 12}
LONG_MINUTES = {30: 10, 45: 15, 60: 30, 75: 12, 90: 18, 120: 12, 150: 3}
# Days between what happened and its registration: late now and then, never over a fortnight.
LAGS = {0: 58, 1: 20, 2: 9, 3: 7, 5: 4, 8: 2}
NOTES = (
    "",
    "",
    "Besproken: huur; energie; zorgtoeslag",
    'Zegt: "het gaat beter"',
    "Schuld € 1.250, regeling loopt",
    "Eerste gesprek\nVervolg over twee weken",
)


@dataclass(frozen=True, slots=True)
class Client:
    """A client as the ECD knows them."""

    number: str
    registration_id: str
    bsn: str
    person: Person
    home: Postcode
    has_postcode: bool
    has_municipality: bool
    registered_on: date
    recorded_on: date

    @property
    def municipality_code(self) -> str:
        """Return the municipality of the residence as far as the ECD can tell."""
        known = self.has_postcode or self.has_municipality
        return self.home.municipality_code if known else "onbekend"


@dataclass(frozen=True, slots=True)
class HelpRequest:
    """A question that a client came with."""

    id: str
    code: str
    requested_on: date
    recorded_on: date


@dataclass(frozen=True, slots=True)
class Support:
    """A form of support given; `is_realised` is asked with income schemes only."""

    id: str
    code: str
    provided_on: date
    is_realised: bool | None
    recorded_on: date


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact; without trajectory and client it is anonymous."""

    id: str
    trajectory_id: str
    client_number: str
    worker_number: str
    team_code: str
    contact_on: date
    minutes: int
    is_declarable: bool | None
    recorded_on: date


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral to us (in) or to another (uit)."""

    id: str
    direction: str
    party_code: str
    referred_on: date
    outcome_on: date | None
    recorded_on: date


@dataclass(frozen=True, slots=True)
class Assessment:
    """An assessment of the situation; the verdict may still be missing."""

    id: str
    assessor_role: str
    assessed_on: date
    is_right_first_time: bool | None
    note: str
    recorded_on: date


@dataclass(frozen=True, slots=True)
class BudgetRequest:
    """A budget asked for; amounts in cents."""

    id: str
    requested_on: date
    decided_on: date | None
    requested_cents: int
    granted_cents: int | None
    recorded_on: date


@dataclass(frozen=True, slots=True)
class Trajectory:
    """A trajectory with everything registered under it."""

    id: str
    client_number: str
    service_code: str
    team_code: str
    worker_number: str
    commissioner_code: str
    intake_on: date
    has_intake: bool
    started_on: date
    ended_on: date | None
    end_reason_code: str
    complexity_code: str
    recorded_on: date
    complexity: tuple[tuple[str, date, str], ...]  # record id, first day, code
    help_requests: tuple[HelpRequest, ...]
    support: tuple[Support, ...]
    contacts: tuple[Contact, ...]
    referrals: tuple[Referral, ...]
    assessments: tuple[Assessment, ...]
    budgets: tuple[BudgetRequest, ...]


@dataclass(frozen=True, slots=True)
class StartSlot:
    """A filled-in start or slot list about a child."""

    id: str
    client_number: str
    respondent_number: str
    role: str
    moment: str
    filled_on: date
    frequency_rank: int
    burden_score: int
    team_code: str
    recorded_on: date


@dataclass(frozen=True, slots=True)
class Case:
    """One client with all trajectories, start/slot lists and projects joined from a day on."""

    client: Client
    trajectories: tuple[Trajectory, ...]
    start_slot: tuple[StartSlot, ...]
    projects: tuple[tuple[str, date], ...]


@dataclass(frozen=True, slots=True)
class Attendance:
    """Somebody at a session; without client number an anonymous visitor."""

    id: str
    client_number: str


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a project with who attended."""

    id: str
    project: Project
    held_on: date
    minutes: int
    worker_count: int
    attendances: tuple[Attendance, ...]
    recorded_on: date


@dataclass(frozen=True, slots=True)
class WorkedHours:
    """All hours of a worker in a month, in hundredths of an hour."""

    id: str
    worker_number: str
    team_code: str
    month: date
    hundredths: int
    recorded_on: date


class CaseGenerator:
    """Makes clients one by one, so that a large example never has to fit in memory."""

    def __init__(self, organisation: Organisation, scale: float, seed: int) -> None:
        """Prepare the calendars and the numbering; the same seed gives the same cases."""
        self.organisation = organisation
        self.scale = scale
        self.rng = Random(f"cases {seed}")
        self._return_rng = Random(f"returns {seed}")
        self._bsn = bsn_numbers()
        self._numbers: dict[str, Iterator[int]] = defaultdict(lambda: count(1))
        self._calendars = {code: _calendar(code) for code in SERVICES}
        self._homes = defaultdict(list)
        for home in organisation.postcodes:
            self._homes[home.municipality_code].append(home)

    def cases(self) -> Iterator[Case]:
        """Give every client: first those with trajectories, then those of group work only."""
        started = [service for service in SERVICES.values() if service.share]
        cumulative = list(accumulate(service.share for service in started))
        for _ in range(round(CLIENTS_PER_SCALE * self.scale)):
            yield self._client_case(self.rng.choices(started, cum_weights=cumulative)[0])
        projects = [project for project in self.organisation.projects if project.plan.has_sessions]
        for _ in range(round(PARTICIPANTS_PER_SCALE * self.scale)):
            yield self._participant_case(self.rng.choice(projects))

    def anonymous_contacts(self) -> Iterator[Contact]:
        """Give the contacts of walk-in hours: no client and no trajectory."""
        rng = self.rng
        for (team_code, month), staff in self.organisation.staff.items():
            for _ in range(len(staff)):
                if rng.random() > 0.6:
                    continue
                day = _working_day(month + timedelta(days=rng.randrange(3, 28)))
                yield Contact(
                    id=self._id("C", 7),
                    trajectory_id="",
                    client_number="",
                    worker_number=rng.choice(staff).number,
                    team_code=team_code,
                    contact_on=day,
                    minutes=_draw(rng, SHORT_MINUTES),
                    is_declarable=rng.random() < 0.4,
                    recorded_on=self._recorded(day),
                )

    def sessions(self, participants: dict[str, list[tuple[str, date]]]) -> Iterator[Session]:
        """Give the sessions of every project; `participants` lists (client number, first day)."""
        rng = self.rng
        for project in self.organisation.projects:
            if not project.plan.has_sessions:
                continue
            joined = participants.get(project.code, [])
            minutes = rng.choice((60, 90, 120, 150))
            day = project.started_on + timedelta(days=rng.randrange(7))
            day += timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
            last = min(project.ended_on or LAST_DAY, LAST_DAY)
            while day <= last:
                is_summer = day.month == 8 or (day.month == 7 and day.day > 14)
                if is_working_day(day) and not (is_summer and rng.random() < 0.8):
                    yield self._session(project, day, minutes, joined)
                day += timedelta(days=7)

    def worked_hours(self) -> Iterator[WorkedHours]:
        """Give the worked hours of every employed worker by month; 0 when absent."""
        for worker in self.organisation.workers:
            for month in MONTHS:
                if not (worker.has_hours and worker.is_employed(month)):
                    continue
                free = {7: 0.72, 8: 0.62, 12: 0.75, 5: 0.85}.get(month.month, 0.95)
                hours = worker.contract_hours * 4.33 * free * self.rng.uniform(0.9, 1.05)
                absent = month in worker.absent_months
                recorded_on = (month + timedelta(days=32)).replace(day=self.rng.randrange(1, 6))
                yield WorkedHours(
                    id=self._id("U", 7),
                    worker_number=worker.number,
                    team_code=worker.team_code,
                    month=month,
                    hundredths=0 if absent else round(hours * 4) * 25,
                    recorded_on=recorded_on,
                )

    def _client_case(self, service: Service) -> Case:
        rng = self.rng
        home = rng.choices(
            self.organisation.postcodes, cum_weights=self.organisation.cumulative_weights
        )[0]
        cell = rng.randrange(self.organisation.cells)
        number = f"{self._next('client'):07d}"
        age = rng.randint(*service.ages)
        started_on = self._start_day(service.code)
        trajectories = [self._trajectory(number, service, home, cell, started_on)]
        while rng.random() < 0.27:  # comes back with the same kind of question
            before = trajectories[-1].ended_on
            if before is None:
                break
            again_on = _working_day(before + timedelta(days=26 + int(rng.expovariate(1 / 140))))
            if again_on > LAST_DAY:
                break
            trajectories.append(self._trajectory(number, service, home, cell, again_on))
        if age >= 18 and service.code in ("SRW", "AMW") and rng.random() < 0.22:
            other = SERVICES["AMW" if service.code == "SRW" else "SRW"]
            day = self._start_day(other.code)
            trajectories.append(self._trajectory(number, other, home, cell, day))
        if service.code == "SMW":
            trajectories = [trajectories[0], *self._same_question(trajectories)]
        client = self._client(
            number, home, age, min(trajectory.intake_on for trajectory in trajectories)
        )
        start_slot = [
            filled
            for trajectory in trajectories
            if trajectory.service_code == "SMW"
            for filled in self._start_slot(trajectory, age)
        ]
        if service.code == "SMW" and age >= 8 and len(trajectories) > 1:
            start_slot += self._lists_of_returning_child(trajectories, start_slot)
        return Case(client, tuple(trajectories), tuple(start_slot), ())

    def _participant_case(self, project: Project) -> Case:
        rng = self.rng
        service = SERVICES[project.plan.service_code]
        if project.ended_on:
            joined_on = project.started_on + timedelta(days=rng.randrange(28))
        else:
            joined_on = project.started_on + timedelta(days=rng.randrange(1000))
        client = self._client(
            number=f"{self._next('client'):07d}",
            home=rng.choice(self._homes[project.municipality_code]),
            age=rng.randint(*service.ages),
            registered_on=joined_on,
        )
        return Case(client, (), (), ((project.code, joined_on),))

    def _client(self, number: str, home: Postcode, age: int, registered_on: date) -> Client:
        rng = self.rng
        born_on = birth_date(rng, age, registered_on)
        bsn = next(self._bsn)
        return Client(
            number=number,
            registration_id=self._id("CL", 7),
            bsn=bsn if rng.random() < 0.97 else "",
            person=make_person(rng, born_on, int(number), "example.org"),
            home=home,
            has_postcode=rng.random() < 0.985,
            has_municipality=rng.random() < 0.99,
            registered_on=registered_on,
            recorded_on=self._recorded(registered_on),
        )

    def _trajectory(
        self, client_number: str, service: Service, home: Postcode, cell: int, started_on: date
    ) -> Trajectory:
        rng = self.rng
        trajectory_id = self._id("T", 7)
        intake_on = max(FIRST_DAY, started_on - timedelta(days=int(rng.expovariate(1 / 9))))
        level = rng.choices(("laag", "hoog", ""), (66, 29, 5))[0]
        factor = 1.5 if level == "hoog" else 1.0
        days = int(factor * rng.lognormvariate(log(service.median_days), 0.8))
        if service.code == "SRW" and rng.random() < 0.25:
            days = rng.randrange(4)  # answered within days
        planned_end = _working_day(max(started_on, started_on + timedelta(days=days)))
        is_forgotten = rng.random() < 0.015
        ended_on = None if is_forgotten or planned_end > LAST_DAY else planned_end
        last_day = min(planned_end, LAST_DAY)
        team_code = self.organisation.team_for(service.code, home.municipality_code, cell)
        worker = rng.choice(self.organisation.staff[team_code, started_on.replace(day=1)])
        contacts = self._contacts(
            trajectory_id, client_number, service, team_code, worker.number, factor,
            (started_on, planned_end),
        )  # fmt: skip
        moments = [contact.contact_on for contact in contacts] or [started_on]
        code, spells = self._complexity(service, level, started_on, ended_on or LAST_DAY)
        return Trajectory(
            id=trajectory_id,
            client_number=client_number,
            service_code=service.code,
            team_code=team_code,
            worker_number=contacts[-1].worker_number if contacts else worker.number,
            commissioner_code=self._commissioner(service, home),
            intake_on=intake_on,
            has_intake=rng.random() < 0.98,
            started_on=started_on,
            ended_on=ended_on,
            end_reason_code=_draw(rng, END_REASONS) if ended_on else "",
            complexity_code=code,
            recorded_on=self._recorded(started_on),
            complexity=spells,
            help_requests=self._help_requests(service, intake_on),
            support=self._support(service, moments),
            contacts=contacts,
            referrals=self._referrals(intake_on, moments),
            assessments=self._assessments(started_on, last_day),
            budgets=self._budgets(service, moments),
        )

    def _contacts(
        self,
        trajectory_id: str,
        client_number: str,
        service: Service,
        team_code: str,
        worker_number: str,
        factor: float,
        period: tuple[date, date],
    ) -> tuple[Contact, ...]:
        """Spread contacts over the trajectory, more of them early and fewer in summer."""
        rng, staff = self.rng, self.organisation.staff
        random = rng.random
        minutes = SHORT_MINUTES if service.code in ("SRW", "GSW", "VWC") else LONG_MINUTES
        started_on, planned_end = period
        span = (planned_end - started_on).days
        amount = round(factor * service.mean_contacts * exp(rng.gauss(-0.12, 0.8)))
        if random() > 0.02:
            amount = max(1, amount)
        days = []
        for place in range(min(amount, 3 * span // 2 + 1)):
            if place == 0:
                days.append(started_on)
                continue
            day = _working_day(started_on + timedelta(days=int(span * random() ** 1.3)))
            if day.month in (7, 8) and random() < 0.4:
                day = _working_day(started_on + timedelta(days=int(span * random())))
            days.append(day)
        first_talk = started_on - timedelta(days=3)
        if amount and random() < 0.2 and is_working_day(first_talk) and first_talk >= FIRST_DAY:
            days.append(first_talk)
        contacts = []
        for day in sorted({day for day in days if day <= LAST_DAY}):
            present = staff[team_code, day.replace(day=1)]
            if random() < 0.08 or not any(at.number == worker_number for at in present):
                by = present[int(random() * len(present))].number
            else:
                by = worker_number
            contacts.append(
                Contact(
                    id=self._id("C", 7),
                    trajectory_id=trajectory_id,
                    client_number=client_number,
                    worker_number=by,
                    team_code=team_code,
                    contact_on=day,
                    minutes=_draw(rng, minutes),
                    is_declarable=None if random() < 0.005 else random() < service.declarable,
                    recorded_on=self._recorded(day),
                )
            )
        return tuple(contacts)

    def _complexity(
        self, service: Service, level: str, started_on: date, last_day: date
    ) -> tuple[str, tuple[tuple[str, date, str], ...]]:
        """Return the current complexity and its history; some trajectories have no history."""
        rng = self.rng
        if rng.random() < 0.1:
            return level, ()
        if not level:
            return "onbekend", ((self._id("X", 7), started_on, "onbekend"),)
        spells = [(self._id("X", 7), started_on, level)]
        day = started_on
        while rng.random() < (service.rises if level == "laag" else 0.18):
            day += timedelta(days=rng.randrange(7, 120))
            # A change on the first of a month belongs to two months: how to count it is open.
            day += timedelta(days=1) if day.day == 1 else timedelta()
            if day >= last_day:
                break
            level = "hoog" if level == "laag" else "laag"
            spells.append((self._id("X", 7), day, level))
        return level, tuple(spells)

    def _help_requests(self, service: Service, intake_on: date) -> tuple[HelpRequest, ...]:
        weights = HELP_REQUESTS.get(service.code, OTHER_HELP_REQUESTS)
        amount = self.rng.choices((1, 2, 3), (62, 28, 10))[0]
        codes = dict.fromkeys(_draw(self.rng, weights) for _ in range(amount))
        return tuple(
            HelpRequest(self._id("H", 7), code, intake_on, self._recorded(intake_on))
            for code in codes
        )

    def _support(self, service: Service, moments: list[date]) -> tuple[Support, ...]:
        rng = self.rng
        weights = SUPPORT.get(service.code, OTHER_SUPPORT)
        amount = rng.choices(
            (0, 1, 2, 3), (5, 45, 32, 18) if service.code == "SRW" else (50, 40, 9, 1)
        )
        support = []
        for _ in range(amount[0]):
            code, day = _draw(rng, weights), rng.choice(moments)
            is_asked = code in ("voorzieningencheck", "formulier") and rng.random() < 0.8
            support.append(
                Support(
                    id=self._id("O", 7),
                    code=code,
                    provided_on=day,
                    is_realised=rng.random() < 0.55 if is_asked else None,
                    recorded_on=self._recorded(day),
                )
            )
        return tuple(support)

    def _referrals(self, intake_on: date, moments: list[date]) -> tuple[Referral, ...]:
        rng = self.rng
        referrals = []
        if rng.random() < 0.6:
            referrals.append(
                Referral(
                    self._id("V", 7), "in", _draw(rng, REFERRERS), intake_on, None,
                    self._recorded(intake_on),
                )
            )  # fmt: skip
        if rng.random() < 0.22:
            day = rng.choice(moments)
            outcome = day + timedelta(days=rng.randrange(3, 110))
            known = rng.random() < 0.75 and outcome <= LAST_DAY
            referrals.append(
                Referral(
                    self._id("V", 7), "uit", _draw(rng, RECEIVERS), day,
                    outcome if known else None, self._recorded(day),
                )
            )  # fmt: skip
        return tuple(referrals)

    def _assessments(self, started_on: date, last_day: date) -> tuple[Assessment, ...]:
        rng = self.rng
        assessments: list[Assessment] = []
        chance = 0.5
        while rng.random() < chance:
            day = _working_day(started_on + timedelta(days=rng.randrange(3, 45)))
            chance = 0.2
            if not started_on <= day <= last_day:
                continue
            assessments.append(
                Assessment(
                    id=self._id("B", 7),
                    assessor_role="partner" if rng.random() < 0.3 else "intern",
                    assessed_on=day,
                    is_right_first_time=None if rng.random() < 0.15 else rng.random() < 0.72,
                    note=rng.choice(NOTES),
                    recorded_on=self._recorded(day),
                )
            )
        return tuple(assessments)

    def _budgets(self, service: Service, moments: list[date]) -> tuple[BudgetRequest, ...]:
        rng = self.rng
        if service.code not in ("SRW", "AMW", "MZO") or rng.random() > 0.14:
            return ()
        day = rng.choice(moments)
        requested = round(rng.lognormvariate(log(650), 0.9), 1)
        decided_on = _working_day(day + timedelta(days=rng.randrange(7, 60)))
        is_decided = rng.random() < 0.92 and decided_on <= LAST_DAY
        granted = requested * rng.choices((0, 0.5, 0.8, 1), (12, 14, 14, 60))[0]
        return (
            BudgetRequest(
                id=self._id("A", 7),
                requested_on=day,
                decided_on=decided_on if is_decided else None,
                requested_cents=round(requested * 100),
                granted_cents=round(granted * 100) if is_decided else None,
                recorded_on=self._recorded(day),
            ),
        )

    def _commissioner(self, service: Service, home: Postcode) -> str:
        at = self.rng.random()
        if at < 0.01:
            return ""
        if service.code == "SMW" and at < 0.7:
            return "OGSCHOOL"
        if service.code == "GSW" and at < 0.4:
            return "OGZORG"
        return f"OG{home.municipality_code[2:]}"

    def _start_slot(self, trajectory: Trajectory, age: int) -> Iterator[StartSlot]:
        """Give the lists of two homes, the teacher and the child; some are never paired."""
        rng = self.rng
        if rng.random() < 0.3:
            return
        people = [("ouder", f"I{self._next('respondent'):06d}")]
        if rng.random() < 0.25:
            people.append(("ouder", f"I{self._next('respondent'):06d}"))
        if rng.random() < 0.6:
            people.append(("leerkracht", f"I{self._next('respondent'):06d}"))
        if age >= 8 and rng.random() < 0.6:
            people.append(("kind", trajectory.client_number))
        for role, number in people:
            rank, burden = rng.randrange(2, 7), rng.randrange(4, 11)
            has_start = rng.random() < 0.97
            if has_start:
                yield self._list(
                    trajectory, role, number, "start", trajectory.started_on, rank, burden
                )
            if trajectory.ended_on and (not has_start or rng.random() < 0.65):
                better = rng.choices((0, 1, 2, 3, -1), (22, 30, 25, 13, 10))[0]
                rank = min(6, max(1, rank - rng.choice((better, better // 2))))
                burden = min(10, max(1, burden - better))
                yield self._list(
                    trajectory, role, number, "slot", trajectory.ended_on, rank, burden
                )

    def _list(
        self,
        trajectory: Trajectory,
        role: str,
        respondent_number: str,
        moment: str,
        day: date,
        rank: int,
        burden: int,
    ) -> StartSlot:
        return StartSlot(
            id=self._id("L", 6),
            client_number=trajectory.client_number,
            respondent_number=respondent_number,
            role=role,
            moment=moment,
            filled_on=day,
            frequency_rank=rank,
            burden_score=burden,
            team_code=trajectory.team_code,
            recorded_on=self._recorded(day),
        )

    def _same_question(self, trajectories: list[Trajectory]) -> Iterator[Trajectory]:
        """Give the later trajectories, some with the question that the child came with first."""
        question = trajectories[0].help_requests[0].code
        for trajectory in trajectories[1:]:
            first, *others = trajectory.help_requests
            if self._return_rng.random() < 0.4 and all(asked.code != question for asked in others):
                first = replace(first, code=question)
            yield replace(trajectory, help_requests=(first, *others))

    def _lists_of_returning_child(
        self, trajectories: list[Trajectory], filled: list[StartSlot]
    ) -> Iterator[StartSlot]:
        """Give the lists of the child for trajectories where the child filled in nothing."""
        rng = self._return_rng
        for place, trajectory in enumerate(trajectories):
            days = (trajectory.started_on, trajectory.ended_on)
            if any(each.role == "kind" and each.filled_on in days for each in filled):
                continue
            start = StartSlot(
                id=self._id("LK", 6),
                client_number=trajectory.client_number,
                respondent_number=trajectory.client_number,
                role="kind",
                moment="start",
                filled_on=trajectory.started_on,
                frequency_rank=rng.randrange(2, 7),
                burden_score=rng.randrange(2, 8) if place else rng.randrange(4, 11),
                team_code=trajectory.team_code,
                recorded_on=trajectory.started_on,
            )
            yield start
            if trajectory.ended_on and rng.random() < 0.65:
                yield replace(
                    start,
                    id=self._id("LK", 6),
                    moment="slot",
                    filled_on=trajectory.ended_on,
                    frequency_rank=max(1, start.frequency_rank - rng.randrange(3)),
                    burden_score=max(1, start.burden_score - rng.randrange(3)),
                    recorded_on=trajectory.ended_on,
                )

    def _session(
        self, project: Project, day: date, minutes: int, joined: list[tuple[str, date]]
    ) -> Session:
        rng = self.rng
        present = [number for number, from_day in joined if from_day <= day and rng.random() < 0.62]
        present += [""] * rng.choices((0, 1, 2, 3, 5), (35, 25, 20, 12, 8))[0]
        return Session(
            id=self._id("G", 6),
            project=project,
            held_on=day,
            minutes=minutes,
            worker_count=rng.choices((1, 2, 3), (30, 60, 10))[0],
            attendances=tuple(Attendance(self._id("D", 7), number) for number in present),
            recorded_on=self._recorded(day),
        )

    def _start_day(self, service_code: str) -> date:
        days, cumulative = self._calendars[service_code]
        return self.rng.choices(days, cum_weights=cumulative)[0]

    def _recorded(self, day: date) -> date:
        return min(day + timedelta(days=_draw(self.rng, LAGS)), DELIVERED_ON)

    def _next(self, kind: str) -> int:
        return next(self._numbers[kind])

    def _id(self, prefix: str, width: int) -> str:
        return f"{prefix}{self._next(prefix):0{width}d}"


@cache
def _calendar(service_code: str) -> tuple[list[date], list[float]]:
    """Return the working days and the running sum of their weights."""
    season = SCHOOL_SEASON if service_code == "SMW" else SEASON
    days = [
        day
        for day in (FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1))
        if is_working_day(day)
    ]
    weights = (season[day.month - 1] * YEARLY_GROWTH ** (day.year - FIRST_DAY.year) for day in days)
    return days, list(accumulate(weights))


@cache
def _working_day(day: date) -> date:
    """Return the day, or the last working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def _draw(rng: Random, weights: dict[T, int]) -> T:
    return rng.choices(tuple(weights), tuple(weights.values()))[0]
