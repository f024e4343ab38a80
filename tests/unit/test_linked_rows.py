"""Which figures of a release an attacker can reckon with."""

from datetime import date

import duckdb

from exports.protection.rows import linked_rows
from exports.tables import published_tables


def test_of_levels_that_are_too_fine_only_projects_stay_in_the_system() -> None:
    (table,) = (each for each in published_tables() if each.name == "kpi_value")
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    row = {
        "kpi_id": "E4.1.1",
        "design": "afterwards",
        "period_type": "month",
        "period_start": date(2025, 1, 1),
        "unit": "percentage",
        "status": "afgeschermd",
        "exact_numerator": 1,
        "exact_denominator": 2,
        "exact_subjects": 2,
        "is_locked": False,
        "is_too_fine": True,
    }
    with duckdb.connect() as connection:
        connection.execute(
            f"create table staged (row_number bigint, {columns}, exact_numerator double, "
            "exact_denominator double, exact_subjects double, is_locked boolean, "
            "is_too_fine boolean)"
        )
        for number, given in enumerate(
            (
                {"breakdown": "project", "project_code": "P1"},
                {"breakdown": "wijk", "region_code": "WK059910"},
                {"breakdown": "service", "service_code": "OUD", "is_too_fine": False},
            )
        ):
            cells = row | given | {"row_number": number}
            connection.execute(
                f"insert into staged ({', '.join(cells)}) values ({', '.join('?' * len(cells))})",
                list(cells.values()),
            )
        rows, _ = linked_rows(connection, [table], {"kpi_value": "staged"}, 10)
    assert sorted(each.slice.breakdown for each in rows) == ["project", "service"]
