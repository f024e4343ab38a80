"""Small numbers stay hidden and what is shown gives no exact count away."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.protection import protected_checks, protected_figures
from exports.protection.linked import Row as LinkedRow
from exports.protection.linked import Slice, System
from exports.protection.suppression import suppress
from exports.tables import published_tables

Row = dict[str, Any]

TABLES = {table.name: table for table in published_tables()}
NUMBERS = [
    column.name
    for column in TABLES["kpi_value"].columns
    if column.type in ("DECIMAL(18,4)", "BIGINT")
]


def protect(table: str, rows: list[Row], k: int = 10) -> list[Row]:
    """Return `rows` of the exact table as they may be published, in the order given."""
    columns = TABLES[table].columns
    if TABLES[table].protection in ("figures", "distribution"):
        names = [column.name for column in columns]
        query = protected_figures("exact", names, k, TABLES[table].group)
    else:
        query = protected_checks("exact", k)
    with duckdb.connect() as connection:
        connection.execute(
            "create table exact (position integer, "
            + ", ".join(f"{column.name} {column.type}" for column in columns)
            + ")"
        )
        marks = f"({', '.join('?' * (len(columns) + 1))})"
        connection.execute(
            f"insert into exact values {', '.join([marks] * len(rows))}",
            [
                value
                for position, row in enumerate(rows)
                for value in [position, *(row.get(column.name) for column in columns)]
            ],
        )
        result = connection.execute(f"select * from ({query}) order by position")
        names = [column[0] for column in result.description]
        return [dict(zip(names, values, strict=True)) for values in result.fetchall()]


def percentage(numerator: int, denominator: int, **other: Any) -> Row:
    """Return an exact share of people, as the warehouse holds it."""
    return {
        "kpi_id": "E4.1.1",
        "design": "afterwards",
        "unit": "percentage",
        "numerator": numerator,
        "denominator": denominator,
        "value": round(Decimal(100 * numerator) / Decimal(denominator), 4) if denominator else None,
        "n_subjects": denominator,
        "status": "getoond",
        **other,
    }


def amount(unit: str, numerator: Any, denominator: Any, value: Any, n_subjects: int) -> Row:
    """Return an exact figure that is no percentage."""
    return {
        "design": "registration",
        "unit": unit,
        "numerator": Decimal(numerator),
        "denominator": denominator,
        "value": Decimal(value),
        "n_subjects": n_subjects,
        "status": "getoond",
    }


@pytest.mark.parametrize(
    ("numerator", "denominator", "status"),
    [
        (10, 20, "getoond"),
        (9, 20, "afgeschermd"),
        (11, 20, "afgeschermd"),
        (0, 200, "afgeschermd"),
        (200, 200, "afgeschermd"),
        (190, 200, "getoond"),
        (191, 200, "afgeschermd"),
        (5, 9, "afgeschermd"),
        (0, 0, "afgeschermd"),
    ],
)
def test_a_percentage_needs_ten_people_in_both_parts_and_between_them(
    numerator: int, denominator: int, status: str
) -> None:
    (row,) = protect("kpi_value", [percentage(numerator, denominator)])
    assert row["status"] == status


@pytest.mark.parametrize(
    ("exact", "status"),
    [
        (amount("count", 10, None, 10, 10), "getoond"),
        (amount("count", 9, None, 9, 9), "afgeschermd"),
        (amount("count", 0, None, 0, 0), "afgeschermd"),
        (amount("count", 40, None, 40, 9), "afgeschermd"),
        (amount("ratio", 240, 10, 24, 240), "getoond"),
        (amount("ratio", 240, 9, "26.6667", 240), "afgeschermd"),
        (amount("ratio", 9, 40, "0.225", 49), "afgeschermd"),
        (amount("hours", 4800, 12, "6.6667", 12), "getoond"),
        (amount("hours", 4800, 12, "6.6667", 9), "afgeschermd"),
        (amount("days", 310, 20, "15.5", 20), "getoond"),
        (amount("days", 310, 9, "34.4444", 9), "afgeschermd"),
        (amount("euro", 12000, None, 12000, 9), "afgeschermd"),
    ],
)
def test_counts_and_ratios_need_ten_people_and_ten_in_each_part(exact: Row, status: str) -> None:
    (row,) = protect("kpi_value", [exact])
    assert row["status"] == status


def test_a_hidden_row_keeps_no_number_and_its_keys() -> None:
    full = dict.fromkeys(NUMBERS, 50) | percentage(9, 200, period_start=date(2025, 1, 1))
    (row,) = protect("kpi_value", [full])
    assert {name: row[name] for name in NUMBERS} == dict.fromkeys(NUMBERS)
    assert (row["kpi_id"], row["period_start"]) == ("E4.1.1", date(2025, 1, 1))


def test_a_figure_without_a_known_number_of_people_is_hidden() -> None:
    (row,) = protect("kpi_value", [percentage(100, 200, n_subjects=None)])
    assert row["status"] == "afgeschermd"


def test_an_unavailable_figure_stays_unavailable_and_shows_no_counts() -> None:
    exact = percentage(3, 200, status="niet beschikbaar", value=None, n_respondents=200)
    (row,) = protect("kpi_value", [exact])
    assert row["status"] == "niet beschikbaar"
    assert {name: row[name] for name in NUMBERS} == dict.fromkeys(NUMBERS)


@pytest.mark.parametrize(
    ("numerator", "denominator", "value"),
    [
        (37, 99, 35),
        (37, 100, 37),
        (30, 200, 15),
        (30, 60, 50),
        (13, 40, 35),  # 32.5: half away from zero
        (125, 1000, 13),  # 12.5
    ],
)
def test_percentages_step_by_five_below_a_hundred_people_and_by_one_from_there(
    numerator: int, denominator: int, value: int
) -> None:
    (row,) = protect("kpi_value", [percentage(numerator, denominator)])
    assert row["value"] == value


def test_a_share_of_minutes_counts_people_for_its_step() -> None:
    few_people = percentage(3333, 10000, n_subjects=99)
    many_people = percentage(3333, 10000, n_subjects=100)
    rows = protect("kpi_value", [few_people, many_people])
    assert [row["value"] for row in rows] == [35, 33]


def test_a_percentage_is_rounded_once_from_its_exact_parts() -> None:
    # 12.49999 %: four decimals make it 12.5000, and rounding that again would give 13.
    (row,) = protect("kpi_value", [percentage(1_249_999, 10_000_000)])
    assert percentage(1_249_999, 10_000_000)["value"] == Decimal("12.5000")
    assert row["value"] == 12


def test_the_worked_example_with_everybody_answering_is_fifteen_percent() -> None:
    exact = percentage(
        30,
        200,
        n_respondents=200,
        n_reached=200,
        n_invited=200,
        response_rate=100,
        interval_low=Decimal("10.7"),
        interval_high=Decimal("20.6"),
    )
    (row,) = protect("kpi_value", [exact])
    assert (row["value"], row["interval_low"], row["interval_high"]) == (15, 10, 21)
    assert (row["numerator"], row["denominator"], row["n_reached"]) == (30, 200, 200)
    assert row["response_rate"] == 100


def test_the_worked_example_with_sixty_of_two_hundred_answering_keeps_its_bounds() -> None:
    exact = percentage(
        30,
        60,
        n_respondents=60,
        n_reached=200,
        response_rate=30,
        bound_low=15,
        bound_high=85,
        interval_low=Decimal("37.7"),
        interval_high=Decimal("62.3"),
    )
    (row,) = protect("kpi_value", [exact])
    assert (row["value"], row["bound_low"], row["bound_high"]) == (50, 15, 85)
    assert (row["interval_low"], row["interval_high"]) == (35, 65)
    assert (row["n_reached"], row["response_rate"]) == (200, 30)


def test_limits_go_outward_and_stay_between_zero_and_a_hundred() -> None:
    exact = percentage(
        45,
        60,
        interval_low=Decimal("71.2"),
        interval_high=Decimal("99.1"),
        bound_low=Decimal("-1.2"),
        bound_high=Decimal("100.0001"),
    )
    (row,) = protect("kpi_value", [exact])
    assert (row["interval_low"], row["interval_high"]) == (70, 100)
    assert (row["bound_low"], row["bound_high"]) == (0, 100)


@pytest.mark.parametrize(("low", "high", "shown"), [("35", "65", True), ("34.9999", "65", False)])
def test_a_share_that_chance_moves_more_than_fifteen_points_is_not_shown(
    low: str, high: str, shown: bool
) -> None:
    exact = percentage(30, 60, interval_low=Decimal(low), interval_high=Decimal(high))
    (row,) = protect("kpi_value", [exact])
    assert (row["value"] is not None) == shown


def test_another_rule_names_no_group_below_ten() -> None:
    nine_strict = percentage(100, 300, rule_low=3, rule_high=97)
    ten_strict = percentage(100, 300, rule_low=Decimal("3.3333"), rule_high=Decimal("96.6667"))
    rows = protect("kpi_value", [nine_strict, ten_strict])
    assert [(row["rule_low"], row["rule_high"]) for row in rows] == [(0, 100), (3, 97)]


def test_counts_minutes_and_euros_are_rounded_to_five() -> None:
    exact = [
        amount("count", 12, None, 12, 12),
        amount("count", 13, None, 13, 13),
        amount("euro", "1234.50", None, "1234.50", 12),
        amount("hours", "4802.5", 12, "6.6701", 12),
        amount("days", 313, 20, "15.65", 20),
    ]
    rows = protect("kpi_value", exact)
    assert [row["numerator"] for row in rows] == [10, 15, 1235, 4805, 315]
    assert [row["value"] for row in rows] == [10, 15, 1235, Decimal("6.7"), Decimal("15.7")]
    assert [row["n_subjects"] for row in rows] == [10, 15, 10, 10, 20]


@pytest.mark.parametrize(
    ("exact", "shown"),
    [
        (amount("count", 40, None, 40, 40), (35, 40, 45)),
        (amount("count", 42, None, 42, 42), (35, 40, 45)),
        (percentage(60, 200), (29, 30, 31)),
        (percentage(30, 60), (45, 50, 55)),
    ],
)
def test_limits_that_are_the_value_do_not_tell_how_it_was_rounded(
    exact: Row, shown: tuple[int, int, int]
) -> None:
    limits = dict.fromkeys(("bound_low", "bound_high", "rule_low", "rule_high"), exact["value"])
    (row,) = protect("kpi_value", [exact | limits])
    assert (row["bound_low"], row["value"], row["bound_high"]) == shown
    assert (row["rule_low"], row["rule_high"]) == (shown[0], shown[2])


def test_ratios_have_one_decimal_and_limits_around_them() -> None:
    exact = amount("ratio", 253, 10, "25.25", 253)
    exact |= {"bound_low": Decimal("25.19"), "bound_high": Decimal("131.21")}
    (row,) = protect("kpi_value", [exact])
    assert row["value"] == Decimal("25.3")
    assert (row["bound_low"], row["bound_high"]) == (Decimal("25.1"), Decimal("131.3"))


def test_a_small_number_of_invited_people_is_hidden_by_itself() -> None:
    (row,) = protect("kpi_value", [percentage(100, 200, n_invited=9, n_reached=10)])
    assert (row["status"], row["n_invited"], row["n_reached"]) == ("getoond", None, 10)


def test_open_data_are_published_as_they_are() -> None:
    exact = percentage(3, 7, design="open_data", value=Decimal("43.7"), n_subjects=None)
    (row,) = protect("kpi_value", [exact])
    assert {name: row[name] for name in exact} == exact


def test_the_minimum_can_be_raised_and_not_lowered() -> None:
    (row,) = protect("kpi_value", [percentage(10, 40)], k=11)
    assert row["status"] == "afgeschermd"
    for table in ("kpi_value", "check_result"):
        with pytest.raises(ValueError, match="mag alleen omhoog: 9 is lager dan 10"):
            protect(table, [], k=9)


def test_answers_per_question_are_protected_by_the_same_rules() -> None:
    rows = protect("question_value", [percentage(37, 99), percentage(9, 99)])
    assert [(row["value"], row["status"]) for row in rows] == [
        (35, "getoond"),
        (None, "afgeschermd"),
    ]


def distribution(*counts: int, **keys: Any) -> list[Row]:
    """Return the exact cells of one distribution of people over answers 1, 2, 3 ..."""
    cells = [
        percentage(count, sum(counts), answer_code=str(code), question_id="4a2", is_counting=True)
        for code, count in enumerate(counts, start=1)
    ]
    return [cell | keys for cell in cells]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((10, 10, 10), [10, 10, 10]),
        ((12, 23, 70), [10, 25, 70]),
        ((10, 10, 9), [None, None, None]),
        ((30, 30, 0), [None, None, None]),
        ((200, 9), [None, None]),
        ((200,), [None]),
    ],
)
def test_the_cells_of_a_distribution_are_shown_together_or_hidden_together(
    counts: tuple[int, ...], shown: list[int | None]
) -> None:
    rows = protect("answer_value", distribution(*counts))
    assert [row["numerator"] for row in rows] == shown
    status = "afgeschermd" if shown[0] is None else "getoond"
    assert {row["status"] for row in rows} == {status}


def test_what_hides_one_distribution_leaves_another_as_it_is() -> None:
    hidden = distribution(40, 40, 3, team_code="A")
    shown = distribution(40, 40, 30, team_code="B")
    rows = protect("answer_value", [*hidden, *shown])
    assert [row["numerator"] for row in rows] == [None, None, None, 40, 40, 30]


CELLS = st.lists(st.one_of(st.integers(0, 60), st.integers(8, 400)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=5), st.integers(10, 15))
def test_no_cell_of_a_hidden_distribution_follows_from_the_others(
    distributions: list[list[int]], k: int
) -> None:
    exact = [
        distribution(*counts, team_code=f"T{number}") for number, counts in enumerate(distributions)
    ]
    rows = protect("answer_value", [row for cells in exact for row in cells], k)
    for number, counts in enumerate(distributions):
        cells = [row for row in rows if row["team_code"] == f"T{number}"]
        smallest = min(min(count, sum(counts) - count) for count in counts)
        if smallest < k:
            numbers = ("numerator", "denominator", "value", "n_subjects")
            assert {row[name] for row in cells for name in numbers} == {None}
            continue
        assert {row["status"] for row in cells} == {"getoond"}
        assert all(row["numerator"] % 5 == 0 for row in cells)
        assert all(
            abs(row["numerator"] - count) <= Decimal("2.5")
            for row, count in zip(cells, counts, strict=True)
        )


def test_a_mean_tells_nothing_of_people_where_the_score_is_as_large_as_their_number() -> None:
    mean = LinkedRow(
        figure=1,
        series="instrument_value|zrm|gemiddelde",
        outcome="gemiddelde",
        period=("year", date(2025, 1, 1)),
        slice=Slice("total"),
        unit="score",
        is_stock=False,
        is_shown=False,
        is_locked=False,
        numerator=1.0,
        denominator=1.0,
        subjects=1.0,
        step=0.1,
        shown_numerator=None,
        shown_denominator=None,
        shown_subjects=None,
        shown_value=None,
    )
    assert System([mean], 10, lambda _: (), {}, {}).relations == []


def hours(figure: int, slice_: Slice, people: int, *, is_shown: bool) -> LinkedRow:
    """Return 90 hours a person as a figure, as it would be published."""
    return LinkedRow(
        figure=figure,
        series="kpi_value|EIGEN-UREN",
        outcome="",
        period=("year", date(2025, 1, 1)),
        slice=slice_,
        unit="hours",
        is_stock=False,
        is_shown=is_shown,
        is_locked=False,
        numerator=90 * 60.0 * people,
        denominator=float(people),
        subjects=float(people),
        step=0.1,
        shown_numerator=None,
        shown_denominator=5.0 * round(people / 5) if is_shown else None,
        shown_subjects=5.0 * round(people / 5) if is_shown else None,
        shown_value=90.0 if is_shown else None,
    )


def test_an_organisation_of_tens_of_millions_of_minutes_is_audited_like_a_small_one() -> None:
    total, team = Slice("total"), Slice("team", ("A",))
    rows = [
        hours(1, total, 20_005, is_shown=True),
        hours(2, team, 20_000, is_shown=True),
        hours(3, Slice("team", ("B",)), 5, is_shown=False),
    ]
    found = suppress(System(rows, 10, lambda part: () if part == total else (total,), {}, {}), 10)
    assert (found.hidden, found.audited, found.narrow) == (frozenset(), 1, 0)


def test_counts_of_a_period_are_left_out_and_measures_are_rounded() -> None:
    exact = {"n_applicable": 203, "n_hit": 31, "share": Decimal("0.1527"), "state": "afgekeurd"}
    measured = exact | {"measure": Decimal("0.1527")}
    rows = protect(
        "check_result",
        [
            measured | {"period_type": "month", "team_code": "T1"},
            measured | {"period_type": "release"},
            measured | {"n_applicable": 48, "n_hit": 12},
            measured | {"n_applicable": 9, "n_hit": 2},
        ],
    )
    found = [(row["n_applicable"], row["n_hit"], row["share"], row["measure"]) for row in rows]
    assert found == [
        (None, None, Decimal("0.15"), Decimal("0.15")),
        (205, 30, Decimal("0.15"), Decimal("0.15")),
        (50, 10, Decimal("0.25"), Decimal("0.15")),
        (None, None, None, None),
    ]


@pytest.mark.parametrize(
    ("n_applicable", "n_hit", "published"),
    [
        (9, 2, (None, None, None)),
        (200, 9, (200, None, None)),
        (200, 0, (200, None, None)),
        (200, 191, (200, None, None)),
        (203, 31, (205, 30, Decimal("0.15"))),
        (99, 12, (100, 10, Decimal("0.10"))),
        (0, 0, (None, None, None)),
        (None, None, (None, None, None)),
    ],
)
def test_counts_of_a_check_are_hidden_below_ten_and_rounded_from_there(
    n_applicable: int | None, n_hit: int | None, published: tuple[Any, ...]
) -> None:
    share = Decimal(n_hit or 0) / n_applicable if n_applicable else None
    exact = {"n_applicable": n_applicable, "n_hit": n_hit, "share": share, "state": "afgekeurd"}
    (row,) = protect("check_result", [exact])
    assert (row["n_applicable"], row["n_hit"], row["share"]) == published
    assert row["state"] == "afgekeurd"


@st.composite
def shares(draw: st.DrawFn) -> Row:
    """Draw an exact share of people with limits around it."""
    denominator = draw(st.integers(0, 250))
    numerator = draw(st.integers(0, denominator))
    exact = percentage(numerator, denominator)
    if denominator:
        below = st.decimals(0, exact["value"], places=4)
        above = st.decimals(exact["value"], 100, places=4)
        for limit in ("bound", "rule"):
            exact |= {f"{limit}_low": draw(below), f"{limit}_high": draw(above)}
        width = draw(st.decimals(0, 16, places=4))
        exact["interval_low"] = max(exact["value"] - width, Decimal(0))
        exact["interval_high"] = min(exact["value"] + width, Decimal(100))
    return exact


@settings(max_examples=25, deadline=None)
@given(st.lists(shares(), min_size=1, max_size=15))
def test_whatever_is_shown_hides_small_groups_and_holds_the_exact_figures(exact: list[Row]) -> None:
    for before, after in zip(exact, protect("kpi_value", exact), strict=True):
        numerator, denominator = before["numerator"], before["denominator"]
        smallest = min(numerator, denominator, denominator - numerator)
        by_chance = before.get("interval_high", 0) - before.get("interval_low", 0)
        fit_to_show = smallest >= 10 and by_chance <= 30
        assert after["status"] == ("getoond" if fit_to_show else "afgeschermd")
        if after["status"] == "afgeschermd":
            assert all(after[name] is None for name in NUMBERS)
            continue
        step = 1 if denominator >= 100 else 5
        assert after["value"] % step == 0
        share = Fraction(100 * numerator, denominator)
        assert abs(Fraction(after["value"]) - share) <= Fraction(step, 2)
        assert after["numerator"] % 5 == after["denominator"] % 5 == after["n_subjects"] % 5 == 0
        for limit in ("interval", "bound", "rule"):
            low, high = after[f"{limit}_low"], after[f"{limit}_high"]
            assert low % step == high % step == 0
            assert 0 <= low <= before[f"{limit}_low"] <= before[f"{limit}_high"] <= high <= 100
            assert low <= after["value"] <= high
