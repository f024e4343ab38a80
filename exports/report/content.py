"""What rapport.html shows, from the rows of a release to the words of the page.

Counts and never judgements: nothing is ranked, and no figure is said to cause another (R25).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from exports.figures import between, change, decimal, measured
from exports.pages import Fetch, Row
from exports.report import charts, queries, words
from exports.report.instruments import instruments
from ingest.dutch import day

_TOTALS = ("total", "country", "country_age_band")
_REGIONS = ("country", "country_age_band", "municipality", "municipality_age_band")
# The breakdowns of one figure, with what a reader calls them and the column that tells them apart.
_PARTS = {
    "municipality": ("Naar gemeente", "region_name"),
    "service": ("Naar werksoort", "service_name_nl"),
    "age_band": ("Naar leeftijd", "age_band"),
    "respondent_role": ("Naar wie antwoordde", "respondent_role"),
}
_QUARTERS = 12
# In a table; what it means in full stands once on the page.
_WHY_SHORT = {
    "afgeschermd": "te weinig mensen of te onzeker",
    "niet beschikbaar": "niets om over te rekenen",
}


def report(fetch: Fetch) -> Row:
    """Return what the template of rapport.html shows."""
    (run,) = fetch(queries.RUN)
    as_of, minimum = run["as_of"], run["minimum_count"]
    figures = {
        kpi_id: list(rows)
        for kpi_id, rows in groupby(fetch(queries.FIGURES), key=lambda row: row["kpi_id"])
    }
    notes = [interpretation(row) for row in fetch(queries.INTERPRETATIONS)]
    stories = [one_story(row) for row in fetch(queries.STORIES)]
    chosen = fetch(queries.CHOSEN)
    kpis = []
    for row in fetch(queries.KPIS):
        own = [each for each in chosen if each["kpi_id"] == row["kpi_id"]]
        kpis.append(
            one_kpi(row, figures.get(row["kpi_id"], []), run)
            | {
                "chosen": [wanted(each, row["unit"]) for each in own],
                "interpretations": newest_notes(notes, row["kpi_id"], own),
                "stories": [each for each in stories if each["kpi_id"] == row["kpi_id"]],
            }
        )
    _link(kpis)
    layers = [_layer(code, kpis) for code in words.LAYERS]
    return {
        "run": run,
        "as_of": day(as_of),
        "minimum": minimum,
        "is_example": run["open_data_origin"] == "example",
        "checks": {row["check_id"]: row for row in fetch(queries.CHECKS)},
        "rules": words.RULES,
        "checks_page": "kwaliteit.html",
        "marks": words.RELIABILITIES,
        "layers": [layer for layer in layers if layer["tiles"]],
        "summary": _summary(kpis, layers, notes, stories),
        "effects": _effects(kpis),
        "interpretations": notes,
        "stories": stories,
        "actions": [row | {"due": day(row["due_on"])} for row in fetch(queries.ACTIONS)],
        "chains": _chains(fetch, run),
        "cards": _cards(fetch, minimum),
        "instruments": instruments(fetch, as_of, minimum),
        "questions": _questions(fetch, run, {kpi["kpi_id"] for kpi in kpis}),
        "contradictions": contradictions(kpis),
        "open_data": [row | {"revised": day(row["revision"])} for row in fetch(queries.OPEN_DATA)],
    }


def contradictions(kpis: Sequence[Row]) -> dict[str, str]:
    """Return every contradiction of the source that the KPI's name, in order of its code."""
    found = {
        code: text
        for kpi in kpis
        for code, text in words.contradictions(kpi["contradictions_nl"]).items()
    }
    return dict(sorted(found.items(), key=lambda each: words.natural(each[0])))


