"""What a delivery is held against at the door: what came before of the rows it speaks for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.cells import parse_column
from ingest.contracts import SourceContract
from ingest.kept.persons import CLIENT_ID, CLIENTS
from ingest.ledger import Delivery
from ingest.readers import BATCH_ROWS
from ingest.typed import pieces


@dataclass(frozen=True)
class Comparison:
    """How a delivery stands to the accepted ones before it, and to the clients that stand.

    `previous_rows` are those of the delivery before of the same scope and length, None without
    one or when it cannot be compared. `previous_ids` were there in what it covers, `vanished_ids`
    of them are no longer. Of the `period_days` of all deliveries together, with one scope after
    the other, nobody delivered the `missing_days`. Of the `rows_of_clients` those of
    `unknown_clients` name a client that no list of clients has. `previous_questions` are the
    headings of the questions that the delivery before had.
    """

    previous_rows: int | None = None
    previous_ids: int = 0
    vanished_ids: int = 0
    period_days: int = 0
    missing_days: int = 0
    rows_of_clients: int = 0
    unknown_clients: int = 0
    previous_questions: tuple[str, ...] = ()


def previous_rows(delivery: Delivery, accepted: Sequence[Delivery]) -> int | None:
    """Return how many rows the delivery had that this one is to be compared with.

    For a period that is the last one on these days, otherwise the one on the days before.
    """
    coverage = delivery.coverage
    if coverage.kind == "delta":
        return None
    similar = [
        each
        for each in accepted
        if each.coverage.kind == coverage.kind
        and each.coverage.scope == coverage.scope
        and each.coverage.length == coverage.length
        and (coverage.period or (date.max,)) >= (each.coverage.period or (date.max,))
    ]
    found = max(similar, key=lambda each: (each.coverage.period or (), each.order()), default=None)
    return found.accepted.rows_in if found and found.accepted else None


def missing_days(delivery: Delivery, accepted: Iterable[Delivery]) -> tuple[int, int]:
    """Return the days from the first to the last that were delivered, and how many were skipped.

    Only deliveries of a period count, each scope by itself.
    """
    periods: dict[str, list[tuple[date, date]]] = {}
    for each in (*accepted, delivery):
        if each.coverage.kind == "period" and each.coverage.period:
            periods.setdefault(each.coverage.scope, []).append(each.coverage.period)
    days = missing = 0
    for of_scope in periods.values():
        first = reached = min(of_scope)[0] - timedelta(days=1)
        for start, end in sorted(of_scope):
            missing += max(0, (start - reached).days - 1)
            reached = max(reached, end)
        days += (reached - first).days
    return days, missing


def previous_questions(
    delivery: Delivery, former: Sequence[tuple[Delivery, Path]], contract: SourceContract
) -> tuple[str, ...]:
    """Return the headings of the questions in the newest delivery before of the same scope."""
    similar = [
        (each.order(), file)
        for each, file in former
        if each.coverage.scope == delivery.coverage.scope
    ]
    if not similar:
        return ()
    landed = set(pq.read_schema(max(similar)[1]).names)
    asked = (column for column in contract.items if column.is_question and column.name in landed)
    return tuple(source for column in asked for source in column.sources)


def vanished_ids(
    delivery: Delivery,
    landing_file: Path,
    former: Sequence[tuple[Delivery, Path]],
    contract: SourceContract,
) -> tuple[int, int]:
    """Return how many ids were there in what the delivery covers, and how many no longer are.

    `landing_file` holds its rows, and `former` the landed rows of deliveries that still stood.
    """
    key, day = contract.delivered_key, contract.coverage_column
    files = []
    for older, file in former:
        landed = pq.read_schema(file).names
        if not set(key) <= set(landed):
            continue
        if delivery.coverage.replaces(older.coverage):
            files.append(file)
        elif (days := delivery.coverage.replaced_days(older.coverage)) and day in landed:
            files.append(_rows_of_days(days, file, contract))
    if not files:
        return 0, 0
    columns = ", ".join(f'"{name}"' for name in key)
    is_filled = " and ".join(f'"{name}" is not null' for name in key)
    # What is spilled is pseudonymised, and stays inside the home.
    spill = str(landing_file.with_suffix(".spill"))
    with duckdb.connect(config={"temp_directory": spill, "memory_limit": "256MB"}) as connection:
        found = connection.execute(
            f"""
            with former as (
                select distinct {columns} from read_parquet($former)
                where row_fault is null and {is_filled}
            ),
            present as (
                select distinct {columns}, true as is_present from read_parquet($present)
                where row_fault is null
            )
            select count(*), count(*) filter (where is_present is null)
            from former left join present using ({columns})
            """,
            {"former": [str(file) for file in files], "present": str(landing_file)},
        ).fetchone()
    for file in files:
        if file.suffix == ".unfinished":
            file.unlink()
    return found or (0, 0)


def unknown_clients(
    typed_rows: Path,
    contract: SourceContract,
    clients: Sequence[Path],
    kept_since: date,
    spill: Path,
) -> tuple[int, int]:
    """Return how many good rows name a client, and how many of those one that is not listed.

    `clients` are the raw files of the lists of clients as they stand; (0, 0) without a client in
    them, and for rows of which the client need not be listed. A client whose own row was rejected
    is listed all the same: that is no reason to keep out what else there is of him. Rows from
    before `kept_since` are not looked at: the night takes them out again, and their clients may
    have gone before.
    """
    table = contract.table
    is_of_clients = table.source_name == "ecd" and any(
        column.name == CLIENT_ID for column in contract.landed_columns
    )
    if not is_of_clients or table.table_name == CLIENTS or not clients:
        return 0, 0
    day = table.declaration["meta"]["retention"]
    # What is spilled is pseudonymised, and stays inside the home.
    with duckdb.connect(
        config={"temp_directory": str(spill), "memory_limit": "256MB"}
    ) as connection:
        found = connection.execute(
            f"""
            with clients as (
                select distinct client_id from read_parquet($clients)
                where client_id is not null
            ),
            judged as (
                select client_id from read_parquet($typed_rows)
                where
                    reject_reason is null
                    and operation <> 'delete'
                    and client_id is not null
                    and coalesce("{day}" >= $kept_since, true)
            )
            select count(*), count(*) filter (where clients.client_id is null)
            from judged left join clients using (client_id)
            where exists (select 1 from clients)
            """,
            {
                "clients": [str(file) for file in clients],
                "typed_rows": str(typed_rows),
                "kept_since": kept_since,
            },
        ).fetchone()
    return found or (0, 0)


def _rows_of_days(days: tuple[date, date], file: Path, contract: SourceContract) -> Path:
    """Write the keys of the landed rows that lie in a period."""
    (column,) = [each for each in contract.columns if each.name == contract.coverage_column]
    first, last = (pa.scalar(day, pa.date32()) for day in days)
    names = [*contract.delivered_key, "row_fault"]
    found = file.with_suffix(".days.unfinished")
    with (
        pq.ParquetFile(file) as landed,
        pq.ParquetWriter(found, pa.schema(dict.fromkeys(names, pa.string()))) as writer,
    ):
        for rows in pieces(landed, BATCH_ROWS):
            on = parse_column(rows[column.name].combine_chunks(), column, contract).values
            is_inside = pc.and_(pc.greater_equal(on, first), pc.less_equal(on, last))
            writer.write_table(rows.select(names).filter(is_inside))
    return found
