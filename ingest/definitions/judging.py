"""Judges a whole definition list before anything changes: a sentence per fault, with its place."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ingest.definitions.files import DefinitionFile, FileRow
from ingest.definitions.lists import (
    Definitions,
    DefinitionsError,
    Key,
    Row,
    key_of,
    life_domains,
    lists,
    winning,
)
from ingest.kpi_ids import layer_of, normalised_kpi_id
from ingest.meetplan.sheets import Sheet, SheetColumn
from ingest.readers import header_key

_ORIGINS = {"EIGEN": "eigen", "KW": "kwadraad"}
_BOOLEANS = {"ja": True, "nee": False, "true": True, "false": False, "waar": True, "onwaar": False}
_NOT_STAMPED = "de versie van de lijst ontbreekt. Vul blad Versie in, of geef --version."
# What is said of a text is never taken over from the row that it replaces.
_NOT_INHERITED = {"source", "confidence", "notes"}

_INTENDED_EFFECT = re.compile(r"E\d\.\d{1,2}")
_QUESTION = re.compile(r"\d[a-z]\d*")
_IN_LIFE_DOMAIN = re.compile(r"[IE]\d")
_LIFE_DOMAIN = re.compile(r"([IE])\s?(\d)\b")


def judged(file: DefinitionFile, known: Definitions, imported_on: date | None) -> Definitions:
    """Return the rows of a file, whole and typed; an empty cell is what was known of that key.

    Args:
        file: what was read.
        known: the definitions that hold without this file.
        imported_on: the day of importing; None for rows that say it themselves.

    Raises:
        DefinitionsError: with every fault in the file.
    """
    faults = _Faults(list(file.faults))
    found: dict[str, dict[Key, Row]] = {}
    places: dict[tuple[str, Key], FileRow] = {}
    for name, sheet in lists().items():
        rows = found.setdefault(name, {})
        for each in file.rows.get(name, ()):
            row, wrong = _parsed(sheet, each)
            faults.add(each, wrong)
            if any(row[part] is None for part in sheet.key):
                continue
            key = key_of(sheet, row)
            if key in rows:
                faults.add(each, [f"{_named(key)} staat ook in {places[name, key].place}."])
                continue
            row |= _stamp(file, each, imported_on)
            if row["definition_version"] is None or row["imported_on"] is None:
                faults.add(each, [_NOT_STAMPED])
            rows[key] = _completed(name, row, known.get(name, {}).get(key, {}), known)
            places[name, key] = each
    judge = _Judge(winning(found, known))
    for name, rows in found.items():
        for key, row in rows.items():
            faults.add(places[name, key], judge.faults(name, row))
    faults.refuse(file)
    return found


@dataclass(frozen=True)
class _Faults:
    """The faults of a file: those of its headers, and those of its rows."""

    of_headers: list[str]
    of_rows: dict[FileRow, list[str]] = field(default_factory=dict)

    def add(self, row: FileRow, sentences: Iterable[str]) -> None:
        """Note what is wrong with a row."""
        self.of_rows.setdefault(row, []).extend(sentences)

    def refuse(self, file: DefinitionFile) -> None:
        """Raise DefinitionsError with every fault, in the order of the file, if there is any."""
        in_order = (row for rows in file.rows.values() for row in rows)
        sentences = self.of_headers + [
            f"{row.place}: {sentence}" for row in in_order for sentence in self.of_rows.get(row, ())
        ]
        if sentences:
            raise DefinitionsError("\n".join(f"- {sentence}" for sentence in sentences))


def _stamp(file: DefinitionFile, row: FileRow, imported_on: date | None) -> Row:
    day = imported_on
    if day is None:
        with suppress(KeyError, ValueError):
            day = date.fromisoformat(row.cells["imported_on"])
    version = file.version or row.cells.get("definition_version")
    return {"definition_version": version, "imported_on": day}


def _parsed(sheet: Sheet, file_row: FileRow) -> tuple[Row, list[str]]:
    row: Row = dict.fromkeys(sheet.table.columns)
    faults = []
    for column in sheet.columns:
        text = file_row.cells.get(column.name)
        if text is None:
            if column.is_required:
                faults.append(f"'{column.header}' is verplicht en leeg.")
            continue
        try:
            row[column.name] = _parser(column)(text)
        except ValueError as wrong:
            faults.append(str(wrong))
    return row, faults


def _parser(column: SheetColumn) -> Callable[[str], Any]:
    if column.choices:
        return lambda text: _choice(column, text)
    return {
        "kpi_id": _kpi,
        "part_of": _kpi,
        "linked_impact_ids": _kpis,
        "intended_effect_id": _intended_effect,
        "life_domain_code": _parent,
        "parent_code": _parent,
        "question_id": _question,
    }.get(column.name, str)


def _choice(column: SheetColumn, text: str) -> Any:
    meant: dict[str, Any] = {header_key(word): code for word, code in column.codes.items()}
    meant |= {code: code for code in column.codes.values()}
    if column.sql_type == "boolean":
        meant = dict(_BOOLEANS)
    if header_key(text) not in meant:
        raise ValueError(
            f"'{text}' kan niet bij '{column.header}'. Kies uit: {', '.join(column.choices)}."
        )
    return meant[header_key(text)]


def _kpi(text: str) -> str:
    kpi_id = normalised_kpi_id(text)
    if kpi_id is None:
        raise ValueError(
            f"'{text}' is geen KPI-nummer, of kan er twee zijn. Schrijf I4.1.1, E4.1.1 of A12, en "
            "een eigen KPI met EIGEN- ervoor (R04)."
        )
    return kpi_id


def _kpis(text: str) -> str:
    return ",".join(_kpi(each) for each in re.split(r"[,;|]", text) if each.strip())


def _intended_effect(text: str) -> str:
    bare = "".join(text.split()).upper().rstrip(".")
    if not _INTENDED_EFFECT.fullmatch(bare):
        raise ValueError(f"'{text}' is geen nummer van een beoogd effect. Schrijf het als E4.1.")
    return bare


def _question(text: str) -> str:
    bare = "".join(text.split())
    return bare.lower() if _QUESTION.fullmatch(bare.lower()) else bare


def _parent(text: str) -> str:
    """Return the code of a life domain or phase, also when its name stands behind it."""
    found = _LIFE_DOMAIN.match(text.upper())
    return found[1] + found[2] if found else text.upper().split()[0]


def _completed(name: str, row: Row, former: Row, known: Definitions) -> Row:
    """Return a row with, in its empty cells, what was known or what its key says."""
    whole = row | {
        column: former.get(column)
        for column, value in row.items()
        if value is None and column not in _NOT_INHERITED
    }
    said: Row = {"source": "Ingelezen door de organisatie", "confidence": "imported"}
    if name == "kpis":
        said |= _of_kpi(whole, known)
    elif name == "kpi_question_links":
        said |= {"is_deciding": False}
    else:
        said |= {"life_domain_code": _life_domain(whole), "status": _status(whole["text_nl"])}
    defaults = {
        column: said[column]
        for column, value in whole.items()
        if column in said and (value is None or column in ("status", "origin"))
    }
    return whole | defaults


def _of_kpi(row: Row, known: Definitions) -> Row:
    kpi_id = row["kpi_id"]
    parent = row["parent_code"] or (kpi_id[:2] if _IN_LIFE_DOMAIN.match(kpi_id) else None)
    named = {each["parent_code"]: each["parent_name_nl"] for each in known["kpis"].values()}
    prefix, _, part = kpi_id.partition("-")
    part_of = prefix if part and prefix not in _ORIGINS else None
    return {
        "layer": layer_of(kpi_id),
        "origin": _ORIGINS.get(prefix, "kpi_model"),
        "parent_code": parent,
        "parent_name_nl": life_domains().get(parent or "") or named.get(parent),
        "requires_age_band": False,
        "per_age_band_only": False,
        "part_of": part_of,
        "status": "part" if row["part_of"] or part_of else _status(row["name_nl"]),
    }


def _status(text: str | None) -> str:
    return "text" if text else "id_only"


def _life_domain(row: Row) -> str | None:
    """Return the life domain that the number of an intended effect or question begins with."""
    number = row.get("intended_effect_id") or row["question_id"]
    code = f"E{number[0]}" if _QUESTION.fullmatch(number) else number[:2]
    return code if code in life_domains() else None


def _named(key: Key) -> str:
    return " ".join(str(part) for part in key)


@dataclass(frozen=True)
class _Judge:
    """Judges rows among all definitions that would hold after the import."""

    together: Definitions

    def faults(self, name: str, row: Row) -> Iterator[str]:
        """Give a sentence for everything in a row that does not fit the others or its own id."""
        yield from {
            "kpis": self._of_kpi,
            "intended_effects": self._of_intended_effect,
            "questions": self._of_question,
            "kpi_question_links": self._of_link,
        }[name](row)

    def _of_kpi(self, row: Row) -> Iterator[str]:
        kpi_id, layer, parent = row["kpi_id"], row["layer"], row["parent_code"]
        is_of_model = row["origin"] == "kpi_model"
        if layer is None:
            yield f"vul bij {kpi_id} de laag in: de code zegt haar niet."
        elif is_of_model and layer != layer_of(kpi_id):
            yield f"de letter van {kpi_id} zegt een andere laag dan er staat (R04)."
        if is_of_model and _IN_LIFE_DOMAIN.match(kpi_id) and parent != kpi_id[:2]:
            yield f"{kpi_id} hoort bij leefgebied {kpi_id[:2]}, niet bij {parent}."
        elif parent and not parent.startswith("A-") and parent not in life_domains():
            yield (
                f"leefgebied {parent} bestaat niet. Er zijn er zeven: I1 tot en met I7 en E1 tot "
                "en met E7; een fase begint met A-."
            )
        effect, whole = row["intended_effect_id"], row["part_of"]
        if effect and (effect,) not in self.together["intended_effects"]:
            yield f"beoogd effect {effect} staat niet in de lijst van beoogde effecten."
        if whole and (whole == kpi_id or (whole,) not in self.together["kpis"]):
            yield f"{kpi_id} kan geen deel zijn van {whole}: die KPI is niet bekend."
        for other in filter(None, (row["linked_impact_ids"] or "").split(",")):
            if self._layer(other) != "impact":
                yield f"{other} is geen bekende impact-KPI."

    def _of_intended_effect(self, row: Row) -> Iterator[str]:
        effect = row["intended_effect_id"]
        if effect[:2] not in life_domains():
            yield f"leefgebied {effect[:2]} bestaat niet. Er zijn er zeven: E1 tot en met E7."
        elif row["life_domain_code"] != effect[:2]:
            yield f"{effect} hoort bij leefgebied {effect[:2]}, niet bij {row['life_domain_code']}."

    def _of_question(self, row: Row) -> Iterator[str]:
        code = row["life_domain_code"]
        if code and not (code.startswith("E") and code in life_domains()):
            yield f"leefgebied {code} bestaat niet. Er zijn er zeven: E1 tot en met E7."

    def _of_link(self, row: Row) -> Iterator[str]:
        kpi_id, questionnaire = row["kpi_id"], row["questionnaire"]
        if self._layer(kpi_id) is None:
            yield f"{kpi_id} staat niet in de lijst van KPI's en is niet ingebouwd."
        elif self._layer(kpi_id) != "effect":
            yield f"{kpi_id} is geen effect-KPI: vragen horen alleen bij effect-KPI's (R26)."
        if (questionnaire, row["question_id"]) not in self.together["questions"]:
            yield f"vraag {row['question_id']} staat niet in de vragenlijst en is niet ingebouwd."
        if row["is_deciding"] and questionnaire != "participant":
            yield "alleen een vraag van de deelnemers kan beslissen."
        elif row["is_deciding"] and self._deciding(kpi_id) > 1:
            yield f"{kpi_id} heeft meer dan een vraag die beslist."

    def _layer(self, kpi_id: str) -> str | None:
        row = self.together["kpis"].get((kpi_id,))
        return row["layer"] if row else None

    def _deciding(self, kpi_id: str) -> int:
        links = self.together["kpi_question_links"].values()
        return sum(link["is_deciding"] for link in links if link["kpi_id"] == kpi_id)