def one_kpi(row: Row, figures: Sequence[Row], run: Row) -> Row:
    """Return one KPI: its figures per design, or in words why there are none."""
    series = [
        _series(row, list(rows), run)
        for _, rows in groupby(figures, key=lambda figure: figure["design"])
    ]
    shown = any(figure["status"] == "getoond" for figure in figures)
    why = ""
    if not figures:
        availability = row["availability_nl"] or "geen gegevens"
        why = words.UNAVAILABLE.get(availability, availability)
    return row | {
        "anchor": row["kpi_id"],
        "noted_at": "",
        "series": series,
        "is_shown": shown,
        "why": why,
        "text_words": words.TEXT_STATUS.get(row["text_status"], row["text_status"]),
        "confidence_words": words.CONFIDENCE.get(row["confidence"], row["confidence"]),
        "time_words": words.TIME_BEHAVIOURS.get(row["time_behaviour"], ""),
        "question_list": words.listed(row["question_ids"]),
        "contradiction_list": words.listed(row["contradictions"]),
    }


def _series(kpi: Row, rows: Sequence[Row], run: Row) -> Row:
    """Return the figures of one KPI and design: newest, before, trend and parts."""
    design, title = rows[0]["design"], f"{kpi['kpi_id']} {kpi['name_nl']}"
    totals = [row for row in rows if row["breakdown"] == "total"]
    years = [row for row in totals if row["period_type"] == "year"]
    quarters = [row for row in totals if row["period_type"] == "quarter"][-_QUARTERS:]
    now = _latest(years, run) or _latest(quarters, run)
    before = _year_before(now, years)
    hidden = sum(row["value"] is None for row in quarters)
    small = quarters if len(quarters) > max(1, 3 * hidden) else years
    points = [
        {
            "period": row["period_name_nl"],
            "value": row["value"],
            "low": row["interval_low"],
            "high": row["interval_high"],
            "is_provisional": row["is_provisional"],
        }
        for row in small
    ]
    unit = rows[0]["unit"]
    return {
        "design": design,
        "design_words": words.DESIGNS.get(design, design),
        "unit": unit,
        "now": _said(now, run) if now else None,
        "before": _said(before, run) if before else None,
        "change": change(now, before) if now and before else "",
        "raw": (now, before),
        "trend": charts.trend(points, unit, f"Verloop van {title}"),
        "points": [_said(row, run) for row in (*years, *quarters)],
        "parts": list(_parts(rows, now, run)),
        "regions": _regions(title, rows, run) if design == "open_data" else None,
    }


def _latest(rows: Sequence[Row], run: Row) -> Row | None:
    """Return the newest row whose period is over, or else the newest there is."""
    over = [row for row in rows if row["period_end"] <= run["as_of"]]
    return next(iter((over or list(rows))[-1:]), None)


def _year_before(now: Row | None, years: Sequence[Row]) -> Row | None:
    if now is None or now["period_type"] != "year":
        return None
    before = [row for row in years if row["period_start"].year == now["period_start"].year - 1]
    return before[0] if before else None


def _said(row: Row, run: Row) -> Row:
    """Return one figure as the page says it; a hidden or missing one says why."""
    unit = row["unit"]
    is_shown = row["status"] == "getoond"
    return {
        "period": row["period_name_nl"],
        "is_shown": is_shown,
        "text": measured(row["value"], unit) if is_shown else row["status"],
        "why": "" if is_shown else _why(row, run["minimum_count"]),
        "why_short": "" if is_shown else _WHY_SHORT.get(row["status"], ""),
        "interval": between(row["interval_low"], row["interval_high"], unit),
        "bounds": between(row["bound_low"], row["bound_high"], unit),
        "rules": between(row["rule_low"], row["rule_high"], unit),
        "response": measured(row["response_rate"], "percentage"),
        "count": words.people(row["n_subjects"], row["design"]) if unit != "count" else "",
        "reliability": row["reliability"] if is_shown else "",
        "reasons": words.listed(row["reasons"]) if is_shown else [],
        "is_provisional": bool(row["is_provisional"]) and is_shown,
        "source_year": row["source_year"],
        "choice": row["choice_nl"],
    }


