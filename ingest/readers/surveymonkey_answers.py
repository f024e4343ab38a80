"""Reads the answers that the API of SurveyMonkey gave, under the names that its exports use.

The delivery is JSON by the line: first the survey (its questions with their rows, columns and
choices), then a line per filled-in list with the ids of what was chosen.
"""

import html
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import Any, BinaryIO

import pyarrow as pa

from ingest.contracts import SourceContract
from ingest.dutch import AMSTERDAM
from ingest.readers import BATCH_ROWS, TextBatch, TextTable, header_key
from ingest.readers.survey_table import contract_names, source_keys
from ingest.readers.surveymonkey import METADATA

# The fields of a stored list that stand under the metadata headings of an export, in that order.
METADATA_FIELDS = ("id", "collector", "created", "modified")
_MOMENTS = ("created", "modified")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")

Json = Mapping[str, Any]
# A question, and within it a row, a column or a choice; () is the question itself.
Place = tuple[str, ...]


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read the answers to one survey: one row per list, in the order in which they came."""
    questionnaire = Questionnaire(json.loads(data.readline()), contract)
    return TextTable(tuple(questionnaire.names.values()), _batches(data, questionnaire, contract))


def _batches(
    data: BinaryIO, questionnaire: "Questionnaire", contract: SourceContract
) -> Iterator[TextBatch]:
    lists = (json.loads(line) for line in data)
    first = 1
    while batch := list(islice(lists, BATCH_ROWS)):
        rows = [_metadata(each, contract) | questionnaire.cells(each["answers"]) for each in batch]
        yield TextBatch(
            row_numbers=pa.array(range(first, first + len(batch)), pa.int64()),
            columns=tuple(
                pa.array([row.get(place) for row in rows], pa.string())
                for place in questionnaire.names
            ),
        )
        first += len(batch)


def _metadata(filled_in: Json, contract: SourceContract) -> dict[Place, str | None]:
    return {
        ("", name): _as_exported(filled_in[name], contract) if name in _MOMENTS else filled_in[name]
        for name in METADATA_FIELDS
    }


def _as_exported(moment: str, contract: SourceContract) -> str:
    """Return a moment in UTC as it was in Amsterdam, in the date format of the contract."""
    instant = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return instant.astimezone(AMSTERDAM).strftime(contract.date_format)


@dataclass(frozen=True)
class Questionnaire:
    """The questions of a survey as its contract names them.

    `survey` is what minimal_survey() keeps of the details that the API gives.
    """

    survey: Json
    contract: SourceContract

    @cached_property
    def names(self) -> dict[Place, str]:
        """Return the column of every place where an answer can stand, in the order of the survey.

        What has a column per choice in an export has one here only if the contract names it.
        """
        labels = self._labels
        wanted = source_keys(self.contract)
        names = dict(zip(labels, contract_names(list(labels.values()), self.contract), strict=True))
        return {
            place: name
            for place, name in names.items()
            if header_key(name) in wanted or not self._is_choice(place)
        }

    def keeps_text(self, question_id: str, answer: Json) -> bool:
        """Say whether the contract keeps the text that was typed as this answer."""
        name = self.names.get((question_id, *_text_place(answer)))
        kept = {
            header_key(source)
            for column in self.contract.landed_columns
            for source in column.sources
        }
        return name is not None and header_key(name) in kept

    def cells(self, answers: Sequence[Sequence[Any]]) -> dict[Place, str | None]:
        """Return the text of every answer of one list, by its place.

        Several choices read 'A;B;', as in an export. A choice that is no longer in the survey
        reads as unknown, so that it is rejected and not taken for 'not filled in'.
        """
        cells: dict[Place, str | None] = {}
        chosen: dict[Place, list[str]] = defaultdict(list)
        others: list[tuple[str, str]] = []
        for question_id, answer in answers:
            place = (question_id, *_text_place(answer))
            if choice_id := answer.get("choice_id"):
                label = self._choices.get((question_id, choice_id))
                text = label if label is not None else f"(onbekende keuze {choice_id})"
                chosen[place].append(text)
                cells[*place, choice_id] = text
            elif other_id := answer.get("other_id"):
                others.append((question_id, other_id))
                cells[place] = answer.get("text")
            elif "text" in answer:
                cells[place] = answer["text"]
        for place, texts in chosen.items():
            cells[place] = texts[0] if len(texts) == 1 else "".join(f"{text};" for text in texts)
        for question_id, other_id in others:
            # Beside a choice it is a comment; alone it is the answer, if the survey says so.
            if (question_id,) not in chosen and (question_id, other_id) in self._answering_others:
                cells[question_id,] = self._answering_others[question_id, other_id]
        return cells

    @cached_property
    def _labels(self) -> dict[Place, tuple[str, ...]]:
        labels: dict[Place, tuple[str, ...]] = {
            ("", field): spellings
            for field, spellings in zip(METADATA_FIELDS, METADATA, strict=True)
        }
        for question in self.survey["questions"]:
            labels |= dict(_question_labels(question))
        return labels

    @cached_property
    def _choices(self) -> dict[Place, str]:
        return {
            (question["id"], choice_id): text
            for question in self.survey["questions"]
            for choice_id, text in _all_choices(question)
        }

    @cached_property
    def _answering_others(self) -> dict[Place, str]:
        return {
            (question["id"], other["id"]): other["text"]
            for question in self.survey["questions"]
            for other in question["others"]
            if other["is_answer"]
        }

    def _is_choice(self, place: Place) -> bool:
        return (place[0], place[-1]) in self._choices


def _question_labels(question: Json) -> Iterator[tuple[Place, tuple[str, ...]]]:
    own, title = question["id"], question["heading"]
    choices = _all_choices(question)
    if not question["rows"]:
        yield (own,), (title, f"{title} - Response", f"{title} - Open-Ended Response")
        for choice_id, text in choices:
            yield (own, choice_id), (f"{title} - {text}",)
    for row_id, row in question["rows"]:
        # A rating with one row without a name is a question of its own.
        name = f"{title} - {row}" if row else title
        if not question["columns"]:
            yield (own, row_id), (name,)
            for choice_id, text in choices:
                yield (own, row_id, choice_id), (f"{name} - {text}",)
        for column_id, column, _ in question["columns"]:
            yield (own, row_id, column_id), (f"{name} - {column}",)
    for other in question["others"]:
        yield (own, other["id"]), (f"{title} - {other['text']}",)


def _all_choices(question: Json) -> list[Sequence[str]]:
    return [
        *question["choices"],
        *(choice for _, _, choices in question["columns"] for choice in choices),
    ]


def _text_place(answer: Json) -> Place:
    """Return where an answer stands within its question; its choice is what stands there."""
    parts = (answer.get(part) for part in ("row_id", "col_id", "other_id"))
    return tuple(part for part in parts if part)


def minimal_survey(details: Json) -> dict[str, Any]:
    """Return the questions of a survey and nothing else of what the API tells about it.

    Raises KeyError, TypeError or AttributeError when the details have another shape.
    """
    return {
        "questions": [
            _minimal_question(question)
            for page in details["pages"]
            for question in page.get("questions", ())
        ]
    }


def _minimal_question(question: Json) -> dict[str, Any]:
    offered = question.get("answers") or {}
    others = offered.get("other") or []
    return {
        "id": str(question["id"]),
        "heading": _plain(question["headings"][0]["heading"]),
        "rows": _labelled(offered.get("rows")),
        "columns": [
            [str(column["id"]), _plain(column.get("text")), _labelled(column.get("choices"))]
            for column in offered.get("cols") or ()
        ],
        "choices": _labelled(offered.get("choices")),
        "others": [
            {
                "id": str(other["id"]),
                "text": _plain(other.get("text")),
                "is_answer": bool(other.get("is_answer_choice")),
            }
            for other in ([others] if isinstance(others, dict) else others)
        ],
    }


def _labelled(items: Iterable[Json] | None) -> list[list[str]]:
    return [[str(item["id"]), _plain(item.get("text"))] for item in items or ()]


def _plain(text: str | None) -> str:
    """Return a text without the mark-up that the designer of a survey can give it."""
    return " ".join(html.unescape(_TAG.sub(" ", text or "")).split())
