"""A file of contacts as an ECD exports it, its contract, and what its rows mean."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from tests.faults.dirty import Token

Row = Sequence[str]

HEADER = ("ContactID", "Cliënt", "Naam", "Team", "Datum", "Minuten", "Declarabel", "Notitie",
          "Geregistreerd")  # fmt: skip
_KEPT = {"classification": "keep", "logicalType": "string"}


def contract(change: Callable[[dict[str, Any]], object] | None = None, **server: Any) -> Any:
    """Return the contract; `server` are encoding and delimiter, or custom properties."""
    plain = {"encoding": "cp1252", "delimiter": ";"}
    plain |= {name: server.pop(name) for name in tuple(server) if name in plain}
    dialect = {"layout": "table", "dateFormat": "%d-%m-%Y", **server}
    document = {
        "apiVersion": "v3.1.0", "kind": "DataContract", "id": "ecd-contacten",
        "name": "Contacten", "version": "1.0.0", "status": "active",
        "servers": [{
            "server": "inbox", "type": "local", "format": "csv", **plain,
            "path": "contacten_{delivered_on}.csv",
            "customProperties": [{"property": k, "value": v} for k, v in dialect.items()],
        }],
        "schema": [{
            "name": "contacts",
            "customProperties": [{"property": "source", "value": "ecd"}],
            "properties": [
                {**_KEPT, "name": "record_ref", "physicalName": "ContactID", "required": True},
                {**_KEPT, "name": "contact_id", "physicalName": "ContactID", "required": True,
                 "primaryKey": True},
                {"name": "client_id", "physicalName": "Cliënt", "logicalType": "string",
                 "classification": "pseudonymise",
                 "customProperties": [{"property": "domain", "value": "client"}]},
                {"name": "name", "physicalName": "Naam", "classification": "drop"},
                {**_KEPT, "name": "team_code", "physicalName": "Team"},
                {**_KEPT, "name": "contact_on", "physicalName": "Datum", "logicalType": "date"},
                {**_KEPT, "name": "minutes", "physicalName": "Minuten", "logicalType": "integer"},
                {**_KEPT, "name": "is_declarable", "physicalName": "Declarabel",
                 "logicalType": "boolean",
                 "enum": [{"value": "J", "label": "true"}, {"value": "N", "label": "false"}]},
                {"name": "note", "physicalName": "Notitie", "classification": "drop"},
                {**_KEPT, "name": "recorded_on", "physicalName": "Geregistreerd",
                 "logicalType": "date", "required": True},
            ],
        }],
        "customProperties": [{"property": "coverage", "value": "full"}],
    }  # fmt: skip
    if change:
        change(document)
    return document


def row(number: int, **changes: str) -> list[str]:
    """Return the cells of contact `number` (1 to 28), some changed by the name in the header."""
    cells = {
        "ContactID": f"C{number:03d}",
        "Cliënt": f"{number:05d}",
        "Naam": "Zoë Geheim",
        "Team": "Wijkteam Zuiërzee",
        "Datum": f"{number:02d}-12-2025",
        "Minuten": f"{15 + number}",
        "Declarabel": "JN"[number % 2],
        "Notitie": "",
        "Geregistreerd": "02-01-2026",
    }
    return list((cells | changes).values())


def truth(number: int, row_number: int | None = None, **changes: Any) -> dict[str, Any]:
    """Return what raw must hold of contact `number`, by default on the row where it stands."""
    known = {
        "row_number": number + 1 if row_number is None else row_number,
        "record_ref": f"C{number:03d}",
        "contact_id": f"C{number:03d}",
        "client_id": Token(f"{number:05d}"),
        "team_code": "Wijkteam Zuiërzee",
        "contact_on": date(2025, 12, number),
        "minutes": 15 + number,
        "is_declarable": number % 2 == 0,
        "recorded_on": date(2026, 1, 2),
    }
    return known | changes


def rows(*numbers: int) -> list[list[str]]:
    """Return ordinary rows, by default contacts 1 to 12."""
    return [row(number) for number in numbers or range(1, 13)]


def truths(*numbers: int) -> list[dict[str, Any]]:
    """Return what raw must hold of ordinary rows that stand where they usually do."""
    return [truth(number) for number in numbers or range(1, 13)]


def text(
    rows: Iterable[Row],
    header: Row = HEADER,
    delimiter: str = ";",
    end: str = "\r\n",
    quote: str = "",
) -> str:
    """Return a file as text; with `quote` around every cell."""
    lines = (delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in (header, *rows))
    return "".join(f"{line}{end}" for line in lines)
