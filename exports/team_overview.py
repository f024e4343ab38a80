"""One page per team and measuring moment (R41), to print and talk about, from a release itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import duckdb

from exports.figures import UNITS, change, decimal
from exports.pages import Fetch, Row, fetch_rows, template
from ingest.dutch import day

TEAMS = "teams"
_TEMPLATE = "team_overview.html.j2"

_DESIGNS = {"professional": "lijst van de professional", "start_slot": "start en slot"}
# A change that was wanted, whether up, down or none.
_WANTED = {"hoger": "omhoog", "lager": "omlaag", "gelijk": "gelijk"}


@dataclass(frozen=True)
class Line:
    """One chosen KPI of one service of a team, as the page shows it; every part is Dutch text."""

    service: str
    kpi_id: str
    name: str
    now: str
    before: str
    change: str
    wanted: str
    reliability: str
    is_as_wanted: bool


def write_team_overviews(folder: Path) -> None:
    """Write `folder`/teams/<team code>.html for every team of the release in `folder`.

    Reads impact.duckdb of that same folder: figures as readers get them, protected and rounded.
    """
    with duckdb.connect(str(folder / "impact.duckdb"), read_only=True) as connection:
        fetch = partial(fetch_rows, connection)
        teams = fetch("select * from dim_team where team_code <> 'onbekend' order by team_code")
        if not teams:
            return
        (folder / TEAMS).mkdir(exist_ok=True)
        page = template(_TEMPLATE)
        for team in teams:
            file = folder / TEAMS / f"{quote(team['team_code'], safe='')}.html"
            file.write_text(page.render(_overview(fetch, team)), encoding="utf-8")


def _overview(fetch: Fetch, team: Row) -> Row:
    """Return what the template shows of one team."""
    code = team["team_code"]
    services = {row["service_code"]: row["service_name_nl"] for row in fetch(_SERVICES, team=code)}
    codes = list(services)
    lines = _lines(fetch, code, services)
    moments = fetch(_MOMENT, services=codes)
    ((run),) = fetch("select as_of from run")
    return {
        "team": team["team_name_nl"],
        "services": list(services.values()),
        "as_of": day(run["as_of"]),
        "moment": day(moments[0]["moment_on"]) if moments[0]["moment_on"] else None,
        "wanted_lines": [line for line in lines if line.is_as_wanted],
        "other_lines": [line for line in lines if not line.is_as_wanted],
        "interpretations": [
            row | {"session": day(row["session_on"])}
            for row in fetch(_INTERPRETATIONS, services=codes)
        ],
        "actions": [
            row | {"due": day(row["due_on"])} for row in fetch(_ACTIONS, services=codes, team=code)
        ],
        "story": next(iter(_stories(fetch, codes)), None),
    }


def _lines(fetch: Fetch, team: str, services: dict[str, str]) -> list[Line]:
    """Return a line per chosen KPI, service and design; without figures one that says so."""
    figures: dict[tuple[str, str], list[Row]] = {}
    for row in fetch(_FIGURES, team=team):
        figures.setdefault((row["service_code"], row["kpi_id"]), []).append(row)
    lines = []
    for chosen in fetch(_CHOSEN, services=list(services)):
        found = figures.get((chosen["service_code"], chosen["kpi_id"]), [])
        designs = sorted({row["design"] for row in found}) or [None]
        for design in designs:
            now, before = _latest([row for row in found if row["design"] == design])
            lines.append(_line(chosen, services[chosen["service_code"]], design, now, before))
    return lines


def _latest(rows: Sequence[Row]) -> tuple[Row | None, Row | None]:
    """Return the figure of the last closed quarter and the one before; years if that is hidden."""
    pairs = []
    for period_type in ("quarter", "year"):
        by_age = {row["periods_ago"]: row for row in rows if row["period_type"] == period_type}
        if 0 in by_age:
            pairs.append((by_age[0], by_age.get(1)))
    shown = [pair for pair in pairs if pair[0]["status"] == "getoond"]
    return next(iter(shown or pairs), (None, None))


def _line(
    chosen: Row, service: str, design: str | None, now: Row | None, before: Row | None
) -> Line:
    changed, desired = change(now, before), chosen["desired_direction"]
    return Line(
        service=service,
        kpi_id=chosen["kpi_id"],
        name=" - ".join(filter(None, [chosen["name_nl"], _DESIGNS.get(design or "")])),
        now=_figure(now),
        before=_figure(before),
        change=changed,
        wanted=_wanted(chosen),
        reliability=_reliability(now),
        is_as_wanted=desired is not None and _WANTED.get(changed.split(" ")[0]) == desired,
    )


def _figure(row: Row | None) -> str:
    if row is None:
        return "geen cijfer"
    period = f" ({row['period_name_nl']})"
    if row["status"] != "getoond":
        return str(row["status"]) + period
    unit = row["unit"]
    text = decimal(row["value"]) + UNITS.get(unit, "")
    if row["interval_low"] is not None and row["interval_high"] is not None:
        text += f", tussen {decimal(row['interval_low'])} en {decimal(row['interval_high'])}"
    if unit != "count" and row["n_subjects"] is not None:
        text += f", over {row['n_subjects']}"
    return text + period


def _wanted(chosen: Row) -> str:
    """Return the direction that the organisation wants, with its target as a point to aim for."""
    parts = [chosen["desired_direction"] or "niet ingevuld"]
    if chosen["target_value"] is not None:
        unit = UNITS.get(chosen["unit"] or "", "")
        until = f" op {day(chosen['target_on'])}" if chosen["target_on"] else ""
        parts.append(f"richtwaarde {decimal(chosen['target_value'])}{unit}{until}")
    return ", ".join(parts)


def _reliability(row: Row | None) -> str:
    if row is None or row["status"] != "getoond":
        return ""
    return f"{row['reliability']} ({row['reasons']})" if row["reasons"] else row["reliability"]


def _stories(fetch: Fetch, services: list[str]) -> Iterable[Row]:
    """Return the stories whose teller agreed to this use; what is published has valid consent."""
    if not fetch("select 1 from duckdb_tables() where table_name = 'story'"):
        return []
    return fetch(_STORIES, services=services)


_SERVICES = """
select dim_service.service_code, dim_service.service_name_nl
from dim_service
where dim_service.service_code <> 'onbekend' and dim_service.service_code in (
    select service_code from kpi_value where breakdown = 'service_team' and team_code = $team
    union all
    select service_code from dim_project where team_code = $team
)
order by dim_service.service_code
"""

# A KPI that two measurements of a service chose stands once: the oldest measurement gives its goal.
# A published figure is of an area, never of a team.
_CHOSEN = """
select
    measurement_kpi.service_code, measurement_kpi.kpi_id, dim_kpi.name_nl, dim_kpi.unit,
    measurement_kpi.desired_direction, measurement_kpi.target_value, measurement_kpi.target_on
