"""The text of a drafted contract, with the choices that are left for a person."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.drafting.proposals import Proposal, likeliest_table, proposals
from ingest.drafting.sample import Sample, SampleError
from ingest.raw_tables import CONTRACTED_SOURCES, RawTable, raw_tables

_CHOOSE = "kies drop, pseudonymise, generalise of keep"
_SURVEY = ("survey", "answers")
_HOW_TO = "docs/how-to/connect-a-survey.md"


@dataclass(frozen=True)
class Draft:
    """A contract in YAML with status draft, and in Dutch what a person must still do."""

    text: str
    table: RawTable
    to_do: tuple[str, ...]


def draft_contract(sample: Sample, source_id: str, table_name: str | None) -> Draft:
    """Draft the contract of a source from a sample of what it delivers.

    The class of personal data of every column stays empty, with a proposal beside it: a night
    uses the contract only after a person filled them in and set its status to active. Without a
    `table_name` such as ecd.clients the likeliest raw table is taken. No value of the sample is
    in the draft but the words of short lists, as codes.

    Raises SampleError when no raw table fits or there is no such table.
    """
    table = _table(sample, table_name)
    columns = list(proposals(sample, table))
    text = "\n".join(_lines(sample, source_id, table, columns)) + "\n"
    return Draft(text, table, tuple(_to_do(sample, table, columns)))


def _table(sample: Sample, table_name: str | None) -> RawTable:
    contracted = {
        f"{source}.{name}": table
        for (source, name), table in raw_tables().items()
        if source in CONTRACTED_SOURCES
    }
    table = contracted.get(table_name) if table_name else likeliest_table(sample)
    if table is None:
        what = (
            f"Tabel '{table_name}' bestaat niet."
            if table_name
            else (f"Aan de koppen van {sample.file_name} is niet te zien welke tabel dit is.")
        )
        raise SampleError(f"{what} Kies met --table een van: {', '.join(contracted)}.")
    return table


def _lines(
    sample: Sample, source_id: str, table: RawTable, columns: list[Proposal]
) -> Iterator[str]:
    yield f"# Concept, gemaakt van een voorbeeldlevering. Loop elke kolom na: {_CHOOSE}."
    yield "# Zet daarna status op active. Zie docs/how-to/connect-a-source.md."
    yield from ("apiVersion: v3.1.0", "kind: DataContract", f"id: {source_id}")
    yield from (f"name: {_quoted(source_id)}", "version: 1.0.0", "status: draft", "team:")
    yield from ("  name: Beheer", "  members:")
    yield "    - {role: owner, name: }  # wie volgt deze gegevens?"
    yield from ("servers:", "  - server: inbox", "    type: local")
    yield f"    path: {source_id}_{{delivered_on}}.{sample.format}  # hoe heet een levering?"
    yield f"    format: {sample.format}"
    if sample.encoding:
        yield f"    encoding: {sample.encoding}"
    if sample.delimiter:
        yield f"    delimiter: {_quoted(sample.delimiter)}"
    yield "    customProperties:"
    for name, value, remark in _dialect(sample):
        yield f"      - {{property: {name}, value: {_quoted(value)}}}{remark}"
    yield from ("schema:", f"  - name: {table.table_name}", "    customProperties:")
    yield f"      - {{property: source, value: {table.source_name}}}"
    yield "    properties:"
    for column in columns:
        yield from _property_lines(column)
    yield from ("slaProperties:", "  - {property: frequency, value: 1, unit: d}  # hoe vaak?")
    yield from (
        "customProperties:",
        "  - {property: coverage, value: full}  # full, delta of period",
    )
    if (table.source_name, table.table_name) == _SURVEY:
        yield "  - {property: questionnaire, value: participant}  # of professional"


def _dialect(sample: Sample) -> Iterator[tuple[str, object, str]]:
    yield "layout", sample.layout, ""
    formats = sample.date_formats
    if formats:
        others = ", ".join(formats[1:])
        yield "dateFormat", formats[0], f"  # of {others}: kijk het na" if others else ""
    if sample.format == "csv":
        yield "decimalSeparator", ",", "  # of een punt: kijk het na"
    if sample.header_row:
        yield "headerRow", sample.header_row, ""
    if sample.sheet:
        yield "sheet", sample.sheet, ""


def _property_lines(column: Proposal) -> Iterator[str]:
    yield f"      - name: {_quoted(column.name) if column.is_question else column.name}"
    if column.headings[1:]:
        yield f"        transformSourceObjects: {_quoted(column.headings)}"
    else:
        yield f"        physicalName: {_quoted(column.headings[0])}"
    yield f"        logicalType: {column.logical_type}"
    if column.required:
        yield "        required: true"
    if column.primary_key:
        yield "        primaryKey: true"
    if column.is_question:
        yield "        semanticType: question"
    yield f"        classification:  # voorstel: {column.classification} ({column.reason})"
    if column.transform:
        yield f"        transformLogic: {column.transform}"
    if column.domain:
        yield "        customProperties:"
        yield f"          - {{property: domain, value: {column.domain}}}"
    if column.words:
        yield "        enum:  # label is onze code"
        for word in column.words:
            yield f"          - {{value: {_quoted(word)}, label: {_quoted(_code(column, word))}}}"


def _code(column: Proposal, word: str) -> str:
    """Propose our code for a word; of a boolean only where there is no doubt."""
    if column.logical_type != "boolean":
        return word
    return {"j": "true", "1": "true", "w": "true", "t": "true", "y": "true"}.get(
        word[0].casefold(), "false"
    )


def _to_do(sample: Sample, table: RawTable, columns: list[Proposal]) -> Iterator[str]:
    yield f"bij {len(columns)} kolommen de persoonsgegevensklasse bevestigen ({_CHOOSE})"
    if len(sample.date_formats) > 1:
        yield f"de datumnotatie kiezen: {' of '.join(sample.date_formats)}"
    names = {column.name for column in columns}
    if not any(column.primary_key for column in columns):
        yield "een kolom als sleutel aanwijzen: primaryKey: true en required: true"
    if "record_ref" not in names:
        yield "het eigen regelnummer van de bron aanwijzen als record_ref, als dat er is"
    if coded := [column.name for column in columns if column.words]:
        yield f"de codes (label) nalopen van {', '.join(coded)}"
    is_survey = (table.source_name, table.table_name) == _SURVEY
    if is_survey and not any(column.is_question for column in columns):
        yield f"de vragen aanwijzen: het vraag-id als name en semanticType: question ({_HOW_TO})"
    if is_survey and "project_title" not in names:
        yield f"project_title aanwijzen: een kolom of een vaste waarde ({_HOW_TO})"
        names.add("project_title")
    if missing := [name for name in table.columns if name not in names and not _is_item(name)]:
        yield f"weten dat {', '.join(missing)} leeg {_stay(missing)}: geen kolom lijkt erop"
    yield "de bestandsnaam (path), de eigenaar (team) en hoe vaak er geleverd wordt invullen"


def _is_item(name: str) -> bool:
    """Say whether ingest fills this raw column itself, from the questions of a contract."""
    return name in ("question_id", "answer_code", "scale_id", "questionnaire")


def _stay(names: Iterable[str]) -> str:
    return "blijven" if len(list(names)) > 1 else "blijft"


def _quoted(value: object) -> str:
    """Return a value as YAML: what JSON writes is YAML too."""
    return json.dumps(value, ensure_ascii=False)
