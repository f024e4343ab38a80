"""What is given along to install: the bill of materials and the files of the service."""

import configparser
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_bill_of_materials_has_every_library_of_the_lock_with_its_hashes() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    made = runpy.run_path(str(ROOT / "docs" / "sbom.py"))["bill"](lock, "impactkompas", "1")
    pinned = [line.split("==")[0] for line in lock.splitlines() if "==" in line and line[0] != " "]
    assert [each["name"] for each in made["components"]] == pinned
    assert all(each["hashes"] for each in made["components"])
    assert sum(len(each["hashes"]) for each in made["components"]) == lock.count("--hash=sha256:")


def test_the_night_of_the_timer_is_at_an_hour_that_every_day_has() -> None:
    timer = configparser.ConfigParser(strict=False)
    timer.read(ROOT / "deploy" / "impactkompas.timer")
    assert timer["Timer"]["OnCalendar"] == "*-*-* 04:00:00 Europe/Amsterdam"
    assert timer["Timer"]["Persistent"] == "yes"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")
@pytest.mark.parametrize("unit", ["impactkompas.service", "impactkompas.timer"])
def test_systemd_understands_the_unit(unit: str) -> None:
    done = subprocess.run(
        ["systemd-analyze", "verify", ROOT / "deploy" / unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Unknown" not in done.stderr
    assert "Failed to parse" not in done.stderr


def test_everything_that_the_container_copies_is_there() -> None:
    for line in (ROOT / "deploy" / "Containerfile").read_text().splitlines():
        if line.startswith("COPY"):
            *sources, _ = line.split()[1:]
            assert all((ROOT / source).exists() for source in sources), line
