"""The example organisation itself: where it works, its teams, workers, services and projects."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from random import Random

from ingest.example.people import Person, birth_date, make_person

REGIONS_FILE = Path(__file__).parents[1] / "open_data" / "example" / "regions.csv"

FIRST_DAY = date(2023, 1, 1)
LAST_DAY = date(2025, 12, 31)
DELIVERED_ON = date(2026, 1, 5)
MONTHS = tuple(date(year, month, 1) for year in (2023, 2024, 2025) for month in range(1, 13))

MUNICIPALITY_WEIGHTS = {
    "GM0599": 38,
    "GM0513": 16,
    "GM1963": 14,
    "GM0632": 12,
    "GM1931": 12,
    "GM1901": 8,
}
# Where the organisation has its neighbourhood teams it reaches more people than elsewhere.
FOCUS = {"WK059910": 4, "WK059915": 3, "WK059903": 3, "BU05991081": 3}
ROTTERDAM = frozenset({"GM0599"})
WEST = frozenset({"GM0632", "GM1963"})
EVERYWHERE = frozenset(MUNICIPALITY_WEIGHTS)


@dataclass(frozen=True, slots=True)
class Service:
    """A kind of work (werksoort) with what is typical of its trajectories."""

    code: str
    share: int  # of all new trajectories; 0 = works with groups only
    ages: tuple[int, int]
    median_days: int
    mean_contacts: int
    declarable: float
    rises: float  # chance that a low complexity becomes high


SERVICES = {
    service.code: service
    for service in (
        Service("SRW", 30, (18, 88), 35, 5, 0.90, 0.05),
        Service("AMW", 32, (18, 85), 120, 12, 0.82, 0.16),
        Service("SMW", 10, (4, 12), 130, 10, 0.88, 0.14),
        Service("MZO", 8, (30, 84), 180, 8, 0.75, 0.12),
        Service("JGW", 8, (12, 25), 150, 11, 0.70, 0.15),
        Service("OUD", 7, (65, 95), 170, 8, 0.72, 0.12),
        Service("VWC", 2, (18, 78), 90, 4, 0.50, 0.02),
        Service("GSW", 3, (18, 85), 100, 5, 0.60, 0.03),
        Service("OBW", 0, (10, 85), 0, 0, 0.0, 0.0),
    )
}


@dataclass(frozen=True, slots=True)
class TeamPlan:
    """A team as every unit of the organisation has it."""

    label: str
    services: tuple[str, ...]
    municipalities: frozenset[str]
    workers: int  # at scale 1


TEAM_PLANS = (
    TeamPlan("Sociaal raadslieden Rotterdam", ("SRW",), ROTTERDAM, 8),
    TeamPlan("Sociaal raadslieden regio", ("SRW",), EVERYWHERE - ROTTERDAM, 8),
    TeamPlan("Maatschappelijk werk Rotterdam", ("AMW", "MZO"), ROTTERDAM, 14),
    TeamPlan(
        "Maatschappelijk werk Midden-Holland", ("AMW", "MZO"), EVERYWHERE - ROTTERDAM - WEST, 9
    ),
    TeamPlan("Maatschappelijk werk Woerden en Hoeksche Waard", ("AMW", "MZO"), WEST, 7),
    TeamPlan("Schoolmaatschappelijk werk", ("SMW",), EVERYWHERE, 6),
    TeamPlan("Jongeren en opbouwwerk", ("JGW", "OBW"), EVERYWHERE, 5),
    TeamPlan("Ouderen, vrijwilligers en bewegen", ("OUD", "VWC", "GSW"), EVERYWHERE, 3),
)


@dataclass(frozen=True, slots=True)
class ProjectPlan:
    """A project as every unit of the organisation runs it."""

    name: str
    service_code: str
    life_domains: str  # R15: only questions of these life domains are asked
    survey: str
    is_open_ended: bool = False
    has_sessions: bool = True


PROJECT_PLANS = (
    ProjectPlan("Samen aan tafel", "OUD", "46", "forms"),
    ProjectPlan("Fit in de wijk", "GSW", "56", "surveymonkey"),
    ProjectPlan("Grip op je geld", "SRW", "16", "forms"),
    ProjectPlan("Mantelzorgsalon", "MZO", "46", "surveymonkey"),
    ProjectPlan("Buurtmoestuin", "OBW", "234", "forms"),
    ProjectPlan("Budgetkring", "SRW", "1", "surveymonkey"),
    ProjectPlan("Wandelgroep", "GSW", "2456", "forms"),
    ProjectPlan("Taalcafé", "VWC", "34", "surveymonkey"),
    ProjectPlan("Straatvoetbal", "JGW", "35", "forms"),
    ProjectPlan("Meidenclub", "JGW", "46", "surveymonkey"),
    ProjectPlan("Valpreventie", "OUD", "5", "forms"),
    ProjectPlan("Rouwgroep", "AMW", "46", "surveymonkey"),
    ProjectPlan("Inloophuis", "OBW", "24", "forms", is_open_ended=True),
    ProjectPlan("Repaircafé", "VWC", "234", "surveymonkey", is_open_ended=True),
    ProjectPlan("Spreekuur raadslieden", "SRW", "16", "forms", has_sessions=False),
    ProjectPlan(
        "Maatschappelijk werk", "AMW", "46", "surveymonkey", is_open_ended=True, has_sessions=False
    ),
)


@dataclass(frozen=True, slots=True)
class Postcode:
    """A made-up postcode and the existing neighbourhood that it stands for."""

    text: str
    buurt_code: str
    municipality_code: str
    place: str


@dataclass(frozen=True, slots=True)
class Team:
    """A team of one unit (cell) of the organisation."""

    code: str
    label: str
    cell: int
    plan: TeamPlan


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker; employed per whole month, `employed_until` is the last day."""

    number: str
    registration_id: str
    person: Person
    team_code: str
    employed_from: date
    employed_until: date | None
    contract_hours: int  # per week
    absent_months: frozenset[date]
    has_hours: bool  # a hired worker's hours are not in the organisation's own registration

    def is_employed(self, day: date) -> bool:
        """Say whether the worker is employed on a day."""
        return self.employed_from <= day and (
            self.employed_until is None or day <= self.employed_until
        )


