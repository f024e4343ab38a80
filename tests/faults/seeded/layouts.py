"""What stands around the rows, and columns that are not what they were."""

from collections.abc import Iterator
from datetime import date

from tests.faults.dirty import DirtyFile, Held, Taken
from tests.faults.seeded._tables import BUDGETS, CODES, CONTACTS, PROJECTS, Table, text

WHOLE = text(CONTACTS.rows(), CONTACTS.header)
ODD = ("*", "bijna leeg, met een ander soort nummer: lijkt een totaal- of slotregel")
AGAIN = ("*", "de kopregel staat hier nog eens")
CLOSING = ("*", "lijkt een slotregel van een afdruk")
UNDECLARED = ("*", "lijkt een totaalregel; zet totalRow in het contract")
WRONG_WIDTH = ("*", "aantal velden klopt niet")


def files() -> Iterator[DirtyFile]:
    yield from separators_and_line_ends()
    yield from titles()
    yield from totals()
    yield from lines_of_a_print()
    yield from blanks()
    yield from drift()


def contacts(name: str, data: str, expected: Taken | Held, **server: object) -> DirtyFile:
    return DirtyFile(name, CONTACTS.contract(**server), data.encode("cp1252"), expected)


def separators_and_line_ends() -> Iterator[DirtyFile]:
    for delimiter in ("\t", "|", ",", "~"):
        data = text(CONTACTS.rows(), CONTACTS.header, delimiter=delimiter)
        right = Taken(CONTACTS.truths())
        yield contacts(f"{delimiter!r} as declared", data, right, delimiter=delimiter)
        yield contacts(
            f"{delimiter!r} while ';' is declared",
            data,
            Held("S02", ["geen enkele kolom", "'ContactID'", "delimiter"]),
        )
    for name, end in (("LF", "\n"), ("CR", "\r"), ("CR CR LF", "\r\r\n")):
        yield contacts(
            f"lines end in {name}",
            text(CONTACTS.rows(), CONTACTS.header, end=end),
            Taken(
                [CONTACTS.truth(n, 2 * n + 1 if end == "\r\r\n" else n + 1) for n in range(1, 13)]
            ),
        )
    mixed = WHOLE.replace("\r\n", "\n", 3)[:-2].replace("\r\n", "\r", 2) + "\r\n"
    yield contacts("lines end in three ways", mixed, Taken(CONTACTS.truths()))
    yield contacts("Excel's first line sep=;", f"sep=;\r\n{WHOLE}", Taken(CONTACTS.truths()))
    tabs = text(CONTACTS.rows(), CONTACTS.header, delimiter="\t")
    yield contacts(
        "Excel's first line sep= and a tab",
        f"sep=\t\r\n{tabs}",
        Taken(CONTACTS.truths()),
        delimiter="\t",
    )
    yield contacts(
        "Excel's first line sep=,",
        f"sep=,\r\n{WHOLE}",
        Held("S02", ["regel 1", "scheidingsteken ','", "';'"]),
    )


def titles() -> Iterator[DirtyFile]:
    title = 'Overzicht "contacten"\r\nper 1 januari 2026;;;\r\n\r\n'
    below = Taken(CONTACTS.truths(below=4))
    none = Held("S02", ["geen enkele kolom", "headerRow"])
    yield contacts("titles above the declared header", title + WHOLE, below, headerRow=4)
    yield contacts("titles above the header", title + WHOLE, none)
    yield contacts("a declared header that is a row", WHOLE, none, headerRow=3)
    yield contacts("a declared header that is blank", title, Held("S02", ["rij 3"]), headerRow=3)
    yield contacts(
        "a declared header below the file", WHOLE, Held("S02", ["kopregel"]), headerRow=40
    )
    yield contacts(
        "blank lines above the header", f"\r\n;;\r\n{WHOLE}", Taken(CONTACTS.truths(below=3))
    )
    yield contacts("no header", WHOLE.partition("\r\n")[2], none)


