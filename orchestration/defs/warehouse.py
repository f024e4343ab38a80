"""Every dbt model as an asset and every dbt test as a check, in one dbt build."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from orchestration import dbt as project
from orchestration import progress
from orchestration.defs.organisation import Organisation

WAREHOUSE = project.dbt_project()


class GroupedByFolder(DagsterDbtTranslator):
    """Shows dbt models in groups as they stand in folders: staging, intermediate, kpi, marts."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Return the first folder below models or seeds."""
        return str(dbt_resource_props["fqn"][1])


@dbt_assets(
    manifest=WAREHOUSE.manifest_path,
    project=WAREHOUSE,
    # Data tests of the marts are for the tables about to be published: quality/suites.py.
    exclude="tag:at_release",
    dagster_dbt_translator=GroupedByFolder(),
)
def warehouse(
    context: dg.AssetExecutionContext, dbt: DbtCliResource, organisation: Organisation
) -> Iterator[Any]:
    """Build the warehouse anew from raw; unit tests are for the desk, not for the night."""
    night = organisation.night()
    night.clear_build()
    os.environ.update(night.dbt_environment())
    nodes = len(context.op_execution_context.selected_asset_keys)
    with progress.current().step("KPI's berekenen", total=nodes) as done:
        build = dbt.cli(
            ["build", "--exclude-resource-type", "unit_test"],
            context=context,
            target_path=night.home.warehouse / "dbt",
        )
        for event in build.stream():
            if isinstance(event, dg.Output | dg.AssetMaterialization):
                done()
            yield event
