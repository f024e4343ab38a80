"""Reads the CSV 'all responses data' that SurveyMonkey gives for one survey."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

import pyarrow as pa

from ingest.contracts import SourceContract
from ingest.readers import ReadError, TextBatch, TextTable, header_key
from ingest.readers.csv_table import CsvFile
from ingest.readers.survey_table import contract_names, source_keys

# Row 2 above a column that holds the answer itself; anything else names a choice or a row.
_ANSWER_ITSELF = ("response", "open-ended response")
_RESPONDENT_ID = ("Respondent ID", "RespondentID")
# Older exports write the metadata without spaces.
_METADATA = (
    _RESPONDENT_ID,
    ("Collector ID", "CollectorID"),
    ("Start Date", "StartDate"),
    ("End Date", "EndDate"),
)
# What stands in the first column of a summary, which has no row per respondent.
_SUMMARY = {"answered", "skipped", "answer choices"}
_NOT_CHOSEN = "not selected"


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


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read the answers to one survey: one row per respondent.

    A column is named by its question, or '<question> - <choice or row>' if the question has
    several. A question that the contract names while the export has a column per choice is one
    column more, behind the others, with the chosen label ('A;B;' if several were chosen).
    """
    # SurveyMonkey writes no line end behind the last respondent.
    file = CsvFile(data, contract, may_lack_line_end=True)
    top, below = file.header_row(), file.header_row()
    header = parse_header(top, below)
    if header is None:
        raise ReadError(_refusal(top, below, file))
    wanted = source_keys(contract)
    spread = [
        block
        for block in header.blocks
        if not block.holds_answer and header_key(block.question) in wanted
    ]
    labels = _labels(header, len(top)) + [(block.question,) for block in spread]
    return TextTable(
        header=contract_names(labels, contract),
        batches=(_with_chosen(batch, spread) for batch in file.batches(len(top))),
    )


def parse_header(top: Sequence[str], below: Sequence[str]) -> Header | None:
    """Return what the two header rows say, or None if they are not SurveyMonkey's.

    The upper row has the metadata and each question above the first of its columns; the lower
    row is empty under the metadata. Without a respondent id nobody can tell the lists apart.
    """
    if len(top) != len(below):
        return None
    pairs = [(name.strip(), label.strip()) for name, label in zip(top, below, strict=True)]
    while pairs and not any(pairs[-1]):
        pairs.pop()
    names, labels = [name for name, _ in pairs], [label for _, label in pairs]
    start = next((at for at, label in enumerate(labels) if label), len(pairs))
    respondent_id = {header_key(name) for name in _RESPONDENT_ID}
    if respondent_id.isdisjoint(map(header_key, names[:start])) or "" in names[start : start + 1]:
        return None
    starts = [at for at in range(start, len(pairs)) if names[at]]
    blocks = (
        Block(names[at], at, tuple(labels[at:end]))
        for at, end in zip(starts, [*starts[1:], len(pairs)], strict=False)
    )
    return Header(tuple(names[:start]), tuple(blocks))


def _refusal(top: Sequence[str], below: Sequence[str], file: CsvFile) -> str:
    first_cells = {header_key(top[0]), header_key(below[0])}
    for batch in file.batches(len(top)):
        first_cells |= {header_key(cell) for cell in batch.columns[0].unique().to_pylist()}
    if not first_cells.isdisjoint(_SUMMARY):
        return (
            "bestand is een samenvatting, zonder de antwoorden per persoon. Kies bij het "
            "exporteren uit SurveyMonkey 'All responses data' in plaats van 'Summary data'"
        )
    return (
        "bestand heeft niet de twee kopregels van SurveyMonkey met de kolom Respondent ID. Lever "
        "de export 'All responses data' zoals zij is, zonder rijen of kolommen te verwijderen"
    )


def _labels(header: Header, width: int) -> list[tuple[str, ...]]:
    labels: list[tuple[str, ...]] = []
    for position, name in enumerate(header.metadata, start=1):
        spellings = (words for words in _METADATA if name in words)
        labels.append((name or f"(kolom {position})", *next(spellings, ())))
    for block in header.blocks:
        named = [(f"{block.question} - {label}",) for label in block.labels]
        if block.holds_answer:
            labels.append((block.question, *named.pop(0)))
        labels += named
    return labels + [(f"(kolom {position})",) for position in range(len(labels) + 1, width + 1)]


def _with_chosen(batch: TextBatch, spread: Sequence[Block]) -> TextBatch:
    chosen = []
    for block in spread:
        own = batch.columns[block.first : block.first + len(block.labels)]
        rows = zip(*(column.to_pylist() for column in own), strict=True)
        chosen.append(pa.array([_chosen(block, cells) for cells in rows], pa.string()))
    return replace(batch, columns=(*batch.columns, *chosen))


def _chosen(block: Block, cells: Sequence[str]) -> str | None:
    keys = [header_key(cell) for cell in cells]
    ticked = [at for at, key in enumerate(keys) if key not in ("", _NOT_CHOSEN)]
    last = len(keys) - 1
    # A choice repeats its label or gives its position; other words in the last column are a
    # comment, and a comment beside a choice is no second answer.
    is_comment = keys[last] != header_key(block.labels[last]) and not keys[last].isdigit()
    if len(ticked) > 1 and ticked[-1] == last and is_comment:
        ticked.pop()
    if len(ticked) > 1:
        return "".join(f"{block.labels[at]};" for at in ticked)
    return block.labels[ticked[0]] if ticked else None
