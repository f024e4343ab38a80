"""Whether a home can have its next night, and how the last one left it: one line per part."""

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from exports.files import AUDIENCE
from exports.kept_releases import damaged_files
from exports.release import current_release, published_at
from ingest import dutch
from ingest.contracts import load_contracts
from ingest.home import Home
from ingest.keys import KeyFileError, KeyStore
from ingest.ledger import Ledger, LedgerError
from orchestration.exit_codes import FLAGS, NOT_PUBLISHED, OK
from orchestration.readiness import Clock, NotReadyError, require_room, require_writable
from orchestration.run_lock import Holder
from orchestration.settings import Settings, SettingsError
from orchestration.standing import is_held, sources_of

State = Literal["akkoord", "let op", "fout"]
# No step of a night takes longer without getting on.
_STANDS_STILL = timedelta(hours=1)


@dataclass(frozen=True)
class Part:
    """How one part of a home stands, in Dutch, with what to do where it is not in order."""

    name: str
    state: State
    sentence: str


def parts(home: Home, now: datetime) -> list[Part]:
    """Return how every part of a home stands; nothing is changed and nobody is waited for."""
    looks: dict[str, Callable[[Home, datetime], tuple[State, str]]] = {
        "instellingen": _settings,
        "map": _folder,
        "klok": _clock,
        "schijf": _disk,
        "sleutels": _keys,
        "grootboek": _ledger,
        "run": _run,
        "uitgave": _release,
        "bronnen": _sources,
    }
    return [Part(name, *look(home, now)) for name, look in looks.items()]


def exit_code(found: list[Part]) -> int:
    """Return 0 when all is well, 1 when somebody should look, 3 when the next night would fail."""
    states = {part.state for part in found}
    return NOT_PUBLISHED if "fout" in states else FLAGS if "let op" in states else OK


def _settings(home: Home, _: datetime) -> tuple[State, str]:
    try:
        Settings.of(home.settings_file)
    except SettingsError as error:
        return "fout", str(error)
    return "akkoord", "settings.toml is te lezen."


def _folder(home: Home, _: datetime) -> tuple[State, str]:
    try:
        require_writable(home)
    except OSError:
        return "fout", f"In {home.root} mag niet geschreven worden. Controleer de rechten."
    return "akkoord", f"In {home.root} mag geschreven worden."


def _clock(home: Home, _: datetime) -> tuple[State, str]:
    fault = Clock.read().fault(Clock.kept(home))
    return ("fout", f"{fault}. Zet de klok goed.") if fault else ("akkoord", "De klok loopt door.")


def _disk(home: Home, _: datetime) -> tuple[State, str]:
    try:
        require_room(home)
    except NotReadyError as error:
        return "fout", str(error)
    return "akkoord", "Er is plaats voor drie keer de vorige nacht."


def _keys(home: Home, _: datetime) -> tuple[State, str]:
    store = KeyStore(home)
    try:
        for domain in store.records():
            store.chain(domain)
    except KeyFileError as error:
        return "fout", str(error)
    return "akkoord", "Elke sleutel in gebruik is de sleutel die het was."


def _ledger(home: Home, _: datetime) -> tuple[State, str]:
    try:
        count = len(Ledger(home.ledger_file).events())
    except LedgerError as error:
        return "fout", str(error)
    return "akkoord", f"{dutch.number(count)} regels, alle te lezen."


def _run(home: Home, now: datetime) -> tuple[State, str]:
    file = home.root / "run.lock"
    holder = Holder.read(file)
    if holder is None:
        return "akkoord", "Er loopt geen nacht."
    with file.open("r+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            silent = now - datetime.fromtimestamp(file.stat().st_mtime, UTC)
            told = f"Er loopt een nacht: proces {holder.pid}, begonnen {holder.began}."
            if silent > _STANDS_STILL:
                minutes = dutch.number(int(silent / timedelta(minutes=1)))
                return "fout", f"{told} Zij staat al {minutes} minuten stil: beëindig dat proces."
            return "akkoord", told
    return "let op", (
        f"De nacht van {holder.began} is afgebroken. De volgende ruimt op en begint opnieuw."
    )


def _release(home: Home, now: datetime) -> tuple[State, str]:
    release = current_release(home)
    if release is None:
        return "let op", "Er is nog geen uitgave. Draai 'impactkompas run'."
    if damaged := damaged_files(release / AUDIENCE):
        return "fout", (
            f"Uitgave {release.name} is niet meer zoals zij was: {', '.join(damaged[:3])}. Ga met "
            "'impactkompas rollback' terug of draai een nacht."
        )
    age = now - published_at(release)
    hours = dutch.number(int(age / timedelta(hours=1)))
    told = f"Uitgave {release.name} is heel en {hours} uur oud."
    if age > _silent_after(home):
        return "let op", f"{told} Er hoort elke nacht een te komen: kijk in {home.logs}/nacht.log."
    return "akkoord", told


def _sources(home: Home, now: datetime) -> tuple[State, str]:
    contracts = load_contracts(home.contracts)
    held = sorted(
        each.source_id
        for each in sources_of(home, contracts, now.astimezone(dutch.AMSTERDAM).date())
        if is_held(each)
    )
    if held:
        return "let op", f"Wacht op iemand: {', '.join(held)}. Zie 'impactkompas status'."
    return "akkoord", "Geen bron wacht op iemand."


def _silent_after(home: Home) -> timedelta:
    try:
        return timedelta(hours=Settings.of(home.settings_file).notify.silent_after_hours)
    except SettingsError:
        return timedelta(hours=26)