def _why(row: Row, minimum: int) -> str:
    """Say why a figure is not there."""
    if row["status"] == "afgeschermd":
        return (
            f"het gaat om minder dan {minimum} mensen, het zou zo'n klein aantal verraden, of het "
            "toeval is te groot"
        )
    if row["design"] == "open_data":
        return "de bron publiceert dit cijfer niet"
    return "in deze periode is er niets om over te rekenen"


def _parts(rows: Sequence[Row], now: Row | None, run: Row) -> Iterable[Row]:
    """Give per breakdown the figures of the period of the headline, in the order of their codes."""
    if rows[0]["design"] == "open_data":
        return
    period = now or _latest([row for row in rows if row["period_type"] == "year"], run)
    if period is None:
        return
    same = ("period_type", "period_start")
    for breakdown, (title, column) in _PARTS.items():
        found = [
            row
            for row in rows
            if row["breakdown"] == breakdown and all(row[name] == period[name] for name in same)
        ]
        if found:
            yield {
                "title": title,
                "period": period["period_name_nl"],
                "rows": [_said(row, run) | {"label": row[column]} for row in found],
            }


def _regions(title: str, rows: Sequence[Row], run: Row) -> Row:
    """Return an open-data figure per region and age group, a column per source year."""
    found = [row for row in rows if row["breakdown"] in _REGIONS and row["period_type"] == "year"]
    years = sorted({row["period_start"].year for row in found})
    lines: dict[str, dict[int, Row]] = {}
    for row in sorted(found, key=lambda each: (each["age_band"] or "", found.index(each))):
        label = ", ".join(filter(None, [row["region_name"], row["age_band"]]))
        lines.setdefault(label, {})[row["period_start"].year] = row
    points = [
        {"label": label, "period": str(year), "value": row["value"]}
        for label, by_year in lines.items()
        for year, row in by_year.items()
        if row["value"] is not None
    ]
    newest = [by_year[years[-1]] for by_year in lines.values() if years[-1] in by_year]
    reliabilities = Counter(row["reliability"] for row in newest if row["status"] == "getoond")
    reasons = {code for row in newest for code in words.listed(row["reasons"])}
    return {
        "years": years,
        "newest": years[-1] if years else None,
        "spreads": _spreads(newest),
        "has_ages": any(row["age_band"] for row in found),
        "reliabilities": reliabilities,
        "reasons": sorted(reasons),
        "choice": newest[0]["choice_nl"] if newest else None,
        "source": sorted({row["source_table"] for row in newest if row["source_table"]}),
        "lines": [
            (label, [_said(by_year[year], run) if year in by_year else None for year in years])
            for label, by_year in lines.items()
        ],
        "chart": charts.regions(
            points, title, f"Per gemeente en leeftijdsgroep, {' en '.join(map(str, years))}."
        )
        if len(points) > 1
        else "",
    }


def _spreads(rows: Sequence[Row]) -> list[Row]:
    """Return per age group between which figures the municipalities are, and the country."""
    spreads = []
    for age in sorted({row["age_band"] or "" for row in rows}):
        group = [row for row in rows if (row["age_band"] or "") == age]
        country = [row for row in group if row["breakdown"].startswith("country")]
        shown = [row for row in group if row not in country and row["value"] is not None]
        if shown:
            values, unit = [row["value"] for row in shown], shown[0]["unit"]
            ends = [measured(end, unit) for end in (min(values), max(values))]
            spreads.append(
                {
                    "age": age,
                    "text": ends[0] if ends[0] == ends[1] else f"van {ends[0]} tot {ends[1]}",
                    "count": len(shown),
                    "country": measured(country[0]["value"], unit) if country else "",
                }
            )
    return spreads


