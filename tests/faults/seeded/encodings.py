"""Letters: every encoding that arrives, what is declared wrongly, and what was garbled before."""

import codecs
from collections.abc import Iterator

from tests.faults.dirty import DirtyFile, Held, Taken, Token
from tests.faults.seeded._tables import CONTACTS, PROJECTS, renamed, text, with_cell

TITLES = {
    "accents": "Één reünie in 's-Graveland",
    "euro and curly quotes": "’t Koopje – onder € 5",
    "ij ligature and Turkish": "Ĳssalon Güneş",
    "Arabic": "نادي",
}
ONE_BYTE = ("cp1252", "latin-1", "mac_roman", "cp850", "iso8859-15")


def files() -> Iterator[DirtyFile]:
    yield from as_declared()
    yield from otherwise_than_declared()
    yield from garbled_before()
    yield from unseen()


def as_declared() -> Iterator[DirtyFile]:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", *ONE_BYTE):
        for name, title in TITLES.items():
            try:
                title.encode(encoding)
            except UnicodeEncodeError:
                continue
            yield with_cell(
                f"{encoding} as declared, {name}",
                PROJECTS,
                ("Titel", title),
                value=("title", title),
                encoding=encoding,
            )
    whole = text(CONTACTS.rows(), CONTACTS.header)
    marked = {
        "utf-8 with a mark that was not declared": ("utf-8", whole.encode("utf-8-sig")),
        "utf-8 without the declared mark": ("utf-8-sig", whole.encode("utf-8")),
        "utf-16 big endian with a mark": (
            "utf-16",
            codecs.BOM_UTF16_BE + whole.encode("utf-16-be"),
        ),
        "utf-16-le with a mark": ("utf-16-le", codecs.BOM_UTF16_LE + whole.encode("utf-16-le")),
        "a quoted header behind a mark": (
            "utf-8",
            text(CONTACTS.rows(), CONTACTS.header, quote='"').encode("utf-8-sig"),
        ),
    }
    for name, (encoding, data) in marked.items():
        yield DirtyFile(name, CONTACTS.contract(encoding=encoding), data, Taken(CONTACTS.truths()))


def otherwise_than_declared() -> Iterator[DirtyFile]:
    whole = text(CONTACTS.rows(), CONTACTS.header)
    for name, declared, data, held in (
        ("cp1252 while utf-8 is declared", "utf-8", whole.encode("cp1252"),
         Held("S04", ["regel 1, byte 14", "geen geldige utf-8"])),
        ("cp1252 while utf-16 is declared", "utf-16", whole.encode("cp1252"),
         Held("S04", ["geen geldige utf-16"])),
        ("utf-8 while cp1252 is declared", "cp1252", whole.encode(), Held("S02", ["'Cliënt'"])),
        ("utf-8 with a mark while cp1252 is declared", "cp1252", whole.encode("utf-8-sig"),
         Held("S04", ["bestand is UTF-8", "utf-8-sig"])),
        ("utf-8 with a mark while utf-16 is declared", "utf-16", whole.encode("utf-8-sig"),
         Held("S04", ["bestand is UTF-8"])),
        ("utf-16 while cp1252 is declared", "cp1252", whole.encode("utf-16"),
         Held("S04", ["bestand is UTF-16"])),
        ("utf-16 while utf-8 is declared", "utf-8", whole.encode("utf-16"),
         Held("S04", ["bestand is UTF-16"])),
        ("utf-16 without its mark while cp1252 is declared", "cp1252", whole.encode("utf-16-le"),
         Held("S04", ["regel 1", "NUL-teken"])),
        ("utf-16 without its mark", "utf-16", whole.encode("utf-16-be"),
         Held("S04", ["begin van het bestand"])),
        ("mac_roman while cp1252 is declared", "cp1252", whole.encode("mac_roman"),
         Held("S02", ["'Cliënt'"])),
        ("cp1252 while mac_roman is declared", "mac_roman", whole.encode("cp1252"),
         Held("S02", ["'Cliënt'"])),
        ("DOS letters while cp1252 is declared", "cp1252", whole.encode("cp850"),
         Held("S02", ["'Cliënt'"])),
        ("a byte that cp1252 does not have", "cp1252",
         whole.encode("cp1252").replace(b"C003", b"C\x8d03"), Held("S04", ["regel 4, byte"])),
        ("utf-8 cut inside a letter", "utf-8", whole.replace("2026\r\n", "2026ë").encode()[:-1],
         Held("S04", ["geen geldige utf-8"])),
        ("utf-16 cut inside a letter", "utf-16", whole.encode("utf-16")[:-1],
         Held("S04", ["geen geldige utf-16"])),
    ):  # fmt: skip
        yield DirtyFile(name, CONTACTS.contract(encoding=declared), data, held)
    # With a header of plain letters only the cells tell.
    plain = ["Client" if name == "Cliënt" else name for name in CONTACTS.header]
    for name, declared, letters, encoding in (
        ("utf-8 cells while cp1252 is declared", "cp1252", "Wijkteam Zuiërzee", "utf-8"),
        ("cp1252 euro while latin-1 is declared", "latin-1", "Team €", "cp1252"),
        ("utf-8 cells while latin-1 is declared", "latin-1", "Team ’t Ĳ", "utf-8"),
        ("DOS cells while cp1252 is declared", "cp1252", "Café", "cp850"),
        ("other DOS cells while cp1252 is declared", "cp1252", "Coördinatie", "cp437"),
        ("cells of a Mac while cp1252 is declared", "cp1252", "Café", "mac_roman"),
        ("other cells of a Mac while cp1252 is declared", "cp1252", "Financiële hulp", "mac_roman"),
        ("iso8859-15 euro while cp1252 is declared", "cp1252", "Team €", "iso8859-15"),
        ("cp1252 cells while mac_roman is declared", "mac_roman", "Café", "cp1252"),
        ("cp1252 cells while cp850 is declared", "cp850", "Coördinatie", "cp1252"),
        ("utf-8 cells while cp850 is declared", "cp850", "Café", "utf-8"),
        ("utf-8 cells while mac_roman is declared", "mac_roman", "Café", "utf-8"),
    ):
        rows = [[*row[:3], letters, *row[4:]] for row in CONTACTS.rows()]
        yield DirtyFile(
            name,
            CONTACTS.contract(renamed("Cliënt", "Client"), encoding=declared),
            text(rows, plain).encode(encoding),
            Held("S04", ["'Team'", "12 cellen met verminkte letters"]),
        )


