"""No name, BSN, birth date or e-mail of an example person is anywhere past the inbox."""

import csv
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

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


@dataclass(frozen=True)
class Patterns:
    """Files with what to search: texts anywhere, numbers only as a whole.

    Nine digits in a row also stand in a long hexadecimal pseudonym now and then.
    """

    texts: Path
    numbers: Path

    def places(self, *folders: Path) -> list[str]:
        """Return the files in which any of the values stands, as bytes."""
        return self._grep(self.texts, folders) + self._grep(self.numbers, folders, "--word-regexp")

    @staticmethod
    def _grep(values: Path, folders: tuple[Path, ...], *options: str) -> list[str]:
        done = subprocess.run(
            [
                "grep",
                "--recursive",
                "--text",
                "--fixed-strings",
                "--files-with-matches",
                *options,
                "--file",
                values,
                *folders,
            ],
            capture_output=True,
            text=True,
            check=False,
            env={"LC_ALL": "C"},
        )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout.splitlines()


@pytest.fixture(scope="module")
def patterns(flagged_night: Night, tmp_path_factory: pytest.TempPathFactory) -> Patterns:
    found = {value.strip() for value in persons(flagged_night.home.parent / "delivered")}
    values = sorted(value for value in found if len(value) >= 6)
    assert len(values) > 10_000
    folder = tmp_path_factory.mktemp("patterns")
    patterns = Patterns(folder / "texts", folder / "numbers")
    for file, is_number in ((patterns.texts, False), (patterns.numbers, True)):
        chosen = [value for value in values if value.isdigit() == is_number]
        assert chosen
        file.write_text("\n".join(chosen) + "\n", encoding="utf-8")
    return patterns


def past_the_inbox(home: Path) -> list[Path]:
    return [place for place in home.iterdir() if place.name != "inbox"]


def test_the_search_finds_a_person_where_one_is(patterns: Patterns, flagged_night: Night) -> None:
    delivered = flagged_night.home.parent / "delivered"
    found = patterns.places(delivered)
    assert str(delivered / "clienten_20260105.csv") in found


def test_no_file_past_the_inbox_holds_a_person(patterns: Patterns, flagged_night: Night) -> None:
    assert list((flagged_night.home / "inbox").iterdir()) == []
    assert patterns.places(*past_the_inbox(flagged_night.home)) == []


def test_no_table_past_the_inbox_holds_a_person(
    patterns: Patterns, flagged_night: Night, tmp_path: Path
) -> None:
    # Parquet and DuckDB compress what they hold: search what they say as well.
    for number, file in enumerate(sorted(flagged_night.home.rglob("*.parquet"))):
        target = tmp_path / str(number)
        duckdb.execute(f"copy (from read_parquet('{file}')) to '{target}' (format csv)")
    for number, file in enumerate(sorted(flagged_night.home.rglob("*.duckdb"))):
        with duckdb.connect(str(file), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall()
            for schema, table in tables:
                target = tmp_path / f"{number}-{schema}-{table}"
                connection.execute(f"copy {schema}.{table} to '{target}' (format csv)")
    assert len(list(tmp_path.iterdir())) > 50
    assert patterns.places(tmp_path) == []


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
