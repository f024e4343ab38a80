"""Tables as an ECD exports them: the contract, ordinary rows, and what those rows mean."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tests.faults.dirty import DirtyFile, Taken, Token

Row = Sequence[str]
Change = Callable[[dict[str, Any]], object]

# The rows of an ordinary file; with one wrong row in it a file is far below the share that holds.
NUMBERS = range(1, 13)


@dataclass(frozen=True)
class Table:
    """One raw table: `cells` and `values` are row `number`, as delivered and as it must be."""

    source_name: str
    table_name: str
    properties: tuple[Mapping[str, Any], ...]
    cells: Callable[[int], dict[str, str]]
    values: Callable[[int], dict[str, Any]]

    @property
    def header(self) -> list[str]:
        """Return the columns of a file."""
        return list(self.cells(1))

    def contract(self, change: Change | None = None, **server: Any) -> dict[str, Any]:
        """Return the contract; `server` has encoding, delimiter or custom properties."""
        plain = {"encoding": "cp1252", "delimiter": ";"}
        plain |= {name: server.pop(name) for name in tuple(server) if name in plain}
        dialect = {"layout": "table", "dateFormat": "%d-%m-%Y", **server}
        document = {
            "apiVersion": "v3.1.0", "kind": "DataContract", "version": "1.0.0", "status": "active",
            "id": f"{self.source_name}-{self.table_name.replace('_', '-')}",
            "servers": [{
                "server": "inbox", "type": "local", "format": "csv", **plain,
                "path": f"{self.table_name}_{{delivered_on}}.csv",
                "customProperties": [{"property": k, "value": v} for k, v in dialect.items()],
            }],
            "schema": [{
                "name": self.table_name,
                "customProperties": [{"property": "source", "value": self.source_name}],
                "properties": [dict(each) for each in self.properties],
            }],
            "customProperties": [{"property": "coverage", "value": "full"}],
        }  # fmt: skip
        if change:
            change(document)
        return document

    def row(self, number: int, changes: Mapping[str, str] | None = None) -> list[str]:
        """Return the cells of one row, some of them changed."""
        return list((self.cells(number) | dict(changes or {})).values())

    def rows(self, *numbers: int) -> list[list[str]]:
        """Return the cells of these rows, by default of an ordinary file."""
        return [self.row(number) for number in numbers or NUMBERS]

    def truth(self, number: int, row_number: int | None = None, **changes: Any) -> dict[str, Any]:
        """Return what raw must hold of one row; row 1 stands on row 2 of the file."""
        place = number + 1 if row_number is None else row_number
        return {"row_number": place} | self.values(number) | changes

    def truths(self, *numbers: int, below: int = 1) -> list[dict[str, Any]]:
        """Return what raw must hold of these rows, the header being on row `below`."""
        return [self.truth(number, number + below) for number in numbers or NUMBERS]


def text(
    rows: Iterable[Row], header: Row, *, delimiter: str = ";", end: str = "\r\n", quote: str = ""
) -> str:
    """Return a file as text, with `quote` around every cell."""
    lines = (delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in (header, *rows))
    return "".join(f"{line}{end}" for line in lines)


def with_cell(
    name: str,
    table: Table,
    cell: tuple[str, str],
    *,
    value: tuple[str, Any] | None = None,
    rejected: tuple[str, str] | None = None,
    encoding: str = "cp1252",
    change: Change | None = None,
    **server: Any,
) -> DirtyFile:
    """Return an ordinary file with another text in one cell of row 5.

    Raw must hold `value` (column, value) there, or have `rejected` the row (column, reason).
    """
    rows = [table.row(number, dict([cell]) if number == 4 else None) for number in NUMBERS]
    truths = [table.truth(n) for n in NUMBERS if n != 4 or rejected is None]
    if value is not None:
        truths[3] |= dict([value])
    return DirtyFile(
        name,
        table.contract(change, encoding=encoding, **server),
        text(rows, table.header).encode(encoding),
        Taken(truths, rejected={5: rejected} if rejected else {}),
    )


def renamed(old: str, new: str) -> Change:
    """Return a change of a contract: a column has another name at the source."""

    def change(document: dict[str, Any]) -> None:
        for each in document["schema"][0]["properties"]:
            if each.get("physicalName") == old:
                each["physicalName"] = new

    return change


def property_of(document: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one column of a contract, to change it."""
    found: dict[str, Any] = next(
        each for each in document["schema"][0]["properties"] if each["name"] == name
    )
    return found


def _kept(name: str, header: str, logical_type: str = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "physicalName": header, "logicalType": logical_type,
            "classification": "keep", **more}  # fmt: skip


_YES_NO = [{"value": "J", "label": "true"}, {"value": "N", "label": "false"}]
_CLIENT = {"name": "client_id", "physicalName": "Cliënt", "logicalType": "string",
           "classification": "pseudonymise",
           "customProperties": [{"property": "domain", "value": "client"}]}  # fmt: skip

