"""Keyed pseudonyms: the only form in which a person goes past the door."""

import unicodedata
from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from ingest.columns import map_distinct
from ingest.home import Home
from ingest.keys import Key, KeyStore

# A token is 32 hex digits; the memory of a night must not grow with the number of persons.
TOKEN_LENGTH = 32
# What stands in the place of a name or number when there is none, without dots.
NOBODY = frozenset(
    ("anonymous", "anoniem", "onbekend", "unknown", "nvt", "geen", "none", "nan", "undefined")
)
_CACHE_SIZE = 100_000


class Pseudonyms:
    """Makes the tokens of one organisation, `<domain>:<key id>:<hex>`, with keys per domain.

    The same person gives the same token in one domain every night, and another one in another
    domain. After a rotation a token is made of the token of the key before.
    """

    def __init__(self, home: Home) -> None:
        self._keys = KeyStore(home)
        self._chains: dict[str, tuple[Key, ...]] = {}
        self._tokens: dict[tuple[str, Callable[[str], str], str | None], _Tokens] = {}

    def key_ids(self, domain: str) -> tuple[str, ...]:
        """Return the ids of the keys with which tokens of a domain can be made, oldest first."""
        return tuple(key.id for key in self._chain(domain))

    def identifiers(
        self, domain: str, values: pa.StringArray, *, key_id: str | None = None
    ) -> pa.StringArray:
        """Return the tokens of client, worker or household numbers; null stays null.

        `key_id` asks for the tokens as they were when that key was the newest.
        """
        return self._replace(domain, values, normal_identifier, key_id)

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
        self,
        domain: str,
        values: pa.StringArray,
        normalise: Callable[[str], str],
        key_id: str | None = None,
    ) -> pa.StringArray:
        if (domain, normalise, key_id) not in self._tokens:
            chain = self._chain(domain)
            last = self.key_ids(domain).index(key_id) if key_id else len(chain) - 1
            self._tokens[domain, normalise, key_id] = _Tokens(domain, chain[: last + 1], normalise)
        tokens = self._tokens[domain, normalise, key_id]
        if len(tokens) > _CACHE_SIZE:
            tokens.clear()
        return map_distinct(values, tokens.__getitem__, pa.string())

    def _chain(self, domain: str) -> tuple[Key, ...]:
        if domain not in self._chains:
            self._chains[domain] = self._keys.chain(domain)
        return self._chains[domain]


class TokenMaker:
    """Makes tokens with one key: of a normal number, or of the token of the key before."""

    def __init__(self, domain: str, key: Key) -> None:
        self._prefix = f"{domain}:{key.id}:"
        # Most of the time at the door goes here; the standard library takes twice as long to copy.
        self._hmac = HMAC(key.secret, SHA256())

    def token(self, text: str) -> str:
        """Return the token of a text."""
        digest = self._hmac.copy()
        digest.update(text.encode())
        return self._prefix + digest.finalize().hex()[:TOKEN_LENGTH]


class _Tokens(dict[str, str | None]):
    """The token of every value that was asked for, made when it is first asked."""

    def __init__(self, domain: str, chain: Sequence[Key], normalise: Callable[[str], str]) -> None:
        super().__init__()
        self._makers = [TokenMaker(domain, key) for key in chain]
        self._normalise = normalise

    def __missing__(self, value: str) -> str | None:
        text = self._normalise(value)
        if text:
            for maker in self._makers:
                text = maker.token(text)
        self[value] = token = text or None
        return token


def normal_identifier(text: str) -> str:
    """Return a number or code without the spaces and dots that people put in, digits as digits.

    Empty when it is nobody's: only signs or zeros, or a word that says that nobody is known.
    """
    if not (text.isascii() and text.isalnum()):
        text = "".join(unicodedata.normalize("NFKC", text).split()).replace(".", "")
    if text.isalpha():
        return "" if text.casefold() in NOBODY else text
    return text if any(sign != "0" and sign.isalnum() for sign in text) else ""


def normal_citizen_number(text: str) -> str:
    """Return a BSN as nine digits, with the leading zero that Excel loses."""
    number = normal_identifier(text)
    return number.zfill(9) if number else ""


def normal_name(text: str) -> str:
    """Return a name (with what is joined to it) without case and double spaces."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
