"""What a person sees before something is released: what goes out, what stays behind, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from exports.audience import selection
from exports.audience.frozen import Frozen, Kept
from exports.audience.selection import GOES_OUT, MEDIA, Audience, Reason
from exports.audience.told import consented_media
from exports.files import AUDIENCE, DATABASE, in_memory
from exports.pages import Row, fetch_rows
from exports.release import ReleaseError, current_release
from exports.tables import published_tables, quoted
from ingest.dutch import day as in_words
from ingest.home import Home
from ingest.meetplan.keeping import landed_meetplan

__all__ = ["Audience", "KpiVerdict", "Proposal", "StoryVerdict", "propose"]

_MOMENTS, _MEASUREMENTS = ("meetplan", "measuring_moments"), ("meetplan", "measurements")


class KpiVerdict(BaseModel):
    """One KPI of one service: how many figures go out, and how many stay behind for which reason.

    `service_nl` is empty for published figures, which are of everybody.
    """

    model_config = ConfigDict(frozen=True)

    kpi_id: str
    name_nl: str
    service_nl: str
    kept: int
    held: dict[str, int]


@dataclass(frozen=True)
class StoryVerdict:
    """A story that is about the work, and why it does not go out; empty when it does.

    A story that does not go out has no title here: its teller did not agree to be read.
    """

    story_id: str
    title_nl: str
    reason: str
    has_project: bool


@dataclass(frozen=True)
class Proposal:
    """A release to an audience that waits for a person.

    `tables` are the rows that go out, without stories; `stories` the rows that do today.
    `released_on` is the day on which this moment went out before: then the figures are of that
    day.
    """

    audience: Audience
    code: str
    name_nl: str
    moment: date
    day: date
    run_id: str
    kpis: Sequence[KpiVerdict]
    told: Sequence[StoryVerdict]
    tables: Mapping[str, pa.Table]
    stories: pa.Table
    released_on: date | None = None

    @property
    def kept(self) -> int:
        """Return how many figures go out."""
        return sum(kpi.kept for kpi in self.kpis)

    def rows(self, table: str) -> list[Row]:
        """Return the rows of a table that go out."""
        return self.tables[table].to_pylist() if table in self.tables else []


def propose(home: Home, audience: Audience, code: str, moment: date, day: date) -> Proposal:
    """Return what can go out to an audience at a measuring moment, as of `day`.

    Raises:
        ReleaseError: there is no release, no such opdrachtgever, project or measuring moment, or
            nothing that may go out.

    """
    release = current_release(home)
    if release is None:
        raise ReleaseError("Er is nog geen uitgave om uit te kiezen. Draai eerst een nacht.")
    former = Frozen.of(home, audience, code, moment)
    with in_memory() as connection:
        connection.execute(f"attach {quoted(release / AUDIENCE / DATABASE)} as intern (read_only)")
        name_nl = _place(connection, audience, code)
        _require_moment(connection, home, moment, day)
        if former.exists:
            kept = former.read()
            _require_same_minimum(connection, kept)
            kpis = [KpiVerdict.model_validate(each) for each in kept.verdicts]
            tables, run_id, released_on = kept.tables, kept.run_id, kept.released_on
        else:
            kpis = _judge(connection, moment)
            tables = _going_out(connection, audience, code, moment)
            run_id, released_on = release.name, None
        told, stories = _stories(connection, home, audience, day)
    proposal = Proposal(
        audience, code, name_nl, moment, day, run_id, kpis, told, tables, stories, released_on
    )
    if not proposal.kept:
        held = sorted({reason for kpi in kpis for reason in kpi.held})
        raise ReleaseError(
            f"Er is geen cijfer van {name_nl} dat bij meetmoment {in_words(moment)} uit mag"
            + (f" ({', '.join(held)})" if held else "")
            + ". Kies KPI's voor de opdrachtgever in het meetplan (blad Selectie), duid ze (blad "
            "Duiding) en wacht tot hun periode gesloten is."
        )
    return proposal


def _place(connection: duckdb.DuckDBPyConnection, audience: Audience, code: str) -> str:
    """Make the tables of what belongs to the audience; return its name."""
    given = {"code": code}
    names = connection.execute(selection.NAMES[audience], given).fetchall()
    if not names:
        raise ReleaseError(
            f"{audience.capitalize()}: {code} staat niet in de uitgave. Kijk in tabel "
            + ("dim_commissioner." if audience is Audience.COMMISSIONER else "dim_project.")
        )
    for name, query, parameters in (
        ("own_projects", selection.OWN_PROJECTS[audience], given),
        ("own_services", selection.OWN_SERVICES[audience], given),
        ("own_regions", selection.OWN_REGIONS, None),
        ("candidates", selection.FIGURES[audience], given),
    ):
        needed = parameters if parameters and "$code" in query else None
        connection.execute(f"create temp table {name} as {query}", needed)
    return str(names[0][0])


def _require_moment(
    connection: duckdb.DuckDBPyConnection, home: Home, moment: date, day: date
) -> None:
    """Refuse a moment that no measurement of these services agreed on, or that is still to come."""
    plan = landed_meetplan(home).tables
    services = {code for (code,) in connection.execute("from own_services").fetchall()}
    measurements = {
        row["measurement_code"]
        for row in plan[_MEASUREMENTS].to_pylist()
        if row["service_code"] in services
    }
    agreed = sorted(
        {
            row["moment_on"]
            for row in plan[_MOMENTS].to_pylist()
            if row["measurement_code"] in measurements
            and row["moment_on"] is not None
            and row["moment_on"] <= day
        }
    )
    if moment not in agreed:
        known = ", ".join(each.isoformat() for each in agreed) or "geen"
        raise ReleaseError(
            f"{moment.isoformat()} is geen meetmoment van deze werksoorten. Afgesproken en voorbij "
            f"(blad Meetmomenten): {known}."
        )


def _require_same_minimum(connection: duckdb.DuckDBPyConnection, kept: Kept) -> None:
    """Refuse to repeat figures that are too small by now: a minimum that was raised hides them."""
    ((now,),) = connection.execute("select minimum_count from intern.run").fetchall()
    (then,) = kept.tables["run"]["minimum_count"].to_pylist()
    if now > then:
        raise ReleaseError(
            f"Dit meetmoment is vrijgegeven toen {then} het kleinste aantal was; nu is dat {now}. "
            "Geef een later meetmoment vrij."
        )


def _judge(connection: duckdb.DuckDBPyConnection, moment: date) -> list[KpiVerdict]:
    """Judge every figure, make `kept` of what goes out, and return the verdict per KPI."""
    connection.execute(f"create temp table judged as {selection.JUDGED}", {"moment": moment})
    connection.execute(f"create temp table kept as from judged where reason = '{GOES_OUT}'")
    rows = fetch_rows(connection, _VERDICTS)
    found: dict[tuple[str, str], dict[str, int]] = {}
    names = {}
    for row in rows:
        key = (row["kpi_id"], row["service_nl"])
        names[row["kpi_id"]] = row["name_nl"]
        found.setdefault(key, {})[row["reason"]] = row["figures"]
    return [
        KpiVerdict(
            kpi_id=kpi_id,
            name_nl=names[kpi_id],
            service_nl=service,
            kept=counts.get(GOES_OUT, 0),
            held={reason.value: counts[reason] for reason in Reason if counts.get(reason)},
        )
        for (kpi_id, service), counts in found.items()
    ]


def _going_out(
    connection: duckdb.DuckDBPyConnection, audience: Audience, code: str, moment: date
) -> dict[str, pa.Table]:
    """Return the rows that go out, per published table, in the order of its key."""
    queries = {"kpi_value": "from kept"} | selection.BESIDE | selection.BESIDE_OF[audience]
    tables = {}
    for table in published_tables():
        if table.name in queries:
            query = queries[table.name]
            given = {"code": code, "moment": moment}
            needed = {name: value for name, value in given.items() if f"${name}" in query}
            tables[table.name] = connection.execute(
                table.select(query), needed or None
            ).to_arrow_table()
    return tables


def _stories(
    connection: duckdb.DuckDBPyConnection, home: Home, audience: Audience, day: date
) -> tuple[list[StoryVerdict], pa.Table]:
    """Return why each story goes out or not, and the rows of those that do."""
    media = consented_media(home, day)
    found = connection.execute(
        selection.STORIES, {"is_by_service": audience is Audience.COMMISSIONER}
    ).to_arrow_table()
    told, shown = [], []
    for row in found.to_pylist():
        medium = media.get(row["story_id"])
        reason = ""
        if medium is None:
            reason = Reason.NO_CONSENT.value
        elif medium not in MEDIA[audience]:
            reason = Reason.OTHER_MEDIUM.value
        shown.append(not reason)
        title = "" if reason else row["title_nl"] or ""
        told.append(StoryVerdict(row["story_id"], title, reason, bool(row["project_code"])))
    return told, found.filter(pa.array(shown, pa.bool_()))


_VERDICTS = """
with named as (
    select
        judged.kpi_id,
        dim_kpi.name_nl,
        coalesce(dim_service.service_name_nl, judged.own_service, '') as service_nl,
        judged.reason
    from judged
    inner join intern.dim_kpi using (kpi_id)
    left join intern.dim_service on judged.own_service = dim_service.service_code
)
select kpi_id, name_nl, service_nl, reason, count(*) as figures
from named
group by kpi_id, name_nl, service_nl, reason
order by service_nl, kpi_id, reason
"""
