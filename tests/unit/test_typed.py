"""From text to typed rows: the right value, or a rejected row with a fixed reason."""

import io
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.cells import (
    BadCell,
    area_parser,
    code_parser,
    date_parser,
    number_parser,
    year_parser,
)
from ingest.columns import trimmed
from ingest.contracts import SourceContract
from ingest.home import Home
from ingest.landing import Landed, Landing
from ingest.personal_data import PersonalData, Postcodes
from ingest.pseudonyms import Pseudonyms
from ingest.readers import open_reader
from ingest.typed import TypedCounts, write_typed
from tests.unit.small_ecd import client, column, csv_bytes, dialect, document, loaded

EURO = pa.decimal128(18, 2)
AREAS = Postcodes({"3071AB": "BU05991081"}, {"3071AB": "2024"})


def reason(parse: Any, text: str) -> str:
    with pytest.raises(BadCell) as bad:
        parse(text)
    assert text not in str(bad.value)
    return str(bad.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("05-01-2026", date(2026, 1, 5)),
        ("5-1-2026", date(2026, 1, 5)),
        ("29-02-2024", date(2024, 2, 29)),
        ("01-01-1850", date(1850, 1, 1)),
        ("０５-０１-２０２６", date(2026, 1, 5)),
    ],
)
def test_a_date_is_read_day_first_because_the_contract_says_so(text: str, expected: date) -> None:
    assert date_parser("%d-%m-%Y")(text) == expected


@pytest.mark.parametrize(
    "text",
    ["31-02-2025", "29-02-2025", "00-00-0000", "00-00-1980", "2026-01-05", "05-01-26", "05/01/2026",
     "05-01-2026 10:00", "45292", "5 januari 2026", "01-13-2026", "31-12-9999", "01-01-0202",
     "31-12-1849", "01-01-2201", "-", "n.v.t."],
)  # fmt: skip
def test_what_is_no_date_in_the_declared_format_is_rejected(text: str) -> None:
    assert reason(date_parser("%d-%m-%Y"), text) == "geen datum"


def test_without_separators_every_digit_must_be_there() -> None:
    parse = date_parser("%Y%m%d")
    assert parse("20260105") == date(2026, 1, 5)
    assert reason(parse, "2026105") == "geen datum"


def test_a_time_that_is_declared_is_left_out() -> None:
    assert date_parser("%m/%d/%Y %I:%M:%S %p")("03/24/2020 5:53:38 PM") == date(2020, 3, 24)


def test_the_date_that_says_no_end_is_no_date_at_all() -> None:
    parse = date_parser("%d-%m-%Y", open_end=date(9999, 12, 31))
    assert parse("31-12-9999") is None
    assert parse("31-12-2025") == date(2025, 12, 31)


def test_a_moment_is_the_day_that_it_then_was_in_amsterdam() -> None:
    parse = date_parser("%Y-%m-%dT%H:%M:%S%z")
    assert parse("2026-01-05T23:30:00Z") == date(2026, 1, 6)
    assert parse("2026-07-05T21:59:59+0000") == date(2026, 7, 5)


def test_a_birth_year_is_known_without_the_day() -> None:
    parse = year_parser("%d-%m-%Y")
    assert [parse(text) for text in ("00-00-1980", "00-07-1980", "1-2-1980")] == [1980] * 3
    for text in ("00-00-0000", "31-02-1980", "00-13-1980"):
        assert reason(parse, text) == "geen datum"


