"""What arrives for a source: hashed, encrypted among the originals, and put in the ledger."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ingest import dutch
from ingest.bsn import mask_file_name
from ingest.contracts import SourceContract
from ingest.coverage import Arrival
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
        for arrival, file in self.arrivals():
            self._receive(file, arrival)

    def arrivals(self) -> list[tuple[Arrival, Path]]:
        """Return the files in the inbox that are deliveries of this source, oldest day first."""
        found = [
            (arrival, file)
            for file in sorted(self.home.inbox.iterdir())
            if file.is_file()
            and (arrival := self.contract.arrival(file.name, self.as_of))
            and arrival.delivered_on <= self.as_of
        ]
        return sorted(found, key=lambda each: each[0].delivered_on)

    def _receive(self, file: Path, arrival: Arrival) -> None:
        with file.open("rb") as clear:
            sha256 = hashlib.file_digest(clear, "sha256").hexdigest()
        received = LedgerEvent(
            event="received",
            source_id=self.contract.source_id,
            delivery_id=f"{arrival.delivered_on:%Y%m%d}-{sha256[:12]}",
            sha256=sha256,
            file_name=mask_file_name(file.name),
            delivered_on=arrival.delivered_on,
            size=file.stat().st_size,
            coverage=arrival.coverage,
        )
        former = self.ledger.deliveries(self.contract.source_id, self.as_of)
        if known := self._known(received, former):
            self._skip(received, known, f"dezelfde inhoud als {known.first.file_name}")
        else:
            with file.open("rb") as clear:
                if self.originals.store(received.delivery_id, clear) != sha256:
                    # Somebody is still writing it: the next night finds the whole file.
                    self.originals.remove(received.delivery_id)
                    return
            self.ledger.append(received)
            if newer := _replacing(received, former):
                stand = f"de stand van {dutch.day(newer.delivered_on)}"
                self._skip(received, None, f"ouder dan {stand}, die daarom blijft")
        file.unlink()

    def _skip(self, arrival: LedgerEvent, known: Delivery | None, reason: str) -> None:
        delivery_id = known.delivery_id if known else arrival.delivery_id
        message = f"{arrival.file_name}: {reason}."
        self.ledger.append(
            replace(arrival, event="skipped", delivery_id=delivery_id, message=message)
        )

    def _known(self, received: LedgerEvent, former: list[Delivery]) -> Delivery | None:
        """Return the delivery that had these bytes before, unless they are news again.

        They are when another delivery on the same rows came in between: then the source went back
        to what it was. And they are when they now cover the source in another way.
        """
        same = [each for each in former if each.first.sha256 == received.sha256]
        for delivery in same:
            is_usable = delivery.accepted or self.originals.exists(delivery.delivery_id)
            is_as_before = delivery.coverage.kind == received.coverage.kind
            went_back = any(
                between.accepted
                and delivery.order() < between.order()
                and between.delivered_on < received.delivered_on
                and between.coverage.touches(delivery.coverage)
                for between in former
            )
            if is_usable and is_as_before and not went_back:
                return delivery
        return None


def _replacing(received: LedgerEvent, former: list[Delivery]) -> Delivery | None:
    """Return the newest accepted delivery that leaves nothing of this one, or None."""
    return next(
        (
            delivery
            for delivery in reversed(former)
            if delivery.accepted
            and delivery.delivered_on > received.delivered_on
            and delivery.coverage.replaces(received.coverage)
        ),
        None,
    )
