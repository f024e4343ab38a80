"""The report of a release: rapport.html to mail and print, verken.html to explore."""

from functools import partial
from pathlib import Path

import duckdb

from exports.pages import fetch_rows, template

REPORT_PAGE = "rapport.html"


def write_report(folder: Path) -> None:
    """Write `folder`/rapport.html from impact.duckdb of that same folder, protected as it is.

    The same tables give the same bytes: everything has a fixed order, and no clock is read.
    """
    # The library of the charts takes a second to load, and who reads no report need not wait.
    from exports.report.content import report

    with duckdb.connect(str(folder / "impact.duckdb"), read_only=True) as connection:
        fetch = partial(fetch_rows, connection)
        html = template("report/rapport.html.j2").render(report(fetch))
    (folder / REPORT_PAGE).write_text(html, encoding="utf-8")
