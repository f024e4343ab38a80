"""What is kept of a delivery: nobody stands in it, and ids and codes are left alone."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from stdnum.nl import bsn

from ingest.contracts import Column
from ingest.kept_text import KeptText
from ingest.readers import ReadError
from tests.unit.small_ecd import loaded

NUMBERS = [str(number) for number in range(100_000_000, 100_000_400)]
VALID = [number for number in NUMBERS if bsn.is_valid(number)]
INVALID = [number for number in NUMBERS if not bsn.is_valid(number)]
BSN = "mogelijk burgerservicenummer"
CODES = ["T01", "T02", "Noord", None] * 10


def dotted(number: str) -> str:
    return f"{number[:4]}.{number[4:6]}.{number[6:]}"


class Delivery:
    """The kept columns of one delivery of clients, whose Achternaam is not kept."""

    def __init__(self, folder: Path) -> None:
        self.contract = loaded(folder)
        self.kept = KeptText(self.contract, known_words={"noord"})

    def batch(self, *cells: str | None, names: tuple[str, ...] = ()) -> list[str | None]:
        """Return the fault of every cell of column Gemeente, which has no code list."""
        self.kept.begin_batch(lambda _: pa.array(names, pa.string()))
        faults = self.kept.faults(self.column, pa.array(cells, pa.string()))
        found: list[str | None] = faults.to_pylist()
        return found

    @property
    def column(self) -> Column:
        return next(each for each in self.contract.columns if each.name == "municipality_code")


@pytest.fixture
def delivery(tmp_path: Path) -> Delivery:
    return Delivery(tmp_path)


def test_twenty_numbers_of_which_half_pass_are_a_bsn_column(delivery: Delivery) -> None:
    with pytest.raises(ReadError, match="kolom 'Gemeente' bevat burgerservicenummers") as refused:
        delivery.batch(*VALID[:10], *INVALID[:10])
    assert refused.value.check_id == "S11"


def test_one_bsn_in_every_row_is_a_bsn_column(delivery: Delivery) -> None:
    with pytest.raises(ReadError):
        delivery.batch(*VALID[:1] * 20)


def test_other_values_around_the_numbers_do_not_hide_a_bsn_column(delivery: Delivery) -> None:
    with pytest.raises(ReadError):
        delivery.batch(*VALID[:20], *["Rotterdam", None, "T01"] * 1_000)


def test_fewer_numbers_that_chance_does_not_explain_lose_their_cells(delivery: Delivery) -> None:
    assert delivery.batch(*VALID[:6], *INVALID[:2]) == [BSN] * 6 + [None] * 2
    assert delivery.batch(*VALID[:2]) == [BSN] * 2


def test_numbers_at_random_are_ids(delivery: Delivery) -> None:
    numbers = [f"{number * 7_654_321 % 10**9:09d}" for number in range(1, 5_000)]
    assert set(delivery.batch(*numbers)) == {None}
    assert set(delivery.batch(*(f"C-{number}" for number in numbers))) == {None}
    assert set(delivery.batch(*(f"R{number}" for number in range(9_999_000, 10_001_000)))) == {None}


def test_one_id_that_passes_and_comes_back_in_half_of_the_rows_stays_an_id(
    delivery: Delivery,
) -> None:
    assert set(delivery.batch(*VALID[:1] * 30, *INVALID[:10])) == {None}


def test_a_bsn_among_ids_that_are_written_otherwise_is_seen(delivery: Delivery) -> None:
    ids = [f"CL{number:07d}" for number in range(100)]
    assert delivery.batch(*ids, VALID[0], dotted(VALID[1]))[-2:] == [BSN, BSN]


def test_numbers_are_counted_over_all_batches_of_a_column(delivery: Delivery) -> None:
    assert delivery.batch(*VALID[:12]) == [BSN] * 12
    with pytest.raises(ReadError):
        delivery.batch(*VALID[12:24])


@pytest.mark.parametrize(
    "write",
    [
        lambda n: n,
        dotted,
        lambda n: f"{n[:3]} {n[3:5]} {n[5:7]} {n[7:]}",
        lambda n: f"{n[:3]}\u00a0{n[3:6]}\u00a0{n[6:]}",
        lambda n: n.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789"}),
        lambda n: f"{n[0]},{n[1:]}E+08",
        lambda n: f"NL{n}B01",
        lambda n: f"kwam terug, nummer {n}, afspraak gemaakt",
    ],
    ids=["bare", "dots", "spaces", "no-break", "full width", "scientific", "VAT", "in text"],
)
def test_a_single_bsn_among_other_values_loses_its_cell_however_it_is_written(
    delivery: Delivery, write: Callable[[str], str]
) -> None:
    assert delivery.batch(*CODES, write(VALID[0])) == [None] * len(CODES) + [BSN]


def test_excel_s_own_writing_of_a_large_number_is_refused_whatever_is_left_of_it(
    delivery: Delivery,
) -> None:
    assert delivery.batch(*CODES, "1,23E+08")[-1] == BSN


def test_the_leading_zero_that_excel_loses_does_not_hide_a_bsn(delivery: Delivery) -> None:
    numbers = [f"{number:09d}" for number in range(12_345_600, 12_346_000)]
    short = [number.lstrip("0") for number in numbers if bsn.is_valid(number)]
    assert {len(number) for number in short} == {8}
    with pytest.raises(ReadError):
        delivery.batch(*short)


def test_nine_zeros_and_dates_are_no_bsn(delivery: Delivery) -> None:
    days = [f"{day:02d}{month:02d}2026" for month in range(1, 13) for day in range(1, 29)]
    dates = [f"2026{month:02d}{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    assert set(delivery.batch(*["000000000"] * 30, *CODES)) == {None}
    assert set(delivery.batch(*days, *dates, *CODES * 20)) == {None}


@pytest.mark.parametrize("text", ["belde, BSN: {}", "burgerservicenummer is {}", "BSN{}"])
def test_a_number_that_a_cell_calls_a_bsn_holds_the_delivery(delivery: Delivery, text: str) -> None:
    assert delivery.batch(*CODES, text.format(INVALID[0]))[-1] is None
    with pytest.raises(ReadError):
        delivery.batch(*CODES, text.format(VALID[0]))


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("jan@voorbeeld.nl", "e-mailadres"),
        ("mail jan@voorbeeld.nl", "e-mailadres"),
        ("0612345678", "telefoonnummer"),
        ("06-12345678", "telefoonnummer"),
        ("+31612345678", "telefoonnummer"),
        ("06 12 34 56 78", "telefoonnummer"),
        ("bel 010-4334455", "telefoonnummer"),
        ("192.168.12.1", "IP-adres"),
        ("2001:db8::ff00:42:8329", "IP-adres"),
        ("NL91ABNA0417164300", "rekeningnummer"),
        ("NL91 ABNA 0417 1643 00", "rekeningnummer"),
    ],
)
def test_another_identity_loses_its_cell_and_only_its_kind_is_said(
    delivery: Delivery, cell: str, kind: str
) -> None:
    assert delivery.batch(*CODES, cell) == [None] * len(CODES) + [kind]


@pytest.mark.parametrize(
    "cells",
    [
        [f"02100{number:05d}" for number in range(100)],
        [f"3f2504e0-4f89-11d3-9a0c-0123456789{number:02d}" for number in range(100)],
        [f"{number:012d}" for number in range(100)],
        [f"BU0599{number:04d}" for number in range(100)],
        [*(f"GM{number:04d}" for number in range(100)), "BU05990841"],
        [f"2026-01-05 12:30:{number % 60:02d}" for number in range(100)],
        [f"1.234.{number:03d}" for number in range(100, 200)],
    ],
    ids=["ten digits", "GUID", "twelve digits", "area", "one area that passes", "moment", "amount"],
)
def test_ids_codes_and_moments_are_left_alone(delivery: Delivery, cells: list[str]) -> None:
    assert set(delivery.batch(*cells)) == {None}


def test_a_column_of_mobile_numbers_is_no_column_of_ids(delivery: Delivery) -> None:
    phones = [f"06123456{number:02d}" for number in range(50)]
    assert set(delivery.batch(*phones)) == {"telefoonnummer"}


def test_a_person_of_the_delivery_is_not_named_in_a_kept_cell(delivery: Delivery) -> None:
    names = ("Wölfe-Ëijk", "de Vries", "Bos", "anoniem")
    cells = ["T01", "gesprek met mw. DE VRIES", "R-wölfe-1", "in het bos", "vriesweer", "anoniem"]
    person = "naam van een persoon"
    expected = [None, person, person, None, None, None]
    assert delivery.batch(*cells, names=names) == expected
    # Names of an earlier batch are remembered.
    assert delivery.batch("bij De Vries") == [person]


def test_a_name_that_is_a_word_of_the_organisation_or_a_code_is_none(delivery: Delivery) -> None:
    cells = ["Noord", "Team Noord", *["Meander"] * 20]
    assert set(delivery.batch(*cells, names=("Van Noord", "Meander"))) == {None}


def test_sentences_do_not_pass_for_a_code(delivery: Delivery) -> None:
    told = "Zij kwam vandaag langs. Wij spraken over haar schulden en haar kinderen."
    assert delivery.batch(*CODES, told)[-1] == "vrije tekst"
    with pytest.raises(ReadError, match="kolom 'Gemeente' lijkt vrije tekst"):
        delivery.batch(*[f"{told} {number}" for number in range(10)])
