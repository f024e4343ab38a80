"""When nights in a row are flat: time, memory, files and readable releases."""

from dataclasses import replace

import pytest

from tests.faults.load import Measured, judged

NIGHT = Measured(seconds=40, peak=600, files=300, megabytes=50, is_whole=True)
FIRST = replace(NIGHT, seconds=70, files=250, megabytes=48)


def test_nights_that_ask_the_same_after_the_first_are_flat() -> None:
    is_flat, told = judged([FIRST, *[NIGHT] * 7])
    assert is_flat
    assert told.startswith("flat over 8 nights: the last 2 took 1.00 times the processor time")
    assert "0 releases broken" in told


@pytest.mark.parametrize(
    "last",
    [
        replace(NIGHT, seconds=51),
        replace(NIGHT, peak=700),
        replace(NIGHT, files=301),
        replace(NIGHT, is_whole=False),
    ],
    ids=["slower", "more memory", "more files", "a broken release"],
)
def test_nights_that_grow_are_not_flat(last: Measured) -> None:
    is_flat, told = judged([FIRST, *[NIGHT] * 5, last, last])
    assert not is_flat
    assert told.startswith("not flat over 8 nights")
