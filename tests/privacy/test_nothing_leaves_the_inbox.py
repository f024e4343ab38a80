"""No name, BSN, birth date or e-mail of an example person is anywhere past the inbox."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.byte_scan import Patterns, past_the_inbox
from tests.conftest import Night


def persons(delivered: Path) -> Iterator[str]:
    """Give everything that identifies a client or a respondent, as it was delivered."""
    with (delivered / "clienten_20260105.csv").open(encoding="cp1252") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield from (row["BSN"], row["Achternaam"], row["E-mail"], row["Geboortedatum"])
            day, month, year = row["Geboortedatum"].split("-")
            # Calendar tables hold the first and last day of every month.
            if 1 < int(day) < 28:
                yield f"{year}-{month}-{day}"
    (export,) = delivered.glob("*surveymonkey*.csv")
    with export.open(encoding="utf-8-sig") as file:
        header, _, *rows = csv.reader(file)
        for row in rows:
            yield from (row[header.index("Email Address")], row[header.index("IP Address")])


@pytest.fixture(scope="module")
def patterns(flagged_night: Night, tmp_path_factory: pytest.TempPathFactory) -> Patterns:
    found = {value.strip() for value in persons(flagged_night.home.parent / "delivered")}
    values = sorted(value for value in found if len(value) >= 6)
    assert len(values) > 10_000
    return Patterns.of(values, tmp_path_factory.mktemp("patterns"))


def test_the_search_finds_a_person_where_one_is(patterns: Patterns, flagged_night: Night) -> None:
    delivered = flagged_night.home.parent / "delivered"
    found = patterns.in_bytes(delivered)
    assert str(delivered / "clienten_20260105.csv") in found


def test_no_file_past_the_inbox_holds_a_person(patterns: Patterns, flagged_night: Night) -> None:
    assert list((flagged_night.home / "inbox").iterdir()) == []
    assert patterns.in_bytes(*past_the_inbox(flagged_night.home)) == []


def test_no_table_past_the_inbox_holds_a_person(
    patterns: Patterns, flagged_night: Night, tmp_path: Path
) -> None:
    found = patterns.in_tables(flagged_night.home, tmp_path)
    # A calendar holds every day, birthdays too.
    assert [table for table in found if not table.endswith("dim_date")] == []
    assert len(list((tmp_path / "rows").iterdir())) > 50


def test_originals_are_ciphertext_under_keys_for_the_owner_only(flagged_night: Night) -> None:
    originals = [
        file for file in flagged_night.home.joinpath("originals").rglob("*") if file.is_file()
    ]
    assert len(originals) == 22
    delivered = flagged_night.home.parent / "delivered"
    beginnings = {file.read_bytes()[:24] for file in delivered.iterdir()}
    for file in originals:
        content = file.read_bytes()
        # Ciphertext does not compress and holds every byte about as often.
        assert len(set(content[:65536])) > 200 or len(content) < 2000
        assert not [beginning for beginning in beginnings if beginning in content]
    keys = [file for file in flagged_night.home.joinpath("keys").rglob("*") if file.is_file()]
    assert keys
    assert {file.stat().st_mode & 0o777 for file in keys} == {0o600}
    assert flagged_night.home.joinpath("keys").stat().st_mode & 0o777 == 0o700
