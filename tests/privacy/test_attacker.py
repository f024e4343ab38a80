"""The attacker recovers nothing: not from one release, not from two nights, not from two months."""

import random
from datetime import date
from pathlib import Path

import pytest

from exports.protection import staging
from exports.protection.suppression import Suppression
from tests.privacy.attacker import K, differences, pairs
from tests.privacy.random_tables import Person, attacked, counted, people, release


@pytest.mark.parametrize("is_in_two", [False, True])
def test_no_hidden_count_of_random_linked_tables_is_recovered(
    tmp_path: Path, is_in_two: bool
) -> None:
    tables = {f"K{seed:04}": counted(people(seed, is_in_two=is_in_two)) for seed in range(12)}
    published, staged = release(tables, tmp_path, date(2025, 6, 1), "n1")
    assert staged.narrow == 0
    found = attacked(tables, published, is_additive=not is_in_two)
    assert found.asked > 300
    assert (found.recovered, found.narrow) == (0, 0)
    shown = [
        row for rows in published.values() for row in rows.values() if row["value"] is not None
    ]
    assert len(shown) > 100
    assert min(len(pairs(row)) for row in shown) >= 2


YEAR = ("year", date(2025, 1, 1))
# 4 x 13 is shown as 4 x 15 and 52 as 50: nothing but 4 x 13 fits, so nobody is left for the fifth.
ALL_AT_THEIR_EDGE = {
    "K1": {
        (*YEAR, "total"): (52, 300),
        **{(*YEAR, "service", f"S{number}"): (13, 60) for number in range(4)},
        (*YEAR, "service", "S4"): (0, 60),
    }
}


def test_without_looking_at_what_stands_beside_it_a_hidden_count_is_recovered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "suppress", lambda *_: Suppression(frozenset(), 0, 0))
    published, _ = release(ALL_AT_THEIR_EDGE, tmp_path, date(2025, 6, 1), "n1")
    assert attacked(ALL_AT_THEIR_EDGE, published).recovered == 1


def test_a_count_that_would_be_recovered_gets_company(tmp_path: Path) -> None:
    published, staged = release(ALL_AT_THEIR_EDGE, tmp_path, date(2025, 6, 1), "n1")
    found = attacked(ALL_AT_THEIR_EDGE, published)
    assert (found.recovered, found.narrow, staged.narrow) == (0, 0, 0)
    statuses = [row["status"] for row in published["K1"].values()]
    assert statuses.count("afgeschermd") == 2


def grown(seed: int, count: int) -> list[Person]:
    """Return the people of a random table with some more."""
    chance = random.Random(-seed)  # noqa: S311 - a reproducible table, not a secret
    return people(seed) + [Person(chance, is_in_two=False) for _ in range(count)]


def test_two_nights_of_one_month_say_the_same_whoever_came_in_between(tmp_path: Path) -> None:
    before = {f"K{seed:04}": counted(people(seed)) for seed in range(6)}
    after = {f"K{seed:04}": counted(grown(seed, 1 + 9 * seed)) for seed in range(6)}
    first, _ = release(before, tmp_path, date(2025, 6, 14), "n1")
    second, staged = release(after, tmp_path, date(2025, 6, 15), "n2")
    assert all(not differences(first[name].items(), second[name].items()) for name in before)
    assert {name: rows.num_rows for name, rows in staged.fresh.items() if rows.num_rows} == {}


def test_a_month_later_no_figure_tells_of_fewer_than_ten_people(tmp_path: Path) -> None:
    before = {f"K{seed:04}": counted(people(seed)) for seed in range(12)}
    after = {f"K{seed:04}": counted(grown(seed, 40 * seed)) for seed in range(12)}
    first, _ = release(before, tmp_path, date(2025, 6, 14), "n1")
    second, staged = release(after, tmp_path, date(2025, 7, 1), "n2")
    changed = 0
    for name in before:
        for cell in differences(first[name].items(), second[name].items()):
            if "getoond" not in {first[name][cell]["status"], second[name][cell]["status"]}:
                continue
            (a, b), (c, d) = before[name][cell], after[name][cell]
            moved = (c - a, d - b, (d - c) - (b - a))
            if first[name][cell]["status"] == second[name][cell]["status"] == "getoond":
                changed += 1
                assert all(abs(each) >= K or each == 0 for each in moved)
    assert changed > 20
    assert staged.narrow == 0
    found = attacked(after, second, may_contradict=True)
    assert found.recovered == 0


def test_a_closed_period_is_repeated_for_ever(tmp_path: Path) -> None:
    before = {f"K{seed:04}": counted(people(seed)) for seed in range(4)}
    after = {f"K{seed:04}": counted(grown(seed, 300)) for seed in range(4)}
    first, _ = release(before, tmp_path, date(2026, 2, 1), "n1", is_closed=True)
    second, _ = release(after, tmp_path, date(2026, 9, 1), "n2", is_closed=True)
    assert all(not differences(first[name].items(), second[name].items()) for name in before)


def test_a_higher_minimum_also_holds_for_what_was_published_before(tmp_path: Path) -> None:
    tables = {f"K{seed:04}": counted(people(seed)) for seed in range(4)}
    release(tables, tmp_path, date(2026, 2, 1), "n1", is_closed=True)
    published, _ = release(tables, tmp_path, date(2026, 2, 2), "n2", is_closed=True, minimum=15)
    for name, rows in published.items():
        for cell, row in rows.items():
            a, b = tables[name][cell]
            assert row["status"] == "afgeschermd" or min(a, b - a) >= 15


def test_the_order_of_rows_in_the_warehouse_decides_nothing(tmp_path: Path) -> None:
    tables = {f"K{seed:04}": counted(people(seed)) for seed in range(8)}
    turned = {name: dict(reversed(list(cells.items()))) for name, cells in reversed(tables.items())}
    one, _ = release(tables, tmp_path / "one", date(2025, 6, 1), "n1")
    other, _ = release(turned, tmp_path / "other", date(2025, 6, 1), "n1")
    assert all(not differences(one[name].items(), other[name].items()) for name in tables)
