"""What points at one person in a typed text, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from ingest.identities import (
    BSN,
    EMAIL,
    IBAN,
    IP_ADDRESS,
    NAME,
    PHONE,
    identity_in,
    mask_file_name,
    personal_header,
)

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
        (f"btw-nummer NL{A_BSN}B01", BSN),
        (A_BSN.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}), BSN),
        ("NL91ABNA0417164300", IBAN),
        ("graag op nl91 abna 0417 1643 00 storten", IBAN),
        ("vanaf 192.168.12.1 ingevuld", IP_ADDRESS),
        ("2001:db8::ff00:42:8329", IP_ADDRESS),
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
        "versie 1.2.3.4",
        "om 12:30:45",
        "uitslag 10::3",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
        "05012026",
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


def test_a_file_name_keeps_its_dates_and_the_words_of_the_contract_and_nothing_of_a_person() -> (
    None
):
    declared = "lijst_*_{delivered_on}.csv"

    def masked(part: str) -> str:
        return mask_file_name(f"lijst_{part}_20260105.CSV", declared)

    assert masked("05012026") == "lijst_05012026_20260105.CSV"
    assert masked("1-13") == "lijst_1-13_20260105.CSV"
    for person in (A_BSN, "06-12345678", "jan@voorbeeld.nl", "NL91ABNA0417164300", "Jansen"):
        assert masked(person) == f"lijst_{'*' * len(person)}_20260105.CSV"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("BSN", "burgerservicenummer"),
        ("Burgerservicenummer client", "burgerservicenummer"),
        ("E-mail", EMAIL),
        ("Emailadres", EMAIL),
        ("Telefoon 2", PHONE),
        ("Mobiel nummer", PHONE),
        ("IP Address", IP_ADDRESS),
        ("Geboortedatum", "geboortedatum"),
        ("Adres", "adres"),
        ("Straat", "adres"),
        ("Achternaam", NAME),
        ("Naam", NAME),
        ("First Name", NAME),
        ("Voornamen", NAME),
    ],
)
def test_a_heading_says_what_stands_below_it(header: str, kind: str) -> None:
    assert personal_header(header) == kind


@pytest.mark.parametrize(
    "header",
    ["Projectnaam", "Naam project", "Team", "Telefonisch contact", "Datum", "Gebied", "Gebruikt"],
)
def test_a_heading_about_things_is_not_about_a_person(header: str) -> None:
    assert personal_header(header) is None
