"""From landed text to the typed rows of a raw table; what does not fit stays as a rejected row."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.answers import unpivot
from ingest.cells import parse_column
from ingest.contracts import SourceContract
from ingest.odcs import Scale
from ingest.raw_tables import raw_tables
from ingest.readers import BATCH_ROWS

WHOLE_ROW = "*"


@dataclass(frozen=True)
class TypedCounts:
    """Rows of the delivered file: what went in came out, was rejected, double or erased."""

    rows_in: int
    rows_out: int
    rejected: int
    duplicates: int
    erased: int = 0


def write_typed(
    landing_file: Path, contract: SourceContract, file: Path, delivery_id: str
) -> TypedCounts:
    """Write the raw rows of one landed delivery, by the contract as it is now.

    Rows stay in the order of the file. A row that equals an earlier one in every column is left
    out and counted; a row with a cell that does not fit stays, that cell empty, with the first
    reason. In a list an answer or score that does not fit rejects only its own row.
    """
    doubles = _double_rows(landing_file, contract)
    rows_in = rows_out = rejected = 0
    schema = contract.table.schema().with_metadata(provenance(contract, delivery_id))
    with (
        pq.ParquetFile(landing_file) as landed,
        pq.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        for piece in _pieces(landed, BATCH_ROWS // (1 + len(contract.items))):
            rows_in += len(piece)
            rows = piece.filter(pc.invert(pc.is_in(piece["row_number"], doubles)))
            typed = _type_rows(rows, contract)
            rows_out += typed["reject_reason"].null_count
            rejected += len(typed) - typed["reject_reason"].null_count
            typed = unpivot(typed, rows, contract)
            writer.write_table(typed.select(schema.names).cast(schema))
    return TypedCounts(rows_in, rows_out, rejected, duplicates=len(doubles))


def provenance(contract: SourceContract, delivery_id: str) -> dict[bytes, bytes]:
    """Return what a raw file says about where it comes from."""
    return {b"delivery_id": delivery_id.encode(), b"contract": contract.digest.encode()}


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
    schema = schema.with_metadata(provenance(contract, delivery_id))
    pq.write_table(pa.Table.from_pylist(rows, schema), file, compression="zstd")


def _pieces(landed: pq.ParquetFile, size: int) -> Iterator[pa.Table]:
    # Not iter_batches, which holds on to more memory the longer the file is.
    for group in range(landed.num_row_groups):
        rows = landed.read_row_group(group)
        for start in range(0, len(rows), size):
            yield rows.slice(start, size)


def _type_rows(rows: pa.Table, contract: SourceContract) -> pa.Table:
    """Type the columns of the raw table, items apart; the first fault rejects the row."""
    fault = _column(rows, "row_fault")
    reject_column = pc.if_else(pc.is_valid(fault), WHOLE_ROW, pa.scalar(None, pa.string()))
    reject_reason = fault
    typed = {
        "source_id": pa.repeat(contract.source_id, len(rows)),
        **{name: rows[name] for name in ("delivery_id", "row_number", "record_ref", "operation")},
    }
    for column in contract.landed_columns:
        if column.item:
            continue
        parsed = parse_column(_column(rows, column.name), column, contract)
        typed[column.name] = parsed.values
        is_new = pc.and_(pc.is_valid(parsed.reasons), pc.is_null(reject_reason))
        reject_column = pc.if_else(is_new, column.name, reject_column)
        reject_reason = pc.coalesce(reject_reason, parsed.reasons)
    typed |= {"reject_column": reject_column, "reject_reason": reject_reason}
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
