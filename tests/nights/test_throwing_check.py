"""A check that throws is an error: its figures are 'niet te bepalen', and the rest goes on."""

import os
import shutil
import subprocess

import pytest

from tests.conftest import COMMAND, Night
from tests.nights.test_new_kpi import MADE, ROOT

CHECK = "dbt_project/models/checks/completeness/chk_c01_help_request_filled.sql"


@pytest.fixture(
    scope="module", params=["a value that cannot be cast", "a column that is not there"]
)
def night(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night of a copy of the project in which C01 throws, on rows or when it is made."""
    project = tmp_path_factory.mktemp("copy") / "impactkompas"
    shutil.copytree(ROOT, project, ignore=MADE)
    file = project / CHECK
    sql = file.read_text(encoding="utf-8")
    broken = {
        "a value that cannot be cast": "cast(trajectories.record_ref || 'x' as integer) = 1",
        "a column that is not there": "trajectories.not_there is null",
    }[request.param]
    head, verdict, tail = sql.rpartition("    trajectories_with_help_request.trajectory_id is null")
    assert verdict
    file.write_text(f"{head}    {broken}{tail}", encoding="utf-8")
    home = project.parent / "home"
    environment = {**os.environ, "PYTHONPATH": str(project), "COLUMNS": "160"}
    for arguments in (["example", home, "--scale", "0.05"], ["run", "--home", home]):
        done = subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=project,
            env=environment,
        )
    return Night(home, done.returncode, done.stdout + done.stderr)


def test_fault_47_the_night_publishes_with_a_flag_and_says_which_check(night: Night) -> None:
    assert night.exit_code == 1, night.said
    assert "Controle C01 kon niet worden uitgevoerd" in night.said
    assert (night.home / "published").exists()


def test_fault_47_the_check_is_an_error_and_not_a_pass(night: Night) -> None:
    assert night.exact("select state from mart.fct_check_result where check_id = 'C01'") == [
        ("fout",)
    ]


def test_fault_47_exactly_the_figures_that_read_its_column_cannot_be_determined(
    night: Night,
) -> None:
    reading = """
        select kpi_id from mart.int_kpi_definitions
        inner join staging.stg_run__kpi_columns using (kpi_model)
        where table_name = 'help_requests' and column_name in ('help_request_code', '*')
    """
    ((unmarked, marked_elsewhere, marked),) = night.exact(
        f"""
        select
            count(*) filter (where kpi_id in ({reading}) and reliability <> 'niet te bepalen'),
            count(*) filter (
                where kpi_id not in ({reading})
                and list_contains(string_split(reasons, ', '), 'C01')
            ),
            count(*) filter (where kpi_id in ({reading}))
        from mart.fct_kpi_value where design <> 'open_data'
        """
    )
    assert marked > 0
    assert (unmarked, marked_elsewhere) == (0, 0)
