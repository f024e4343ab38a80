"""What forbids to publish the figures, each shown on one row that is wrong in one way."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.release import ReleaseRefused, current_release, publish
from exports.tables import published_tables
from ingest.home import Home
from quality.expectations import Outcome
from quality.release import ReleaseJudge
from tests.unit.test_release import ROWS, build, facts

SHOWN = {
    "kpi_id": "E4.1.1",
    "design": "afterwards",
    "period_type": "year",
    "period_start": date(2025, 1, 1),
    "breakdown": "total",
    "numerator": 30,
    "denominator": 200,
    "value": 15,
    "unit": "percentage",
    "n_subjects": 200,
    "interval_low": 10,
    "interval_high": 21,
    "bound_low": 15,
    "bound_high": 15,
    "time_behaviour": "flow",
    "is_selected": False,
    "is_for_commissioner": False,
    "reliability": "betrouwbaar",
    "is_provisional": False,
    "status": "getoond",
    "definition_version": "1",
}
NUMBERS = ("numerator", "denominator", "value", "n_subjects", "interval_low", "interval_high")
NO_NUMBERS = dict.fromkeys([*NUMBERS, "bound_low", "bound_high"])
HIDDEN = SHOWN | {"design": "professional", "status": "afgeschermd"} | NO_NUMBERS
OPEN_DATA = SHOWN | NO_NUMBERS | {"design": "open_data", "value": 15, "breakdown": "country"}
KPIS = [
    {
        "kpi_id": "E4.1.1",
        "layer": "effect",
        "origin": "kpi_model",
        "is_part_of_model": True,
        "name_nl": "Meedoen",
        "availability_nl": "beschikbaar",
        "text_status": "text",
        "definition_version": "1",
        "is_imported": False,
    }
]
CHECKED = [
    {
        "check_id": check_id,
        "source_id": "impactkompas",
        "source_name": "impactkompas",
        "table_name": "kpi_value",
        "column_name": "*",
        "period_type": "release",
        "n_applicable": 500,
        "n_hit": 0,
        "threshold": 0,
        "state": "akkoord",
        "is_waived": False,
        "severity": "block" if check_id in ("X01", "X02", "X03") else "flag",
    }
    for check_id in ("X01", "X02", "X03", "X05", "X06")
]


def changed(check_id: str, **outcome: Any) -> list[dict[str, Any]]:
    return [row | outcome if row["check_id"] == check_id else row for row in CHECKED]


@pytest.fixture(autouse=True)
def only_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge the one table that these tests are about: thirty take thirty times as long."""
    figures = [table for table in published_tables() if table.name == "kpi_value"]
    monkeypatch.setattr("quality.release.published_tables", lambda: figures)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of a release about to be published, empty, and checks that all agreed."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as impact")
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("create schema warehouse.mart")
        connection.execute(
            """
            create table warehouse.mart.int_release_checks
            (check_id varchar, kpi_id varchar, n_applicable bigint, n_hit bigint)
            """
        )
        for table in published_tables():
            columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
            for name in (f"impact.main.{table.name}", f"warehouse.mart.{table.source}"):
                connection.execute(f"create table {name} ({columns})")
        fill(connection, "impact.main.dim_kpi", KPIS)
        fill(connection, "warehouse.mart.fct_check_result", CHECKED)
        yield connection


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    connection.execute(f"delete from {table}")
    for row in rows:
        connection.execute(
            f"insert into {table} ({', '.join(row)}) values ({', '.join('?' * len(row))})",
            list(row.values()),
        )


def problems(
    connection: duckdb.DuckDBPyConnection, *rows: dict[str, Any], minimum_count: int = 10
) -> list[str]:
    fill(connection, "impact.main.kpi_value", list(rows))
    return ReleaseJudge(minimum_count)(connection)


