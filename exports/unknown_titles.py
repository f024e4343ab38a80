"""The project titles that respondents gave and no project has, for who keeps the projects table."""

import csv
from pathlib import Path

import duckdb

from ingest.home import Home

_COLUMNS = ("bron", "titel", "lijsten", "eerste", "laatste")


def write_unknown_titles(home: Home, warehouse_file: Path) -> int:
    """Write the list beside the meetplan and return how many filled-in lists it stands for.

    The file is whole or not there; without unknown titles there is none.
    """
    with duckdb.connect(str(warehouse_file), read_only=True) as warehouse:
        titles = warehouse.execute(
            """
            select source_id, title, list_count, first_completed_on, last_completed_on
            from kpi.int_unknown_project_titles
            order by list_count desc, source_id, title nulls last
            """
        ).fetchall()
    file = home.unknown_titles_file
    if not titles:
        file.unlink(missing_ok=True)
        return 0
    unfinished = file.with_suffix(".unfinished")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines, delimiter=";")
        writer.writerow(_COLUMNS)
        for source_id, title, *counts in titles:
            writer.writerow((source_id, _as_text(title or ""), *counts))
    unfinished.replace(file)
    return sum(int(list_count) for _, _, list_count, _, _ in titles)


def _as_text(title: str) -> str:
    """Return what a respondent typed so that a spreadsheet takes it for text, not for a formula."""
    return f"'{title}" if title.startswith(("=", "+", "-", "@")) else title
