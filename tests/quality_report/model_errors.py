"""Errors that no delivery can cause: a figure changed after the night, as a wrong model would."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.quality_report.measuring import Found


@dataclass(frozen=True)
class ModelPlanter:
    """The error of one check on exact figures: a change in `int_kpi_values`, and who sees it."""

    check_id: str
    how_nl: str
    change: str
    model: str


PLANTERS = (
    ModelPlanter(
        "X01",
        "een gemeente telt in het model een zaak te veel",
        "numerator = numerator + 1 where kpi_id = 'A12' and breakdown = 'municipality' "
        "and period_type = 'month' and period_start = date '2025-06-01' "
        "and region_code = 'GM0599'",
        "chk_x01_parts_add_up",
    ),
    ModelPlanter(
        "X02",
        "de werkvoorraad telt in het model een zaak te weinig",
        "numerator = numerator - 1 where kpi_id = 'A12' and breakdown = 'total' "
        "and period_type = 'month' and period_start = date '2025-06-01'",
        "chk_x02_stock_identity",
    ),
    ModelPlanter(
        "X03",
        "een teller is in het model groter dan zijn noemer",
        "numerator = denominator + 1 where kpi_id = 'A9' and breakdown = 'total' "
        "and period_type = 'year' and period_start = date '2025-01-01'",
        "chk_x03_share_possible",
    ),
)


def measure(night: Path, level: float) -> list[Found]:
    """Return what each check says of a warehouse of which one figure is changed; nought below 2x.

    One hit refuses the release (tests/nights/test_refused_release.py), so no KPI row is marked.
    """
    found = []
    for planter in PLANTERS:
        with duckdb.connect() as connection:
            # The views of the warehouse know it by this name.
            connection.execute(f"attach '{night}' as build")
            connection.execute("begin")
            before = _hits(connection, planter.model)
            if level > 1:
                connection.execute(f"update build.mart.int_kpi_values set {planter.change}")
            hits = _hits(connection, planter.model) - before
            connection.execute("rollback")
        found.append(
            Found(
                check_id=planter.check_id,
                how_nl=planter.how_nl,
                level=level,
                planted=1 if level > 1 else 0,
                has_fired=hits > 0,
                failing=[planter.model] if hits > 0 else [],
                rows_expected=0,
                rows_marked=0,
                rows_missing=0,
                rows_extra=0,
                records_missed=0,
                records_extra=0,
            )
        )
    return found


def _hits(connection: duckdb.DuckDBPyConnection, model: str) -> int:
    ((hits,),) = connection.execute(
        f"select count(*) from build.checks.{model} where is_hit"
    ).fetchall()
    return int(hits)
