"""The release: what readers get, and what was expected of every table of it."""

from collections.abc import Iterator

import dagster as dg

from exports.release import ReleaseError
from exports.tables import published_tables
from orchestration import progress
from orchestration.defs.organisation import Organisation
from orchestration.night import new_run_id

RUN_ID_TAG = "impactkompas/run_id"
PUBLISHED = ["release", "published"]


@dg.asset(
    key=PUBLISHED,
    deps=[dg.AssetKey(["mart", table.source]) for table in published_tables() if table.source],
    group_name="release",
    kinds={"duckdb", "parquet"},
    check_specs=[
        dg.AssetCheckSpec(table.name, asset=PUBLISHED, description=f"Wat {table.name} moet zijn.")
        for table in published_tables()
    ],
)
def published(
    context: dg.AssetExecutionContext, organisation: Organisation
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Protected tables as Parquet and DuckDB; the former release stays when this one is refused."""
    run_id = context.run.tags.get(RUN_ID_TAG) or new_run_id()
    night = organisation.night()
    try:
        result = night.publish(run_id)
    except ReleaseError:
        yield from _judged()
        raise
    progress.current().release = result
    yield dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(str(result.path)),
            "data docs": dg.MetadataValue.path(str(night.home.data_docs_file)),
            **result.rows,
        }
    )
    yield from _judged()


def _judged() -> Iterator[dg.AssetCheckResult]:
    """Show per table what became of its expectations, in counts."""
    judged = progress.current().judged
    for suite in judged.tables if judged else ():
        forbids = any(verdict.forbids for verdict in suite.verdicts)
        yield dg.AssetCheckResult(
            check_name=suite.name,
            passed=suite.broken == 0,
            severity=dg.AssetCheckSeverity.ERROR if forbids else dg.AssetCheckSeverity.WARN,
            metadata={
                "verwachtingen": len(suite.verdicts),
                "niet in orde": suite.broken,
                "n_hit": sum(verdict.n_hit for verdict in suite.verdicts),
            },
        )
