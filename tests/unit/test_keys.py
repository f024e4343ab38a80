"""Keys of pseudonyms: known by their fingerprints, and changed without losing who is who."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest import rekeying
from ingest.deliveries import take_in
from ingest.home import Home
from ingest.keys import KeyFileError, KeyStore
from ingest.pseudonyms import Pseudonyms
from ingest.rekeying import rekey, rekey_plan, rotate
from ingest.source_states import SourceResult
from tests.unit.small_ecd import client, csv_bytes, loaded

MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)
Night = Callable[..., SourceResult]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.create()
    return home


@pytest.fixture
def night(home: Home) -> Night:
    contract = loaded(home.contracts)

    def run(day: date, *rows: list[str]) -> SourceResult:
        if rows:
            (home.inbox / f"clienten_{day:%Y%m%d}.csv").write_bytes(csv_bytes(*rows))
        return take_in(home, contract, as_of=day, judge=lambda _: [])

    return run


def token(home: Home, number: str, domain: str = "client", key_id: str | None = None) -> str:
    values = pa.array([number], pa.string())
    (made,) = Pseudonyms(home).identifiers(domain, values, key_id=key_id).to_pylist()
    return str(made)


def raw_clients(home: Home) -> list[str]:
    file = home.raw / "ecd" / "clients" / "ecd-clienten.parquet"
    return [str(each) for each in pq.read_table(file)["client_id"].to_pylist()]


def hmac_of(secret: str, text: str) -> str:
    return hmac.new(bytes.fromhex(secret), text.encode(), hashlib.sha256).hexdigest()[:32]


def test_a_fresh_home_makes_its_keys_for_the_owner_only(home: Home) -> None:
    token(home, "1")
    token(home, "1", "household")
    client_key, household = home.keys / "client.key", home.keys / "household.key"
    key_id, secret = client_key.read_text().split()
    assert (key_id, len(bytes.fromhex(secret))) == ("k1", 32)
    assert client_key.read_text() != household.read_text()
    assert client_key.stat().st_mode & 0o777 == 0o600
    assert home.keys.stat().st_mode & 0o777 == 0o700


def test_the_fingerprint_stands_in_landing_and_tells_nothing_of_the_key(home: Home) -> None:
    token(home, "1")
    register = (home.landing / "keys.json").read_text()
    (key,) = json.loads(register)["client"]["keys"]
    _, secret = (home.keys / "client.key").read_text().split()
    assert key["fingerprint"] == hmac_of(secret, "fingerprint of client k1")[:16]
    assert secret not in register


def test_a_key_that_is_gone_is_asked_back_and_never_made_anew(home: Home) -> None:
    token(home, "1")
    (home.keys / "client.key").unlink()
    with pytest.raises(KeyFileError, match=r"keys/client\.key is weg: zet het terug"):
        token(home, "1")
    with pytest.raises(KeyFileError):
        KeyStore(home).guard()
    assert not (home.keys / "client.key").exists()


def test_another_key_in_its_place_is_refused(home: Home, tmp_path: Path) -> None:
    token(home, "1")
    other = Home(tmp_path / "other")
    token(other, "1")
    (home.keys / "client.key").write_bytes((other.keys / "client.key").read_bytes())
    with pytest.raises(KeyFileError, match="niet de sleutel waarmee"):
        token(home, "1")


@pytest.mark.parametrize("content", [b"kort", b"", b"k1 00ff\n", b"\xff\xfe"])
def test_a_damaged_key_is_refused_and_not_replaced(home: Home, content: bytes) -> None:
    token(home, "1")
    (home.keys / "client.key").write_bytes(content)
    with pytest.raises(KeyFileError, match=r"keys/client\.key is beschadigd"):
        token(home, "1")
    assert (home.keys / "client.key").read_bytes() == content


def test_keys_that_others_may_read_are_closed_and_that_is_said(home: Home) -> None:
    token(home, "1")
    assert KeyStore(home).guard() == []
    (home.keys / "client.key").chmod(0o644)
    home.keys.chmod(0o755)
    (notice,) = KeyStore(home).guard()
    assert "keys/client.key" in notice
    assert (home.keys / "client.key").stat().st_mode & 0o777 == 0o600
    assert home.keys.stat().st_mode & 0o777 == 0o700


def test_after_a_rotation_a_token_is_made_of_the_former_token(home: Home) -> None:
    before = token(home, "42")
    rotate(home, "client")
    lines = (home.keys / "client.key").read_text().split()
    assert lines[0::2] == ["k1", "k2"]
    assert token(home, "42") == f"client:k2:{hmac_of(lines[3], before)}"
    assert token(home, "42", key_id="k1") == before
    assert Pseudonyms(home).key_ids("client") == ("k1", "k2")


def test_a_rotation_changes_every_token_and_nobody_becomes_another(
    home: Home, night: Night
) -> None:
    night(MONDAY, client(1), client(2))
    before = raw_clients(home)
    rotate(home, "client")
    after = raw_clients(home)
    assert set(after).isdisjoint(before)
    assert after == [token(home, "000001"), token(home, "000002")]
    # The match tokens are of the same domain, and nothing of the former key is left.
    for file in [*home.landing.rglob("*.parquet"), *home.raw.rglob("*.parquet")]:
        assert "client:k1:" not in str(pq.read_table(file).to_pylist())
    night(TUESDAY, client(2), client(3))
    assert raw_clients(home) == [after[1], token(home, "000003")]


def test_the_night_refuses_while_a_rotation_is_half_way_and_doing_it_again_finishes(
    home: Home, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night(MONDAY, client(1))
    night(TUESDAY, client(1), client(2))
    before = len(list(home.landing.rglob("*.parquet")))
    assert before == 2
    rewrite, done = rekeying._rewrite, []

    def killed(file: Path, change: Callable[[str], str]) -> None:
        if done:
            raise KeyboardInterrupt
        rewrite(file, change)
        done.append(file)

    monkeypatch.setattr(rekeying, "_rewrite", killed)
    with pytest.raises(KeyboardInterrupt):
        rotate(home, "client")
    with pytest.raises(KeyFileError, match="impactkompas keys rotate client"):
        KeyStore(home).guard()
    with pytest.raises(KeyFileError, match="afgebroken"):
        rekey_plan(home, "client")
    monkeypatch.undo()
    rotate(home, "client")
    assert KeyStore(home).guard() == []
    assert Pseudonyms(home).key_ids("client") == ("k1", "k2")
    for file in home.landing.rglob("*.parquet"):
        assert pq.read_table(file)["client_id"][0].as_py() == token(home, "000001")


def test_a_rotation_that_was_killed_before_it_began_leaves_everything_as_it_was(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = token(home, "42")
    monkeypatch.setattr(KeyStore, "_record", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        rotate(home, "client")
    monkeypatch.undo()
    assert token(home, "42") == before
    rotate(home, "client")
    assert Pseudonyms(home).key_ids("client") == ("k1", "k2")


def test_a_rekey_reads_everything_again_and_destroys_the_old_key(home: Home, night: Night) -> None:
    night(MONDAY, client(1), client(2))
    before, old_key = raw_clients(home), (home.keys / "client.key").read_text()
    plan = rekey_plan(home, "client")
    assert ([each.delivered_on for each in plan.again], plan.lost) == ([MONDAY], ())
    assert raw_clients(home) == before
    rekey(home, "client")
    assert old_key.split()[1] not in (home.keys / "client.key").read_text()
    assert night(MONDAY).rows_out == 2
    after = raw_clients(home)
    assert after == [token(home, "000001"), token(home, "000002")]
    assert set(after).isdisjoint(before)
    assert {each.partition(":")[2][:3] for each in after} == {"k2:"}
    assert [key.ended is None for key in KeyStore(home).records()["client"].keys] == [False, True]


def test_a_delivery_without_original_is_listed_and_asked_for_again(
    home: Home, night: Night
) -> None:
    night(MONDAY, client(1))
    for original in home.originals.rglob("*.enc"):
        original.unlink()
    assert [each.delivered_on for each in rekey_plan(home, "client").lost] == [MONDAY]
    rekey(home, "client")
    assert night(MONDAY).state == "ontbreekt"
    assert night(TUESDAY, client(1)).rows_out == 1
    assert raw_clients(home) == [token(home, "000001")]


def test_a_key_that_is_lost_for_good_is_no_end(home: Home, night: Night) -> None:
    night(MONDAY, client(1))
    (home.keys / "client.key").unlink()
    with pytest.raises(KeyFileError, match="keys rekey client"):
        rotate(home, "client")
    rekey(home, "client")
    assert night(MONDAY).rows_out == 1


def test_a_domain_without_keys_is_not_changed(home: Home) -> None:
    token(home, "1")
    with pytest.raises(KeyFileError, match="kies client"):
        rotate(home, "clint")
