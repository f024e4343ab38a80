"""What is for one team only: its registrations to mend at the source, and its own figures."""

import grp
import os
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from urllib.parse import quote

import duckdb
import xlsxwriter

from exports.pages import Fetch, Row, fetch_rows, template
from ingest.dutch import day

TEAM = "team"
# What the page shows; the workbook has them all.
_ROWS_PER_CHECK = 50
_Columns = tuple[tuple[str, str, int], ...]
_TO_MEND: _Columns = (
    ("Controle", "check_id", 10),
    ("Wat er mis is", "rule_nl", 60),
    ("Hoe te herstellen", "remedy_nl", 60),
    ("Bron", "source_id", 22),
    ("Kenmerk bij de bron", "record_ref", 22),
    ("Kolom", "column_names", 24),
    ("Datum", "occurred_on", 12),
    ("Werksoort", "service_code", 12),
)
_OWN_FIGURES: _Columns = (
    ("KPI", "kpi_id", 14),
    ("Naam", "name_nl", 50),
    ("Opzet", "design_nl", 22),
    ("Werksoort", "service_name_nl", 26),
    ("Periode", "period_name_nl", 12),
    ("Cijfer", "value", 10),
    ("Eenheid", "unit", 12),
    ("Teller", "numerator", 10),
    ("Noemer", "denominator", 10),
    ("Aantal", "n_subjects", 10),
    ("Voorlopig", "provisional_nl", 10),
    ("Betrouwbaarheid", "reliability", 16),
    ("Controles", "reasons", 20),
)
_OWNER_ONLY, _OWNER_AND_GROUP = 0o700, 0o750


def write_feedback(
    folder: Path, warehouse: duckdb.DuckDBPyConnection, as_of: date, groups: Mapping[str, str]
) -> list[str]:
    """Write `folder`/<team code>/ for every team with errors or figures.

    terugmelding.xlsx and .html hold what to mend, cijfers.xlsx its figures as they were counted.
    `warehouse` has the build database attached as `warehouse`. The counts are exact, so a folder
    is readable by the group of its team in `groups` (team code to a group of this machine), and
    without one by the owner of the home alone. Returns in Dutch which groups do not exist here.
    """
    fetch = partial(fetch_rows, warehouse)
    page = template("feedback.html.j2")
    problems = []
    for team in fetch(_TEAMS):
        code = team["team_code"]
        place = folder / quote(code, safe="")
        place.mkdir(parents=True)
        rows = fetch(_ROWS, team=code)
        _write_workbook(place / "terugmelding.xlsx", "Te herstellen", _TO_MEND, rows)
        figures = fetch(_FIGURES, team=code)
        _write_workbook(place / "cijfers.xlsx", "Eigen cijfers", _OWN_FIGURES, figures)
        html = page.render(_page(fetch, team, rows, as_of))
        (place / "terugmelding.html").write_text(html, encoding="utf-8")
        problems += _close(place, groups.get(code))
    return problems


def _page(fetch: Fetch, team: Row, rows: list[Row], as_of: date) -> Row:
    """Return what the template shows of one team: its checks, most rows first."""
    trends: dict[str, list[Row]] = {}
    for row in fetch(_TREND, team=team["team_code"]):
        trends.setdefault(row["check_id"], []).append(row | {"day": day(row["counted_on"])})
    checks: dict[str, Row] = {}
    for row in rows:
        found = checks.setdefault(
            row["check_id"],
            row | {"count": 0, "rows": [], "trend": trends.get(row["check_id"], [])[-6:]},
        )
        found["count"] += 1
        if found["count"] <= _ROWS_PER_CHECK:
            occurred_on = row["occurred_on"]
            found["rows"].append(row | {"day": day(occurred_on) if occurred_on else "geen datum"})
    mended = [
        {"check_id": check_id, "name_nl": trend[-1]["name_nl"], "day": trend[-1]["day"]}
        for check_id, trend in trends.items()
        if trend[-1]["n_hit"] == 0
    ]
    return {
        "team": team["team_name_nl"],
        "as_of": day(as_of),
        "count": len({(row["source_id"], row["record_ref"]) for row in rows}),
        "checks": sorted(checks.values(), key=lambda check: (-check["count"], check["check_id"])),
        "mended": mended,
        "shown": _ROWS_PER_CHECK,
    }


def _write_workbook(file: Path, name: str, columns: _Columns, rows: list[Row]) -> None:
    """Write all rows as text, numbers and dates: a cell that begins with = is never a formula."""
    with xlsxwriter.Workbook(
        file, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as workbook:
        sheet = workbook.add_worksheet(name)
        bold = workbook.add_format({"bold": True, "bottom": 1})
        wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        dated = workbook.add_format({"num_format": "dd-mm-yyyy", "valign": "top", "align": "left"})
        for place, (title, column, width) in enumerate(columns):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, title, bold)
            for number, row in enumerate(rows, start=1):
                value = row[column]
                if isinstance(value, date):
                    sheet.write_datetime(number, place, value, dated)
                elif isinstance(value, int | Decimal):
                    sheet.write_number(number, place, value)
                else:
                    sheet.write_string(number, place, value or "", wrapped)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(columns) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)