def test_figures_as_they_should_be_are_published(connection: duckdb.DuckDBPyConnection) -> None:
    count = SHOWN | NO_NUMBERS | {"unit": "count", "value": 45, "numerator": 45, "n_subjects": 45}
    count |= {"design": "registration"}

    assert problems(connection, SHOWN, HIDDEN, OPEN_DATA, count) == []


def test_no_figures_at_all_are_no_reason_to_refuse(connection: duckdb.DuckDBPyConnection) -> None:
    assert problems(connection) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (SHOWN | {"status": None}, "leeg is kpi_id, design, "),
        (
            SHOWN | {"reliability": "goed"},
            "reliability heeft een waarde buiten haar lijst (1 keer)",
        ),
        (SHOWN | {"kpi_id": "E9.9.9"}, "noemt een kpi_id die niet in dim_kpi staat (1 keer)"),
        (SHOWN | {"region_code": "GM1"}, "die niet in dim_region staat (1 keer)"),
        (HIDDEN | {"n_reached": 5}, "dat niet getoond wordt heeft nog een getal (1 keer)"),
        (SHOWN | {"numerator": 205}, "numerator is groter dan denominator waar unit"),
        (SHOWN | {"n_subjects": None}, "leeg is n_subjects waar status"),
        (SHOWN | {"n_subjects": 5}, "n_subjects toont minder dan 10 (1 keer)"),
        (SHOWN | {"interval_low": 16}, "interval_low is groter dan value (1 keer)"),
        (SHOWN | {"bound_high": 14}, "value is groter dan bound_high (1 keer)"),
        (SHOWN | {"rule_low": 5, "rule_high": 4}, "rule_low is groter dan rule_high (1 keer)"),
        (SHOWN | {"interval_high": 101}, "boven 100 ligt value, interval_low"),
    ],
)
def test_a_row_that_is_wrong_in_one_way_gives_one_sentence(
    connection: duckdb.DuckDBPyConnection, wrong: dict[str, Any], sentence: str
) -> None:
    other_year = {"period_start": date(2024, 1, 1)}

    (found,) = problems(connection, wrong | other_year, HIDDEN, OPEN_DATA)

    assert found.startswith("kpi_value: ")
    assert sentence in found
    assert found.endswith("(1 keer). Meld dit als fout in de beveiliging of in dbt.")


