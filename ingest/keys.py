"""The keys of the pseudonyms: one file per domain, known by fingerprints that stand elsewhere."""

import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from ingest.home import Home, replace_durably

KEY_BYTES = 32
_FOR_OWNER_ONLY = 0o077
# No normalised number holds a space, so no token can ever be a fingerprint.
_FINGERPRINTED = "fingerprint of "
_FINGERPRINT_LENGTH = 16

_LOST = (
    "Is de goede voorgoed weg, begin dan opnieuw vanaf de originelen: impactkompas keys rekey {}."
)

Change = Literal["rotate", "rekey"]


class KeyFileError(Exception):
    """Keys that cannot be used as they are; the message is Dutch."""


@dataclass(frozen=True)
class Key:
    """One key with its id, k1, k2, ...; an id is never given twice in a domain."""

    id: str
    secret: bytes = field(repr=False)

    def fingerprint(self, domain: str) -> str:
        """Return by what the key is recognised, without telling anything about it."""
        digest = hmac.new(self.secret, f"{_FINGERPRINTED}{domain} {self.id}".encode(), "sha256")
        return digest.hexdigest()[:_FINGERPRINT_LENGTH]


@dataclass(frozen=True)
class KeyRecord:
    """What is known of a key that was ever used: when it came and, if it is destroyed, went."""

    id: str
    fingerprint: str
    since: str
    ended: str | None = None


@dataclass(frozen=True)
class DomainRecord:
    """The keys of one domain, oldest first, and the change of keys that was not finished."""

    keys: tuple[KeyRecord, ...] = ()
    unfinished: Change | None = None

    @property
    def in_use(self) -> tuple[KeyRecord, ...]:
        """Return the keys that a token is made with, each over the token of the one before."""
        return tuple(key for key in self.keys if key.ended is None)


