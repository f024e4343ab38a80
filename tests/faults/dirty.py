"""What a dirty file of the seeded set is: its bytes, its contract, and what must become of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Token:
    """The pseudonym of somebody who is `text` in the file; raw must hold the HMAC of that."""

    text: str
    domain: str = "client"


@dataclass(frozen=True)
class Taken:
    """The delivery is accepted, and raw holds exactly these rows.

    Each of `rows` has a row_number and every column that the contract keeps, typed; `rejected` is
    row number -> (column, reason). `left_out` are the numbers of the totals lines that the ledger
    must tell of, `flags` the checks (id, column) that must say 'afgekeurd' without holding.
    """

    rows: Sequence[Mapping[str, Any]]
    rejected: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    duplicates: int = 0
    left_out: Sequence[int] = ()
    flags: Sequence[tuple[str, str | None]] = ()


@dataclass(frozen=True)
class Held:
    """The delivery is held by this check, and the message names all of this."""

    check_id: str
    names: Sequence[str]


@dataclass(frozen=True)
class DirtyFile:
    """One file of the set; its name is unique and says what is wrong with it."""

    name: str
    contract: Mapping[str, Any]
    data: bytes
    expected: Taken | Held

    def __str__(self) -> str:
        return self.name
