"""Reads what Microsoft Forms gives for the answers to one form, as a workbook or saved as CSV."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from string import digits
from typing import BinaryIO

from ingest.cells import BadCell, date_parser
from ingest.contracts import SourceContract
from ingest.readers import ReadError, TextBatch, TextTable, header_key
from ingest.readers.survey_table import named_table, open_grid, source_keys

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
# In every language the first column is the number of the list and the next two are moments.
_FIXED = 3
# Between the title of a grid and its statement: '<title>\n. <statement>'.
_STATEMENT = "\n. "
# A quiz has the points and the feedback of a question behind it: 'Points - <question>'.
_OF_QUESTION = " - "


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read the answers to one form: one row per filled-in list, one column per question.

    The header is matched without case and odd spaces, in any language; a grid column may be named
    in full or by its statement alone. A question with several answers reads 'A;B;'.
    """
    grid = open_grid(data, contract)
    header = grid.header_row()
    batches = grid.batches(len(header))
    first = next(batches, None)
    if not _is_header(header, first, contract):
        raise ReadError(
            "eerste rij heeft niet de kolommen van Microsoft Forms (ID, Begintijd, Tijd van "
            "voltooien). Lever de export zoals zij is, zonder rijen of kolommen te verwijderen; "
            "bij csv: kijk of delimiter en dateFormat in het contract kloppen"
        )
    return named_table(
        _labels(header, contract), chain([first] if first else [], batches), contract
    )


def _is_header(header: list[str], first: TextBatch | None, contract: SourceContract) -> bool:
    if header_key(header[0]) != "id" or len(header) < _FIXED:
        return False
    if [_synonyms(label) for label in header[1:_FIXED]] == [_METADATA[1], _METADATA[2]]:
        return True
    # A language that we have no words for: an ID and then the two moments.
    columns = first.columns[1:_FIXED] if first else ()
    moments = [cell for column in columns for cell in column.to_pylist() if cell]
    return bool(moments) and all(_is_date(cell, contract) for cell in moments)


def _is_date(text: str, contract: SourceContract) -> bool:
    try:
        date_parser(contract.date_format, contract.excel_serial_dates)(text)
    except BadCell:
        return False
    return True


def _labels(header: list[str], contract: SourceContract) -> list[tuple[str, ...]]:
    labels: list[tuple[str, ...]] = []
    in_metadata = True
    by_position = _numbered_by_position(header, contract)
    for position, label in enumerate(header):
        synonyms = _METADATA[position] if position < _FIXED else _synonyms(label)
        in_metadata = in_metadata and bool(synonyms)
        title, _, statement = label.partition(_STATEMENT)
        if not label.strip():
            labels.append((f"(kolom {position + 1})",))
        elif in_metadata:
            labels.append((label, *synonyms))
        elif title and statement and not _is_of_quiz(label, header[:position]):
            labels.append((label, statement))
        else:
            labels.append((by_position.get(position, label),))
    return labels


def _synonyms(label: str) -> tuple[str, ...]:
    for synonyms in _METADATA:
        if header_key(label) in map(header_key, synonyms):
            return synonyms
    return ()


def _is_of_quiz(label: str, before: Sequence[str]) -> bool:
    return any(label.endswith(f"{_OF_QUESTION}{question}") for question in before)


def _numbered_by_position(header: Sequence[str], contract: SourceContract) -> dict[int, str]:
    """Return other labels for columns that Forms numbered, where the contract counts them itself.

    A name that stands more than once gets 2, 3 ... behind it, in any order. A contract that says
    'Stelling (2)' means the second column of that name, whatever number Forms gave it.
    """
    keys = [header_key(label) for label in header]
    columns: dict[str, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        bare = key.rstrip(digits)
        columns[bare if bare in keys else key].append(position)
    wanted = source_keys(contract)
    return {
        position: name if count == 1 else f"{name} ({count})"
        for name, positions in columns.items()
        if any(f"{name} ({count})" in wanted for count in range(2, len(positions) + 1))
        for count, position in enumerate(positions, start=1)
    }
