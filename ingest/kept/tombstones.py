"""Who was erased: marks that cannot be traced back, so that a later delivery leaves them out."""

import hmac
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ingest.columns import map_distinct
from ingest.contracts import Column
from ingest.home import Home
from ingest.keys import KeyFileError, KeyStore
from ingest.ledger import LedgerError, append_lines
from ingest.pseudonyms import normal_citizen_number, normal_identifier

# An erased trajectory has a tombstone too: some rows say no more than their trajectory.
_TRAJECTORY = "trajectory"
ERASED = "erased"
_MARK_LENGTH = 32
# In the metadata of a landed file: how many tombstones its rows were held against.
HELD_AGAINST = b"tombstones"


class Tombstones:
    """The tombstones of one home: a keyed hash per number, token or trajectory, and nothing else.

    A delivery is recognised by the number in it, whatever keys the pseudonyms have by then; what
    has landed, by its token. The key is no other's: who has those of the pseudonyms but not this
    one learns nothing from a tombstone.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.landing / "tombstones.jsonl"
        self._keys = KeyStore(home)
        self._key_file = home.keys / f"{ERASED}.key"
        self._marks = set(_marks(self._file))

    def __len__(self) -> int:
        """Return how many there are; a file in landing says how many it was held against."""
        return len(self._marks)

    @property
    def metadata(self) -> dict[bytes, bytes]:
        """Return what a landed file says that was held against these."""
        return {HELD_AGAINST: str(len(self)).encode()}

    def mark(self, identifier: str) -> str:
        """Return what stands for a token or trajectory, here and in the log of reading."""
        digest = self._keyed.copy()
        digest.update(identifier.encode())
        return digest.hexdigest()[:_MARK_LENGTH]

    def add(self, identifiers: Iterable[str]) -> None:
        """Add tombstones for those who have none, and wait until they are on disk."""
        at = datetime.now(UTC).replace(microsecond=0).isoformat()
        new = {mark: each for each in identifiers if (mark := self.mark(each)) not in self._marks}
        if new:
            append_lines(
                self._file,
                (json.dumps({"at": at, **_kind(each), "mark": mark}) for mark, each in new.items()),
            )
        self._marks |= new.keys()

    def add_trajectories(self, trajectory_ids: Iterable[str]) -> None:
        """Add tombstones for trajectories of who was erased."""
        self.add(f"{_TRAJECTORY}:{each}" for each in trajectory_ids)

    def hits(self, identifiers: pa.StringArray) -> pa.BooleanArray:
        """Say of every identifier whether it was erased; null was not."""
        if not self._marks:
            return pa.array([False] * len(identifiers), pa.bool_())
        found = map_distinct(identifiers, lambda each: self.mark(each) in self._marks, pa.bool_())
        return pc.fill_null(found, False)

    @cached_property
    def _keyed(self) -> hmac.HMAC:
        if self._marks and not self._key_file.exists():
            raise KeyFileError(
                f"keys/{self._key_file.name} is er niet meer: zonder die sleutel brengt de "
                "volgende levering terug wie gewist is. Zet haar terug uit uw eigen bewaarplaats."
            )
        return hmac.new(self._keys.chain(ERASED)[0].secret, digestmod="sha256")


def number_identifiers(column: Column, texts: pa.StringArray) -> pa.StringArray:
    """Return the identifiers of the numbers in a column of a delivery, as nothing landed is."""
    normal = normal_citizen_number if column.transform == "bsn" else normal_identifier
    return map_distinct(
        texts, lambda text: number_identifier(str(column.domain), normal(text)), pa.string()
    )


def number_identifier(domain: str, normal: str) -> str:
    """Return the identifier of a number that was made normal."""
    return f"{domain}:number:{normal}"


def trajectory_identifiers(trajectory_ids: pa.StringArray) -> pa.StringArray:
    """Return the identifiers of trajectories, as no token can be."""
    return pc.binary_join_element_wise(_TRAJECTORY, trajectory_ids, ":")


def _kind(identifier: str) -> dict[str, str]:
    """Return what a tombstone is of: a trajectory, or the number or token (by its key) of whom."""
    kind, rest = identifier.split(":", maxsplit=1)
    return {"kind": kind} if kind == _TRAJECTORY else {"kind": kind, "of": rest.split(":")[0]}


def _marks(file: Path) -> Iterator[str]:
    if not file.exists():
        return
    # What stands after the last line end was cut off by a crash: it was never confirmed.
    *lines, _cut_off = file.read_bytes().split(b"\n")
    for number, line in enumerate(lines, start=1):
        try:
            yield json.loads(line)["mark"]
        except (ValueError, KeyError, TypeError):
            raise LedgerError(
                f"landing/{file.name} regel {number} is beschadigd. Zet het bestand terug uit de "
                "back-up; zonder die regel komt wie gewist is terug."
            ) from None
