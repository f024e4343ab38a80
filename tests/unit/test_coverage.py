"""What the name of a file says it covers, and what covers what."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.contracts import ContractError
from ingest.coverage import Arrival, Coverage, CoverageKind, expected_name, read_file_name
from tests.unit.small_ecd import BSN, column, document, loaded

AS_OF = date(2026, 3, 1)
JANUARY = date(2026, 1, 1), date(2026, 1, 31)
FIRST_WEEK = date(2026, 1, 1), date(2026, 1, 7)


@pytest.mark.parametrize(
    ("path", "kind", "name", "delivered_on", "coverage"),
    [
        ("c_{delivered_on}.csv", "full", "c_20260105.csv", date(2026, 1, 5), ("full", "")),
        ("c_{scope}.csv", "full", "c_Noord_west.csv", AS_OF, ("full", "noord_west")),
        ("c_{scope}_{delivered_on}.csv", "delta", "c_GM0599_20260105.csv", date(2026, 1, 5),
         ("delta", "gm0599")),
        ("c_{period}.csv", "period", "c_202602.csv", AS_OF,
         ("period", "", date(2026, 2, 1), date(2026, 2, 28))),
        ("c_{period}.csv", "period", "c_2024.csv", AS_OF,
         ("period", "", date(2024, 1, 1), date(2024, 12, 31))),
        ("c_{period}{delivered_on}.csv", "period", "c_20260120260203.csv", date(2026, 2, 3),
         ("period", "", *JANUARY)),
        ("c_{period_start}_{period_end}_{scope}.csv", "period", "c_20260101_20260107_a.csv", AS_OF,
         ("period", "a", *FIRST_WEEK)),
    ],
)  # fmt: skip
def test_day_scope_and_period_are_read_from_the_name(
    path: str,
    kind: CoverageKind,
    name: str,
    delivered_on: date,
    coverage: tuple[Any, ...],
) -> None:
    expected = Arrival(delivered_on, Coverage(*coverage))
    assert read_file_name(path, kind, name, AS_OF) == expected


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("c_{period}.csv", "c_202613.csv"),
        ("c_{period}.csv", "c_20261.csv"),
        ("c_{period_start}_{period_end}.csv", "c_20260107_20260101.csv"),
        ("c_{period_start}_{period_end}.csv", "c_20260231_20260301.csv"),
        ("c_{scope}_{delivered_on}.csv", "c__20260101.csv"),
    ],
)
def test_a_name_that_says_no_real_day_or_period_is_no_file_of_the_source(
    path: str, name: str
) -> None:
    assert read_file_name(path, "period", name, AS_OF) is None


def test_a_citizen_number_in_a_name_is_not_kept_as_a_scope() -> None:
    arrival = read_file_name("c_{scope}.csv", "full", f"c_{BSN}.csv", AS_OF)
    assert arrival is not None
    assert BSN not in arrival.coverage.scope


def test_a_person_is_told_the_name_with_what_to_fill_in() -> None:
    assert expected_name("c_{scope}_{period}_{delivered_on}.csv") == (
        "c_<onderdeel>_<jjjjmm>_<jjjjmmdd>.csv"
    )


@pytest.mark.parametrize(
    ("newer", "older", "replaces"),
    [
        (Coverage(), Coverage(), True),
        (Coverage(), Coverage(scope="noord"), True),
        (Coverage(scope="noord"), Coverage(scope="noord"), True),
        (Coverage(scope="noord"), Coverage(scope="zuid"), False),
        (Coverage(scope="noord"), Coverage(), False),
        (Coverage("delta"), Coverage("delta"), False),
        (Coverage(), Coverage("delta"), True),
        (Coverage("period", "", *JANUARY), Coverage("period", "", *FIRST_WEEK), True),
        (Coverage("period", "", *FIRST_WEEK), Coverage("period", "", *JANUARY), False),
        (Coverage("period", "", *JANUARY), Coverage(), False),
        (Coverage("period", "a", *JANUARY), Coverage("period", "b", *JANUARY), False),
    ],
)
def test_only_what_covers_all_of_an_older_delivery_replaces_it(
    newer: Coverage, older: Coverage, replaces: bool
) -> None:
    assert newer.replaces(older) is replaces


def test_months_are_equally_long_and_so_are_years() -> None:
    february = Coverage("period", "", date(2026, 2, 1), date(2026, 2, 28))
    leap_year = Coverage("period", "", date(2024, 1, 1), date(2024, 12, 31))
    assert Coverage("period", "", *JANUARY).length == february.length == ("months", 1)
    assert leap_year.length == ("months", 12)
    assert Coverage("period", "", *FIRST_WEEK).length == ("days", 7)


def coverage(contract: dict[str, Any], kind: str, path: str, day: str | None = None) -> None:
    contract["servers"][0]["path"] = path
    contract["customProperties"] = [{"property": "coverage", "value": kind}]
    if day:
        contract["customProperties"].append({"property": "coverageColumn", "value": day})


def operation(contract: dict[str, Any], label: str = "delete") -> None:
    contract["schema"][0]["properties"].append(
        {"name": "operation", "physicalName": "Mutatie", "logicalType": "string",
         "classification": "keep", "enum": [{"value": "V", "label": label}]}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: coverage(c, "period", "c_{delivered_on}.csv", "registered_on"),
         "bij coverage period staat in path {period}"),
        (lambda c: coverage(c, "period", "c_{period_start}.csv", "registered_on"),
         "of {period_start} en {period_end}"),
        (lambda c: coverage(c, "period", "c_{period}.csv"), "coverageColumn noemt geen kolom"),
        (lambda c: coverage(c, "period", "c_{period}.csv", "birth_year"), "coverageColumn"),
        (lambda c: coverage(c, "full", "c_{period}.csv"), "dat hoort bij coverage period"),
        (lambda c: coverage(c, "full", "c_{day}.csv"), "path heeft {day}; kies {delivered_on}"),
        (lambda c: coverage(c, "full", "{scope}_{scope}.csv"), "maar een keer in path"),
        (lambda c: coverage(c, "full", "c.csv", "registered_on"), "coverageColumn hoort bij"),
        (operation, "kolom 'operation' hoort bij coverage delta"),
        (lambda c: (coverage(c, "delta", "c.csv"), operation(c, "weg")), "label 'weg' is onbekend"),
    ],
)  # fmt: skip
def test_a_coverage_that_cannot_be_read_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], expected: str
) -> None:
    contract = document()
    change(contract)
    with pytest.raises(ContractError) as error:
        loaded(tmp_path, contract)
    assert expected in str(error.value)


def dated(value: str, label: str, first: object = None, last: object = None) -> dict[str, Any]:
    days = {"validFrom": first, "validUntil": last}
    properties = [{"property": k, "value": v} for k, v in days.items() if v]
    return {"value": value, "label": label, "customProperties": properties}


@pytest.mark.parametrize(
    ("valid_on", "codes", "expected"),
    [
        (None, [dated("A", "a", "2026-01-01")], "hebben een customProperty validOn nodig"),
        ("birth_year", [dated("A", "a", "2026-01-01")], "is geen datumkolom"),
        ("registered_on", [dated("A", "a", "1 januari")], "validFrom en validUntil zijn datums"),
        ("registered_on", [dated("A", "a", None, "2025-12-31"), dated("a", "b", "2025-12-31")],
         "enum geeft 'a' twee verschillende codes"),
    ],
)  # fmt: skip
def test_a_validity_of_codes_that_cannot_be_used_is_refused(
    tmp_path: Path, valid_on: str | None, codes: list[dict[str, Any]], expected: str
) -> None:
    contract = document()
    municipality = column(contract, "municipality_code")
    municipality["enum"] = codes
    if valid_on:
        municipality["customProperties"] = [{"property": "validOn", "value": valid_on}]
    with pytest.raises(ContractError, match=expected):
        loaded(tmp_path, contract)
