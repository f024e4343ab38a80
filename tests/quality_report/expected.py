"""Which KPI rows a check has to mark, counted anew from the planted registrations.

The rule is that of quality/checks.md, paragraph 4, and docs/decisions.md: a KPI is touched when it
reads the judged column; a flow in the month of the error, a stock or a cohort wherever its subject
counts; what no figure counts stands where it says it does; what cannot move the figure by more
than its rounding marks nothing; a slice marks the figures of its team and period.
Nothing of the models between check rows and KPI rows is read here.
"""

from collections.abc import Iterable
from dataclasses import astuple, replace
from typing import Any

import duckdb
import pandas as pd

from tests.quality_report.delivered import Delivered
from tests.quality_report.planting import Hit

BREAKDOWNS: dict[str, tuple[str, ...]] = {
    "total": (),
    "service": ("service_code",),
    "municipality": ("municipality_code",),
    "wijk": ("wijk_code",),
    "service_municipality": ("service_code", "municipality_code"),
    "team": ("team_code",),
    "service_team": ("service_code", "team_code"),
    "project": ("project_code",),
    "commissioner": ("commissioner_code",),
    "service_commissioner": ("service_code", "commissioner_code"),
    "age_band": ("age_band",),
    "respondent_role": ("respondent_role",),
    "cultural_background": ("cultural_background",),
}
# What a registration without a counted subject has of these.
PLACES = ("service_code", "municipality_code", "wijk_code", "team_code")
HIT_COLUMNS = (
    "check_id", "judged", "source_id", "record_ref", "occurred_on", "team_code", "service_code",
    "client", "trajectory", "worker", "response",
)  # fmt: skip
DIMENSIONS = (
    "service_code", "team_code", "project_code", "commissioner_code", "age_band",
    "respondent_role", "cultural_background",
)  # fmt: skip
# What tells one figure from another.
KEY_COLUMNS = (
    "kpi_id", "design", "period_type", "period_start", "breakdown", "region_code", *DIMENSIONS,
)  # fmt: skip
KEY = ", ".join(KEY_COLUMNS)
FIGURES_KEY = ", ".join(f"figures.{name}" for name in KEY_COLUMNS)
SAME_FIGURE = " and ".join(
    f"figures.{name} is not distinct from summed.{name}" for name in KEY_COLUMNS
)

Rows = set[tuple[Any, ...]]


