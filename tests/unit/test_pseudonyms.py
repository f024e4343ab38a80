"""Pseudonyms: the same person the same token, and nobody recognisable without the key."""

import hashlib
import hmac
from datetime import date
from pathlib import Path

import pyarrow as pa

from ingest.home import Home
from ingest.pseudonyms import Pseudonyms


def texts(*values: str | None) -> pa.StringArray:
    return pa.array(values, pa.string())


def test_a_token_is_the_start_of_the_hmac_of_the_normal_number(tmp_path: Path) -> None:
    (token,) = Pseudonyms(Home(tmp_path)).identifiers("client", texts("0012")).to_pylist()
    key_id, secret = (tmp_path / "keys" / "client.key").read_text().split()
    assert key_id == "k1"
    expected = hmac.new(bytes.fromhex(secret), b"0012", hashlib.sha256).digest()[:16].hex()
    assert token == f"client:k1:{expected}"


def test_spaces_dots_and_ways_of_writing_accents_do_not_make_another_person(tmp_path: Path) -> None:
    full_width = "A\uff11\uff12\uff13\uff14"
    written = texts("A 12.34", " A1234", "A1234\u00a0", full_width, "Ae\u0301", "A\u00e9")
    tokens = Pseudonyms(Home(tmp_path)).identifiers("client", written).to_pylist()
    assert len(set(tokens[:4])) == 1
    assert len(set(tokens[4:])) == 1


def test_leading_zeros_make_another_client_but_not_another_citizen(tmp_path: Path) -> None:
    pseudonyms = Pseudonyms(Home(tmp_path))
    numbers = texts("012345672", "12345672")
    assert len(set(pseudonyms.identifiers("client", numbers).to_pylist())) == 2
    assert len(set(pseudonyms.citizen_numbers("client", numbers).to_pylist())) == 1


def test_one_number_has_unrelated_tokens_as_client_and_as_worker(tmp_path: Path) -> None:
    pseudonyms = Pseudonyms(Home(tmp_path))
    for make in (pseudonyms.identifiers, pseudonyms.citizen_numbers):
        (client,) = make("client", texts("123456782")).to_pylist()
        (worker,) = make("worker", texts("123456782")).to_pylist()
        assert client.rpartition(":")[2] != worker.rpartition(":")[2]


def test_tokens_are_the_same_the_next_night_and_other_with_another_key(tmp_path: Path) -> None:
    first = Pseudonyms(Home(tmp_path / "a")).identifiers("client", texts("42"))
    assert Pseudonyms(Home(tmp_path / "a")).identifiers("client", texts("42")) == first
    assert Pseudonyms(Home(tmp_path / "b")).identifiers("client", texts("42")) != first


def test_nothing_stays_nothing(tmp_path: Path) -> None:
    pseudonyms = Pseudonyms(Home(tmp_path))
    assert pseudonyms.identifiers("client", texts(None, " . ")).to_pylist() == [None, None]
    born = pa.array([date(1985, 3, 17), None], pa.date32())
    tokens = pseudonyms.match_tokens("client", texts(None, "Jansen"), born)
    assert tokens.to_pylist() == [None, None]


def test_one_person_under_two_numbers_has_one_match_token(tmp_path: Path) -> None:
    born = pa.array([date(1985, 3, 17), date(1985, 3, 17), date(1985, 3, 18)], pa.date32())
    names = texts("De  Wölf", "de wölf", "de wölf")
    same, also, other = Pseudonyms(Home(tmp_path)).match_tokens("client", names, born).to_pylist()
    assert same == also != other
