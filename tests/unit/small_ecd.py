"""A small ECD for tests of ingest: one contract on clients, and files that fit it."""

from pathlib import Path
from typing import Any

import yaml

from ingest.contracts import SourceContract, load_contract

HEADER = ("RegistratieID", "Cliëntnummer", "BSN", "Achternaam", "Geboortedatum", "E-mail",
          "Postcode", "Gemeente", "Inschrijfdatum")  # fmt: skip
# The 11-proof: 9*1+8*2+7*3+6*4+5*5+4*6+3*7+2*8-2 = 154 = 14 * 11.
BSN = "123456782"

_KEPT = {"classification": "keep", "logicalType": "string"}
_TOKEN = {"classification": "pseudonymise", "logicalType": "string",
          "customProperties": [{"property": "domain", "value": "client"}]}  # fmt: skip


def document() -> dict[str, Any]:
    """Return the contract ecd-clienten as it would stand in YAML; a test may change it."""
    dialect = {"layout": "table", "dateFormat": "%d-%m-%Y", "decimalSeparator": ","}
    return {
        "apiVersion": "v3.1.0",
        "kind": "DataContract",
        "id": "ecd-clienten",
        "name": "Cliënten",
        "version": "1.0.0",
        "status": "active",
        "servers": [
            {
                "server": "inbox",
                "type": "local",
                "path": "clienten_{delivered_on}.csv",
                "format": "csv",
                "encoding": "cp1252",
                "delimiter": ";",
                "customProperties": [{"property": k, "value": v} for k, v in dialect.items()],
            }
        ],
        "schema": [
            {
                "name": "clients",
                "customProperties": [{"property": "source", "value": "ecd"}],
                "properties": [
                    {**_KEPT, "name": "record_ref", "physicalName": "RegistratieID",
                     "required": True, "unique": True},
                    {**_TOKEN, "name": "client_id", "physicalName": "Cliëntnummer",
                     "required": True, "primaryKey": True},
                    {"name": "bsn", "physicalName": "BSN", "classification": "drop"},
                    {"name": "email", "physicalName": "E-mail", "classification": "drop"},
                    {"name": "birth_year", "physicalName": "Geboortedatum",
                     "classification": "generalise", "logicalType": "integer",
                     "transformLogic": "year_of_date"},
                    {"name": "buurt_code", "physicalName": "Postcode",
                     "classification": "generalise", "logicalType": "string",
                     "transformLogic": "buurt_of_postcode"},
                    {"name": "postcode4", "physicalName": "Postcode",
                     "classification": "generalise", "logicalType": "string",
                     "transformLogic": "postcode4"},
                    {**_TOKEN, "name": "match_token", "transformLogic": "match_token",
                     "transformSourceObjects": ["Achternaam", "Geboortedatum"]},
                    {**_KEPT, "name": "municipality_code", "physicalName": "Gemeente"},
                    {**_KEPT, "name": "registered_on", "physicalName": "Inschrijfdatum",
                     "logicalType": "date", "required": True},
                ],
            }
        ],
        "slaProperties": [{"property": "frequency", "value": 7, "unit": "d"}],
        "customProperties": [{"property": "coverage", "value": "full"}],
    }  # fmt: skip


def column(contract: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one column of a contract document, to change it."""
    properties: list[dict[str, Any]] = contract["schema"][0]["properties"]
    return next(each for each in properties if each["name"] == name)


def dialect(contract: dict[str, Any], name: str, value: object) -> None:
    """Set one property of the server of a contract document."""
    properties = contract["servers"][0]["customProperties"]
    properties[:] = [each for each in properties if each["property"] != name]
    properties.append({"property": name, "value": value})


def write_contract(
    folder: Path, contract: dict[str, Any] | None = None, stem: str = "ecd-clienten"
) -> Path:
    """Write a contract document, by default the one above, and return the file."""
    file = folder / f"{stem}.yaml"
    file.write_text(yaml.safe_dump(contract or document(), allow_unicode=True), encoding="utf-8")
    return file


def loaded(folder: Path, contract: dict[str, Any] | None = None) -> SourceContract:
    """Write a contract document and load it."""
    return load_contract(write_contract(folder, contract))


def client(number: int, **changes: str) -> list[str]:
    """Return the row of a client; `changes` are by the name of the column at the source."""
    row = {
        "RegistratieID": f"R{number:04d}",
        "Cliëntnummer": f"00{number:04d}",
        "BSN": BSN,
        "Achternaam": "Wölfe-Ëijk",
        "Geboortedatum": "17-03-1985",
        "E-mail": "zoë.wölfe@example.nl",
        "Postcode": "3071 AB",
        "Gemeente": "GM0599",
        "Inschrijfdatum": "05-01-2026",
    }
    return list((row | changes).values())


def csv_bytes(
    *rows: list[str], header: tuple[str, ...] = HEADER, encoding: str = "cp1252"
) -> bytes:
    """Return a file as the ECD writes it."""
    lines = [";".join(header), *(";".join(row) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode(encoding)
