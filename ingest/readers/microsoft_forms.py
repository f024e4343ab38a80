"""Reads the Excel workbook that Microsoft Forms gives for the answers to one form."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import BinaryIO

import pyarrow as pa

from ingest.contracts import SourceContract
from ingest.readers import BATCH_ROWS, ReadError, TextBatch, TextTable, header_key
from ingest.readers.survey_table import contract_names
from ingest.readers.workbook import Cell, cell_text, is_blank, visible_sheets

# The columns that Forms puts before the questions, in the languages of which exports were seen.
_METADATA = (
    ("ID",),
    ("Begintijd", "Start time"),
    ("Tijd van voltooien", "Completion time"),
    ("E-mail", "Email"),
    ("Naam", "Name"),
    ("Taal", "Language"),
    ("Tijd van laatste wijziging", "Last modified time"),
)
# Between the title of a grid and its statement: '<title>\n. <statement>'.
_STATEMENT = "\n. "


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read the answers to one form: one row per filled-in list, one column per question.

    The header is matched without case and odd spaces, in Dutch or English; a grid column may be
    named in full or by its statement alone. A question with several answers reads 'A;B;'.
    """
    sheet = _the_sheet(data.read())
    header = [str(cell) for cell in sheet[0]]
    if not _is_header(header, sheet[1:]):
        raise ReadError(
            "eerste rij heeft niet de kolommen van Microsoft Forms (ID, Begintijd, Tijd van "
            "voltooien). Lever de export zoals zij is, zonder rijen of kolommen te verwijderen"
        )
    return TextTable(
        header=contract_names(_labels(header), contract),
        batches=_batches(sheet, contract),
    )


def _the_sheet(workbook: bytes) -> list[list[Cell]]:
    sheets = list(visible_sheets(workbook).values())
    if not sheets:
        raise ReadError("werkmap is leeg. Exporteer de antwoorden opnieuw uit Microsoft Forms")
    if len(sheets) > 1:
        raise ReadError(
            f"werkmap heeft {len(sheets)} zichtbare bladen met gegevens. Lever de export van "
            "Microsoft Forms met alleen het blad met antwoorden"
        )
    return sheets[0]


def _is_header(header: list[str], rows: list[list[Cell]]) -> bool:
    if not header or header_key(header[0]) != "id":
        return False
    known = [_synonyms(label) for label in header[1:3]]
    if known == [_METADATA[1], _METADATA[2]]:
        return True
    # A language that we have no words for: an ID and then the two moments.
    moments = [cell for row in rows for cell in row[1:3] if cell != ""]
    return bool(moments) and all(isinstance(cell, date) for cell in moments)


def _labels(header: list[str]) -> list[tuple[str, ...]]:
    labels: list[tuple[str, ...]] = []
    in_metadata = True
    for position, label in enumerate(header, start=1):
        synonyms = _synonyms(label)
        in_metadata = in_metadata and bool(synonyms)
        title, _, statement = label.partition(_STATEMENT)
        if not label.strip():
            labels.append((f"(kolom {position})",))
        elif in_metadata:
            labels.append((label, *synonyms))
        elif title and statement:
            labels.append((label, statement))
        else:
            labels.append((label,))
    return labels


def _synonyms(label: str) -> tuple[str, ...]:
    for synonyms in _METADATA:
        if header_key(label) in map(header_key, synonyms):
            return synonyms
    return ()


def _batches(sheet: list[list[Cell]], contract: SourceContract) -> Iterator[TextBatch]:
    filled = ((n, row) for n, row in enumerate(sheet[1:], start=2) if not is_blank(row))
    while rows := list(islice(filled, BATCH_ROWS)):
        yield TextBatch(
            row_numbers=pa.array([number for number, _ in rows], pa.int64()),
            columns=tuple(
                pa.array(
                    [
                        cell_text(cell, contract.date_format, contract.decimal_separator)
                        for cell in column
                    ],
                    pa.string(),
                )
                for column in zip(*(row for _, row in rows), strict=True)
            ),
        )
