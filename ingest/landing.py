"""The rows of a delivery as text, with nothing in them that may not pass the door."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingest.cells import (
    DateOrder,
    bad_cells,
    lost_values,
    parse_column,
    unfit_identifiers,
    without_bad_cells,
    without_signs_alone,
)
from ingest.columns import trimmed
from ingest.contracts import Column, SourceContract
from ingest.headings import Headings, judge_headings
from ingest.kept.persons import (
    OWNERS,
    PERSON_COLUMNS,
    TRAJECTORY_ID,
    Hits,
    hits_in,
    trajectories_of,
    without,
)
from ingest.kept.tombstones import Tombstones, number_identifiers
from ingest.kept_text import KeptText
from ingest.odd_rows import odd_rows
from ingest.personal_data import PersonalData
from ingest.readers import TextBatch, TextTable, header_key

# UTF-8 that was read as Windows-1252: 'Ã«' for 'ë', 'ÅŸ' for 'ş', 'â‚¬' for the euro sign. And
# controls that no text has: Windows-1252 that was read as Latin-1.
_TAIL = f"[{bytes(range(0x80, 0xC0)).decode('cp1252', 'ignore')}]"
_ENCODED_TWICE = f"\ufffd|[\u0080-\u009f]|[ÂÃÄÅ]{_TAIL}|â{_TAIL}{_TAIL}"
# A letter of a code page of DOS, the Mac or another Windows, where no word has such a sign: 'CafŽ',
# 'Caf‚', 'Co”rdinatie', 'financi‘le', '├®'. With one accent there is not more to go by.
_OF_ANOTHER_PAGE = (
    r"\p{Ll}[À-ÖØ-ÞŠŒŽŸ]|\p{L}[‚„‰ˆ˜¸]|\p{L}[“”†‡‹›¢£¥¦§«»¬¯÷¼½¾¹²³ƒ]\p{L}|\p{Ll}‘\p{Ll}{2}"
    r"|[─-▟¤]|[√∂∏∫∆◊][^\s\d]"
)
_GARBLED = f"{_ENCODED_TWICE}|{_OF_ANOTHER_PAGE}"
# What every landed row says of itself, beside the columns of its contract.
_ROW_FACTS = ("delivery_id", "row_number", "record_ref", "operation", "row_fault")


@dataclass
class ColumnCount:
    """How many cells of a column were judged, and how many did not fit or look garbled."""

    judged: int = 0
    bad: int = 0
    garbled: int = 0
    date_order: DateOrder = field(default_factory=DateOrder)


@dataclass
class Landed:
    """What was found in a delivery; malformed rows and those of who was erased are among the rows.

    `counts` are by column of the contract, `totals` the numbers of the lines with totals, which
    are no rows.
    """

    headings: Headings
    counts: dict[str, ColumnCount] = field(default_factory=lambda: defaultdict(ColumnCount))
    rows: int = 0
    malformed: int = 0
    erased: int = 0
    totals: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Landing:
    """Lands the deliveries of one contract, but not the rows of who was erased."""

    contract: SourceContract
    personal_data: PersonalData
    known_words: frozenset[str] = frozenset()
    tombstones: Tombstones | None = None

    def write(
        self,
        table: TextTable,
        file: Path,
        delivery_id: str,
        on_progress: Callable[[int], None] | None = None,
    ) -> Landed:
        """Land all rows in `file` and return the counts; `on_progress` gets the rows so far.

        Raises ReadError when a column of the contract is missing, when the delivery cannot be read
        further, or when a kept column holds BSN's or typed text (check S11), before any of those
        is written.
        """
        headings = judge_headings(table.header, self.contract)
        landed = Landed(headings)
        positions = headings.positions
        columns = [
            column
            for column in self.contract.landed_columns
            # A question that is not in the file was not asked; that is not an empty answer.
            if not column.is_question or header_key(column.sources[0]) in positions
        ]
        schema = pa.schema(
            dict.fromkeys([*_ROW_FACTS, *(column.name for column in columns)], pa.string())
            | {"row_number": pa.int64()}
        ).with_metadata(self.tombstones.metadata if self.tombstones else None)
        kept = KeptText(self.contract, self.known_words)
        with pq.ParquetWriter(file, schema, compression="zstd") as writer:
            for batch in table.batches:
                sources = _Sources(batch, positions)
                kept.begin_batch(sources.__getitem__)
                is_delete = self._deletes(sources)
                cells = {
                    column.name: self._land(
                        column, sources, kept, landed.counts[column.name], is_delete
                    )
                    for column in columns
                }
                erased = self._erased(cells, sources)
                landed.erased += erased.about.true_count if erased else 0
                faults = odd_rows(self.contract, cells, is_delete)
                writer.write_table(self._rows(batch, cells, faults, erased, delivery_id, schema))
                landed.rows += len(batch.row_numbers) + len(batch.malformed)
                landed.malformed += len(batch.malformed) + len(faults) - faults.null_count
                landed.totals += batch.totals
                if on_progress:
                    on_progress(landed.rows)
        return landed

    def _deletes(self, sources: "_Sources") -> pa.BooleanArray | None:
        """Say of every row whether it only deletes; None if no row of this contract can."""
        operation = self.contract.operation
        if operation is None:
            return None
        parsed = parse_column(sources[operation.sources[0]], operation, self.contract)
        return pc.fill_null(pc.equal(parsed.values, "delete"), False)

    def _land(
        self,
        column: Column,
        sources: "_Sources",
        kept: KeptText,
        count: ColumnCount,
        is_delete: pa.BooleanArray | None,
    ) -> pa.StringArray:
        delivered = [sources[name] for name in column.sources]
        is_kept = column.classification == "keep"
        if column.constant is not None:
            texts = pa.repeat(column.constant, sources.row_count)
        else:
            texts = delivered[0] if is_kept else self._protected(column, delivered)
        is_open = is_kept and column.constant is None and _can_hold_anything(column)
        if is_open and column.logical_type == "string":
            texts = without_signs_alone(texts)
        reasons = parse_column(texts, column, self.contract).reasons
        if is_open:
            reasons = pc.coalesce(reasons, kept.faults(column, texts), lost_values(texts))
            count.garbled += _garbled(texts.filter(reasons.is_null()))
        if is_kept and column.logical_type == "date":
            count.date_order = count.date_order.with_more(texts, self.contract.date_format)
        texts = without_bad_cells(texts, reasons)
        if column.classification == "pseudonymise":
            count.garbled += sum(map(_garbled, delivered))
        judged = texts
        if is_delete is not None and column.name not in self.contract.named_by_delete:
            # Whatever else stands in a row that deletes has no meaning.
            judged, reasons = (each.filter(pc.invert(is_delete)) for each in (texts, reasons))
        count.judged += len(judged) - (0 if column.required else judged.null_count)
        count.bad += len(judged) - reasons.null_count
        return texts

    def _erased(self, cells: dict[str, pa.StringArray], sources: "_Sources") -> Hits | None:
        """Return which rows of a batch are about, or mention, somebody who was erased."""
        if not self.tombstones:
            return None
        columns = {
            column.name: cells[column.name]
            if column.name == TRAJECTORY_ID
            else number_identifiers(column, sources[column.sources[0]])
            for column in self.contract.landed_columns
            if column.name in PERSON_COLUMNS
        }
        if self.contract.table.table_name == OWNERS:
            # Other files may say no more than the trajectory.
            self.tombstones.add_trajectories(trajectories_of(columns, self.tombstones))
        return hits_in(columns, self.tombstones, len(sources))

    def _protected(self, column: Column, delivered: list[pa.StringArray]) -> pa.StringArray:
        """Return what may be kept of a column; what its reader could not read stays a bad cell."""
        if column.classification == "pseudonymise" and column.transform != "match_token":
            delivered = [without_bad_cells(each, unfit_identifiers(each)) for each in delivered]
        texts = self.personal_data.protect(column, delivered)
        for marks in map(bad_cells, delivered):
            if marks is not None:
                texts = pc.coalesce(marks, texts)
        return texts

    def _rows(
        self,
        batch: TextBatch,
        cells: dict[str, pa.StringArray],
        faults: pa.StringArray,
        erased: Hits | None,
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
            "row_fault": faults,
        }
        rows = pa.table(facts | cells, schema=schema)
        rows = without(rows, erased) if erased else rows
        if not batch.malformed:
            return rows
        malformed = [
            {
                "delivery_id": delivery_id,
                "row_number": row.row_number,
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
        self.row_count = len(batch.row_numbers)
        self._trimmed: dict[str, pa.StringArray] = {}

    def __len__(self) -> int:
        return len(self._batch.row_numbers)

    def __getitem__(self, name: str) -> pa.StringArray:
        key = header_key(name)
        if key not in self._trimmed:
            self._trimmed[key] = self._read(key)
        return self._trimmed[key]

    def _read(self, key: str) -> pa.StringArray:
        if key not in self._positions:
            return pa.nulls(self.row_count, pa.string())
        return trimmed(self._batch.columns[self._positions[key]])


def _can_hold_anything(column: Column) -> bool:
    """Say whether a cell that fits this column may still be any text or number."""
    return not column.codes and column.logical_type in ("string", "integer", "number")


def _garbled(texts: pa.StringArray) -> int:
    marks = bad_cells(texts)
    if marks is not None:
        texts = texts.filter(pc.is_null(marks))
    strange = texts.filter(pc.invert(pc.string_is_ascii(texts)))
    return pc.sum(pc.match_substring_regex(strange, _GARBLED)).as_py() or 0
