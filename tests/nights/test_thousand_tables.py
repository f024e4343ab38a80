"""The attacker against a thousand random tables: too long for every commit."""

from datetime import date
from pathlib import Path

import pytest

from tests.privacy.random_tables import attacked, counted, people, release

TABLES = 100


@pytest.mark.parametrize("batch", range(10))
def test_no_hidden_count_of_a_thousand_random_tables_is_recovered(
    tmp_path: Path, batch: int
) -> None:
    is_in_two = batch % 2 == 1
    seeds = range(1000 + batch * TABLES, 1000 + (batch + 1) * TABLES)
    tables = {f"K{seed:04}": counted(people(seed, is_in_two=is_in_two)) for seed in seeds}
    published, staged = release(tables, tmp_path, date(2025, 6, 1), "n1")
    found = attacked(tables, published, is_additive=not is_in_two)
    assert staged.narrow == 0
    assert found.asked > 3000
    assert (found.recovered, found.narrow) == (0, 0)
