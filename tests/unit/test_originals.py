"""Originals are ciphertext, and a change of a single byte is noticed."""

import hashlib
import io
from pathlib import Path

import pytest

from ingest.home import Home
from ingest.originals import OriginalError, Originals

CHUNK = 1024 * 1024
TAG = 16


@pytest.fixture
def originals(tmp_path: Path) -> Originals:
    home = Home(tmp_path)
    home.create()
    return Originals(home, "ecd-clienten")


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK])
def test_what_goes_in_comes_out(originals: Originals, size: int) -> None:
    clear = bytes(index % 251 for index in range(size))
    assert originals.store("d", io.BytesIO(clear)) == hashlib.sha256(clear).hexdigest()
    with originals.open("d") as opened:
        assert opened.read() == clear


def test_the_file_holds_nothing_of_the_clear_text(originals: Originals) -> None:
    originals.store("d", io.BytesIO(b"Wolf;123456782;" * 1_000))
    sealed = originals.path("d").read_bytes()
    assert b"Wolf" not in sealed
    assert b"123456782" not in sealed


def test_every_delivery_has_a_key_of_its_own_for_the_owner_only(originals: Originals) -> None:
    originals.store("a", io.BytesIO(b"x"))
    originals.store("b", io.BytesIO(b"x"))
    first, second = originals.key_path("a"), originals.key_path("b")
    assert first.read_bytes() != second.read_bytes()
    assert first.stat().st_mode & 0o777 == 0o600
    assert originals.path("a").read_bytes() != originals.path("b").read_bytes()


def spoilt(change: str, sealed: bytes) -> bytes:
    first, second = sealed[: CHUNK + TAG], sealed[CHUNK + TAG : 2 * (CHUNK + TAG)]
    rest = sealed[2 * (CHUNK + TAG) :]
    return {
        "a byte changed": bytes([sealed[0] ^ 1]) + sealed[1:],
        "cut in a chunk": sealed[:-1],
        "cut between chunks": first + second,
        "chunks swapped": second + first + rest,
        "empty": b"",
    }[change]


@pytest.mark.parametrize(
    "change", ["a byte changed", "cut in a chunk", "cut between chunks", "chunks swapped", "empty"]
)
def test_a_file_that_was_tampered_with_is_not_read(originals: Originals, change: str) -> None:
    originals.store("d", io.BytesIO(b"0123456789" * (CHUNK // 4)))
    path = originals.path("d")
    path.write_bytes(spoilt(change, path.read_bytes()))
    with originals.open("d") as opened, pytest.raises(OriginalError, match="beschadigd"):
        opened.read()


def test_one_delivery_cannot_be_passed_off_as_another(originals: Originals) -> None:
    originals.store("a", io.BytesIO(b"x"))
    originals.path("a").rename(originals.path("b"))
    originals.key_path("a").rename(originals.key_path("b"))
    with originals.open("b") as opened, pytest.raises(OriginalError):
        opened.read()


def test_without_its_key_an_original_is_gone(originals: Originals) -> None:
    originals.store("d", io.BytesIO(b"x"))
    originals.remove("d")
    assert not originals.exists("d")
    with pytest.raises(OriginalError, match="er niet meer"):
        originals.open("d")


def test_a_second_attempt_after_a_crash_uses_a_new_key(originals: Originals) -> None:
    originals.store("d", io.BytesIO(b"half"))
    key = originals.key_path("d").read_bytes()
    originals.store("d", io.BytesIO(b"heel"))
    assert originals.key_path("d").read_bytes() != key
    with originals.open("d") as opened:
        assert opened.read() == b"heel"
