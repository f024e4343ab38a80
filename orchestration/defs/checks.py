"""The catalogue of checks as asset checks on the table that holds their outcome."""

from collections.abc import Iterator

import dagster as dg
import duckdb

from orchestration.defs.organisation import Organisation
from quality.catalogue import catalogue

OUTCOMES = ["mart", "fct_check_result"]
# Months and deliveries; years add the same months up.
_COUNTED = "period_type <> 'year'"


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(check.id, asset=OUTCOMES, description=f"{check.name_nl}. {check.rule_nl}")
        for check in catalogue()
        if check.runs_at != ("kpi",)
    ]
)
def registration_checks(
    context: dg.AssetCheckExecutionContext, organisation: Organisation
) -> Iterator[dg.AssetCheckResult]:
    """Show per check what the night found; a check without any outcome did not run, and fails."""
    warehouse = organisation.night().home.warehouse_file
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = {
            check_id: (applicable, hits, failed, failed_tables)
            for check_id, applicable, hits, failed, failed_tables in connection.execute(
                f"""
                select
                    check_id,
                    sum(n_applicable) filter (where {_COUNTED}),
                    sum(n_hit) filter (where {_COUNTED}),
                    count(*) filter (where state in ('afgekeurd', 'fout') and {_COUNTED}),
                    string_agg(distinct table_name, ', ' order by table_name)
                        filter (where state in ('afgekeurd', 'fout'))
                from mart.fct_check_result
                group by check_id
                """
            ).fetchall()
        }
    severities = {check.id: check.severity for check in catalogue()}
    for key in context.selected_asset_check_keys:
        applicable, hits, failed, failed_tables = found.get(key.name, (0, 0, 1, "niet uitgevoerd"))
        yield dg.AssetCheckResult(
            check_name=key.name,
            asset_key=key.asset_key,
            passed=failed == 0,
            severity=(
                dg.AssetCheckSeverity.ERROR
                if severities[key.name] == "block"
                else dg.AssetCheckSeverity.WARN
            ),
            metadata={
                "n_applicable": int(applicable or 0),
                "n_hit": int(hits or 0),
                "afgekeurde delen": int(failed),
                "tabellen": failed_tables or "-",
            },
        )
