"""The rows of a delivery as text, with nothing in them that may not pass the door."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.bsn import BsnGuard
from ingest.cells import parse_column, without_bad_cells
from ingest.columns import trimmed
from ingest.contracts import Column, SourceContract
from ingest.personal_data import PersonalData
from ingest.readers import ReadError, TextBatch, TextTable, header_key

# UTF-8 that was read as Windows-1252: 'Ã«' for 'ë', 'ÅŸ' for 'ş', 'â‚¬' for the euro sign. And
# controls that no text has: Windows-1252 that was read as Latin-1.
_TAIL = f"[{bytes(range(0x80, 0xC0)).decode('cp1252', 'ignore')}]"
_GARBLED = f"\ufffd|[\u0080-\u009f]|[ÂÃÄÅ]{_TAIL}|â{_TAIL}{_TAIL}"
# What every landed row says of itself, beside the columns of its contract.
_ROW_FACTS = ("delivery_id", "row_number", "record_ref", "operation", "row_fault")


@dataclass
class ColumnCount:
    """How many cells of a column were judged, and how many did not fit or look garbled."""

    judged: int = 0
    bad: int = 0
    garbled: int = 0


@dataclass
class Landed:
    """What was found in a delivery; malformed rows are among the rows.

    `expected` are the names at the source that the contract keeps something of, `missing` those
    of them that the file lacks; headers that the contract does not know are only counted.
    `totals` are the numbers of the lines with totals, which are no rows.
    """

    expected: tuple[str, ...]
    missing: frozenset[str]
    unknown_columns: int
    counts: dict[str, ColumnCount]
    rows: int = 0
    malformed: int = 0
    totals: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Landing:
    """Lands the deliveries of one contract."""

    contract: SourceContract
    personal_data: PersonalData

    def write(
        self,
        table: TextTable,
        file: Path,
        delivery_id: str,
        on_progress: Callable[[int], None] | None = None,
    ) -> Landed:
        """Land all rows in `file` and return the counts; `on_progress` gets the rows so far.

        Raises ReadError when a column of the contract is missing, when the delivery cannot be read
        further, or when a kept column holds BSN's (check S11), before any of those is written.
        """
        positions = self._positions(table.header)
        landed = self._judge_header(table.header, positions)
        columns = [
            column
            for column in self.contract.landed_columns
            # A question that is not in the file was not asked; that is not an empty answer.
            if not column.is_question or header_key(column.sources[0]) in positions
        ]
        schema = pa.schema(
            dict.fromkeys([*_ROW_FACTS, *(column.name for column in columns)], pa.string())
            | {"row_number": pa.int64()}
        )
        guard = BsnGuard()
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in table.batches:
                sources = _Sources(batch, positions)
                cells = {
                    column.name: self._land(column, sources, guard, landed.counts[column.name])
                    for column in columns
                }
                writer.write_table(self._rows(batch, cells, delivery_id, schema))
                landed.rows += len(batch.row_numbers) + len(batch.malformed)
                landed.malformed += len(batch.malformed)
                landed.totals += batch.totals
                if on_progress:
                    on_progress(landed.rows)
        return landed

    def _positions(self, header: tuple[str, ...]) -> dict[str, int]:
        """Return where every column of the contract stands; other columns are never looked at."""
        known = {
            header_key(name): name for column in self.contract.columns for name in column.sources
        }
        keys = [header_key(name) for name in header]
        for key, count in Counter(keys).items():
            if key in known and count > 1:
                raise ReadError(
                    f"kolom '{known[key]}' komt {count} keer voor. Vraag de leverancier om elke "
                    "kolom een keer te leveren"
                )
        return {key: position for position, key in enumerate(keys) if key in known}

    def _judge_header(self, header: tuple[str, ...], positions: dict[str, int]) -> Landed:
        expected: dict[str, bool] = {}
        for column in self.contract.landed_columns:
            for name in column.sources:
                # A question that is missing was not asked; any other column was agreed upon.
                expected[name] = expected.get(name, False) or not column.is_question
        missing = [name for name in expected if header_key(name) not in positions]
        if agreed := [f"'{name}'" for name in missing if expected[name]]:
            names = ", ".join(agreed)
            if not positions:
                raise ReadError(
                    f"de kopregel heeft geen enkele kolom van het contract ({names}). Kijk of "
                    f"delimiter, encoding en headerRow in contracts/{self.contract.file_name} "
                    "kloppen, of vraag de leverancier om een nieuwe levering"
                )
            fault = f"kolommen {names} ontbreken" if agreed[1:] else f"kolom {names} ontbreekt"
            raise ReadError(
                f"{fault}. Vraag de leverancier daarom, of pas "
                f"contracts/{self.contract.file_name} aan"
            )
        questions = [column for column in self.contract.items if column.is_question]
        if questions and not any(header_key(each.sources[0]) in positions for each in questions):
            raise ReadError(
                "geen enkele vraag van het contract staat in de kop. Vergelijk de vraagteksten "
                f"met contracts/{self.contract.file_name}"
            )
        return Landed(
            expected=tuple(expected),
            missing=frozenset(missing),
            unknown_columns=sum(1 for name in header if header_key(name) not in positions),
            counts={column.name: ColumnCount() for column in self.contract.landed_columns},
        )

    def _land(
        self, column: Column, sources: "_Sources", guard: BsnGuard, count: ColumnCount
    ) -> pa.StringArray:
        delivered = [sources[name] for name in column.sources]
        is_kept = column.classification == "keep"
        texts = delivered[0] if is_kept else self.personal_data.protect(column, delivered)
        parsed = parse_column(texts, column, self.contract)
        texts = without_bad_cells(texts, parsed.reasons)
        count.judged += len(texts) - (0 if column.required else texts.null_count)
        count.bad += len(texts) - parsed.reasons.null_count
        if column.classification == "pseudonymise":
            count.garbled += sum(map(_garbled, delivered))
        if is_kept and _can_hold_anything(column):
            count.garbled += _garbled(texts)
            if guard.is_bsn(column.name, texts):
                raise ReadError(
                    f"kolom '{column.sources[0]}' bevat burgerservicenummers. Zet deze kolom in "
                    f"contracts/{self.contract.file_name} op drop of pseudonymise, of vraag de "
                    "leverancier om haar weg te laten",
                    check_id="S11",
                )
        return texts

    def _rows(
        self,
        batch: TextBatch,
        cells: dict[str, pa.StringArray],
        delivery_id: str,
        schema: pa.Schema,
    ) -> pa.Table:
        if "record_ref" not in cells:
            keys = [cells[column.name] for column in self.contract.columns if column.primary_key]
            cells["record_ref"] = pc.binary_join_element_wise(*keys, "|")
        count = len(batch.row_numbers)
        facts = {
            "delivery_id": pa.repeat(delivery_id, count),
            "row_number": batch.row_numbers,
            "operation": pa.repeat("upsert", count),
            "row_fault": pa.nulls(count, pa.string()),
        }
        rows = pa.table(cells | facts, schema=schema)
        if not batch.malformed:
            return rows
        malformed = [
            {
                "delivery_id": delivery_id,
                "row_number": row.row_number,
                "operation": "upsert",
                "row_fault": row.reason,
            }
            for row in batch.malformed
        ]
        rows = pa.concat_tables([rows, pa.Table.from_pylist(malformed, schema)])
        return rows.sort_by("row_number")


class _Sources:
    """The trimmed columns of a batch by their name at the source, each trimmed once."""

    def __init__(self, batch: TextBatch, positions: dict[str, int]) -> None:
        self._batch, self._positions = batch, positions
        self._trimmed: dict[str, pa.StringArray] = {}

    def __getitem__(self, name: str) -> pa.StringArray:
        key = header_key(name)
        if key not in self._trimmed:
            self._trimmed[key] = self._read(key)
        return self._trimmed[key]

    def _read(self, key: str) -> pa.StringArray:
        if key not in self._positions:
            return pa.nulls(len(self._batch.row_numbers), pa.string())
        return trimmed(self._batch.columns[self._positions[key]])


def _can_hold_anything(column: Column) -> bool:
    """Say whether a cell that fits this column may still be any text or number."""
    return not column.codes and column.logical_type in ("string", "integer", "number")


def _garbled(texts: pa.StringArray) -> int:
    strange = texts.filter(pc.invert(pc.string_is_ascii(texts)))
    return pc.sum(pc.match_substring_regex(strange, _GARBLED)).as_py() or 0
