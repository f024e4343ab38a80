"""A figure that cannot be right holds the release, says why, and leaves the former one."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import COMMAND, Night
from tests.nights.test_new_kpi import MADE, ROOT

KPI = "EIGEN-TEST-HALF"


def impactkompas(project: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project), "COLUMNS": "160"},
    )


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Night]:
    """A copy of the project, the first release, and a night with a KPI of which places are lost."""
    project = tmp_path_factory.mktemp("copy") / "impactkompas"
    shutil.copytree(ROOT, project, ignore=MADE)
    home = project.parent / "home"
    impactkompas(project, "example", home, "--scale", "0.05")
    first = impactkompas(project, "run", "--home", home)
    assert first.returncode in (0, 1), first.stdout + first.stderr
    published = (home / "published").resolve()
    impactkompas(project, "kpi", "new", KPI, "--name", "Half geplaatst")
    (model,) = (project / "dbt_project" / "models" / "kpi" / "own").glob("*.sql")
    sql = model.read_text(encoding="utf-8")
    some = "case when trajectories.complexity_code <> 'hoog' then trajectories.region_code end"
    assert sql.count("    trajectories.region_code,\n") == 1
    model.write_text(
        sql.replace("    trajectories.region_code,\n", f"    {some} as region_code,\n"),
        encoding="utf-8",
    )
    done = impactkompas(project, "run", "--home", home)
    night = Night(home, done.returncode, done.stdout + done.stderr)
    return project, published, night


def test_the_night_says_which_figures_do_not_add_up_and_what_to_do(
    nights: tuple[Path, Path, Night],
) -> None:
    *_, night = nights
    said = " ".join(night.said.split())
    assert night.exit_code == 3
    assert "De uitgave is geweigerd. Controle X01 (Delen tellen op tot het geheel):" in said
    assert f"cijfers voldoen niet, van {KPI}. Herstel het model van de genoemde KPI" in said
    assert "De vorige uitgave blijft staan" in said


def test_the_former_release_stays_and_nothing_of_this_night_is_left(
    nights: tuple[Path, Path, Night],
) -> None:
    _, published, night = nights
    assert (night.home / "published").resolve() == published
    assert list((night.home / "releases").iterdir()) == [published]


def test_what_was_found_is_kept_for_who_has_to_mend_it(nights: tuple[Path, Path, Night]) -> None:
    *_, night = nights
    assert night.exact(
        """
        select check_id, state from mart.fct_check_result
        where period_type = 'release' and severity = 'block' order by check_id
        """
    ) == [("X01", "afgekeurd"), ("X02", "akkoord"), ("X03", "akkoord")]
    page = (night.home / "quality" / "data_docs" / "index.html").read_text(encoding="utf-8")
    assert "✗ niet uitgegeven." in page
    assert "http" not in page


def test_a_person_lets_the_release_through_and_its_figures_say_so(
    nights: tuple[Path, Path, Night],
) -> None:
    project, published, night = nights
    resumed = impactkompas(project, "resume", "uitgave", "--home", night.home)
    assert "vrijgegeven voor X01" in " ".join(resumed.stdout.split())

    done = impactkompas(project, "run", "--home", night.home)

    assert done.returncode == 1, done.stdout + done.stderr
    assert (night.home / "published").resolve() != published
    assert night.published(
        "select distinct kpi_id, reliability from {kpi_value} where contains(reasons, 'X01') "
        "and reliability <> 'niet te bepalen'"
    ) == [(KPI, "onbetrouwbaar")]
