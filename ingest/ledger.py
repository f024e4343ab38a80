"""The append-only list of what happened to every delivery."""

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Literal

from ingest.coverage import EVERYTHING, Coverage
from ingest.door import DoorResult

_LOG = logging.getLogger(__name__)

# A pull that failed brought no delivery: it has no id and no hash.
EventKind = Literal[
    "received",
    "accepted",
    "held",
    "skipped",
    "resumed",
    "failed",
    "reduced",
    "destroyed",
    "withdrawn",
]


class LedgerError(Exception):
    """A ledger that cannot be read; the message is Dutch."""


@dataclass(frozen=True)
class LedgerEvent:
    """One thing that happened to one delivery; counts are rows of the file.

    `received_on` is the business date of the night that found it. A delivery is `reduced` when
    rows of it were erased or expired, `destroyed` when its original was.
    """

    event: EventKind
    source_id: str
    delivery_id: str
    sha256: str
    file_name: str
    delivered_on: date
    size: int
    coverage: Coverage = EVERYTHING
    at: datetime | None = None
    received_on: date | None = None
    rows_in: int | None = None
    rows_out: int | None = None
    rejected: int | None = None
    duplicates: int | None = None
    erased: int | None = None
    expired: int | None = None
    previous_rows: int | None = None
    held_by: str | None = None
    message: str = ""
    contract: str | None = None
    door: tuple[DoorResult, ...] = field(default=())

    def to_json(self) -> str:
        """Return the event as one line of JSON, without what it does not say."""
        facts = asdict(self) | {"coverage": self.coverage.to_json()}
        known = {name: value for name, value in facts.items() if value not in (None, "", (), {})}
        return json.dumps(known, default=_as_text, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "LedgerEvent":
        """Return the event of one line; raises ValueError when the line is not whole."""
        known: dict[str, Any] = {"delivery_id": "", "sha256": ""} | json.loads(line)
        known["at"] = datetime.fromisoformat(known["at"])
        known["coverage"] = Coverage.from_json(known.get("coverage", {}))
        for name in {"delivered_on", "received_on"} & known.keys():
            known[name] = date.fromisoformat(known[name])
        known["door"] = tuple(DoorResult(**result) for result in known.get("door", ()))
        return cls(**known)


@dataclass(frozen=True)
class Ledger:
    """The ledger of one home, one JSON object per line."""

    path: Path

    def append(self, event: LedgerEvent) -> LedgerEvent:
        """Add an event, wait until it is on disk and return it with its moment in UTC."""
        event = replace(event, at=datetime.now(UTC).replace(microsecond=0))
        append_lines(self.path, [event.to_json()])
        return event

    def events(self, source_id: str | None = None) -> tuple[LedgerEvent, ...]:
        """Return the events in order, of one source or of all.

        A last line that was cut off by a crash is no event: what it would have said never
        counted. Raises LedgerError when another line is damaged.
        """
        if not self.path.exists():
            return ()
        return _read(self.path, self.path.stat().st_size, source_id)

    def deliveries(self, source_id: str, as_of: date) -> list["Delivery"]:
        """Return what was delivered for a source up to and with `as_of`, oldest day first."""
        found: dict[str, list[LedgerEvent]] = {}
        for event in self.events(source_id):
            if event.delivery_id and event.delivered_on <= as_of:
                found.setdefault(event.delivery_id, []).append(event)
        deliveries = [
            Delivery(number, tuple(events)) for number, events in enumerate(found.values())
        ]
        return sorted(deliveries, key=Delivery.order)

    def failure(self, source_id: str, as_of: date) -> LedgerEvent | None:
        """Return why the newest pull of a source up to and with `as_of` failed; None if not."""
        pulls = [
            event
            for event in self.events(source_id)
            if event.event in ("received", "skipped", "failed") and event.delivered_on <= as_of
        ]
        return pulls[-1] if pulls and pulls[-1].event == "failed" else None

    def standing(self, source_id: str, as_of: date) -> list["Delivery"]:
        """Return the deliveries that no newer accepted one replaces, oldest first.

        Those of them that were accepted are what the source is made of.
        """
        found: list[Delivery] = []
        newer: set[Coverage] = set()
        for delivery in reversed(self.deliveries(source_id, as_of)):
            if not any(coverage.replaces(delivery.coverage) for coverage in newer):
                found.append(delivery)
            if delivery.accepted and delivery.coverage.kind != "delta":
                newer.add(delivery.coverage)
        return found[::-1]


@dataclass(frozen=True)
class Delivery:
    """Everything that happened to one delivery, oldest first; `number` is its place in line."""

    number: int
    events: tuple[LedgerEvent, ...]

    @property
    def first(self) -> LedgerEvent:
        """Return the arrival: name, day, hash and size."""
        return self.events[0]

    @property
    def delivery_id(self) -> str:
        """Return the id: the day of the arrival and the start of the hash."""
        return self.first.delivery_id

    @property
    def delivered_on(self) -> date:
        """Return the last day on which these bytes were delivered."""
        return max(event.delivered_on for event in self.events)

    @property
    def coverage(self) -> Coverage:
        """Return what it speaks for, as its contract said when these bytes last came in."""
        received = self._last("received")
        return (received or self.first).coverage

    @property
    def received_on(self) -> date:
        """Return the business date on which its original came in."""
        received = self._last("received")
        return (received and received.received_on) or self.first.delivered_on

    @property
    def accepted(self) -> LedgerEvent | None:
        """Return the newest acceptance, with the counts as they are now.

        None if it never was accepted, or if that was withdrawn since.
        """
        last = self._last("accepted", "reduced", "withdrawn")
        return last if last and last.event != "withdrawn" else None

    @property
    def held(self) -> LedgerEvent | None:
        """Return the hold that still stands, or None."""
        last = self._last("accepted", "held")
        return last if last and last.event == "held" else None

    @property
    def is_resumed(self) -> bool:
        """Say whether a person let it through in spite of its volume."""
        return self._last("resumed") is not None

    def order(self) -> tuple[date, str, int]:
        """Return what makes one delivery newer than another: its day, then its arrival.

        Of several scopes on one day it does not matter which came in first.
        """
        return self.delivered_on, self.coverage.scope, self.number

    def _last(self, *kinds: EventKind) -> LedgerEvent | None:
        return next((event for event in reversed(self.events) if event.event in kinds), None)


def append_lines(path: Path, lines: Iterable[str]) -> None:
    """Add whole lines to a file that only grows, and wait until they are on disk.

    A last line that was cut off by a crash is removed first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab+") as file:
        whole = _whole_length(file)
        if file.seek(0, os.SEEK_END) > whole:
            _LOG.warning("%s: de laatste regel was afgebroken en is verwijderd.", path.name)
            file.truncate(whole)
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.flush()
        os.fsync(file.fileno())


# The file only grows, so its length says whether it was read before.
@lru_cache(maxsize=2)
def _read(path: Path, length: int, source_id: str | None) -> tuple[LedgerEvent, ...]:
    events = []
    # One source out of thirty: looking in the text first saves the parsing of the others.
    wanted = "" if source_id is None else f'"source_id": {json.dumps(source_id)}'
    with path.open("rb") as file:
        *lines, _cut_off = file.read(length).decode(errors="replace").split("\n")
    for number, line in enumerate(lines, start=1):
        if wanted not in line:
            continue
        try:
            events.append(LedgerEvent.from_json(line))
        except (ValueError, KeyError, TypeError):
            raise LedgerError(
                f"landing/{path.name} regel {number} is beschadigd. Zet het bestand terug uit de "
                "back-up; zonder die regel kloppen de tellingen niet."
            ) from None
    return tuple(events)


def _whole_length(file: BinaryIO) -> int:
    """Return the length of the file up to and with its last whole line."""
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - 4096)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            return start + newline + 1
        end = start
    return 0


def _as_text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
