"""Every dbt model as an asset and every dbt test as a check, in one dbt build."""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from ingest.pulled.secret import kept_from_children
from orchestration import dbt as project
from orchestration import progress, spark
from orchestration.check_failures import throwing_checks
from orchestration.defs.organisation import Organisation


class _BuildFailedError(Exception):
    """dbt did not bring the build to a good end; the cause is what dagster-dbt says of it."""


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
    """Build what is not as it was; unit tests are for the desk, not for the night.

    What does not come to a good end on the build of a former night is built anew from raw. A check
    that throws does not stop the rest: everything is built once more without it.
    """
    night = organisation.night()
    is_kept = night.keep_build()
    os.environ.update(night.dbt_environment())
    on_spark = night.settings.engine == spark.TARGET
    if on_spark:
        spark.require()
    target = spark.build_folder(night.home) if on_spark else night.home.warehouse / "dbt"
    nodes = len(context.op_execution_context.selected_asset_keys)
    told: set[Any] = set()
    refused: list[dg.AssetCheckResult] = []
    with progress.current().step("KPI's berekenen", total=nodes) as done:

        def build(*selection: str, raise_on_error: bool = False) -> Iterator[Any]:
            with kept_from_children():
                invocation = dbt.cli(
                    [
                        *("build", "--target", night.settings.engine),
                        *("--exclude-resource-type", "unit_test", *selection),
                    ],
                    context=context,
                    target_path=target,
                    raise_on_error=raise_on_error,
                )
            for event in invocation.stream():
                subject = _subject(event)
                if subject in told:
                    continue
                if (
                    not raise_on_error
                    and isinstance(event, dg.AssetCheckResult)
                    and not event.passed
                    and event.severity == dg.AssetCheckSeverity.ERROR
                ):
                    refused.append(event)
                    continue
                told.add(subject)
                if isinstance(event, dg.Output):
                    done()
                yield event
            if invocation.process.returncode:
                raise _BuildFailedError from invocation.get_error()

        def start_anew() -> None:
            refused.clear()
            night.clear_build()
            night.keep_build()

        try:
            yield from _or_anew(build, start_anew) if is_kept else build()
        except _BuildFailedError as failure:
            failed = throwing_checks(target, night.home.warehouse_file)
            if not failed:
                yield from refused
                raise failure.__cause__ or failure from None
            night.note_failed_checks(failed.values())
            left_out = [part for name in failed for part in ("--exclude", name)]
            yield from build(*left_out, raise_on_error=True)
        if on_spark:
            spark.into_build_database(night.home, night.settings.memory_limit)


def _or_anew(build: Callable[[], Iterator[Any]], start_anew: Callable[[], None]) -> Iterator[Any]:
    """Build on what is there, and when that fails from nothing."""
    try:
        yield from build()
    except _BuildFailedError:
        start_anew()
        yield from build()


def _subject(event: Any) -> Any:
    """Return what an event of dagster-dbt is about: Dagster hears of everything once."""
    if isinstance(event, dg.AssetCheckResult):
        return event.asset_key, event.check_name
    return event.output_name if isinstance(event, dg.Output) else id(event)
