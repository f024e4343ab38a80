"""The figures of a run as a table in the terminal."""

from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.figures import GIB, KEYS, latest, middle

PARTS = {
    "transforms": "nacht: modellen (som van dbt)",
    "floor": "dezelfde SQL als los DuckDB-script",
    "alone": "zes KPI's: modellen (som van dbt)",
    "pandas": "zes KPI's: pandas",
    "spark": "modellen met Spark",
}


def show(run: dict[str, Any], console: Console) -> None:
    """Print times and memory of every size, and the figures of the budgets."""
    for size in run["sizes"]:
        if "skipped" in size:
            console.print(f"\n{size['millions']:g} miljoen: overgeslagen, {size['skipped']}")
            continue
        table = Table(f"{size['contacts']:,} contacten", "seconden", "geheugen (GiB)", box=None)
        for name, step in size["steps"].items():
            table.add_row(f"nacht: {name}", *_cells(step["seconds"], step["peak"]))
        for part, title in PARTS.items():
            found = size.get(part, {})
            if found.get("seconds"):
                table.add_row(title, *_cells(middle(found["seconds"]), middle(found["peak"])))
            elif "reason" in found:
                table.add_row(title, found["reason"], "")
        for name, told in size["unfinished"].items():
            table.add_row(name, told, "")
        if part := size.get("incremental"):
            share = middle(part["seconds"]) / middle(part["full"])
            table.add_row("nacht met 1 % nieuwe rijen", f"{share:.0%} van alles opnieuw", "")
        console.print()
        console.print(table)
    figures = latest(run)
    console.print()
    for name in KEYS:
        console.print(f"{name}: {figures[name]}")


def _cells(seconds: float, peak: float) -> tuple[str, str]:
    return f"{seconds:,.1f}", f"{peak / GIB:.2f}"
