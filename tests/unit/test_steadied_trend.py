"""The trend of a check tells no difference of fewer than ten records from day to day."""

from datetime import date

import duckdb
import pytest

from exports.protection.checks import protected_checks, steadied_trend


def trend(*hits: int, applicable: int = 200) -> list[tuple[int | None, int | None]]:
    """Return what is published of a check that found `hits` on consecutive days."""
    with duckdb.connect() as connection:
        connection.execute("""
            create table exact (
                check_id varchar, source_id varchar, team_code varchar, counted_on date,
                row_number bigint, n_applicable bigint, n_hit bigint, share decimal(18, 4)
            )
        """)
        for day, hit in enumerate(hits, start=1):
            connection.execute(
                "insert into exact values ('C01', 'ecd', 'T1', ?, ?, ?, ?, ? / ?)",
                [date(2025, 1, day), day, applicable, hit, hit, applicable],
            )
        connection.execute(f"""
            create table staged as
            select protected.*, exact.n_hit as exact_numerator,
                exact.n_applicable as exact_denominator
            from ({protected_checks("exact", has_periods=False)}) as protected
            inner join exact using (row_number)
        """)
        steadied_trend(connection, "staged", 10)
        return connection.execute(
            "select n_applicable, n_hit from staged order by counted_on"
        ).fetchall()


@pytest.mark.parametrize(
    ("hits", "shown"),
    [
        ((20, 23, 24, 30), [20, 20, 20, 30]),
        ((20, 29, 38), [20, 20, 40]),
        ((20, 20, 9, 31), [20, 20, None, 30]),
        ((12, 8), [10, 10]),
        ((8, 12), [None, None]),
    ],
)
def test_a_day_repeats_the_former_one_unless_ten_records_changed(
    hits: tuple[int, ...], shown: list[int | None]
) -> None:
    assert [hit for _, hit in trend(*hits)] == shown