class Expected:
    """The figures of one night, and what is to be marked among them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read a warehouse in which the tables of the night still stand."""
        self.connection = connection
        connection.execute(
            "create temp table figures as "
            f"""
            select {KEY}, numerator, denominator, unit, interval_low is not null as is_share,
                string_split(coalesce(reasons, ''), ', ') as reasons
            from mart.fct_kpi_value where design <> 'open_data'
        """
        )
        connection.execute("""
            create temp table seen as
            select *, row_number() over () as seen_id, case split_part(subject_key, ':', 1)
                when 'trajectory' then 1 when 'response' then 2 when 'client' then 3
                when 'worker' then 4 else 5 end as nearness
            from mart.int_measure_observations where measure_kind = 'kpi'
        """)
        connection.execute("""
            create temp table places as
            select clients.client_id, coalesce(regions.municipality_code, 'onbekend')
                as municipality_code, coalesce(regions.wijk_code, 'onbekend') as wijk_code
            from intermediate.int_clients as clients
            left join intermediate.int_regions as regions using (region_code)
        """)

    def marked(self, check_id: str) -> Rows:
        """Return the rows that the night marked with a check."""
        return set(
            self.connection.execute(
                f"select {KEY} from figures where list_contains(reasons, ?)", [check_id]
            ).fetchall()
        )

    def pseudonymised(self, hits: Iterable[Hit], delivered: Delivered) -> list[Hit]:
        """Return hits as the night knows them: with pseudonyms, and the service by now.

        An unknown number has a pseudonym too. Lists of start and slot are of school social work.
        """
        tokens = {}
        for kind, file, number in (
            ("client", "clienten", "Cliëntnummer"), ("worker", "medewerkers", "Personeelsnummer"),
        ):  # fmt: skip
            known = dict(
                self.connection.execute(
                    f"select record_ref, {kind}_id from ecd__{kind}s"
                ).fetchall()
            )
            for row in delivered[file]:
                tokens[kind, row[number]] = known.get(row["RegistratieID"], "")
        on_contacts = dict(
            self.connection.execute("select record_ref, client_id from ecd__contacts").fetchall()
        )
        return [
            replace(
                hit,
                service_code="SMW"
                if hit.column.startswith("survey.start_slot.")
                else delivered.service_of(hit.trajectory)
                if hit.service_code == "onbekend"
                else hit.service_code,
                client=hit.client
                and (tokens.get(("client", hit.client)) or on_contacts.get(hit.record_ref, "")),
                worker=hit.worker
                and (tokens.get(("worker", hit.worker)) or f"worker:? {hit.worker}"),
            )
            for hit in hits
        ]

    def pointed_at(self, check_id: str) -> list[Hit]:
        """Return what the night says that a check points at, pseudonyms and all."""
        return [
            Hit(*(value or "" if place != 4 else value for place, value in enumerate(row)))
            for row in self.connection.execute(
                """
                select check_id, source_name || '.' || table_name || '.' || column_name,
                    source_id, record_ref, occurred_on, team_code, service_code, client_id,
                    trajectory_id, worker_id, response_id
                from mart.int_check_hits where check_id = ?
                """,
                [check_id],
            ).fetchall()
        ]

    def rows(self, check_id: str, hits: pd.DataFrame) -> Rows:
        """Return the rows that a check has to mark, given all registrations it points at."""
        found = self._by_slice(check_id)
        if len(hits):
            found |= self._by_hits(check_id, hits)
        return found

    def _by_slice(self, check_id: str) -> Rows:
        return set(
            self.connection.execute(
                f"""
                select distinct {FIGURES_KEY}
                from mart.fct_check_result as result
                join run__kpi_columns as reads
                    on reads.source_name = result.source_name
                    and reads.table_name = result.table_name
                    and result.column_name in ('*', reads.column_name)
                join mart.int_kpi_definitions as definition using (kpi_model)
                join figures
                    on figures.kpi_id = definition.kpi_id
                    and coalesce(figures.team_code, '*') = result.team_code
                    and case when figures.period_type = 'quarter'
                        then result.period_type = 'month'
                            and date_trunc('quarter', result.period_start) = figures.period_start
                        else result.period_type = figures.period_type
                            and result.period_start = figures.period_start end
                where result.check_id = ? and result.state = 'afgekeurd'
                    and result.measure is not null and result.severity <> 'info'
                """,
                [check_id],
            ).fetchall()
        )

    def _by_hits(self, check_id: str, hits: pd.DataFrame) -> Rows:
        run = self.connection.execute
        self.connection.register("given", hits)
        run(
            """
            create or replace temp table pointed as
            with states as (
                select *, state = 'afgekeurd' and severity <> 'info' as fails
                from mart.fct_check_result where check_id = $check
            )
            select given.*,
                date_trunc('month', given.occurred_on) as month_start,
                coalesce(places.municipality_code, 'onbekend') as municipality_code,
                coalesce(places.wijk_code, 'onbekend') as wijk_code,
                given.source_id || ':' || given.record_ref as hit_key,
                coalesce(of_month.fails or (of_month.state = 'te weinig' and of_year.fails), false)
                    as fails
            from given
            left join places on given.client = places.client_id
            left join states as of_month
                on of_month.period_type = 'month' and of_month.source_id = given.source_id
                and of_month.team_code = given.team_code
                and of_month.source_name || '.' || of_month.table_name || '.'
                    || of_month.column_name = given.judged
                and of_month.period_start = date_trunc('month', given.occurred_on)
            left join states as of_year
                on of_year.period_type = 'year' and of_year.source_id = given.source_id
                and of_year.team_code = given.team_code
                and of_year.source_name || '.' || of_year.table_name || '.'
                    || of_year.column_name = given.judged
                and of_year.period_start = date_trunc('year', given.occurred_on)
        """,
            {"check": check_id},
        )
        run("""
            create or replace temp table touching as
            with nearest as (
                select measure_id, design, min(nearness) as nearness
                from seen group by measure_id, design
            ),
            named as (
                select *, 1 as nearness, 'trajectory:' || trajectory as subject_key
                from pointed where trajectory <> ''
                union all
                select *, 2, 'response:' || source_id || ':' || response
                from pointed where response <> ''
                union all select *, 3, client from pointed where client <> ''
                union all select *, 4, worker from pointed where worker <> ''
            )
            select distinct definition.kpi_id, nearest.design, definition.time_behaviour,
                definition.period_types, named.hit_key, named.subject_key, named.month_start,
                named.trajectory, named.service_code, named.team_code, named.municipality_code,
                named.wijk_code, named.fails, named.judged
            from named
            join run__kpi_columns as reads
                on split_part(named.judged, '.', 1) = reads.source_name
                and split_part(named.judged, '.', 2) = reads.table_name
                and split_part(named.judged, '.', 3) in ('*', reads.column_name)
            join mart.int_kpi_definitions as definition using (kpi_model)
            join nearest
                on nearest.measure_id = definition.kpi_id and nearest.nearness = named.nearness
            where split_part(named.judged, '.', 2) <> 'answers'
                or split_part(named.judged, '.', 3) = '*'
                or exists (
                    select 1 from seen where seen.measure_id = definition.kpi_id
                        and seen.subject_key = named.subject_key and seen.asked > 0
                )
        """)
        run("""
            create or replace temp table counted as
            select touching.kpi_id, touching.hit_key, touching.fails, seen.*
            from touching
            join seen
                on seen.measure_id = touching.kpi_id and seen.design = touching.design
                and seen.subject_key = touching.subject_key
                and (touching.time_behaviour <> 'flow' or seen.month_start = touching.month_start)
        """)
        run("""
            create or replace temp table stray as
            select touching.kpi_id, touching.design, touching.hit_key, touching.fails,
                touching.service_code, touching.team_code, touching.municipality_code,
                touching.wijk_code, touching.period_types, touching.time_behaviour,
                months.month_start,
                cast(date_trunc('quarter', months.month_start) as date) as quarter_start,
                cast(date_trunc('year', months.month_start) as date) as year_start
            from touching
            left join intermediate.int_trajectories as running
                on running.trajectory_id = touching.trajectory
            join intermediate.int_months as months
                on months.month_start = touching.month_start
                or (
                    touching.time_behaviour = 'stock'
                    and months.month_start > touching.month_start
                    and coalesce(running.ended_on, date '9999-12-31') > months.month_end
                )
            where not exists (
                select 1 from counted
                where counted.kpi_id = touching.kpi_id and counted.hit_key = touching.hit_key
            )
        """)
        parts = []
        for period in ("year", "quarter", "month"):
            for breakdown, keys in BREAKDOWNS.items():
                parts.append(_sums(period, breakdown, keys))
        cells = " union all ".join(parts)
        return set(
            run(f"""
            with cells as ({cells}),
            summed as (
                select {KEY},
                    sum(numerator) as numerator, sum(denominator) as denominator,
                    sum(stray) as stray, bool_or(fails) as fails
                from cells group by all
            )
            select {FIGURES_KEY}
            from figures join summed on
                {SAME_FIGURE}
            where summed.fails and case
                when figures.is_share then
                    100 * (summed.denominator + stray) > (figures.denominator + stray)
                        * case when figures.denominator >= 100 then 0.5 else 2.5 end
                when figures.unit = 'count' then summed.numerator + stray > 2.5
                else true end
        """).fetchall()
        )


