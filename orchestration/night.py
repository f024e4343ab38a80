"""The steps of one night: each calls a room and leaves its result on disk for the next."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, wraps
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from exports.audience import forget_handed_out
from exports.frozen import REMEMBERED, remember, remembered
from exports.kept_releases import retire
from exports.release import ReleaseResult, RunFacts, publish
from exports.stories import forget_withdrawn
from exports.unknown_titles import write_unknown_titles
from ingest import open_data
from ingest.contracts import Contracts, contract_columns, load_contracts
from ingest.definitions import importing as definitions
from ingest.deliveries import door_results, newest_judged, rebuild_raw, take_in
from ingest.door import DoorBatch, DoorResult
from ingest.home import Home
from ingest.kept.erasure import comply
from ingest.kept.retention import Retention
from ingest.keys import KeyStore
from ingest.meetplan.consent import STORIES, media_with_consent, stories_with_consent
from ingest.meetplan.keeping import filled_tables, meetplan_state, take_in_meetplan, write_raw
from ingest.pulled import Patience
from ingest.raw_tables import (
    WORKBOOK_SOURCE,
    raw_tables,
    tables_filled_by,
    write_missing_tables,
    write_table,
)
from ingest.source_states import (
    SourceResult,
    arrival_results,
    source_states,
    unclaimed,
    unusable_states,
)
from ingest.unforeseen import described, is_own
from orchestration import dbt, progress, spark
from orchestration.kept_build import KeptBuild
from orchestration.readiness import NotReadyError, disk_fault, require_ready, require_writable
from orchestration.run_lock import NightError
from orchestration.settings import Settings
from quality.catalogue import check_catalogue, check_columns, chosen_checks, waivers_in_force
from quality.data_docs import write_data_docs
from quality.judged_release import JudgedRelease, resumed_kpis
from quality.lineage import kpi_columns, kpi_columns_key
from quality.meetplan import Judgement, judge, known_beside
from quality.meetplan.findings_file import write_findings

if TYPE_CHECKING:
    from quality.release import ReleaseJudge

P = ParamSpec("P")
T = TypeVar("T")


def _without_values(step: Callable[P, T]) -> Callable[P, T]:
    """Keep what an unforeseen error says out of the log and the history of Dagster.

    Its message may quote what was being read; its kind and place are enough to mend it.
    """

    @wraps(step)
    def step_without_values(*arguments: P.args, **options: P.kwargs) -> T:
        try:
            return step(*arguments, **options)
        except Exception as error:
            if is_own(error):
                raise
            unforeseen = NightError(
                disk_fault(arguments[0].home, error)
                if isinstance(error, OSError) and isinstance(arguments[0], Night)
                else f"Onverwachte fout: {described(error)}. Meld dit als storing."
            )
        # Outside the handler, so that the error is not remembered as its cause either.
        raise unforeseen

    return step_without_values


@dataclass(frozen=True)
class Night:
    """One night of one organisation."""

    home: Home
    settings: Settings

    @classmethod
    def of(cls, root: Path, **asked: object) -> "Night":
        """Return the night of the home at `root`; what was `asked` overrules its settings."""
        home = Home(root.resolve())
        try:
            home.create()
            require_writable(home)
        except OSError as error:
            raise NotReadyError(disk_fault(home, error)) from None
        return cls(home, Settings.of(home.settings_file, **asked))

    def require_ready(self) -> None:
        """Raise NotReadyError when the clock or the disk would spoil this night."""
        require_ready(self.home, is_date_chosen=self.settings.as_of is not None)

    @cached_property
    def contracts(self) -> Contracts:
        """Return the organisation's source contracts.

        Raises NightError when none can be used: a night without sources publishes emptiness.
        """
        contracts = load_contracts(
            self.home.contracts,
            special_category_ground=self.settings.cultural_background_ground.strip(),
        )
        if not contracts.usable:
            faults = "\n".join(each.message for each in contracts.unusable)
            raise NightError(
                faults
                or f"In {self.home.contracts} staan geen broncontracten. Maak het voorbeeld met "
                "'impactkompas example MAP' of zet er contracten in (docs/how-to)."
            )
        return contracts

    @_without_values
    def take_in(self, source_name: str, tables: Collection[str]) -> dict[str, list[SourceResult]]:
        """Take in every delivery for these tables of a source; return the results per table."""
        contracts = [
            each
            for each in self.contracts.usable
            if each.table.source_name == source_name and each.table.table_name in tables
        ]
        progress.current().notices.extend(KeyStore(self.home).guard())
        results: dict[str, list[SourceResult]] = {}
        with progress.current().step(_TITLES[source_name], total=len(contracts)) as done:
            for contract in contracts:
                result = take_in(
                    self.home,
                    contract,
                    as_of=self.settings.business_date,
                    judge=self.judge_delivery,
                    kept_since=self.settings.retention.kept_since(
                        contract.source_id, self.settings.business_date
                    ),
                    patience=Patience(total_seconds=self.settings.pull_patience_seconds),
                    contracts=self.contracts.usable,
                )
                results.setdefault(contract.table.table_name, []).append(result)
                progress.current().sources.append(result)
                done()
        if withholding := [each.source_id for each in contracts if each.withheld]:
            progress.current().notices.append(
                f"Culturele achtergrond uit {', '.join(withholding)} is niet ingenomen: een "
                "bijzonder persoonsgegeven (AVG, artikel 9). Zet in settings.toml bij "
                "cultural_background_ground de grondslag en wie besloot, of haal de kolom uit het "
                "contract."
            )
        return results

    def judge_delivery(self, batch: DoorBatch) -> list[DoorResult]:
        """Judge a delivery with the thresholds of the organisation.

        A night without deliveries does not wait for great-expectations to load.
        """
        from quality.door import judge

        return judge(batch, chosen_checks(self.settings.checks))

    @_without_values
    def read_meetplan(self) -> Judgement:
        """Read and judge the workbook of the organisation; write its rows and what was found.

        Stories without a consent that holds are gone then, whether or not this night publishes.
        The tables of the organisation come first: they say which codes and projects exist.
        """
        as_of = self.settings.business_date
        with progress.current().step("Meetplan lezen"):
            definitions.write_raw(self.home)
            plan = take_in_meetplan(self.home, as_of=as_of)
            known = known_beside(self.home.raw)
            judgement = judge(plan.tables, plan.remarks, known, as_of=as_of)
            write_raw(self.home, judgement.tables, as_of=as_of)
            if plan.is_used:
                write_findings(self.home.meetplan_findings_file, judgement.findings)
            else:
                self.home.meetplan_findings_file.unlink(missing_ok=True)
        with progress.current().step("Ingetrokken verhalen verwijderen"):
            # The former build database may hold one: it goes when the stories are others.
            self.keep_build()
            stories = judgement.tables[STORIES]
            forget_withdrawn(self.home, stories_with_consent(stories, as_of), as_of)
            forget_handed_out(self.home, media_with_consent(stories, as_of))
        if state := meetplan_state(self.home, as_of=as_of):
            progress.current().sources.append(state)
        progress.current().findings.extend(judgement.findings)
        return judgement

    @_without_values
    def pull_open_data(self) -> list[open_data.TableResult]:
        """Pull the published figures from CBS, the stand-in, or the example's own table."""
        with progress.current().step("Open data ophalen"):
            results = open_data.pull(
                self.home,
                mode=self.settings.open_data,
                as_of=self.settings.business_date,
                tables_per_family=self.settings.open_data_tables_per_family,
                revisions_kept=self.settings.open_data_revisions_kept,
                addresses=self.settings.open_data_addresses,
                patience=open_data.Patience(total_seconds=self.settings.open_data_patience_seconds),
            )
        progress.current().tables.extend(results)
        return results

    def apply_terms(self) -> None:
        """Take out of originals and landing what may not be kept, and who was erased."""
        with progress.current().step("Bewaartermijnen toepassen"):
            as_of = self.settings.business_date
            build = KeptBuild(self.home)
            with build.in_doubt():
                erased = comply(self.home, self.contracts.usable)
                terms = Retention(self.home, self.contracts, self.settings.retention, as_of)
                expired = terms.apply()
                if erased or expired.rows:
                    build.clear()
            progress.current().notices.extend(expired.sentences())

    @_without_values
    def note_run(self) -> None:
        """Give dbt what the night itself knows, and what frozen/ remembers of former nights."""
        self.apply_terms()
        with progress.current().step("Stand van de bronnen vastleggen"):
            as_of = self.settings.business_date
            contracts, unusable = self.contracts.usable, self.contracts.unusable
            rebuild_raw(self.home, self.contracts, as_of=as_of)
            choices = self.settings.calculation_choices()
            self._write("settings", [{"name": k, "value": v} for k, v in choices.items()])
            states = source_states(self.home, contracts, as_of=as_of)
            waiting = unusable_states(self.home, unusable, as_of=as_of)
            progress.current().sources.extend(waiting)
            progress.current().notices.extend(each.message for each in unusable if each.is_draft)
            progress.current().notices.extend(unclaimed(self.home, contracts))
            tables = [
                (contract.table, state) for contract, state in zip(contracts, states, strict=True)
            ]
            tables += [
                (table, state)
                for state in waiting
                for table in tables_filled_by(self.home.raw, state.source_id)
            ]
            contracted: list[dict[str, object]] = [
                {
                    "source_id": state.source_id,
                    "source_name": table.source_name,
                    "table_name": table.table_name,
                    "state": state.state,
                    "data_as_of": state.data_as_of,
                    "held_by_check": state.held_by,
                }
                for table, state in tables
            ]
            pulled = open_data.last_results(self.home)
            self._write(
                "sources",
                [
                    *contracted,
                    *filled_tables(self.home, as_of=as_of),
                    *open_data.origin_states(pulled),
                ],
            )
            self._write(
                "door_results",
                [
                    *door_results(self.home),
                    *arrival_results(states),
                    *open_data.expected_results(pulled),
                ],
            )
            self._write_arrow("check_catalogue", check_catalogue(self.settings.checks))
            self._write_arrow("waivers", waivers_in_force(self.settings.waivers, as_of))
            self._write("failed_checks", [])
            self._write_arrow("check_columns", check_columns())
            self._write("contract_columns", contract_columns(contracts))
            for table in REMEMBERED:
                self._write_arrow(table, remembered(self.home, table))
            write_missing_tables(self.home.raw)
            self._write_arrow("kpi_columns", self._kpi_columns())
            # Also when nothing is published tonight: what came in has been judged.
            write_data_docs(self.home, newest_judged(self.home))

    def _kpi_columns(self) -> pa.Table:
        """Return which source columns each KPI reads; compiling for it only when SQL changed."""
        cached = self.home.warehouse / f"kpi_columns-{kpi_columns_key(dbt.PROJECT)[:16]}.arrow"
        if not cached.exists():
            for former in self.home.warehouse.glob("kpi_columns-*.arrow"):
                former.unlink()
            target = self.home.warehouse / "dbt"
            dbt.run_dbt(
                ["compile", "--target-path", str(target)], {**os.environ, **self.dbt_environment()}
            )
            manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
            pq.write_table(kpi_columns(manifest), cached)
        return pq.read_table(cached)

    def dbt_environment(self) -> dict[str, str]:
        """Return the variables with which dbt finds this organisation."""
        return dbt.environment(self.home, self.settings.memory_limit)

    def clear_build(self) -> None:
        """Remove the former build database, so that everything is built from raw."""
        KeptBuild(self.home).clear()
        shutil.rmtree(self.home.spark_warehouse, ignore_errors=True)

    def keep_build(self) -> bool:
        """Say whether the former build database is built on; otherwise it is gone.

        It goes when other stories were in it; on Spark everything is built anew.
        """
        if self.settings.engine == spark.TARGET:
            self.clear_build()
            return False
        file = raw_tables()[STORIES].folder(self.home.raw) / f"{WORKBOOK_SOURCE}.parquet"
        told = hashlib.sha256()
        if file.exists():
            told.update(file.read_bytes())
            consented = stories_with_consent(pq.read_table(file), self.settings.business_date)
            told.update(repr(sorted(consented)).encode())
        return KeptBuild(self.home).keep_if(told.hexdigest())

    def note_failed_checks(self, check_ids: Collection[str]) -> None:
        """Let dbt go on without the checks that threw, and say that their verdict is missing."""
        self._write("failed_checks", [{"check_id": each} for each in sorted(check_ids)])
        progress.current().failed_checks = sorted(check_ids)
        progress.current().notices.extend(
            f"Controle {each} kon niet worden uitgevoerd: cijfers die zij beoordeelt zijn 'niet te "
            "bepalen'. Meld dit als storing."
            for each in sorted(check_ids)
        )

    @_without_values
    def publish(self, run_id: str) -> ReleaseResult:
        """Protect, write, verify and publish the release of this night."""
        from quality.release import ReleaseJudge

        with progress.current().step("Beveiligen en publiceren"):
            facts = RunFacts(
                run_id=run_id,
                as_of=self.settings.business_date,
                started_at=datetime.strptime(run_id, RUN_ID_FORMAT),
                code_version=version("impactkompas"),
                open_data_origin=self.settings.open_data.partition(":")[0],
                cultural_background_ground=self.settings.cultural_background_ground.strip() or None,
                minimum_count=self.settings.minimum_count,
            )
            judge = ReleaseJudge(self.settings.minimum_count, resumed_kpis(self.home))
            result = None
            try:
                # What cannot be published from may be torn where dbt did not look.
                with KeptBuild(self.home).in_doubt():
                    result = publish(
                        self.home,
                        self.home.warehouse_file,
                        facts,
                        check=judge,
                        team_groups=self.settings.team_groups,
                        open_figures_day=self.settings.open_figures_day,
                    )
            finally:
                self._document(judge, facts, is_published=result is not None)
            retire(self.home, self.settings.releases_kept)
            progress.current().notices.extend(result.problems)
            remember(self.home, self.home.warehouse_file, run_id)
            if lists := write_unknown_titles(self.home, self.home.warehouse_file):
                progress.current().notices.append(
                    f"{lists} ingevulde lijsten tellen niet mee: hun projecttitel staat niet in de "
                    "projectentabel (R18). Zet de titels uit "
                    f"{self.home.unknown_titles_file.name} daar als titel of als andere titel bij."
                )
            return result

    def _document(self, judge: "ReleaseJudge", facts: RunFacts, *, is_published: bool) -> None:
        """Write the Data Docs, also of a release that was refused."""
        if judge.tables:
            judged = JudgedRelease(
                run_id=facts.run_id,
                as_of=facts.as_of,
                is_published=is_published,
                tables=judge.tables,
                figures=judge.figures,
            )
            judged.keep(self.home)
            progress.current().judged = judged
        write_data_docs(self.home, newest_judged(self.home))

    def _write(self, table_name: str, rows: list[dict[str, object]]) -> None:
        schema = raw_tables()["run", table_name].schema()
        self._write_arrow(table_name, pa.Table.from_pylist(rows, schema=schema))

    def _write_arrow(self, table_name: str, table: pa.Table) -> None:
        write_table(self.home.raw, ("run", table_name), "night", table)


RUN_ID_FORMAT = "%Y%m%dT%H%M%SZ"

_TITLES = {
    "organisation": "Tabellen van de organisatie innemen",
    "ecd": "ECD innemen",
    "survey": "Vragenlijsten innemen",
}


def new_run_id() -> str:
    """Return the id of a run: its start in UTC."""
    return datetime.now(UTC).strftime(RUN_ID_FORMAT)
