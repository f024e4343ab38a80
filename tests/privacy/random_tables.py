"""Random linked tables of people, and the release that the real functions make of them."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from exports.protection.history import Moment
from exports.protection.staging import Staged, remember, stage
from exports.tables import published_tables
from ingest.home import Home
from tests.privacy.attacker import FEASIBLE, Attack, Cell, K, Row, lines_of

YEAR = 2025
# So many whole numbers a hidden count must be able to be.
MUNICIPALITIES = {f"WK{number:02}": f"GM{number % 3}" for number in range(9)}
SERVICES = ("AMW", "JGW", "OBW")
CODES = {
    "total": (),
    "municipality": ("region_code",),
    "wijk": ("region_code",),
    "service": ("service_code",),
    "service_municipality": ("service_code", "region_code"),
}


class Person:
    """Somebody with a wijk, services, a month and an answer."""

    def __init__(self, chance: random.Random, *, is_in_two: bool) -> None:
        self.wijk = chance.choice(sorted(MUNICIPALITIES)) if chance.random() < 0.6 else "WK00"
        self.services = chance.sample(SERVICES, 2 if is_in_two and chance.random() < 0.2 else 1)
        self.month = chance.randint(1, 12)
        self.is_positive = chance.random() < 0.4

    def cells(self) -> Iterator[Cell]:
        """Give every cell that counts this person."""
        municipality = MUNICIPALITIES[self.wijk]
        slices = {
            ("total",),
            ("municipality", municipality),
            ("wijk", self.wijk),
            *(("service", service) for service in self.services),
            *(("service_municipality", service, municipality) for service in self.services),
        }
        quarter = date(YEAR, (self.month - 1) // 3 * 3 + 1, 1)
        for period in (("year", date(YEAR, 1, 1)), ("quarter", quarter)):
            for each in slices:
                yield (*period, *each)


def people(seed: int, *, is_in_two: bool = False) -> list[Person]:
    """Return the people of one random table."""
    chance = random.Random(seed)  # noqa: S311 - a reproducible table, not a secret
    return [Person(chance, is_in_two=is_in_two) for _ in range(chance.randint(60, 900))]


def counted(persons: list[Person]) -> dict[Cell, tuple[int, int]]:
    """Return the exact numerator and denominator of every cell."""
    whole, part = Counter[Cell](), Counter[Cell]()
    for person in persons:
        for cell in person.cells():
            whole[cell] += 1
            part[cell] += person.is_positive
    return {cell: (part[cell], whole[cell]) for cell in sorted(whole, key=str)}


def wholes(cell: Cell) -> Iterator[tuple[str, Cell]]:
    """Give what a cell is a part of, and how it is divided."""
    period_type, start, breakdown, *codes = cell
    if period_type == "quarter":
        yield "quarter", ("year", date(YEAR, 1, 1), breakdown, *codes)
    period = (period_type, start)
    match breakdown:
        case "municipality" | "service":
            yield breakdown, (*period, "total")
        case "wijk":
            yield breakdown, (*period, "municipality", MUNICIPALITIES[codes[0]])
        case "service_municipality":
            yield "municipality of service", (*period, "service", codes[0])
            yield "service of municipality", (*period, "municipality", codes[1])


def release(
    tables: dict[str, dict[Cell, tuple[int, int]]],
    home: Path,
    moment: date,
    run_id: str,
    *,
    is_closed: bool = False,
    minimum: int = 10,
) -> tuple[dict[str, dict[Cell, Row]], Staged]:
    """Return the published rows of every table, and what protection did; frozen/ remembers them."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("create schema warehouse.mart")
        for table in published_tables():
            if table.source:
                columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
                connection.execute(f"create table warehouse.mart.{table.source} ({columns})")
        regions = [
            *((wijk, "wijk", municipality) for wijk, municipality in MUNICIPALITIES.items()),
            *((code, "gemeente", code) for code in sorted(set(MUNICIPALITIES.values()))),
        ]
        connection.executemany(
            "insert into warehouse.mart.dim_region (region_code, region_kind, municipality_code) "
            "values (?, ?, ?)",
            regions,
        )
        rows = [row for name in tables for row in _rows(name, tables[name])]
        connection.register("exact", pa.Table.from_pylist(rows))
        connection.execute("insert into warehouse.mart.fct_kpi_value by name from exact")
        _with_intervals(connection)
        if is_closed:
            connection.execute("""
                insert into warehouse.mart.dim_period (period_type, period_start, is_closed)
                select distinct period_type, period_start, true
                from warehouse.mart.fct_kpi_value
            """)
        staged = stage(connection, Home(home), minimum, Moment(moment, 1))
        remember(Home(home), staged, run_id)
        result = connection.execute("select * from staged_kpi_value order by all")
        names = [column[0] for column in result.description]
        found: dict[str, dict[Cell, Row]] = defaultdict(dict)
        for values in result.fetchall():
            row = dict(zip(names, values, strict=True))
            codes = (row[code] for code in CODES[row["breakdown"]])
            cell = (row["period_type"], row["period_start"], row["breakdown"], *codes)
            found[row["kpi_id"]][cell] = row
    return found, staged


