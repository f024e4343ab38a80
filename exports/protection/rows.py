"""Staged figures as rows of the linked system."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from exports.protection.linked import Row, Slice
from exports.protection.pairs import manner
from exports.protection.rounding import WHOLE_PERCENTS_FROM
from exports.tables import PublishedTable

_CODES = (
    "region_code", "service_code", "team_code", "project_code",
    "commissioner_code", "age_band", "respondent_role", "cultural_background",
)  # fmt: skip
_OUTCOMES = {"answer_value": "answer_code", "instrument_value": "outcome_code"}
_ROWS_AT_ONCE = 10_000
# Per figure its table and its rows there.
Owners = dict[int, tuple[str, list[int]]]


def measure_sql(table: PublishedTable) -> str:
    """Return the expression for what a row of `table` counts: the table and part of its key."""
    places = ("period_type", "period_start", "breakdown", *_CODES)
    parts = [name for name in (table.group or table.key) if name not in places]
    values = ", ".join(f"coalesce(cast({name} as varchar), '')" for name in parts)
    return f"concat_ws('|', '{table.name}', {values})"


def linked_rows(
    connection: duckdb.DuckDBPyConnection,
    tables: list[PublishedTable],
    names: Mapping[str, str],
    minimum: int,
) -> tuple[list[Row], Owners]:
    """Return the own figures of `tables`, and which rows each figure is.

    Levels that are left out as too fine are no part of it: nothing of them is shown, so whatever
    stands above them can be divided over them in any way. But for projects: each is of one service,
    team, opdrachtgever and wijk, and so ties what is shown of those together.
    """
    rows: list[Row] = []
    owners: Owners = {}
    figure = 0
    for table in tables:
        numbers: dict[int, int] = {}
        for group, row_number, *values in _read(connection, table, names[table.name]):
            if group not in numbers:
                numbers[group] = figure = figure + 1
                owners[figure] = (table.name, [])
            owners[numbers[group]][1].append(row_number)
            rows.append(_row(numbers[group], values, minimum))
    return rows, owners


def _read(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable, name: str
) -> Iterator[tuple[Any, ...]]:
    columns = {column.name for column in table.columns}
    measure = measure_sql(table)
    group = ", ".join(table.group)
    codes = ", ".join(code for code in _CODES if code in columns)
    found = connection.execute(f"""
        select
            {f"dense_rank() over (order by {group})" if group else "row_number"} as figure,
            row_number,
            {measure} as series,
            {_OUTCOMES.get(table.name, "''")} as outcome,
            period_type,
            period_start,
            breakdown,
            list_filter([{codes}], lambda code: code is not null) as codes,
            unit,
            {"time_behaviour = 'stock'" if "time_behaviour" in columns else "false"} as is_stock,
            status = 'getoond' as is_shown,
            is_locked,
            exact_numerator,
            exact_denominator,
            exact_subjects,
            cast(numerator as double) as numerator,
            cast(denominator as double) as denominator,
            cast(n_subjects as double) as n_subjects,
            cast(value as double) as value,
            interval_low is not null as has_interval
        from {name}
        where design is distinct from 'open_data' and exact_numerator is not null
        qualify
            not is_too_fine
            or breakdown = 'project'
            or bool_or(status = 'getoond') over (
                partition by {measure}, breakdown, period_type, period_start
            )
        order by figure, row_number
    """)
    while batch := found.fetchmany(_ROWS_AT_ONCE):
        yield from batch


def _row(figure: int, values: Sequence[Any], minimum: int) -> Row:
    (
        series, outcome, period_type, period_start, breakdown, codes, unit, is_stock, is_shown,
        is_locked, part, whole, subjects, *shown, has_interval,
    ) = values  # fmt: skip
    pair = None
    is_share_of_people = unit == "percentage" and whole == subjects
    if is_shown and is_share_of_people and part.is_integer() and whole.is_integer():
        pair = manner(int(part), int(whole), minimum, has_interval=has_interval)
    return Row(
        figure=figure,
        series=series,
        outcome=outcome,
        period=(period_type, period_start),
        slice=Slice(breakdown, tuple(codes)),
        unit=unit,
        is_stock=is_stock,
        is_shown=is_shown,
        is_locked=is_locked,
        numerator=part,
        denominator=whole,
        subjects=subjects,
        step=_step(unit, whole, subjects),
        shown_numerator=shown[0],
        shown_denominator=shown[1],
        shown_subjects=shown[2],
        shown_value=shown[3],
        pair=pair if pair is not None and pair.is_shown else None,
    )


def _step(unit: str, whole: float | None, subjects: float | None) -> float:
    if unit == "percentage":
        return 1 if min(whole or 0, subjects or 0) >= WHOLE_PERCENTS_FROM else 5
    return 5 if unit in ("count", "euro") else 0.1


def series_counts(*names: str) -> dict[str, str]:
    """Return per kind of count the query for its series, slice, period and exact count."""
    queries = {}
    for name, measure in zip(names, _MEASURES, strict=True):
        codes = ", ".join(_CODES)
        for part, exact in (("::part", "exact_numerator"), (":whole", "exact_denominator")):
            queries[f"{name}{part}"] = f"""
                select {measure} || '{part}' as series, concat_ws('|', breakdown, {codes}) as slice,
                    period_start, {exact} as count
                from {name}
                where period_type = 'year' and design is distinct from 'open_data'
                    and {exact} is not null
            """
    return queries


_MEASURES = (
    "concat_ws('|', 'kpi_value', kpi_id, design)",
    "concat_ws('|', 'question_value', question_id, design)",
)