@dataclass(frozen=True, slots=True)
class Project:
    """One edition of a project."""

    code: str
    title: str
    aliases: tuple[str, ...]
    plan: ProjectPlan
    team_code: str
    area_code: str
    municipality_code: str
    commissioner_code: str
    started_on: date
    ended_on: date | None
    reached_count: int
    invited_count: int


@dataclass(frozen=True)
class Organisation:
    """Everything that is there before the first client comes in."""

    cells: int
    teams: tuple[Team, ...]
    workers: tuple[Worker, ...]
    projects: tuple[Project, ...]
    postcodes: tuple[Postcode, ...]
    postcode_weights: tuple[float, ...]
    commissioners: dict[str, str]

    @cached_property
    def cumulative_weights(self) -> list[float]:
        """Return the running sum of the postcode weights, as `Random.choices` wants it."""
        return list(accumulate(self.postcode_weights))

    @cached_property
    def staff(self) -> dict[tuple[str, date], list[Worker]]:
        """Return who works in a team in a month: employed and not absent."""
        found = defaultdict(list)
        for worker in self.workers:
            for month in MONTHS:
                if worker.is_employed(month) and month not in worker.absent_months:
                    found[worker.team_code, month].append(worker)
        return dict(found)

    @cached_property
    def _team_by_work(self) -> dict[tuple[str, str, int], str]:
        return {
            (service, municipality, team.cell): team.code
            for team in self.teams
            for service in team.plan.services
            for municipality in sorted(team.plan.municipalities)
        }

    def team_for(self, service_code: str, municipality_code: str, cell: int) -> str:
        """Return the team that does this work in this municipality."""
        return self._team_by_work[service_code, municipality_code, cell]


def build_organisation(scale: float, seed: int) -> Organisation:
    """Build the organisation: 8 teams and about 60 workers per scale step."""
    rng = Random(f"organisation {seed} {scale}")
    cells = max(1, round(scale))
    postcodes, weights = _postcodes(rng)
    teams = tuple(
        Team(
            code=f"T{cell * len(TEAM_PLANS) + number:02d}",
            label=plan.label + (f" {cell + 1}" if cells > 1 else ""),
            cell=cell,
            plan=plan,
        )
        for cell in range(cells)
        for number, plan in enumerate(TEAM_PLANS, 1)
    )
    commissioners = {
        f"OG{code[2:]}": f"Gemeente {name}" for code, name in sorted(_municipality_names().items())
    } | {
        "OGSCHOOL": "Schoolbesturen",
        "OGFONDS": "Vermogensfonds",
        "OGZORG": "Zorgverzekeraar",
    }
    without_projects = Organisation(
        cells=cells,
        teams=teams,
        workers=tuple(_workers(rng, teams, scale / cells)),
        projects=(),
        postcodes=postcodes,
        postcode_weights=weights,
        commissioners=commissioners,
    )
    return replace(without_projects, projects=tuple(_projects(rng, without_projects, scale)))


def read_regions() -> list[dict[str, str]]:
    """Return the regions of the example's open data, as they stand in the file."""
    with REGIONS_FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def is_working_day(day: date) -> bool:
    """Say whether work is done on a day: no weekends, and closed between Christmas and New Year."""
    return (
        day.weekday() < 5 and not (day.month == 12 and day.day > 24) and day.timetuple().tm_yday > 1
    )


def _municipality_names() -> dict[str, str]:
    return {
        region["region_code"]: region["region_name"]
        for region in read_regions()
        if region["region_kind"] == "gemeente"
    }