def wanted(row: Row, unit: str | None) -> Row:
    """Return the direction that a service wants, with its target as a point to aim for (R10)."""
    target = ""
    if row["target_value"] is not None:
        until = f" op {day(row['target_on'])}" if row["target_on"] else ""
        target = f"richtwaarde {measured(row['target_value'], unit)}{until}"
    return row | {"target": target}


def interpretation(row: Row) -> Row:
    """Return a duiding with its days in words."""
    return row | {"session": day(row["session_on"]), "moment": day(row["moment_on"])}


def newest_notes(notes: Sequence[Row], kpi_id: str, chosen: Sequence[Row]) -> list[Row]:
    """Return the newest interpretation per service and area of a KPI that a service chose (R09)."""
    services = {row["service_code"] for row in chosen}
    newest: dict[tuple[str | None, str | None], Row] = {}
    for note in notes:
        covers = note["kpi_id"] in (None, kpi_id) and (
            note["service_code"] is None or note["service_code"] in services
        )
        if covers and services:
            newest.setdefault((note["service_code"], note["area_code"]), note)
    return list(newest.values())


def one_story(row: Row) -> Row:
    """Return a story with where it belongs and its days in words."""
    place = [row["narrator_role"], row["service_name_nl"], row["area_name"], row["project_title"]]
    return row | {
        "told": day(row["told_on"]),
        "under": ", ".join(filter(None, place)),
        "until": day(row["consent_until"]) if row["consent_until"] else "",
    }


def _link(kpis: Sequence[Row]) -> None:
    """Give every KPI its links both ways: impact to effect and back."""
    known = {kpi["kpi_id"] for kpi in kpis}
    for kpi in kpis:
        kpi["impact_links"] = [
            (code, code in known) for code in words.listed(kpi["linked_impact_ids"])
        ]
        kpi["effect_links"] = [
            (other["kpi_id"], True)
            for other in kpis
            if kpi["kpi_id"] in words.listed(other["linked_impact_ids"])
        ]


def _layer(code: str, kpis: Sequence[Row]) -> Row:
    """Return a layer with a tile per leefgebied or phase; KPI's without one stand together."""
    name, explanation = words.LAYERS[code]
    own = [kpi for kpi in kpis if kpi["layer"] == code]
    tiles: dict[str, Row] = {}
    for kpi in sorted(own, key=lambda each: words.natural(each["kpi_id"])):
        key = kpi["parent_code"] or "overig"
        tile = tiles.setdefault(
            key,
            {
                "anchor": f"tegel-{code}-{key}",
                "code": kpi["parent_code"],
                "name": kpi["parent_name_nl"]
                or ("Eigen KPI's" if code != "own" else "Eigen en Kwadraad-KPI's"),
                "kpis": [],
            },
        )
        tile["kpis"].append(kpi)
    ordered = sorted(tiles.items(), key=lambda each: (each[0] == "overig", words.natural(each[0])))
    for _, tile in ordered:
        tile["shown"] = sum(kpi["is_shown"] for kpi in tile["kpis"])
    return {
        "code": code,
        "name": name,
        "explanation": explanation,
        "tiles": [tile for _, tile in ordered],
        "count": len(own),
        "shown": sum(kpi["is_shown"] for kpi in own),
    }


