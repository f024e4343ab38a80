"""No percentage that is shown gives its two counts away by itself."""

from collections import Counter

import pytest

from exports.protection.pairs import FEWEST_PAIRS, manner, wilson


def test_a_share_without_company_is_hidden() -> None:
    # 10, 25 and 35 %: no other pair of ten or more fits.
    assert not manner(10, 27, 10, has_interval=False).is_shown
    assert manner(30, 200, 10, has_interval=False).is_shown


def test_the_interval_of_the_published_example_is_the_one_of_the_warehouse() -> None:
    assert wilson(30, 200) == (10.7136, 20.6056)


def test_an_interval_that_says_too_much_is_shown_in_steps_of_ten() -> None:
    manners = [
        manner(part, whole, 10, has_interval=True)
        for whole in range(60, 200)
        for part in range(10, whole - 9)
    ]
    shown = [each for each in manners if each.is_shown]
    assert 0 < sum(each.is_wide for each in shown) < len(shown) / 2


@pytest.mark.parametrize("has_interval", [False, True])
def test_every_share_that_is_shown_has_company(has_interval: bool) -> None:
    seen: Counter[tuple[object, ...]] = Counter()
    for whole in range(20, 180):
        for part in range(10, whole - 9):
            how = manner(part, whole, 10, has_interval=has_interval)
            if not how.is_shown:
                continue
            step = 1 if whole >= 100 else 5
            value = step * ((200 * part + step * whole) // (2 * step * whole))
            limits: tuple[float, ...] = ()
            if has_interval:
                low, high = wilson(part, whole)
                wide = 10 if how.is_wide else step
                limits = (wide * (low // wide), -wide * (-high // wide))
            seen[(part + 2) // 5, (whole + 2) // 5, value, how.is_wide, *limits] += 1
    edge = {(whole + 2) // 5 for whole in (178, 179)}
    assert min(count for key, count in seen.items() if key[1] not in edge) >= FEWEST_PAIRS
