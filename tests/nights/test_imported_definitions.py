"""An organisation imports its definition list, and the next night computes with it."""

import os
import subprocess
from pathlib import Path

import pytest

from ingest.example import write_example
from tests.conftest import COMMAND, Night, run_night

VERSION = "definitielijst 2026"
KPIS = """\
KPI;Naam
E 4.2.2-1;% deelnemers dat vaker wil meedoen (officiële tekst)
EIGEN-E-TROTS;% deelnemers dat trots is
"""
# Each KPI gets one deciding question, or only one: its figure is then that of the question.
LINKS = """\
KPI;Vragenlijst;Vraag;Beslist
E4.2.2-1;deelnemers;3c1;ja
E4.2.2-1;deelnemers;2b1;nee
E1.3.1;deelnemers;1a1;ja
EIGEN-E-TROTS;deelnemers;4a2;
"""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("imported")
    home = folder / "home"
    write_example(home, scale=0.05, clean=True)
    for name, text in (("kpis.csv", KPIS), ("links.csv", LINKS)):
        file = folder / name
        file.write_text(text, encoding="cp1252")
        subprocess.run(
            [COMMAND, "definitions", "import", file, "--home", home, "--version", VERSION],
            check=True,
            env=os.environ,
        )
    return run_night(home)


@pytest.mark.parametrize(
    ("kpi_id", "question_id"), [("E4.2.2-1", "3c1"), ("E1.3.1", "1a1"), ("EIGEN-E-TROTS", "4a2")]
)
def test_a_kpi_that_got_a_question_has_the_figures_of_that_question(
    night: Night, kpi_id: str, question_id: str
) -> None:
    figures = """
        select period_start, breakdown, service_code, team_code, numerator, denominator, value
        from mart.{table}
        where {column} = $asked and design = 'afterwards' and period_type = 'year'
            and breakdown in ('total', 'service', 'team')
        order by all
    """
    found = night.exact(figures.format(table="fct_kpi_value", column="kpi_id"), asked=kpi_id)
    of_question = night.exact(
        figures.format(table="fct_question_value", column="question_id"), asked=question_id
    )
    assert len(found) > 3
    assert found == of_question


def test_a_multi_part_kpi_itself_stays_without_figure(night: Night) -> None:
    assert night.exact("select count(*) from mart.fct_kpi_value where kpi_id = 'E4.2.2'") == [(0,)]


def test_the_dictionary_and_every_figure_say_which_version_they_are_of(night: Night) -> None:
    assert night.published("""
        select kpi_id, name_nl, layer, availability_nl, is_imported, definition_version
        from {dim_kpi} where kpi_id in ('E4.2.2-1', 'EIGEN-E-TROTS') order by kpi_id
    """) == [
        (
            "E4.2.2-1",
            "% deelnemers dat vaker wil meedoen (officiële tekst)",
            "effect",
            "beschikbaar",
            True,
            VERSION,
        ),
        ("EIGEN-E-TROTS", "% deelnemers dat trots is", "effect", "beschikbaar", True, VERSION),
    ]
    versions = night.published("""
        select kpi_id, definition_version = 'definitielijst 2026' from {kpi_value}
        where kpi_id in ('E1.3.1', 'E4.1.1', 'E4.2.2-1', 'EIGEN-E-TROTS', 'A12')
        group by all order by kpi_id
    """)
    # Of E1.3.1 only the links were imported: they say how it is counted.
    assert versions == [
        ("A12", False),
        ("E1.3.1", True),
        ("E4.1.1", False),
        ("E4.2.2-1", True),
        ("EIGEN-E-TROTS", True),
    ]


def test_the_questions_name_the_kpis_that_use_them(night: Night) -> None:
    (row,) = night.published("""
        select kpi_ids, text_nl from {dim_question} where question_id = '4a2'
    """)
    assert row == (
        "E4.1.1, E4.2.1, EIGEN-E-TROTS",
        "Door mijn deelname aan [projectnaam] voel ik me minder alleen",
    )


def test_a_list_that_was_broken_by_hand_stops_the_night_and_says_where(
    night: Night, tmp_path: Path
) -> None:
    published = (night.home / "published").resolve()
    kept = night.home / "definitions" / "kpis.csv"
    text = kept.read_text(encoding="utf-8")
    kept.write_text(text.replace("E4.2.2-1", "4.2.2"), encoding="utf-8")
    stopped = run_night(night.home)
    kept.write_text(text, encoding="utf-8")
    assert stopped.exit_code == 3
    assert "kpis.csv, rij 2: '4.2.2' is geen KPI-nummer" in " ".join(stopped.said.split())
    assert (night.home / "published").resolve() == published
