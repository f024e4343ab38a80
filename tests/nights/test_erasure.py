"""An erasure is complete after one night, also when everything is delivered again."""

import csv
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.example import write_example
from tests.byte_scan import places
from tests.conftest import COMMAND, Night, run_night

# A client with all that identifies, e-mail included.
ERASED = "0000002"
CLIENT, TRAJECTORY = "Cliëntnummer", "Trajectnummer"


def about_clients(delivered: Path) -> list[Path]:
    """Return the delivered files whose rows are about a client or a trajectory."""
    files = sorted(delivered.glob("*.csv"))
    headers = {file: file.read_bytes().partition(b"\n")[0].decode("cp1252") for file in files}
    return [file for file in files if CLIENT in headers[file] or TRAJECTORY in headers[file]]


def rows_of(delivered: Path, number: str) -> Iterator[dict[str, str]]:
    """Give every delivered row of a client, those that only name the trajectory included."""
    files = {}
    for file in about_clients(delivered):
        with file.open(encoding="cp1252", newline="") as text:
            files[file.name] = list(csv.DictReader(text, delimiter=";"))
    trajectories = {
        row[TRAJECTORY] for row in files["trajecten_20260105.csv"] if row[CLIENT] == number
    }
    for rows in files.values():
        for row in rows:
            if row.get(CLIENT) == number or row.get(TRAJECTORY) in trajectories:
                yield row


def rows_of_others(delivered: Path, rows: list[dict[str, str]]) -> Iterator[list[str]]:
    """Give every delivered row but those of a client."""
    own = [list(row.values()) for row in rows]
    for file in sorted(delivered.glob("*.csv")):
        with file.open(encoding="cp1252", newline="", errors="replace") as text:
            yield from (row for row in csv.reader(text, delimiter=";") if row not in own)


def token_of(home: Path, record_ref: str) -> str:
    night = Night(home, 0, "")
    query = "select client_id from staging.stg_ecd__clients where record_ref = $record_ref"
    ((token,),) = night.exact(query, record_ref=record_ref)
    return str(token)


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], Night]:
    """A home in which a client was erased, what was known of it, and the night after."""
    folder = tmp_path_factory.mktemp("erasure")
    home, delivered = folder / "home", folder / "delivered"
    write_example(home, scale=0.05)
    shutil.copytree(home / "inbox", delivered)
    assert run_night(home).exit_code < 3
    rows = list(rows_of(delivered, ERASED))
    (client,) = [row for row in rows if "BSN" in row]
    # The first column of every file is the number of the record.
    known = {next(iter(row.values())) for row in rows} | {row.get(TRAJECTORY) for row in rows}
    # The number of a list may be a part of that of another list, of somebody else.
    others = "\n".join(cell for row in rows_of_others(delivered, rows) for cell in row)
    canaries = [
        *(value for value in known if value and value not in others),
        client["BSN"],
        client["E-mail"],
        token_of(home, client["RegistratieID"]),
    ]
    assert places(home, canaries, folder / "before") != []
    done = subprocess.run(
        [COMMAND, "erase", "--home", home, "--from", "-", "--yes"],
        input=f"{ERASED}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert not [canary for canary in canaries if canary in done.stdout + done.stderr]
    for file in about_clients(delivered):
        again = home / "inbox" / file.name.replace("20260105", "20260106")
        lines = file.read_bytes().splitlines(keepends=True)
        # A last row that stands twice: other bytes, the same rows.
        again.write_bytes(b"".join([*lines, lines[-1]]))
    return home, canaries, run_night(home, "--as-of", "2026-01-06")


def test_nothing_of_an_erased_person_is_in_any_file_of_the_home(
    nights: tuple[Path, list[str], Night], tmp_path: Path
) -> None:
    home, canaries, night = nights
    assert night.exit_code < 3, night.said
    assert len(canaries) > 10
    assert places(home, canaries, tmp_path / "scan") == []


def test_only_the_rows_of_that_person_are_gone(nights: tuple[Path, list[str], Night]) -> None:
    _, _, night = nights
    assert "ecd-clienten: 1 rij gewist" in night.said
    assert night.exact("select count(*) from staging.stg_ecd__clients") == [(264,)]
