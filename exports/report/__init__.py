"""The report of a release: rapport.html to mail and print, verken.html to explore."""

from functools import partial
from pathlib import Path

import duckdb

from exports.pages import fetch_rows, template

REPORT_PAGE = "rapport.html"
EXPLORE_PAGE = "verken.html"


def write_report(folder: Path) -> None:
    """Write both pages into `folder` from impact.duckdb of that same folder, protected as it is.

    The same tables give the same bytes: everything has a fixed order, and no clock is read.
    """
    # The library of the charts takes a second to load, and who reads no report need not wait.
    from exports.report.content import report
    from exports.report.explore import exploration

    with duckdb.connect(str(folder / "impact.duckdb"), read_only=True) as connection:
        fetch = partial(fetch_rows, connection)
        pages = {REPORT_PAGE: report(fetch), EXPLORE_PAGE: exploration(fetch)}
    for name, content in pages.items():
        html = template(f"report/{name}.j2").render(content)
        (folder / name).write_text(html, encoding="utf-8")