def _sums(period: str, breakdown: str, keys: tuple[str, ...]) -> str:
    """Return SQL for the subjects of a check in every cell of a breakdown: each counted once."""

    def columns(known: tuple[str, ...]) -> str:
        region = next((key for key in keys if key in ("municipality_code", "wijk_code")), None)
        shown = {"region_code": region} | {key: key if key in keys else None for key in DIMENSIONS}
        return ", ".join(
            f"{source if source in known else 'null'}::varchar as {name}"
            for name, source in shown.items()
        )

    grouped = "".join(f", {key}" for key in keys)
    filled = "".join(f" and {key} is not null" for key in keys)
    ages = "" if breakdown == "age_band" else " and not per_age_band_only"
    last = {"year": "month(month_start) = 12", "quarter": "month(month_start) % 3 = 0",
            "month": "true"}[period]  # fmt: skip
    subjects = f"""
        select kpi_id, design, '{period}' as period_type, {period}_start as period_start,
            '{breakdown}' as breakdown, {columns(keys)}, numerator, denominator, 0 as stray, fails
        from (
            select kpi_id, design, subject_key, {period}_start{grouped}, bool_or(fails) as fails,
                case when min(per_subject) = 'sum' then sum(numerator) else max(numerator) end
                    as numerator,
                case when min(per_subject) = 'sum' then sum(denominator) else max(denominator) end
                    as denominator
            from (
                select kpi_id, design, subject_key, seen_id, {period}_start{grouped},
                    per_subject, numerator, denominator, bool_or(fails) as fails
                from counted
                where is_counted_in_{period}{filled}{ages}
                group by all
            )
            group by all
        )
    """
    if not set(keys) <= set(PLACES):
        return subjects
    return f"""
        {subjects}
        union all
        select kpi_id, design, '{period}', {period}_start, '{breakdown}', {columns(PLACES)},
            0, 0, 1, fails
        from (
            select kpi_id, design, hit_key, {period}_start{grouped}, bool_or(fails) as fails
            from stray
            where contains(period_types, '{period}')
                and (time_behaviour <> 'stock' or {last}){filled}
            group by all
        )
    """


def as_frame(hits: Iterable[Hit]) -> pd.DataFrame:
    """Return hits as a frame that DuckDB reads."""
    frame = pd.DataFrame([astuple(hit) for hit in hits], columns=list(HIT_COLUMNS))
    frame["occurred_on"] = pd.to_datetime(frame["occurred_on"])
    return frame
