"""Letters: every encoding that arrives, what is declared wrongly, and what was garbled before."""

from collections.abc import Iterator

from tests.faults.dirty import DirtyFile, Held, Taken
from tests.faults.seeded._contacts import contract, rows, text, truths


def files() -> Iterator[DirtyFile]:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1", "mac_roman"):
        yield DirtyFile(
            f"{encoding} as declared",
            contract(encoding=encoding),
            text(rows()).encode(encoding),
            Taken(truths()),
        )
    yield DirtyFile(
        "cp1252 while utf-8 is declared",
        contract(encoding="utf-8"),
        text(rows()).encode("cp1252"),
        Held("S04", ["regel 1, byte 14", "geen geldige utf-8"]),
    )
