"""The source contracts that read the registration workbook: one per sheet."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from ingest.meetplan.sheets import Sheet, declared_columns
from ingest.meetplan.template import shown_header
from ingest.registration.sheets import RECORDED_ON, WORKBOOK_NAME, registration_sheets

_LOGICAL_TYPES = {
    "varchar": "string",
    "integer": "integer",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
}
_KEPT = {"classification": "keep", "logicalType": "string"}
# Who registers by hand delivers at least once a month.
_MAX_AGE_DAYS = 31


def write_contracts(folder: Path) -> list[Path]:
    """Write the contracts that are not there yet and return their files; none is overwritten."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for sheet in registration_sheets():
        file = folder / f"{source_id(sheet)}.yaml"
        if not file.exists():
            text = yaml.safe_dump(contract(sheet), allow_unicode=True, sort_keys=False)
            file.write_text(text, encoding="utf-8")
            written.append(file)
    return written


def source_id(sheet: Sheet) -> str:
    """Return the id of the contract on a sheet, such as excel-clienten."""
    plain = unicodedata.normalize("NFKD", sheet.name).encode("ascii", "ignore").decode()
    return f"excel-{re.sub(r'[^a-z]+', '-', plain.lower())}"


def contract(sheet: Sheet) -> dict[str, Any]:
    """Return the contract on one sheet, as it stands in YAML."""
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": source_id(sheet),
        "name": f"{sheet.name} uit de registratiewerkmap",
        "version": "1.0.0",
        "status": "active",
        "servers": [
            {
                "server": "inbox",
                "type": "local",
                "path": WORKBOOK_NAME,
                "format": "xlsx",
                "customProperties": _custom(
                    layout="table",
                    sheet=sheet.name,
                    dateFormat="%d-%m-%Y",
                    decimalSeparator=",",
                ),
            }
        ],
        "schema": [
            {
                "name": sheet.table.table_name,
                "customProperties": _custom(source=sheet.table.source_name),
                "properties": list(_properties(sheet)),
            }
        ],
        "slaProperties": [{"property": "frequency", "value": _MAX_AGE_DAYS, "unit": "d"}],
        "customProperties": _custom(coverage="full"),
    }


def _properties(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Give the columns of a contract; one column of the sheet may fill several."""
    shown = {column.header: shown_header(column) for column in sheet.columns}
    record = shown[sheet.table.declaration["meta"]["record"]]
    yield _KEPT | {"name": "record_ref", "physicalName": record, "required": True, "unique": True}
    for declared in declared_columns(sheet.table):
        yield _property(declared, shown, is_key=declared["name"] in sheet.key)
    if RECORDED_ON in sheet.columns:
        yield _KEPT | {
            "name": RECORDED_ON.name,
            "physicalName": shown[RECORDED_ON.header],
            "logicalType": "date",
        }


def _property(declared: dict[str, Any], shown: dict[str, str], *, is_key: bool) -> dict[str, Any]:
    meta, sql_type = declared["meta"], declared["data_type"].partition("(")[0]
    property_: dict[str, Any] = {"name": declared["name"]}
    if "sources" in meta:
        property_["transformSourceObjects"] = [shown[header] for header in meta["sources"]]
    else:
        property_["physicalName"] = shown[meta["header"]]
    property_["logicalType"] = _LOGICAL_TYPES[sql_type]
    if meta.get("required"):
        property_["required"] = True
    if is_key:
        property_["primaryKey"] = True
    if domain := meta.get("pseudonym"):
        property_ |= {"classification": "pseudonymise", "customProperties": _custom(domain=domain)}
    else:
        property_["classification"] = "generalise" if "becomes" in meta else "keep"
    if "becomes" in meta:
        property_["transformLogic"] = meta["becomes"]
    if choices := meta.get("choices"):
        codes = choices if isinstance(choices, dict) else {word: word for word in choices}
        property_["enum"] = [{"value": word, "label": code} for word, code in codes.items()]
    return property_


def _custom(**properties: str) -> list[dict[str, str]]:
    return [{"property": name, "value": value} for name, value in properties.items()]
