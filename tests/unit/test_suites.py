"""Every kind of data test as an expectation, with hit, no hit, empty, all null and boundary."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from exports.tables import Column, DataTest, PublishedTable, published_tables
from quality.judged_release import Verdict
from quality.release import judged
from quality.suites import Suite

TYPES = {
    "item": "VARCHAR",
    "state": "VARCHAR",
    "low": "DECIMAL(18,4)",
    "high": "DECIMAL(18,4)",
    "told_on": "DATE",
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as impact")
        connection.execute("create table impact.main.dim_kpi (kpi_id varchar)")
        connection.execute("insert into impact.main.dim_kpi values ('a'), (null)")
        yield connection


def table(*tests: DataTest, **changes: Any) -> PublishedTable:
    columns = tuple(Column(name=n, type=t, description="") for n, t in TYPES.items())  # type: ignore[arg-type]
    return PublishedTable(
        **{
            "name": "things",
            "description": "",
            "source": "fct_things",
            "protection": "none",
            "key": ("item", "state"),
            "columns": columns,
            "tests": tests,
        }
        | changes
    )


def verdicts(
    connection: duckdb.DuckDBPyConnection,
    of: PublishedTable,
    rows: list[dict[str, Any]],
    minimum_count: int = 10,
) -> dict[str, Verdict]:
    """Judge a table that holds these rows; return what is not about its columns or its key."""
    columns = ", ".join(f"{column.name} {column.type}" for column in of.columns)
    connection.execute(f"create or replace table impact.main.{of.name} ({columns})")
    for row in rows or []:
        connection.execute(
            f"insert into impact.main.{of.name} ({', '.join(row)}) "
            f"values ({', '.join('?' * len(row))})",
            list(row.values()),
        )
    result = judged(Suite(of, minimum_count), connection)
    assert [each.state for each in result.verdicts[:2]] == ["akkoord", "akkoord"]
    return {each.rule_nl: each for each in result.verdicts[2:]}


FILLED = DataTest(name="filled", arguments={"columns": ["item", "low"]})
ACCEPTED = DataTest(name="accepted_values", column="state", arguments={"values": ["open", "klaar"]})
KNOWN = DataTest(
    name="relationships", column="item", arguments={"to": "ref('dim_kpi')", "field": "kpi_id"}
)
WITHIN = DataTest(
    name="between", arguments={"columns": ["low", "high"], "min_value": 0, "max_value": 100}
)
RISING = DataTest(name="ascending", arguments={"columns": ["low", "high"]})
DATES = DataTest(name="filled", arguments={"columns": ["told_on"]}, where="state = 'klaar'")
BETWEEN_OPEN = DataTest(
    name="between", arguments={"columns": ["low"], "min_value": 0}, where="state = 'open'"
)
EMPTY = dict.fromkeys(TYPES)


@pytest.mark.parametrize(
    ("test", "row", "hits"),
    [
        (FILLED, {"item": "a", "low": 0}, {}),
        (FILLED, {"item": "a"}, {"leeg is item of low": 1}),
        (FILLED, EMPTY, {"leeg is item of low": 1}),
        (ACCEPTED, {"state": "klaar"}, {}),
        (ACCEPTED, {"state": "Klaar"}, {"state heeft een waarde buiten haar lijst": 1}),
        (ACCEPTED, {"state": ""}, {"state heeft een waarde buiten haar lijst": 1}),
        (ACCEPTED, EMPTY, {}),
        (KNOWN, {"item": "a"}, {}),
        (KNOWN, {"item": "b"}, {"item noemt een kpi_id die niet in dim_kpi staat": 1}),
        (KNOWN, EMPTY, {}),
        (WITHIN, {"low": 0, "high": 100}, {}),
        (WITHIN, {"low": "-0.0001", "high": 5}, {"onder 0 ligt low of high": 1}),
        (WITHIN, {"low": 5, "high": "100.0001"}, {"boven 100 ligt low of high": 1}),
        (
            WITHIN,
            {"low": 101, "high": -1},
            {"onder 0 ligt low of high": 1, "boven 100 ligt low of high": 1},
        ),
        (WITHIN, {"high": 101}, {"boven 100 ligt low of high": 1}),
        (WITHIN, EMPTY, {}),
        (RISING, {"low": 5, "high": 5}, {}),
        (RISING, {"low": "5.0001", "high": 5}, {"low is groter dan high": 1}),
        (RISING, {"low": 5}, {}),
        (RISING, EMPTY, {}),
        (DATES, {"state": "klaar", "told_on": "2025-01-01"}, {}),
        (DATES, {"state": "klaar"}, {"leeg is told_on waar state = 'klaar'": 1}),
        (DATES, {"state": "open"}, {}),
        (DATES, EMPTY, {}),
        (BETWEEN_OPEN, {"state": "open", "low": -1}, {"onder 0 ligt low waar state = 'open'": 1}),
        (BETWEEN_OPEN, {"state": "klaar", "low": -1}, {}),
    ],
)
def test_a_data_test_is_judged_as_dbt_would(
    connection: duckdb.DuckDBPyConnection,
    test: DataTest,
    row: dict[str, Any],
    hits: dict[str, int],
) -> None:
    found = verdicts(connection, table(test), [row])

    assert {rule: each.n_hit for rule, each in found.items() if each.n_hit} == hits
    assert {each.state for rule, each in found.items() if rule in hits} <= {"afgekeurd"}
    assert {each.state for rule, each in found.items() if rule not in hits} <= {"akkoord"}


def test_without_rows_every_rule_holds(connection: duckdb.DuckDBPyConnection) -> None:
    tests = (FILLED, ACCEPTED, KNOWN, WITHIN, RISING, DATES)

    found = verdicts(connection, table(*tests), [])

    assert {each.state for each in found.values()} == {"akkoord"}
    assert {each.n_applicable for each in found.values()} == {0}


def test_rows_are_counted_with_how_many_were_judged(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = [
        {"item": "1", "state": "open"},
        {"item": "2", "state": "dicht"},
        {"item": "3"},
        {"item": "4", "state": "weg"},
    ]

    (found,) = verdicts(connection, table(ACCEPTED), rows).values()

    assert (found.n_applicable, found.n_hit) == (3, 2)
    assert found.expectation == "expect_column_values_to_be_in_set"


@pytest.mark.parametrize(("severity", "forbids"), [("error", True), ("warn", False)])
def test_what_a_registration_alone_can_break_only_warns(
    connection: duckdb.DuckDBPyConnection, severity: Any, forbids: bool
) -> None:
    test = ACCEPTED.model_copy(update={"severity": severity})

    (found,) = verdicts(connection, table(test), [{"item": "1", "state": "dicht"}]).values()

    assert found.state == "afgekeurd"
    assert found.forbids is forbids


@pytest.mark.parametrize(
    ("rows", "hits"),
    [
        ([("a", "x"), ("a", "y"), ("b", "x")], 0),
        ([("a", "x"), ("a", "x"), ("b", "x")], 2),
        ([("a", None), ("a", None)], 2),
        ([(None, None)], 0),
        ([], 0),
    ],
)
def test_no_two_rows_share_a_key_absent_parts_included(
    connection: duckdb.DuckDBPyConnection, rows: list[tuple[str | None, str | None]], hits: int
) -> None:
    of = table()
    columns = ", ".join(f"{column.name} {column.type}" for column in of.columns)
    connection.execute(f"create table impact.main.things ({columns})")
    for row in rows:
        connection.execute("insert into impact.main.things (item, state) values (?, ?)", row)

    _, key = judged(Suite(of, 10), connection).verdicts

    assert key.n_hit == hits
    assert key.state == ("afgekeurd" if hits else "akkoord")


@pytest.mark.parametrize(
    "change",
    [
        "alter table impact.main.things drop column told_on",
        "alter table impact.main.things add column more varchar",
        "alter table impact.main.things alter column low type double",
        "alter table impact.main.things rename column low to lowest",
        """
        create or replace table impact.main.things as
        select state, item, low, high, told_on from impact.main.things
        """,
        "drop table impact.main.things",
    ],
)
def test_other_columns_types_or_order_are_the_only_thing_that_is_judged(
    connection: duckdb.DuckDBPyConnection, change: str
) -> None:
    verdicts(connection, table(FILLED), [{"item": "a", "low": 1}])
    connection.execute(change)

    (found,) = judged(Suite(table(FILLED), 10), connection).verdicts

    assert found.rule_nl.startswith("kolommen, typen en volgorde zijn niet")
    assert found.forbids


FIGURES = {
    "item": "VARCHAR",
    "part": "VARCHAR",
    "design": "VARCHAR",
    "status": "VARCHAR",
    "numerator": "DECIMAL(18,4)",
    "value": "DECIMAL(18,4)",
    "n_subjects": "BIGINT",
}
SHOWN = {
    "item": "a",
    "part": "1",
    "design": "registration",
    "status": "getoond",
    "numerator": 10,
    "value": 10,
    "n_subjects": 10,
}
HIDDEN = SHOWN | {
    "part": "2",
    "status": "afgeschermd",
    "numerator": None,
    "value": None,
    "n_subjects": None,
}


def figures(**changes: Any) -> PublishedTable:
    columns = tuple(Column(name=n, type=t, description="") for n, t in FIGURES.items())  # type: ignore[arg-type]
    return table(**{"protection": "figures", "key": ("item", "part"), "columns": columns} | changes)


@pytest.mark.parametrize(
    ("row", "broken"),
    [
        (SHOWN, []),
        (HIDDEN, []),
        (HIDDEN | {"status": "niet beschikbaar"}, []),
        (HIDDEN | {"value": 0}, ["een cijfer dat niet getoond wordt heeft nog een getal"]),
        (
            HIDDEN | {"status": "niet beschikbaar", "n_subjects": 5},
            ["een cijfer dat niet getoond wordt heeft nog een getal"],
        ),
        (HIDDEN | {"design": "open_data", "status": "niet beschikbaar", "numerator": 3}, []),
        (SHOWN | {"n_subjects": 9}, ["n_subjects toont minder dan 10"]),
        (SHOWN | {"numerator": 9}, ["numerator toont minder dan 10"]),
        (SHOWN | {"numerator": None}, []),
        (SHOWN | {"design": "open_data", "numerator": 3, "n_subjects": None}, []),
        (dict.fromkeys(FIGURES), []),
    ],
)
def test_what_is_hidden_has_no_number_and_what_is_shown_is_not_of_a_few(
    connection: duckdb.DuckDBPyConnection, row: dict[str, Any], broken: list[str]
) -> None:
    found = verdicts(connection, figures(), [row])

    assert len(found) == 3
    prefixes = [rule for rule, each in found.items() if each.forbids]
    assert [rule.partition(" waar ")[0] for rule in prefixes] == broken


@pytest.mark.parametrize(("minimum_count", "least"), [(10, 10), (12, 10), (13, 15), (20, 20)])
def test_the_minimum_is_compared_as_it_is_published_rounded_to_five(
    connection: duckdb.DuckDBPyConnection, minimum_count: int, least: int
) -> None:
    on_it = SHOWN | {"numerator": least, "n_subjects": least}
    below = SHOWN | {"numerator": least, "n_subjects": least - 5}

    assert not any(
        v.forbids for v in verdicts(connection, figures(), [on_it], minimum_count).values()
    )
    assert any(v.forbids for v in verdicts(connection, figures(), [below], minimum_count).values())


@pytest.mark.parametrize(
    ("cells", "is_broken"),
    [
        ([SHOWN, SHOWN | {"part": "2"}], False),
        ([HIDDEN, HIDDEN | {"part": "3", "status": "niet beschikbaar"}], False),
        ([SHOWN, HIDDEN], True),
        ([SHOWN, HIDDEN | {"item": "b"}], False),
        ([], False),
    ],
)
def test_a_distribution_is_shown_whole_or_not_at_all(
    connection: duckdb.DuckDBPyConnection, cells: list[dict[str, Any]], is_broken: bool
) -> None:
    of = figures(protection="distribution", group=("item",))

    found = verdicts(connection, of, cells)

    assert found["een verdeling is voor een deel getoond"].forbids is is_broken


@pytest.mark.parametrize(
    ("counts", "broken"),
    [
        ((10, 10), 0),
        ((None, None), 0),
        ((5, None), 1),
        ((100, 5), 1),
        ((5, 0), 2),
    ],
)
def test_a_result_of_a_check_shows_no_small_count(
    connection: duckdb.DuckDBPyConnection, counts: tuple[int | None, int | None], broken: int
) -> None:
    types = {"item": "VARCHAR", "n_applicable": "BIGINT", "n_hit": "BIGINT"}
    columns = tuple(Column(name=n, type=t, description="") for n, t in types.items())  # type: ignore[arg-type]
    of = table(protection="checks", key=("item",), columns=columns)

    found = verdicts(connection, of, [dict(zip(types, ("K03", *counts), strict=True))])

    assert sum(each.forbids for each in found.values()) == broken


def test_rows_are_judged_in_pieces_and_added_up(
    connection: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quality.release._VECTORS_PER_FRAME", 1)
    verdicts(connection, table(WITHIN), [])
    connection.execute(
        "insert into impact.main.things (item, low) select i, i from range(5000) t(i)"
    )

    below, above = judged(Suite(table(WITHIN), 10), connection).verdicts[2:]

    assert (below.n_applicable, below.n_hit, below.state) == (5000, 0, "akkoord")
    assert (above.n_applicable, above.n_hit, above.state) == (5000, 4899, "afgekeurd")


def test_every_published_table_has_a_suite_with_a_key_and_what_must_be_filled() -> None:
    for published in published_tables():
        suite = Suite(published, 10)
        assert suite.rows_query is not None or published.name == "run"
        if published.source is not None:
            assert any(rule.broken_nl.startswith("leeg is") for rule in suite.rules)


def test_a_data_test_that_is_not_known_here_is_no_silence() -> None:
    with pytest.raises(KeyError, match="looks_nice"):
        Suite(table(DataTest(name="looks_nice")), 10)
