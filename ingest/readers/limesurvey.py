"""Reads the CSV that LimeSurvey gives for the responses to one survey."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from ingest.columns import trimmed
from ingest.contracts import SourceContract
from ingest.readers import ReadError, TextBatch, TextTable, header_key
from ingest.readers.survey_table import named_table, open_grid

# What the column is called that is filled when a respondent sends the list in.
_SUBMITTED = ("submitdate", "date submitted")
# The submit date of every list of a survey that keeps no moments, so that nobody is recognised.
_NO_DATE = "1980-01-01"


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read the responses to one survey: one row per list, one column per question or row of it.

    A column is named by its heading, such as `Q2[SQ001]`, or by the text of the question if the
    export has those. A list that was not sent in has no date of completion, whatever was filled
    in: then it is left out of every figure, with that reason.
    """
    grid = open_grid(data, contract)
    header = grid.header_row()
    completed = _completed_on(contract)
    submitted = _place(header, [*_SUBMITTED, *([completed] if completed else [])])
    if submitted is None:
        raise ReadError(
            "kolom 'submitdate' ontbreekt, waaraan te zien is welke lijsten zijn ingestuurd. Kies "
            "bij het exporteren uit LimeSurvey alle kolommen, met vraagcodes als kop"
        )
    dated = _place(header, [completed]) if completed else None
    return named_table(
        [(label.strip() or f"(kolom {number})",) for number, label in enumerate(header, 1)],
        _dated(grid.batches(len(header)), submitted, dated),
        contract,
    )


def _completed_on(contract: SourceContract) -> str | None:
    sources = (column.sources for column in contract.columns if column.name == "completed_on")
    return next((source for (source,) in sources), None)


def _place(header: Sequence[str], names: Sequence[str]) -> int | None:
    keys = [header_key(label) for label in header]
    return next((keys.index(key) for key in map(header_key, names) if key in keys), None)


def _dated(batches: Iterator[TextBatch], submitted: int, dated: int | None) -> Iterator[TextBatch]:
    for batch in batches:
        moments = trimmed(batch.columns[submitted])
        columns = list(batch.columns)
        if dated is not None:
            columns[dated] = pc.if_else(
                pc.is_valid(moments), columns[dated], pa.scalar(None, pa.string())
            )
            _refuse_no_dates(replace(batch, columns=(columns[dated],)))
        yield replace(batch, columns=tuple(columns))


def _refuse_no_dates(batch: TextBatch) -> None:
    without_date = pc.starts_with(batch.columns[0], pattern=_NO_DATE)
    if rows := batch.row_numbers.filter(without_date).to_pylist():
        raise ReadError(
            f"rij {rows[0]}: submitdate is 1 januari 1980: deze vragenlijst is anoniem en "
            "bewaart geen invuldatum. Neem een vraag naar de datum op, en laat completed_on in "
            "het contract daarnaar wijzen",
            check_id="S10",
        )
