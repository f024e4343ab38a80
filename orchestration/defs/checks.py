"""The catalogue of checks, shown on the tables that they judge."""

from collections.abc import Iterator

import dagster as dg
import duckdb

from orchestration.defs.organisation import Organisation
from quality.catalogue import catalogue


def _tables_judged() -> list[tuple[str, str, str]]:
    """Return check, source and table for every table that a check judges."""
    return sorted(
        {(check.id, source, table) for check in catalogue() for source, table, _ in check.columns}
    )


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(
            check_id, asset=[source, table], additional_deps=[["mart", "fct_check_result"]]
        )
        for check_id, source, table in _tables_judged()
    ]
)
def registration_checks(organisation: Organisation) -> Iterator[dg.AssetCheckResult]:
    """Show per check and table what the night found; a check without a result did not run."""
    night = organisation.night()
    with duckdb.connect(str(night.home.warehouse_file), read_only=True) as connection:
        found = {
            (check_id, source, table): (applicable, hits, failed)
            for check_id, source, table, applicable, hits, failed in connection.execute(
                """
                select
                    check_id,
                    source_name,
                    table_name,
                    sum(n_applicable) filter (where period_type <> 'year'),
                    sum(n_hit) filter (where period_type <> 'year'),
                    count(*) filter (where state in ('afgekeurd', 'fout'))
                from mart.fct_check_result
                group by check_id, source_name, table_name
                """
            ).fetchall()
        }
    blocking = {check.id for check in catalogue() if check.severity == "block"}
    for check_id, source, table in _tables_judged():
        applicable, hits, failed = found.get((check_id, source, table), (0, 0, 0))
        yield dg.AssetCheckResult(
            check_name=check_id,
            asset_key=[source, table],
            passed=failed == 0,
            severity=(
                dg.AssetCheckSeverity.ERROR if check_id in blocking else dg.AssetCheckSeverity.WARN
            ),
            metadata={
                "n_applicable": int(applicable or 0),
                "n_hit": int(hits or 0),
                "slices_afgekeurd": int(failed),
            },
        )
