"""What arrives for a source: hashed, encrypted among the originals, and put in the ledger."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from ingest import dutch, pulled
from ingest.contracts import SourceContract
from ingest.coverage import Arrival, Coverage
from ingest.door_checks import repetition
from ingest.home import Home
from ingest.identities import mask_file_name
from ingest.ledger import Delivery, Ledger, LedgerEvent
from ingest.originals import Originals
from ingest.readers.excel_table import has_no_rows


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

    def receive(self, patience: pulled.Patience, contracts: Iterable[SourceContract] = ()) -> None:
        """Move every delivery in the inbox to the originals, encrypted; oldest day first.

        A workbook may hold the tables of several `contracts`: each of them has its own original
        before the file leaves the inbox.

        Of a source with a server, what the server has now is the delivery of the day.
        """
        if self.contract.origin:
            self._pull(self.contract.origin.server, patience)
        others = [each for each in contracts if each.source_id != self.contract.source_id]
        for arrival, file in self.arrivals():
            sharing = [
                Reception.of(self.home, other, self.as_of)
                for other in others
                if (theirs := other.arrival(file.name, self.as_of))
                and theirs.delivered_on <= self.as_of
            ]
            received = [self.receive_file(file, arrival, is_shared=bool(sharing))]
            received += [
                reception.receive_file(file, theirs, is_shared=True)
                for reception in sharing
                if (theirs := reception.contract.arrival(file.name, self.as_of))
            ]
            if all(received):
                file.unlink()

    def arrivals(self) -> list[tuple[Arrival, Path]]:
        """Return the files in the inbox that are deliveries of this source, oldest day first.

        A link is none: who may only deliver could have us read what he may not read himself.
        """
        found = [
            (arrival, file)
            for file in sorted(self.home.inbox.iterdir())
            if file.is_file()
            and not file.is_symlink()
            and (arrival := self.contract.arrival(file.name, self.as_of))
            and arrival.delivered_on <= self.as_of
        ]
        return sorted(found, key=lambda each: each[0].delivered_on)

    def receive_file(self, file: Path, arrival: Arrival, *, is_shared: bool) -> bool:
        """Receive one file, and say whether it may leave the inbox."""
        if is_shared and self._is_unused(file):
            return True
        with file.open("rb") as clear:
            sha256 = hashlib.file_digest(clear, "sha256").hexdigest()
        received = LedgerEvent(
            event="received",
            source_id=self.contract.source_id,
            delivery_id=f"{arrival.delivered_on:%Y%m%d}-{sha256[:12]}",
            sha256=sha256,
            file_name=mask_file_name(
                file.name, self.contract.path.replace("{scope}", arrival.coverage.scope)
            ),
            delivered_on=arrival.delivered_on,
            received_on=self.as_of,
            size=file.stat().st_size,
            coverage=arrival.coverage,
        )
        return self._keep(received, lambda: file.open("rb"))

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
            coverage=Coverage(self.contract.coverage),
        )
        try:
            fetched = pulled.fetch(self.home, self.contract, self.originals, as_of, patience)
        except pulled.PullError as error:
            message = f"{source_id}: niet opgehaald, want {error}"
            self.ledger.append(replace(pull, message=message))
            return
        received = replace(
            pull,
            event="received",
            delivery_id=f"{as_of:%Y%m%d}-{fetched.sha256[:12]}",
            sha256=fetched.sha256,
            size=fetched.size,
        )
        self._keep(received, lambda: self.originals.open(fetched.original_id))
        self.originals.remove(fetched.original_id)

    def _keep(self, received: LedgerEvent, open_clear: Callable[[], BinaryIO]) -> bool:
        """Put a delivery among the originals and in the ledger, unless it is known already.

        Returns False when it changed since its hash was made.
        """
        former = self.ledger.deliveries(self.contract.source_id, self.as_of)
        if known := self._known(received, former):
            reason = f"dezelfde inhoud als {known.first.file_name}"
            self._skip(replace(received, door=(repetition(reason),)), known, reason)
            return True
        with open_clear() as clear:
            if self.originals.store(received.delivery_id, clear) != received.sha256:
                # Somebody is still writing it: the next night finds the whole file.
                self.originals.remove(received.delivery_id)
                return False
        self.ledger.append(received)
        if newer := _replacing(received, former):
            stand = f"de stand van {dutch.day(newer.delivered_on)}"
            self._skip(received, None, f"ouder dan {stand}, die daarom blijft")
        return True

    def _is_unused(self, file: Path) -> bool:
        """Say whether this is a sheet that nobody ever filled in, in a workbook with others."""
        source_id = self.contract.source_id
        if self.contract.sheet is None or self.ledger.deliveries(source_id, self.as_of):
            return False
        with file.open("rb") as clear:
            return has_no_rows(clear, self.contract)

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
