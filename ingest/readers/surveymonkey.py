"""Reads the 'all responses data' that SurveyMonkey gives for one survey, as CSV or workbook."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts import SourceContract
from ingest.readers import ReadError, TextBatch, TextTable, header_key
from ingest.readers.survey_table import Grid, Sheet, named_table, open_grid, source_keys

# Row 2 above a column that holds the answer itself; anything else names a choice or a row.
_ANSWER_ITSELF = ("response", "open-ended response")
_RESPONDENT_ID = ("Respondent ID", "RespondentID")
# Older exports write the metadata without spaces.
METADATA = (
    _RESPONDENT_ID,
    ("Collector ID", "CollectorID"),
    ("Start Date", "StartDate"),
    ("End Date", "EndDate"),
)
# What stands in the first column of a summary, which has no row per respondent.
SUMMARY = {"answered", "skipped", "answer choices"}
_NOT_CHOSEN = "not selected"
# What people leave above the headers: a title, the codes of the questions.
_MOST_ROWS_ABOVE = 5
# How Excel writes a number of eleven digits: the rest of the digits is gone.
_ROUNDED_NUMBER = r"(?i)^\s*\d([.,]\d+)?e\+?\d+\s*$"


@dataclass(frozen=True)
class Block:
    """The columns of one question: where they start and what row 2 says above each."""

    question: str
    first: int
    labels: tuple[str, ...]

    @property
    def holds_answer(self) -> bool:
        """Say whether the first column is the answer itself, not one of several choices."""
        return len(self.labels) == 1 or header_key(self.labels[0]) in _ANSWER_ITSELF


@dataclass(frozen=True)
class Header:
    """What the two header rows say: the metadata columns and then the questions."""

    metadata: tuple[str, ...]
    blocks: tuple[Block, ...]
    width: int

    @property
    def respondent_id(self) -> int:
        """Return the place of the column with the number of the respondent."""
        keys = [header_key(name) for name in self.metadata]
        return next(keys.index(key) for key in map(header_key, _RESPONDENT_ID) if key in keys)


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read the answers to one survey: one row per respondent.

    A column is named by its question, or '<question> - <choice or row>' if the question has
    several. A question that the contract names while the export has a column per choice is one
    column more, behind the others, with the chosen label ('A;B;' if several were chosen).
    """
    grid = open_grid(data, contract)
    header = _find_header(grid)
    _refuse_damage(header, grid)
    wanted = source_keys(contract)
    spread = [
        block
        for block in header.blocks
        if not block.holds_answer and header_key(block.question) in wanted
    ]
    for block in spread:
        _refuse_equal_choices(block)
    return named_table(
        _labels(header) + [(block.question,) for block in spread],
        (_with_chosen(batch, header, spread) for batch in grid.batches(header.width)),
        contract,
    )


def _find_header(grid: Grid) -> Header:
    """Return the header, also below a title or a row of codes; raise ReadError if there is none."""
    rows = [grid.header_row(), grid.header_row()]
    while (header := parse_header(rows[-2], rows[-1])) is None:
        following = _next_row(grid) if len(rows) < _MOST_ROWS_ABOVE + 2 else None
        if following is None:
            raise ReadError(_refusal(rows, grid))
        rows.append(following)
    return header


def _next_row(grid: Grid) -> list[str] | None:
    try:
        return grid.header_row()
    except ReadError as error:
        if error.check_id == "S04":
            raise
        return None


def parse_header(top: Sequence[str], below: Sequence[str]) -> Header | None:
    """Return what the two header rows say, or None if they are not SurveyMonkey's.

    The upper row has the metadata and each question above the first of its columns; the lower
    row is empty under the metadata. Without a respondent id nobody can tell the lists apart.
    """
    if len(top) != len(below):
        return None
    width = len(top)
    pairs = [(name.strip(), label.strip()) for name, label in zip(top, below, strict=True)]
    while pairs and not any(pairs[-1]):
        pairs.pop()
    names, labels = [name for name, _ in pairs], [label for _, label in pairs]
    start = next((at for at, label in enumerate(labels) if label), len(pairs))
    respondent_id = {header_key(name) for name in _RESPONDENT_ID}
    if respondent_id.isdisjoint(map(header_key, names[:start])) or "" in names[start : start + 1]:
        return None
    starts = [
        at for at in range(start, len(pairs)) if names[at] and not _is_repeated(names, labels, at)
    ]
    blocks = (
        Block(names[at], at, tuple(labels[at:end]))
        for at, end in zip(starts, [*starts[1:], len(pairs)], strict=False)
    )
    return Header(tuple(names[:start]), tuple(blocks), width)


def _is_repeated(names: Sequence[str], labels: Sequence[str], at: int) -> bool:
    """Say whether somebody copied the question to the columns of its choices."""
    return (
        bool(at and labels[at])
        and header_key(names[at]) == header_key(names[at - 1])
        and header_key(labels[at]) not in _ANSWER_ITSELF
    )


