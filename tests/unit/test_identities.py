"""What points at one person in a typed text, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from ingest.identities import BSN, EMAIL, PHONE, identity_in

A_BSN = next(number for number in map(str, range(123_456_700, 123_456_800)) if bsn.is_valid(number))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mail naar iemand@voorbeeld.nl", EMAIL),
        ("bel 06-12345678", PHONE),
        ("06 12 34 56 78", PHONE),
        ("tel.0612345678", PHONE),
        ("010-4334455 na vijven", PHONE),
        ("(0182) 12 34 56", PHONE),
        ("+31 6 12345678", PHONE),
        ("0031612345678", PHONE),
        ("+31 (0)10 433 44 55", PHONE),
        (f"cliënt {A_BSN} kwam terug", BSN),
        (f"{A_BSN[:4]}.{A_BSN[4:6]}.{A_BSN[6:]}", BSN),
        (f"BSN: {A_BSN[:3]} {A_BSN[3:6]} {A_BSN[6:]}", BSN),
    ],
)
def test_an_identity_is_found_however_it_is_written(text: str, kind: str) -> None:
    assert identity_in(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "01-02-2026 12:30",
        "2026-01-05 12:30:45",
        "20260105",
        "in 2024 2025 en 2026",
        "BU05991081 en WK059910",
        "van 1.250.000 naar 1.500.000 euro",
        "CBS-tabel 85005NED",
        "om 9 uur @ de buurtkamer",
        str(int(A_BSN) + 1),
        "",
    ],
)
def test_dates_codes_and_amounts_are_no_identity(text: str) -> None:
    assert identity_in(text) is None


@given(st.dates().map(lambda day: f"{day:%d-%m-%Y}"), st.times().map(lambda at: f"{at:%H:%M}"))
def test_no_date_with_a_time_is_an_identity(day: str, at: str) -> None:
    assert identity_in(f"gesproken op {day} {at}") is None


@given(st.integers(10_000_000, 99_999_999), st.sampled_from(["", "-", " ", ". "]))
def test_every_mobile_number_is_found(number: int, sign: str) -> None:
    assert identity_in(f"bel 06{sign}{number} even") == PHONE