def _close(place: Path, group: str | None) -> list[str]:
    """Let nobody but the owner read a folder, and the group of its team if there is one."""
    place.chmod(_OWNER_ONLY)
    if group is None:
        return []
    try:
        # The files too: a group that may enter and not read has nothing.
        for path in (place, *place.iterdir()):
            os.chown(path, -1, grp.getgrnam(group).gr_gid)
    except KeyError:
        problem = (
            f"Groep '{group}' bestaat niet op deze machine: de terugmelding van team "
            f"{place.name} is alleen te lezen voor de eigenaar. Maak de groep, of pas team_groups "
            "in settings.toml aan."
        )
    except PermissionError:
        problem = (
            f"De terugmelding van team {place.name} kon niet aan groep '{group}' gegeven worden: "
            "wie de nacht draait, moet zelf in die groep zitten."
        )
    else:
        place.chmod(_OWNER_AND_GROUP)
        return []
    return [problem]


_TEAMS = """
select
    feedback.team_code,
    coalesce(max(dim_team.team_name_nl), feedback.team_code) as team_name_nl
from warehouse.mart.fct_feedback_row as feedback
left join warehouse.mart.dim_team as dim_team using (team_code)
group by feedback.team_code
union
select trend.team_code, coalesce(max(dim_team.team_name_nl), trend.team_code)
from warehouse.mart.fct_check_trend as trend
left join warehouse.mart.dim_team as dim_team using (team_code)
group by trend.team_code
union
select figure.team_code, coalesce(max(dim_team.team_name_nl), figure.team_code)
from warehouse.mart.fct_kpi_value as figure
left join warehouse.mart.dim_team as dim_team using (team_code)
where figure.breakdown = 'team' and figure.team_code <> 'onbekend'
group by figure.team_code
order by 1
"""

# Exact and whole: who may see them knows the people they are about.
_FIGURES = """
select
    figure.kpi_id, dim_kpi.name_nl, dim_period.period_name_nl, figure.value, figure.unit,
    figure.numerator, figure.denominator, figure.n_subjects, figure.reliability, figure.reasons,
    coalesce(dim_design.design_nl, figure.design) as design_nl,
    case
        when figure.breakdown = 'team' then 'alle'
        else coalesce(dim_service.service_name_nl, figure.service_code)
    end as service_name_nl,
    case when figure.is_provisional then 'ja' else 'nee' end as provisional_nl
from warehouse.mart.fct_kpi_value as figure
inner join warehouse.mart.dim_kpi as dim_kpi using (kpi_id)
left join warehouse.mart.dim_period as dim_period using (period_type, period_start)
left join warehouse.mart.dim_service as dim_service using (service_code)
left join warehouse.mart.dim_design as dim_design using (design)
where
    figure.breakdown in ('team', 'service_team')
    and figure.team_code = $team
    and figure.period_type in ('year', 'quarter')
order by
    figure.kpi_id, figure.design, figure.breakdown desc, figure.service_code,
    figure.period_type desc, figure.period_start
"""

_ROWS = """
select
    feedback.check_id, dim_check.name_nl, dim_check.rule_nl, dim_check.remedy_nl,
    feedback.source_id, feedback.record_ref, feedback.column_names, feedback.occurred_on,
    feedback.service_code
from warehouse.mart.fct_feedback_row as feedback
inner join warehouse.mart.dim_check as dim_check using (check_id)
where feedback.team_code = $team
order by feedback.check_id, feedback.occurred_on desc, feedback.source_id, feedback.record_ref
"""

# A count holds until the next day that is listed; sources of one check are added up per day.
_TREND = """
with

days as (
    select distinct check_id, counted_on from warehouse.mart.fct_check_trend where team_code = $team
),

per_source as (
    select
        days.check_id,
        days.counted_on,
        trend.source_id,
        arg_max(trend.n_hit, trend.counted_on) as n_hit
    from days
    inner join warehouse.mart.fct_check_trend as trend
        on
            days.check_id = trend.check_id
            and trend.team_code = $team
            and trend.counted_on <= days.counted_on
    group by days.check_id, days.counted_on, trend.source_id
)

select
    per_source.check_id,
    max(dim_check.name_nl) as name_nl,
    per_source.counted_on,
    cast(sum(per_source.n_hit) as bigint) as n_hit
from per_source
inner join warehouse.mart.dim_check as dim_check using (check_id)
group by per_source.check_id, per_source.counted_on
order by per_source.check_id, per_source.counted_on
"""
