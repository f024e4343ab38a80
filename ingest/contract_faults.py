"""What can be wrong with a source contract, in sentences for the person who writes it."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from open_data_contract_standard.model import (
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    Server,
)

from ingest.odcs import (
    DIMENSION,
    QUESTION,
    answer_scale,
    codes,
    custom,
    is_kept,
    item_of,
    source_columns,
)
from ingest.raw_tables import STANDARD_COLUMNS, RawTable, raw_tables
from ingest.readers import READERS, header_key

CLASSIFICATIONS = ("drop", "pseudonymise", "generalise", "keep")
DOMAINS = ("client", "worker", "household")
COVERAGES = ("full",)
QUESTIONNAIRES = ("participant", "professional")
GENERALISATIONS = {
    "year_of_date": "integer",
    "buurt_of_postcode": "string",
    "division_year_of_postcode": "integer",
    "postcode4": "string",
}
PSEUDONYMISATIONS = ("match_token", "bsn")
LOGICAL_TYPES = {
    "string": ("varchar",),
    "integer": ("integer", "bigint"),
    "number": ("decimal",),
    "boolean": ("boolean",),
    "date": ("date",),
}
INSTRUMENT_PROPERTIES = ("instrument_id", "instrument_version")
# How often a delivery comes, and how many days late it may be before somebody is called.
SLA_PROPERTIES = ("frequency", "timeToNotify")
CONTRACT_PROPERTIES = ("coverage", "questionnaire", "scale", *INSTRUMENT_PROPERTIES)
SERVER_PROPERTIES = (
    "layout",
    "dateFormat",
    "excelSerialDates",
    "decimalSeparator",
    "thousandsSeparator",
)
# Filled by ingest itself, so no contract may fill them.
_OWN_COLUMNS = STANDARD_COLUMNS.keys() - {"record_ref", "recorded_on"}


def contract_faults(standard: OpenDataContractStandard) -> Iterator[str]:
    """Give every fault of a contract as a Dutch sentence, without file name and full stop."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", standard.id or ""):
        yield "id mag alleen kleine letters, cijfers en streepjes hebben, zoals ecd-clienten"
    declared = custom(standard.customProperties)
    yield from _unknown_properties(declared, CONTRACT_PROPERTIES)
    if declared.get("coverage", "full") not in COVERAGES:
        yield f"coverage '{declared['coverage']}' is onbekend; kies {_choice(COVERAGES)}"
    for sla in standard.slaProperties or []:
        if sla.property not in SLA_PROPERTIES:
            yield f"slaProperty '{sla.property}' is onbekend; kies {_choice(SLA_PROPERTIES)}"
        elif sla.unit != "d" or not _is_count(sla.value):
            yield f"{sla.property} moet een aantal dagen zijn, zoals value: 1 met unit: d"
    match (standard.servers, standard.schema_):
        case ([server], [schema]):
            yield from _server_faults(server, schema)
            yield from _table_faults(schema, declared)
        case _:
            yield "er moet precies een server (het bestand in de inbox) en een tabel zijn"


def _table_faults(schema: SchemaObject, declared: dict[str, Any]) -> Iterator[str]:
    source = custom(schema.customProperties).get("source")
    table = raw_tables().get((str(source), str(schema.name)))
    if table is None:
        tables = sorted(".".join(name) for name in raw_tables())
        yield f"tabel '{source}.{schema.name}' bestaat niet; kies {_choice(tables)}"
    else:
        yield from _SchemaFaults(table, schema.properties or [], declared).all()


def _server_faults(server: Server, schema: SchemaObject) -> Iterator[str]:
    dialect = custom(server.customProperties)
    yield from _unknown_properties(dialect, SERVER_PROPERTIES)
    if not server.path or "/" in server.path or "\\" in server.path or "." not in server.path:
        yield "server path moet een bestandsnaam met extensie in de inbox zijn, zonder map"
    reader = (dialect.get("layout"), server.format)
    if reader not in READERS:
        known = [f"{layout} met format {format_}" for layout, format_ in READERS]
        yield f"layout '{reader[0]}' met format '{reader[1]}' is onbekend; kies {_choice(known)}"
    if server.format == "csv":
        if not _is_text_encoding(server.encoding):
            yield f"encoding '{server.encoding}' is onbekend; kies cp1252, utf-8-sig of utf-16"
        if len(server.delimiter or "") != 1:
            yield "delimiter moet een teken zijn, zoals ';'"
        has_dates = any(
            property_.logicalType == "date"
            or property_.transformLogic in ("year_of_date", "match_token")
            for property_ in schema.properties or []
        )
        if has_dates and "%" not in str(dialect.get("dateFormat", "")):
            yield "dateFormat ontbreekt, terwijl er datums zijn; geef bijvoorbeeld '%d-%m-%Y'"
    decimal, thousands = dialect.get("decimalSeparator", ","), dialect.get("thousandsSeparator", "")
    if decimal not in (",", ".") or thousands not in ("", ".", ",", " ", "'"):
        yield "decimalSeparator is ',' of '.'; thousandsSeparator '.', ',', ' ', \"'\" of niets"
    elif decimal == thousands:
        yield "decimalSeparator en thousandsSeparator mogen niet hetzelfde teken zijn"
    if not isinstance(dialect.get("excelSerialDates", False), bool):
        yield "excelSerialDates is true of false"