CONTACTS = Table(
    "ecd",
    "contacts",
    (
        _kept("record_ref", "ContactID", required=True),
        _kept("contact_id", "ContactID", required=True, primaryKey=True),
        _CLIENT,
        {"name": "name", "physicalName": "Naam", "classification": "drop"},
        _kept("team_code", "Team"),
        _kept("contact_on", "Datum", "date"),
        _kept("minutes", "Minuten", "integer"),
        _kept("is_declarable", "Declarabel", "boolean", enum=_YES_NO),
        {"name": "note", "physicalName": "Notitie", "classification": "drop"},
        _kept("recorded_on", "Geregistreerd", "date", required=True),
    ),
    lambda number: {
        "ContactID": f"C{number:03d}",
        "Cliënt": f"{number:05d}",
        "Naam": "Zoë Geheim",
        "Team": "Wijkteam Zuiërzee",
        "Datum": f"{number:02d}-12-2025",
        "Minuten": f"{15 + number}",
        "Declarabel": "NJ"[number % 2],
        "Notitie": "",
        "Geregistreerd": "02-01-2026",
    },
    lambda number: {
        "record_ref": f"C{number:03d}",
        "contact_id": f"C{number:03d}",
        "client_id": Token(f"{number:05d}"),
        "team_code": "Wijkteam Zuiërzee",
        "contact_on": date(2025, 12, number),
        "minutes": 15 + number,
        "is_declarable": number % 2 == 1,
        "recorded_on": date(2026, 1, 2),
    },
)

BUDGETS = Table(
    "ecd",
    "budget_requests",
    (
        _kept("record_ref", "Aanvraag", required=True),
        _kept("request_id", "Aanvraag", required=True, primaryKey=True),
        _kept("trajectory_id", "Traject"),
        _kept("requested_on", "Aangevraagd op", "date", required=True),
        _kept("decided_on", "Besloten op", "date"),
        _kept("requested_eur", "Gevraagd", "number"),
        _kept("granted_eur", "Toegekend", "number"),
    ),
    lambda number: {
        "Aanvraag": f"A{number:03d}",
        "Traject": f"{number:06d}",
        "Aangevraagd op": "03-11-2025",
        "Besloten op": "10-11-2025",
        "Gevraagd": f"{number}00,50",
        "Toegekend": "75,00",
    },
    lambda number: {
        "record_ref": f"A{number:03d}",
        "request_id": f"A{number:03d}",
        "trajectory_id": f"{number:06d}",
        "requested_on": date(2025, 11, 3),
        "decided_on": date(2025, 11, 10),
        "requested_eur": Decimal(number) * 100 + Decimal("0.50"),
        "granted_eur": Decimal("75.00"),
    },
)

CLIENTS = Table(
    "ecd",
    "clients",
    (
        _kept("record_ref", "RegistratieID", required=True, unique=True),
        {**_CLIENT, "required": True, "primaryKey": True},
        {"name": "bsn", "physicalName": "BSN", "classification": "drop"},
        {"name": "last_name", "physicalName": "Achternaam", "classification": "drop"},
        {"name": "birth_year", "physicalName": "Geboren", "logicalType": "integer",
         "classification": "generalise", "transformLogic": "year_of_date"},
        _kept("municipality_code", "Gemeente"),
        _kept("registered_on", "Inschrijving", "date", required=True),
    ),
    lambda number: {
        "RegistratieID": f"R{number:03d}",
        "Cliënt": f"{number:05d}",
        "BSN": "",
        "Achternaam": "Geheim",
        "Geboren": f"17-03-{1980 + number}",
        "Gemeente": "GM0344",
        "Inschrijving": "05-01-2026",
    },
    lambda number: {
        "record_ref": f"R{number:03d}",
        "client_id": Token(f"{number:05d}"),
        "birth_year": 1980 + number,
        "municipality_code": "GM0344",
        "registered_on": date(2026, 1, 5),
    },
)  # fmt: skip

PROJECTS = Table(
    "organisation",
    "projects",
    (
        _kept("record_ref", "Project", required=True),
        _kept("project_code", "Project", required=True, primaryKey=True),
        _kept("title", "Titel", required=True),
        _kept("area_code", "Gebied"),
        _kept("started_on", "Start", "date"),
        _kept("ended_on", "Einde", "date"),
        _kept("reached_count", "Bereikt", "integer"),
    ),
    lambda number: {
        "Project": f"P{number:02d}",
        "Titel": f"Eetclub {number}",
        "Gebied": "GM0344",
        "Start": "01-09-2025",
        "Einde": "",
        "Bereikt": "20",
    },
    lambda number: {
        "record_ref": f"P{number:02d}",
        "project_code": f"P{number:02d}",
        "title": f"Eetclub {number}",
        "area_code": "GM0344",
        "started_on": date(2025, 9, 1),
        "ended_on": None,
        "reached_count": 20,
    },
)

CODES = Table(
    "organisation",
    "codes",
    (
        _kept("record_ref", "Code", required=True),
        _kept("list_name", "Lijst", required=True),
        _kept("code", "Code", required=True, primaryKey=True),
        _kept("label_nl", "Omschrijving", required=True),
    ),
    lambda number: {
        "Lijst": "team",
        "Code": f"T{number:02d}",
        "Omschrijving": f"Wijkteam {number}",
    },
    lambda number: {
        "record_ref": f"T{number:02d}",
        "list_name": "team",
        "code": f"T{number:02d}",
        "label_nl": f"Wijkteam {number}",
    },
)
