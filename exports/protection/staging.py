"""Every protected table as it will be published: tonight's figures, the past, what is linked."""

from dataclasses import dataclass, field
from typing import Any

import duckdb
import pyarrow as pa

from exports.protection.checks import protected_checks, steadied_trend
from exports.protection.detail import Level, too_fine
from exports.protection.figures import PROTECTED_NUMBERS, protected_figures
from exports.protection.history import EXACT, Moment, Past, fresh, repeat
from exports.protection.linked import NO_PEOPLE, System
from exports.protection.pairs import WIDE_STEP, manner, wilson
from exports.protection.places import Places
from exports.protection.rounding import checked_minimum, nearest
from exports.protection.rows import linked_rows, measure_sql, series_counts
from exports.protection.series import compositions, same_series
from exports.protection.suppression import suppress
from exports.tables import PublishedTable, published_tables, quoted
from ingest.home import Home

# Tables of which the figures add up, within the table and between them.
LINKED = ("kpi_value", "question_value", "answer_value", "instrument_value")
_SHOWN = "status = 'getoond'"
_OWN = "design is distinct from 'open_data'"


@dataclass
class Staged:
    """What will be published: per protected table its rows, and what of it is new.

    `publishable` counts the own figures that are large enough by themselves, `kept` those of them
    that are shown; `audited` the small counts that an attacker was asked for, and `narrow` those
    that figures of the past leave too little room.
    """

    publishable: int = 0
    kept: int = 0
    audited: int = 0
    narrow: int = 0
    fresh: dict[str, pa.Table] = field(default_factory=dict)

    @property
    def kept_percentage(self) -> int | None:
        """Return how many percent of the publishable figures is shown; None without any."""
        return 100 * self.kept // self.publishable if self.publishable else None


def staged(name: str) -> str:
    """Return the name of the table that holds what will be published as `name`."""
    return f"staged_{name}"


def stage(
    connection: duckdb.DuckDBPyConnection, home: Home, minimum: int, moment: Moment
) -> Staged:
    """Make the table `staged(name)` of every protected table; `warehouse` is attached.

    First every figure by itself, then less detail where little is left, then what was published
    before, and last what has to be hidden because of what stands beside it.

    Raises:
        ValueError: `minimum` is below the least that is allowed.

    """
    checked_minimum(minimum)
    result = Staged()
    tables = [table for table in published_tables() if table.protection != "none"]
    for table in tables:
        _protect(connection, table, minimum)
        if table.name in LINKED:
            result.publishable += _shown(connection, table)
            _leave_out_detail(connection, table)
        if table.protection != "checks":
            _derive_amounts(connection, table)
            _judge_rows(connection, table, minimum)
        if _has_past(table):
            repeat(connection, Past.of(home, table), staged(table.name), minimum, moment)
    steadied_trend(connection, staged("check_trend"), minimum)
    _suppress(connection, [table for table in tables if table.name in LINKED], minimum, result)
    _hide_twins(connection, next(table for table in tables if table.name == "impact_chain"))
    for table in tables:
        if table.name in LINKED:
            result.kept += _shown(connection, table)
        if _has_past(table):
            result.fresh[table.name] = fresh(connection, table, staged(table.name), moment)
    return result


def remember(home: Home, result: Staged, run_id: str) -> None:
    """Add to frozen/ what was published anew; only for a night that published."""
    for table in published_tables():
        if table.name in result.fresh:
            Past.of(home, table).remember(result.fresh[table.name], run_id)


def _has_past(table: PublishedTable) -> bool:
    """Return whether the rows of a table are of a period, so that they are repeated."""
    return "period_start" in table.key or "year_number" in table.key


