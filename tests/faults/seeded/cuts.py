"""Files that were cut off, at every kind of place, with and without a line that counts the rows."""

from collections.abc import Iterator

from tests.faults.dirty import DirtyFile, Held, Taken
from tests.faults.seeded._tables import CONTACTS, Table, text

CUT = ("*", "laatste regel zonder regeleinde, misschien afgebroken")
TRAILER = "Aantal rijen: {rows}"
WHOLE = text(CONTACTS.rows(), CONTACTS.header)
QUOTED = text(CONTACTS.rows(), CONTACTS.header, quote='"')


def files() -> Iterator[DirtyFile]:
    yield from in_the_last_row()
    yield from elsewhere()
    yield from trailers()


def cut(name: str, data: str, rejected: bool = True, **server: str) -> DirtyFile:
    """Return a file whose last row, of contact 12, is not there whole."""
    return DirtyFile(
        name,
        CONTACTS.contract(**server),
        data.encode("cp1252"),
        Taken(CONTACTS.truths(*range(1, 12)), rejected={13: CUT} if rejected else {}),
    )


def in_the_last_row() -> Iterator[DirtyFile]:
    last = WHOLE.index("C012")
    yield cut("cut in the key of the last row", WHOLE[: last + 2])
    yield cut("cut in the middle of the last row", WHOLE[: last + 20])
    yield cut("cut behind a separator", WHOLE[: WHOLE.rindex(";") + 1])
    yield cut("cut inside the last value", WHOLE[:-4])
    yield cut("cut at the end of the last value", WHOLE[:-2])
    yield cut("cut at the end of the last quoted value", QUOTED[:-2])
    yield cut("cut behind the last row but one", WHOLE[:last], rejected=False)
    notes = Table(
        CONTACTS.source_name,
        CONTACTS.table_name,
        CONTACTS.properties,
        lambda n: (
            {k: v for k, v in CONTACTS.cells(n).items() if k != "Notitie"}
            | {"Notitie": "vraagt door"}
        ),
        CONTACTS.values,
    )
    yield cut("cut inside a last value nobody keeps", text(notes.rows(), notes.header)[:-3])
    # CR LF cut in two: the line has ended all the same.
    yield DirtyFile(
        "cut between CR and LF",
        CONTACTS.contract(),
        WHOLE[:-1].encode("cp1252"),
        Taken(CONTACTS.truths()),
    )
    yield DirtyFile(
        "no last line end, as the contract says",
        CONTACTS.contract(lastLineEnd="optional"),
        WHOLE[:-2].encode("cp1252"),
        Taken(CONTACTS.truths()),
    )


def elsewhere() -> Iterator[DirtyFile]:
    header = WHOLE.index("\r\n")
    for name, data, held in (
        ("cut in the header", WHOLE[: header - 20], Held("S02", ["'Geregistreerd'"])),
        ("cut in a name in the header", WHOLE[: header - 3], Held("S02", ["'Geregistreerd'"])),
        ("cut at the end of the header", WHOLE[:header], Held("S02", ["alleen een kopregel"])),
        ("only a header", WHOLE[: header + 2], Held("S02", ["alleen een kopregel"])),
        ("cut inside quotes", QUOTED[:-8], Held("S02", ["regel 13", "aanhalingstekens"])),
        ("cut inside quotes in the header", QUOTED[:4], Held("S02", ["regel 1"])),
        ("cut in the only row", WHOLE[: header + 9], Held("S10", ["1 van 1 rijen"])),
        ("nothing at all", "", Held("S02", ["leeg (0 bytes)"])),
        ("only line ends", "\r\n\r\n", Held("S02", ["geen kopregel"])),
        ("only spaces", "   ", Held("S02", ["geen kopregel"])),
        ("only the header twice", WHOLE[: header + 2] * 2, Held("S10", ["1 van 1 rijen"])),
    ):
        yield DirtyFile(name, CONTACTS.contract(), data.encode("cp1252"), held)


def trailers() -> Iterator[DirtyFile]:
    missing = Held("S05", ["slotregel", "ontbreekt", "niet volledig"])
    right = Taken(CONTACTS.truths())
    last = WHOLE.index("C012")
    for name, data, expected in (
        ("a trailer that is right", WHOLE + "Aantal rijen: 12\r\n", right),
        ("a trailer without line end", WHOLE + "Aantal rijen: 12", right),
        ("a trailer with separators", WHOLE + "Aantal rijen: 12;;;;;;;;\r\n", right),
        ("a trailer in two cells and in capitals", WHOLE + "AANTAL RIJEN:;12;;;;;;;\r\n", right),
        ("a quoted trailer below blank lines", WHOLE + '\r\n;;\r\n"Aantal rijen: 12"\r\n', right),
        ("a trailer that counts more", WHOLE[:last] + "Aantal rijen: 12\r\n",
         Held("S05", ["12 rijen", "heeft er 11"])),
        ("a trailer that counts less", WHOLE + "Aantal rijen: 11\r\n",
         Held("S05", ["11 rijen", "heeft er 12"])),
        ("a trailer cut inside its number", WHOLE + "Aantal rijen: 1",
         Held("S05", ["1 rijen", "heeft er 12"])),
        ("a trailer cut inside its words", WHOLE + "Aantal ri", missing),
        ("cut at a line end while a trailer is due", WHOLE, missing),
        ("cut inside a value while a trailer is due", WHOLE[:-4], missing),
        ("a trailer of another text", WHOLE + "Einde bestand: 12\r\n", missing),
        ("two files behind each other", (WHOLE + "Aantal rijen: 12\r\n") * 2,
         Held("S05", ["slotregel", "komen nog rijen"])),
    ):  # fmt: skip
        yield DirtyFile(name, CONTACTS.contract(trailer=TRAILER), data.encode("cp1252"), expected)
    yield DirtyFile(
        "a trailer that nobody declared",
        CONTACTS.contract(),
        (WHOLE + "Aantal rijen: 12\r\n").encode("cp1252"),
        Taken(CONTACTS.truths(), rejected={14: ("*", "aantal velden klopt niet")}),
    )
    yield DirtyFile(
        "a trailer that counts a malformed row too",
        CONTACTS.contract(trailer=TRAILER),
        (WHOLE + "C099;1;x\r\nAantal rijen: 13\r\n").encode("cp1252"),
        Taken(CONTACTS.truths(), rejected={14: ("*", "aantal velden klopt niet")}),
    )
