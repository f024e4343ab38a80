"""What the door says about a delivery: the facts that are judged and the verdicts."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyarrow.parquet as pq

from ingest.contracts import SourceContract

if TYPE_CHECKING:
    import pandas as pd

State = Literal["akkoord", "afgekeurd", "te weinig", "niet van toepassing", "fout"]


@dataclass(frozen=True)
class DoorResult:
    """The verdict of one check on one raw column (None: the whole delivery), without values.

    `holds` keeps the delivery out; `message` then says in Dutch what is wrong and what to do.
    """

    check_id: str
    column_name: str | None
    n_applicable: int
    n_hit: int
    state: State
    holds: bool = False
    message: str = ""


@dataclass(frozen=True)
class DoorBatch:
    """The facts of one delivery that has been read and typed but not yet accepted.

    Counts are rows of the file; what came before is told as in Comparison. The chunks are rows of
    the raw table (a survey has a row per answer there).
    """

    contract: SourceContract
    delivery_id: str
    expected_columns: tuple[str, ...]
    found_columns: tuple[str, ...]
    rows_in: int
    rows_out: int
    rejected: int
    duplicates: int
    erased: int
    previous_rows: int | None
    candidate: Path
    previous_ids: int = 0
    vanished_ids: int = 0
    period_days: int = 0
    missing_days: int = 0
    rows_of_clients: int = 0
    unknown_clients: int = 0
    previous_questions: tuple[str, ...] = ()

    def chunks(self) -> Iterator["pd.DataFrame"]:
        """Give the typed rows, rejected ones included, in frames of at most 250 k rows."""
        with pq.ParquetFile(self.candidate) as candidate:
            for group in range(candidate.num_row_groups):
                yield candidate.read_row_group(group).to_pandas(date_as_object=False)
