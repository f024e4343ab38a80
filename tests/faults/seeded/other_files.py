"""Files that are something else than their name says, and bytes that no text has."""

import gzip
import io
import zipfile
from collections.abc import Iterator

from tests.faults.dirty import DirtyFile, Held, Taken
from tests.faults.seeded._tables import CONTACTS, text

WHOLE = text(CONTACTS.rows(), CONTACTS.header)


def files() -> Iterator[DirtyFile]:
    page = "<html><head><title>Inloggen</title></head><body>Uw sessie is verlopen</body></html>"
    for name, data, held in (
        ("a zip or workbook under the name of a csv", _zip(), Held("S02", ["zip of een Excel"])),
        ("an old workbook under the name of a csv", b"\xd0\xcf\x11\xe0" + bytes(600),
         Held("S02", ["oude Excel-werkmap (xls)"])),
        ("gzip under the name of a csv", gzip.compress(WHOLE.encode("cp1252"), mtime=0),
         Held("S02", ["gzip"])),
        ("a PDF under the name of a csv", b"%PDF-1.7\n%\xe2\xe3\n", Held("S02", ["een PDF"])),
        ("a web page under the name of a csv", page.encode(), Held("S02", ["webpagina"])),
        ("a web page behind a mark", b"\xef\xbb\xbf\r\n<!DOCTYPE html>" + page.encode(),
         Held("S04", ["UTF-8"])),
        ("a table of HTML that Excel opens", b"<table><tr><td>ContactID</td></tr></table>",
         Held("S02", ["webpagina"])),
        ("XML under the name of a csv", b'<?xml version="1.0"?><rows/>', Held("S02", ["XML"])),
        ("JSON under the name of a csv", b'[{"ContactID": "C001"}]\n',
         Held("S02", ["'ContactID'"])),
        ("a NUL in a value", WHOLE.encode("cp1252").replace(b"C004", b"C0\x0004"),
         Held("S04", ["regel 5", "NUL-teken"])),
        ("NULs at the end", WHOLE.encode("cp1252") + bytes(512), Held("S04", ["regel 14", "NUL"])),
        ("only NULs", bytes(2048), Held("S04", ["regel 1", "NUL-teken"])),
        ("an error message instead of rows", b"ORA-01034: ORACLE not available\n",
         Held("S02", ["'ContactID'"])),
    ):  # fmt: skip
        yield DirtyFile(name, CONTACTS.contract(), data, held)
    yield DirtyFile(
        "the end-of-file sign of DOS",
        CONTACTS.contract(),
        WHOLE.encode("cp1252") + b"\x1a",
        Taken(
            CONTACTS.truths(),
            rejected={14: ("*", "laatste regel zonder regeleinde, misschien afgebroken")},
        ),
    )
    rows = [
        CONTACTS.row(n, {"Notitie": "a\x0bb\x0cc\x1cd"} if n == 4 else None) for n in range(1, 13)
    ]
    yield DirtyFile(
        "page and vertical breaks in a note",
        CONTACTS.contract(),
        text(rows, CONTACTS.header).encode("cp1252"),
        Taken(CONTACTS.truths()),
    )
    rows = [
        CONTACTS.row(n, {"Notitie": "a\u2028b\u0085c"} if n == 4 else None) for n in range(1, 13)
    ]
    yield DirtyFile(
        "line separators of Unicode in a note",
        CONTACTS.contract(encoding="utf-8"),
        text(rows, CONTACTS.header).encode(),
        Taken(CONTACTS.truths()),
    )


def _zip() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(zipfile.ZipInfo("xl/workbook.xml"), "<workbook/>")
    return data.getvalue()
