"""Charts as static SVG: large ones by Altair, small trends by an own template.

Every chart has a title and a description for who does not see it; the page puts its table beside.
Colours differ in lightness too, and every series has its own shape or pattern.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from math import cos, pi, sin
from typing import Any, Literal

import altair as alt
import vl_convert
from markupsafe import Markup

from exports.figures import measured
from exports.pages import Row, template

_FONT = "Segoe UI, Liberation Sans, Arial, sans-serif"
_DARK, _LIGHT, _TEXT, _GRID = "#1f4e79", "#b35c00", "#1f2933", "#d9e2ec"
# From little to much, light to dark.
_STEPS = ["#dceaf5", "#b3cfe5", "#86b0d3", "#5a90bf", "#326fa5", "#1f4e79"]
SERIES_COLORS = [_DARK, _LIGHT, "#52606d", "#6b3fa0", "#0b6e6e"]
SERIES_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross"]
AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart
_SHIFTS = {"Beter": "#1f4e79", "Gelijk": "#c3ced9", "Slechter": "#b35c00"}
_OPENING = re.compile(r"<svg[^>]*?viewBox=\"([^\"]+)\"[^>]*>")
# Digits beyond these are noise and bytes; only inside a tag, since 5.000 in a label is a number.
_TAG = re.compile(r"<[^>]+>")
_LONG_NUMBER = re.compile(r"(\d\.\d{2})\d+")
# The whole SVG is one image: its parts have no role of their own.
_PART = re.compile(r' (?:role|aria-roledescription|aria-label|aria-hidden)="[^"]*"')


def intervals(rows: Sequence[Row], title: str, description: str) -> Markup:
    """Return values with their intervals per KPI, the year before beside the newest year.

    A row has `label`, `period`, `value`, `low` and `high`, in whole percents of 0 to 100.
    """
    periods = sorted({row["period"] for row in rows})
    color = alt.Color(
        "period:N",
        title="Jaar",
        scale=alt.Scale(domain=periods, range=[_LIGHT, _DARK][-len(periods) :]),
    )
    base = alt.Chart(alt.InlineData(values=_plain(rows))).encode(
        y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=300)),
        yOffset=alt.YOffset("period:N", sort=periods),
        color=color,
    )
    percents = alt.X("value:Q", title="Percentage", scale=alt.Scale(domain=[0, 100]))
    lines = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title="Percentage", scale=alt.Scale(domain=[0, 100])), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=percents,
        shape=alt.Shape(
            "period:N",
            title="Jaar",
            scale=alt.Scale(domain=periods, range=["square", "circle"][-len(periods) :]),
        ),
    )
    return _svg((lines + points).properties(width=420, height=alt.Step(16)), title, description)


def regions(rows: Sequence[Row], title: str, description: str) -> Markup:
    """Return an open-data figure per region and year; a row has `label`, `period` and `value`."""
    periods = sorted({row["period"] for row in rows})
    shapes, colors = ["square", "circle", "triangle-up"], [_LIGHT, _DARK, "#52606d"]
    chart = (
        alt.Chart(alt.InlineData(values=_plain(rows)))
        .mark_point(filled=True, size=80, opacity=1)
        .encode(
            x=alt.X("value:Q", title=None, scale=alt.Scale(zero=True)),
            y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(grid=True, labelLimit=260)),
            color=alt.Color("period:N", title="Jaar", scale=_scale(periods, colors)),
            shape=alt.Shape("period:N", title="Jaar", scale=_scale(periods, shapes)),
        )
        .properties(width=380, height=alt.Step(20))
    )
    return _svg(chart, title, description)


def stacked(rows: Sequence[Row], outcomes: Sequence[str], title: str, description: str) -> Markup:
    """Return the distribution of every dimension as one bar; a row has `label`, `outcome`, `value`.

    `outcomes` stand in the order given; those of a shift have colours of their own.
    """
    if set(outcomes) <= set(_SHIFTS):
        colors = [_SHIFTS[outcome] for outcome in outcomes]
    else:
        span = max(len(outcomes) - 1, 1)
        colors = [_STEPS[round(place * (len(_STEPS) - 1) / span)] for place in range(len(outcomes))]
    order = {outcome: place for place, outcome in enumerate(outcomes)}
    values = [row | {"place": order[row["outcome"]]} for row in _plain(rows)]
    chart = (
        alt.Chart(alt.InlineData(values=values))
        .mark_bar(stroke="#52606d", strokeWidth=0.5)
        .encode(
            x=alt.X("value:Q", title="Percentage", stack="zero", scale=alt.Scale(domain=[0, 100])),
            y=alt.Y("label:N", title=None, sort=None, axis=alt.Axis(labelLimit=260)),
            color=alt.Color(
                "outcome:N",
                title="Uitkomst",
                sort=list(outcomes),
                legend=alt.Legend(columns=3, labelLimit=320),
                scale=alt.Scale(domain=list(outcomes), range=colors),
            ),
            order=alt.Order("place:Q"),
        )
        .properties(width=420, height=alt.Step(22))
    )
    return _svg(chart, title, description)


def spider(rows: Sequence[Row], low: float, high: float, title: str, description: str) -> Markup:
    """Return averages as a spider web; a row has `label` and `value`, the scale is low to high."""
    count = len(rows)

    def at(place: int, value: float) -> dict[str, float]:
        share, angle = (value - low) / (high - low), 2 * pi * place / count
        return {"x": round(share * sin(angle), 4), "y": round(share * cos(angle), 4)}

    rings = [
        {"ring": step, "order": place} | at(place, low + (high - low) * step / 5)
        for step in range(1, 6)
        for place in range(count + 1)
    ]
    spokes = [
        {"ring": place, "order": end} | at(place, (low, high)[end])
        for place in range(count)
        for end in (0, 1)
    ]
    closed = [*rows, rows[0]]
    web = [{"order": place} | at(place, float(row["value"])) for place, row in enumerate(closed)]
    names: list[dict[str, Any]] = [
        {"label": f"{row['label']} {row['text']}"} | at(place, low + (high - low) * 1.1)
        for place, row in enumerate(rows)
    ]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-2.1, 2.1], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-1.25, 1.25], nice=False))

    def layer(values: list[dict[str, Any]]) -> alt.Chart:
        return alt.Chart(alt.InlineData(values=values)).encode(x=x, y=y)

    grid = layer(rings).mark_line(color="#9fb3c8", strokeWidth=1)
    axes = layer(spokes).mark_line(color="#9fb3c8", strokeWidth=1)
    line = layer(web).mark_line(color=_DARK, strokeWidth=2.5)
    dots = layer(web).mark_point(color=_DARK, filled=True, size=60, opacity=1)
    sides: dict[Literal["left", "center", "right"], list[dict[str, Any]]] = {
        "left": [name for name in names if name["x"] >= 0.1],
        "center": [name for name in names if abs(name["x"]) < 0.1],
        "right": [name for name in names if name["x"] <= -0.1],
    }
    texts = [
        layer(found).mark_text(color=_TEXT, fontSize=12, align=side).encode(text="label:N")
        for side, found in sides.items()
        if found
    ]
    chart = alt.layer(
        grid.encode(detail="ring:N", order="order:Q"),
        axes.encode(detail="ring:N", order="order:Q"),
        line.encode(order="order:Q"),
        dots,
        *texts,
    ).properties(width=560, height=333)
    return _svg(chart, title, description)


def amounts(rows: Sequence[Row], title: str, description: str) -> Markup:
    """Return euros beside each other; a row has `label`, `phase` and `value`."""
    phases = list(dict.fromkeys(row["phase"] for row in rows))
    chart = (
        alt.Chart(alt.InlineData(values=_plain(rows)))
        .mark_bar(stroke="#52606d", strokeWidth=0.5)
        .encode(
            x=alt.X("value:Q", title="Euro", axis=alt.Axis(format=",.0f", tickCount=5)),
            y=alt.Y("label:N", title=None, sort=None),
            yOffset=alt.YOffset("phase:N", sort=phases),
            color=alt.Color("phase:N", title="Fase", scale=_scale(phases, [_STEPS[1], _DARK])),
        )
        .properties(width=420, height=alt.Step(20))
    )
    return _svg(chart, title, description)


def trend(points: Sequence[Row], unit: str, title: str) -> Markup:
    """Return a small line of one KPI with its interval; a hidden figure leaves a gap.

    A point has `period`, `value`, `low`, `high` and `is_provisional`; the scale begins at zero.
    """
    shown = [point for point in points if point["value"] is not None]
    if not shown:
        return Markup("")
    ends = [point["value"] for point in shown] + [p["high"] for p in shown if p["high"] is not None]
    top = Decimal(100) if unit == "percentage" else _nice(max(ends))
    width, height, left, right, upper = 300, 92, 8, 292, 14
    step = (right - left) / max(len(points) - 1, 1)

    def down(value: Decimal) -> float:
        return round(height - 18 - float(value / top) * (height - 18 - upper), 1)

    spots = [
        {
            "x": round(left + step * place, 1),
            "y": down(point["value"]),
            "low": down(point["low"]) if point["low"] is not None else None,
            "high": down(point["high"]) if point["high"] is not None else None,
            "is_provisional": point["is_provisional"],
        }
        if point["value"] is not None
        else None
        for place, point in enumerate(points)
    ]
    first, last = shown[0], shown[-1]
    description = (
        f"{measured(last['value'], unit)} in {last['period']}"
        if len(shown) == 1
        else f"Van {measured(first['value'], unit)} in {first['period']} naar "
        f"{measured(last['value'], unit)} in {last['period']}; "
        f"{len(points) - len(shown)} van {len(points)} perioden afgeschermd of niet beschikbaar."
    )
    # The template escapes every text.
    return Markup(  # noqa: S704
        template("report/trend.svg.j2").render(
            width=width,
            height=height,
            left=left,
            right=right,
            zero=down(Decimal(0)),
            upper=upper,
            runs=_runs(spots),
            top=measured(top, unit),
            first=points[0]["period"],
            last=points[-1]["period"],
            title=title,
            description=description,
        )
    )


def _runs(spots: Sequence[dict[str, Any] | None]) -> list[list[dict[str, Any]]]:
    """Return the spots that stand next to each other; a line never crosses a gap."""
    runs: list[list[dict[str, Any]]] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    return [run for run in runs if run]


def _nice(value: Decimal) -> Decimal:
    """Return a round number that is at least `value`."""
    if value <= 0:
        return Decimal(1)
    power = Decimal(10) ** (value.adjusted())
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= value)


def _scale(domain: Sequence[str], ranges: Sequence[str]) -> alt.Scale:
    return alt.Scale(domain=list(domain), range=list(ranges)[: len(domain)])


def _plain(rows: Sequence[Row]) -> list[Row]:
    """Return rows as JSON has them: decimals as numbers."""
    return [
        {name: float(each) if isinstance(each, Decimal) else each for name, each in row.items()}
        for row in rows
    ]


def styled(chart: AnyChart) -> AnyChart:
    """Return a chart in the type and colours of the house."""
    configured: AnyChart = chart.configure(
        font=_FONT,
        aria=False,
        background="white",
        axis=alt.AxisConfig(
            labelColor=_TEXT, titleColor=_TEXT, gridColor=_GRID, labelFontSize=12, titleFontSize=12
        ),
        legend=alt.LegendConfig(
            labelColor=_TEXT,
            titleColor=_TEXT,
            orient="top",
            labelFontSize=12,
            titleFontSize=12,
            symbolSize=90,
        ),
        view=alt.ViewConfig(stroke=None),
    )
    return configured


def _svg(chart: AnyChart, title: str, description: str) -> Markup:
    """Return a chart as SVG that says in words what it shows."""
    svg = vl_convert.vegalite_to_svg(styled(chart).to_dict(validate=False), format_locale="nl-NL")
    short = _TAG.sub(lambda tag: _LONG_NUMBER.sub(r"\1", _PART.sub("", tag.group())), svg)
    return described(short, title, description)


def described(svg: str, title: str, description: str) -> Markup:
    """Return an SVG as one image with a title and a description, that shrinks with its column."""
    opening = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" viewBox="{}" '
        'style="max-width: {}px" aria-label="{}"><title>{}</title><desc>{}</desc>'
    )
    found = _OPENING.search(svg)
    if found is None:
        raise ValueError("vl-convert gave no SVG")
    box = found.group(1)
    # Letters of a chart as large as those around it, however wide its labels made it.
    width = round(float(box.split()[2]) * 1.2)
    start = opening.format(box, width, f"{title}. {description}", title, description)
    # vl-convert escaped every text of its own SVG.
    return start + Markup(svg[found.end() :])  # noqa: S704
