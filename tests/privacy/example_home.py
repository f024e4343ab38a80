"""What the attacker knows of a published home: its rows, and its dimensions."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from tests.privacy.attacker import FEASIBLE, Attack, Cell, K, Line, Row, lines_of
from tests.privacy.random_tables import Found

CODES = (
    "region_code", "service_code", "team_code", "project_code",
    "commissioner_code", "age_band", "respondent_role", "cultural_background",
)  # fmt: skip
KEY = ("kpi_id", "design", "period_type", "period_start", "breakdown", *CODES)
NUMBERS = (
    "status", "numerator", "denominator", "value", "n_subjects", "n_respondents", "n_invited",
    "n_reached", "response_rate", "interval_low", "interval_high", "bound_low", "bound_high",
    "rule_low", "rule_high",
)  # fmt: skip


def rows_of(parquet: Path, kpi_id: str) -> dict[Cell, Row]:
    """Return the published rows of one KPI by their cell."""
    return _by_cell(f"read_parquet('{parquet / 'kpi_value.parquet'}')", kpi_id)


def exact_of(warehouse: Path, kpi_id: str) -> dict[Cell, Row]:
    """Return the exact rows of one KPI by their cell."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return _by_cell("mart.fct_kpi_value", kpi_id, connection)


def _by_cell(
    table: str, kpi_id: str, connection: duckdb.DuckDBPyConnection | None = None
) -> dict[Cell, Row]:
    found = (connection or duckdb).execute(f"select * from {table} where kpi_id = ?", [kpi_id])
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    return {
        (
            row["period_type"],
            row["period_start"],
            row["breakdown"],
            *(row[code] for code in CODES if row[code] is not None),
        ): row
        for row in rows
    }


def lines_in(parquet: Path, cells: dict[Cell, Row], *, is_additive: bool) -> list[Line]:
    """Return how the cells of a KPI hang together, by the published dimensions."""
    regions = f"read_parquet('{parquet / 'dim_region.parquet'}')"
    projects = f"read_parquet('{parquet / 'dim_project.parquet'}')"
    municipality = dict(
        duckdb.execute(
            f"select region_code, municipality_code from {regions} where region_kind = 'wijk'"
        ).fetchall()
    )
    project = {
        code: rest
        for code, *rest in duckdb.execute(
            f"select project_code, service_code, team_code, commissioner_code from {projects}"
        ).fetchall()
    }

    def wholes(cell: Cell) -> Iterator[tuple[str, Cell]]:
        kind, start, breakdown, *codes = cell
        if kind != "year":
            yield kind, ("year", date(start.year, 1, 1), breakdown, *codes)
        if kind == "month":
            quarter = date(start.year, (start.month - 1) // 3 * 3 + 1, 1)
            yield kind, ("quarter", quarter, breakdown, *codes)
        period = (kind, start)
        match breakdown:
            case "total":
                return
            case "wijk":
                yield breakdown, (*period, "municipality", municipality.get(codes[0]))
            case "service_municipality":
                yield "a", (*period, "service", codes[1])
                yield "b", (*period, "municipality", codes[0])
            case "service_team":
                yield "c", (*period, "service", codes[0])
                yield "d", (*period, "team", codes[1])
            case "service_commissioner":
                yield "e", (*period, "service", codes[0])
                yield "f", (*period, "commissioner", codes[1])
            case _:
                yield breakdown, (*period, "total")
        if breakdown == "project":
            names = ("service", "team", "commissioner")
            for name, code in zip(names, project.get(codes[0], ()), strict=False):
                yield f"project of {name}", (*period, name, code)
            service, _, commissioner = project.get(codes[0], (None,) * 3)
            yield "project of both", (*period, "service_commissioner", service, commissioner)

    lines = lines_of(cells, wholes, is_additive=lambda _: is_additive)
    return [line for line in lines if line.whole in cells]


def attacked_kpi(parquet: Path, warehouse: Path, kpi_id: str, *, is_additive: bool) -> Found:
    """Ask the attacker for every hidden count below ten of one KPI.

    Months and quarters tell nothing where none of them is shown: what is above them can be divided
    over them in any way. They are left out, since the program of them all takes an hour.
    """
    rows, exact = rows_of(parquet, kpi_id), exact_of(warehouse, kpi_id)
    telling = {period_type for (period_type, *_), row in rows.items() if row["status"] == "getoond"}
    rows = {cell: row for cell, row in rows.items() if cell[0] in telling}
    attack = Attack(rows.items(), lines_in(parquet, rows, is_additive=is_additive))
    found = Found()
    for cell, row in rows.items():
        if row["status"] == "getoond":
            continue
        part, whole = int(exact[cell]["numerator"]), int(exact[cell]["denominator"])
        counts = {"a": part, "b": whole, "rest": whole - part}
        for name, count in counts.items():
            if count < K:
                found.asked += 1
                limits = None if attack.has_room(cell, name) else attack.range_of(cell, name)
                if limits is not None:
                    low, high = limits
                    found.recovered += low == high == count
                    found.narrow += min(high, K - 1) - low + 1 < FEASIBLE
    return found
