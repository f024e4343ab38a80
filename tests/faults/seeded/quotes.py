"""Quotes, and the separators and line ends that they should protect."""

from collections.abc import Iterator

from tests.faults.dirty import DirtyFile, Held, Taken
from tests.faults.seeded._tables import CONTACTS, PROJECTS, Table, text, with_cell

WRONG_WIDTH = ("*", "aantal velden klopt niet")
SWALLOWED = ["regel 5", "aanhalingsteken", "hele rij"]
LINES = "eerste regel\r\ntweede; regel\nderde"


def files() -> Iterator[DirtyFile]:
    yield from right()
    yield from rejected()
    yield from held()
    yield from narrow()
    yield from padded()


def in_note(name: str, note: str, expected: Taken | Held | None = None, **server: str) -> DirtyFile:
    """Return a file with a note in row 5, in front of a column that is kept."""
    rows = [CONTACTS.row(n, {"Notitie": note} if n == 4 else None) for n in range(1, 13)]
    return DirtyFile(
        name,
        CONTACTS.contract(**server),
        text(rows, CONTACTS.header, delimiter=server.get("delimiter", ";")).encode("cp1252"),
        expected or Taken(CONTACTS.truths()),
    )


def right() -> Iterator[DirtyFile]:
    yield in_note("a separator between quotes", '"koffie; thee"')
    yield in_note("line ends and a separator between quotes", f'"{LINES}"')
    yield in_note("quotes doubled", '"zegt ""ja"" en ""nee"""')
    yield in_note("only a doubled quote", '""""')
    yield in_note("an empty text between quotes", '""')
    yield in_note("quotes inside a text without them", 'zegt "ja" en "nee"')
    yield in_note("inches", '5" buis')
    yield in_note("apostrophes", "'s-Graveland, Jan's")
    yield in_note("a backslash at the end of a quoted text", '"C:\\map\\"')
    yield in_note("a text of a megabyte between quotes", f'"{"lang; " * 150_000}"')
    yield in_note("a text of a megabyte without quotes", "lang " * 200_000)
    yield in_note("a blank line between quotes", '"boven\r\n\r\nonder"')
    yield in_note("another quote as declared", "'koffie; ''thee'''", quoteCharacter="'")
    yield in_note("no quotes as declared", '"los', quoteCharacter="")
    yield DirtyFile(
        "everything between quotes",
        CONTACTS.contract(),
        text(CONTACTS.rows(), CONTACTS.header, quote='"').encode("cp1252"),
        Taken(CONTACTS.truths()),
    )
    yield with_cell(
        "a kept title with quotes, a separator and a line end",
        PROJECTS,
        ("Titel", '"Eten; ""samen""\r\nen gezond"'),
        value=("title", 'Eten; "samen"\r\nen gezond'),
    )
    rows = [CONTACTS.row(n, {"Team": '"a\tb"' if n == 4 else "c"}) for n in range(1, 13)]
    truths = [CONTACTS.truth(n, team_code="a\tb" if n == 4 else "c") for n in range(1, 13)]
    yield DirtyFile(
        "a tab between quotes in a file with tabs",
        CONTACTS.contract(delimiter="\t"),
        text(rows, CONTACTS.header, delimiter="\t").encode("cp1252"),
        Taken(truths),
    )


def rejected() -> Iterator[DirtyFile]:
    without = Taken([CONTACTS.truth(n) for n in range(1, 13) if n != 4], rejected={5: WRONG_WIDTH})
    yield in_note("a separator without quotes", "koffie; thee", without)
    yield in_note("two separators without quotes", "koffie; thee; melk", without)
    yield in_note("a tab too many", "a\tb", without, delimiter="\t")
    yield in_note("a separator while no quotes are declared", '"a;b"', without, quoteCharacter="")
    # A line end without quotes makes two rows of one, and neither is whole.
    broken = Taken(
        [CONTACTS.truth(n, n + 1 if n < 4 else n + 2) for n in range(1, 13) if n != 4],
        rejected={5: WRONG_WIDTH, 6: WRONG_WIDTH},
    )
    yield in_note("a line end without quotes", "boven\r\nonder", broken)
    yield in_note("a bare LF without quotes", "boven\nonder", broken)


