"""Codes: of areas, yes and no, numbers of clients with zeros, and people who are none."""

from collections.abc import Iterator
from typing import Any

from tests.faults.dirty import DirtyFile, Held, Taken, Token
from tests.faults.seeded._tables import CLIENTS, CONTACTS, PROJECTS, property_of, text, with_cell

MUNICIPALITIES = {
    "GM0344": "GM0344",
    "0344": "GM0344",
    "344": "GM0344",
    "14": "GM0014",
    "gm0344": "GM0344",
    "Utrecht": "Utrecht",
    "": None,
}
AREAS = {
    "344": "GM0344",
    "WK034401": "WK034401",
    "034401": "WK034401",
    "BU03440101": "BU03440101",
    "3440101": "BU03440101",
    "00344": "00344",
}
YES_NO_UNKNOWN = {"JA": True, "nee": False, "ONBEKEND": None, "LEEG": None, "": None}


def files() -> Iterator[DirtyFile]:
    for written, code in MUNICIPALITIES.items():
        yield with_cell(
            f"municipality {written!r}",
            CLIENTS,
            ("Gemeente", written),
            value=("municipality_code", code),
        )
    for written, code in AREAS.items():
        yield with_cell(
            f"area {written!r}", PROJECTS, ("Gebied", written), value=("area_code", code)
        )
    for written, answer in YES_NO_UNKNOWN.items():
        yield with_cell(
            f"yes or no {written!r}",
            CONTACTS,
            ("Declarabel", written),
            value=("is_declarable", answer),
            change=_municipal_booleans,
        )
    for written in ("X", "J/N", "1", "true", "ONBEKEND"):
        yield with_cell(
            f"yes or no {written!r} while only J and N are declared",
            CONTACTS,
            ("Declarabel", written),
            rejected=("is_declarable", "onbekende code"),
        )
    for written in ("000000004", "4", "00.00.4 ", "4.0", "1E+05"):
        yield with_cell(
            f"client number {written!r}",
            CONTACTS,
            ("Cliënt", written),
            value=("client_id", Token(written.strip().replace(".", ""))),
        )
    # Nobody can tell a test client from a person by name: that is for the one who reads figures.
    yield with_cell(
        "a client named Test", CLIENTS, ("Achternaam", "Test"), value=("birth_year", 1984)
    )
    yield from keys()


def keys() -> Iterator[DirtyFile]:
    twice = [*CLIENTS.rows(), CLIENTS.row(3)]
    yield DirtyFile(
        "the same row twice",
        CLIENTS.contract(),
        text(twice, CLIENTS.header).encode("cp1252"),
        Taken(CLIENTS.truths(), duplicates=1),
    )
    changed = [*CLIENTS.rows(), CLIENTS.row(3, {"Gemeente": "GM0599"})]
    yield DirtyFile(
        "the same key with another content",
        CLIENTS.contract(),
        text(changed, CLIENTS.header).encode("cp1252"),
        Held("K01", ["client_id", "rij 4"]),
    )
    yield with_cell(
        "a row without its key",
        CONTACTS,
        ("ContactID", ""),
        rejected=("record_ref", "verplicht en leeg"),
    )
    numbers = ("111222333", "123456782", "100000009", "232262536")
    rows = [CONTACTS.row(n, {"Team": numbers[n % 4]}) for n in range(1, 25)]
    yield DirtyFile(
        "citizen numbers in a column of teams",
        CONTACTS.contract(),
        text(rows, CONTACTS.header).encode("cp1252"),
        Held("S11", ["'Team'", "burgerservicenummers"]),
    )


def _municipal_booleans(document: dict[str, Any]) -> None:
    """Declare the words of the municipal data model, beside the J and N of the other rows."""
    words = {"J": "true", "JA": "true", "N": "false", "NEE": "false", "ONBEKEND": "", "LEEG": ""}
    property_of(document, "is_declarable")["enum"] = [
        {"value": word, "label": label} for word, label in words.items()
    ]
