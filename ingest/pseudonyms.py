"""Keyed pseudonyms: the only form in which a person goes past the door."""

import unicodedata
from collections.abc import Callable
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from ingest.home import Home
from ingest.keys import Key, KeyStore

# In hex digits.
TOKEN_LENGTH = 32
_TOKEN_BYTES = TOKEN_LENGTH // 2
# What stands in the place of a name or number when there is none, without dots.
NOBODY = frozenset(
    ("anonymous", "anoniem", "onbekend", "unknown", "nvt", "geen", "none", "nan", "undefined")
)
# How nearly all are written: as they are when normal, so that they need no closer look.
_ORDINARY_NUMBER = "^[0-9A-Za-z]*[1-9][0-9A-Za-z]*$"
_ORDINARY_BSN = "^(?:[1-9][0-9]{8}|0[1-9][0-9]{7})$"
_ORDINARY_NAME = "^[!-@\\[-~]+(?: [!-@\\[-~]+)*$"


class Pseudonyms:
    """Makes the tokens of one organisation, `<domain>:<key id>:<hex>`, with keys per domain.

    The same person gives the same token in one domain every night, and another one in another
    domain. After a rotation a token is made of the token of the key before.
    """

    def __init__(self, home: Home) -> None:
        self._keys = KeyStore(home)
        self._chains: dict[str, tuple[Key, ...]] = {}

    def key_ids(self, domain: str) -> tuple[str, ...]:
        """Return the ids of the keys with which tokens of a domain can be made, oldest first."""
        return tuple(key.id for key in self._chain(domain))

    def identifiers(
        self, domain: str, values: pa.StringArray, *, key_id: str | None = None
    ) -> pa.StringArray:
        """Return the tokens of client, worker or household numbers; null stays null.

        `key_id` asks for the tokens as they were when that key was the newest.
        """
        key_ids = self.key_ids(domain)
        chain_length = key_ids.index(key_id) + 1 if key_id else len(key_ids)
        normal = partial(_normalised, ordinary=_ORDINARY_NUMBER, normalise=normal_identifier)
        return self._replace(domain, values, normal, chain_length)

    def citizen_numbers(self, domain: str, values: pa.StringArray) -> pa.StringArray:
        """Return the tokens of BSN's, the same with or without dots and leading zero."""
        normal = partial(_normalised, ordinary=_ORDINARY_BSN, normalise=normal_citizen_number)
        return self._replace(domain, values, normal)

    def match_tokens(
        self, domain: str, names: pa.StringArray, birth_dates: pa.Array
    ) -> pa.StringArray:
        """Return tokens of name and birth date, to find one person under two numbers."""
        days = pc.strftime(birth_dates, format="%Y-%m-%d")
        joined = pc.ascii_lower(pc.binary_join_element_wise(names, days, "|"))
        normal = partial(_normalised, ordinary=_ORDINARY_NAME, normalise=normal_name)
        return self._replace(domain, joined, normal)

    def _replace(
        self,
        domain: str,
        values: pa.StringArray,
        normal: Callable[[pa.StringArray], pa.StringArray],
        chain_length: int | None = None,
    ) -> pa.StringArray:
        encoded = values.dictionary_encode()
        texts = normal(encoded.dictionary)
        for key in self._chain(domain)[:chain_length]:
            texts = TokenMaker(domain, key).tokens(texts)
        return texts.take(encoded.indices)

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
        (token,) = self.tokens(pa.array([text], pa.string())).to_pylist()
        return str(token)

    def tokens(self, texts: pa.StringArray) -> pa.StringArray:
        """Return the token of every text; null stays null."""
        copy_hmac = self._hmac.copy
        digests = []
        for text in texts.drop_null().cast(pa.binary()).to_pylist():
            digest = copy_hmac()
            digest.update(text)
            digests.append(digest.finalize()[:_TOKEN_BYTES])
        offsets = np.arange(len(digests) + 1, dtype=np.int32) * TOKEN_LENGTH
        in_hex = b"".join(digests).hex().encode()
        found = pa.StringArray.from_buffers(
            len(digests), pa.py_buffer(offsets), pa.py_buffer(in_hex)
        )
        tokens = pc.binary_join_element_wise(self._prefix, found, "")
        return pc.replace_with_mask(texts, texts.is_valid(), tokens)


def _normalised(
    texts: pa.StringArray, ordinary: str, normalise: Callable[[str], str]
) -> pa.StringArray:
    """Return every text as `normalise` does it, which leaves `ordinary` ones alone; '' is null."""
    is_odd = pc.invert(pc.match_substring_regex(texts, ordinary))
    odd = [normalise(text) or None for text in texts.filter(is_odd).to_pylist()]
    return pc.replace_with_mask(texts, is_odd, pa.array(odd, pa.string())) if odd else texts


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
