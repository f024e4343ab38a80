"""What was published before: repeated while it may not change, and compared when it may."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from exports.protection.figures import PROTECTED_NUMBERS
from exports.tables import PublishedTable, quoted
from ingest.home import Home, replace_durably

# The parts of a figure as they were counted; in frozen/ only, never in a release.
EXACT = ("exact_numerator", "exact_denominator", "exact_subjects")
_CHECK_NUMBERS = ("n_applicable", "n_hit", "share", "measure")
_SLICE = (
    "breakdown", "region_code", "service_code", "team_code", "project_code",
    "commissioner_code", "age_band", "respondent_role", "cultural_background",
)  # fmt: skip
_FOLDER = "published"


@dataclass(frozen=True)
class Moment:
    """The days that decide what may change tonight.

    Figures of open periods change once a month, from `open_figures_day` on: until then the night
    repeats them, so that two nights never differ by who came in between.
    """

    as_of: date
    open_figures_day: int

    @property
    def last_change(self) -> date:
        """Return the newest day on which figures of open periods could change."""
        day = self.open_figures_day
        if self.as_of.day >= day:
            return self.as_of.replace(day=day)
        return (self.as_of.replace(day=1) - timedelta(days=1)).replace(day=day)


@dataclass(frozen=True)
class Past:
    """One published table, and the files in frozen/ that hold what was published of it."""

    table: PublishedTable
    folder: Path

    @classmethod
    def of(cls, home: Home, table: PublishedTable) -> "Past":
        """Return the past of `table` in a home."""
        return cls(table, home.frozen / _FOLDER / table.name)

    @cached_property
    def numbers(self) -> tuple[str, ...]:
        """Return the columns that are repeated; what else is said of a row is of tonight."""
        names = {column.name for column in self.table.columns}
        wanted = _CHECK_NUMBERS if self.table.protection == "checks" else PROTECTED_NUMBERS
        return tuple(name for name in (*wanted, "status") if name in names)

    @cached_property
    def measure(self) -> tuple[str, ...]:
        """Return the part of the key that says what is counted."""
        cells = set(self.table.key) - set(self.table.group) if self.table.group else set()
        periods = {"period_type", "period_start", "year_number"}
        kept_slices = () if self.table.protection == "checks" else _SLICE
        return tuple(
            name for name in self.table.key if name not in {*periods, *kept_slices, *cells}
        )

    @cached_property
    def block(self) -> tuple[str, ...]:
        """Return the columns that tell apart what is published, and then repeated, as a whole."""
        periods = ("period_type", "period_start", "year_number")
        return self.measure + tuple(name for name in periods if name in self.table.key)

    def load(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        """Make table `name` of the newest published rows of every block."""
        columns = [f"{column.name} {column.type}" for column in self.table.columns]
        columns += [f"{exact} DOUBLE" for exact in EXACT]
        columns += ["run_id VARCHAR", "moment DATE", "is_closed BOOLEAN"]
        connection.execute(f"create temp table {name} ({', '.join(columns)})")
        files = sorted(str(file) for file in self.folder.glob("*.parquet"))
        if not files:
            return
        listed = ", ".join(quoted(file) for file in files)
        frozen = f"read_parquet([{listed}], union_by_name = true)"
        known = {
            row[0] for row in connection.execute(f"describe select * from {frozen}").fetchall()
        }
        kept = [column.partition(" ")[0] for column in columns]
        kept = [column for column in kept if column in known]
        block = ", ".join(column for column in self.block if column in known)
        connection.execute(
            f"insert into {name} by name select {', '.join(kept)} from {frozen} "
            f"qualify run_id = max(run_id) over (partition by {block})"
        )

    def remember(self, rows: pa.Table, run_id: str) -> None:
        """Add what a night published anew; no file is ever changed."""
        if not rows.num_rows:
            return
        final = self.folder / f"{run_id}.parquet"
        final.parent.mkdir(parents=True, exist_ok=True)
        unfinished = final.with_suffix(".unfinished")
        nights = pa.array([run_id] * rows.num_rows, pa.string())
        pq.write_table(rows.append_column("run_id", nights), unfinished)
        replace_durably(unfinished, final)


def repeat(
    connection: duckdb.DuckDBPyConnection, past: Past, staged: str, minimum: int, moment: Moment
) -> None:
    """Put what was published before in the place of tonight's numbers in table `staged`.

    A block (one measure in one period) that was published after its period closed, or since the
    last day on which open figures could change, is repeated as it was: with rows that are gone, and
    without rows that came. Of any other block a figure keeps its former numbers, shown or hidden,
    when it is the same, when one of its counts differs by fewer than `minimum`, or when it is gone
    and was as small: showing now what was hidden beside something else would give that away.
    """
    table = past.table
    former = f"former_{table.name}"
    past.load(connection, former)
    if not connection.execute(f"select 1 from {former} limit 1").fetchall():
        return
    own = "design is distinct from 'open_data'" if _has_design(table) else "true"
    keys = ", ".join(
        f"{_key(columns)} as {name}"
        for name, columns in (
            ("row_key", table.key),
            ("block_key", past.block),
            ("measure_key", past.measure),
            ("group_key", table.group or table.key),
        )
    )
    connection.execute(f"""
        create or replace temp table before as
        select *, {keys}, is_closed or moment >= date '{moment.last_change}' as is_repeated
        from {former}
    """)
    connection.execute(f"create or replace temp table now as select *, {keys} from {staged}")
    connection.execute("""
        create or replace temp table repeated_blocks as
        select distinct block_key from before where is_repeated
    """)
    connection.execute(f"""
        create or replace temp table near_groups as
        select distinct now.group_key
        from now
        inner join before using (row_key)
        where not before.is_repeated and {_is_near("now", "before", minimum)}
    """)
    connection.execute(f"""
        create or replace temp table kept as
        select before.*
        from before
        left join now using (row_key)
        where before.is_repeated
            or before.group_key in (select group_key from near_groups)
            or (
                now.row_key is null
                and least({", ".join(f"before.{exact}" for exact in EXACT)}) < {minimum}
            )
    """)
    # Rows that came after their block was published are not shown until it changes.
    connection.execute(f"""
        delete from now
        where {own}
            and block_key in (select block_key from repeated_blocks)
            and row_key not in (select row_key from kept)
    """)
    replaced = ", ".join(
        f"case when kept.row_key is not null then kept.{name} else now.{name} end as {name}"
        for name in (*past.numbers, *EXACT)
    )
    order = ", ".join(f"kept.{name}" for name in table.key)
    helpers = "row_key, block_key, measure_key, group_key"
    connection.execute(f"""
        create or replace temp table {staged} as
        select now.* exclude ({helpers}) replace (
            coalesce(kept.is_repeated, false) as is_locked,
            {replaced}
        )
        from now
        left join kept using (row_key)
        union all by name
        select
            kept.* exclude ({helpers}, run_id, moment, is_closed, is_repeated),
            -row_number() over (order by {order}) as row_number,
            kept.is_repeated as is_locked,
            false as is_too_fine
        from kept
        anti join now on kept.row_key = now.row_key
        semi join now on kept.measure_key = now.measure_key
    """)
    if "status" in past.numbers:
        # What was published with a lower minimum is hidden from now on.
        emptied = ", ".join(f"{name} = null" for name in past.numbers if name != "status")
        connection.execute(f"""
            update {staged} set status = 'afgeschermd', {emptied}
            where status = 'getoond' and {own} and (
                least({", ".join(EXACT)}) < {minimum}
                or (unit = 'percentage' and exact_denominator - exact_numerator < {minimum})
            )
        """)


def _key(columns: tuple[str, ...]) -> str:
    """Return one text for these columns, absent ones included: it joins faster than they do."""
    values = ", ".join(f"coalesce(cast({name} as varchar), '')" for name in columns)
    return f"concat_ws(chr(31), '', {values})"


def _is_near(one: str, other: str, minimum: int) -> str:
    """Return the condition that two versions of a figure are the same or differ by a few people."""
    differences = [f"{one}.{exact} - {other}.{exact}" for exact in EXACT]
    differences.append(f"{differences[1]} - ({differences[0]})")
    near = " or ".join(
        f"abs({difference}) between 1e-6 and {minimum} - 1e-6" for difference in differences
    )
    same = " and ".join(f"coalesce({difference}, 0) = 0" for difference in differences)
    return f"({near} or ({same}))"


def fresh(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable, staged: str, moment: Moment
) -> pa.Table:
    """Return the rows of `staged` that were not published before, as frozen/ keeps them."""
    own = "design is distinct from 'open_data'" if _has_design(table) else "true"
    period = (
        "period.period_type = 'year' and period.year_number = staged.year_number"
        if "year_number" in table.key
        else "period.period_type = staged.period_type and period.period_start = staged.period_start"
    )
    columns = ", ".join(
        f"cast({column.name} as {column.type}) as {column.name}" for column in table.columns
    )
    return connection.execute(f"""
        select {columns}, {", ".join(EXACT)},
            date '{moment.as_of}' as moment,
            exists (
                from warehouse.mart.dim_period as period where {period} and period.is_closed
            ) as is_closed
        from {staged} as staged
        where {own} and not is_locked
        order by {", ".join(f"{name} nulls first" for name in table.key)}
    """).to_arrow_table()


def _has_design(table: PublishedTable) -> bool:
    return any(column.name == "design" for column in table.columns)
