"""What arrives for a source: hashed, encrypted among the originals, and put in the ledger."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from ingest import dutch, pulled
from ingest.bsn import mask_file_name
from ingest.contracts import SourceContract
from ingest.home import Home
from ingest.ledger import Delivery, Ledger, LedgerEvent
from ingest.originals import Originals


@dataclass(frozen=True)
class Reception:
    """Receives for one source, up to and with one day."""

    home: Home
    contract: SourceContract
    as_of: date
    ledger: Ledger
    originals: Originals

    @classmethod
    def of(cls, home: Home, contract: SourceContract, as_of: date) -> "Reception":
        """Return the reception of one source of a home."""
        ledger, originals = Ledger(home.ledger_file), Originals(home, contract.source_id)
        return cls(home, contract, as_of, ledger, originals)

    def receive(self, patience: pulled.Patience) -> None:
        """Move every delivery in the inbox to the originals, encrypted; oldest day first.

        Of a source with a server, what the server has now is the delivery of the day.
        """
        if self.contract.origin:
            self._pull(self.contract.origin.server, patience)
        for delivered_on, file in self.arrivals():
            self._receive(file, delivered_on)

    def arrivals(self) -> list[tuple[date, Path]]:
        """Return the files in the inbox that are deliveries of this source, oldest day first."""
        return sorted(
            (delivered_on, file)
            for file in sorted(self.home.inbox.iterdir())
            if file.is_file()
            and (delivered_on := self.contract.delivered_on(file.name, self.as_of))
            and delivered_on <= self.as_of
        )

    def _receive(self, file: Path, delivered_on: date) -> None:
        with file.open("rb") as clear:
            sha256 = hashlib.file_digest(clear, "sha256").hexdigest()
        arrival = LedgerEvent(
            event="received",
            source_id=self.contract.source_id,
            delivery_id=f"{delivered_on:%Y%m%d}-{sha256[:12]}",
            sha256=sha256,
            file_name=mask_file_name(file.name),
            delivered_on=delivered_on,
            size=file.stat().st_size,
        )
        if self._keep(arrival, lambda: file.open("rb")):
            file.unlink()

    def _pull(self, server: str, patience: pulled.Patience) -> None:
        """Fetch what the server has; that it cannot be had is a state of the source.

        A night that is done over gets no rows of today: they are not what there was then.
        """
        source_id, as_of = self.contract.source_id, self.as_of
        if any(each.delivered_on > as_of for each in self.ledger.deliveries(source_id, date.max)):
            return
        pull = LedgerEvent(
            event="failed",
            source_id=source_id,
            delivery_id="",
            sha256="",
            file_name=f"{server} ({as_of:%d-%m-%Y})",
            delivered_on=as_of,
            size=0,
        )
        try:
            fetched = pulled.fetch(self.home, self.contract, self.originals, as_of, patience)
        except pulled.PullError as error:
            message = f"{source_id}: niet opgehaald, want {error}"
            self.ledger.append(replace(pull, message=message))
            return
        arrival = replace(
            pull,
            event="received",
            delivery_id=f"{as_of:%Y%m%d}-{fetched.sha256[:12]}",
            sha256=fetched.sha256,
            size=fetched.size,
        )
        self._keep(arrival, lambda: self.originals.open(fetched.original_id))
        self.originals.remove(fetched.original_id)

    def _keep(self, arrival: LedgerEvent, open_clear: Callable[[], BinaryIO]) -> bool:
        """Put a delivery among the originals and in the ledger, unless it is known already.

        Returns False when it changed since its hash was made.
        """
        current = self.ledger.current(self.contract.source_id, self.as_of)
        if known := self._known(arrival.sha256, arrival.delivered_on, current):
            self._skip(arrival, known, f"dezelfde inhoud als {known.first.file_name}")
            return True
        with open_clear() as clear:
            if self.originals.store(arrival.delivery_id, clear) != arrival.sha256:
                # Somebody is still writing it: the next night finds the whole file.
                self.originals.remove(arrival.delivery_id)
                return False
        self.ledger.append(arrival)
        if current and arrival.delivered_on < current.delivered_on:
            stand = f"de stand van {dutch.day(current.delivered_on)}"
            self._skip(arrival, None, f"ouder dan {stand}, die daarom blijft")
        return True

    def _skip(self, arrival: LedgerEvent, known: Delivery | None, reason: str) -> None:
        delivery_id = known.delivery_id if known else arrival.delivery_id
        message = f"{arrival.file_name}: {reason}."
        self.ledger.append(
            replace(arrival, event="skipped", delivery_id=delivery_id, message=message)
        )

    def _known(self, sha256: str, delivered_on: date, current: Delivery | None) -> Delivery | None:
        """Return the delivery that had these bytes before, unless they are news again.

        They are when another delivery came in between: then the source went back to what it was.
        """
        for delivery in self.ledger.deliveries(self.contract.source_id, self.as_of):
            is_usable = delivery.accepted or self.originals.exists(delivery.delivery_id)
            went_back = (
                current is not None
                and delivery.order() < current.order()
                and delivered_on > current.delivered_on
            )
            if delivery.first.sha256 == sha256 and is_usable and not went_back:
                return delivery
        return None
