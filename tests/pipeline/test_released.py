"""What the example releases to an opdrachtgever and to residents, from a whole night."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from tests.conftest import COMMAND, Night

# Of the home of a night, all that a release to others reads.
READ = ("meetplan.xlsx", "settings.toml", "frozen", "releases", "landing/meetplan")


@pytest.fixture(scope="module")
def home(flagged_night: Night, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the home, in which a person released a moment twice over: to both audiences."""
    copy = tmp_path_factory.mktemp("released") / "home"
    for name in READ:
        source = flagged_night.home / name
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy / name, symlinks=True)
        else:
            shutil.copy2(source, copy / name)
    (copy / "published").symlink_to((flagged_night.home / "published").readlink())
    return copy


def say(home: Path, answer: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "release", *words, "--home", home],
        input=f"{answer}\n",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "160"},
    )


@pytest.fixture(scope="module")
def report(home: Path) -> Path:
    done = say(home, "ja", "opdrachtgever", "OGSCHOOL", "--moment", "2024-12-31")
    assert done.returncode == 0, done.stdout + done.stderr
    return home / "opdrachtgever" / "OGSCHOOL" / "2024-12-31"


def test_the_opdrachtgever_of_the_example_gets_its_own_chosen_figures_of_two_years(
    home: Path, report: Path
) -> None:
    sheet = CalamineWorkbook.from_path(report / "cijfers.xlsx").get_sheet_by_name("KPI-waarden")
    head, *rows = sheet.to_python()
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert {"EIGEN-BEREIK", "KW-SMW-LAST"} <= {row["KPI"].split()[0] for row in found}
    assert {row["Opdrachtgever"] for row in found} == {"Schoolbesturen"}
    assert {row["Werksoort"] for row in found} == {"Schoolmaatschappelijk werk"}
    assert {"2023", "2024"} <= {str(row["Periode"]) for row in found}
    frozen = home / "frozen" / "released" / "opdrachtgever" / "OGSCHOOL" / "2024-12-31"
    published = home / "published" / "intern" / "parquet" / "kpi_value.parquet"
    alien = duckdb.execute(
        f"select * from '{frozen}/kpi_value.parquet' except all select * from '{published}'"
    ).fetchall()
    assert alien == []  # nothing but rows of the protected release
    kept = duckdb.execute(
        f"""
        select count(*), count(*) filter (
            where commissioner_code = 'OGSCHOOL' and is_for_commissioner and is_selected
                and status = 'getoond' and interpretation_status = 'geduid' and not is_provisional
        ) from '{frozen}/kpi_value.parquet'
        """
    ).fetchall()
    assert kept == [(len(found), len(found))]


def test_the_report_of_the_example_tells_its_duiding_and_a_story_and_is_marked(
    report: Path,
) -> None:
    page = (report / "rapport.html").read_text(encoding="utf-8")
    for said in ("Impactrapport voor Schoolbesturen", "op school blijft het gedrag", "vaste tafel"):
        assert said in page
    assert "Voorbeeld." in page
    assert not re.search(r'id="OUD|id="[A-Z]+-A\d|Gemeente (Rotterdam|Gouda)', page)
    assert len(page) < 1_000_000


def test_residents_of_a_project_of_the_example_get_their_page(home: Path) -> None:
    story = home / "published" / "intern" / "parquet" / "story.parquet"
    ((project,),) = duckdb.execute(
        f"select project_code from '{story}' where story_id = 'V7'"
    ).fetchall()
    words = ("bewoners", project, "--moment", "2024-12-31")
    refused = say(home, "nee", *words)
    assert refused.returncode == 1
    assert not (home / "bewoners").exists()
    done = say(home, "ja", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    page = (home / "bewoners" / project / "2024-12-31" / "bewoners.html").read_text("utf-8")
    assert "Nu brengt zij mij soep" in page
    assert re.search(r"ongeveer <strong>\d+</strong> van de 100", page)
