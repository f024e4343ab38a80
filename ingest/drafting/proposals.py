"""What is proposed for every column of a sample; a person confirms it."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
from open_data_contract_standard.model import OpenDataContractStandard, SchemaProperty

from ingest.bsn import Proof
from ingest.columns import trimmed
from ingest.definitions.lists import built_in
from ingest.drafting.sample import Sample, SampleColumn, formats_of
from ingest.identities import identity_in
from ingest.odcs import custom, source_columns
from ingest.raw_tables import RawTable, raw_tables
from ingest.readers import header_key
from ingest.yaml_files import read_yaml

_EXAMPLES = Path(__file__).parents[1] / "example" / "contracts"
_MOST_CODES = 25
_LOGICAL = {"varchar": "string", "integer": "integer", "bigint": "integer", "boolean": "boolean",
            "date": "date"}  # fmt: skip
# What a heading says about the person in its cells: the class that fits, and why.
_PERSONAL = (
    (r"bsn|burgerservice|sofi", "drop", "een burgerservicenummer"),
    (r"e-?mail|telefoon|mobiel|\btel\b|ip.?adres", "drop", "contactgegevens"),
    (r"naam|voorletters|tussenvoegsel|initialen", "drop", "een naam"),
    (r"straat|huisn|adres|woonplaats", "drop", "een adres"),
    (r"notitie|opmerking|toelichting|omschrijving|verslag", "drop", "vrije tekst"),
)  # fmt: skip
# The moments of a list in exports that the example does not have.
_MOMENTS = (
    ("start time", "completion time"),
    ("startdate", "submitdate"),
    ("date started", "date submitted"),
)
_QUESTION_NUMBER = re.compile(r"(?<!\w)(\d[a-z]\d+)(?!\w)", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\\\[.*?\\\]|\\\(.*?\\\)")


@dataclass(frozen=True)
class Proposal:
    """One property of a draft: `classification` is a proposal with its reason, never a choice."""

    name: str
    headings: tuple[str, ...]
    logical_type: str
    classification: str
    reason: str
    required: bool = False
    primary_key: bool = False
    domain: str | None = None
    transform: str | None = None
    is_question: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Known:
    """A property of a contract that exists: what its heading became there."""

    name: str
    classification: str
    transform: str | None
    domain: str | None
    primary_key: bool


def likeliest_table(sample: Sample) -> RawTable | None:
    """Return the raw table whose known headings the sample has most of; None without any."""
    if sample.layout != "table":
        return raw_tables()["survey", "answers"]
    headings = {_plain(column.heading) for column in sample.columns}
    shares = {
        key: len(headings.intersection(known)) / len(known)
        for key, known in _known_headings().items()
    }
    best = max(shares, key=lambda key: shares[key])
    return raw_tables()[best] if shares[best] else None


def proposals(sample: Sample, table: RawTable) -> Iterator[Proposal]:
    """Give a property for every column of the sample, in the order of the file."""
    known = _known_headings().get((table.source_name, table.table_name), {})
    taken: set[str] = set()
    for place, column in enumerate(sample.columns, start=1):
        found = known.get(_plain(column.heading), ())
        if not found and sample.layout != "table":
            found = _of_survey_metadata(column)
        if found:
            for each in found:
                if each.name not in taken:
                    taken.add(each.name)
                    yield _as_known(each, column, table)
        elif question := _question(column, sample):
            yield question
        else:
            yield _unknown(column, place)
    yield from _of_several_columns(sample, table)
    if sample.layout != "table":
        yield from _duration(sample)


@cache
def _example_properties() -> Mapping[tuple[str, str], list[SchemaProperty]]:
    """Return what the contracts of the example say of their columns, per raw table."""
    found: dict[tuple[str, str], list[SchemaProperty]] = defaultdict(list)
    for file in sorted(_EXAMPLES.glob("*.yaml")):
        contract = OpenDataContractStandard.model_validate(read_yaml(file))
        (schema,) = contract.schema_ or []
        key = (str(custom(schema.customProperties)["source"]), str(schema.name))
        found[key] += [each for each in schema.properties or [] if not each.semanticType]
    return found


@cache
def _known_headings() -> Mapping[tuple[str, str], Mapping[str, tuple[_Known, ...]]]:
    """Return what the contracts of the example, per raw table, do with a heading."""
    return {
        key: {
            heading: tuple(
                _Known(
                    str(each.name),
                    str(each.classification),
                    each.transformLogic,
                    custom(each.customProperties).get("domain"),
                    bool(each.primaryKey),
                )
                for each in properties
                if list(map(_plain, source_columns(each))) == [heading]
            )
            for heading in {_plain(name) for each in properties for name in source_columns(each)}
        }
        for key, properties in _example_properties().items()
    }


def _of_several_columns(sample: Sample, table: RawTable) -> Iterator[Proposal]:
    """Propose what the example makes of several columns, such as name and birth date."""
    headings = {_plain(column.heading): column.heading for column in sample.columns}
    for each in _example_properties()[table.source_name, table.table_name]:
        sources = [headings.get(_plain(name)) for name in source_columns(each)]
        if len(sources) > 1 and all(sources):
            yield Proposal(
                name=str(each.name),
                headings=tuple(filter(None, sources)),
                logical_type=str(each.logicalType),
                classification=str(each.classification),
                reason="zo doet het voorbeeld het ook",
                domain=custom(each.customProperties).get("domain"),
                transform=each.transformLogic,
            )


def _duration(sample: Sample) -> Iterator[Proposal]:
    """Propose to keep how long a list took, and not when."""
    headings = {header_key(column.heading): column.heading for column in sample.columns}
    for started, ended in _MOMENTS:
        if started in headings and ended in headings:
            yield Proposal(
                name="duration_seconds",
                headings=(headings[started], headings[ended]),
                logical_type="integer",
                classification="generalise",
                reason="hoe lang het invullen duurde",
                transform="seconds_between",
            )


def _plain(heading: str) -> str:
    """Return a heading by its letters and digits alone: 'Cliënt-nr.' is 'clientnr'."""
    letters = unicodedata.normalize("NFKD", heading).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", letters.lower())


def _as_known(known: _Known, column: SampleColumn, table: RawTable) -> Proposal:
    sql_type = table.all_columns.get(known.name, "varchar")
    logical_type = _LOGICAL.get(sql_type, "number")
    is_coded = logical_type == "boolean" or (
        known.name.endswith(("_code", "_role", "age_band"))
        # The codes of areas are those of CBS.
        and known.name not in ("municipality_code", "buurt_code", "area_code")
    )
    return Proposal(
        name=known.name,
        headings=(column.heading,),
        logical_type=logical_type,
        classification=known.classification,
        reason="zo heet deze kolom ook in het voorbeeld",
        required=known.primary_key or known.name == "record_ref",
        primary_key=known.primary_key,
        domain=known.domain,
        transform=known.transform,
        words=_words(column) if is_coded and known.classification == "keep" else (),
    )


def _of_survey_metadata(column: SampleColumn) -> tuple[_Known, ...]:
    key = header_key(column.heading)
    if key in ("id", "respondent id", "respondentid", "response id"):
        return tuple(
            _Known(name, "keep", None, None, primary_key=name == "response_id")
            for name in ("response_id", "record_ref")
        )
    ended = ("completion time", "tijd van voltooien", "end date", "submitdate", "date submitted")
    if key in ended:
        return tuple(
            _Known(name, "keep", None, None, primary_key=False)
            for name in ("completed_on", "recorded_on")
        )
    if "project" in key and not _QUESTION_NUMBER.search(key) and len(key) < 60:
        return (_Known("project_title", "keep", None, None, primary_key=False),)
    return ()


def _question(column: SampleColumn, sample: Sample) -> Proposal | None:
    """Return the question of the KPI-model that a heading is: by its text, or by its number."""
    if sample.layout == "table":
        return None
    texts, numbers = _questions()
    key = header_key(column.heading)
    number = next((number for number, text in texts.items() if text.search(key)), None)
    if number is None and (named := _QUESTION_NUMBER.search(key)) and named[1].lower() in numbers:
        number = named[1].lower()
    if number is None:
        return None
    return Proposal(
        name=number,
        headings=(column.heading,),
        logical_type="string",
        classification="keep",
        reason=f"vraag {number} van het KPI-model",
        is_question=True,
        words=_words(column),
    )


@cache
def _questions() -> tuple[dict[str, re.Pattern[str]], set[str]]:
    """Return the questions whose text is known, by number, and every number there is."""
    rows = built_in()["questions"].values()
    texts = {
        str(row["question_id"]): re.compile(
            # A title stands where the text has [projectnaam]; (eerder) may be left out.
            _PLACEHOLDER.sub(".*", re.escape(header_key(row["text_nl"])))
        )
        for row in rows
        if row["text_nl"]
    }
    return texts, {str(row["question_id"]).lower() for row in rows}


def _unknown(column: SampleColumn, place: int) -> Proposal:
    """Propose what may be kept of a column that no contract knows: nothing, unless told."""
    key = header_key(column.heading)
    classification, reason = "drop", "geen kolom van deze tabel; geef haar anders onze naam"
    for pattern, class_, what in _PERSONAL:
        if re.search(pattern, key):
            classification, reason = class_, f"de kop wijst op {what}"
            break
    else:
        if Proof.of(trimmed(pa.array(column.cells, pa.string()))).is_bsn_column:
            reason = "de waarden lijken burgerservicenummers"
        elif kind := next(filter(None, map(identity_in, column.cells)), None):
            reason = f"er staat een {kind} in"
        elif formats_of(column.cells) and re.search(r"geboorte", key):
            classification, reason = "generalise", "een geboortedatum: houd het jaar"
    name = re.sub(r"\W+", "_", key).strip("_") or f"kolom_{place}"
    return Proposal(name, (column.heading,), "string", classification, reason)


def _words(column: SampleColumn) -> tuple[str, ...]:
    """Return the different words of a column, when they are so few that they must be codes."""
    words = dict.fromkeys(column.cells)
    is_list = 0 < len(words) <= _MOST_CODES and len(words) * 2 <= len(column.cells)
    return tuple(sorted(words)) if is_list else ()
