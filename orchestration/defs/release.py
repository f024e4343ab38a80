"""The release: what readers get."""

import dagster as dg

from exports.tables import published_tables
from orchestration import progress
from orchestration.defs.organisation import Organisation
from orchestration.night import new_run_id

RUN_ID_TAG = "impactkompas/run_id"


@dg.asset(
    key=["release", "published"],
    deps=[dg.AssetKey(["mart", table.source]) for table in published_tables() if table.source],
    group_name="release",
    kinds={"duckdb", "parquet"},
)
def published(
    context: dg.AssetExecutionContext, organisation: Organisation
) -> dg.MaterializeResult[None]:
    """Protected tables as Parquet and DuckDB; the former release stays when this one is refused."""
    run_id = context.run.tags.get(RUN_ID_TAG) or new_run_id()
    result = organisation.night().publish(run_id)
    progress.current().release = result
    return dg.MaterializeResult(
        metadata={"path": dg.MetadataValue.path(str(result.path)), **result.rows}
    )