@dataclass(frozen=True)
class _SchemaFaults:
    """The faults of the columns of one contract, against the raw table that they fill."""

    table: RawTable
    properties: list[SchemaProperty]
    declared: dict[str, Any]

    def all(self) -> Iterator[str]:
        for property_ in self.properties:
            for fault in self._property_faults(property_):
                yield f"kolom '{property_.name}': {fault}"
        names = Counter(property_.name for property_ in self.properties if is_kept(property_))
        for name, count in names.items():
            if count > 1:
                yield f"kolom '{name}' staat er {count} keer; elke kolom mag een keer"
        yield from self._key_faults(set(names))
        if self._target == QUESTION.table:
            yield from self._survey_faults()
        if self._target == DIMENSION.table:
            yield from self._instrument_faults(names.keys())

    @property
    def _target(self) -> tuple[str, str]:
        return self.table.source_name, self.table.table_name

    def _property_faults(self, property_: SchemaProperty) -> Iterator[str]:
        if property_.classification not in CLASSIFICATIONS:
            given = property_.classification
            fault = f"'{given}' is onbekend" if given else "ontbreekt"
            yield f"classification {fault}; kies {_choice(CLASSIFICATIONS)}"
            return
        if not property_.name:
            yield "name ontbreekt"
        if not source_columns(property_):
            yield "physicalName ontbreekt: hoe heet deze kolom in de levering?"
            return
        yield from _unknown_properties(custom(property_.customProperties), ("domain",))
        if is_kept(property_):
            yield from self._target_faults(property_)
            yield from self._privacy_faults(property_)
            yield from _code_faults(property_)

    def _target_faults(self, property_: SchemaProperty) -> Iterator[str]:
        logical_type = property_.logicalType
        if logical_type not in LOGICAL_TYPES:
            yield f"logicalType '{logical_type}' is onbekend; kies {_choice(LOGICAL_TYPES)}"
        elif item := item_of(property_):
            if self._target != item.table:
                table = ".".join(item.table)
                yield f"semanticType: {item.semantic_type} hoort bij een contract voor {table}"
            if item == QUESTION and (logical_type != "string" or not property_.enum):
                yield "een vraag is een string met een enum van antwoorden"
            if item == DIMENSION and logical_type != "number":
                yield "een dimensie is een number: haar score"
            if not re.fullmatch(r"\w+", property_.name or ""):
                yield "een vraag of dimensie heeft alleen letters, cijfers en _, zoals 4a2"
        elif property_.name in _OWN_COLUMNS or property_.name not in self.table.all_columns:
            own = sorted(self.table.all_columns.keys() - _OWN_COLUMNS)
            yield f"bestaat niet in {'.'.join(self._target)}; kies {_choice(own)}, of drop"
        else:
            sql_type = self.table.all_columns[property_.name].partition("(")[0]
            if sql_type not in LOGICAL_TYPES[logical_type]:
                fitting = [name for name, types in LOGICAL_TYPES.items() if sql_type in types]
                yield f"logicalType '{logical_type}' past niet; kies {_choice(fitting)}"

    def _privacy_faults(self, property_: SchemaProperty) -> Iterator[str]:
        logic, sources = property_.transformLogic, source_columns(property_)
        match property_.classification:
            case "keep":
                if logic:
                    yield "transformLogic hoort niet bij keep; kies generalise of pseudonymise"
                if header_key(sources[0]) in self._personal_sources:
                    yield (
                        f"'{sources[0]}' is bij een andere kolom drop, generalise of pseudonymise "
                        "en kan dus hier niet keep zijn"
                    )
            case "generalise":
                if logic not in GENERALISATIONS:
                    yield f"transformLogic '{logic}' is onbekend; kies {_choice(GENERALISATIONS)}"
                elif property_.logicalType != GENERALISATIONS[logic]:
                    yield f"logicalType van {logic} moet {GENERALISATIONS[logic]} zijn"
            case "pseudonymise":
                yield from _pseudonym_faults(property_)
        if len(sources) != (2 if logic == "match_token" else 1):
            yield "match_token heeft twee transformSourceObjects (naam, geboortedatum), de rest een"

    @cached_property
    def _personal_sources(self) -> set[str]:
        return {
            header_key(source)
            for property_ in self.properties
            if property_.classification not in (None, "keep")
            for source in source_columns(property_)
        }

    def _key_faults(self, names: set[str | None]) -> Iterator[str]:
        keys = [property_ for property_ in self.properties if property_.primaryKey]
        keys = keys or [
            property_
            for property_ in self.properties
            if property_.name == "record_ref" and property_.unique
        ]
        if not keys or not all(is_kept(property_) and property_.required for property_ in keys):
            yield "er moet een kolom met primaryKey: true en required: true zijn die niet drop is"
        elif "record_ref" not in names and any(key.classification != "keep" for key in keys):
            yield (
                "kolom 'record_ref' ontbreekt: het eigen regelnummer van de bron, waarmee iemand "
                "een foute rij daar terugvindt"
            )

    def _survey_faults(self) -> Iterator[str]:
        if self.declared.get("questionnaire") not in QUESTIONNAIRES:
            yield f"questionnaire ontbreekt of is onbekend; kies {_choice(QUESTIONNAIRES)}"
        questions = [each for each in self.properties if item_of(each) == QUESTION]
        if not questions:
            yield "er is geen kolom met semanticType: question"
        if not any(each.name == "project_title" and is_kept(each) for each in self.properties):
            yield "kolom 'project_title' ontbreekt: zonder projecttitel telt geen antwoord (R18)"
        yield from self._list_key_faults()
        scale = self.declared.get("scale")
        if scale is None:
            return
        try:
            known = {answer.code for answer in answer_scale(scale).answers}
        except (KeyError, TypeError, ValueError):
            yield "scale heeft id en answers, elk met code, label, sort, counts en positive"
            return
        for question in questions:
            for code in sorted({code for _, code in codes(question)} - known):
                yield f"kolom '{question.name}': antwoordcode '{code}' staat niet in de scale"

    def _instrument_faults(self, names: Collection[str | None]) -> Iterator[str]:
        own = [name for name in INSTRUMENT_PROPERTIES if self.declared.get(name)]
        if not any(item_of(each) == DIMENSION and is_kept(each) for each in self.properties):
            needed = {*INSTRUMENT_PROPERTIES, DIMENSION.name_column, DIMENSION.value_column}
            if missing := sorted(needed - set(names)):
                yield (
                    f"kolommen {_choice(missing)} ontbreken; of geef elke dimensie een kolom met "
                    "semanticType: dimension"
                )
            return
        for name in INSTRUMENT_PROPERTIES:
            if name not in own:
                yield f"customProperties {name} ontbreekt: van welk instrument zijn deze dimensies?"
            elif not isinstance(self.declared[name], str):
                yield f'{name} is een tekst, zoals "13"'
        yield from self._list_key_faults()

    def _list_key_faults(self) -> Iterator[str]:
        if [each.name for each in self.properties if each.primaryKey] != ["response_id"]:
            yield "de primaryKey van ingevulde lijsten is response_id"