def test_an_excel_serial_is_a_date_only_if_the_contract_says_so() -> None:
    # 45292 is 1 January 2024: shown so by Excel itself.
    assert date_parser("%d-%m-%Y", excel_serial_dates=True)("45292") == date(2024, 1, 1)
    assert date_parser("%d-%m-%Y", excel_serial_dates=True)("05-01-2026") == date(2026, 1, 5)
    # Excel shows 61 as 1 March 1900, and 60 as a day that never was.
    assert date_parser("%d-%m-%Y", excel_serial_dates=True)("61") == date(1900, 3, 1)
    assert reason(date_parser("%d-%m-%Y", excel_serial_dates=True), "60") == "geen datum"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1.234", "1234"), ("1.234,5", "1234.50"), ("1234,50", "1234.50"), ("-12,5", "-12.50"),
     ("0,10", "0.10"), ("1.234.567,89", "1234567.89"), ("12,500", "12.50"), ("12,00-", "-12"),
     ("€ 12,50", "12.50"), ("€1.234", "1234"), ("-€ 12,50", "-12.50"), ("€ -12,50", "-12.50"),
     ("12,50 €", "12.50"), ("１２,５", "12.50"), ("−12,5", "-12.50")],
)  # fmt: skip
def test_a_number_is_read_by_the_declared_signs(text: str, expected: str) -> None:
    assert number_parser(",", ".", EURO)(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    ["1e3", "-12,00-", "€ 12,50 €", "- 12", "€", "12,-", "12,50%", "1,2E+05", "-", "12,",
     ",5", "1.23", "12.3456", "1,234.5", "1 234", "+5",
     "twaalf", "#N/B", "NULL", "१२", "9" * 17],
)  # fmt: skip
def test_what_is_no_number_by_the_declared_signs_is_rejected(text: str) -> None:
    assert reason(number_parser(",", ".", EURO), text) == "geen getal"


def test_a_point_is_no_thousands_sign_unless_declared() -> None:
    assert reason(number_parser(",", "", EURO), "1.234") == "geen getal"
    assert number_parser(".", "", EURO)("1.23") == Decimal("1.23")


def test_nothing_is_rounded_away() -> None:
    assert reason(number_parser(",", ".", EURO), "7,333") == "te veel decimalen"


def test_an_integer_has_no_decimals_and_fits_its_column() -> None:
    parse = number_parser(",", ".", pa.int32())
    assert parse("1.234") == 1234
    assert parse("12,00") == 12
    assert parse("2147483647") == 2147483647
    assert parse("12-") == -12
    for text in ("1,5", "2147483648", "zes", "1.5", "€ 12"):
        assert reason(parse, text) == "geen geheel getal"


def test_a_code_is_known_by_its_word_whatever_its_case_and_spaces() -> None:
    parse = code_parser({"zeer hoog": "hoog", "laag": "laag"}, "string")
    assert parse("Zeer\u00a0 HOOG") == "hoog"
    assert reason(parse, "middel") == "onbekende code"
    assert code_parser({"j": "true", "n": "false"}, "boolean")("N") is False
    assert code_parser({"nooit": "1"}, "integer")("Nooit") == 1
    assert code_parser({"ja": "true", "leeg": ""}, "boolean")("LEEG") is None


@pytest.mark.parametrize(
    ("column_name", "text", "expected"),
    [
        ("municipality_code", "0344", "GM0344"),
        ("municipality_code", "344", "GM0344"),
        ("municipality_code", "14", "GM0014"),
        ("municipality_code", "gm0344", "GM0344"),
        ("municipality_code", "Utrecht", "Utrecht"),
        ("municipality_code", "WK034401", "WK034401"),
        ("buurt_code", "3440101", "BU03440101"),
        ("buurt_code", "BU03440101", "BU03440101"),
        ("buurt_code", "34401", "34401"),
        ("area_code", "344", "GM0344"),
        ("area_code", "034401", "WK034401"),
        ("area_code", "00344", "00344"),
        ("area_code", "NL", "NL"),
    ],
)
def test_a_code_of_an_area_is_written_as_cbs_does(
    column_name: str, text: str, expected: str
) -> None:
    kinds = {"municipality_code": ("GM",), "buurt_code": ("BU",), "area_code": ("GM", "WK", "BU")}
    assert area_parser(kinds[column_name])(text) == expected


def test_a_cell_that_begins_as_our_own_mark_never_becomes_a_reason(tmp_path: Path) -> None:
    contract = document()
    contract["servers"][0]["encoding"] = "utf-8"
    data = csv_bytes(client(1, Inschrijfdatum="\ufffdJan Jansen"), encoding="utf-8")
    (row,) = Delivery(tmp_path, loaded(tmp_path, contract), data).rows()
    assert (row["reject_column"], row["reject_reason"]) == ("registered_on", "geen datum")


def test_invisible_characters_around_a_value_go_and_those_inside_stay() -> None:
    values = pa.array([" a b ", "\u00a0centrum\u00a0", "\u200e\ufeff", "", None, "\tx\r\n"])
    assert trimmed(values).to_pylist() == ["a b", "centrum", None, None, None, "x"]