def totals() -> Iterator[DirtyFile]:
    for word, cells in (
        ("Totaal", "Totaal;;;;;258;;;"),
        ("Totaal", ";;;;;totaal: 258;;;"),
        ("Totaal", "Totaal"),
        ("Som van alle contacten", "Som van alle contacten;;;;;258;;;"),
    ):
        left_out = Taken(CONTACTS.truths(), left_out=[14])
        yield contacts(
            f"declared totals as {cells}", f"{WHOLE}{cells}\r\n", left_out, totalRow=word
        )
    for cells in (
        "Totaal;;;;;258;;;02-01-2026",
        "EINDTOTAAL;;;;;258;;;",
        "Totaal: 258",
        "Subtotaal Zuid;;;;;258;;;02-01-2026",
        "*** Totaal ***;;;;;258;;;02-01-2026",
        "Som;;;;;258;;;02-01-2026",
        "SUM;;;;;258;;;02-01-2026",
        "Aantal;12;;;;;;;02-01-2026",
        "Gemiddelde;;;;;22;;;02-01-2026",
        "Tot.;;;;;258;;;02-01-2026",
    ):
        undeclared = Taken(CONTACTS.truths(), rejected={14: UNDECLARED})
        yield contacts(f"totals that nobody declared as {cells}", f"{WHOLE}{cells}\r\n", undeclared)
    for number in (
        "Alle teams samen",
        "Jaartotaal",
        "T o t a a l",
        "12 contacten",
        "258",
        "Mediaan",
    ):
        yield contacts(
            f"totals that only the other rows give away as {number}",
            f"{WHOLE}{number};;;;;258;;;02-01-2026\r\n",
            Taken(CONTACTS.truths(), rejected={14: ODD}),
        )
    blank = dict.fromkeys(("client_id", "team_code", "contact_on", "minutes", "is_declarable"))
    yield contacts(
        "a row with little in it and a number as that of the others",
        f"{WHOLE}C013;;;;;;;;02-01-2026\r\n",
        Taken([*CONTACTS.truths(), {"row_number": 14, "record_ref": "C013", "contact_id": "C013",
                                    **blank, "recorded_on": date(2026, 1, 2)}]),
    )  # fmt: skip
    middle = WHOLE.replace("C005", "Subtotaal;;;;;66;;;\r\nC005")
    truths = [CONTACTS.truth(n, n + 1 if n < 5 else n + 2) for n in range(1, 13)]
    yield contacts(
        "declared subtotals between the rows",
        middle,
        Taken(truths, left_out=[6]),
        totalRow="Subtotaal",
    )
    yield contacts(
        "totals and a trailer",
        f"{WHOLE}Totaal;;;;;258;;;\r\nAantal rijen: 12\r\n",
        Taken(CONTACTS.truths(), left_out=[14]),
        totalRow="Totaal",
        trailer="Aantal rijen: {rows}",
    )
    rows = [PROJECTS.row(n, {"Titel": "Totaal Welzijn"} if n == 4 else None) for n in range(1, 13)]
    rows = [[row[1], row[0], *row[2:]] for row in rows]
    header = [PROJECTS.header[1], PROJECTS.header[0], *PROJECTS.header[2:]]
    truths = PROJECTS.truths()
    truths[3]["title"] = "Totaal Welzijn"
    yield DirtyFile(
        "a title that begins as totals do",
        PROJECTS.contract(totalRow="Totaal"),
        text(rows, header).encode(),
        Taken(truths),
    )


def lines_of_a_print() -> Iterator[DirtyFile]:
    """Give what an export as on paper has between its rows: the header again, and lines."""
    header, _, rows = WHOLE.partition("\r\n")
    again = WHOLE.replace("C005", f"{header}\r\nC005")
    truths = [CONTACTS.truth(n, n + 1 if n < 5 else n + 2) for n in range(1, 13)]
    yield contacts(
        "the header again in the middle",
        again,
        Taken(truths, rejected={6: ("*", "de kopregel staat hier nog eens")}),
    )
    dashes = ";".join("-" * len(name) for name in CONTACTS.header)
    below = Taken([CONTACTS.truth(n, n + 2) for n in range(1, 13)])
    yield contacts("a line of dashes below the header", f"{header}\r\n{dashes}\r\n{rows}", below)
    yield contacts(
        "a line of dashes above the totals",
        f"{WHOLE}{dashes.replace('-', '=')}\r\nTotaal;;;;;258;;;\r\n",
        Taken(CONTACTS.truths(), left_out=[15]),
        totalRow="Totaal",
    )
    # Nothing in it but text: no date or number tells that it is no row.
    codes, header_of_codes = CODES.rows(), CODES.header
    for name, line, reason in (
        ("the header again", header_of_codes, AGAIN),
        ("the header again in capitals", [name.upper() for name in header_of_codes], AGAIN),
        ("the header again with other spaces", [f"{n}\u00a0" for n in header_of_codes], AGAIN),
        ("the header again with its mark", ["\ufeffLijst", *header_of_codes[1:]], AGAIN),
        ("who printed it", ["Afgedrukt op", "2 januari 2026", "door de beheerder"], CLOSING),
        ("the number of a page", ["Pagina 1", "van", "3"], CLOSING),
    ):
        yield DirtyFile(
            f"{name} among texts",
            CODES.contract(encoding="utf-8"),
            text([*codes[:4], line, *codes[4:]], header_of_codes).encode(),
            Taken(
                [CODES.truth(n, n + 1 if n < 5 else n + 2) for n in range(1, 13)],
                rejected={6: reason},
            ),
        )
    turned = [header_of_codes[1], header_of_codes[0], header_of_codes[2]]
    yield DirtyFile(
        "two exports pasted together, the columns of the second in another order",
        CODES.contract(),
        text([*codes[:4], turned, *codes[4:]], header_of_codes).encode(),
        Held("S02", ["rij 6", "in een andere volgorde"]),
    )


