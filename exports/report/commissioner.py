"""What rapport.html of an opdrachtgever shows: its own services first, last year beside this one.

Made from the rows that were released to it. Counts and never judgements, as in the other report.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from exports.pages import Fetch, Row
from exports.report import queries, words
from exports.report.content import contradictions, interpretation, one_kpi, one_story, wanted
from ingest.dutch import day

# The whole of a service for this opdrachtgever is what the page is about: its total.
_FIGURES = f"""
select
    kpi_value.* replace (
        case when breakdown = 'service_commissioner' then 'total' else breakdown end as breakdown
    ),
    {queries.NAMED}
order by
    service_name_nl nulls last, kpi_value.kpi_id, kpi_value.design,
    array_position(['year', 'quarter'], kpi_value.period_type), kpi_value.period_start,
    kpi_value.age_band nulls first,
    array_position(
        ['country', 'country_age_band', 'municipality', 'municipality_age_band'],
        kpi_value.breakdown
    ),
    kpi_value.region_code
"""


_SERVICES = "select * from dim_service order by service_name_nl, service_code"


def commissioner_report(fetch: Fetch, given: Row) -> Row:
    """Return what the template shows; `given` says for whom, when, and what stayed behind."""
    (run,) = fetch(queries.RUN)
    # What had not ended at the measuring moment is not in the report.
    run = run | {"as_of": given["moment"]}
    known = {row["kpi_id"]: row for row in fetch(queries.KPIS)}
    chosen = fetch(queries.CHOSEN)
    notes = [interpretation(row) for row in fetch(queries.INTERPRETATIONS)]
    stories = [one_story(row) for row in fetch(queries.STORIES)]
    figures = {
        code: list(rows)
        for code, rows in groupby(fetch(_FIGURES), key=lambda row: row["service_code"])
    }
    impact = _kpis(known, figures.pop(None, []), run)
    services = []
    for row in fetch(_SERVICES):
        code = row["service_code"]
        own = [each for each in chosen if each["service_code"] == code]
        kpis = _kpis(known, figures.get(code, []), run)
        service = _service(row, kpis, own, notes, stories)
        if kpis or service["own_notes"] or service["stories"]:
            services.append(service)
    for kpi in impact:
        _place_impact(kpi, [row for row in chosen if row["kpi_id"] == kpi["kpi_id"]], services)
    services.sort(key=lambda service: not service["kpis"])
    all_kpis = [kpi for service in services for kpi in service["kpis"]] + impact
    _link(all_kpis)
    found = {code for kpi in all_kpis for code in _reasons(kpi)}
    held = _held(given["kpis"])
    return {
        "run": run,
        "name": given["name"],
        "organisation": given["organisation"],
        "moment": day(given["moment"]),
        "released": day(given["released_on"]),
        "told": day(given["told_on"]),
        "minimum": run["minimum_count"],
        "checks": {
            row["check_id"]: row for row in fetch(queries.CHECKS) if row["check_id"] in found
        },
        "rules": words.RULES,
        "found_rules": {code: rule for code, rule in words.RULES.items() if code in found},
        "checks_page": "",
        "marks": words.RELIABILITIES,
        "services": services,
        "impact": impact,
        "held": held,
        "summary": _summary(services, impact, held),
        "contradictions": contradictions(all_kpis),
        "open_data": [row | {"revised": day(row["revision"])} for row in fetch(queries.OPEN_DATA)],
    }


def _kpis(known: Mapping[str, Row], rows: Sequence[Row], run: Row) -> list[Row]:
    kpis = []
    for kpi_id, figures in groupby(rows, key=lambda row: row["kpi_id"]):
        kpi = one_kpi(known[kpi_id], list(figures), run)
        # Questions are not released, so nothing on the page is about them.
        kpis.append(kpi | {"question_list": [], "chosen": [], "interpretations": [], "stories": []})
    return sorted(kpis, key=lambda kpi: words.natural(kpi["kpi_id"]))


def _service(
    row: Row,
    kpis: Sequence[Row],
    chosen: Sequence[Row],
    notes: Sequence[Row],
    stories: Sequence[Row],
) -> Row:
    """Return a service: its KPI's, what they mean, and what people tell."""
    code = row["service_code"]
    about = [note for note in notes if note["service_code"] in (None, code)]
    moments = sorted({note["moment_on"] for note in about}, reverse=True)
    for kpi in kpis:
        own = [row for row in chosen if row["kpi_id"] == kpi["kpi_id"]]
        kpi["anchor"] = f"{code}-{kpi['kpi_id']}"
        kpi["chosen"] = [wanted(row, kpi["unit"]) for row in own]
        kpi["direction"] = next(
            (row["desired_direction"] for row in own if row["desired_direction"]), ""
        )
        kpi["noted_at"] = f"duiding-{code}"
    return {
        "code": code,
        "name": row["service_name_nl"],
        "anchor": f"werksoort-{code}",
        "kpis": kpis,
        "lines": [(kpi, series) for kpi in kpis for series in kpi["series"] if series["now"]],
        "notes": [note for note in about if note["moment_on"] == moments[0]] if moments else [],
        "own_notes": [note for note in about if note["service_code"] == code],
        "former_notes": [note for note in about if note["moment_on"] != moments[0]]
        if moments
        else [],
        "stories": [story for story in stories if story["service_code"] == code],
    }