@dataclass(frozen=True)
class KeyStore:
    """The keys of one home, in keys/, and their fingerprints, in landing/keys.json.

    A backup of landing holds no keys and keys/ no fingerprints, so a key file that is lost or
    another one is noticed before a single token is made with the wrong key.
    """

    home: Home

    def chain(self, domain: str) -> tuple[Key, ...]:
        """Return the keys of a domain, the first one of all made when there never was any.

        Raises KeyFileError when the file is gone, damaged or not the one that was used before,
        and when a change of keys was broken off.
        """
        record = self.records().get(domain, DomainRecord())
        if record.unfinished:
            raise KeyFileError(
                f"De wisseling van de sleutels van {domain} is afgebroken, en de helft van landing "
                "heeft al andere pseudoniemen. Maak haar af met 'impactkompas keys "
                f"{record.unfinished} {domain}'."
            )
        return self.known_chain(domain) if record.keys else self._first(domain)

    def known_chain(self, domain: str) -> tuple[Key, ...]:
        """Return the keys that the fingerprints of a domain name, also during a change of keys."""
        found = {key.id: key for key in self._read(domain)}
        chain = []
        for record in self.records()[domain].in_use:
            key = found.get(record.id)
            if key is None or key.fingerprint(domain) != record.fingerprint:
                raise KeyFileError(
                    f"keys/{domain}.key is niet de sleutel waarmee de gegevens in landing "
                    f"gepseudonimiseerd zijn ({record.id}, vingerafdruk {record.fingerprint}). "
                    f"Zet de goede terug uit uw eigen bewaarplaats. {_LOST.format(domain)}"
                )
            chain.append(key)
        return tuple(chain)

    def records(self) -> dict[str, DomainRecord]:
        """Return what is known of the keys of every domain."""
        if not self._register.exists():
            return {}
        try:
            found = json.loads(self._register.read_text(encoding="utf-8"))
            return {
                domain: DomainRecord(
                    tuple(KeyRecord(**key) for key in record["keys"]), record["unfinished"]
                )
                for domain, record in found.items()
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            raise KeyFileError(
                f"landing/{self._register.name} is beschadigd. Zet het bestand terug uit de "
                "back-up: daarin staat aan welke vingerafdrukken de sleutels te herkennen zijn."
            ) from None

    def begin(self, domain: str, change: Change) -> None:
        """Make the next key of a domain and begin a change to it; a rekey destroys the others."""
        record = self.records()[domain]
        key = Key(f"k{len(record.keys) + 1}", secrets.token_bytes(KEY_BYTES))
        # The key first: a fingerprint without its key would be a loss.
        if change == "rotate":
            former = record.keys
            self._write(domain, (*self.known_chain(domain), key))
        else:
            former = tuple(
                each if each.ended else replace(each, ended=_now()) for each in record.keys
            )
            self._write(domain, (key,))
        self._record(domain, DomainRecord((*former, _new(domain, key)), change))

    def finish(self, domain: str) -> None:
        """End a change of keys."""
        self._record(domain, replace(self.records()[domain], unfinished=None))

    def guard(self) -> list[str]:
        """Refuse keys that cannot be used; return in Dutch what was wide open and is closed now."""
        repaired = self._close()
        for domain in self.records():
            self.chain(domain)
        return repaired

    @property
    def _register(self) -> Path:
        return self.home.landing / "keys.json"

    def _file(self, domain: str) -> Path:
        return self.home.keys / f"{domain}.key"

    def _first(self, domain: str) -> tuple[Key, ...]:
        if not self._file(domain).exists():
            self._write(domain, (Key("k1", secrets.token_bytes(KEY_BYTES)),))
        keys = self._read(domain)
        known = DomainRecord(tuple(_new(domain, key) for key in keys))
        self._record(domain, known)
        return keys

    def _read(self, domain: str) -> tuple[Key, ...]:
        file = self._file(domain)
        try:
            lines = [line.split() for line in file.read_text(encoding="ascii").splitlines()]
            keys = tuple(Key(id_, bytes.fromhex(secret)) for id_, secret in lines)
        except FileNotFoundError:
            raise KeyFileError(
                f"keys/{file.name} is weg: zet het terug uit uw eigen bewaarplaats. Een nieuwe "
                "sleutel herkent niemand van wie er al gegevens zijn, en wordt dus niet vanzelf "
                f"gemaakt. {_LOST.format(domain)}"
            ) from None
        except ValueError:
            keys = ()
        if not keys or {len(key.secret) for key in keys} != {KEY_BYTES}:
            raise KeyFileError(
                f"keys/{file.name} is beschadigd of geen sleutelbestand. Zet het goede terug uit "
                f"uw eigen bewaarplaats. {_LOST.format(domain)}"
            )
        return keys

    def _write(self, domain: str, keys: tuple[Key, ...]) -> None:
        file = self._file(domain)
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        text = "".join(f"{key.id} {key.secret.hex()}\n" for key in keys)
        write_secret(unfinished, text.encode("ascii"))
        replace_durably(unfinished, file)

    def _record(self, domain: str, record: DomainRecord) -> None:
        known = self.records() | {domain: record}
        self.home.landing.mkdir(parents=True, exist_ok=True)
        temporary = self._register.with_suffix(".unfinished")
        content = {name: asdict(each) for name, each in sorted(known.items())}
        temporary.write_text(json.dumps(content, indent=2), encoding="utf-8")
        replace_durably(temporary, self._register)

    def _close(self) -> list[str]:
        """Take from everybody but the owner what they may do in keys/."""
        folder = self.home.keys
        if not folder.is_dir():
            return []
        open_to_others = [
            place
            for place in (folder, *sorted(folder.rglob("*")))
            if place.stat().st_mode & _FOR_OWNER_ONLY
        ]
        try:
            for place in open_to_others:
                place.chmod(0o700 if place.is_dir() else 0o600)
        except PermissionError:
            raise KeyFileError(
                f"{folder} is open voor anderen en is niet van deze gebruiker. Geef de map aan de "
                "gebruiker die de nacht draait, met rechten 0700, en de bestanden 0600."
            ) from None
        if not open_to_others:
            return []
        names = ", ".join(str(place.relative_to(self.home.root)) for place in open_to_others[:5])
        more = " en meer" if len(open_to_others) > 5 else ""
        notice = (
            f"{names}{more} stond open voor andere gebruikers van deze machine en is nu alleen "
            "voor de eigenaar. Kan iemand de sleutels gelezen hebben, vervang ze dan "
            "('impactkompas keys rekey')."
        )
        return [notice]


def write_secret(file: Path, secret: bytes) -> None:
    """Write a new file, readable by the owner only, and wait until it is on disk."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, secret)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _new(domain: str, key: Key) -> KeyRecord:
    return KeyRecord(key.id, key.fingerprint(domain), _now())


def _now() -> str:
    return datetime.now(UTC).replace(microsecond=0).isoformat()
