"""Which records a figure was counted from and which were left out, so that it can be reconciled."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import Any, NamedTuple

import duckdb

from ingest.contracts import load_contracts
from ingest.home import Home
from ingest.raw_tables import raw_tables
from ingest.source_states import source_states
from quality.explain_blocks import (
    RECORD_REF,
    Block,
    answers_block,
    explain_blocks,
    generic_reasons,
    raw_key,
    table_name,
    text_literal,
)

UNDESCRIBED = "reden niet beschreven"
REJECTED = "afgekeurd bij binnenkomst"
OTHER_PERIOD = "telt in een andere periode"


class Dimension(NamedTuple):
    """A part of the work: its column in observations and in figures, and its Dutch name."""

    observed: str
    published: str
    name_nl: str
    this_nl: str


# By the part of a breakdown's name, in the order in which such a name has them.
DIMENSIONS = {
    "service": Dimension("service_code", "service_code", "werksoort", "deze werksoort"),
    "municipality": Dimension("municipality_code", "region_code", "gemeente", "deze gemeente"),
    "wijk": Dimension("wijk_code", "region_code", "wijk", "deze wijk"),
    "buurt": Dimension("region_code", "region_code", "buurt", "deze buurt"),
    "team": Dimension("team_code", "team_code", "team", "dit team"),
    "project": Dimension("project_code", "project_code", "project", "dit project"),
    "commissioner": Dimension(
        "commissioner_code", "commissioner_code", "opdrachtgever", "deze opdrachtgever"
    ),
    "age_band": Dimension("age_band", "age_band", "leeftijdsgroep", "deze leeftijdsgroep"),
    "respondent_role": Dimension("respondent_role", "respondent_role", "rol", "deze rol"),
}
REGIONS = ("municipality", "wijk", "buurt")
COUNTRY = "NL00"
# Why a KPI that is in the list has no figure, by its availability in dim_kpi, and what to do.
_REMEDIES = {
    "tekst niet beschikbaar": "Alleen het nummer is bekend. Lees de officiële definitielijst in.",
    "rekenregel niet gekozen": "De bronnen zeggen niet hoe deze KPI uit de vragen volgt. Kijk naar "
    "de uitkomst per vraag in question_value.",
    "vraagkoppeling niet beschikbaar": "Er is geen vraag aan gekoppeld. Lees de officiële "
    "definitielijst in.",
    "databron niet gekoppeld": "Er is geen gegeven aan gekoppeld. Voeg een model toe "
    "(docs/how-to/add-a-kpi.md) of lees de waarden in.",
}


class ExplainError(Exception):
    """What was asked cannot be explained; the message says in Dutch why and what to do."""


@dataclass(frozen=True)
class Period:
    """A year, quarter or month, as a person types it."""

    type: str
    first_day: date
    last_day: date

    @classmethod
    def of(cls, text: str) -> "Period":
        """Return the period of a text such as 2025, 2025-K3 (or 2025-Q3) or 2025-07."""
        found = re.fullmatch(r"(\d{4})(?:-(?:[KkQq]([1-4])|(0[1-9]|1[0-2])))?", text.strip())
        if found is None or found[1] < "1900":
            raise ExplainError(f"Periode '{text}' bestaat niet. Schrijf 2025, 2025-K3 of 2025-07.")
        year, quarter, month = int(found[1]), found[2], found[3]
        if quarter:
            return cls._months("quarter", year, 3 * int(quarter) - 2, 3)
        return cls._months("month", year, int(month), 1) if month else cls._months("year", year)

    @classmethod
    def _months(cls, type_: str, year: int, month: int = 1, months: int = 12) -> "Period":
        following = year * 12 + month - 1 + months
        first_after = date(following // 12, following % 12 + 1, 1)
        return cls(type_, date(year, month, 1), first_after - timedelta(days=1))


@dataclass(frozen=True)
class Record:
    """One row at the source: counted with its subject, or left out with the reason.

    `subject` numbers the counted subjects. Its date and parts of the figure stand with the first
    of its records, so that the parts of all records add up to the figure. A published cell has a
    `value` where the figure is that cell.
    """

    source_id: str
    record_ref: str
    reason: str | None = None
    subject: int | None = None
    observed_on: date | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    value: Decimal | None = None

    @property
    def is_rejected(self) -> bool:
        """Say whether the row never came past the door."""
        return (self.reason or "").startswith(REJECTED)


@dataclass(frozen=True)
class Delivered:
    """What came in of one source; rows that were the same in every column are doubles."""

    source_id: str
    rows_in: int
    doubles: int


@dataclass(frozen=True)
class Judged:
    """A table that the KPI judges, with every row of it."""

    table: str
    deliveries: list[Delivered]
    records: list[Record]

    @property
    def counted(self) -> list[Record]:
        """Return the records that count."""
        return [record for record in self.records if record.reason is None]

    @property
    def left_out(self) -> list[Record]:
        """Return the records that do not count."""
        return [record for record in self.records if record.reason is not None]

    @property
    def unexplained_rows(self) -> int:
        """Return how many delivered rows are neither a double nor one of the records."""
        rows = sum(each.rows_in - each.doubles for each in self.deliveries)
        return rows - len(self.records) if self.deliveries else 0


@dataclass(frozen=True)
class Figure:
    """Numerator, denominator and value; None for what there is not."""

    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal | None


@dataclass(frozen=True)
class Explanation:
    """One figure: the tables it was counted from, the sum of the parts, and the figure itself.

    `without_record` are subjects of the figure that no record stands for.
    """

    kpi_id: str
    name_nl: str
    formula_nl: str | None
    choice_nl: str | None
    design: str
    unit: str | None
    tables: list[Judged]
    without_record: list[Record]
    total: Figure
    figure: Figure | None

    @property
    def agrees(self) -> bool:
        """Say whether what was counted adds up to the figure, or to nothing if there is none."""
        if self.figure is None:
            return self.total.value is None
        return self.total == self.figure


def explain(
    home: Home, kpi_id: str, period: Period, slice_: Mapping[str, str]
) -> list[Explanation]:
    """Return how a figure of the last build came about, one explanation per measuring design.

    Args:
        home: the organisation; nothing in it is changed.
        kpi_id: as in dim_kpi; upper and lower case are the same.
        period: the period of the figure.
        slice_: part of a breakdown's name (a key of DIMENSIONS) -> the code it must have.

    Raises ExplainError when there is no such KPI, period or breakdown, or nothing was built yet.

    """
    if not home.warehouse_file.is_file():
        raise ExplainError(f"In {home.root} is nog niets berekend. Draai eerst 'impactkompas run'.")
    try:
        with duckdb.connect(str(home.warehouse_file), read_only=True) as connection:
            return list(_Explainer(home, connection, kpi_id.strip().upper(), period, slice_).all())
    except duckdb.IOException:
        raise ExplainError(
            f"{home.warehouse_file} is niet te lezen: er loopt een nacht, of de map is verplaatst. "
            "Probeer het na de nacht opnieuw."
        ) from None


class _Subjects:
    """The counted subjects of a figure; each gives its parts to the first record that is it."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._parts = {key: parts for key, *parts in rows}
        self._numbers: dict[str, int] = {}

    def record(self, source_id: str, record_ref: str, key: str) -> Record:
        """Return a counted record of the subject with this key; the key itself stays inside."""
        number = self._numbers.setdefault(key, len(self._numbers) + 1)
        return Record(source_id, record_ref, None, number, *self._parts.pop(key, ()))

    def without_record(self) -> list[Record]:
        """Return what no record stood for."""
        return [self.record("", "", key) for key in list(self._parts)]


