"""Backups of a home: what cannot be made again, whole and provable; the keys always apart."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from ingest import dutch
from ingest.home import Home

_MANIFEST = "manifest.json"
_PARTIAL = ".partial"
_CHUNK = 1024 * 1024
# Everything else is made of these by the next night, or is there for thirty days only.
_DATA = (
    "landing",
    "frozen",
    "contracts",
    "definitions",
    "meetplan.xlsx",
    "settings.toml",
    "opdrachtgever",
    "bewoners",
)
_KEYS = "keys"
# Who destroys an original destroys its key: a copy of that key would undo it.
_NEVER = PurePosixPath("keys/originals")
_NOUNS = {"gegevens": "de gegevens", "sleutels": "de sleutels"}

Kind = Literal["gegevens", "sleutels"]


class BackupError(Exception):
    """No backup was made or put back; the message says in Dutch why and what to do."""


@dataclass(frozen=True)
class Backup:
    """A backup on disk: its folder, what it holds, and its files by their place in the home."""

    folder: Path
    kind: Kind
    sha256: dict[str, str]
    size: int

    @property
    def sentence(self) -> str:
        """Return in Dutch what is in it."""
        return (
            f"{self.folder}: {dutch.number(len(self.sha256))} bestanden van {_NOUNS[self.kind]}, "
            f"{dutch.number(self.size)} bytes."
        )


def back_up(home: Home, target: Path, kind: Kind, code_version: str) -> Backup:
    """Copy what cannot be made again to a new folder in `target`; the caller holds the run lock.

    The folder gets its name when every file in it is on disk, so half a backup is none.

    Raises:
        BackupError: there is nothing to copy, no room, or data and keys would stand together.

    """
    _require_apart(home, target, kind)
    files = list(_files(home, kind))
    if not files:
        raise BackupError(
            f"In {home.root} staat nog niets om te bewaren. Draai eerst een nacht met "
            "'impactkompas run'."
        )
    moment = datetime.now(UTC)
    final = target / f"{moment:%Y%m%dT%H%M%SZ}-{kind}"
    partial = final.with_name(f"{final.name}{_PARTIAL}")
    try:
        for leftover in target.glob(f"*-{kind}{_PARTIAL}"):
            shutil.rmtree(leftover)
        partial.mkdir(mode=0o700, parents=True)
        sha256 = {name: _copy(home.root / name, partial / name) for name in files}
        manifest = {
            "kind": kind,
            "made_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "code_version": code_version,
            "sha256": sha256,
        }
        (partial / _MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        _to_disk(partial)
        partial.rename(final)
        _sync(target)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise BackupError(
            f"De back-up naar {target} is niet gelukt ({error.strerror}). Er blijft niets half "
            "staan. Controleer de schijf, de ruimte en de rechten en probeer het opnieuw."
        ) from None
    return read_backup(final)


def restore(source: Path, home: Home) -> Backup:
    """Put a backup back in a home, after every file of it was proved to be as it was.

    Data go to a home that is not there yet, keys to a home that has none; nothing is overwritten.

    Raises:
        BackupError: the backup is not whole, or the home already has what is in it.

    """
    backup = read_backup(source)
    if damaged := damaged_files(backup):
        raise BackupError(
            f"De back-up {backup.folder} is niet meer zoals zij gemaakt is: "
            f"{dutch.number(len(damaged))} bestanden ontbreken of zijn veranderd, waaronder "
            f"{damaged[0]}. Er is niets teruggezet. Neem een andere back-up."
        )
    occupied = home.root if backup.kind == "gegevens" else home.keys
    if occupied.is_dir() and any(each.name != "run.lock" for each in occupied.iterdir()):
        raise BackupError(
            f"{occupied} is niet leeg, en een back-up overschrijft niets. Zet de oude map opzij en "
            "probeer het opnieuw."
        )
    partial = home.root.with_name(f"{home.root.name}{_PARTIAL}")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        for name in backup.sha256:
            _copy(backup.folder / name, partial / name)
        _to_disk(partial)
        home.root.mkdir(parents=True, exist_ok=True)
        for part in sorted(partial.iterdir()):
            if (home.root / part.name).is_dir():
                (home.root / part.name).rmdir()
            part.rename(home.root / part.name)
        partial.rmdir()
        _sync(home.root)
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise BackupError(
            f"Terugzetten in {home.root} is niet gelukt ({error.strerror}). Controleer de schijf, "
            "de ruimte en de rechten, maak de map leeg en probeer het opnieuw."
        ) from None
    home.create()
    return backup


def read_backup(source: Path) -> Backup:
    """Return the backup in a folder, or the newest one of data in the folder of backups."""
    folder = source
    if not (source / _MANIFEST).is_file():
        whole = sorted(file.parent for file in source.glob(f"*-gegevens/{_MANIFEST}"))
        if not whole:
            raise BackupError(
                f"In {source} staat geen hele back-up. Noem de map die 'impactkompas backup' "
                "maakte."
            )
        folder = whole[-1]
    try:
        manifest: dict[str, Any] = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        kind, sha256 = manifest["kind"], manifest["sha256"]
        is_known = kind in _NOUNS and all(_is_inside(name, kind) for name in sha256)
    except (ValueError, KeyError, TypeError, AttributeError):
        is_known = False
    if not is_known:
        raise BackupError(
            f"{folder / _MANIFEST} is beschadigd of niet van een back-up. Neem een andere back-up."
        )
    size = sum(file.stat().st_size for name in sha256 if (file := folder / name).is_file())
    return Backup(folder, kind, sha256, size)


def damaged_files(backup: Backup) -> list[str]:
    """Return the files of a backup that are gone or other than its manifest says."""
    return [
        name
        for name, known in backup.sha256.items()
        if not (backup.folder / name).is_file() or _sha256(backup.folder / name) != known
    ]


def _require_apart(home: Home, target: Path, kind: Kind) -> None:
    place = target.resolve()
    if place == home.root or home.root in place.parents:
        raise BackupError(
            f"{target} ligt in het thuis zelf: een back-up die mee verloren gaat is er geen. Kies "
            "een andere plaats."
        )
    other = next(each for each in _NOUNS if each != kind)
    if any(target.glob(f"*-{other}")):
        raise BackupError(
            f"In {target} staat al een back-up van {_NOUNS[other]}. Wie beide heeft kan mensen "
            f"terugvinden: bewaar {_NOUNS[kind]} ergens anders."
        )


def _files(home: Home, kind: Kind) -> Iterator[str]:
    """Give the files of a home that belong in a backup, by their place in it."""
    for part in _DATA if kind == "gegevens" else (_KEYS,):
        place = home.root / part
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in found:
            name = file.relative_to(home.root)
            is_left_out = _NEVER in PurePosixPath(name.as_posix()).parents
            if file.is_file() and not file.is_symlink() and not is_left_out:
                yield name.as_posix()


def _is_inside(name: str, kind: Kind) -> bool:
    """Say whether a name in a manifest is of a place that a backup of this kind may write."""
    path = PurePosixPath(name)
    parts = _DATA if kind == "gegevens" else (_KEYS,)
    return not path.is_absolute() and ".." not in path.parts and path.parts[0] in parts


def _copy(source: Path, target: Path) -> str:
    """Copy a file with its rights, and return the SHA-256 of what was read."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("wb") as writing:
        while chunk := reading.read(_CHUNK):
            digest.update(chunk)
            writing.write(chunk)
    shutil.copystat(source, target)
    return digest.hexdigest()


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _to_disk(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
