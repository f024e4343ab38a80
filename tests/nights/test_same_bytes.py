"""A night on the same landing gives the same bytes, whatever was thrown away in between."""

import hashlib
import shutil

from tests.conftest import Night, run_night


def hashes(night: Night) -> dict[str, str]:
    """Return the hash of every published Parquet file but the one about the run itself."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in night.parquet.glob("*.parquet")
        if file.stem != "run"
    }


def test_two_nights_on_the_same_landing_give_the_same_bytes(clean_night: Night) -> None:
    before = hashes(clean_night)
    first = clean_night.parquet
    again = run_night(clean_night.home)
    assert hashes(again) == before
    assert again.parquet != first


def test_a_night_on_raw_rebuilt_from_landing_gives_the_same_bytes(clean_night: Night) -> None:
    before = hashes(clean_night)
    shutil.rmtree(clean_night.home / "raw")
    shutil.rmtree(clean_night.home / "warehouse")
    again = run_night(clean_night.home)
    assert hashes(again) == before
