"""What the readers of survey exports share: a grid of text, and columns named as agreed."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import BinaryIO, Protocol

import pyarrow as pa

from ingest.cells import MERGED_CELLS, bad_cell
from ingest.contracts import SourceContract
from ingest.readers import BATCH_ROWS, ReadError, TextBatch, TextTable, header_key
from ingest.readers.csv_table import CsvFile
from ingest.readers.workbook import Cell, cell_text, is_blank, open_workbook

_DAY_AND_MONTH = re.compile(r"%([dm])\W%([dm])")
_WRITTEN_DATE = re.compile(r"\s*(\d{1,2})\W(\d{1,2})\W\d{2,4}")
_MONTHS = 12

# The first and the last cell, each as row and column from 0.
_Range = tuple[tuple[int, int], tuple[int, int]]


class Grid(Protocol):
    """The rows of an export from top to bottom: first the header rows, then the batches."""

    def header_row(self) -> list[str]:
        """Return the next row that is not blank, or raise ReadError."""
        ...

    def batches(self, width: int) -> Iterator[TextBatch]:
        """Give the rest of the rows; blank rows are left out."""
        ...


class Sheet:
    """The only visible sheet of a workbook, as text in the dialect of the contract."""

    def __init__(self, data: BinaryIO, contract: SourceContract) -> None:
        self._rows, self._merged = _only_sheet(data.read())
        self._contract = contract
        self._rows_read = 0

    def header_row(self) -> list[str]:
        """Return the next row that is not blank; a cell that covers several stands in the first."""
        while self._rows_read < len(self._rows):
            row = self._rows[self._rows_read]
            self._rows_read += 1
            if not is_blank(row):
                return [self._text(cell) or "" for cell in row]
        raise ReadError("werkblad heeft geen kopregel. Exporteer de antwoorden opnieuw")

    def batches(self, width: int) -> Iterator[TextBatch]:
        """Give the rest of the rows; calamine makes every row of a sheet as wide as the widest.

        A cell below one that was merged over it is a bad cell: nobody knows what was answered.
        """
        self._mark_merged_cells()
        filled = (
            (number, row)
            for number, row in enumerate(self._rows[self._rows_read :], self._rows_read + 1)
            if not is_blank(row)
        )
        while rows := list(islice(filled, BATCH_ROWS)):
            yield TextBatch(
                row_numbers=pa.array([number for number, _ in rows], pa.int64()),
                columns=tuple(
                    pa.array([self._text(row[position]) for _, row in rows], pa.string())
                    for position in range(width)
                ),
            )

    def _mark_merged_cells(self) -> None:
        for (top, left), (bottom, right) in self._merged:
            for number in range(max(top, self._rows_read), min(bottom + 1, len(self._rows))):
                row = self._rows[number]
                places = () if is_blank(row) else range(left, min(right + 1, len(row)))
                for place in places:
                    if (number, place) != (top, left):
                        row[place] = bad_cell(MERGED_CELLS)

    def mixes_dates_and_text(self, position: int) -> bool:
        """Say whether some cells below the header are dates and others a text that is not blank."""
        cells = [row[position] for row in self._rows[self._rows_read :]]
        return any(isinstance(cell, date) for cell in cells) and any(
            isinstance(cell, str) and cell.strip() for cell in cells
        )

    def _text(self, cell: Cell) -> str | None:
        return cell_text(cell, self._contract.date_format, self._contract.decimal_separator)


def open_grid(data: BinaryIO, contract: SourceContract) -> Grid:
    """Open the rows of an export in the format of its contract, or raise ReadError."""
    if contract.format != "csv":
        return Sheet(data, contract)
    # SurveyMonkey writes no line end behind the last respondent.
    return CsvFile(data, contract, may_lack_line_end=contract.layout == "surveymonkey")


def named_table(
    columns: Sequence[Sequence[str]], batches: Iterator[TextBatch], contract: SourceContract
) -> TextTable:
    """Return the table with its columns named by the labels that each answers to.

    Raises ReadError, later, when dates have day and month the other way round than the contract
    says: what can be read both ways would be wrong without anybody noticing.
    """
    header = contract_names(columns, contract)
    return TextTable(header, _with_dates_as_agreed(header, batches, contract))


def source_keys(contract: SourceContract) -> dict[str, str]:
    """Return the names at the source of a contract by their key, the ones it drops included."""
    return {header_key(name): name for column in contract.columns for name in column.sources}


def contract_names(columns: Sequence[Sequence[str]], contract: SourceContract) -> tuple[str, ...]:
    """Name the columns of an export as the contract does.

    Each column brings the labels that it answers to, the one in the file first. A later column
    with the same label gets its number behind it, by position: 'Vraag', 'Vraag (2)'. A column
    that the contract does not name keeps its first label. Raises ReadError when a name of the
    contract fits several columns: as a part of their headings, or because it stands there more than
    once while the contract names only the first.
    """
    wanted = source_keys(contract)
    own = _numbered([labels[0] for labels in columns])
    _refuse_equal_headings(own, wanted, contract)
    names = [wanted.get(header_key(label)) for label in own]
    for key, name in wanted.items():
        if name in names:
            continue
        fitting = [
            position
            for position, labels in enumerate(columns)
            if names[position] is None and key in map(header_key, labels[1:])
        ]
        if len(fitting) > 1:
            raise ReadError(
                f"'{name}' staat onder {len(fitting)} titels. Zet in contracts/"
                f"{contract.file_name} als physicalName de hele kop van de kolom"
            )
        for position in fitting:
            names[position] = name
    return tuple(name or label for name, label in zip(names, own, strict=True))


def _refuse_equal_headings(
    numbered: Sequence[str], wanted: dict[str, str], contract: SourceContract
) -> None:
    keys = set(map(header_key, numbered))
    for key, name in wanted.items():
        second = f"{key} (2)"
        if {key, second} <= keys and not any(each.startswith(f"{key} (") for each in wanted):
            raise ReadError(
                f"'{name}' staat meer dan eens in de kop. Zet in contracts/{contract.file_name} "
                f"ook '{name} (2)', met classification drop als die kolom niet meetelt"
            )


def _numbered(labels: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    numbered = []
    for label in labels:
        name, count = label, 1
        while header_key(name) in seen:
            count += 1
            name = f"{label} ({count})"
        seen.add(header_key(name))
        numbered.append(name)
    return numbered


def _only_sheet(content: bytes) -> tuple[list[list[Cell]], list[_Range]]:
    """Return the rows of the only sheet that holds anything, and where its cells were merged."""
    workbook = open_workbook(content)
    filled = [
        (rows, sheet.merged_cell_ranges or [])
        for sheet in map(workbook.sheet, workbook.names)
        if not all(map(is_blank, rows := sheet.to_python(skip_empty_area=False)))
    ]
    if not filled:
        raise ReadError("werkmap is leeg. Exporteer de antwoorden opnieuw")
    if len(filled) > 1:
        raise ReadError(
            f"werkmap heeft {len(filled)} zichtbare bladen met gegevens. Lever de export met "
            "alleen het blad met antwoorden"
        )
    return filled[0]


def _with_dates_as_agreed(
    header: Sequence[str], batches: Iterator[TextBatch], contract: SourceContract
) -> Iterator[TextBatch]:
    order = _DAY_AND_MONTH.search(contract.date_format)
    dates = {
        header_key(source)
        for column in contract.landed_columns
        if column.logical_type == "date"
        for source in column.sources
    }
    positions = [at for at, name in enumerate(header) if header_key(name) in dates]
    for batch in batches:
        for position in positions if order else ():
            texts = batch.columns[position].to_pylist()
            for number, text in zip(batch.row_numbers.to_pylist(), texts, strict=True):
                written = _WRITTEN_DATE.match(text or "")
                if written and order and _is_other_way_round(order.groups(), written.groups()):
                    raise ReadError(
                        f"rij {number}: kolom '{header[position]}' heeft een maand boven de 12. "
                        f"Dag en maand staan andersom dan dateFormat in contracts/"
                        f"{contract.file_name} zegt; pas dat aan",
                        check_id="S10",
                    )
        yield batch


def _is_other_way_round(order: Sequence[str], written: Sequence[str]) -> bool:
    parts = {sign: int(digits) for sign, digits in zip(order, written, strict=True)}
    return parts.get("m", 0) > _MONTHS >= parts.get("d", 0)
