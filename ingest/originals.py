"""Deliveries as they came, encrypted at rest with a key of their own."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ingest.home import Home, replace_durably
from ingest.keys import write_secret

_CHUNK = 1024 * 1024
_TAG = 16
_KEY_BITS = 256


class OriginalError(Exception):
    """An original that cannot be opened; the message is Dutch."""


@dataclass(frozen=True)
class Originals:
    """The encrypted originals of one source.

    A file is a row of chunks of 1 MiB, each sealed with AES-256-GCM. The nonce is the number of
    the chunk and whether it is the last, so chunks cannot be swapped, dropped or cut off; the
    delivery is authenticated with it, so files cannot be swapped either. Every file has a fresh
    key, so a nonce is never used twice with one key; without the key the file is worthless.
    """

    home: Home
    source_id: str

    def path(self, delivery_id: str) -> Path:
        """Return the file that holds the ciphertext of a delivery."""
        return self.home.originals / self.source_id / f"{delivery_id}.enc"

    def key_path(self, delivery_id: str) -> Path:
        """Return the file that holds the key of a delivery."""
        return self.home.keys / "originals" / f"{self.source_id}-{delivery_id}.key"

    def delivery_ids(self) -> list[str]:
        """Return the deliveries that are kept, oldest first."""
        folder = self.path("-").parent
        return sorted(file.stem for file in folder.glob("*.enc"))

    def exists(self, delivery_id: str) -> bool:
        """Say whether this delivery can be read again."""
        return self.path(delivery_id).exists() and self.key_path(delivery_id).exists()

    def store(self, delivery_id: str, clear: BinaryIO) -> str:
        """Encrypt a delivery, wait until it is on disk and return the SHA-256 of the clear bytes.

        A copy that was left half by an earlier night is replaced, its key included.
        """
        final = self.path(delivery_id)
        final.parent.mkdir(parents=True, exist_ok=True)
        key_path = self.key_path(delivery_id)
        key_path.unlink(missing_ok=True)
        key = AESGCM.generate_key(_KEY_BITS)
        write_secret(key_path, key)
        temporary = final.with_suffix(".partial")
        sha256 = hashlib.sha256()
        with temporary.open("wb") as sealed:
            cipher, number = AESGCM(key), 0
            chunk, following = clear.read(_CHUNK), clear.read(_CHUNK)
            while True:
                sha256.update(chunk)
                nonce = _nonce(number, is_last=not following)
                sealed.write(cipher.encrypt(nonce, chunk, self._name(delivery_id)))
                if not following:
                    break
                chunk, following, number = following, clear.read(_CHUNK), number + 1
        replace_durably(temporary, final)
        return sha256.hexdigest()

    def open(self, delivery_id: str) -> BinaryIO:
        """Open the clear bytes of a delivery for reading; nothing of it is written to disk.

        Raises OriginalError when the file or its key is gone, and while reading when one byte
        was changed or the end is missing.
        """
        if not self.exists(delivery_id):
            raise OriginalError(
                f"Het origineel van levering {delivery_id} of zijn sleutel is er niet meer. "
                "Vraag de leverancier om een nieuwe levering."
            )
        cipher = AESGCM(self.key_path(delivery_id).read_bytes())
        sealed = self.path(delivery_id).open("rb")
        raw = _Decrypted(sealed, cipher, self._name(delivery_id), delivery_id)
        return io.BufferedReader(raw, _CHUNK)

    def remove(self, delivery_id: str) -> None:
        """Destroy the key of a delivery, and with it the original, whole or half."""
        self.key_path(delivery_id).unlink(missing_ok=True)
        self.path(delivery_id).unlink(missing_ok=True)
        self.path(delivery_id).with_suffix(".partial").unlink(missing_ok=True)

    def remove_all(self, pattern: str) -> None:
        """Destroy every original, whole or half, whose id fits a pattern such as '*-page-*'."""
        for file in self.path("-").parent.glob(f"{pattern}.*"):
            self.remove(file.stem)

    def _name(self, delivery_id: str) -> bytes:
        return f"{self.source_id}/{delivery_id}".encode()


class _Decrypted(io.RawIOBase):
    """The clear bytes of a sealed file, one authenticated chunk at a time."""

    def __init__(self, sealed: BinaryIO, cipher: AESGCM, name: bytes, delivery_id: str) -> None:
        self._sealed, self._cipher, self._name = sealed, cipher, name
        self._delivery_id = delivery_id
        self._number = 0
        self._following = sealed.read(_CHUNK + _TAG)
        self._clear = memoryview(b"")
        self._is_finished = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._clear and not self._is_finished:
            self._clear = memoryview(self._next_chunk())
        count = min(len(buffer), len(self._clear))
        buffer[:count] = self._clear[:count]
        self._clear = self._clear[count:]
        return count

    def close(self) -> None:
        self._sealed.close()
        super().close()

    def _next_chunk(self) -> bytes:
        chunk, self._following = self._following, self._sealed.read(_CHUNK + _TAG)
        self._is_finished = not self._following
        nonce = _nonce(self._number, is_last=self._is_finished)
        self._number += 1
        try:
            return self._cipher.decrypt(nonce, chunk, self._name)
        except InvalidTag:
            raise OriginalError(
                f"Het bewaarde origineel van levering {self._delivery_id} is beschadigd of "
                "veranderd. Vraag de leverancier om een nieuwe levering."
            ) from None


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])
