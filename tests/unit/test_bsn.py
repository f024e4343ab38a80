"""The BSN guard, with the 11-proof of python-stdnum as the independent judge."""

import pyarrow as pa
import pytest
from stdnum.nl import bsn

from ingest.bsn import BsnGuard, mask_file_name

VALID = [number for number in map(str, range(100_000_000, 100_000_400)) if bsn.is_valid(number)]
INVALID = [number for number in map(str, range(100_000_000, 100_000_400)) if number not in VALID]


def is_bsn(*values: str | None, guard: BsnGuard | None = None) -> bool:
    return (guard or BsnGuard()).is_bsn("kolom", pa.array(values, pa.string()))


def test_twenty_numbers_of_which_half_pass_are_a_bsn_column() -> None:
    assert is_bsn(*VALID[:10], *INVALID[:10])


def test_fewer_than_twenty_numbers_or_less_than_half_passing_are_not() -> None:
    assert not is_bsn(*VALID[:19])
    assert not is_bsn(*VALID[:10], *INVALID[:11])


def test_numbers_at_random_are_no_bsn_column() -> None:
    numbers = [f"{number * 7_654_321 % 10**9:09d}" for number in range(1, 5_000)]
    assert not is_bsn(*numbers)


def test_other_values_around_the_numbers_do_not_hide_them() -> None:
    assert is_bsn(*VALID[:20], *["Rotterdam", None, "06-12345678"] * 1_000)


@pytest.mark.parametrize(
    "write",
    [
        lambda n: f"{n[:4]}.{n[4:6]}.{n[6:]}",
        lambda n: f"{n[:3]} {n[3:5]} {n[5:7]} {n[7:]}",
        lambda n: f"{n[:3]}\u00a0{n[3:]}",
        lambda n: n.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}),
    ],
    ids=["dots", "spaces", "no-break space", "full width"],
)
def test_a_bsn_is_seen_however_it_is_written(write: object) -> None:
    assert callable(write)
    assert is_bsn(*(write(number) for number in VALID[:20]))


def test_the_leading_zero_that_excel_loses_does_not_hide_a_bsn() -> None:
    numbers = [f"{number:09d}" for number in range(12_345_600, 12_346_000)]
    short = [number.lstrip("0") for number in numbers if bsn.is_valid(number)]
    assert {len(number) for number in short} == {8}
    assert is_bsn(*short)


def test_nine_zeros_pass_the_proof_and_are_no_bsn() -> None:
    assert not is_bsn(*["000000000"] * 30)


def test_numbers_are_counted_over_all_batches_of_a_column() -> None:
    guard = BsnGuard()
    assert not is_bsn(*VALID[:12], guard=guard)
    assert is_bsn(*VALID[12:24], guard=guard)


def test_one_number_that_a_text_calls_a_bsn_is_enough() -> None:
    assert is_bsn(f"Belde terug, BSN: {VALID[0]}, afspraak gemaakt")
    assert is_bsn(f"burgerservicenummer is {VALID[0][:4]}.{VALID[0][4:6]}.{VALID[0][6:]}")
    assert not is_bsn(f"Belde terug, BSN: {INVALID[0]}")
    assert not is_bsn(f"Dossier {VALID[0]}")


def test_a_bsn_in_a_file_name_is_masked_and_a_date_is_not() -> None:
    assert mask_file_name(f"client {VALID[0]}_20260105.csv") == "client *********_20260105.csv"
    dates = [f"clienten_2026{month:02d}{day:02d}.csv" for month in range(1, 13) for day in (1, 28)]
    assert [mask_file_name(name) for name in dates] == dates