def _summary(
    kpis: Sequence[Row], layers: Sequence[Row], notes: Sequence[Row], stories: Sequence[Row]
) -> Row:
    """Count what there is, what changed, how sure it is and what people tell."""
    changes = []
    for layer in layers:
        said: Counter[str] = Counter()
        periods = set()
        for kpi in kpis:
            for series in kpi["series"]:
                now, before = series["raw"]
                if kpi["layer"] == layer["code"] and now and before:
                    said[series["change"].partition(" ")[0]] += 1
                    periods.add((before["period_name_nl"], now["period_name_nl"]))
        if said:
            changes.append(
                {"layer": layer["name"], "said": said, "periods": sorted(periods, reverse=True)}
            )
    sure: Counter[str] = Counter()
    open_data: Counter[str] = Counter()
    for kpi in kpis:
        for series in kpi["series"]:
            now = series["now"]
            if now and now["is_shown"]:
                sure[now["reliability"]] += 1
            elif series["regions"]:
                open_data.update(series["regions"]["reliabilities"])
    return {
        "count": len(kpis),
        "shown": sum(kpi["is_shown"] for kpi in kpis),
        "hidden": sum(bool(kpi["series"]) and not kpi["is_shown"] for kpi in kpis),
        "without": sum(not kpi["series"] for kpi in kpis),
        "changes": changes,
        "sure": [(word, sure[word]) for word in words.RELIABILITIES if sure[word]],
        "sure_count": sum(sure.values()),
        "open_data": [(word, open_data[word]) for word in words.RELIABILITIES if open_data[word]],
        "open_data_count": sum(open_data.values()),
        "provisional": sum(
            bool(series["now"] and series["now"]["is_shown"] and series["now"]["is_provisional"])
            for kpi in kpis
            for series in kpi["series"]
        ),
        "interpretations": len(notes),
        "unexpected": sum(bool(note["unexpected_nl"]) for note in (*notes, *stories)),
        "outdated": sum(bool(note["changed_count"]) for note in notes),
        "stories": len(stories),
    }


def _effects(kpis: Sequence[Row]) -> Row | None:
    """Return all effect KPI's beside each other: the newest year and the year before."""
    lines, points = [], []
    for kpi in kpis:
        for series in kpi["series"]:
            now, before = series["raw"]
            if kpi["layer"] != "effect" or series["unit"] != "percentage" or now is None:
                continue
            lines.append((kpi, series))
            points += [
                {
                    "label": kpi["kpi_id"],
                    "period": str(row["period_name_nl"]),
                    "value": row["value"],
                    "low": row["interval_low"],
                    "high": row["interval_high"],
                }
                for row in (before, now)
                if row is not None and row["value"] is not None
            ]
    if not points:
        return None
    periods = " en ".join(sorted({point["period"] for point in points}))
    return {
        "lines": lines,
        "chart": charts.intervals(
            points,
            f"Effect-KPI's in {periods}",
            "Een punt is het percentage, de streep erachter het toeval. De tabel hieronder "
            "geeft dezelfde cijfers.",
        ),
    }


def _chains(fetch: Fetch, run: Row) -> list[Row]:
    """Return per chain the newest year that is over, and all years for its table."""
    chains = []
    for _, found in groupby(fetch(queries.CHAINS), key=lambda row: row["chain_code"]):
        rows = [_stage(row, run["minimum_count"]) for row in found]
        years = sorted({row["year_number"] for row in rows})
        over = [year for year in years if year < run["as_of"].year]
        newest = (over or years)[-1]
        chains.append(
            {
                "name": rows[0]["chain_name_nl"],
                "anchor": f"keten-{rows[0]['chain_code']}",
                "area": rows[0]["area_name"],
                "service": rows[0]["service_name_nl"],
                "year": newest,
                "stages": [row for row in rows if row["year_number"] == newest],
                "rows": rows,
                "remarks": list(dict.fromkeys(row["remark_nl"] for row in rows)),
            }
        )
    return chains


def _stage(row: Row, minimum: int) -> Row:
    is_shown = row["status"] == "getoond"
    about = "circa " if row["is_indicative"] and is_shown else ""
    persons = " mensen" if row["unit"] == "count" else ""
    under = []
    if is_shown and row["share"] is not None:
        under.append(f"{measured(row['share'], 'percentage')} in {row['source_year']}")
    if is_shown and row["interval_low"] is not None:
        under.append(between(row["interval_low"], row["interval_high"], "percentage"))
    if is_shown and row["response_rate"] is not None:
        under.append(f"respons {measured(row['response_rate'], 'percentage')}")
    return row | {
        "text": f"{about}{measured(row['value'], row['unit'])}{persons}"
        if is_shown
        else row["status"],
        "under": "; ".join(under) if is_shown else _why(row, minimum),
        "is_shown": is_shown,
        "interval": between(row["interval_low"], row["interval_high"], row["unit"]),
    }


