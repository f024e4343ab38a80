"""From a row per filled-in list to a row per list and question, or list and dimension."""

from string import digits

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.cells import parse_column
from ingest.contracts import Column, SourceContract


def unpivot(lists: pa.Table, landed: pa.Table, contract: SourceContract) -> pa.Table:
    """Return the rows of some filled-in lists, list after list: one per item that was asked.

    `lists` are the typed rows, one per list; `landed` are the same rows as text, with a column
    per item that is in the export. An export leaves a question that was not asked as blank
    as one that was skipped. So a blank question counts as skipped, with an empty answer_code,
    where the list answers another question of its block (4a for 4a2); elsewhere it counts as
    not asked and gives no row. A blank dimension was not scored and gives no row.

    An answer that does not fit rejects its own row, with the item as reject_column; the list
    and its other answers stay. All rows of a rejected list are rejected; if it has no answers it
    keeps one row, without an item. A contract without items has a row of its own already.
    """
    item = contract.item
    if item is None:
        return lists
    items = [column for column in contract.items if column.name in landed.column_names]
    texts = [landed[column.name].combine_chunks() for column in items]
    parsed = [
        parse_column(text, column, contract) for text, column in zip(texts, items, strict=True)
    ]
    is_answered = np.zeros((len(lists), len(items)), np.bool_)
    for position, text in enumerate(texts):
        is_answered[:, position] = text.is_valid().to_numpy(zero_copy_only=False)
    blocks = np.array([_block(column) for column in items], np.str_)
    is_asked = is_answered @ (blocks[:, np.newaxis] == blocks)
    is_rejected = lists["reject_reason"].is_valid().to_numpy()
    without_item = is_rejected & ~is_asked.any(axis=1)

    rows, positions = np.nonzero(np.column_stack([is_asked, without_item]))
    per_cell = pa.array(positions * len(lists) + rows)
    no_value = pa.nulls(len(lists), lists.schema.field(item.value_column).type)
    no_reason = pa.nulls(len(lists), pa.string())
    values = pa.concat_arrays([*(column.values for column in parsed), no_value]).take(per_cell)
    reasons = pa.concat_arrays([*(column.reasons for column in parsed), no_reason]).take(per_cell)
    names = pa.array([*(column.name for column in items), None], pa.string())
    item_names = names.take(pa.array(positions))

    answers = lists.take(pa.array(rows))
    is_bad_answer = pc.and_(pc.is_null(answers["reject_reason"]), pc.is_valid(reasons))
    of_contract = {
        "questionnaire": contract.questionnaire,
        "scale_id": contract.scale and contract.scale.id,
        "instrument_id": contract.instrument_id,
        "instrument_version": contract.instrument_version,
    }
    filled = {
        name: pa.array([value] * len(answers), pa.string()) for name, value in of_contract.items()
    } | {
        item.name_column: item_names,
        item.value_column: values,
        "reject_column": pc.if_else(is_bad_answer, item_names, answers["reject_column"]),
        "reject_reason": pc.coalesce(answers["reject_reason"], reasons),
    }
    return pa.table({name: filled.get(name, answers[name]) for name in answers.column_names})


def _block(column: Column) -> str:
    """Return what a blank cell is judged by: 4a for question 4a2; a dimension is alone."""
    return column.name.rstrip(digits) if column.is_question else column.name
