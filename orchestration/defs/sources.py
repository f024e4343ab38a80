"""Raw tables: deliveries through their contracts, the meetplan, and open data."""

from collections.abc import Iterator
from dataclasses import asdict, fields
from datetime import date

import dagster as dg

from ingest.open_data import TableResult
from ingest.raw_tables import CONTRACTED_SOURCES, WORKBOOK_SOURCE, raw_tables
from orchestration.defs.organisation import Organisation

# A service has bad minutes; a delivery that is wrong does not get better by trying again.
RETRIES = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL)


def tables_of(source_name: str) -> list[dg.AssetKey]:
    """Return the keys of the raw tables of one source, as dagster-dbt names dbt's sources."""
    return [dg.AssetKey(key) for key in raw_tables() if key[0] == source_name]


def _specs(source_name: str, deps: list[dg.AssetKey]) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            key,
            deps=deps,
            group_name=source_name,
            kinds={"parquet"},
            description=raw_tables()[key.path[0], key.path[1]].description,
        )
        for key in tables_of(source_name)
    ]


def contracted(source_name: str) -> dg.AssetsDefinition:
    """Return the raw tables of one source that come in through contracts."""
    # Postcodes become areas through a table of the organisation: it comes in first.
    deps = [] if source_name == "organisation" else tables_of("organisation")

    @dg.multi_asset(name=f"take_in_{source_name}", specs=_specs(source_name, deps), can_subset=True)
    def take_in(
        context: dg.AssetExecutionContext, organisation: Organisation
    ) -> Iterator[dg.MaterializeResult[None]]:
        asked = [key for key in tables_of(source_name) if key in context.selected_asset_keys]
        results = organisation.night().take_in(source_name, {key.path[1] for key in asked})
        for key in asked:
            filled = results.get(key.path[1], [])
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "dagster/row_count": sum(each.rows_out for each in filled),
                    "rejected": sum(each.rejected for each in filled),
                    "state": ", ".join(each.state for each in filled) or "geen contract",
                    "message": " ".join(each.message for each in filled if each.message) or "-",
                },
            )

    return take_in


@dg.multi_asset(name="read_meetplan", specs=_specs(WORKBOOK_SOURCE, tables_of("organisation")))
def read_meetplan(organisation: Organisation) -> Iterator[dg.MaterializeResult[None]]:
    """Read the workbook of the organisation; one that cannot be opened keeps its last good rows."""
    judgement = organisation.night().read_meetplan()
    for key in tables_of(WORKBOOK_SOURCE):
        rows = judgement.tables[key.path[0], key.path[1]]
        rejected = len(rows) - rows["reject_reason"].null_count
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={"dagster/row_count": len(rows) - rejected, "rejected": rejected},
        )


@dg.multi_asset(name="pull_open_data", specs=_specs("open_data", []), retry_policy=RETRIES)
def pull_open_data(organisation: Organisation) -> Iterator[dg.MaterializeResult[None]]:
    """Pull published figures; a table that cannot be reached keeps its last good copy."""
    results = organisation.night().pull_open_data()
    for key in tables_of("open_data"):
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                "dagster/row_count": sum(each.row_count for each in results),
                "tables": dg.MetadataValue.table(
                    [
                        dg.TableRecord({k: _plain(v) for k, v in asdict(each).items()})
                        for each in results
                    ],
                    dg.TableSchema([dg.TableColumn(each.name) for each in fields(TableResult)]),
                ),
            },
        )


def _plain(value: str | int | date | None) -> str | int:
    """Return a value as Dagster shows it in a table."""
    return value if isinstance(value, int) else str(value or "-")


@dg.multi_asset(
    name="note_run",
    specs=_specs(
        "run",
        [
            key
            for name in (*CONTRACTED_SOURCES, WORKBOOK_SOURCE, "open_data")
            for key in tables_of(name)
        ],
    ),
)
def note_run(organisation: Organisation) -> Iterator[dg.MaterializeResult[None]]:
    """Write down what the night itself knows, as tables for dbt."""
    organisation.night().note_run()
    for key in tables_of("run"):
        yield dg.MaterializeResult(asset_key=key)


@dg.definitions
def sources() -> dg.Definitions:
    """Define the raw tables of every source."""
    return dg.Definitions(
        assets=[
            *(contracted(name) for name in CONTRACTED_SOURCES),
            read_meetplan,
            pull_open_data,
            note_run,
        ]
    )
