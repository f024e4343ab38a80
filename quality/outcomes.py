"""What a night's checks came to, one line per check, from the table that holds their outcome."""

from dataclasses import dataclass
from pathlib import Path

import duckdb


@dataclass(frozen=True)
class CheckOutcome:
    """One check over a whole night: its numbers, and in how many parts it failed.

    A part is a source, table, column, team and month (or delivery); years add the same rows up.
    `largest` is the largest share or measure of a part that was judged.
    """

    check_id: str
    severity: str
    threshold: float
    n_applicable: int
    n_hit: int
    largest: float
    failed_parts: int
    waived_parts: int
    thin_parts: int
    failed_tables: str
    has_thrown: bool


def check_outcomes(warehouse: Path) -> dict[str, CheckOutcome]:
    """Return every check of the night that built `warehouse`, by its id."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            """
            with counted as (
                select *, state in ('afgekeurd', 'fout') as is_failed
                from mart.fct_check_result
                where period_type <> 'year' or measure is not null or source_name = 'kpi'
            )

            select
                check_id,
                any_value(severity),
                cast(coalesce(any_value(threshold), 0) as double),
                cast(sum(n_applicable) as bigint),
                cast(sum(n_hit) as bigint),
                cast(
                    coalesce(
                        max(coalesce(share, measure)) filter (where state <> 'te weinig'), 0
                    ) as double
                ),
                count(*) filter (where is_failed),
                count(*) filter (where is_failed and is_waived),
                count(*) filter (where state = 'te weinig'),
                coalesce(
                    string_agg(distinct table_name, ', ' order by table_name)
                        filter (where is_failed),
                    ''
                ),
                bool_or(state = 'fout')
            from counted
            group by check_id
            """
        ).fetchall()
    return {row[0]: CheckOutcome(*row) for row in rows}