def _pseudonym_faults(property_: SchemaProperty) -> Iterator[str]:
    logic = property_.transformLogic
    if custom(property_.customProperties).get("domain") not in DOMAINS:
        yield f"domain ontbreekt of is onbekend; kies {_choice(DOMAINS)}"
    if logic not in (None, *PSEUDONYMISATIONS):
        yield f"transformLogic '{logic}' is onbekend; kies {_choice(PSEUDONYMISATIONS)}"
    if property_.logicalType != "string":
        yield "een pseudoniem is een string"
    if property_.name == "record_ref":
        yield "record_ref is het eigen regelnummer van de bron, nooit een persoon"


def _code_faults(property_: SchemaProperty) -> Iterator[str]:
    ours: dict[str, str] = {}
    for word, code in codes(property_):
        if ours.setdefault(header_key(word), code) != code:
            yield f"enum geeft '{word}' twee verschillende codes"
    match property_.logicalType:
        case "boolean" if not ours or not {"true", "false"}.issuperset(ours.values()):
            yield 'een boolean heeft een enum met labels "true" en "false", zoals J met "true"'
        case "integer" if any(re.fullmatch(r"-?\d+", code) is None for code in ours.values()):
            yield "de labels van de enum van een integer zijn gehele getallen"
        case "number" | "date" if ours:
            yield "een getal of datum heeft geen enum"
    if ours and property_.classification != "keep":
        yield "enum hoort alleen bij keep"


def _unknown_properties(declared: dict[str, Any], known: tuple[str, ...]) -> Iterator[str]:
    for name in declared.keys() - set(known):
        yield f"eigenschap '{name}' is onbekend; kies {_choice(known)}"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _is_text_encoding(name: str | None) -> bool:
    try:
        "".encode(name or "unknown")
    except LookupError:
        return False
    return True


def _choice(options: Iterable[str]) -> str:
    return ", ".join(options)
