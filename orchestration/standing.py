"""How a home stands: its sources, its meetplan and its newest figures, as far as files tell."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from exports.release import current_release, published_age
from ingest.contracts import Contracts, load_contracts
from ingest.home import Home
from ingest.meetplan.keeping import meetplan_state
from ingest.open_data import TableResult, last_results
from ingest.raw_tables import raw_tables
from ingest.source_states import SourceResult, source_states, unusable_states
from orchestration.exit_codes import FLAGS, HELD, OK
from quality.meetplan.findings_file import read_findings
from quality.meetplan.plan import Finding

RELIABILITY_NL = ("betrouwbaar", "let op", "onbetrouwbaar", "niet te bepalen")
# KPI rows by (layer, reliability).
FigureCounts = dict[tuple[str, str], int]


@dataclass(frozen=True)
class Standing:
    """What decides the exit code of a night that published."""

    sources: Sequence[SourceResult]
    tables: Sequence[TableResult]
    findings: Sequence[Finding]
    figures: FigureCounts
    failed_checks: Sequence[str]

    @classmethod
    def of(cls, home: Home, as_of: date) -> "Standing":
        """Return how a home stands after its last night."""
        release = current_release(home)
        return cls(
            sources=sources_of(home, load_contracts(home.contracts), as_of),
            tables=last_results(home),
            findings=read_findings(home.meetplan_findings_file),
            figures=figure_counts(release) if release else {},
            failed_checks=_failed_checks(home),
        )

    @property
    def exit_code(self) -> int:
        """Return 0 when all is well, 1 with flags, 2 when somebody has to act for a source."""
        results: list[SourceResult | TableResult] = [*self.sources, *self.tables]
        if any(map(is_held, results)):
            return HELD
        is_stale = any(each.state == "verouderd" for each in results)
        return FLAGS if is_stale or self.refused or self.doubtful or self.failed_checks else OK

    @property
    def refused(self) -> int:
        """Return how many findings made rows of the meetplan be left out."""
        return sum(each.severity == "fout" for each in self.findings)

    @property
    def doubtful(self) -> int:
        """Return how many KPI rows are not reliable."""
        own = self.own_figures
        return own.total() - own["betrouwbaar"]

    @property
    def own_figures(self) -> Counter[str]:
        """Return the number of KPI rows per reliability.

        Open data of some years ago is normal, not something that tonight did.
        """
        own: Counter[str] = Counter()
        for (layer, reliability), count in self.figures.items():
            if layer != "impact":
                own[reliability] += count
        return own


def sources_of(home: Home, contracts: Contracts, as_of: date) -> list[SourceResult]:
    """Return how every source stands, those with an unusable contract and the meetplan included."""
    states = source_states(home, contracts.usable, as_of=as_of)
    states += unusable_states(home, contracts.unusable, as_of=as_of)
    plan = meetplan_state(home, as_of=as_of)
    return [*states, plan] if plan else states


def is_held(result: SourceResult | TableResult) -> bool:
    """Say whether somebody has to act before this source is right again."""
    if isinstance(result, SourceResult) and not result.is_awaited:
        return False
    is_escalated = isinstance(result, SourceResult) and result.is_escalated
    return is_escalated or result.state in ("vastgehouden", "ontbreekt")


def _failed_checks(home: Home) -> list[str]:
    """Return the checks that the last night could not make."""
    file = raw_tables()["run", "failed_checks"].folder(home.raw) / "night.parquet"
    return pq.read_table(file)["check_id"].to_pylist() if file.exists() else []


def figure_counts(release: Path) -> FigureCounts:
    """Return the number of KPI rows of a release per layer and reliability."""
    parquet = release / "intern" / "parquet"
    rows = duckdb.execute(
        """
        select dim_kpi.layer, kpi_value.reliability, count(*)
        from read_parquet(?) as kpi_value
        inner join read_parquet(?) as dim_kpi on kpi_value.kpi_id = dim_kpi.kpi_id
        group by all
        """,
        [str(parquet / "kpi_value.parquet"), str(parquet / "dim_kpi.parquet")],
    ).fetchall()
    return {(layer, reliability): count for layer, reliability, count in rows}


def release_line(home: Home, as_of: date) -> str:
    """Return which release is published and how old its figures are."""
    release = current_release(home)
    if release is None:
        return "nog geen uitgave"
    age = published_age(home, as_of)
    return f"{release.name}, {age} dagen oud" if age != 1 else f"{release.name}, 1 dag oud"