def blanks() -> Iterator[DirtyFile]:
    spread = WHOLE.replace("\r\n", "\r\n\r\n")
    yield contacts(
        "a blank line behind every line",
        spread,
        Taken([CONTACTS.truth(n, 2 * n + 1) for n in range(1, 13)]),
    )
    for name, blank in (
        ("separators", ";;;;;;;;"),
        ("spaces", "  "),
        ("spaces and separators", " ; ;;;;;;; "),
        ("no-break spaces and separators", "\u00a0;;;;;;;;\u00a0"),
    ):
        yield contacts(
            f"lines of {name} below", WHOLE + f"{blank}\r\n" * 3, Taken(CONTACTS.truths())
        )
    yield contacts(
        "blank columns behind", WHOLE.replace("\r\n", ";;;\r\n"), Taken(CONTACTS.truths())
    )
    yield contacts(
        "blank columns behind the rows only",
        WHOLE.replace("\r\n", ";;\r\n").replace(";;\r\n", "\r\n", 1),
        Held("S02", ["rij 2", "11 velden", "9"]),
    )
    ragged = WHOLE.replace("C004;00004;", "C004;")
    without = [CONTACTS.truth(n) for n in range(1, 13) if n != 4]
    yield contacts("a row that lacks a cell", ragged, Taken(without, rejected={5: WRONG_WIDTH}))
    extra = WHOLE.replace("C004;", "C004;;")
    yield contacts("a row with a cell too many", extra, Taken(without, rejected={5: WRONG_WIDTH}))
    yield contacts(
        "a remark below the rows",
        WHOLE + "\r\nAfgedrukt op 2 januari 2026\r\n",
        Taken(CONTACTS.truths(), rejected={15: CLOSING}),
    )
    yield contacts(
        "another remark below the rows",
        WHOLE + "\r\nLet op: nog niet compleet\r\n",
        Taken(CONTACTS.truths(), rejected={15: WRONG_WIDTH}),
    )


def drift() -> Iterator[DirtyFile]:
    header, rows = CONTACTS.header, CONTACTS.rows()
    right = Taken(CONTACTS.truths())
    wider = Taken(CONTACTS.truths(), flags=[("S03", None)])
    for name, order in (
        ("the other way round", range(len(header) - 1, -1, -1)),
        ("by another key", sorted(range(len(header)), key=lambda at: header[at][::-1])),
    ):
        data = text([[row[at] for at in order] for row in rows], [header[at] for at in order])
        yield contacts(f"columns {name}", data, right)
    for name, old, new, expected in (
        ("a column renamed", "Minuten", "Duur", Held("S02", ["'Minuten'", "ontbreekt"])),
        ("a column that is dropped renamed", "Notitie", "Opmerking", wider),
        ("two columns renamed", "Minuten;Declarabel", "Duur;Betaald",
         Held("S02", ["'Minuten'", "'Declarabel'", "ontbreken"])),
        ("a header in capitals", "Minuten", "MINUTEN", right),
        ("a header with other spaces", "Minuten", " Minuten\t", right),
        ("a header twice", "Notitie", "Minuten", Held("S02", ["'Minuten'", "2 keer"])),
        ("a header twice that is not kept", "Notitie", "Naam", Held("S02", ["'Naam'", "2 keer"])),
        ("merged headers", "Datum;Minuten", "Contact;", Held("S02", ["'Datum'", "'Minuten'"])),
    ):  # fmt: skip
        yield contacts(name, WHOLE.replace(old, new, 1), expected)
    without = [name for name in header if name != "Team"]
    yield contacts(
        "a column dropped",
        text([[*row[:3], *row[4:]] for row in rows], without),
        Held("S02", ["'Team'", "ontbreekt"]),
    )
    added = text([[*row, "Geheim"] for row in rows], [*header, "Nieuw"])
    yield contacts("a column added", added, wider)
    wide = [*header, *(f"Leeg {at}" for at in range(991))]
    yield contacts("a thousand columns", text([row + ["x"] * 991 for row in rows], wide), wider)
    yield contacts(
        "the header without its separators", WHOLE.replace(";", "", 8), Held("S02", ["Team"])
    )
    yield contacts(
        "the rows of another table",
        text(BUDGETS.rows(), BUDGETS.header),
        Held("S02", ["geen enkele kolom", "'ContactID'"]),
    )
    narrow = Table(
        "organisation", "projects", PROJECTS.properties[:3],
        lambda n: {"Titel": f"Eetclub {n}", "Project": f"P{n:02d}"},
        lambda n: {"record_ref": f"P{n:02d}", "project_code": f"P{n:02d}", "title": f"Eetclub {n}"},
    )  # fmt: skip
    yield DirtyFile(
        "a file of two columns",
        narrow.contract(),
        text(narrow.rows(), narrow.header).encode(),
        Taken(narrow.truths()),
    )