def test_what_only_warns_forbids_nothing_and_is_kept(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    fill(connection, "impact.main.kpi_value", [SHOWN | {"team_code": "T9", "breakdown": "team"}])
    judge = ReleaseJudge(10)

    assert judge(connection) == []
    (suite,) = judge.tables
    assert [each.rule_nl for each in suite.verdicts if each.state == "afgekeurd"] == [
        "team_code noemt een team_code die niet in dim_team staat"
    ]


@pytest.mark.parametrize(
    ("checks", "sentence"),
    [
        (
            changed("X01", n_hit=2, state="afgekeurd"),
            "Controle X01 (Delen tellen op tot het geheel): 2 van 500 cijfers voldoen niet, van A1",
        ),
        (changed("X03", state="fout"), "Controle X03 (Aandeel kan bestaan) is niet uitgevoerd."),
        (
            [row for row in CHECKED if row["check_id"] != "X02"],
            "Controle X02 (Voorraad sluit) is niet uitgevoerd. Meld dit als storing.",
        ),
    ],
)
def test_a_check_on_figures_that_fails_or_did_not_run_forbids(
    connection: duckdb.DuckDBPyConnection, checks: list[dict[str, Any]], sentence: str
) -> None:
    fill(connection, "warehouse.mart.fct_check_result", checks)
    hits = [
        {"check_id": check_id, "kpi_id": kpi_id, "n_applicable": 9, "n_hit": n_hit}
        for check_id, kpi_id, n_hit in (
            ("X01", "A8", 1), ("X01", "A12", 1), ("X01", "A9", 0), ("X02", "A13", 1)
        )
    ]  # fmt: skip
    fill(connection, "warehouse.mart.int_release_checks", hits)

    (found,) = problems(connection, SHOWN)

    assert found.startswith(sentence)


HITS = [
    {"check_id": "X01", "kpi_id": kpi_id, "n_applicable": 9, "n_hit": n_hit}
    for kpi_id, n_hit in (("A8", 1), ("A12", 1), ("A9", 0))
]


@pytest.mark.parametrize("resumed", [{"A8"}, {"A8", "A9"}, set()])
def test_only_the_kpis_that_a_person_saw_are_let_through(
    connection: duckdb.DuckDBPyConnection, resumed: set[str]
) -> None:
    fill(connection, "warehouse.mart.fct_check_result", changed("X01", n_hit=2, state="afgekeurd"))
    fill(connection, "warehouse.mart.int_release_checks", HITS)

    (found,) = ReleaseJudge(10, {"X01": frozenset(resumed)})(connection)

    assert "impactkompas resume uitgave" in found
    assert ReleaseJudge(10, {"X01": frozenset({"A8", "A12"})})(connection) == []
    assert ReleaseJudge(10, {"X02": frozenset({"A8", "A12"})})(connection) == [found]


def test_a_check_that_did_not_run_is_let_through_by_nobody(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    fill(
        connection,
        "warehouse.mart.fct_check_result",
        changed("X01", n_hit=2, state="fout", is_waived=True),
    )
    fill(connection, "warehouse.mart.int_release_checks", HITS)

    (found,) = ReleaseJudge(10, {"X01": frozenset({"A8", "A12"})})(connection)

    assert found.endswith("is niet uitgevoerd. Meld dit als storing.")


@pytest.mark.parametrize(
    "checks",
    [
        changed("X01", n_hit=2, state="afgekeurd", is_waived=True),
        changed("X05", n_hit=9, state="afgekeurd"),
        changed("X01", n_applicable=0, state="niet van toepassing"),
    ],
)
def test_a_check_that_flags_or_has_nothing_to_judge_forbids_nothing(
    connection: duckdb.DuckDBPyConnection, checks: list[dict[str, Any]]
) -> None:
    fill(connection, "warehouse.mart.fct_check_result", checks)

    assert problems(connection, SHOWN) == []


def test_an_expectation_that_throws_forbids(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throwing(frame: Any, expectations: dict[str, Any]) -> dict[str, Outcome]:
        return {name: Outcome(False, has_run=False, unexpected_count=0) for name in expectations}

    monkeypatch.setattr("quality.release.validate", throwing)

    (found,) = problems(connection, SHOWN)

    assert found.startswith("kpi_value: of kolommen, typen en volgorde")
    assert found.endswith("kon niet worden nagegaan.")


def test_no_value_is_in_a_sentence_or_in_what_is_kept(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    canary = "Kanariepiet"
    wrong = SHOWN | {"value": "123.4567", "numerator": 98765, "design": canary, "kpi_id": canary}
    fill(connection, "impact.main.kpi_value", [wrong | {"team_code": canary}, SHOWN])
    judge = ReleaseJudge(10)

    found = judge(connection)

    kept = [suite.model_dump_json() for suite in judge.tables + judge.figures]
    assert len(found) == 6
    for secret in ("123.4567", "98765", canary):
        assert secret not in " ".join(found + kept)


def test_a_release_that_is_refused_leaves_the_former_one_and_says_why(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path / "home")
    home.create()
    good = ROWS | {"kpi_value": []}
    publish(home, build(tmp_path / "good.duckdb", good), facts("r1"))
    rows = {
        "kpi_value": [SHOWN | {"reliability": "goed"}],
        "dim_kpi": KPIS,
        "check_result": CHECKED,
    }
    judge = ReleaseJudge(10)

    with pytest.raises(ReleaseRefused, match=r"geweigerd\. kpi_value: reliability"):
        publish(home, build(tmp_path / "wrong.duckdb", rows), facts("r2"), check=judge)

    assert current_release(home) == home.releases / "r1"
    assert sum(suite.broken for suite in judge.tables) == 1