def test_what_looks_the_same_becomes_the_same() -> None:
    values = pa.array(["Zoe\u0308", "00\u200b12", "a\u00a0b", "\u202bJan\u202c", "Zoë"])
    assert trimmed(values).to_pylist() == ["Zoë", "0012", "a b", "Jan", "Zoë"]


class Delivery:
    """One file on its way through landing to raw, with the facts that came out."""

    def __init__(self, folder: Path, contract: SourceContract, data: bytes) -> None:
        personal_data = PersonalData(contract, Pseudonyms(Home(folder / "home")), AREAS)
        table = open_reader(contract).read(io.BytesIO(data), contract)
        landing_file, raw_file = folder / "landing", folder / "raw"
        self.landed: Landed = Landing(contract, personal_data).write(table, landing_file, "d")
        self.counts: TypedCounts = write_typed(landing_file, contract, raw_file, "d")
        self.landing = pq.read_table(landing_file)
        self.raw = pq.read_table(raw_file)
        assert self.raw.schema.remove_metadata() == contract.table.schema()

    def rows(self) -> Iterator[dict[str, Any]]:
        yield from self.raw.to_pylist()


def deliver(folder: Path, *rows: list[str], contract: dict[str, Any] | None = None) -> Delivery:
    return Delivery(folder, loaded(folder, contract), csv_bytes(*rows))


def test_a_client_becomes_a_token_a_year_and_an_area(tmp_path: Path) -> None:
    (row,) = deliver(tmp_path, client(7)).rows()
    assert row["client_id"].startswith("client:k1:")
    assert row["match_token"].startswith("client:k1:")
    assert row["match_token"] != row["client_id"]
    assert row | {"client_id": "", "match_token": ""} == {
        "source_id": "ecd-clienten",
        "delivery_id": "d",
        "row_number": 2,
        "record_ref": "R0007",
        "recorded_on": None,
        "operation": "upsert",
        "reject_column": None,
        "reject_reason": None,
        "client_id": "",
        "birth_year": 1985,
        "buurt_code": "BU05991081",
        "municipality_code": "GM0599",
        "postcode4": "3071",
        "division_year": None,
        "match_token": "",
        "registered_on": date(2026, 1, 5),
    }


def dated_municipalities() -> dict[str, Any]:
    """Return a contract in which Brielle became Voorne aan Zee on 1 January 2023."""
    contract = document()
    municipality = column(contract, "municipality_code")
    municipality["customProperties"] = [{"property": "validOn", "value": "registered_on"}]
    municipality["enum"] = [
        {"value": "Rotterdam", "label": "GM0599"},
        {"value": "Brielle", "label": "GM0501",
         "customProperties": [{"property": "validUntil", "value": "2022-12-31"}]},
        {"value": "Voorne", "label": "GM0530",
         "customProperties": [{"property": "validUntil", "value": "2022-12-31"}]},
        {"value": "Voorne", "label": "GM1992",
         "customProperties": [{"property": "validFrom", "value": "2023-01-01"}]},
    ]  # fmt: skip
    return contract


@pytest.mark.parametrize(
    ("word", "day", "code", "reason"),
    [
        ("Rotterdam", "01-01-1990", "GM0599", None),
        ("Brielle", "31-12-2022", "GM0501", None),
        ("BRIELLE", "01-01-2023", None, "code gold niet op deze datum"),
        ("Voorne", "31-12-2022", "GM0530", None),
        ("Voorne", "01-01-2023", "GM1992", None),
        ("Utrecht", "01-01-2023", None, "onbekende code"),
    ],
)
def test_a_code_means_what_it_meant_on_the_day_of_its_row(
    tmp_path: Path, word: str, day: str, code: str | None, reason: str | None
) -> None:
    contract = dated_municipalities()
    delivery = deliver(
        tmp_path, client(1, Gemeente=word, Inschrijfdatum=day), client(2, Gemeente="Rotterdam"),
        contract=contract,
    )  # fmt: skip
    row, other = delivery.rows()
    assert (row["municipality_code"], row["reject_reason"]) == (code, reason)
    assert row["reject_column"] == (reason and "municipality_code")
    assert (other["municipality_code"], other["reject_reason"]) == ("GM0599", None)