def _place_impact(kpi: Row, chosen: Sequence[Row], services: Sequence[Row]) -> None:
    """Say which services chose a published figure, and where it is interpreted."""
    kpi["chosen"] = [wanted(row, kpi["unit"]) for row in chosen]
    codes = {row["service_code"] for row in chosen}
    kpi["noted_at"] = next(
        (f"duiding-{each['code']}" for each in services if each["notes"] and each["code"] in codes),
        "",
    )


def _summary(services: Sequence[Row], impact: Sequence[Row], held: Sequence[Row]) -> Row:
    """Count what there is, what changed and how sure it is; the year of one KPI counts once."""
    lines = [series for service in services for _, series in service["lines"]]
    compared = [series["change"] for series in lines if series["before"]]
    shown = {kpi["kpi_id"] for service in services for kpi in service["kpis"]}
    shown |= {kpi["kpi_id"] for kpi in impact}
    return {
        "shown": len(shown),
        "agreed": len(shown | {kpi["kpi_id"] for kpi in held}),
        "said": bool(compared),
        "compared": len(compared),
        "changed": sum(change in ("hoger", "lager") for change in compared),
        "judged": len(lines),
        "sure": sum(series["now"]["reliability"] == "betrouwbaar" for series in lines),
        "notes": len({note["record_ref"] for each in services for note in each["notes"]}),
        "stories": sum(len(service["stories"]) for service in services),
    }


def _link(kpis: Sequence[Row]) -> None:
    """Name what belongs together; a KPI stands under a service, so nothing links to it."""
    for kpi in kpis:
        kpi["impact_links"] = [(code, False) for code in words.listed(kpi["linked_impact_ids"])]
        kpi["effect_links"] = [
            (code, False)
            for code in sorted(
                {
                    other["kpi_id"]
                    for other in kpis
                    if kpi["kpi_id"] in words.listed(other["linked_impact_ids"])
                }
            )
        ]


def _reasons(kpi: Row) -> set[str]:
    """Return the checks and rules that a KPI names somewhere on the page."""
    found = set()
    for series in kpi["series"]:
        for part in series["parts"]:
            found |= {code for row in part["rows"] for code in row["reasons"]}
        found |= {code for point in series["points"] for code in point["reasons"]}
        if series["regions"]:
            found |= set(series["regions"]["reasons"])
    return found


def _held(kpis: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the KPI's that were chosen and of which nothing went out, with the reasons.

    What was not chosen or is of the process is no part of the agreement, so it is not named.
    """
    return [
        {
            "kpi_id": kpi["kpi_id"],
            "name": kpi["name_nl"],
            "service": kpi["service_nl"],
            "reasons": [why for reason, why in words.HELD.items() if reason in kpi["held"]],
        }
        for kpi in kpis
        if not kpi["kept"] and set(kpi["held"]) & set(words.HELD)
    ]
