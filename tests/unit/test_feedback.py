"""What a team has to mend: all of it, for that team only."""

import grp
import os
from datetime import date
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from exports.feedback import write_feedback
from exports.release import publish
from ingest.home import Home
from tests.unit.test_release import build, facts

AS_OF = date(2026, 1, 6)
FEEDBACK_COLUMNS = (
    "check_id", "source_id", "table_name", "record_ref", "team_code", "service_code",
    "occurred_on", "column_names",
)  # fmt: skip
CHECKS = [
    ("C01", "Hulpvraag ingevuld", "Elk traject heeft een hulpvraag.", "Leg de vraag vast.", "flag"),
    (
        "P01",
        "Einde niet voor de start",
        "Een traject eindigt na zijn start.",
        "Verbeter de datum.",
        "flag",
    ),
]
ROWS = [
    ("C01", "ecd-trajecten", "trajectories", "TR-1", "T1", "AMW", date(2025, 3, 1), "code"),
    ("C01", "ecd-trajecten", "trajectories", "TR-2", "T1", None, date(2025, 4, 1), "code"),
    ("P01", "ecd-trajecten", "trajectories", "=TR-1", "T1", "AMW", date(2025, 3, 1), "ended_on"),
    ("C01", "ecd-trajecten", "trajectories", "TR-9", "T2/x", "AMW", None, "code"),
]
TREND = [
    ("C01", "ecd-trajecten", "T1", date(2026, 1, 2), 50, 5),
    ("C01", "ecd-meer", "T1", date(2026, 1, 3), 50, 1),
    ("C01", "ecd-meer", "T1", date(2026, 1, 6), 50, 0),
    ("C01", "ecd-trajecten", "T1", date(2026, 1, 6), 50, 2),
    ("P01", "ecd-trajecten", "T3", date(2026, 1, 1), 50, 4),
    ("P01", "ecd-trajecten", "T3", date(2026, 1, 5), 50, 0),
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = build(tmp_path / "build.duckdb")
    with duckdb.connect(file) as connection:
        for table, columns, rows in (
            ("dim_check", "check_id, name_nl, rule_nl, remedy_nl, severity", CHECKS),
            ("dim_team", "team_code, team_name_nl", [("T1", "Wijkteam <Noord>")]),
            (
                "fct_feedback_row",
                ", ".join(FEEDBACK_COLUMNS),
                ROWS,
            ),
            (
                "fct_check_trend",
                "check_id, source_id, team_code, counted_on, n_applicable, n_hit",
                TREND,
            ),
        ):
            connection.executemany(
                f"insert into mart.{table} ({columns}) values ({', '.join('?' * len(rows[0]))})",
                rows,
            )
    return file


@pytest.fixture
def folder(tmp_path: Path, warehouse: Path) -> Path:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        assert write_feedback(tmp_path / "team", connection, AS_OF, {}) == []
    return tmp_path / "team"


def sheet(file: Path) -> list[list[object]]:
    return CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()


def test_a_team_gets_its_own_rows_and_no_other(folder: Path) -> None:
    _, *rows = sheet(folder / "T1" / "terugmelding.xlsx")
    assert [(row[0], row[4]) for row in rows] == [
        ("C01", "TR-2"),
        ("C01", "TR-1"),
        ("P01", "=TR-1"),
    ]
    assert rows[0][2] == "Leg de vraag vast."
    assert rows[0][6] == date(2025, 4, 1)
    assert [row[4] for row in sheet(folder / "T2%2Fx" / "terugmelding.xlsx")[1:]] == ["TR-9"]


def test_the_page_says_what_is_wrong_how_to_mend_it_and_how_it_goes(folder: Path) -> None:
    page = (folder / "T1" / "terugmelding.html").read_text(encoding="utf-8")
    assert "Wijkteam &lt;Noord&gt;" in page
    # TR-1 breaks two rules and is one registration.
    assert "Er zijn 3 registraties om te herstellen" in page
    assert "Hulpvraag ingevuld: 2" in page
    assert "Leg de vraag vast." in page
    # 5 of one source; then 1 more of the other; then 2 and 0.
    assert (
        "Verloop: 5 vanaf 2 januari 2026, 6 vanaf 3 januari 2026, 2 vanaf 6 januari 2026." in page
    )
    assert "http" not in page


def test_a_team_sees_its_own_figures_as_they_were_counted_and_no_other(folder: Path) -> None:
    head, *rows = sheet(folder / "T2" / "cijfers.xlsx")
    found = [dict(zip(head, row, strict=True)) for row in rows]
    # Three people: hidden from everybody else.
    assert [(row["KPI"], row["Teller"], row["Noemer"]) for row in found] == [("E4.1.1", 3, 200)]
    assert [row[7] for row in sheet(folder / "T1" / "cijfers.xlsx")[1:]] == [30]
    assert "Laat die niet buiten het team zien." in (folder / "T2" / "terugmelding.html").read_text(
        encoding="utf-8"
    )


def test_a_row_without_a_date_is_listed_all_the_same(folder: Path) -> None:
    place = folder / "T2%2Fx"
    page = (place / "terugmelding.html").read_text(encoding="utf-8")

    assert "TR-9" in page
    assert "geen datum" in page


def test_what_is_mended_is_said(folder: Path) -> None:
    page = (folder / "T3" / "terugmelding.html").read_text(encoding="utf-8")
    assert "Er is niets te herstellen." in page
    assert "Einde niet voor de start (P01), sinds 5 januari 2026" in page


def test_without_a_group_nobody_else_reads_it_and_with_one_that_group(
    tmp_path: Path, warehouse: Path
) -> None:
    own = grp.getgrgid(os.getgid()).gr_name
    with duckdb.connect() as connection:
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        problems = write_feedback(
            tmp_path / "team", connection, AS_OF, {"T1": own, "T3": "bestaat-niet"}
        )
    modes = {place.name: place.stat().st_mode & 0o777 for place in (tmp_path / "team").iterdir()}
    assert modes == {"T1": 0o750, "T2": 0o700, "T2%2Fx": 0o700, "T3": 0o700}
    assert (tmp_path / "team" / "T1").stat().st_gid == os.getgid()
    (problem,) = problems
    assert problem.startswith("Groep 'bestaat-niet' bestaat niet op deze machine")


def test_the_group_of_a_team_may_read_its_files_and_not_only_enter(
    tmp_path: Path, warehouse: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, int] = {}

    def chown(path: Path, _: int, group: int) -> None:
        given[path.relative_to(tmp_path / "home" / "releases").as_posix()] = group

    monkeypatch.setattr(os, "chown", chown)
    home = Home(tmp_path / "home")
    home.create()
    own = grp.getgrgid(os.getgid()).gr_name
    team = publish(home, warehouse, facts("r1"), team_groups={"T1": own}).path / "team" / "T1"
    names = ("", "/cijfers.xlsx", "/terugmelding.html", "/terugmelding.xlsx")
    assert given == {f"r1.partial/team/T1{name}": os.getgid() for name in names}
    assert {file.stat().st_mode & 0o777 for file in team.iterdir()} == {0o440}
    assert team.stat().st_mode & 0o777 == 0o750


def test_only_the_newest_release_has_lists_and_the_release_for_everyone_has_none(
    tmp_path: Path, warehouse: Path
) -> None:
    home = Home(tmp_path / "home")
    home.create()
    former = publish(home, warehouse, facts("r1")).path
    newest = publish(home, warehouse, facts("r2")).path
    assert not (former / "team").exists()
    assert {place.name for place in (newest / "team").iterdir()} == {"T1", "T2", "T2%2Fx", "T3"}
    for file in (newest / "intern").rglob("*"):
        assert not file.is_file() or b"TR-9" not in file.read_bytes()