def test_without_a_day_only_codes_that_always_hold_count(tmp_path: Path) -> None:
    contract = dated_municipalities()
    column(contract, "registered_on")["required"] = False
    rows = [client(1, Gemeente="Rotterdam", Inschrijfdatum=""),
            client(2, Gemeente="Brielle", Inschrijfdatum=""),
            client(3, Gemeente="", Inschrijfdatum="")]  # fmt: skip
    found = deliver(tmp_path, *rows, contract=contract).rows()
    assert [(row["municipality_code"], row["reject_reason"]) for row in found] == [
        ("GM0599", None),
        (None, "code gold niet op deze datum"),
        (None, None),
    ]


def test_text_that_is_kept_keeps_its_zeros_accents_and_euro_sign(tmp_path: Path) -> None:
    (row,) = deliver(tmp_path, client(1, Gemeente="0599 é ë €")).rows()
    assert row["municipality_code"] == "0599 é ë €"


def test_a_row_with_a_bad_cell_stays_with_that_cell_empty_and_the_reason(tmp_path: Path) -> None:
    good, bad = deliver(tmp_path, client(1), client(2, Inschrijfdatum="31-02-2025")).rows()
    assert good["reject_reason"] is None
    assert (bad["reject_column"], bad["reject_reason"]) == ("registered_on", "geen datum")
    assert bad["registered_on"] is None
    assert bad["municipality_code"] == "GM0599"
    assert bad["row_number"] == 3


def test_a_required_cell_that_is_empty_rejects_its_row(tmp_path: Path) -> None:
    (row,) = deliver(tmp_path, client(1, Cliëntnummer=" \u00a0")).rows()
    assert (row["reject_column"], row["reject_reason"]) == ("client_id", "verplicht en leeg")


def test_an_optional_cell_may_be_empty(tmp_path: Path) -> None:
    (row,) = deliver(tmp_path, client(1, Gemeente="", Geboortedatum="", Postcode="")).rows()
    assert row["reject_reason"] is None
    assert [row[name] for name in ("municipality_code", "birth_year", "match_token")] == [None] * 3


def test_a_wrong_birth_date_rejects_the_row_and_is_not_kept_in_landing(tmp_path: Path) -> None:
    delivery = deliver(tmp_path, client(1, Geboortedatum="31-02-1980"))
    (row,) = delivery.rows()
    assert (row["reject_column"], row["reject_reason"]) == ("birth_year", "geen datum")
    assert "1980" not in str(delivery.landing.to_pylist())


def test_an_unknown_or_wrong_postcode_is_an_unknown_area_and_no_fault(tmp_path: Path) -> None:
    elsewhere, wrong = deliver(
        tmp_path, client(1, Postcode="9999ZZ"), client(2, Postcode="Straat 12")
    ).rows()
    assert (elsewhere["postcode4"], elsewhere["buurt_code"]) == ("9999", None)
    assert (wrong["postcode4"], wrong["buurt_code"]) == ("0000", None)
    assert elsewhere["reject_reason"] is wrong["reject_reason"] is None


def test_a_name_in_the_wrong_column_is_not_kept_in_landing(tmp_path: Path) -> None:
    delivery = deliver(tmp_path, client(1, Inschrijfdatum="mevrouw Wölfe"))
    assert delivery.counts.rejected == 1
    assert "Wölfe" not in str(delivery.landing.to_pylist())


def test_rows_with_another_number_of_fields_are_rejected_in_their_place(tmp_path: Path) -> None:
    delivery = deliver(tmp_path, client(1), [*client(2), "te veel"], client(3))
    assert [row["row_number"] for row in delivery.rows()] == [2, 3, 4]
    malformed = list(delivery.rows())[1]
    assert malformed["reject_column"] == "*"
    assert malformed["reject_reason"] == "aantal velden klopt niet"
    assert malformed["record_ref"] is None
    assert delivery.landed.malformed == 1


def test_a_row_that_comes_twice_counts_once_and_one_that_differs_counts(tmp_path: Path) -> None:
    delivery = deliver(
        tmp_path, client(1), client(2), client(1), client(1), client(2, Gemeente="GM0344")
    )
    assert [row["row_number"] for row in delivery.rows()] == [2, 3, 6]
    assert delivery.counts == TypedCounts(rows_in=5, rows_out=3, rejected=0, duplicates=2)