@dataclass
class Found:
    """How many small counts are hidden, are recovered exactly, and have too little room."""

    asked: int = 0
    recovered: int = 0
    narrow: int = 0


def attacked(
    exact: dict[str, dict[Cell, tuple[int, int]]],
    published: dict[str, dict[Cell, Row]],
    *,
    is_additive: bool = True,
    may_contradict: bool = False,
) -> Found:
    """Ask the attacker for every hidden count below ten.

    A release in which figures kept their former numbers can contradict itself; then the attacker
    has nothing.
    """
    found = Found()
    for name, rows in published.items():
        lines = lines_of(
            rows, wholes, is_additive=lambda kind: is_additive or "service" not in kind
        )
        attack = Attack(rows.items(), lines)
        for cell, row in rows.items():
            part, whole = exact[name][cell]
            counts = {"a": part, "b": whole, "rest": whole - part}
            small = {key: count for key, count in counts.items() if count < K}
            for key, count in small.items() if row["status"] != "getoond" else ():
                limits = attack.range_of(cell, key)
                found.asked += 1
                if limits is None:
                    assert may_contradict
                    continue
                low, high = limits
                assert may_contradict or low <= count <= high
                found.recovered += low == high == count
                found.narrow += min(high, K - 1) - low + 1 < FEASIBLE
    return found


def _rows(name: str, counts: dict[Cell, tuple[int, int]]) -> Iterator[dict[str, Any]]:
    for (period_type, start, breakdown, *codes), (part, whole) in counts.items():
        yield {
            "kpi_id": name,
            "design": "afterwards",
            "period_type": period_type,
            "period_start": start,
            "breakdown": breakdown,
            "region_code": None,
            "service_code": None,
            "numerator": Decimal(part),
            "denominator": Decimal(whole),
            "value": round(Decimal(100 * part) / whole, 4),
            "unit": "percentage",
            "n_subjects": whole,
            "time_behaviour": "flow",
            "status": "getoond",
        } | dict(zip(CODES[breakdown], codes, strict=True))


def _with_intervals(connection: duckdb.DuckDBPyConnection) -> None:
    z, share = 1.959964, "(cast(numerator as double) / denominator)"
    half = f"{z} * sqrt({share} * (1 - {share}) / denominator + {z * z / 4} / denominator ** 2)"
    for name, sign in (("interval_low", "-"), ("interval_high", "+")):
        connection.execute(f"""
            update warehouse.mart.fct_kpi_value set {name} = greatest(
                100 * ({share} + {z * z / 2} / denominator {sign} {half})
                / (1 + {z * z} / denominator), 0)
        """)