def _shown(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> int:
    query = f"select count(*) from {staged(table.name)} where {_SHOWN} and {_OWN}"
    return int(connection.execute(query).fetchall()[0][0])


def _protect(connection: duckdb.DuckDBPyConnection, table: PublishedTable, minimum: int) -> None:
    """Stage every row of tonight by itself, with its exact parts beside it."""
    # Numbered by key: a warehouse that was built anew has its rows in another order.
    numbered = "numbered_rows"
    order = ", ".join(f"{name} nulls first" for name in table.key)
    connection.execute(f"""
        create or replace temp table {numbered} as
        select *, row_number() over (order by {order}) as row_number
        from warehouse.mart.{table.source}
    """)
    if table.protection == "checks":
        has_periods = "period_start" in table.key
        query = protected_checks(numbered, minimum, has_periods=has_periods)
        parts = ("n_hit", "n_applicable", "null")
    else:
        names = [column.name for column in table.columns]
        query = protected_figures(numbered, names, minimum, table.group)
        parts = ("numerator", "denominator", "n_subjects")
    counted = ", ".join(
        f"cast({part} as double) as {name}" for part, name in zip(parts, EXACT, strict=True)
    )
    connection.execute(f"""
        create temp table {staged(table.name)} as
        select protected.*, {", ".join(EXACT)}, false as is_locked, false as is_too_fine
        from ({query}) as protected
        inner join (select row_number, {counted} from {numbered}) as exact using (row_number)
        order by row_number
    """)


def _leave_out_detail(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> None:
    """Show nothing of the levels that are too fine for their numbers."""
    measure = measure_sql(table)
    counted = connection.execute(f"""
        select {measure}, breakdown, period_type, count(*) filter (where {_SHOWN}), count(*)
        from {staged(table.name)}
        where {_OWN}
        group by all order by all
    """).fetchall()
    levels = {Level(*key): (shown, total) for *key, shown, total in counted}
    rows = [tuple(level) for level in sorted(too_fine(levels))]
    _insert(connection, "fine_levels", ("measure", "breakdown", "period_type"), rows)
    connection.execute(f"""
        update {staged(table.name)} set is_too_fine = true
        where {_OWN} and ({measure}, breakdown, period_type) in (from fine_levels)
    """)
    _hide(connection, table, "is_too_fine")


def _derive_amounts(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> None:
    """Show as the numerator of a mean only what its mean and its number of people already say."""
    units = ", ".join(quoted(unit) for unit in NO_PEOPLE)
    amount = "value * denominator * case unit when 'hours' then 60 else 1 end"
    connection.execute(f"""
        update {staged(table.name)} set numerator = {nearest(f"({amount})", "5")}
        where {_SHOWN} and {_OWN} and unit in ({units})
    """)


def _judge_rows(connection: duckdb.DuckDBPyConnection, table: PublishedTable, minimum: int) -> None:
    """Widen the interval of a share that would give its counts away, or hide it."""
    rows = connection.execute(f"""
        select row_number, exact_numerator, exact_denominator, interval_low is not null
        from {staged(table.name)}
        where {_SHOWN} and {_OWN} and unit = 'percentage' and exact_denominator = exact_subjects
            and exact_numerator % 1 = 0 and exact_denominator % 1 = 0
        order by row_number
    """).fetchall()
    widened, hidden = [], []
    for row, part, whole, has_interval in rows:
        how = manner(int(part), int(whole), minimum, has_interval=has_interval)
        if not how.is_shown:
            hidden.append((row,))
        elif how.is_wide:
            low, high = wilson(int(part), int(whole))
            widened.append((row, int(low // WIDE_STEP), int(-(-high // WIDE_STEP))))
    _insert(connection, "widened_rows", ("row_number", "low", "high"), widened)
    connection.execute(f"""
        update {staged(table.name)} set
            interval_low = {WIDE_STEP} * widened_rows.low,
            interval_high = {WIDE_STEP} * widened_rows.high
        from widened_rows
        where {staged(table.name)}.row_number = widened_rows.row_number
    """)
    _hide_rows(connection, table, hidden)


def _suppress(
    connection: duckdb.DuckDBPyConnection,
    tables: list[PublishedTable],
    minimum: int,
    result: Staged,
) -> None:
    """Hide what would give a hidden count away."""
    places = Places.of(connection)
    names = {table.name: staged(table.name) for table in tables}
    rows, owners = linked_rows(connection, tables, names, minimum)
    counts = series_counts(names["kpi_value"], names["question_value"])
    system = System(
        rows,
        minimum,
        places.parts_of,
        same_series(connection, counts),
        compositions(connection, names["answer_value"], names["instrument_value"]),
    )
    suppression = suppress(system, minimum)
    result.audited, result.narrow = suppression.audited, suppression.narrow
    for table in tables:
        hidden = [
            (row,)
            for figure in sorted(suppression.hidden)
            if owners[figure][0] == table.name
            for row in owners[figure][1]
        ]
        _hide_rows(connection, table, hidden)


def _hide_twins(connection: duckdb.DuckDBPyConnection, chain: PublishedTable) -> None:
    """Hide in the impact chain what is hidden as a KPI: the same people of the same area."""
    hidden = connection.execute(f"""
        select chain.row_number
        from {staged("impact_chain")} as chain
        inner join {staged("kpi_value")} as kpi
            on
                kpi.kpi_id
                = case chain.stage_code when 'bereik' then 'EIGEN-BEREIK' else chain.kpi_id end
                and kpi.period_type = 'year'
                and year(kpi.period_start) = chain.year_number
                and kpi.region_code is not distinct from chain.area_code
                and kpi.service_code is not distinct from chain.service_code
                and coalesce(
                    kpi.team_code, kpi.project_code, kpi.commissioner_code, kpi.respondent_role,
                    kpi.cultural_background
                ) is null
        where
            chain.design is distinct from 'open_data'
            and kpi.status = 'afgeschermd'
            and chain.exact_numerator in (kpi.exact_numerator, kpi.exact_denominator)
        group by chain.row_number
        order by chain.row_number
    """).fetchall()
    _hide_rows(connection, chain, hidden)


def _hide_rows(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable, rows: list[tuple[Any, ...]]
) -> None:
    """Hide rows by their number; of a distribution all its cells."""
    _insert(connection, "hidden_rows", ("row_number",), rows)
    is_hidden = "row_number in (select row_number from hidden_rows)"
    if table.group:
        same = " and ".join(f"cell.{name} is not distinct from one.{name}" for name in table.group)
        name = staged(table.name)
        connection.execute(f"""
            insert into hidden_rows
            select cell.row_number from {name} as cell
            semi join (select * from {name} where {is_hidden}) as one on {same}
        """)
    _hide(connection, table, is_hidden)


def _hide(connection: duckdb.DuckDBPyConnection, table: PublishedTable, where: str) -> None:
    """Take the numbers away from shown rows."""
    names = {column.name for column in table.columns}
    emptied = ", ".join(f"{name} = null" for name in PROTECTED_NUMBERS if name in names)
    connection.execute(f"""
        update {staged(table.name)} set status = 'afgeschermd', {emptied}
        where {_SHOWN} and {where}
    """)


def _insert(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: tuple[str, ...],
    rows: list[tuple[Any, ...]],
) -> None:
    """Make a temporary table of Python rows; numbers are whole, the rest is text."""
    arrays = [pa.array(values) for values in zip(*rows, strict=True)] or [
        pa.array([], pa.int64() if column == "row_number" else pa.string()) for column in columns
    ]
    if not rows and name == "widened_rows":
        arrays = [pa.array([], pa.int64()) for _ in columns]
    held = pa.table(arrays, names=list(columns))
    connection.register("python_rows", held)
    connection.execute(f"create or replace temp table {name} as from python_rows")
    connection.unregister("python_rows")
