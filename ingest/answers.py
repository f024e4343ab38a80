"""From a row per filled-in list to a row per list and question."""

from string import digits

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.cells import parse_column
from ingest.contracts import SourceContract


def unpivot(lists: pa.Table, landed: pa.Table, contract: SourceContract) -> pa.Table:
    """Return the rows of survey.answers of some filled-in lists, list after list.

    `lists` are the typed rows, one per list; `landed` are the same rows as text, with a column
    per question that is in the export. An export leaves a question that was not asked as blank
    as one that was skipped. So a blank question counts as skipped, with an empty answer_code,
    where the list answers another question of its block (4a for 4a2); elsewhere it counts as
    not asked and gives no row.

    An answer that does not fit rejects its own row, with the question as reject_column; the list
    and its other answers stay. All rows of a rejected list are rejected; if it has no answers it
    keeps one row, without a question.
    """
    questions = [column for column in contract.questions if column.name in landed.column_names]
    texts = [landed[question.name].combine_chunks() for question in questions]
    parsed = [
        parse_column(text, question, contract)
        for text, question in zip(texts, questions, strict=True)
    ]
    is_answered = np.zeros((len(lists), len(questions)), np.bool_)
    for position, text in enumerate(texts):
        is_answered[:, position] = text.is_valid().to_numpy(zero_copy_only=False)
    blocks = np.array([question.name.rstrip(digits) for question in questions], np.str_)
    is_asked = is_answered @ (blocks[:, np.newaxis] == blocks)
    is_rejected = lists["reject_reason"].is_valid().to_numpy()
    without_question = is_rejected & ~is_asked.any(axis=1)

    rows, positions = np.nonzero(np.column_stack([is_asked, without_question]))
    per_cell = pa.array(positions * len(lists) + rows)
    nothing = pa.nulls(len(lists), pa.string())
    codes = pa.concat_arrays([*(column.values for column in parsed), nothing]).take(per_cell)
    reasons = pa.concat_arrays([*(column.reasons for column in parsed), nothing]).take(per_cell)
    names = pa.array([*(question.name for question in questions), None], pa.string())
    question_ids = names.take(pa.array(positions))

    answers = lists.take(pa.array(rows))
    is_bad_answer = pc.and_(pc.is_null(answers["reject_reason"]), pc.is_valid(reasons))
    filled = {
        "questionnaire": pa.repeat(contract.questionnaire, len(answers)),
        "question_id": question_ids,
        "scale_id": pa.array([contract.scale and contract.scale.id] * len(answers), pa.string()),
        "answer_code": codes,
        "reject_column": pc.if_else(is_bad_answer, question_ids, answers["reject_column"]),
        "reject_reason": pc.coalesce(answers["reject_reason"], reasons),
    }
    return pa.table({name: filled.get(name, answers[name]) for name in answers.column_names})
