"""What must hold before a release is published: the suites of its tables, the checks on figures."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import duckdb
import pandas as pd

from exports.tables import published_tables
from ingest.dutch import number
from quality.catalogue import Check, catalogue
from quality.expectations import Outcome, validate
from quality.judged_release import SuiteResult, Verdict
from quality.suites import Rule, Suite

# Of 2,048 rows each: the figures of a whole country do not fit in memory at once.
_VECTORS_PER_FRAME = 60
_KPIS_NAMED = 5


@dataclass
class ReleaseJudge:
    """Judges what is about to be published, and keeps what became of every rule, without values.

    `resumed_kpis` are per check the KPI's of which a person lets through what it hits.
    """

    minimum_count: int
    resumed_kpis: Mapping[str, frozenset[str]] = field(default_factory=dict)
    tables: list[SuiteResult] = field(default_factory=list)
    figures: list[SuiteResult] = field(default_factory=list)

    def __call__(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        """Return a Dutch sentence for everything that forbids to publish; empty if nothing does.

        The connection has the protected tables in `impact` and the exact ones in `warehouse`. A
        sentence says what does not hold and how often, never a value. What could not be judged
        forbids as well.
        """
        self.tables = [
            judged(Suite(table, self.minimum_count), connection) for table in published_tables()
        ]
        problems = [
            _sentence(suite.name, verdict)
            for suite in self.tables
            for verdict in suite.verdicts
            if verdict.forbids
        ]
        checks = {check: self._of_figures(check, connection) for check in _figure_checks()}
        self.figures = [SuiteResult(name="Exacte cijfers", verdicts=list(checks.values()))]
        return problems + [
            _figure_sentence(check, verdict) for check, verdict in checks.items() if verdict.forbids
        ]

    def _of_figures(self, check: Check, connection: duckdb.DuckDBPyConnection) -> Verdict:
        """Return what the warehouse says of one check on the exact figures."""
        found = connection.execute(
            """
            select n_applicable, n_hit, state, is_waived
            from warehouse.mart.fct_check_result
            where check_id = $id
            """,
            {"id": check.id},
        ).fetchone()
        applicable, hits, state, is_waived = found or (0, 0, "fout", False)
        kpi_ids = _hit_kpis(check, connection) if state == "afgekeurd" else []
        is_resumed = bool(kpi_ids) and self.resumed_kpis.get(check.id, frozenset()) >= set(kpi_ids)
        return Verdict(
            rule_nl=f"{check.id} {check.name_nl}: {check.rule_nl}",
            severity=check.severity,
            n_applicable=applicable,
            n_hit=hits,
            state=state,
            check_id=check.id,
            kpi_ids=kpi_ids,
            let_through_nl="met een uitzondering" * is_waived or "vrijgegeven" * is_resumed,
        )


def judged(suite: Suite, connection: duckdb.DuckDBPyConnection) -> SuiteResult:
    """Judge the columns of a table; its rows and keys only when it has the right columns."""
    verdicts = _verdicts([suite.columns_rule], [connection.sql(suite.columns_query).df()])
    if not any(verdict.forbids for verdict in verdicts):
        verdicts += _verdicts([suite.key_rule], [connection.sql(suite.key_query).df()])
        if suite.rows_query:
            verdicts += _verdicts(suite.rules, _frames(connection, suite.rows_query))
    return SuiteResult(name=suite.table.name, verdicts=verdicts)


def _frames(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[pd.DataFrame]:
    """Give the rows of a query in pieces; at least one, also without rows."""
    rows = connection.execute(query)
    frame = rows.fetch_df_chunk(_VECTORS_PER_FRAME)
    yield frame
    while len(frame := rows.fetch_df_chunk(_VECTORS_PER_FRAME)):
        yield frame


def _verdicts(rules: Iterable[Rule], frames: Iterable[pd.DataFrame]) -> list[Verdict]:
    """Judge every frame by every rule, and add up what became of each."""
    rules = list(rules)
    expectations = {str(place): rule.expectation for place, rule in enumerate(rules)}
    outcomes = [validate(frame, expectations) for frame in frames]
    return [
        _verdict(rule, [outcome[str(place)] for outcome in outcomes])
        for place, rule in enumerate(rules)
    ]


def _verdict(rule: Rule, outcomes: list[Outcome]) -> Verdict:
    has_run = all(outcome.has_run for outcome in outcomes)
    is_met = all(outcome.success for outcome in outcomes)
    return Verdict(
        rule_nl=rule.broken_nl,
        expectation=rule.expectation.expectation_type,
        severity="block" if rule.blocks else "info",
        n_applicable=sum(outcome.judged_count for outcome in outcomes),
        n_hit=sum(outcome.unexpected_count for outcome in outcomes),
        state="fout" if not has_run else "akkoord" if is_met else "afgekeurd",
    )


def _sentence(table_name: str, verdict: Verdict) -> str:
    if verdict.state == "fout":
        return f"{table_name}: of {verdict.rule_nl} kon niet worden nagegaan."
    times = f" ({number(verdict.n_hit)} keer)" * bool(verdict.n_hit)
    return f"{table_name}: {verdict.rule_nl}{times}. Meld dit als fout in de beveiliging of in dbt."


def _figure_checks() -> list[Check]:
    return [check for check in catalogue() if "uitgave" in check.runs_at]


def _hit_kpis(check: Check, connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Return the KPI's that a check on all figures hit."""
    rows = connection.execute(
        """
        select kpi_id
        from warehouse.mart.int_release_checks
        where check_id = $id and n_hit > 0
        order by kpi_id
        """,
        {"id": check.id},
    )
    return [kpi_id for (kpi_id,) in rows.fetchall()]


def _figure_sentence(check: Check, verdict: Verdict) -> str:
    name = f"{check.id} ({check.name_nl})"
    if verdict.state == "fout":
        return f"Controle {name} is niet uitgevoerd. Meld dit als storing."
    others = " en andere" * (len(verdict.kpi_ids) > _KPIS_NAMED)
    return (
        f"Controle {name}: {number(verdict.n_hit)} van {number(verdict.n_applicable)} cijfers "
        f"voldoen niet, van {', '.join(verdict.kpi_ids[:_KPIS_NAMED])}{others}. {check.remedy_nl} "
        "Moet de uitgave nu toch door, geef haar dan vrij met 'impactkompas resume uitgave': deze "
        "cijfers heten dan 'onbetrouwbaar'."
    )
