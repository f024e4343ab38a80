"""What verken.html holds: the protected figures in a small form, charts without data, and scripts.

Figures of teams and projects stay on their own pages, and buurten in the tables for BI tools.
"""

import json
from collections.abc import Hashable, Sequence
from functools import cache
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from exports.figures import UNITS
from exports.pages import Fetch, Row
from exports.report import charts, queries, words
from ingest.dutch import day

_STATUSES = ("getoond", "afgeschermd", "niet beschikbaar")

FIGURES = """
select
    kpi_id, design, period_type, period_start, breakdown, region_code, service_code, age_band,
    status, value, interval_low, interval_high, n_subjects, reliability, reasons, is_provisional,
    kpi_value.unit
from kpi_value
where period_type in ('year', 'quarter') and breakdown in (
    'total', 'service', 'municipality', 'wijk', 'service_municipality',
    'country', 'country_age_band', 'municipality_age_band', 'wijk_age_band'
)
order by
    kpi_id, design, array_position(['year', 'quarter'], period_type), period_start,
    region_code nulls first, service_code nulls first, age_band nulls first
"""

REGIONS = """
select region_code, region_kind, region_name, municipality_code
from dim_region where region_kind in ('land', 'gemeente', 'wijk') order by region_code
"""

PERIODS = """
select period_type, period_start, period_end, period_name_nl from dim_period
where period_type in ('year', 'quarter') order by period_type, period_start
"""

SERVICES = "select service_code, service_name_nl from dim_service order by service_code"


class _Numbered:
    """The different values of a column, numbered in the order in which they came."""

    def __init__(self) -> None:
        self.numbers: dict[Hashable, int] = {}

    def number(self, value: Hashable) -> int:
        """Return the number of a value."""
        return self.numbers.setdefault(value, len(self.numbers))

    @property
    def values(self) -> list[Any]:
        """Return the values, each at its number."""
        return list(self.numbers)


def exploration(fetch: Fetch) -> Row:
    """Return what the template of verken.html shows."""
    (run,) = fetch(queries.RUN)
    return {
        "as_of": day(run["as_of"]),
        "run": run,
        "minimum": run["minimum_count"],
        "is_example": run["open_data_origin"] == "example",
        "figures": _json(_figures(fetch, run)),
        "charts": _json({"trend": _trend(), "beside": _beside()}),
        "library": _library(),
    }


@cache
def _library() -> Markup:
    """Return Vega, Vega-Lite and vega-embed as vl-convert carries them: no network needed."""
    return Markup(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))  # noqa: S704


def _figures(fetch: Fetch, run: Row) -> Row:
    """Return every figure as a short row: numbers of values, and nothing after a hidden status."""
    columns = {
        name: _Numbered()
        for name in (
            "kpi",
            "design",
            "period",
            "region",
            "service",
            "age",
            "reliability",
            "reasons",
        )
    }
    rows = []
    for row in fetch(FIGURES):
        key: list[float | None] = [
            columns["kpi"].number(row["kpi_id"]),
            columns["design"].number(row["design"]),
            columns["period"].number((row["period_type"], row["period_start"])),
            columns["region"].number(row["region_code"]),
            columns["service"].number(row["service_code"]),
            columns["age"].number(row["age_band"]),
            _STATUSES.index(row["status"]),
        ]
        if row["status"] == "getoond":
            key += [
                _plain(row["value"]),
                _plain(row["interval_low"]),
                _plain(row["interval_high"]),
                row["n_subjects"],
                columns["reliability"].number(row["reliability"]),
                columns["reasons"].number(row["reasons"]),
                int(row["is_provisional"] or 0),
            ]
        rows.append(key)
    periods = {(row["period_type"], row["period_start"]): row for row in fetch(PERIODS)}
    services = {row["service_code"]: row["service_name_nl"] for row in fetch(SERVICES)}
    kpis = {row["kpi_id"]: row for row in fetch(queries.KPIS)}
    checks = {row["check_id"]: row["name_nl"] for row in fetch(queries.CHECKS)}
    checks |= {code: rule["name_nl"] for code, rule in words.RULES.items()}
    return {
        "rows": rows,
        "statuses": _STATUSES,
        "minimum": run["minimum_count"],
        "kpis": [_kpi(kpi_id, kpis.get(kpi_id, {})) for kpi_id in columns["kpi"].values],
        "layers": {code: name for code, (name, _) in words.LAYERS.items()},
        "designs": [words.DESIGNS.get(each, each) for each in columns["design"].values],
        "periods": [
            {
                "type": kind,
                "start": start.isoformat(),
                "name": periods[kind, start]["period_name_nl"]
                if (kind, start) in periods
                else start.isoformat(),
                "is_over": (kind, start) in periods
                and periods[kind, start]["period_end"] <= run["as_of"],
            }
            for kind, start in columns["period"].values
        ],
        "regions": columns["region"].values,
        "areas": [
            {
                "code": row["region_code"],
                "kind": row["region_kind"],
                "name": row["region_name"],
                "within": row["municipality_code"],
            }
            for row in fetch(REGIONS)
        ],
        "services": [
            {"code": code, "name": services.get(code, code)} for code in columns["service"].values
        ],
        "ages": columns["age"].values,
        "reliabilities": [
            {"name": name, "mark": words.RELIABILITIES.get(name, "")}
            for name in columns["reliability"].values
        ],
        "reasons": [
            [f"{checks.get(code, code)} ({code})" for code in words.listed(codes)]
            for codes in columns["reasons"].values
        ],
    }


