"""The quality page of a release: what the checks said, and what each KPI lost by it and why."""

from functools import partial
from pathlib import Path

import duckdb

from exports.pages import Fetch, Row, fetch_rows, template
from ingest.dutch import day, number

QUALITY_PAGE = "kwaliteit.html"
_RELIABILITIES = ("betrouwbaar", "let op", "onbetrouwbaar", "niet te bepalen")
_SEVERITIES_NL = {
    "block": "houdt vast",
    "flag": "markeert cijfers",
    "info": "alleen ter informatie",
}
# Of a trend the newest counts.
_POINTS = 8


def write_quality_page(folder: Path) -> None:
    """Write `folder`/kwaliteit.html from impact.duckdb of that same folder, protected as it is.

    Sources, teams and checks stand in the order of their codes: nothing here is a ranking.
    """
    with duckdb.connect(str(folder / "impact.duckdb"), read_only=True) as connection:
        fetch = partial(fetch_rows, connection)
        html = template("quality_page.html.j2").render(_page(fetch))
    (folder / QUALITY_PAGE).write_text(html, encoding="utf-8")


def _page(fetch: Fetch) -> Row:
    (run,) = fetch("select as_of from run")
    trends: dict[str, list[str]] = {}
    for row in fetch(_TREND):
        trends.setdefault(row["check_id"], []).append(
            f"{'minder dan 10' if row['n_hit'] is None else number(row['n_hit'])} "
            f"op {day(row['counted_on'])}"
        )
    checks = fetch(_CHECKS)
    return {
        "as_of": day(run["as_of"]),
        "names": {check["check_id"]: check["name_nl"] for check in checks},
        "totals": fetch(_TOTALS),
        "sources": fetch(_SOURCES),
        "teams": fetch(_TEAMS),
        "checks": [
            row
            | {
                "consequence": _SEVERITIES_NL[row["severity"]],
                "largest_text": _measured(row, row["largest"]),
                "threshold_text": _measured(row, row["flag_threshold"]),
                "trend": trends.get(row["check_id"], [])[-_POINTS:],
            }
            for row in checks
        ],
        "waivers": [row | {"until": day(row["valid_until"])} for row in fetch(_WAIVERS)],
        "kpis": _kpis(fetch),
        "reliabilities": _RELIABILITIES,
    }


def _kpis(fetch: Fetch) -> list[Row]:
    """Return per KPI how many figures have which reliability, and which checks lowered them."""
    reasons: dict[str, list[Row]] = {}
    for row in fetch(_REASONS):
        reasons.setdefault(row["kpi_id"], []).append(row)
    return [row | {"reasons": reasons.get(row["kpi_id"], [])} for row in fetch(_KPIS)]


def _measured(check: Row, value: float | None) -> str:
    """Return a share or measure of a check as a reader says it."""
    if value is None:
        return "-"
    if check["measure_nl"] == "aandeel":
        return f"{100 * float(value):.3g} %".replace(".", ",")
    return f"{float(value):.4g} {check['measure_nl']}".replace(".", ",")


_OWN = "design <> 'open_data' and status = 'getoond'"

_TOTALS = """
select reliability, count(*) as figures from kpi_value where status = 'getoond'
group by reliability order by reliability
"""

_PARTS = """
select * from check_result
where period_type <> 'year' or measure is not null or source_name = 'kpi'
"""

_SOURCES = f"""
with parts as ({_PARTS})

select
    source_id,
    count(distinct check_id) as checks,
    coalesce(
        list(distinct check_id order by check_id)
            filter (where state = 'afgekeurd' and not is_waived),
        []
    ) as failed_checks
from parts where source_id is not null
group by source_id order by source_id
"""

_TEAMS = f"""
with parts as ({_PARTS})

select
    coalesce(dim_team.team_name_nl, parts.team_code) as team,
    coalesce(
        list(distinct parts.check_id order by parts.check_id) filter (
            where parts.state = 'afgekeurd' and not parts.is_waived
                and parts.period_start >= run.as_of - interval 12 month
        ),
        []
    ) as failed_checks
from parts
cross join run
left join dim_team using (team_code)
where parts.team_code is not null and parts.team_code not in ('*', 'onbekend')
group by parts.team_code, dim_team.team_name_nl
order by parts.team_code
"""

_CHECKS = f"""
with parts as ({_PARTS})

select
    dim_check.*,
    count(parts.check_id) filter (where parts.state not in ('te weinig', 'niet van toepassing'))
        as judged,
    count(parts.check_id) filter (where parts.state = 'afgekeurd') as failed,
    count(parts.check_id) filter (where parts.state = 'afgekeurd' and parts.is_waived) as waived,
    count(parts.check_id) filter (where parts.state = 'te weinig') as thin,
    coalesce(bool_or(parts.state = 'fout'), false) as has_thrown,
    max(coalesce(parts.share, parts.measure)) filter (where parts.state <> 'te weinig') as largest
from dim_check
left join parts using (check_id)
group by all
order by dim_check.check_id
"""

_TREND = """
with days as (select distinct check_id, counted_on from check_trend)

select days.check_id, days.counted_on,
    case when bool_and(held.n_hit is not null) then sum(held.n_hit) end as n_hit
from days
inner join lateral (
    select arg_max_null(trend.n_hit, trend.counted_on) as n_hit
    from check_trend as trend
    where trend.check_id = days.check_id and trend.counted_on <= days.counted_on
    group by trend.source_id, trend.team_code
) as held on true
group by days.check_id, days.counted_on
order by days.check_id, days.counted_on
"""

_WAIVERS = """
select waiver.*, dim_check.name_nl
from waiver inner join dim_check using (check_id)
order by waiver.valid_until, waiver.check_id
"""

_KPIS = f"""
select
    kpi_value.kpi_id,
    max(dim_kpi.name_nl) as name_nl,
    count(*) as figures,
    count(*) filter (where reliability = 'betrouwbaar') as reliable,
    count(*) filter (where reliability = 'let op') as watched,
    count(*) filter (where reliability = 'onbetrouwbaar') as unreliable,
    count(*) filter (where reliability = 'niet te bepalen') as unknown
from kpi_value inner join dim_kpi using (kpi_id)
where {_OWN}
group by kpi_value.kpi_id order by kpi_value.kpi_id
"""

_REASONS = f"""
with reasons as (
    select kpi_id, unnest(string_split(reasons, ', ')) as check_id
    from kpi_value where {_OWN} and reasons is not null
)

select
    reasons.kpi_id,
    reasons.check_id,
    coalesce(max(dim_check.name_nl), reasons.check_id) as name_nl,
    count(*) as figures
from reasons left join dim_check using (check_id)
group by reasons.kpi_id, reasons.check_id
order by reasons.kpi_id, figures desc, reasons.check_id
"""
