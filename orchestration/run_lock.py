"""One run of a home at a time, and what the lock says of the run that holds it."""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.dutch import AMSTERDAM
from ingest.home import Home

_LOG = logging.getLogger(__name__)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_locked: dict[Path, Path] = {}


class NightError(Exception):
    """The night cannot begin; the message says why and what to do."""


class BusyError(NightError):
    """Another run holds the home."""


@dataclass(frozen=True)
class Holder:
    """The run that holds a home, or held it when it died: its process, machine start and moment."""

    pid: int
    boot_id: str
    since: str

    @classmethod
    def current(cls) -> "Holder":
        """Return this very process."""
        return cls(os.getpid(), boot_id(), f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")

    @classmethod
    def read(cls, lock: Path) -> "Holder | None":
        """Return who wrote itself in a lock file; None when nobody did, or not wholly."""
        try:
            return cls(**json.loads(lock.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def began(self) -> str:
        """Return when the run began, as it is told in Dutch."""
        return _told(datetime.fromisoformat(self.since))


def boot_id() -> str:
    """Return what tells one start of this machine from another; empty where there is no such."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@contextmanager
def run_lock(home: Home) -> Iterator[None]:
    """Let one run of a home happen at a time; the kernel frees the lock of a run that died.

    Within the process that holds it the lock is free: the command and the Dagster run that it
    starts are one run. Who holds it stands in the file, for people only: what decides is the
    lock of the kernel, so that neither a dead nor a reused process number can be mistaken.
    """
    if home.root in _locked:
        yield
        return
    home.root.mkdir(parents=True, exist_ok=True)
    file = home.root / "run.lock"
    with file.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(_busy(home, file)) from None
        if died := Holder.read(file):
            is_restarted = died.boot_id != boot_id()
            _LOG.warning(
                "De vorige run (proces %s, begonnen %s) is afgebroken%s. Deze run ruimt op wat zij "
                "achterliet en begint opnieuw.",
                died.pid,
                died.began,
                "; de machine is daarna opnieuw gestart" if is_restarted else "",
            )
        lock.truncate(0)
        lock.write(json.dumps(asdict(Holder.current())))
        lock.flush()
        _locked[home.root] = file
        try:
            yield
        finally:
            del _locked[home.root]
            lock.truncate(0)


def is_held_here(home: Home) -> bool:
    """Say whether this process holds the home."""
    return home.root in _locked


def beat() -> None:
    """Show in the lock of this process that its run gets on."""
    for file in _locked.values():
        file.touch()


def _busy(home: Home, file: Path) -> str:
    sentence = f"Er loopt al een nacht in {home.root}"
    if holder := Holder.read(file):
        sign = _told(datetime.fromtimestamp(file.stat().st_mtime, UTC))
        sentence += (
            f": proces {holder.pid}, begonnen {holder.began}, laatste teken van leven {sign}"
        )
    return (
        f"{sentence}. Wacht tot die klaar is. Komt zij niet verder, beëindig dan dat proces: er "
        "gaat niets verloren en de volgende nacht begint opnieuw."
    )


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"
