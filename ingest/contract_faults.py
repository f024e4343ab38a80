"""What can be wrong with a source contract, in sentences for the person who writes it."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from open_data_contract_standard.model import (
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    Server,
)

from ingest.coverage import path_faults
from ingest.identities import NAME, personal_header
from ingest.odcs import (
    DIMENSION,
    QUESTION,
    WORKBOOK_DATE_FORMAT,
    DatedCode,
    answer_scale,
    codes,
    custom,
    dated_codes,
    is_kept,
    item_of,
    source_columns,
)
from ingest.pulled.origins import ORIGIN_PROPERTIES, STORED_AS, origin_faults
from ingest.raw_tables import STANDARD_COLUMNS, RawTable, raw_tables
from ingest.readers import READERS, header_key
from ingest.survey_faults import survey_faults

CLASSIFICATIONS = ("drop", "pseudonymise", "generalise", "keep")
DOMAINS = ("client", "worker", "household", "response")
COVERAGES = ("full", "delta", "period")
OPERATIONS = ("upsert", "delete")
QUESTIONNAIRES = ("participant", "professional")
GENERALISATIONS = {
    "year_of_date": "integer",
    "buurt_of_postcode": "string",
    "division_year_of_postcode": "integer",
    "postcode4": "string",
    "seconds_between": "integer",
}
PSEUDONYMISATIONS = ("match_token", "bsn")
SECONDS_BETWEEN = "seconds_between"
_OF_TWO_COLUMNS = ("match_token", SECONDS_BETWEEN)
_OF_DATES = ("year_of_date", *_OF_TWO_COLUMNS)
# A format without an hour makes every list that was filled in within a day take no time.
_HOUR = re.compile("%[HIcXT]")
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
CONTRACT_PROPERTIES = (
    "coverage",
    "coverageColumn",
    "questionnaire",
    "scale",
    *INSTRUMENT_PROPERTIES,
)
SERVER_PROPERTIES = (
    "layout",
    "sheet",
    "headerRow",
    "quoteCharacter",
    "totalRow",
    "trailer",
    "lastLineEnd",
    "dateFormat",
    "openEndDate",
    "excelSerialDates",
    "decimalSeparator",
    "thousandsSeparator",
    "form",
)
COLUMN_PROPERTIES = ("domain", "validOn", "value")
# Filled by ingest itself, so no contract may fill them.
_OWN_COLUMNS = STANDARD_COLUMNS.keys() - {"record_ref", "recorded_on", "operation"}


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
            yield from path_faults(server.path or "", str(declared.get("coverage", "full")))
            yield from _table_faults(schema, declared)
            yield from survey_faults(server, schema, declared)
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
    known = (*SERVER_PROPERTIES, *ORIGIN_PROPERTIES.get(str(server.type), ()))
    yield from _unknown_properties(dialect, known)
    if server.type in ORIGIN_PROPERTIES:
        yield from origin_faults(server)
    elif server.type == "local":
        yield from _file_faults(server, schema)
    else:
        types = ("local", *ORIGIN_PROPERTIES)
        yield f"server type '{server.type}' is onbekend; kies {_choice(types)}"
    decimal, thousands = dialect.get("decimalSeparator", ","), dialect.get("thousandsSeparator", "")
    if decimal not in (",", ".") or thousands not in ("", ".", ",", " ", "'"):
        yield "decimalSeparator is ',' of '.'; thousandsSeparator '.', ',', ' ', \"'\" of niets"
    elif decimal == thousands:
        yield "decimalSeparator en thousandsSeparator mogen niet hetzelfde teken zijn"
    if not isinstance(dialect.get("excelSerialDates", False), bool):
        yield "excelSerialDates is true of false"


def _file_faults(server: Server, schema: SchemaObject) -> Iterator[str]:
    dialect = custom(server.customProperties)
    if not server.path or "/" in server.path or "\\" in server.path or "." not in server.path:
        yield "server path moet een bestandsnaam met extensie in de inbox zijn, zonder map"
    reader = (dialect.get("layout"), server.format)
    files = [each for each in READERS if each[1] not in STORED_AS.values()]
    if reader not in files:
        known = [f"{layout} met format {format_}" for layout, format_ in files]
        yield f"layout '{reader[0]}' met format '{reader[1]}' is onbekend; kies {_choice(known)}"
    if server.format == "csv":
        if not _is_text_encoding(server.encoding):
            yield f"encoding '{server.encoding}' is onbekend; kies cp1252, utf-8-sig of utf-16"
        if len(server.delimiter or "") != 1:
            yield "delimiter moet een teken zijn, zoals ';'"
        quote = dialect.get("quoteCharacter", '"')
        if not isinstance(quote, str) or len(quote) > 1 or quote == server.delimiter:
            yield "quoteCharacter is een teken, anders dan delimiter, of leeg als er geen is"
    if server.format in ("csv", "pdf", "zip"):
        has_dates = any(
            property_.logicalType == "date" or property_.transformLogic in _OF_DATES
            for property_ in schema.properties or []
        )
        if has_dates and "%" not in str(dialect.get("dateFormat", "")):
            yield "dateFormat ontbreekt, terwijl er datums zijn; geef bijvoorbeeld '%d-%m-%Y'"
    yield from _shape_faults(dialect, server.format, schema)


def _shape_faults(
    dialect: dict[str, Any], format_: str | None, schema: SchemaObject
) -> Iterator[str]:
    """Give what is wrong with the lines around the rows, and with how dates are written."""
    for name, fitting in (("sheet", "xlsx"), ("trailer", "csv")):
        if name in dialect and format_ != fitting:
            yield f"{name} hoort bij format {fitting}"
    if not _is_count(dialect.get("headerRow", 1)):
        yield "headerRow is het nummer van de kopregel, zoals een rekenblad dat toont: 1, 2, 3"
    for name in ("sheet", "totalRow"):
        if name in dialect and not (isinstance(dialect[name], str) and dialect[name].strip()):
            yield f"{name} is een tekst, zoals {'Blad1' if name == 'sheet' else 'Totaal'}"
    if "trailer" in dialect and str(dialect["trailer"]).count("{rows}") != 1:
        yield "trailer is de laatste regel met {rows} voor het aantal, zoals 'Aantal rijen: {rows}'"
    if dialect.get("lastLineEnd", "optional") != "optional":
        yield "lastLineEnd kan alleen optional zijn; laat het anders weg"
    if "%y" in str(dialect.get("dateFormat", "")) and any(
        each.transformLogic in ("year_of_date", "match_token") for each in schema.properties or []
    ):
        yield (
            "een geboortedatum met een jaar van twee cijfers (%y) is dubbelzinnig; laat de "
            "leverancier vier cijfers leveren"
        )
    if any(each.transformLogic == SECONDS_BETWEEN for each in schema.properties or []) and not (
        _HOUR.search(str(dialect.get("dateFormat", "")))
    ):
        yield (
            f"{SECONDS_BETWEEN} heeft een dateFormat met de tijd nodig, zoals '%Y-%m-%d %H:%M:%S'"
        )
    if "openEndDate" in dialect and not _is_date(
        dialect["openEndDate"], dialect.get("dateFormat", WORKBOOK_DATE_FORMAT)
    ):
        yield 'openEndDate is een datum als tekst, geschreven volgens dateFormat: "31-12-9999"'


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
        yield from self._coverage_faults()
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
        yield from _unknown_properties(
            custom(property_.customProperties), ("domain", "validOn", "value")
        )
        if "value" in custom(property_.customProperties):
            yield from self._constant_faults(property_)
            return
        if not source_columns(property_):
            yield "physicalName ontbreekt: hoe heet deze kolom in de levering?"
            return
        if is_kept(property_):
            yield from self._target_faults(property_)
            yield from self._privacy_faults(property_)
            yield from self._header_faults(property_)
            yield from _code_faults(property_)
            yield from self._validity_faults(property_)

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

    def _constant_faults(self, property_: SchemaProperty) -> Iterator[str]:
        value = custom(property_.customProperties)["value"]
        is_text = isinstance(value, str) and value.strip() and property_.logicalType == "string"
        if not is_text or property_.classification != "keep" or property_.enum:
            yield "value is een vaste tekst, bij keep met logicalType string en zonder enum"
        if source_columns(property_):
            yield "een kolom heeft physicalName of value, niet allebei"
        yield from self._target_faults(property_)

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
        if len(sources) != (2 if logic in _OF_TWO_COLUMNS else 1):
            yield (
                "match_token heeft twee transformSourceObjects (naam, geboortedatum), "
                f"{SECONDS_BETWEEN} ook (begin, einde), de rest een"
            )

    def _header_faults(self, property_: SchemaProperty) -> Iterator[str]:
        """Judge what a kept heading promises; with a code list nothing else can come in."""
        if property_.classification != "keep" or property_.enum:
            return
        kind = personal_header(source_columns(property_)[0])
        if kind and not (kind == NAME and self.table.holds_text(str(property_.name))):
            yield (
                f"'{source_columns(property_)[0]}' is een {kind} en mag niet keep zijn; kies drop, "
                "pseudonymise of generalise"
            )

    @cached_property
    def _personal_sources(self) -> set[str]:
        return {
            header_key(source)
            for property_ in self.properties
            if property_.classification not in (None, "keep")
            # How long a list took says nothing of the moment, which may be kept as a day.
            and property_.transformLogic != SECONDS_BETWEEN
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

    def _coverage_faults(self) -> Iterator[str]:
        coverage, day = self.declared.get("coverage", "full"), self.declared.get("coverageColumn")
        if coverage == "period":
            column = self._kept_date(day)
            if column is None or not column.required:
                yield (
                    "coverageColumn noemt geen kolom met logicalType: date en required: true; noem "
                    "de datum die zegt in welke periode een rij hoort"
                )
        elif day is not None:
            yield "coverageColumn hoort bij coverage period"
        for operation in self.properties:
            if operation.name == "operation" and is_kept(operation):
                if coverage != "delta" or self._target in (QUESTION.table, DIMENSION.table):
                    yield "kolom 'operation' hoort bij coverage delta, en niet bij vragenlijsten"
                if operation.classification != "keep" or not operation.enum:
                    yield "kolom 'operation' is keep en heeft een enum"
                if unknown := {code for _, code in codes(operation)} - set(OPERATIONS):
                    yield (
                        f"kolom 'operation': label '{min(unknown)}' is onbekend; kies "
                        f"{_choice(OPERATIONS)}"
                    )

    def _kept_date(self, name: Any) -> SchemaProperty | None:
        return next(
            (
                each
                for each in self.properties
                if each.name == name and is_kept(each) and each.logicalType == "date"
            ),
            None,
        )

    def _validity_faults(self, property_: SchemaProperty) -> Iterator[str]:
        valid_on = custom(property_.customProperties).get("validOn")
        for item in property_.enum or []:
            declared = custom(item.customProperties)
            yield from _unknown_properties(declared, ("validFrom", "validUntil"))
            if declared and valid_on is None:
                yield (
                    "validFrom en validUntil hebben een customProperty validOn nodig: welke datum "
                    "van de rij beslist?"
                )
                return
        if valid_on is None:
            return
        if self._kept_date(valid_on) is None or item_of(property_):
            yield f"validOn '{valid_on}' is geen datumkolom van dit contract, of dit is een vraag"

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
    try:
        dated = dated_codes(property_)
    except ValueError:
        yield "validFrom en validUntil zijn datums, zoals 2026-01-01"
        return
    ours = {each.code for each in dated}
    by_word: dict[str, list[DatedCode]] = defaultdict(list)
    for each in dated:
        same = by_word[header_key(each.word)]
        if any(other.code != each.code and other.overlaps(each) for other in same):
            yield f"enum geeft '{each.word}' twee verschillende codes"
        same.append(each)
    match property_.logicalType:
        case "boolean" if not ours or not {"true", "false", ""}.issuperset(ours):
            yield (
                'een boolean heeft een enum met labels "true" en "false", zoals J met "true"; een '
                "leeg label is onbekend"
            )
        case "integer" if any(re.fullmatch(r"(-?\d+)?", code) is None for code in ours):
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


def _is_date(text: Any, date_format: str) -> bool:
    try:
        datetime.strptime(text, date_format)
    except (TypeError, ValueError):
        return False
    return True


def _is_text_encoding(name: str | None) -> bool:
    try:
        "".encode(name or "unknown")
    except LookupError:
        return False
    return True


def _choice(options: Iterable[str]) -> str:
    return ", ".join(options)
