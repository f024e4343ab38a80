"""A new KPI is two files: with those and nothing else it is in the release."""

import csv
import hashlib
import os
import shutil
import subprocess
from collections import Counter
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.conftest import COMMAND, Night

ROOT = Path(__file__).parents[2]
KPI = "EIGEN-TEST-GESLOTEN"
MODEL = "kpi_eigen_test_gesloten"
DELIVERY = "trajecten_20260105.csv"
# What is made from the project is not the project.
MADE = shutil.ignore_patterns(
    ".*", "__pycache__", "target", "logs", "generated", "data", "*.egg-info"
)  # fmt: skip


def hashes(project: Path) -> dict[str, str]:
    return {
        str(file.relative_to(project)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in project.rglob("*")
        if file.is_file() and not {"__pycache__", "target", "generated"} & set(file.parts)
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, so that the new KPI is in no other test."""
    copy = tmp_path_factory.mktemp("copy") / "impactkompas"
    shutil.copytree(ROOT, copy, ignore=MADE)
    return copy


def impactkompas(project: Path, *arguments: str | Path) -> str:
    done = subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "COLUMNS": "160"},
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def new_files(project: Path) -> set[str]:
    """What `kpi new` changed in the project."""
    before = hashes(project)
    said = impactkompas(project, "kpi", "new", KPI, "--name", "Gesloten: \"100%\" 'af'")
    assert f"impactkompas kpi test {KPI}" in said
    return {name for name, _ in hashes(project).items() ^ before.items()}


@pytest.fixture(scope="module")
def night(project: Path, new_files: set[str]) -> Night:
    home = project.parent / "home"
    impactkompas(project, "example", home, "--scale", "0.05")
    end_before_the_start(home / "inbox" / DELIVERY)
    shutil.copy(home / "inbox" / DELIVERY, project.parent)
    return Night(home, 0, impactkompas(project, "run", "--home", home))


def end_before_the_start(file: Path, rows: int = 2) -> None:
    """Let the first trajectories that began after January 2025 end on 15 January of that year.

    One in a hundred would hold the delivery (P01).
    """
    with file.open(encoding="cp1252", newline="") as lines:
        found = list(csv.DictReader(lines, delimiter=";"))
    later = [row for row in found if row["Startdatum"][3:] in ("03-2025", "04-2025", "05-2025")]
    for row in later[:rows]:
        row["Einddatum"] = "15-01-2025"
    with file.open("w", encoding="cp1252", newline="") as lines:
        writer = csv.DictWriter(lines, list(found[0]), delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(found)


def test_a_new_kpi_is_two_files_and_changes_no_other(new_files: set[str]) -> None:
    folder = "dbt_project/models/kpi/own"
    assert new_files == {f"{folder}/{MODEL}.sql", f"{folder}/{MODEL}.yml"}


def test_a_new_kpi_is_in_the_release_with_what_the_files_say(night: Night) -> None:
    with (night.home.parent / DELIVERY).open(encoding="cp1252") as file:
        ended = [row["Einddatum"] for row in csv.DictReader(file, delimiter=";")]
    expected = Counter(datetime.strptime(day, "%d-%m-%Y").year for day in ended if day)
    found = night.exact(
        """
        select year(period_start), cast(value as integer) from mart.fct_kpi_value
        where kpi_id = $kpi_id and breakdown = 'total' and period_type = 'year'
        """,
        kpi_id=KPI,
    )
    assert found
    assert dict(found) == {year: expected[year] for year, _ in found}
    assert sum(expected.values()) == sum(value for _, value in found)
    shown = night.published(
        f"select count(*) from {{kpi_value}} where kpi_id = '{KPI}' and status = 'getoond'"
    )
    assert shown[0][0] > 0


def test_a_new_kpi_is_in_the_dictionary(night: Night) -> None:
    assert night.published(
        f"select name_nl, origin, is_part_of_model, availability_nl from {{dim_kpi}} "
        f"where kpi_id = '{KPI}'"
    ) == [("Gesloten: \"100%\" 'af'", "eigen", False, "beschikbaar")]


def test_a_new_kpi_is_judged_by_the_checks_on_what_it_reads(night: Night) -> None:
    read = pq.read_table(night.home / "raw" / "run" / "kpi_columns" / "night.parquet").to_pylist()
    assert ("trajectories", "ended_on") in {
        (row["table_name"], row["column_name"]) for row in read if MODEL in row.values()
    }
    checks = night.exact(
        "select distinct check_id from mart.int_kpi_hits where measure_id = $kpi_id", kpi_id=KPI
    )
    assert ("P01",) in checks
    # The two that end before their start count, but the lower bound does without them.
    assert night.exact(
        """
        select cast(value - bound_low as integer) from mart.fct_kpi_value
        where
            kpi_id = $kpi_id and breakdown = 'total' and period_type = 'month'
            and period_start = date '2025-01-01'
        """,
        kpi_id=KPI,
    ) == [(2,)]


def test_a_new_kpi_can_be_explained(night: Night, project: Path) -> None:
    said = impactkompas(project, "explain", KPI, "2025", "--home", night.home)
    assert "nog niet gesloten" in said
    assert "Gelijk aan het cijfer" in said
