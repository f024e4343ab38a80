"""What has to be in order before a night begins: its home, its clock and room on its disk."""

import errno
import json
import os
import shutil
import time
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from exports.release import current_release, published_at
from ingest import dutch
from ingest.home import Home, write_durably
from ingest.unforeseen import described
from orchestration.run_lock import NightError, boot_id

# No night is older than this program.
_FIRST_DAY = date(2026, 1, 1)
# Daylight saving moves no clock that counts in UTC; this is for a clock that is put right by hand.
_TOLERANCE = timedelta(hours=1)
_DISK_ERRORS = {
    errno.ENOSPC: "is vol",
    errno.EDQUOT: "is vol",
    errno.EFBIG: "is vol",
    errno.EROFS: "laat niet schrijven",
    errno.EACCES: "laat deze gebruiker niet schrijven",
    errno.EPERM: "laat deze gebruiker niet schrijven",
}


class NotReadyError(NightError):
    """The night does not begin, so that nothing is published; the message says what to mend."""


@dataclass(frozen=True)
class Clock:
    """A reading of the clock, and of how long the machine has run, which nobody can set."""

    at: datetime
    boot_id: str
    seconds_since_boot: float

    @classmethod
    def read(cls) -> "Clock":
        """Return what the clock of this machine says now."""
        now = datetime.now(UTC).replace(microsecond=0)
        return cls(now, boot_id(), time.clock_gettime(time.CLOCK_BOOTTIME))

    @classmethod
    def kept(cls, home: Home) -> "Clock | None":
        """Return the reading of the last night; that of its release when it is not there."""
        try:
            facts = json.loads(home.clock_file.read_text(encoding="utf-8"))
            return cls(**(facts | {"at": datetime.fromisoformat(facts["at"])}))
        except (OSError, ValueError, TypeError, KeyError):
            release = current_release(home)
            return cls(published_at(release), "", 0) if release else None

    def keep(self, home: Home) -> None:
        """Remember this reading for the next night."""
        facts = asdict(self) | {"at": self.at.isoformat()}
        write_durably(home.clock_file, json.dumps(facts))

    def fault(self, last: "Clock | None") -> str | None:
        """Return in Dutch why this clock cannot be right after the `last` night, or None.

        A clock that was put forward is known by a machine that ran on all the time; after a restart
        it looks like nights that were missed.
        """
        if self.at.date() < _FIRST_DAY:
            return f"De klok van deze machine staat op {_told(self.at)}"
        if last is None:
            return None
        if self.boot_id and self.boot_id == last.boot_id:
            passed = timedelta(seconds=self.seconds_since_boot - last.seconds_since_boot)
            jump = self.at - last.at - passed
            if abs(jump) > _TOLERANCE:
                hours = dutch.number(round(abs(jump) / timedelta(hours=1)))
                way = "vooruit" if jump > timedelta() else "achteruit"
                return f"De klok van deze machine is sinds de vorige nacht {hours} uur {way} gezet"
        if self.at < last.at - _TOLERANCE:
            return (
                f"De klok van deze machine staat op {_told(self.at)}, vóór de vorige nacht "
                f"({_told(last.at)})"
            )
        return None


def require_ready(home: Home, *, is_date_chosen: bool) -> None:
    """Raise NotReadyError when a night would go wrong; the caller holds the run lock.

    Who chose the date of the night himself is not asked whether the clock is right.
    """
    clock = Clock.read()
    if not is_date_chosen and (fault := clock.fault(Clock.kept(home))):
        raise NotReadyError(
            f"{fault}. Er is niets ingenomen en de vorige uitgave blijft staan. Zet de klok goed. "
            "Klopt hij nu juist wel, draai dan één nacht met --as-of en de datum van vandaag."
        )
    require_room(home)
    clock.keep(home)


def require_writable(home: Home) -> None:
    """Raise the error of the disk when a folder that every night writes to does not allow it."""
    for folder in (home.root, home.logs, home.dagster, home.landing, home.raw, home.warehouse):
        if not os.access(folder, os.W_OK):
            is_read_only = os.statvfs(folder).f_flag & os.ST_RDONLY
            raise OSError(errno.EROFS if is_read_only else errno.EACCES, "not writable")


def require_room(home: Home) -> None:
    """Raise NotReadyError when there is not three times what the last night took."""
    needed = needed_bytes(home)
    free = shutil.disk_usage(home.root).free
    if free < needed:
        raise NotReadyError(
            f"Te weinig schijfruimte voor een nacht in {home.root}: {dutch.number(needed)} bytes "
            f"nodig (drie keer de vorige nacht), {dutch.number(free)} bytes vrij. Er is niets "
            "ingenomen en de vorige uitgave blijft staan. Maak ruimte en start de nacht opnieuw."
        )


def needed_bytes(home: Home) -> int:
    """Return three times what the last night wrote; before the first one, what waits for it."""
    release = current_release(home)
    written = [release, home.raw, home.warehouse_file] if release else [home.inbox]
    return 3 * sum(map(_size, written))


def disk_fault(home: Home, error: OSError) -> str:
    """Return what a disk that refuses means for the night: what is wrong, and what to do."""
    problem = _DISK_ERRORS.get(error.errno or 0, "")
    if not problem:
        return f"Onverwachte fout: {described(error)}. Meld dit als storing."
    return (
        f"De schijf van {home.root} {problem}.{little_room(home)} Controleer de schijf en de "
        "rechten en start de nacht opnieuw."
    )


def little_room(home: Home) -> str:
    """Return in Dutch that a disk of the home is all but full, for a night that failed; or nothing.

    What then goes wrong is told by whoever was writing, each in his own words.
    """
    needed = needed_bytes(home)
    for folder in (home.root, home.raw, home.warehouse, home.releases, home.logs):
        free = shutil.disk_usage(_existing(folder)).free
        if 3 * free < needed:
            return (
                f" Op de schijf van {folder} is bijna geen plaats meer: {dutch.number(needed)} "
                f"bytes nodig, {dutch.number(free)} bytes vrij. Maak ruimte en start opnieuw."
            )
    return ""


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _size(path: Path) -> int:
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(dutch.AMSTERDAM):%d-%m-%Y %H:%M}"