class _Explainer:
    """Answers one question on an open build database."""

    def __init__(
        self,
        home: Home,
        connection: duckdb.DuckDBPyConnection,
        kpi_id: str,
        period: Period,
        slice_: Mapping[str, str],
    ) -> None:
        self._home, self._connection, self._kpi_id = home, connection, kpi_id
        self._period, self._slice = period, slice_

    def all(self) -> Iterator[Explanation]:
        # Conditions in YAML name models as dbt does: without their schema.
        schemas = self._connection.execute(
            "select schema_name from duckdb_schemas() "
            "where database_name = current_database() and not internal"
        ).fetchall()
        self._connection.execute(f"set search_path = '{','.join(name for (name,) in schemas)}'")
        availability = self._kpi["availability_nl"]
        if availability in _REMEDIES:
            remedy = _REMEDIES[availability]
            raise ExplainError(f"{self._title} heeft geen cijfer: {availability}. {remedy}")
        self._require_slice()
        if self._kpi_id in explain_blocks():
            for design in self._designs("registration"):
                yield self._counted(design, explain_blocks()[self._kpi_id])
        elif self._is_effect:
            for design in self._designs("afterwards"):
                yield self._counted(design, (answers_block(design),))
        else:
            yield self._published()

    def _rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Answer a query; the KPI, the period and the day of the figures are always there."""
        known = {
            "kpi_id": self._kpi_id,
            "period_type": self._period.type,
            "period_start": self._period.first_day,
            "period_end": self._period.last_day,
            **parameters,
        }
        # DuckDB refuses parameters that a query does not use.
        used = {name: known[name] for name in set(re.findall(r"\$(\w+)", query))}
        return self._connection.execute(query, used or None).fetchall()

    @cached_property
    def _as_of(self) -> date:
        ((as_of,),) = self._connection.execute("select as_of from int_settings").fetchall()
        return date.fromisoformat(str(as_of))

    @cached_property
    def _kpi(self) -> dict[str, Any]:
        columns = ("name_nl", "formula_nl", "choice_nl", "unit", "time_behaviour",
                   "availability_nl")  # fmt: skip
        found = self._rows(f"select {', '.join(columns)} from dim_kpi where kpi_id = $kpi_id")
        if found:
            return dict(zip(columns, found[0], strict=True))
        known = [kpi_id for (kpi_id,) in self._rows("select kpi_id from dim_kpi")]
        near = get_close_matches(self._kpi_id, known, n=3, cutoff=0.5)
        hint = f" Bedoelt u {' of '.join(near)}?" if near else ""
        raise ExplainError(
            f"KPI '{self._kpi_id}' staat niet in de lijst.{hint} Alle KPI's staan in dim_kpi en in "
            "docs/reference/kpis.md."
        )

    @property
    def _title(self) -> str:
        return f"{self._kpi_id} ({self._kpi['name_nl']})"

    @cached_property
    def _is_effect(self) -> bool:
        return bool(self._rows("select 1 from int_effect_rules where kpi_id = $kpi_id"))

    @property
    def _is_published(self) -> bool:
        return self._kpi_id not in explain_blocks() and not self._is_effect

    @cached_property
    def _region(self) -> str | None:
        return next((self._slice[part] for part in REGIONS if part in self._slice), None)

    @cached_property
    def _breakdown(self) -> str:
        """The breakdown that the slice is of: its parts in their fixed order."""
        parts = [part for part in DIMENSIONS if part in self._slice]
        if self._is_published and self._region is None:
            parts = ["country", *parts]
        return "_".join(parts) or "total"

    def _require_slice(self) -> None:
        """Refuse a breakdown or code without any figure, unless the KPI has no figures at all."""
        known = self._known("breakdown")
        if known and self._breakdown not in known:
            asked = " en ".join(DIMENSIONS[part].name_nl for part in self._slice)
            raise ExplainError(
                f"{self._title} heeft geen cijfer {f'per {asked}' if asked else 'voor het geheel'}."
                f" Verdelingen met een cijfer: {', '.join(known)}."
            )
        for part, code in self._slice.items():
            codes = self._known(DIMENSIONS[part].published, "and breakdown = $breakdown")
            if known and code not in codes:
                raise ExplainError(
                    f"{DIMENSIONS[part].name_nl.capitalize()} '{code}' heeft bij {self._title} in "
                    f"geen enkele periode een cijfer. Kies uit: {', '.join(codes)}."
                )

    def _known(self, column: str, condition: str = "") -> list[str]:
        rows = self._rows(
            f"select distinct {column} from fct_kpi_value where kpi_id = $kpi_id {condition} "
            "order by all",
            breakdown=self._breakdown,
        )
        return [value for (value,) in rows]

    def _designs(self, usual: str) -> list[str]:
        found = self._rows(
            "select distinct design from int_measure_observations "
            "where measure_kind = 'kpi' and measure_id = $kpi_id order by all"
        )
        return [design for (design,) in found] or [usual]

    def _counted(self, design: str, blocks: tuple[Block, ...]) -> Explanation:
        """Return the explanation of a figure that was counted from registrations or lists."""
        self._observe(design)
        subjects = _Subjects(
            self._rows("select subject_key, observed_on, numerator, denominator from counted")
        )
        tables = [self._judge(block, subjects) for block in blocks]
        return self._explanation(design, tables, self._total(), subjects.without_record())

    def _observe(self, design: str) -> None:
        """Reduce the observations as the pipeline does: once per subject, period and breakdown."""
        in_slice = " and ".join(
            f"coalesce({DIMENSIONS[part].observed} = ${part}, false)" for part in self._slice
        )
        self._rows(
            f"""
            create or replace temp table observed as
            select
                *,
                is_counted_in_{self._period.type}
                and {self._period.type}_start = $period_start as in_period,
                {in_slice or "true"} as in_slice
            from int_measure_observations
            where
                measure_kind = 'kpi' and measure_id = $kpi_id and design = $design
                -- Without an answer that counts, a list is only there for the other rules.
                and not (design in ('afterwards', 'professional') and denominator = 0)
            """,
            design=design,
            **self._slice,
        )
        self._rows(
            """
            create or replace temp table counted as
            select
                subject_key,
                max(observed_on) as observed_on,
                case when min(per_subject) = 'sum' then sum(numerator) else max(numerator) end
                    as numerator,
                case when min(per_subject) = 'sum' then sum(denominator) else max(denominator) end
                    as denominator
            from observed
            where in_period and in_slice
            group by subject_key
            """
        )

    def _total(self) -> Figure:
        """Return the sum of what was counted, valued as the pipeline does."""
        ((*parts,),) = self._rows(
            """
            select
                cast(sum(numerator) as decimal(18, 4)) as numerator,
                cast(sum(denominator) as decimal(18, 4)) as denominator,
                cast(
                    case $unit
                        when 'percentage'
                            then 100 * cast(sum(numerator) as double) / nullif(sum(denominator), 0)
                        when 'hours'
                            then cast(sum(numerator) as double) / 60 / nullif(sum(denominator), 0)
                        when 'count' then sum(numerator)
                        else cast(sum(numerator) as double) / nullif(sum(denominator), 0)
                    end
                    as decimal(18, 4)
                ) as value
            from counted
            """,
            unit=self._kpi["unit"],
        )
        return Figure(*parts)

    def _judge(self, block: Block, subjects: _Subjects) -> Judged:
        """Return every row of the table of a block, counted or left out."""
        records = [
            subjects.record(source_id, record_ref, subject_key)
            if reason is None
            else Record(source_id, record_ref, reason)
            for source_id, record_ref, subject_key, reason in self._reasoned(block)
        ]
        records += self._rejected(block.records)
        return Judged(table_name(block.records), self._delivered(block.records, records), records)

    def _reasoned(self, block: Block) -> list[tuple[Any, ...]]:
        """Return source, record, subject and reason (None if it counts) of every staged row."""
        cases = [
            ("$is_unfinished", text_literal("de laatste dag van de periode is nog niet geweest")),
            *generic_reasons(block.records),
            *((each.when, text_literal(each.why_nl)) for each in block.left_out),
            (f"({block.subject}) is null", text_literal("geen kenmerk van wie of wat het betreft")),
        ]
        reason = "\n".join(f"when {when} then {why}" for when, why in cases)
        matches = "".join(f", {sql} as match_{column}" for column, sql in block.match.items())
        same = "".join(
            f" and judged.match_{column} is not distinct from observed.{column}"
            for column in block.match
        )
        is_stock = self._kpi["time_behaviour"] == "stock"
        named = " en ".join(DIMENSIONS[part].this_nl for part in self._slice)
        return self._rows(
            f"""
            with parameters as (
                select
                    cast($as_of as date) as as_of,
                    cast($period_start as date) as period_start,
                    cast($period_end as date) as period_end
            ),
            judged as (
                select
                    row_number() over () as record_number,
                    records.source_id,
                    records.{RECORD_REF.get(block.records, "record_ref")} as record_ref,
                    {block.subject} as subject_key
                    {matches},
                    case {reason} end as reason
                from {block.records} as records
                cross join parameters
            )
            select
                any_value(judged.source_id) as source_id,
                any_value(judged.record_ref) as record_ref,
                any_value(judged.subject_key) as subject_key,
                case
                    when any_value(judged.reason) is not null then any_value(judged.reason)
                    when bool_or(observed.in_period and observed.in_slice) then null
                    when bool_or(observed.in_period) then $other_slice
                    when count(observed.subject_key) > 0 then $other_period
                    else $undescribed
                end as reason
            from judged
            left join observed on judged.subject_key = observed.subject_key {same}
            group by judged.record_number
            order by source_id, record_ref, judged.record_number
            """,
            as_of=self._as_of,
            is_unfinished=is_stock and self._period.last_day > self._as_of,
            other_slice=f"hoort niet bij {named}",
            other_period=OTHER_PERIOD,
            undescribed=UNDESCRIBED,
        )

    def _rejected(self, records: str) -> list[Record]:
        """Return the rows that were rejected at the door; a list only if nothing of it is left."""
        key = raw_key(records)
        if key is None:
            return []
        rows = self._rows(
            """
            select
                source_id,
                coalesce(record_ref, 'rij ' || row_number) as record_ref,
                min(reject_reason) as reason,
                min(nullif(reject_column, '*')) as column_name
            from read_parquet($files, union_by_name = true)
            group by source_id, record_ref, row_number
            having count(*) = count(reject_reason)
            order by all
            """,
            files=str(raw_tables()[key].folder(self._home.raw) / "*.parquet"),
        )
        return [
            Record(
                source_id,
                record_ref,
                f"{REJECTED}: {reason}" + (f" ({column})" if column else ""),
            )
            for source_id, record_ref, reason, column in rows
        ]

    def _delivered(self, records: str, found: list[Record]) -> list[Delivered]:
        key = raw_key(records)
        contracts = [
            contract
            for contract in load_contracts(self._home.contracts).usable
            if (contract.table.source_name, contract.table.table_name) == key
        ]
        states = source_states(self._home, contracts, as_of=self._as_of)
        delivered = [
            Delivered(each.source_id, each.rows_in - each.erased - each.expired, each.duplicates)
            for each in states
        ]
        # The workbook of the organisation comes without a contract: its rows are the records.
        rest = Counter(each.source_id for each in found)
        for each in states:
            del rest[each.source_id]
        return delivered + [Delivered(source_id, rows, 0) for source_id, rows in rest.items()]

    def _explanation(
        self,
        design: str,
        tables: list[Judged],
        total: Figure,
        without_record: list[Record] | None = None,
    ) -> Explanation:
        return Explanation(
            kpi_id=self._kpi_id,
            name_nl=self._kpi["name_nl"],
            formula_nl=self._kpi["formula_nl"],
            choice_nl=self._kpi["choice_nl"],
            design=design,
            unit=self._kpi["unit"],
            tables=tables,
            without_record=without_record or [],
            total=total,
            figure=self._figure(design),
        )

    def _figure(self, design: str) -> Figure | None:
        """Return the figure as the warehouse has it."""
        in_slice = "".join(f" and {DIMENSIONS[part].published} = ${part}" for part in self._slice)
        found = self._rows(
            f"""
            select numerator, denominator, value from fct_kpi_value
            where
                kpi_id = $kpi_id and design = $design and period_type = $period_type
                and period_start = $period_start and breakdown = $breakdown {in_slice}
            """,
            design=design,
            breakdown=self._breakdown,
            **self._slice,
        )
        return Figure(*found[0]) if found else None

    def _published(self) -> Explanation:
        """Return which published cells of a region make the figure, and which were passed over."""
        if self._period.type != "year":
            raise ExplainError(
                f"{self._title} komt uit open data en is er alleen per jaar: "
                f"schrijf {self._period.first_day:%Y}."
            )
        asked = {
            "region": self._region or COUNTRY,
            "age_band": self._slice.get("age_band"),
        }
        chosen = self._rows(
            """
            select table_id, division_year, numerator, denominator, value from int_impact_values
            where
                kpi_id = $kpi_id and region_code = $region and source_year = year($period_start)
                and age_band is not distinct from $age_band
            """,
            **asked,
        )
        table_id, division_year, *parts = chosen[0] if chosen else (None,) * 5
        cells = self._rows(
            """
            select
                observations.table_id,
                concat_ws(
                    ', ', observations.topic_key, observations.region_code,
                    observations.source_year, observations.age_band
                ) as cell,
                case
                    when observations.source_year <> year($period_start) then 'ander peiljaar'
                    when observations.age_band is distinct from $age_band
                        then 'andere leeftijdsgroep'
                    when observations.value is null
                        then 'geen waarde in de bron: ' || observations.value_status
                    when observations.table_id is distinct from $table_id
                        then 'een tabel die de bron later wijzigde gaat voor'
                    when observations.division_year is distinct from $division_year
                        then 'andere gebiedsindeling'
                    when not $has_value then 'niet alle delen staan in deze tabel'
                end as reason,
                links.role,
                observations.value
            from int_open_data_observations as observations
            inner join int_open_data_links as links on observations.topic_id = links.topic_id
            where links.kpi_id = $kpi_id and observations.region_code = $region
            order by observations.table_id, cell
            """,
            table_id=table_id,
            division_year=division_year,
            has_value=bool(chosen) and parts[-1] is not None,
            **asked,
        )
        records = [
            Record(source_id, cell, reason)
            if reason
            else replace(Record(source_id, cell), **{role: value})
            for source_id, cell, reason, role, value in cells
        ]
        if chosen and table_id not in {each.source_id for each in records}:
            # A value that a person entered has no cell of its own.
            hand_entered = dict(zip(("numerator", "denominator", "value"), parts, strict=True))
            records.append(Record(table_id, f"{asked['region']}, {self._period.first_day:%Y}",
                                  **hand_entered))  # fmt: skip
        table = Judged("open_data.observations", [], records)
        return self._explanation("open_data", [table], _total_of_cells(table.counted))


def _total_of_cells(cells: list[Record]) -> Figure:
    """Return the published value, or the share of published parts in their one decimal."""
    value = next((cell.value for cell in cells if cell.value is not None), None)
    numerators = [cell.numerator for cell in cells if cell.numerator is not None]
    denominators = [cell.denominator for cell in cells if cell.denominator is not None]
    if not numerators or not denominators:
        return Figure(None, None, value)
    numerator, denominator = sum(numerators, Decimal()), sum(denominators, Decimal())
    if value is None and denominator:
        share = (100 * numerator / denominator).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        value = share.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Figure(numerator, denominator, value)
