"""Instruments beside the KPI-model: distributions, shifts and a spider web, never a KPI."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from exports.figures import between, measured
from exports.pages import Fetch, Row
from exports.report import charts, queries, words

# A web of fewer threads is a line.
_SPIDER_FROM = 5
_HIDDEN_NL = "afgeschermd"


def instruments(fetch: Fetch, as_of: date, minimum: int) -> list[Row]:
    """Return per instrument and version its newest year that is over, of the whole organisation."""
    values: dict[tuple[str, str], list[Row]] = {}
    for row in fetch(queries.INSTRUMENT_VALUES):
        values.setdefault((row["instrument_id"], row["instrument_version"]), []).append(row)
    found = groupby(
        fetch(queries.INSTRUMENTS),
        key=lambda row: (row["instrument_id"], row["instrument_version"]),
    )
    return [
        _instrument(list(dimensions), values.get(key, []), as_of, minimum)
        for key, dimensions in found
    ]


def _instrument(dimensions: Sequence[Row], values: Sequence[Row], as_of: date, minimum: int) -> Row:
    first = dimensions[0]
    title = f"{first['instrument_nl']}, versie {first['instrument_version']}"
    over = [row for row in values if row["period_end"] <= as_of] or list(values)
    period = over[-1]["period_start"] if over else None
    newest = [row for row in over if row["period_start"] == period]
    year = newest[0]["period_name_nl"] if newest else ""
    averages = _averages(dimensions, newest)
    return first | {
        "anchor": f"instrument-{first['instrument_id']}-{first['instrument_version']}",
        "title": title,
        "year": year,
        "designs": sorted({str(words.DESIGNS.get(row["design"], row["design"])) for row in newest}),
        "is_provisional": any(row["is_provisional"] for row in newest),
        "sources": list(dict.fromkeys(row["source"] for row in dimensions if row["source"])),
        "missing": list(dict.fromkeys(row["note_nl"] for row in newest if row["note_nl"])),
        "why_hidden": f"het gaat om minder dan {minimum} mensen bij een van de uitkomsten",
        "averages": averages,
        "spider": _spider(first, averages, title, year),
        "tables": [
            table
            for kind, name in (("verdeling", "Verdeling"), ("verschuiving", "Verschuiving"))
            if (table := _outcomes(dimensions, newest, kind, f"{name} {title}, {year}"))
        ],
    }


def _averages(dimensions: Sequence[Row], newest: Sequence[Row]) -> list[Row]:
    """Return the average of every dimension, in the order of the instrument."""
    lines = []
    for dimension in dimensions:
        for row in _of(newest, dimension, "gemiddelde"):
            is_shown = row["status"] == "getoond"
            lines.append(
                {
                    "label": dimension["dimension_nl"],
                    "value": row["value"],
                    "text": measured(row["value"], row["unit"]) if is_shown else row["status"],
                    "interval": between(row["interval_low"], row["interval_high"], row["unit"]),
                    "count": words.people(row["n_subjects"], "start_slot"),
                    "low": dimension["scale_min"],
                    "high": dimension["scale_max"],
                    "scale": f"{measured(dimension['scale_min'], None)} tot en met "
                    f"{measured(dimension['scale_max'], None)}"
                    if dimension["scale_min"] is not None
                    else "niet opgegeven",
                }
            )
    return lines


def _spider(first: Row, averages: Sequence[Row], title: str, year: str) -> str:
    """Draw the averages of a conversation tool, when all are shown and share a scale."""
    scales = {(row["low"], row["high"]) for row in averages}
    shown = all(row["value"] is not None for row in averages)
    if not first["is_conversation_tool"] or len(averages) < _SPIDER_FROM or not shown:
        return ""
    if len(scales) > 1 or None in next(iter(scales)):
        return ""
    low, high = next(iter(scales))
    said = ", ".join(f"{row['label']} {row['text']}" for row in averages)
    return charts.spider(
        averages,
        float(low),
        float(high),
        f"Spinnenweb {title}, {year}",
        f"Gemiddelden op een schaal van {measured(low, None)} tot {measured(high, None)}: {said}.",
    )


def _outcomes(
    dimensions: Sequence[Row], newest: Sequence[Row], kind: str, title: str
) -> Row | None:
    """Return per dimension the share of every outcome; a hidden distribution is hidden whole."""
    outcomes: dict[str, None] = {}
    lines, bars = [], []
    for dimension in dimensions:
        rows = _of(newest, dimension, kind)
        if not rows:
            continue
        cells = {}
        for row in rows:
            name = row["outcome_nl"] or row["outcome_code"]
            outcomes[name] = None
            is_shown = row["status"] == "getoond"
            cells[name] = measured(row["value"], row["unit"]) if is_shown else _HIDDEN_NL
            if is_shown:
                bars.append(
                    {
                        "label": dimension["dimension_nl"],
                        "outcome": name,
                        "value": row["value"],
                    }
                )
        lines.append(
            {
                "label": dimension["dimension_nl"],
                "cells": cells,
                "count": words.people(rows[0]["n_subjects"], "start_slot"),
                "pairing": measured(rows[0]["pairing_rate"], "percentage"),
            }
        )
    if not lines:
        return None
    is_shift = kind == "verschuiving"
    return {
        "title": title,
        "is_shift": is_shift,
        "outcomes": list(outcomes),
        "lines": lines,
        "is_hidden": any(_HIDDEN_NL in line["cells"].values() for line in lines),
        "chart": charts.stacked(
            bars,
            _drawn(outcomes, bars),
            title,
            "Aandeel per uitkomst; de tabel geeft dezelfde cijfers.",
        )
        if bars
        else "",
    }


def _drawn(outcomes: dict[str, None], bars: Sequence[Row]) -> list[str]:
    drawn = {bar["outcome"] for bar in bars}
    return [outcome for outcome in outcomes if outcome in drawn]


def _of(rows: Sequence[Row], dimension: Row, kind: str) -> list[Row]:
    return [
        row
        for row in rows
        if row["dimension_code"] == dimension["dimension_code"] and row["kind"] == kind
    ]
