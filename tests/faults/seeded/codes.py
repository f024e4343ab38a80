"""Codes: of areas, yes and no, numbers of clients with zeros, and people who are none."""

from collections.abc import Iterator
from typing import Any

from tests.faults.dirty import DirtyFile, Held, Taken, Token
from tests.faults.seeded._tables import (
    BUDGETS,
    CLIENTS,
    CONTACTS,
    PROJECTS,
    property_of,
    text,
    with_cell,
)

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
# What a spreadsheet or database leaves where a number was, and what then becomes of the row.
NO_NUMBERS = {
    "4.0": "nummer met decimalen",
    "4,00": "nummer met decimalen",
    "1E+05": "afgerond getal",
    "1,20E+11": "afgerond getal",
    "#N/B": "foutwaarde van Excel",
    "#VERW!": "foutwaarde van Excel",
    "########": "foutwaarde van Excel",
}
NOTHING = ("NULL", "(null)", "\\N", "-", "--", "?")
NOBODY = (*NOTHING, "0", "00000000", "onbekend", "Anoniem", "n.v.t.")
GUARDED = ('="{}"', "'{}", '"=""{}"""')
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
    for written in ("000000004", "4", "00.00.4 "):
        yield with_cell(
            f"client number {written!r}",
            CONTACTS,
            ("Cliënt", written),
            value=("client_id", Token(written.strip().replace(".", ""))),
        )
    yield from lost_numbers()
    # Nobody can tell a test client from a person by name: that is for the one who reads figures.
    yield with_cell(
        "a client named Test", CLIENTS, ("Achternaam", "Test"), value=("birth_year", 1984)
    )
    yield from keys()


def lost_numbers() -> Iterator[DirtyFile]:
    """Give numbers that Excel guarded, rounded or lost, and what stands where there is none."""
    for guarded in GUARDED:
        client, trajectory = guarded.format("00004"), guarded.format("000004")
        yield with_cell(
            f"a client number guarded as {client}",
            CONTACTS,
            ("Cliënt", client),
            value=("client_id", Token("00004")),
        )
        yield with_cell(
            f"a trajectory guarded as {trajectory}",
            BUDGETS,
            ("Traject", trajectory),
            value=("trajectory_id", "000004"),
        )
    for written, reason in NO_NUMBERS.items():
        yield with_cell(
            f"a client number lost as {written}",
            CONTACTS,
            ("Cliënt", written),
            rejected=("client_id", reason),
        )
        if reason != "nummer met decimalen":
            yield with_cell(
                f"a trajectory lost as {written}",
                BUDGETS,
                ("Traject", written),
                rejected=("trajectory_id", reason),
            )
    for written in NOBODY:
        yield with_cell(
            f"nobody's client number {written}",
            CONTACTS,
            ("Cliënt", written),
            value=("client_id", None),
        )
    for written in NOTHING:
        yield with_cell(
            f"no trajectory as {written}",
            BUDGETS,
            ("Traject", written),
            value=("trajectory_id", None),
        )
    yield with_cell(
        "a required client number that is nobody's",
        CLIENTS,
        ("Cliënt", "onbekend"),
        rejected=("client_id", "verplicht en leeg"),
    )


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
