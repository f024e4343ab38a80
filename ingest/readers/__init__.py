"""From the bytes of a delivery to a table of text: one module per layout, one interface."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

import pyarrow as pa

if TYPE_CHECKING:
    from ingest.contracts import SourceContract

# The module that reads a (layout, format); a new one is a new file and one line here.
READERS = {
    ("table", "csv"): "csv_table",
    ("table", "xlsx"): "excel_table",
    ("microsoft_forms", "xlsx"): "microsoft_forms",
    ("microsoft_forms", "csv"): "microsoft_forms",
    ("surveymonkey", "csv"): "surveymonkey",
    ("surveymonkey", "xlsx"): "surveymonkey",
    ("limesurvey", "csv"): "limesurvey",
    ("pdf_form", "pdf"): "pdf_forms",
    ("pdf_form", "zip"): "pdf_forms",
    ("table", "arrow"): "arrow_table",
    ("surveymonkey", "json"): "surveymonkey_answers",
}
BATCH_ROWS = 250_000


class ReadError(Exception):
    """A delivery that cannot be read as its contract says; the message is Dutch, without values.

    `check_id` is the door check that holds the delivery: S02 structure, S04 encoding, S10 cells,
    S11 BSN.
    """

    def __init__(self, message: str, check_id: str = "S02") -> None:
        super().__init__(message)
        self.check_id = check_id


@dataclass(frozen=True)
class MalformedRow:
    """A row that has no cells to speak of, such as one with too many fields."""

    row_number: int
    reason: str


@dataclass(frozen=True)
class TextBatch:
    """At most BATCH_ROWS rows as text, one string array per name in the header of the table.

    A row number is what a spreadsheet shows: the first row of the file is 1, blank rows count.
    Malformed rows are not in the columns; their numbers lie between those of the other rows.
    `totals` are the numbers of the lines that the contract calls totals: they are no rows.
    """

    row_numbers: pa.Int64Array
    columns: tuple[pa.StringArray, ...]
    malformed: tuple[MalformedRow, ...] = ()
    totals: tuple[int, ...] = ()


@dataclass(frozen=True)
class TextTable:
    """The header of a delivery (names at the source, in file order) and its rows, read once.

    A file with a header and no rows has no batches; a file without a header is a ReadError.
    A date cell of a workbook is written in `contract.date_format`, a whole number without
    decimals. Cells are as delivered: trimming and judging them comes later.
    """

    header: tuple[str, ...]
    batches: Iterator[TextBatch]


class Reader(Protocol):
    """What a module in this folder offers."""

    def read(self, data: BinaryIO, contract: "SourceContract") -> TextTable:
        """Read one delivery, or raise ReadError (also later, while the batches are taken)."""
        ...


def open_reader(contract: "SourceContract") -> Reader:
    """Return the module that reads deliveries of this contract."""
    module = READERS[contract.layout, contract.format]
    return cast(Reader, import_module(f"{__name__}.{module}"))


def header_key(text: str) -> str:
    """Return a header or answer text as it is compared: without case, odd spaces and line ends."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()
