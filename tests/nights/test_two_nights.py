"""Two nights of the example home: an attacker who keeps both has nothing more than one."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingest.example import write_example
from tests.conftest import Night, run_night
from tests.privacy.example_home import KEY, NUMBERS, attacked_kpi

EXACT = f"select {', '.join(KEY)}, numerator, denominator from mart.fct_kpi_value order by all"
PUBLISHED = f"select {', '.join((*KEY, *NUMBERS))} from {{kpi_value}} order by all"


@dataclass(frozen=True)
class Nights:
    """The exact and the published figures of two nights, and the second night."""

    exact: tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]
    published: tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]
    second: Night


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """A night, and the next one after three trajectories went out of the export."""
    home = tmp_path_factory.mktemp("two") / "home"
    write_example(home, scale=0.2, clean=True)
    kept = home.parent / "delivered"
    shutil.copytree(home / "inbox", kept)
    first = run_night(home)
    exact, published = first.exact(EXACT), first.published(PUBLISHED)
    lines = (kept / "trajecten_20260105.csv").read_bytes().splitlines(keepends=True)
    (home / "inbox" / "trajecten_20260106.csv").write_bytes(b"".join(lines[:-3]))
    second = run_night(home, "--as-of", "2026-01-07")
    return Nights((exact, second.exact(EXACT)), (published, second.published(PUBLISHED)), second)


def test_three_people_fewer_change_the_exact_figures_and_nothing_that_is_published(
    nights: Nights,
) -> None:
    before, after = nights.exact
    assert before != after
    assert nights.published[0] == nights.published[1]


@pytest.mark.parametrize(
    ("kpi_id", "is_additive"), [("E4.1.1", True), ("E6.1.1", True), ("A14", False)]
)
def test_no_hidden_count_of_the_example_is_recovered(
    nights: Nights, kpi_id: str, is_additive: bool
) -> None:
    warehouse = Path(nights.second.home) / "warehouse" / "build.duckdb"
    found = attacked_kpi(nights.second.parquet, warehouse, kpi_id, is_additive=is_additive)
    assert found.asked > 50
    assert (found.recovered, found.narrow) == (0, 0)
