"""Disks that refuse, folders that are gone and files that are torn: faults 15, 17, 18 and 20."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from exports.release import current_release, publish
from ingest.home import Home
from orchestration.readiness import NotReadyError, needed_bytes, require_ready
from tests.conftest import COMMAND
from tests.faults.nights import is_whole
from tests.unit.small_organisation import new_organisation
from tests.unit.test_release import build, facts


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def on_a_disk(folder: Path, options: str, *command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command that finds `folder` on a disk of its own, mounted with these options.

    The disk is there for that command alone; what was in the folder is on it.
    """
    script = (
        'set -e; cp -a "$0" "$0.before"; mount -t tmpfs -o size=100m tmpfs "$0"; '
        'cp -a "$0.before/." "$0/"; rm -rf "$0.before"; mount -o "remount,$1" "$0"; '
        'shift; exec "$@"'
    )
    return subprocess.run(
        ["unshare", "--mount", "bash", "-c", script, folder, options, *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "400"},
    )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("warehouse") / "build.duckdb")


def test_fault_15_a_torn_wal_loses_rows_without_a_word_and_the_count_tells(tmp_path: Path) -> None:
    """DuckDB itself opens what is left; our build starts from an empty file instead."""
    file = tmp_path / "build.duckdb"
    script = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); "
        "c.execute('create table t(i int)'); c.execute('checkpoint'); "
        "[c.execute('insert into t select range from range(1000)') for _ in range(3)]; os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, file], check=False)
    wal = Path(f"{file}.wal")
    whole = wal.read_bytes()
    found = set()
    for cut in (1, 37, 512, 4096):
        place = tmp_path / f"cut{cut}"
        place.mkdir()
        shutil.copy(file, place / "build.duckdb")
        (place / "build.duckdb.wal").write_bytes(whole[:-cut])
        with duckdb.connect(place / "build.duckdb") as connection:
            found.add(connection.execute("select count(*) from t").fetchall()[0][0])
    assert max(found) < 3000


def test_fault_15_a_release_with_fewer_rows_than_were_counted_is_not_made(
    home: Home, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exports import release

    first = publish(home, warehouse, facts("r1")).path
    verify = release._verify

    def torn(folder: Path, rows: dict[str, int]) -> None:
        file = folder / "parquet" / "kpi_value.parquet"
        kept = pq.read_table(file).slice(1)
        pq.write_table(kept, file)
        verify(folder, rows)

    monkeypatch.setattr(release, "_verify", torn)
    with pytest.raises(release.ReleaseError, match="niet heel weggeschreven"):
        publish(home, warehouse, facts("r2"))
    assert current_release(home) == first


@pytest.mark.parametrize("megabytes", [1, 3])
def test_fault_17_a_disk_that_fills_up_while_publishing_keeps_the_old_release(
    home: Home, warehouse: Path, megabytes: int
) -> None:
    publish(home, warehouse, facts("r1"))
    used = sum(file.stat().st_size for file in home.releases.rglob("*") if file.is_file())
    size = f"size={used // 1024 + megabytes * 1024}k"
    command = (sys.executable, "-m", "tests.faults.child", "-", "publish")
    done = on_a_disk(home.releases, size, *command, home.root, warehouse, "r2")
    assert done.returncode != 0
    assert "ReleaseError" in done.stderr
    assert "schijf" in done.stderr
    assert not list(home.releases.glob("*.partial"))


def test_fault_17_a_night_without_room_does_not_begin_and_says_how_much_it_needs(
    home: Home, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(home, warehouse, facts("r1"))
    needed = needed_bytes(home)
    assert needed >= 3 * sum(
        file.stat().st_size for file in home.releases.rglob("*") if file.is_file()
    )
    free = shutil._ntuple_diskusage(needed, 1, needed - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    told = f"{needed:,} bytes nodig".replace(",", ".")
    with pytest.raises(NotReadyError, match=told):
        require_ready(home, is_date_chosen=True)


def test_fault_18_a_home_that_may_not_be_written_ends_with_three_and_a_sentence(
    home: Home, warehouse: Path
) -> None:
    shutil.rmtree(publish(home, warehouse, facts("r1")).path / "team", ignore_errors=True)
    done = on_a_disk(home.root, "ro", COMMAND, "run", "--home", home.root)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "laat niet schrijven" in done.stdout
    assert "Controleer de schijf en de rechten" in done.stdout


def test_fault_18_a_release_folder_that_may_not_be_written_keeps_the_old_release(
    home: Home, warehouse: Path
) -> None:
    publish(home, warehouse, facts("r1"))
    command = (sys.executable, "-m", "tests.faults.child", "-", "publish")
    done = on_a_disk(home.releases, "ro", *command, home.root, warehouse, "r2")
    assert done.returncode != 0
    assert "De vorige uitgave blijft staan" in done.stderr


def test_fault_20_folders_for_temporary_files_that_are_gone_are_made(
    home: Home, warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    for folder in (home.releases, home.frozen, home.warehouse):
        folder.rmdir()
    assert is_whole(publish(home, warehouse, facts("r1")).path)
    organisation = new_organisation(tmp_path / "other")
    for folder in (organisation.home.raw, organisation.home.originals, organisation.home.landing):
        folder.rmdir()
    organisation.deliver(date(2026, 1, 5))
    assert {each.state for each in organisation.night(date(2026, 1, 5)).values()} == {"actueel"}
