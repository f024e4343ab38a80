"""The restore drill: a home from a backup, with its keys from another place, gives the same night.

The build database that it finds is of another DuckDB, as after an upgrade: it is made anew.
"""

import subprocess
from pathlib import Path

from tests.conftest import COMMAND, Night, run_night
from tests.nights.test_same_bytes import hashes


def done(*arguments: str | Path) -> str:
    said = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


def test_a_restored_home_gives_the_same_bytes(clean_night: Night, tmp_path: Path) -> None:
    before = hashes(clean_night)
    data, keys, again = tmp_path / "data", tmp_path / "safe", tmp_path / "again"
    done("backup", data, "--home", clean_night.home)
    done("backup", keys, "--keys", "--home", clean_night.home)
    assert "Zet nu ook de sleutels terug" in done("restore", data, again)
    (made,) = keys.iterdir()
    done("restore", made, again)
    warehouse = again / "warehouse" / "build.duckdb"
    # Storage version 999: a file that this DuckDB cannot open.
    warehouse.write_bytes(b"\0" * 8 + b"DUCK" + (999).to_bytes(8, "little") + b"\0" * 4076)
    night = run_night(again)
    assert night.exit_code == clean_night.exit_code, night.said
    assert hashes(night) == before