def test_rows_in_are_rows_out_and_rejected_and_duplicates(tmp_path: Path) -> None:
    delivery = deliver(
        tmp_path,
        client(1),
        client(1),
        client(2, Geboortedatum="x"),
        client(3, Inschrijfdatum=""),
        ["los"],
        client(4),
    )
    assert delivery.counts == TypedCounts(rows_in=6, rows_out=2, rejected=3, duplicates=1)
    assert len(delivery.raw) == 5


def test_cells_that_do_not_fit_are_counted_per_column(tmp_path: Path) -> None:
    counts = deliver(
        tmp_path,
        client(1, Inschrijfdatum="x", Geboortedatum="x"),
        client(2, Inschrijfdatum="", Geboortedatum=""),
        client(3),
    ).landed.counts
    # A required cell is judged when it is empty too, an optional one only when it is filled.
    assert (counts["registered_on"].judged, counts["registered_on"].bad) == (3, 2)
    assert (counts["birth_year"].judged, counts["birth_year"].bad) == (2, 1)


def test_garbled_letters_in_kept_text_are_counted_and_real_letters_are_not(tmp_path: Path) -> None:
    names = ["Cura\u00c3\u00a7ao", "Zo\u00c3\u00ab", "10 â‚¬", "SÃO PAULO", "Âge", "Zoë", "€ 5"]
    rows = (client(number, Gemeente=name) for number, name in enumerate(names))
    assert deliver(tmp_path, *rows).landed.counts["municipality_code"].garbled == 3


def test_a_contract_without_record_ref_refers_to_a_row_by_its_key(tmp_path: Path) -> None:
    contract = document()
    del contract["schema"][0]["properties"][0]
    column(contract, "client_id").pop("primaryKey")
    column(contract, "municipality_code").update(primaryKey=True, required=True)
    (row,) = deliver(tmp_path, client(1), contract=contract).rows()
    assert row["record_ref"] == "GM0599"


def test_dates_may_be_excel_serials_in_all_columns_of_a_contract_that_says_so(
    tmp_path: Path,
) -> None:
    contract = document()
    dialect(contract, "excelSerialDates", True)
    (row,) = deliver(
        tmp_path, client(1, Inschrijfdatum="45292", Geboortedatum="31123"), contract=contract
    ).rows()
    assert row["registered_on"] == date(2024, 1, 1)
    assert row["birth_year"] == 1985


def test_one_row_is_typed_the_same_in_another_order_of_columns(tmp_path: Path) -> None:
    straight = deliver(tmp_path, client(1))
    contract = loaded(tmp_path)
    mirrored = b"".join(
        b";".join(reversed(line.split(b";"))) + b"\r\n"
        for line in csv_bytes(client(1)).splitlines()
    )
    assert list(Delivery(tmp_path, contract, mirrored).rows()) == list(straight.rows())


def test_a_cell_with_an_identity_rejects_its_row_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = [client(1), client(2, Gemeente="bel 06-12345678"), client(3, Gemeente="mw. Wölfe-Ëijk")]
    found = deliver(tmp_path, *rows)
    assert [row["reject_reason"] for row in found.rows()] == [
        None,
        "telefoonnummer",
        "naam van een persoon",
    ]
    assert [row["municipality_code"] for row in found.rows()] == ["GM0599", None, None]
    for table in (found.landing, found.raw):
        assert "12345678" not in str(table.to_pylist())
        assert "Wölfe" not in str(table.to_pylist())
    # What was taken away is no garbled letter.
    assert found.landed.counts["municipality_code"].garbled == 0


def test_a_delivered_cell_that_looks_like_a_rejection_never_becomes_its_reason(
    tmp_path: Path,
) -> None:
    contract = document()
    contract["servers"][0]["encoding"] = "utf-8"
    sign = "\ufffd"
    rows = [client(1, Gemeente=f"{sign}Geheim"), client(2, Inschrijfdatum=f"{sign}Geheim")]
    found = Delivery(tmp_path, loaded(tmp_path, contract), csv_bytes(*rows, encoding="utf-8"))
    assert [row["reject_reason"] for row in found.rows()] == [None, "geen datum"]
