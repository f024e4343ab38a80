"""Keyed pseudonyms: the only form in which a person goes past the door."""

import hmac
import os
import secrets
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ingest.columns import map_distinct

KEY_ID = "k1"
KEY_BYTES = 32
# A token is 32 hex digits; the memory of a night must not grow with the number of persons.
_TOKEN_LENGTH = 32
_CACHE_SIZE = 500_000


class KeyFileError(Exception):
    """A key file that cannot be used; the message is Dutch."""


class Pseudonyms:
    """Makes the tokens of one organisation, `<domain>:<key id>:<hex>`, with one key per domain.

    The same person gives the same token in one domain every night, and another one in another
    domain. A key is made when its domain is first used.
    """

    def __init__(self, keys: Path) -> None:
        self._keys = keys
        self._tokens: dict[tuple[str, Callable[[str], str]], _Tokens] = {}

    def identifiers(self, domain: str, values: pa.StringArray) -> pa.StringArray:
        """Return the tokens of client, worker or household numbers; null stays null."""
        return self._replace(domain, values, normal_identifier)

    def citizen_numbers(self, domain: str, values: pa.StringArray) -> pa.StringArray:
        """Return the tokens of BSN's, the same with or without dots and leading zero."""
        return self._replace(domain, values, normal_citizen_number)

    def match_tokens(
        self, domain: str, names: pa.StringArray, birth_dates: pa.Array
    ) -> pa.StringArray:
        """Return tokens of name and birth date, to find one person under two numbers."""
        days = pc.strftime(birth_dates, format="%Y-%m-%d")
        joined = pc.binary_join_element_wise(names, days, "|")
        return self._replace(domain, joined, normal_name)

    def _replace(
        self, domain: str, values: pa.StringArray, normalise: Callable[[str], str]
    ) -> pa.StringArray:
        if (domain, normalise) not in self._tokens:
            key = read_or_make_key(self._keys / f"{domain}.key")
            self._tokens[domain, normalise] = _Tokens(domain, key, normalise)
        tokens = self._tokens[domain, normalise]
        if len(tokens) > _CACHE_SIZE:
            tokens.clear()
        return map_distinct(values, tokens.__getitem__, pa.string())


class _Tokens(dict[str, str | None]):
    """The token of every value that was asked for, made when it is first asked."""

    def __init__(self, domain: str, key: bytes, normalise: Callable[[str], str]) -> None:
        super().__init__()
        self._prefix = f"{domain}:{KEY_ID}:"
        self._hmac = hmac.new(key, digestmod="sha256")
        self._normalise = normalise

    def __missing__(self, value: str) -> str | None:
        normal = self._normalise(value)
        token = None
        if normal:
            digest = self._hmac.copy()
            digest.update(normal.encode())
            token = self._prefix + digest.hexdigest()[:_TOKEN_LENGTH]
        self[value] = token
        return token


def normal_identifier(text: str) -> str:
    """Return a number or code without the spaces and dots that people put in."""
    return "".join(unicodedata.normalize("NFC", text).split()).replace(".", "")


def normal_citizen_number(text: str) -> str:
    """Return a BSN as nine digits, with the leading zero that Excel loses."""
    return normal_identifier(text).zfill(9)


def normal_name(text: str) -> str:
    """Return a name (with what is joined to it) without case and double spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def read_or_make_key(file: Path) -> bytes:
    """Return the key in a file; one that is not there yet is made.

    Raises KeyFileError when the file is no key.
    """
    if not file.exists():
        write_key(file, secrets.token_bytes(KEY_BYTES))
    key = file.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"keys/{file.name} is geen sleutel van {KEY_BYTES} bytes. Zet de goede sleutel terug "
            "uit uw eigen bewaarplaats; met een nieuwe sleutel herkent Impactkompas niemand meer."
        )
    return key


def write_key(file: Path, key: bytes) -> None:
    """Write a new key, readable by the owner only, and wait until it is on disk."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, key)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
