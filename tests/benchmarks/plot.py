"""A plot of the times by size, as SVG."""

from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from tests.benchmarks.figures import middle
from tests.benchmarks.tables import PARTS


def write_plot(run: dict[str, Any], file: Path) -> None:
    """Write the medians of every part, both axes by powers of ten."""
    points = [
        {"contacten": size["contacts"], "seconden": middle(size[part]["seconds"]), "deel": title}
        for size in run["sizes"]
        for part, title in PARTS.items()
        if size.get(part, {}).get("seconds")
    ]
    chart = (
        alt.Chart(pd.DataFrame(points))
        .mark_line(point=True)
        .encode(
            x=alt.X("contacten:Q").scale(type="log").axis(format="~s"),
            y=alt.Y("seconden:Q").scale(type="log").axis(format="~g"),
            color=alt.Color("deel:N", sort=list(PARTS.values())).title(None),
            strokeDash=alt.StrokeDash("deel:N", sort=list(PARTS.values())).legend(None),
        )
        .properties(width=420, height=300)
        .configure_legend(labelLimit=0)
    )
    svg = vl_convert.vegalite_to_svg(chart.to_json())
    file.write_text(svg + "\n", encoding="utf-8")
