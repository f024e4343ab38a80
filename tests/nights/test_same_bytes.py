"""A night on the same landing gives the same bytes, whatever was thrown away in between."""

import hashlib
import shutil
import zipfile
from pathlib import Path

from tests.conftest import Night, run_night


def hashes(night: Night) -> dict[str, str]:
    """Return the hash of every published Parquet file but the one about the run itself."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in night.parquet.glob("*.parquet")
        if file.stem != "run"
    }


def bi_hashes(intern: Path) -> dict[str, str]:
    """Return the hash of what other tools read, without the parts that name the night."""
    parts = {
        file.relative_to(intern).as_posix(): file.read_bytes()
        for folder in ("csv", "powerbi")
        for file in (intern / folder).rglob("*")
        if file.is_file() and file.name != "run.csv"
    }
    parts["woordenboek.html"] = (intern / "woordenboek.html").read_bytes()
    with zipfile.ZipFile(intern / "impact.xlsx") as workbook:
        guide, *sheets = sorted(
            (name for name in workbook.namelist() if "worksheets/" in name),
            key=lambda name: (len(name), name),
        )
        for name in set(workbook.namelist()) - {guide, sheets[-1]}:
            parts[name] = workbook.read(name)
    return {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}


def test_two_nights_on_the_same_landing_give_the_same_bytes(clean_night: Night) -> None:
    before = hashes(clean_night)
    first = clean_night.parquet
    again = run_night(clean_night.home)
    assert hashes(again) == before
    assert again.parquet != first
    assert bi_hashes(again.parquet.parent) == bi_hashes(first.parent)


def test_a_night_on_raw_rebuilt_from_landing_gives_the_same_bytes(clean_night: Night) -> None:
    before = hashes(clean_night)
    shutil.rmtree(clean_night.home / "raw")
    shutil.rmtree(clean_night.home / "warehouse")
    again = run_night(clean_night.home)
    assert hashes(again) == before
