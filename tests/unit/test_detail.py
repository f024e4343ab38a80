"""Less detail before suppression: years stay, what is finer than what is left out goes too."""

from exports.protection.detail import Level, too_fine


def levels(**shown: tuple[int, int]) -> dict[Level, tuple[int, int]]:
    return {Level("A14", *name.split("__")): counts for name, counts in shown.items()}


def left_out(**shown: tuple[int, int]) -> set[str]:
    return {f"{each.breakdown}__{each.period_type}" for each in too_fine(levels(**shown))}


def test_a_level_of_which_less_than_a_third_can_be_shown_is_left_out() -> None:
    assert left_out(wijk__quarter=(3, 10), team__quarter=(4, 10)) == {"wijk__quarter"}


def test_years_and_totals_always_stay() -> None:
    assert left_out(wijk__year=(0, 10), total__month=(0, 10)) == set()


def test_what_is_finer_than_a_level_that_is_left_out_goes_with_it() -> None:
    shown = {
        "municipality__quarter": (0, 10),
        "wijk__quarter": (10, 10),
        "wijk__month": (10, 10),
        "team__month": (10, 10),
        "wijk__year": (10, 10),
    }
    assert left_out(**shown) == {"municipality__quarter", "wijk__quarter", "wijk__month"}
