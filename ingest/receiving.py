"""What arrives for a source: hashed, encrypted among the originals, and put in the ledger."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ingest import dutch
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

    def receive(self) -> None:
        """Move every delivery in the inbox to the originals, encrypted; oldest day first."""
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
        current = self.ledger.current(self.contract.source_id, self.as_of)
        if known := self._known(sha256, delivered_on, current):
            self._skip(arrival, known, f"dezelfde inhoud als {known.first.file_name}")
        else:
            with file.open("rb") as clear:
                if self.originals.store(arrival.delivery_id, clear) != sha256:
                    # Somebody is still writing it: the next night finds the whole file.
                    self.originals.remove(arrival.delivery_id)
                    return
            self.ledger.append(arrival)
            if current and delivered_on < current.delivered_on:
                stand = f"de stand van {dutch.day(current.delivered_on)}"
                self._skip(arrival, None, f"ouder dan {stand}, die daarom blijft")
        file.unlink()

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