def _refusal(rows: Sequence[Sequence[str]], grid: Grid) -> str:
    first_cells = {header_key(row[0]) for row in rows}
    for batch in grid.batches(len(rows[-1])):
        cells = batch.columns[0].unique().to_pylist()
        first_cells |= {header_key(cell) for cell in cells if cell}
    if not first_cells.isdisjoint(SUMMARY):
        return (
            "bestand is een samenvatting, zonder de antwoorden per persoon. Kies bij het "
            "exporteren uit SurveyMonkey 'All responses data' in plaats van 'Summary data'"
        )
    return (
        "bestand heeft niet de twee kopregels van SurveyMonkey met de kolom Respondent ID. Lever "
        "de export 'All responses data' zoals zij is, zonder rijen of kolommen te verwijderen"
    )


def _refuse_damage(header: Header, grid: Grid) -> None:
    """Refuse a workbook in which Excel turned some dates round and left others as they were."""
    for position, name in enumerate(header.metadata):
        if isinstance(grid, Sheet) and grid.mixes_dates_and_text(position):
            raise ReadError(
                f"kolom '{name}' heeft datums en tekst door elkaar: Excel heeft bij een deel dag "
                "en maand omgewisseld. Lever de export zoals zij is, zonder haar in Excel te "
                "openen en op te slaan"
            )


def _refuse_equal_choices(block: Block) -> None:
    if max(Counter(map(header_key, block.labels)).values()) > 1:
        raise ReadError(
            f"vraag '{block.question}' heeft twee keuzes met dezelfde naam, zoals wanneer Excel "
            "1.20 in 1.2 verandert. Lever de export zoals zij is, zonder haar in Excel op te slaan"
        )


def _labels(header: Header) -> list[tuple[str, ...]]:
    labels: list[tuple[str, ...]] = []
    for position, name in enumerate(header.metadata, start=1):
        spellings = (words for words in METADATA if name in words)
        labels.append((name or f"(kolom {position})", *next(spellings, ())))
    for block in header.blocks:
        named = [(f"{block.question} - {label}",) for label in block.labels]
        if block.holds_answer:
            labels.append((block.question, *named.pop(0)))
        labels += named
    return labels + [
        (f"(kolom {position})",) for position in range(len(labels) + 1, header.width + 1)
    ]


def _with_chosen(batch: TextBatch, header: Header, spread: Sequence[Block]) -> TextBatch:
    _refuse_rounded_numbers(batch, header.respondent_id)
    columns = list(batch.columns)
    for block in header.blocks:
        for position in _choices(block):
            columns[position] = _ticked(columns[position])
    chosen = []
    for block in spread:
        own = columns[block.first : block.first + len(block.labels)]
        rows = zip(*(column.to_pylist() for column in own), strict=True)
        chosen.append(pa.array([_chosen(block, cells) for cells in rows], pa.string()))
    return replace(batch, columns=(*columns, *chosen))


def _refuse_rounded_numbers(batch: TextBatch, position: int) -> None:
    is_rounded = pc.match_substring_regex(batch.columns[position], _ROUNDED_NUMBER)
    if rounded := batch.row_numbers.filter(is_rounded).to_pylist():
        raise ReadError(
            f"rij {rounded[0]}: Excel heeft het nummer in kolom Respondent ID afgerond. Lever de "
            "export zoals zij is, zonder haar in Excel te openen en op te slaan"
        )


def _choices(block: Block) -> Iterator[int]:
    """Give the places of the columns of a block that hold a choice or a row of a grid."""
    if not block.holds_answer:
        yield from range(block.first, block.first + len(block.labels))


def _ticked(cells: pa.StringArray) -> pa.StringArray:
    is_unticked = pc.equal(pc.utf8_lower(pc.utf8_trim_whitespace(cells)), _NOT_CHOSEN)
    return pc.if_else(is_unticked, pa.scalar("", pa.string()), cells)


def _chosen(block: Block, cells: Sequence[str | None]) -> str | None:
    keys = [header_key(cell or "") for cell in cells]
    ticked = [at for at, key in enumerate(keys) if key]
    last = len(keys) - 1
    # Other words in the last column are a comment; one beside a choice is no second answer.
    if len(ticked) > 1 and ticked[-1] == last and not _is_own(block, keys, last):
        ticked.pop()
    if strange := [at for at in ticked if at != last and not _is_own(block, keys, at)]:
        return cells[strange[0]]
    if len(ticked) > 1:
        return "".join(f"{block.labels[at]};" for at in ticked)
    return block.labels[ticked[0]] if ticked else None


def _is_own(block: Block, keys: Sequence[str], at: int) -> bool:
    """Say whether a choice repeats its label or, in numbers, gives its own position."""
    return keys[at] in (header_key(block.labels[at]), str(at + 1))