def garbled_before() -> Iterator[DirtyFile]:
    for name, title in TITLES.items():
        if name == "Arabic":
            continue
        twice = title.encode().decode("cp1252", "replace")
        rows = [PROJECTS.row(n, {"Titel": twice} if n == 4 else None) for n in range(1, 13)]
        yield DirtyFile(
            f"encoded twice, {name}",
            PROJECTS.contract(encoding="utf-8"),
            text(rows, PROJECTS.header).encode(),
            Held("S04", ["'Titel'", "1 cellen met verminkte letters"]),
        )
    rows = [CONTACTS.row(n, {"Naam": "ZoÃ« Geheim"} if n == 4 else None) for n in range(1, 13)]
    yield DirtyFile(
        "encoded twice in a name that is dropped",
        CONTACTS.contract(),
        text(rows, CONTACTS.header).encode("cp1252"),
        Taken(CONTACTS.truths()),
    )
    rows = [CONTACTS.row(n, {"Cliënt": "ZoÃ«7"} if n == 4 else None) for n in range(1, 13)]
    truths = CONTACTS.truths()
    truths[3]["client_id"] = Token("ZoÃ«7")
    yield DirtyFile(
        "encoded twice in what becomes a pseudonym",
        CONTACTS.contract(),
        text(rows, CONTACTS.header).encode("cp1252"),
        Taken(truths, flags=[("S04", "client_id")]),
    )


def unseen() -> Iterator[DirtyFile]:
    """Give files with what looks like an ordinary cell and is not, byte for byte."""
    for name, cell, value in (
        ("an accent apart from its letter", ("Team", "Wijkteam Zuie\u0308rzee"), None),
        ("a zero-width space in a number of a client", ("Cliënt", "00\u200b004"), None),
        ("a no-break space around a number", ("Minuten", "\u00a019\u00a0"), None),
        ("a byte order mark inside the file", ("ContactID", "\ufeffC004"), None),
        ("a soft hyphen in a name of a team", ("Team", "Wijk\u00adteam Zuiërzee"), None),
        ("a no-break space in a name of a team", ("Team", "Wijkteam\u00a0Zuiërzee"), None),
        ("a mark of writing direction around a date", ("Datum", "\u200e04-\u200e12-2025"), None),
        ("embedded writing direction", ("Team", "\u202bWijkteam Zuiërzee\u202c"), None),
        ("a line separator behind a number of a contact", ("ContactID", "C004\u2028"), None),
        ("a joiner in a number of a client", ("Cliënt", "00\u200d004"), None),
        ("full-width digits", ("Minuten", "１９"), None),
        ("spaces and a tab around a code", ("Declarabel", " N\t"), None),
        ("a cell of only a no-break space", ("Team", "\u00a0"), ("team_code", None)),
        ("a backspace in a number of a client", ("Cliënt", "0000\x084"), None),
        ("a page break in a name of a team", ("Team", "Wijkteam\x0cZuiërzee"), None),
        (
            "signs that stand in ordinary texts",
            ("Team", "‘t Hof – “Plus” 1½ m² • 5 € foto’s «à la» Wölfe"),
            ("team_code", "‘t Hof – “Plus” 1½ m² • 5 € foto’s «à la» Wölfe"),
        ),
    ):
        yield with_cell(name, CONTACTS, cell, value=value or ("minutes", 19), encoding="utf-8")
    header = ["Clie\u0308nt" if name == "Cliënt" else f" {name}\u00a0" for name in CONTACTS.header]
    yield DirtyFile(
        "a header with an accent apart from its letter and spaces around its names",
        CONTACTS.contract(encoding="utf-8"),
        text(CONTACTS.rows(), header).encode(),
        Taken(CONTACTS.truths()),
    )