def _cards(fetch: Fetch, minimum: int) -> list[Row]:
    """Return per project its impact card: prognosis beside evaluation, with its lines."""
    items: dict[tuple[str, str], list[Row]] = {}
    for item in fetch(queries.CARD_ITEMS):
        amount, hours = item["amount_eur"], item["hours_saved"]
        text = f"€ {decimal(amount)}" if amount is not None else ""
        text = f"{decimal(hours)} uur" if hours is not None else text
        items.setdefault((item["project_code"], item["phase_code"]), []).append(
            item | {"text": text, "who": item["party_nl"] or item["sector_code"] or ""}
        )
    cards = []
    for code, found in groupby(fetch(queries.CARDS), key=lambda row: row["project_code"]):
        phases = [
            {
                "name": row["phase_code"],
                "costs": _euro(row["costs_eur"]),
                "benefits": _euro(row["benefits_eur"]),
                "factor": _or_missing(
                    row["return_factor"] and round(row["return_factor"], 2), "ratio"
                ),
                "hours": _or_missing(row["hours_saved"], "hours"),
                "reach": f"{decimal(row['value'])} mensen"
                if row["status"] == "getoond"
                else row["status"],
                "reach_why": ""
                if row["status"] == "getoond"
                else (
                    f"het gaat om minder dan {minimum} mensen"
                    if row["status"] == "afgeschermd"
                    else "niet ingevuld"
                ),
                "indicative": row["indicative_nl"],
                "reference": row["reference_nl"],
                "items": items.get((code, row["phase_code"]), []),
                "raw": row,
            }
            for row in found
        ]
        title = phases[0]["raw"]["project_title"]
        bars = [
            {"label": label, "phase": phase["name"], "value": phase["raw"][column]}
            for label, column in (("Kosten", "costs_eur"), ("Baten", "benefits_eur"))
            for phase in phases
            if phase["raw"][column] is not None
        ]
        cards.append(
            {
                "title": title,
                "anchor": f"kaart-{code}",
                "phases": phases,
                "references": list(
                    dict.fromkeys(phase["reference"] for phase in phases if phase["reference"])
                ),
                "chart": charts.amounts(
                    bars,
                    f"Kosten en baten van {title}",
                    "Invoer van de organisatie, in euro, per fase.",
                )
                if bars
                else "",
            }
        )
    return cards


def _euro(value: Any) -> str:
    return "niet ingevuld" if value is None else f"€ {decimal(value)}"


def _or_missing(value: Any, unit: str) -> str:
    return "niet ingevuld" if value is None else measured(value, unit)


def _questions(fetch: Fetch, run: Row, known: set[str]) -> list[Row]:
    """Return every question with its KPI's and its newest figure of the whole organisation."""
    values: dict[str, list[Row]] = {}
    for row in fetch(queries.QUESTION_VALUES):
        values.setdefault(row["question_id"], []).append(row)
    questions = []
    for question in sorted(
        fetch(queries.QUESTIONS), key=lambda row: words.natural(row["question_id"])
    ):
        found = []
        by_design = groupby(values.pop(question["question_id"], []), key=lambda row: row["design"])
        for design, rows in by_design:
            latest = _latest(list(rows), run)
            if latest is not None:
                found.append(_said(latest, run) | {"design": words.DESIGNS.get(design, design)})
        questions.append(
            question
            | {
                "of": words.QUESTIONNAIRES.get(
                    question["questionnaire"], question["questionnaire"]
                ),
                "figures": found,
                "kpis": [(code, code in known) for code in words.listed(question["kpi_ids"])],
            }
        )
    return questions
