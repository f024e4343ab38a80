"""Reading of the Open Data Contract Standard: what its loosely typed parts hold."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from open_data_contract_standard.model import (
    CustomProperty,
    OpenDataContractStandard,
    SchemaProperty,
    Team,
)

# A workbook has real dates; its reader writes them in this format unless the contract has one.
WORKBOOK_DATE_FORMAT = "%Y-%m-%d"


@dataclass(frozen=True)
class Item:
    """A column of a filled-in list that becomes a row: which raw table, and what goes where."""

    semantic_type: str
    table: tuple[str, str]
    name_column: str
    value_column: str


QUESTION = Item("question", ("survey", "answers"), "question_id", "answer_code")
DIMENSION = Item("dimension", ("survey", "instrument_scores"), "dimension_code", "score")
_VALIDITY = ("validFrom", "validUntil")
_ITEMS = {item.semantic_type: item for item in (QUESTION, DIMENSION)}


@dataclass(frozen=True)
class DatedCode:
    """One word of a code list, our code for it, and the first and last day on which it holds."""

    word: str
    code: str
    valid_from: date | None
    valid_until: date | None

    def overlaps(self, other: "DatedCode") -> bool:
        """Say whether both hold on some day."""
        return (self.valid_from or date.min) <= (other.valid_until or date.max) and (
            other.valid_from or date.min
        ) <= (self.valid_until or date.max)


@dataclass(frozen=True)
class ScaleAnswer:
    """One answer of an answer scale."""

    code: str
    label: str
    sort: int
    counts: bool
    positive: bool


@dataclass(frozen=True)
class Scale:
    """The answer scale that an organisation declares for one questionnaire."""

    id: str
    answers: tuple[ScaleAnswer, ...]


def custom(properties: Iterable[CustomProperty] | None) -> dict[str, Any]:
    """Return custom properties by name."""
    return {str(item.property): item.value for item in properties or []}


def owner(standard: OpenDataContractStandard) -> str | None:
    """Return who follows this dataset: the first of the team whose role is owner."""
    team = standard.team.members if isinstance(standard.team, Team) else standard.team
    owners = [each for each in team or [] if (each.role or "").casefold() in ("owner", "eigenaar")]
    return next((name for each in owners if (name := each.name or each.username)), None)


def source_columns(property_: SchemaProperty) -> tuple[str, ...]:
    """Return the names at the source of the column or columns that a property is made of."""
    if property_.transformSourceObjects:
        return tuple(property_.transformSourceObjects)
    return (property_.physicalName,) if property_.physicalName else ()


def codes(property_: SchemaProperty) -> list[tuple[str, str]]:
    """Return the code list of a property: the word at the source and our code for it."""
    return [
        (str(item.value), str(item.value) if item.label is None else item.label)
        for item in property_.enum or []
    ]


def dated_codes(property_: SchemaProperty) -> list[DatedCode]:
    """Return the code list with the days on which each code holds; ValueError if one is no day."""
    return [
        DatedCode(
            word, code, *(_day(custom(item.customProperties).get(name)) for name in _VALIDITY)
        )
        for (word, code), item in zip(codes(property_), property_.enum or [], strict=True)
    ]


def is_kept(property_: SchemaProperty) -> bool:
    """Say whether anything of this property goes past the door."""
    return property_.classification != "drop"


def item_of(property_: SchemaProperty) -> Item | None:
    """Return whether this property is a question, a dimension or, with None, neither."""
    return _ITEMS.get(property_.semanticType or "")


def answer_scale(declared: Any) -> Scale:
    """Return the answer scale of a contract; KeyError, TypeError or ValueError if it is none."""
    return Scale(
        id=str(declared["id"]),
        answers=tuple(
            ScaleAnswer(
                code=str(answer["code"]),
                label=str(answer["label"]),
                sort=int(answer["sort"]),
                counts=_flag(answer["counts"]),
                positive=_flag(answer["positive"]),
            )
            for answer in declared["answers"]
        ),
    )


def unknown_keys(given: Any, known: Any, place: str = "") -> Iterator[str]:
    """Give the keys of a YAML document that the standard does not know: its model drops them."""
    if isinstance(given, dict) and isinstance(known, dict):
        for key, value in given.items():
            if key not in known:
                yield f"{place}{key}"
            elif key != "value":
                yield from unknown_keys(value, known[key], f"{place}{key}.")
    elif isinstance(given, list) and isinstance(known, list):
        for number, (value, recognised) in enumerate(zip(given, known, strict=True), start=1):
            yield from unknown_keys(value, recognised, f"{place}{number}.")


def _day(value: Any) -> date | None:
    return None if value is None else date.fromisoformat(str(value))


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a flag")
    return value
