"""What the page of a project shows to the people who took part: asked, heard, changed.

In plain words (B1): short sentences, and 'ongeveer 40 van de 100' instead of a percentage.
"""

from collections.abc import Sequence

from exports.figures import decimal
from exports.pages import Fetch, Row
from exports.report import queries
from exports.report.content import one_story
from ingest.dutch import day

_FIGURES = """
select kpi_value.*, dim_kpi.name_nl, dim_period.period_name_nl
from kpi_value
inner join dim_kpi using (kpi_id)
inner join dim_period using (period_type, period_start)
order by kpi_value.period_start desc, kpi_value.kpi_id, kpi_value.design
"""
_QUESTIONS = """
select question_value.*, dim_question.text_nl
from question_value
inner join dim_question using (question_id)
where dim_question.text_status = 'text'
order by question_value.question_id, question_value.design
"""
# KPI's of shares are called '% deelnemers dat ...'.
_SHARE_OF, _THAT = "% ", " dat "
_ABOUT_PROJECT = "[projectnaam]"


def residents_page(fetch: Fetch, given: Row) -> Row:
    """Return what the template shows of one project; `given` says which, and when."""
    (run,) = fetch(queries.RUN)
    (project,) = fetch("select * from dim_project")
    figures = fetch(_FIGURES)
    newest = max(row["period_start"] for row in figures)
    kpis = [row for row in figures if row["period_start"] == newest]
    questions = [row for row in fetch(_QUESTIONS) if row["period_start"] == newest]
    counts = [row["n_respondents"] for row in kpis if row["n_respondents"]]
    reached = [row["n_reached"] for row in kpis if row["n_reached"]]
    return {
        "name": given["name"],
        "organisation": given["organisation"],
        "released": day(given["released_on"]),
        "told": day(given["told_on"]),
        "year": kpis[0]["period_name_nl"],
        "ended": day(project["ended_on"]) if project["ended_on"] else "",
        "minimum": run["minimum_count"],
        "answered": decimal(max(counts)) if counts else "",
        "reached": decimal(max(reached)) if reached else "",
        "parts": _parts(kpis),
        "counts": [
            {"name": row["name_nl"]} | _said(row) for row in kpis if row["unit"] != "percentage"
        ],
        "asked": [_asked(row) for row in fetch(queries.QUESTIONS) if row["text_status"] == "text"],
        "questions": [{"text": _asked(row)} | _said(row) for row in questions],
        "is_sure": all(row["reliability"] == "betrouwbaar" for row in kpis),
        "notes": fetch(queries.INTERPRETATIONS),
        "actions": fetch(queries.ACTIONS),
        "stories": [one_story(row) for row in fetch(queries.STORIES)],
    }


def _asked(question: Row) -> str:
    """Return a question; its title stands above the page, and need not stand in every line."""
    return str(question["text_nl"]).replace(_ABOUT_PROJECT, "dit project")


def _parts(kpis: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Return shares by who they are of: 'deelnemers', and what part of them does or has."""
    parts: dict[str, list[Row]] = {}
    for row in kpis:
        if row["unit"] == "percentage" and row["name_nl"].startswith(_SHARE_OF):
            who, _, what = row["name_nl"].removeprefix(_SHARE_OF).partition(_THAT)
            parts.setdefault(who, []).append({"what": what} | _said(row))
    return list(parts.items())


def _said(row: Row) -> Row:
    """Return a figure as a number, with the two numbers that chance leaves between."""
    ends = [row["interval_low"], row["interval_high"]]
    low, high = ("", "") if None in ends else (decimal(end) for end in ends)
    return {"value": decimal(row["value"]), "low": low, "high": high}
