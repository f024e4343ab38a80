"""From landed text to the typed rows of one delivery; what does not fit stays as a rejected row."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.answers import unpivot
from ingest.cells import codes_on_date, parse_column
from ingest.contracts import Column, SourceContract
from ingest.coverage import EVERYTHING, Coverage
from ingest.odcs import Scale
from ingest.raw_tables import raw_tables
from ingest.readers import BATCH_ROWS

WHOLE_ROW = "*"
OUTSIDE_PERIOD = "buiten de periode van de levering"


@dataclass(frozen=True)
class TypedCounts:
    """Rows of the delivered file: what went in came out, was rejected, double or erased."""

    rows_in: int
    rows_out: int
    rejected: int
    duplicates: int
    erased: int = 0


class RowGroups:
    """A Parquet file whose groups have one size: the same rows give the same bytes."""

    def __init__(self, file: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(file, schema, compression="zstd")
        self._schema = schema
        self._waiting: list[pa.Table] = []

    def write(self, rows: pa.Table) -> None:
        """Add rows; they are written when there are enough for a group."""
        self._waiting.append(rows)
        if sum(map(len, self._waiting)) >= BATCH_ROWS:
            waiting = self._rows()
            while len(waiting) >= BATCH_ROWS:
                self._write(waiting.slice(0, BATCH_ROWS))
                waiting = waiting.slice(BATCH_ROWS)
            self._waiting = [waiting]

    def close(self) -> None:
        """Write what is left, and the end of the file."""
        self._write(self._rows())
        self._writer.close()

    def _rows(self) -> pa.Table:
        return pa.concat_tables([self._schema.empty_table(), *self._waiting])

    def _write(self, rows: pa.Table) -> None:
        if len(rows):
            self._writer.write_table(rows.combine_chunks(), row_group_size=BATCH_ROWS)


def write_typed(
    landing_file: Path,
    contract: SourceContract,
    file: Path,
    delivery_id: str,
    *,
    coverage: Coverage = EVERYTHING,
    keys_file: Path | None = None,
) -> TypedCounts:
    """Write the raw rows of one landed delivery, by the contract as it is now.

    Rows stay in the order of the file. A row that equals an earlier one in every column is left
    out and counted; a row with a cell that does not fit stays, that cell empty, with the first
    reason, and so does a row outside the period of the delivery. In a list an answer or score that
    does not fit rejects only its own row. `keys_file` gets the key of every row or list that was
    not rejected, rows that delete included.
    """
    doubles = _double_rows(landing_file, contract)
    rows_in = rows_out = rejected = 0
    schema = contract.table.schema()
    keys_schema = pa.schema([schema.field(name) for name in key_columns(contract)])
    with ExitStack() as open_files:
        landed = open_files.enter_context(pq.ParquetFile(landing_file))
        raw = open_files.enter_context(
            closing(RowGroups(file, schema.with_metadata(provenance(contract, [delivery_id]))))
        )
        keys = keys_file and open_files.enter_context(closing(RowGroups(keys_file, keys_schema)))
        for piece in pieces(landed, BATCH_ROWS // (1 + len(contract.items))):
            rows_in += len(piece)
            rows = piece.filter(pc.invert(pc.is_in(piece["row_number"], doubles)))
            typed = _type_rows(rows, contract, coverage)
            is_good = pc.is_null(typed["reject_reason"])
            rows_out += typed["reject_reason"].null_count
            rejected += len(typed) - typed["reject_reason"].null_count
            if keys:
                keys.write(typed.filter(is_good).select(keys_schema.names).cast(keys_schema))
            typed = unpivot(typed, rows, contract)
            raw.write(typed.select(schema.names).cast(schema))
    return TypedCounts(rows_in, rows_out, rejected, duplicates=len(doubles))


def key_columns(contract: SourceContract) -> list[str]:
    """Return the raw columns by which deliveries of this contract replace each other's rows."""
    names = ("delivery_id", *contract.delivered_key, contract.coverage_column)
    return [name for name in dict.fromkeys(names) if name]


def provenance(
    contract: SourceContract, delivery_ids: Sequence[str], hidden_rows: int = 0
) -> dict[bytes, bytes]:
    """Return what a raw file says about where it comes from.

    Hidden rows are those for which a newer delivery has another row with the same key.
    """
    return {
        b"deliveries": " ".join(delivery_ids).encode(),
        b"contract": contract.digest.encode(),
        b"hidden_rows": str(hidden_rows).encode(),
    }


