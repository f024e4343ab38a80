"""Source contracts: what a delivery looks like and what may be kept of it."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from open_data_contract_standard.model import OpenDataContractStandard, SchemaProperty
from pydantic import ValidationError

from ingest.contract_faults import contract_faults
from ingest.coverage import Arrival, CoverageKind, read_file_name
from ingest.odcs import (
    QUESTION,
    WORKBOOK_DATE_FORMAT,
    DatedCode,
    Item,
    Scale,
    answer_scale,
    codes,
    custom,
    dated_codes,
    item_of,
    owner,
    source_columns,
    unknown_keys,
)
from ingest.pulled.origins import STORED_AS, Origin, origin_of
from ingest.raw_tables import RawTable, raw_tables
from ingest.readers import header_key
from ingest.yaml_files import read_yaml

# So many days too late a delivery is no longer a matter of patience.
_ESCALATION_DAYS = 3
# Special-category data (GDPR art. 9): without a legal ground nothing of it goes past the door.
_SPECIAL_CATEGORY = ("survey", "answers", "cultural_background")


class ContractError(Exception):
    """One or more contracts that cannot be used; one Dutch line per fault."""


@dataclass(frozen=True)
class Column:
    """One column of a contract: where it comes from, what becomes of it and what it must hold.

    `codes` are pairs of the word at the source, as header_key makes it, and our code. Where they
    do not hold for ever, `valid_on` is the raw column with the day that decides, by `dated_codes`.
    A column with a `constant` is not in the delivery: every row has this value.
    """

    name: str
    sources: tuple[str, ...]
    logical_type: str
    classification: str
    required: bool = False
    unique: bool = False
    primary_key: bool = False
    item: Item | None = None
    domain: str | None = None
    transform: str | None = None
    codes: tuple[tuple[str, str], ...] = ()
    constant: str | None = None
    valid_on: str | None = None
    dated_codes: tuple[DatedCode, ...] = ()

    @property
    def is_question(self) -> bool:
        """Say whether this column is a question of a questionnaire."""
        return self.item == QUESTION

    @property
    def raw_name(self) -> str:
        """Return the raw column that holds the cells of this column."""
        return self.item.value_column if self.item else self.name


@dataclass(frozen=True)
class SourceContract:
    """What one source table delivers; `digest` changes with every change that has a meaning.

    `header_row` counts as a spreadsheet does; None is the first row that is not blank. `trailer`
    is the last line with {rows} in it, `total_row` what marks a line with totals. `form` are the
    fields that tell which PDF form it is, and what must stand in them; `origin` is the server that
    its rows are pulled from, None for a file in the inbox; `withheld` are raw columns that the
    contract wants to keep and the organisation may not.
    """

    source_id: str
    name: str
    file_name: str
    path: str
    format: str
    layout: str
    encoding: str
    delimiter: str
    quote_character: str
    header_row: int | None
    total_row: str | None
    trailer: str | None
    is_last_line_end_optional: bool
    sheet: str | None
    date_format: str
    open_end_date: date | None
    excel_serial_dates: bool
    decimal_separator: str
    thousands_separator: str
    form: tuple[tuple[str, str], ...]
    table: RawTable
    columns: tuple[Column, ...]
    max_age_days: int | None
    escalation_days: int
    coverage: CoverageKind
    coverage_column: str | None
    questionnaire: str | None
    scale: Scale | None
    instrument_id: str | None
    instrument_version: str | None
    owner: str | None
    digest: str
    origin: Origin | None
    withheld: tuple[str, ...] = ()

    @property
    def landed_columns(self) -> tuple[Column, ...]:
        """Return the columns of which something goes past the door."""
        return tuple(column for column in self.columns if column.classification != "drop")

    @property
    def items(self) -> tuple[Column, ...]:
        """Return the columns that each become a row: questions, or dimensions of an instrument."""
        return tuple(column for column in self.columns if column.item)

    @property
    def item(self) -> Item | None:
        """Return what a row per list and item is; None if a row of the file is a row of raw."""
        return next((column.item for column in self.items), None)

    @property
    def is_by_hand(self) -> bool:
        """Say whether every row is a file that one person filled in, apart from the others."""
        return self.layout == "pdf_form"

    @property
    def delivered_key(self) -> tuple[str, ...]:
        """Return the raw columns that together identify a row of the file, or a list."""
        declared = tuple(column.name for column in self.columns if column.primary_key)
        return declared or ("record_ref",)

    @property
    def operation(self) -> Column | None:
        """Return the column that says whether a row of a delta adds or deletes, if there is one."""
        return next((each for each in self.landed_columns if each.name == "operation"), None)

    @property
    def named_by_delete(self) -> tuple[str, ...]:
        """Return the raw columns that must be right in a row that deletes; it needs no others."""
        return (*self.delivered_key, "operation")

    @property
    def key(self) -> tuple[str, ...]:
        """Return the raw columns that together identify a row of raw."""
        return (*self.delivered_key, *((self.item.name_column,) if self.item else ()))

    def arrival(self, file_name: str, as_of: date) -> Arrival | None:
        """Return what the name of a file says, or None if it is not a file of this source."""
        return read_file_name(self.path, self.coverage, file_name, as_of)


@dataclass(frozen=True)
class UnusableContract:
    """A contract that cannot be used: its source waits, the others go on.

    `message` (Dutch) has a line per fault; a draft waits for a person to finish it.
    """

    source_id: str
    message: str
    is_draft: bool = False


@dataclass(frozen=True)
class Contracts:
    """The contracts of an organisation: usable ones in the order of taking in, and the others."""

    usable: list[SourceContract]
    unusable: list[UnusableContract]


def load_contracts(folder: Path, *, special_category_ground: str = "") -> Contracts:
    """Load every contract in `folder`, in the order of taking in.

    Postcodes come first because clients need them, then the clients that other rows must be of.

    Without a `special_category_ground` columns of special-category data are withheld: dropped at
    the door, whatever the contract says. A contract with a fault is not usable, and says so with
    file, column and what to do; its source is known by the name of the file.
    """
    usable, unusable = [], []
    for file in sorted(folder.glob("*.yaml")):
        try:
            document, standard = _read(file)
            if standard.status == "draft":
                message = (
                    f"contracts/{file.name} is nog een concept. Vul in wat er ontbreekt, kijk met "
                    "'impactkompas source check BESTAND' of het klopt, en zet dan status: active."
                )
                unusable.append(UnusableContract(file.stem, message, is_draft=True))
                continue
            contract = _checked(file.name, document, standard)
            usable.append(contract if special_category_ground else _withholding(contract))
        except ContractError as error:
            unusable.append(UnusableContract(file.stem, str(error)))
    counts = Counter(contract.source_id for contract in usable)
    for source_id, count in counts.items():
        if count > 1:
            message = f"contracts/: {count} contracten hebben id '{source_id}'; geef elk een id."
            unusable.append(UnusableContract(source_id, message))
    return Contracts(
        sorted(
            (contract for contract in usable if counts[contract.source_id] == 1),
            key=lambda contract: (
                contract.table.table_name != "postcodes",
                contract.table.table_name != "clients",
            ),
        ),
        unusable,
    )


def contract_columns(contracts: Iterable[SourceContract]) -> list[dict[str, object]]:
    """Return the rows of the raw table run.contract_columns: one per contract and kept column."""
    return [
        {
            "source_id": contract.source_id,
            "source_name": contract.table.source_name,
            "table_name": contract.table.table_name,
            "column_name": column.name,
            "is_required": column.required,
            "is_question": column.is_question,
            "question_text": _question_text(column, contract),
            "name_at_source": " + ".join(column.sources) or None,
        }
        for contract in contracts
        for column in contract.landed_columns
    ]


def _question_text(column: Column, contract: SourceContract) -> str | None:
    """Return a question as people read it, whatever project it is about; a code is no text."""
    text = header_key(column.sources[0]) if column.is_question else ""
    if " " not in text:
        return None
    titles = (each.constant for each in contract.columns if each.name == "project_title")
    title = next(filter(None, titles), None)
    return text.replace(header_key(title), "[projectnaam]") if title else text


def load_contract(file: Path) -> SourceContract:
    """Load one contract, or raise ContractError with everything that is wrong with it."""
    return _checked(file.name, *_read(file))


def _checked(file_name: str, document: Any, standard: OpenDataContractStandard) -> SourceContract:
    refuse_faults(f"contracts/{file_name}", document, standard, contract_faults(standard))
    return _build(standard, file_name)


def refuse_faults(
    place: str, document: Any, standard: OpenDataContractStandard, faults: Iterable[str]
) -> None:
    """Raise ContractError with the keys that ODCS does not know, else with the faults, if any."""
    recognised = standard.model_dump(by_alias=True, exclude_unset=True)
    if unknown := list(unknown_keys(document, recognised)):
        raise _contract_error(
            place, (f"'{key}' bestaat niet in ODCS 3.1; kijk of de naam goed is" for key in unknown)
        )
    if found := list(faults):
        raise _contract_error(place, found)


def _read(file: Path) -> tuple[Any, OpenDataContractStandard]:
    return read_standard(file, f"contracts/{file.name}")


def read_standard(file: Path, place: str) -> tuple[Any, OpenDataContractStandard]:
    """Return what stands in a contract file, as it was typed and as the standard sees it.

    Raises ContractError, with the `place` of the file, when it cannot be read.
    """
    try:
        document = read_yaml(file)
        return document, OpenDataContractStandard.model_validate(document)
    except UnicodeDecodeError:
        raise ContractError(f"{place}: geen UTF-8. Sla het bestand op als UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" bij regel {mark.line + 1}" if mark else ""
        raise ContractError(
            f"{place}: geen geldige YAML{line}. Kijk naar inspringing en aanhalingstekens."
        ) from None
    except ValidationError as error:
        raise _contract_error(
            place,
            (
                f"'{'.'.join(str(part) for part in fault['loc'])}' heeft niet de vorm die ODCS "
                "3.1 voorschrijft"
                for fault in error.errors()
            ),
        ) from None


def _withholding(contract: SourceContract) -> SourceContract:
    *table, name = _SPECIAL_CATEGORY
    if [contract.table.source_name, contract.table.table_name] != table or not any(
        column.name == name for column in contract.landed_columns
    ):
        return contract
    return replace(
        contract,
        columns=tuple(
            replace(column, classification="drop") if column.name == name else column
            for column in contract.columns
        ),
        # What landed before the ground was withdrawn no longer is what this contract says.
        digest=f"{contract.digest}-{name}",
        withheld=(name,),
    )


def _contract_error(place: str, faults: Iterable[str]) -> ContractError:
    return ContractError("\n".join(f"{place}: {fault}." for fault in faults))


def _build(standard: OpenDataContractStandard, file_name: str) -> SourceContract:
    [server], [schema] = standard.servers or [], standard.schema_ or []
    dialect, declared = custom(server.customProperties), custom(standard.customProperties)
    date_format = str(dialect.get("dateFormat", WORKBOOK_DATE_FORMAT))
    source = str(custom(schema.customProperties)["source"])
    terms = {sla.property: int(str(sla.value)) for sla in standard.slaProperties or []}
    # Who owns a source does not change what its rows mean.
    content = standard.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"team"})
    return SourceContract(
        source_id=str(standard.id),
        name=standard.name or str(standard.id),
        file_name=file_name,
        path=server.path or "",
        format=STORED_AS.get(str(server.type)) or str(server.format),
        layout=str(dialect["layout"]),
        encoding=server.encoding or "",
        delimiter=server.delimiter or "",
        quote_character=str(dialect.get("quoteCharacter", '"')),
        header_row=dialect.get("headerRow"),
        total_row=dialect.get("totalRow"),
        trailer=dialect.get("trailer"),
        is_last_line_end_optional=dialect.get("lastLineEnd") == "optional",
        sheet=dialect.get("sheet"),
        date_format=date_format,
        open_end_date=_date_or_none(dialect.get("openEndDate"), date_format),
        excel_serial_dates=bool(dialect.get("excelSerialDates", False)),
        decimal_separator=str(dialect.get("decimalSeparator", ",")),
        thousands_separator=str(dialect.get("thousandsSeparator", "")),
        form=tuple((str(name), str(value)) for name, value in dialect.get("form", {}).items()),
        table=raw_tables()[source, str(schema.name)],
        columns=tuple(_column(property_) for property_ in schema.properties or []),
        max_age_days=terms.get("frequency"),
        escalation_days=terms.get("timeToNotify", _ESCALATION_DAYS),
        coverage=declared.get("coverage", "full"),
        coverage_column=declared.get("coverageColumn"),
        questionnaire=declared.get("questionnaire"),
        scale=answer_scale(declared["scale"]) if declared.get("scale") else None,
        instrument_id=declared.get("instrument_id"),
        instrument_version=declared.get("instrument_version"),
        owner=owner(standard),
        digest=hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12],
        origin=origin_of(server),
    )


def _date_or_none(text: str | None, date_format: str) -> date | None:
    return datetime.strptime(text, date_format).date() if text else None


def _column(property_: SchemaProperty) -> Column:
    declared = custom(property_.customProperties)
    valid_on = declared.get("validOn")
    return Column(
        name=str(property_.name),
        sources=source_columns(property_),
        logical_type=str(property_.logicalType),
        classification=str(property_.classification),
        required=bool(property_.required),
        unique=bool(property_.unique),
        primary_key=bool(property_.primaryKey),
        item=item_of(property_),
        domain=declared.get("domain"),
        transform=property_.transformLogic,
        codes=tuple((header_key(word), code) for word, code in codes(property_)),
        constant=custom(property_.customProperties).get("value"),
        valid_on=valid_on,
        dated_codes=tuple(
            replace(each, word=header_key(each.word)) for each in dated_codes(property_)
        )
        if valid_on
        else (),
    )
