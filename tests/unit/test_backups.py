"""A backup is whole and provable or none, has no keys beside data, and gives the home back."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from ingest.home import Home
from ingest.kept.backups import BackupError, back_up, read_backup, restore
from ingest.ledger import Ledger
from tests.conftest import COMMAND
from tests.unit.small_organisation import Organisation, new_organisation

DAY = date(2026, 1, 5)


@pytest.fixture
def organisation(tmp_path: Path) -> Organisation:
    organisation = new_organisation(tmp_path)
    organisation.deliver(DAY)
    organisation.night(DAY)
    organisation.home.settings_file.write_text('organisation_name = "Huis"\n', encoding="utf-8")
    return organisation


def contents(home: Home, *parts: str) -> dict[str, bytes]:
    return {
        file.relative_to(home.root).as_posix(): file.read_bytes()
        for part in parts
        for file in (home.root / part).rglob("*")
        if file.is_file()
    }


def test_a_restored_home_has_the_same_landing_and_makes_the_same_raw(
    organisation: Organisation, tmp_path: Path
) -> None:
    back_up(organisation.home, tmp_path / "data", "gegevens", "1")
    back_up(organisation.home, tmp_path / "safe", "sleutels", "1")
    again = Organisation(Home(tmp_path / "again"))
    restore(tmp_path / "data", again.home)
    (keys,) = (tmp_path / "safe").iterdir()
    restore(keys, again.home)
    assert contents(again.home, "landing") == contents(organisation.home, "landing")
    again.night(DAY)
    assert contents(again.home, "raw") == contents(organisation.home, "raw")
    # The same person gets the same pseudonym from the next delivery on.
    for each in (organisation, again):
        each.deliver(date(2026, 1, 6), clienten=["R-9;0000009;;;01-02-2025;Vis;01-01-1990"])
        each.night(date(2026, 1, 6))
    assert contents(again.home, "raw") == contents(organisation.home, "raw")
    assert (again.home.keys.stat().st_mode & 0o777) == 0o700


def test_a_backup_of_data_has_no_key_and_one_of_keys_no_data(
    organisation: Organisation, tmp_path: Path
) -> None:
    data = back_up(organisation.home, tmp_path / "data", "gegevens", "1")
    keys = back_up(organisation.home, tmp_path / "safe", "sleutels", "1")
    assert {name.partition("/")[0] for name in data.sha256} == {
        "landing", "contracts", "settings.toml",
    }  # fmt: skip
    assert {name.partition("/")[0] for name in keys.sha256} == {"keys"}
    # Keys of originals are destroyed with them: no copy may outlive them.
    assert not [name for name in keys.sha256 if name.startswith("keys/originals")]
    secrets = [file.read_bytes() for file in organisation.home.keys.rglob("*.key")]
    kept = b"".join(file.read_bytes() for file in data.folder.rglob("*") if file.is_file())
    assert not [secret for secret in secrets if secret.strip() in kept]


@pytest.mark.parametrize(("first", "second"), [("gegevens", "sleutels"), ("sleutels", "gegevens")])
def test_data_and_keys_are_never_kept_in_one_place(
    organisation: Organisation, tmp_path: Path, first: str, second: str
) -> None:
    back_up(organisation.home, tmp_path / "one", first, "1")  # type: ignore[arg-type]
    with pytest.raises(BackupError, match="ergens anders"):
        back_up(organisation.home, tmp_path / "one", second, "1")  # type: ignore[arg-type]


@pytest.mark.parametrize("change", ["flip", "cut", "remove"])
def test_a_backup_that_is_not_as_it_was_is_not_put_back(
    organisation: Organisation, tmp_path: Path, change: str
) -> None:
    made = back_up(organisation.home, tmp_path / "data", "gegevens", "1")
    file = next((made.folder / "landing").rglob("*.parquet"))
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    {
        "flip": lambda: file.write_bytes(content),
        "cut": lambda: file.write_bytes(content[:-1]),
        "remove": file.unlink,
    }[change]()
    with pytest.raises(BackupError, match="niet meer zoals zij gemaakt is: 1 bestanden"):
        restore(made.folder, Home(tmp_path / "again"))
    assert not (tmp_path / "again").exists()


def test_nothing_is_overwritten(organisation: Organisation, tmp_path: Path) -> None:
    made = back_up(organisation.home, tmp_path / "data", "gegevens", "1")
    with pytest.raises(BackupError, match="is niet leeg"):
        restore(made.folder, organisation.home)


def test_a_manifest_that_points_outside_the_home_is_refused(
    organisation: Organisation, tmp_path: Path
) -> None:
    made = back_up(organisation.home, tmp_path / "data", "gegevens", "1")
    file = made.folder / "manifest.json"
    manifest = json.loads(file.read_text())
    manifest["sha256"]["../../outside"] = "0" * 64
    file.write_text(json.dumps(manifest))
    with pytest.raises(BackupError, match="beschadigd"):
        restore(made.folder, Home(tmp_path / "again"))


def test_half_a_backup_is_none_and_is_cleared_away(
    organisation: Organisation, tmp_path: Path
) -> None:
    (tmp_path / "data" / "20260101T000000Z-gegevens.partial" / "landing").mkdir(parents=True)
    with pytest.raises(BackupError, match="geen hele back-up"):
        read_backup(tmp_path / "data")
    back_up(organisation.home, tmp_path / "data", "gegevens", "1")
    assert not list((tmp_path / "data").glob("*.partial"))


def test_a_backup_inside_the_home_or_of_nothing_is_refused(
    organisation: Organisation, tmp_path: Path
) -> None:
    with pytest.raises(BackupError, match="in het thuis zelf"):
        back_up(organisation.home, organisation.home.root / "backup", "gegevens", "1")
    with pytest.raises(BackupError, match="nog niets om te bewaren"):
        back_up(Home(tmp_path / "nobody"), tmp_path / "data", "gegevens", "1")


def test_while_a_run_holds_the_home_no_backup_is_made(
    organisation: Organisation, tmp_path: Path
) -> None:
    import fcntl

    with (organisation.home.root / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [COMMAND, "backup", tmp_path / "data", "--home", organisation.home.root],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 11
    assert not (tmp_path / "data").exists()


def test_who_was_erased_after_the_backup_stays_so_with_the_tombstones_of_today(
    organisation: Organisation, tmp_path: Path
) -> None:
    made = back_up(organisation.home, tmp_path / "data", "gegevens", "1")
    organisation.erase("0047119")
    again = Organisation(Home(tmp_path / "again"))
    restore(made.folder, again.home)
    shutil.copytree(organisation.home.keys, again.home.keys, dirs_exist_ok=True)
    shutil.copy(organisation.home.landing / "tombstones.jsonl", again.home.landing)
    again.night(DAY)
    assert "R-7001" not in again.refs()
    assert Ledger(again.home.ledger_file).events()


def test_a_newer_version_of_a_contract_reads_what_was_landed_under_the_old_one(
    organisation: Organisation, tmp_path: Path
) -> None:
    made = back_up(organisation.home, tmp_path / "data", "gegevens", "1")
    again = Organisation(Home(tmp_path / "again"))
    restore(made.folder, again.home)
    shutil.copytree(organisation.home.keys, again.home.keys, dirs_exist_ok=True)
    for file in again.home.contracts.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("version: 1.0.0", "version: 2.0.0"), encoding="utf-8")
    again.night(DAY)
    assert again.refs() == organisation.refs()