def write_scale(scale: Scale, contract: SourceContract, file: Path, delivery_id: str) -> None:
    """Write the answer scale of a survey contract as rows of survey.answer_scales."""
    rows = [
        {
            "source_id": contract.source_id,
            "delivery_id": delivery_id,
            "row_number": number,
            "record_ref": answer.code,
            "operation": "upsert",
            "scale_id": scale.id,
            "answer_code": answer.code,
            "label_nl": answer.label,
            "sort_order": answer.sort,
            "is_counting": answer.counts,
            "is_positive": answer.positive,
        }
        for number, answer in enumerate(scale.answers, start=1)
    ]
    schema = raw_tables()["survey", "answer_scales"].schema()
    schema = schema.with_metadata(provenance(contract, [delivery_id]))
    pq.write_table(pa.Table.from_pylist(rows, schema), file, compression="zstd")


def pieces(landed: pq.ParquetFile, size: int) -> Iterator[pa.Table]:
    """Give the rows of a Parquet file in tables of at most `size` rows."""
    # Not iter_batches, which holds on to more memory the longer the file is.
    for group in range(landed.num_row_groups):
        rows = landed.read_row_group(group)
        for start in range(0, len(rows), size):
            yield rows.slice(start, size)


def _type_rows(rows: pa.Table, contract: SourceContract, coverage: Coverage) -> pa.Table:
    """Type the columns of the raw table, items apart; the first fault rejects the row."""
    fault = _column(rows, "row_fault")
    nothing = pa.scalar(None, pa.string())
    typed = {
        "source_id": pa.repeat(contract.source_id, len(rows)),
        **{name: rows[name] for name in ("delivery_id", "row_number", "record_ref")},
        "operation": pa.repeat("upsert", len(rows)),
        "reject_column": pc.if_else(pc.is_valid(fault), WHOLE_ROW, nothing),
        "reject_reason": fault,
    }

    def reject(column: Column, reasons: pa.StringArray) -> None:
        is_new = pc.and_(pc.is_valid(reasons), pc.is_null(typed["reject_reason"]))
        if column.name not in contract.named_by_delete:
            is_new = pc.and_(is_new, pc.not_equal(typed["operation"], "delete"))
        typed["reject_column"] = pc.if_else(is_new, column.name, typed["reject_column"])
        typed["reject_reason"] = pc.if_else(is_new, reasons, typed["reject_reason"])

    if operation := contract.operation:
        parsed = parse_column(_column(rows, operation.name), operation, contract)
        typed["operation"] = pc.coalesce(parsed.values, "upsert")
        reject(operation, parsed.reasons)
    of_rows = [each for each in contract.landed_columns if not each.item and each != operation]
    for column in of_rows:
        parsed = parse_column(_column(rows, column.name), column, contract)
        typed[column.name] = parsed.values
        reject(column, parsed.reasons)
    for column in of_rows:
        if column.valid_on:
            texts, days = _column(rows, column.name), typed[column.valid_on]
            parsed = codes_on_date(texts, days, column, contract)
            typed[column.name] = parsed.values
            reject(column, parsed.reasons)
        if column.name == contract.coverage_column and coverage.period:
            first, last = (pa.scalar(day, pa.date32()) for day in coverage.period)
            days = typed[column.name]
            is_outside = pc.or_(pc.less(days, first), pc.greater(days, last))
            reject(column, pc.if_else(is_outside, OUTSIDE_PERIOD, nothing))
    for field in contract.table.schema():
        typed.setdefault(field.name, pa.nulls(len(rows), field.type))
    return pa.table(typed)


def _column(rows: pa.Table, name: str) -> pa.StringArray:
    """Return one landed column; one that was not landed then, by an older contract, is empty."""
    if name not in rows.column_names:
        return pa.nulls(len(rows), pa.string())
    return rows[name].combine_chunks()


def _double_rows(landing_file: Path, contract: SourceContract) -> pa.Int64Array:
    """Return the numbers of the rows that equal an earlier row in every landed column."""
    landed = pq.read_schema(landing_file).names
    names = ("record_ref", *(column.name for column in contract.landed_columns))
    columns = ", ".join(f'"{name}"' for name in dict.fromkeys(names) if name in landed)
    # What is spilled is pseudonymised, and stays inside the home.
    spill = str(landing_file.with_suffix(".spill"))
    with duckdb.connect(config={"temp_directory": spill, "memory_limit": "256MB"}) as connection:
        # First by hash alone: nearly always there are none, and eight bytes a row are few.
        suspect = connection.execute(
            f"""
            select hash({columns}) as digest from read_parquet(?) where row_fault is null
            group by digest having count(*) > 1
            """,
            [str(landing_file)],
        ).fetchall()
        if not suspect:
            return pa.array([], pa.int64())
        doubles = connection.execute(
            f"""
            select row_number as row_no from read_parquet(?)
            where row_fault is null and hash({columns}) in (select unnest(?))
            qualify row_number() over (partition by {columns} order by row_no) > 1
            """,
            [str(landing_file), [digest for (digest,) in suspect]],
        ).fetchall()
    return pa.array([row_number for (row_number,) in doubles], pa.int64())