from measurement_kpi
inner join dim_measurement using (measurement_code)
inner join dim_kpi on measurement_kpi.kpi_id = dim_kpi.kpi_id
where list_contains($services, measurement_kpi.service_code)
    and dim_kpi.layer <> 'impact'
    and dim_measurement.started_on <= (select as_of from run)
qualify row_number() over (
    partition by measurement_kpi.service_code, measurement_kpi.kpi_id
    order by dim_measurement.started_on, measurement_code
) = 1
order by measurement_kpi.service_code, measurement_kpi.kpi_id
"""

_FIGURES = """
with

closed as (

    select
        *,
        row_number() over (partition by period_type order by period_start desc) - 1 as periods_ago
    from dim_period
    where is_closed and period_type in ('quarter', 'year')

)

select kpi_value.*, closed.period_name_nl, closed.periods_ago
from kpi_value
inner join closed using (period_type, period_start)
where kpi_value.breakdown = 'service_team' and kpi_value.team_code = $team
    and kpi_value.is_selected and closed.periods_ago <= 1
"""

_MOMENT = """
select max(last_moment_on) as moment_on
from dim_measurement
where list_contains($services, service_code)
"""

_INTERPRETATIONS = """
select
    coalesce(dim_service.service_name_nl, 'alle werksoorten') as service,
    coalesce(dim_region.region_name, interpretation.area_code, 'alle gebieden') as area,
    interpretation.*
from interpretation
left join dim_service using (service_code)
left join dim_region on interpretation.area_code = dim_region.region_code
where interpretation.service_code is null or list_contains($services, interpretation.service_code)
qualify rank() over (order by interpretation.moment_on desc) = 1
order by interpretation.session_on desc, interpretation.record_ref
"""

_ACTIONS = """
select action.*
from action
where list_contains($services, action.service_code) and coalesce(action.team_code, $team) = $team
qualify action.status_code = 'open' or rank() over (order by action.moment_on desc) = 1
order by action.due_on, action.record_ref
"""

_STORIES = """
select title_nl, story_nl
from story
where list_contains($services, service_code)
    and consent_medium in ('intern', 'opdrachtgever', 'openbaar')
order by story_id desc
"""