def _postcodes(rng: Random) -> tuple[tuple[Postcode, ...], tuple[float, ...]]:
    """Make two to five postcodes for every inhabited neighbourhood, weighted by who is reached."""
    regions = read_regions()
    names = _municipality_names()
    wijken = [region["region_code"] for region in regions if region["region_kind"] == "wijk"]
    inhabitants = {region["region_code"]: int(region["inhabitants"]) for region in regions}
    next_letters: dict[str, int] = defaultdict(int)
    postcodes, weights = [], []
    for region in regions:
        code, wijk, municipality = (
            region["region_code"],
            region["wijk_code"],
            region["municipality_code"],
        )
        if region["region_kind"] != "buurt" or not inhabitants[code]:
            continue
        weight = (
            MUNICIPALITY_WEIGHTS[municipality]
            * FOCUS.get(wijk, 1)
            * FOCUS.get(code, 1)
            * inhabitants[code]
            / inhabitants[municipality]
        )
        count = rng.randrange(2, 6)
        for _ in range(count):
            letters = divmod(next_letters[wijk], 26)
            next_letters[wijk] += 1
            text = f"{9100 + wijken.index(wijk)}{chr(65 + letters[0])}{chr(65 + letters[1])}"
            postcodes.append(Postcode(text, code, municipality, names[municipality]))
            weights.append(weight / count)
    return tuple(postcodes), tuple(weights)


def _workers(rng: Random, teams: Iterable[Team], scale_of_cell: float) -> Iterable[Worker]:
    serial = 0
    for team in teams:
        for place in range(max(2, round(team.plan.workers * scale_of_cell))):
            serial += 1
            # The first two of a team stay all the time, so that a team is never empty.
            is_steady = place < 2
            first_month = None if is_steady or rng.random() < 0.75 else rng.choice(MONTHS[3:])
            last_month = None if is_steady or rng.random() < 0.85 else rng.choice(MONTHS[8:])
            if first_month and last_month and last_month <= first_month:
                last_month = None
            absent: set[date] = set()
            if not is_steady and rng.random() < 0.3:
                at = rng.randrange(len(MONTHS) - 4)
                absent.update(MONTHS[at : at + rng.randrange(1, 5)])
            yield Worker(
                number=f"M{serial:05d}",
                registration_id=f"MR{serial:05d}",
                person=make_person(
                    rng, birth_date(rng, rng.randrange(24, 64), FIRST_DAY), serial, "example.nl"
                ),
                team_code=team.code,
                employed_from=first_month
                or date(rng.randrange(2008, 2023), rng.randrange(1, 13), 1),
                employed_until=_last_of_month(last_month) if last_month else None,
                contract_hours=rng.choices((16, 20, 24, 28, 32, 36), (1, 2, 5, 4, 4, 2))[0],
                absent_months=frozenset(absent),
                has_hours=is_steady or rng.random() > 0.04,
            )


def _projects(rng: Random, organisation: Organisation, scale: float) -> Iterable[Project]:
    """Make the editions of the projects; a title is never used twice."""
    plans = PROJECT_PLANS if scale >= 0.5 else PROJECT_PLANS[:6]
    used: set[str] = set()
    serial = 0
    names = {region["region_code"]: region["region_name"] for region in read_regions()}
    for cell in range(organisation.cells):
        for place, plan in enumerate(plans):
            (home,) = rng.choices(
                organisation.postcodes, cum_weights=organisation.cumulative_weights
            )
            area = (home.buurt_code, f"WK{home.buurt_code[2:8]}", home.municipality_code)[place % 3]
            is_taken = f"{plan.name} {names[area]}" in used
            label = f"{plan.name} {cell + 1}" if is_taken else plan.name
            name = f"{label} {names[area]}"
            used.add(name)
            for year in (None,) if plan.is_open_ended else (2023, 2024, 2025):
                serial += 1
                started_on, ended_on = _edition(rng, place, year)
                reached = rng.randrange(40, 121)
                yield Project(
                    code=f"P{serial:04d}",
                    title=f"{name} {year}" if year else name,
                    aliases=(f"{name} {year % 100}", f"{names[area]}: {label} {year}")
                    if year
                    else (f"{names[area]}: {label}",),
                    plan=plan,
                    team_code=organisation.team_for(
                        plan.service_code, home.municipality_code, cell
                    ),
                    area_code=area,
                    municipality_code=home.municipality_code,
                    commissioner_code=rng.choices(
                        (f"OG{home.municipality_code[2:]}", "OGFONDS"), (4, 1)
                    )[0],
                    started_on=started_on,
                    ended_on=ended_on,
                    reached_count=reached,
                    invited_count=round(reached * rng.uniform(0.6, 1)),
                )


def _edition(rng: Random, place: int, year: int | None) -> tuple[date, date | None]:
    """Return first and last day: all years, spring, autumn, or a school year that may still run."""
    if year is None:
        return FIRST_DAY, None
    if place % 3 == 0:
        started_on = date(year, rng.randrange(1, 4), 10)
        return started_on, started_on + timedelta(weeks=rng.randrange(12, 17))
    if place % 3 == 1:
        started_on = date(year, 9, rng.randrange(4, 20))
        return started_on, started_on + timedelta(weeks=rng.randrange(10, 13))
    return date(year, 9, 15), date(year + 1, 6, 20)


def _last_of_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
