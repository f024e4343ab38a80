"""The catalogue of checks as asset checks on the table that holds their outcome."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.organisation import Organisation
from quality.catalogue import catalogue
from quality.outcomes import check_outcomes

OUTCOMES = ["mart", "fct_check_result"]


@dg.multi_asset_check(
    specs=[
        dg.AssetCheckSpec(check.id, asset=OUTCOMES, description=f"{check.name_nl}. {check.rule_nl}")
        for check in catalogue()
    ]
)
def registration_checks(
    context: dg.AssetCheckExecutionContext, organisation: Organisation
) -> Iterator[dg.AssetCheckResult]:
    """Show per check what the night found; a check that threw is an error, whatever its severity.

    A check that failed with a waiver does not pass: it says that it was waived.
    """
    outcomes = check_outcomes(organisation.night().home.warehouse_file)
    for key in context.selected_asset_check_keys:
        found = outcomes[key.name]
        is_error = found.has_thrown or found.severity == "block"
        yield dg.AssetCheckResult(
            check_name=key.name,
            asset_key=key.asset_key,
            passed=not found.has_thrown and not found.failed_parts,
            severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
            description="niet uitgevoerd" if found.has_thrown else None,
            metadata={
                "beoordeeld": found.n_applicable,
                "fout": found.n_hit,
                "grootste aandeel of maat": found.largest,
                "drempel": found.threshold,
                "afgekeurde delen": found.failed_parts,
                "waarvan met uitzondering": found.waived_parts,
                "te weinig gegevens": found.thin_parts,
                "tabellen": found.failed_tables or "-",
            },
        )