def _kpi(kpi_id: str, row: Row) -> Row:
    unit = row.get("unit")
    return {
        "id": kpi_id,
        "name": row.get("name_nl") or kpi_id,
        "layer": row.get("layer") or "own",
        "tile": row.get("parent_name_nl") or "",
        "unit": UNITS.get(unit or "", "" if unit in (None, "count", "ratio") else f" {unit}"),
        "percentage": unit == "percentage",
    }


def _trend() -> Row:
    """Return a line per series with its interval; the page gives the rows."""
    base = _base().encode(
        x=alt.X("period:O", title=None, sort=None, axis=alt.Axis(labelAngle=-35, labelLimit=140))
    )
    return _spec(_layers(base, vertical=True), width="container", height=260)


def _beside() -> Row:
    """Return values beside each other with their intervals; the page gives rows and height."""
    base = _base().encode(
        y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=200, grid=True)),
        yOffset=alt.YOffset("series:N", sort=None),
    )
    return _spec(_layers(base, vertical=False), width="container")


def _base() -> alt.Chart:
    return alt.Chart(alt.NamedData("figures"))


def _layers(base: alt.Chart, *, vertical: bool) -> charts.AnyChart:
    """Return intervals and values; each series has its own colour and shape."""
    scale = {"zero": True, "nice": True}
    color = alt.Color("series:N", title=None, scale=alt.Scale(range=charts.SERIES_COLORS))
    shape = alt.Shape("series:N", title=None, scale=alt.Scale(range=charts.SERIES_SHAPES))
    rules = base.mark_rule(strokeWidth=4, color="#86b0d3").encode(detail="series:N")
    points = base.mark_point(filled=True, size=90, opacity=1).encode(color=color, shape=shape)
    if not vertical:
        return alt.layer(
            rules.encode(x=alt.X("low:Q", title=None, scale=scale), x2="high:Q"),
            points.encode(x=alt.X("value:Q", title=None, scale=scale)),
        )
    value = alt.Y("value:Q", title=None, scale=scale)
    # A missing value breaks the line: nothing is drawn where nothing is known.
    lines = base.mark_line(
        strokeWidth=2, color="#52606d", invalid="break-paths-show-domains"
    ).encode(detail="series:N", y=value)
    return alt.layer(
        rules.encode(y=alt.Y("low:Q", title=None, scale=scale), y2="high:Q"),
        lines,
        points.encode(y=value),
    )


def _spec(chart: charts.AnyChart, **size: Any) -> Row:
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    styled = charts.styled(chart.properties(autosize=fit, **size))
    spec: Row = styled.to_dict(validate=False)
    return spec


def _plain(value: Any) -> float | int | None:
    if value is None:
        return None
    number = float(value)
    return int(number) if number.is_integer() else number


def _json(value: Row | Sequence[Any]) -> Markup:
    """Return JSON that may stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704
