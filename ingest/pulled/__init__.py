"""Rows that are pulled from a server instead of dropped in the inbox: one interface, fetch()."""

import io
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from queue import Empty, Full, Queue
from typing import TYPE_CHECKING, Any

from ingest.home import Home
from ingest.originals import Originals
from ingest.pulled.failures import Deadline, Patience, PullError
from ingest.pulled.origins import Database, SurveyApi
from ingest.pulled.secret import secret_of

if TYPE_CHECKING:
    from ingest.contracts import SourceContract

__all__ = ["Fetched", "Patience", "PullError", "fetch"]

# Stands for the hash in the id of an original that is coming in, behind the day as in any other.
_COMING_IN = "coming-in"
# So many chunks may wait between the server and the disk: memory must not grow with the rows.
_WAITING_CHUNKS = 2
_LOOK_UP_SECONDS = 0.5

Chunks = Iterator[bytes]


@dataclass(frozen=True)
class Fetched:
    """What a pull brought: the original in which it stands, hash and number of its clear bytes."""

    original_id: str
    sha256: str
    size: int


def fetch(
    home: Home, contract: "SourceContract", originals: Originals, as_of: date, patience: Patience
) -> Fetched:
    """Store the rows that a source has now as an encrypted original: whole or not at all.

    Raises PullError when they cannot be had before the patience ends; asking is repeated as long
    as that may help.
    """
    # What a night that was broken off left behind.
    originals.remove_all(f"*-{_COMING_IN}")
    deadline = Deadline(patience)
    original_id = f"{as_of:%Y%m%d}-{_COMING_IN}"
    chunks = _puller(home, contract, originals, as_of, deadline)

    def attempt() -> Fetched:
        stream = _Stream(_in_time(chunks(), deadline))
        sha256 = originals.store(original_id, io.BufferedReader(stream))
        return Fetched(original_id, sha256, stream.size)

    try:
        fetched: Fetched = deadline.retrying()(attempt)
    except PullError:
        originals.remove(original_id)
        raise
    return fetched


def _puller(
    home: Home,
    contract: "SourceContract",
    originals: Originals,
    as_of: date,
    deadline: Deadline,
) -> Callable[[], Chunks]:
    """Return what asks the server of this contract for the bytes of a delivery."""
    match contract.origin:
        case Database() as origin:
            from ingest.pulled.postgresql import query_result

            password = secret_of(home, origin.server)
            return partial(query_result, origin, password, deadline)
        case SurveyApi() as origin:
            from ingest.pulled.surveymonkey_api import SurveyPull

            token = secret_of(home, origin.server)
            return SurveyPull(contract, origin, token, originals, as_of, deadline).delivery
        case None:
            raise AssertionError(f"{contract.source_id} has a file in the inbox, no server")


def _in_time(chunks: Chunks, deadline: Deadline) -> Chunks:
    """Give chunks that are made in a thread of their own.

    A server that falls silent in the middle then ends in time too: no driver can be trusted to
    come back from waiting for it.
    """
    made: Queue[bytes | BaseException | None] = Queue(_WAITING_CHUNKS)
    given_up = threading.Event()

    def offer(item: bytes | BaseException | None) -> bool:
        while not given_up.is_set():
            try:
                made.put(item, timeout=_LOOK_UP_SECONDS)
            except Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            if all(offer(chunk) for chunk in chunks):
                offer(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the chunks are wanted
            offer(error)

    threading.Thread(target=make, daemon=True).start()
    try:
        while True:
            try:
                item = made.get(timeout=deadline.seconds_left)
            except Empty:
                raise deadline.out_of_time() from None
            if isinstance(item, BaseException):
                raise item
            if item is None:
                return
            yield item
    finally:
        given_up.set()


class _Stream(io.RawIOBase):
    """Chunks as a file to read from; `size` is what was read so far."""

    def __init__(self, chunks: Chunks) -> None:
        self._chunks, self._chunk = chunks, memoryview(b"")
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._chunk:
            try:
                self._chunk = memoryview(next(self._chunks))
            except StopIteration:
                return 0
        count = min(len(buffer), len(self._chunk))
        buffer[:count] = self._chunk[:count]
        self._chunk = self._chunk[count:]
        self.size += count
        return count