def held() -> Iterator[DirtyFile]:
    wrong = Held("S02", ["regel 5", "aanhalingstekens kloppen niet"])
    yield in_note("a quote that is never closed", '"los', wrong)
    yield in_note("text behind a closing quote", '"zegt "ja" vaak"', wrong)
    yield in_note("quotes escaped by a backslash", '"zegt \\"ja\\" vaak"', wrong)
    yield in_note(
        "a name that begins with the declared quote", "'s-Gravenhage", wrong, quoteCharacter="'"
    )
    # Two lone quotes: without care the persons between them become one.
    for name, places in (("the next row", (4, 5)), ("a row further on", (4, 7))):
        notes = {places[0]: '"groot', places[1]: 'klein"'}
        rows = [CONTACTS.row(n, {"Notitie": notes.get(n, "")}) for n in range(1, 13)]
        yield DirtyFile(
            f"a quote that is closed in {name}",
            CONTACTS.contract(),
            text(rows, CONTACTS.header).encode("cp1252"),
            Held("S02", SWALLOWED),
        )
    short = [CONTACTS.row(n) for n in range(1, 13)]
    short[3] = ["C004", "00004", '"groot']
    short[4] = CONTACTS.row(5, {"Notitie": 'klein"'})
    yield DirtyFile(
        "a cut row with a quote that is closed in the next row",
        CONTACTS.contract(),
        text(short, CONTACTS.header).encode("cp1252"),
        Held("S02", SWALLOWED),
    )


def narrow() -> Iterator[DirtyFile]:
    """Give files of three columns, the last an open answer: as many separators as a row has."""
    table = Table(
        PROJECTS.source_name,
        PROJECTS.table_name,
        (*PROJECTS.properties[:3],
         {"name": "answer", "physicalName": "Antwoord", "classification": "drop"}),
        lambda n: {"Project": f"P{n:02d}", "Titel": "Eetclub", "Antwoord": "fijn"},
        lambda n: {"record_ref": f"P{n:02d}", "project_code": f"P{n:02d}", "title": "Eetclub"},
    )  # fmt: skip
    answer = "fijn\neten; drinken; praten"
    rows = [table.row(n, {"Antwoord": answer} if n == 4 else None) for n in range(1, 13)]
    yield DirtyFile(
        "a narrow file, everything between quotes, with an answer that looks like a row",
        table.contract(),
        text(rows, table.header, quote='"').encode("cp1252"),
        Taken(table.truths()),
    )
    rows[3][2] = f'"{answer}"'
    yield DirtyFile(
        "a narrow file with an answer that looks like a row",
        table.contract(),
        text(rows, table.header).encode("cp1252"),
        Held("S02", SWALLOWED),
    )
    stray = [table.row(n, {"Antwoord": {4: '"fijn', 5: 'goed"'}.get(n, "")}) for n in range(1, 13)]
    yield DirtyFile(
        "a narrow file with two persons between lone quotes",
        table.contract(),
        text(stray, table.header).encode("cp1252"),
        Held("S02", SWALLOWED),
    )


def padded() -> Iterator[DirtyFile]:
    for name, separator, delimiter, quote in (
        ("spaces around separators", " ; ", ";", ""),
        ("spaces around separators and quotes", " ; ", ";", '"'),
        ("tabs around separators and quotes", "\t;\t", ";", '"'),
        ("no-break spaces around separators and quotes", "\u00a0|\u00a0", "|", '"'),
        ("spaces around tabs and quotes", " \t ", "\t", '"'),
    ):
        yield DirtyFile(
            name,
            CONTACTS.contract(delimiter=delimiter),
            text(CONTACTS.rows(), CONTACTS.header, delimiter=separator, quote=quote).encode(
                "cp1252"
            ),
            Taken(CONTACTS.truths()),
        )
