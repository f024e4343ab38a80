"""The append-only list of what happened to every delivery."""

import json
import logging
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Literal

from ingest.door import DoorResult

_LOG = logging.getLogger(__name__)

EventKind = Literal["received", "accepted", "held", "skipped", "resumed", "withdrawn"]


class LedgerError(Exception):
    """A ledger that cannot be read; the message is Dutch."""


@dataclass(frozen=True)
class LedgerEvent:
    """One thing that happened to one delivery; counts are rows of the file."""

    event: EventKind
    source_id: str
    delivery_id: str
    sha256: str
    file_name: str
    delivered_on: date
    size: int
    at: datetime | None = None
    rows_in: int | None = None
    rows_out: int | None = None
    rejected: int | None = None
    duplicates: int | None = None
    previous_rows: int | None = None
    held_by: str | None = None
    message: str = ""
    contract: str | None = None
    door: tuple[DoorResult, ...] = field(default=())

    def to_json(self) -> str:
        """Return the event as one line of JSON, without what it does not say."""
        known = {name: value for name, value in asdict(self).items() if value not in (None, "", ())}
        return json.dumps(known, default=_as_text, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "LedgerEvent":
        """Return the event of one line; raises ValueError when the line is not whole."""
        known: dict[str, Any] = json.loads(line)
        known["at"] = datetime.fromisoformat(known["at"])
        known["delivered_on"] = date.fromisoformat(known["delivered_on"])
        known["door"] = tuple(DoorResult(**result) for result in known.get("door", ()))
        return cls(**known)


@dataclass(frozen=True)
class Ledger:
    """The ledger of one home, one JSON object per line."""

    path: Path

    def append(self, event: LedgerEvent) -> LedgerEvent:
        """Add an event, wait until it is on disk and return it with its moment in UTC."""
        event = replace(event, at=datetime.now(UTC).replace(microsecond=0))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            whole = _whole_length(file)
            if file.seek(0, os.SEEK_END) > whole:
                _LOG.warning(
                    "%s: de laatste regel was afgebroken en is verwijderd.", self.path.name
                )
                file.truncate(whole)
            file.write(event.to_json().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
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
            if event.delivered_on <= as_of:
                found.setdefault(event.delivery_id, []).append(event)
        deliveries = [
            Delivery(number, tuple(events)) for number, events in enumerate(found.values())
        ]
        return sorted(deliveries, key=Delivery.order)

    def current(self, source_id: str, as_of: date) -> "Delivery | None":
        """Return the accepted delivery with the newest data on `as_of`, or None."""
        deliveries = self.deliveries(source_id, as_of)
        return next((each for each in reversed(deliveries) if each.accepted), None)


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
    def accepted(self) -> LedgerEvent | None:
        """Return the newest acceptance, or None if it never was or was withdrawn since."""
        last = self._last("accepted", "withdrawn")
        return last if last and last.event == "accepted" else None

    @property
    def held(self) -> LedgerEvent | None:
        """Return the hold that still stands, or None."""
        last = self._last("accepted", "held")
        return last if last and last.event == "held" else None

    @property
    def is_resumed(self) -> bool:
        """Say whether a person let it through in spite of its volume."""
        return self._last("resumed") is not None

    def order(self) -> tuple[date, int]:
        """Return what makes one delivery newer than another: its day, then its arrival."""
        return self.delivered_on, self.number

    def _last(self, *kinds: EventKind) -> LedgerEvent | None:
        return next((event for event in reversed(self.events) if event.event in kinds), None)


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
