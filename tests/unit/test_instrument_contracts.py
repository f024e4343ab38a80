"""How the scores of an instrument come in: a column per dimension, or a row per dimension."""

import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.contracts import ContractError
from ingest.home import Home
from ingest.landing import Landing
from ingest.personal_data import PersonalData, Postcodes
from ingest.pseudonyms import Pseudonyms
from ingest.readers import ReadError, open_reader
from ingest.typed import TypedCounts, write_typed
from tests.unit.small_ecd import column, document, loaded

TEXT = {"classification": "keep", "logicalType": "string"}
NUMBER = {"classification": "keep", "logicalType": "number"}


def wide() -> dict[str, Any]:
    """Return a contract of the ZRM with two of its domains, a column each."""
    contract = document()
    contract["id"] = "survey-zrm"
    contract["schema"][0] = {
        "name": "instrument_scores",
        "customProperties": [{"property": "source", "value": "survey"}],
        "properties": [
            {**TEXT, "name": "response_id", "physicalName": "Nr", "required": True,
             "primaryKey": True},
            {**TEXT, "name": "measured_on", "physicalName": "Datum", "logicalType": "date",
             "required": True},
            {**NUMBER, "name": "financien", "physicalName": "Financiën",
             "semanticType": "dimension"},
            {**NUMBER, "name": "adl_1", "physicalName": "Basale ADL",
             "semanticType": "dimension"},
        ],
    }  # fmt: skip
    contract["customProperties"] += [
        {"property": "instrument_id", "value": "zrm"},
        {"property": "instrument_version", "value": "13"},
    ]
    return contract


def long() -> dict[str, Any]:
    """Return a contract of scores with a row per dimension."""
    contract = wide()
    schema = contract["schema"][0]
    schema["properties"] = [
        *schema["properties"][:2],
        {**TEXT, "name": "instrument_id", "physicalName": "Instrument"},
        {**TEXT, "name": "instrument_version", "physicalName": "Versie"},
        {**TEXT, "name": "dimension_code", "physicalName": "Domein", "required": True,
         "primaryKey": True},
        {**NUMBER, "name": "score", "physicalName": "Score"},
    ]  # fmt: skip
    contract["customProperties"] = contract["customProperties"][:1]
    return contract


def take_in(folder: Path, contract: dict[str, Any], text: str) -> tuple[TypedCounts, pa.Table]:
    """Land and type one delivery; return the counts and the raw rows."""
    source = loaded(folder, contract)
    data = io.BytesIO(text.encode("cp1252"))
    landing = Landing(
        source, PersonalData(source, Pseudonyms(Home(folder / "home")), Postcodes({}, {}))
    )
    landing.write(open_reader(source).read(data, source), folder / "landed", "20260105-a")
    counts = write_typed(folder / "landed", source, folder / "raw", "20260105-a")
    return counts, pq.read_table(folder / "raw")


def columns_of(rows: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return [*zip(*(rows[name].to_pylist() for name in names), strict=True)]


def test_every_filled_dimension_has_a_row_with_its_instrument_and_a_blank_one_has_none(
    tmp_path: Path,
) -> None:
    text = "Nr;Datum;Financiën;Basale ADL\n7;05-01-2026;3;\n8;06-01-2026;2,5;5\n"

    counts, rows = take_in(tmp_path, wide(), text)

    assert counts == TypedCounts(rows_in=2, rows_out=2, rejected=0, duplicates=0)
    found = columns_of(rows, "response_id", "measured_on", "dimension_code", "score")
    assert found == [
        ("7", date(2026, 1, 5), "financien", Decimal("3.0000")),
        ("8", date(2026, 1, 6), "financien", Decimal("2.5000")),
        ("8", date(2026, 1, 6), "adl_1", Decimal("5.0000")),
    ]
    assert set(columns_of(rows, "instrument_id", "instrument_version")) == {("zrm", "13")}


def test_a_score_that_is_no_number_rejects_its_own_row_without_its_text(tmp_path: Path) -> None:
    text = "Nr;Datum;Financiën;Basale ADL\n7;05-01-2026;goed;4\n"

    counts, rows = take_in(tmp_path, wide(), text)

    assert (counts.rows_out, counts.rejected) == (1, 0)
    assert columns_of(rows, "dimension_code", "score", "reject_column", "reject_reason") == [
        ("financien", None, "financien", "geen getal"),
        ("adl_1", Decimal("4.0000"), None, None),
    ]


def test_a_dimension_that_is_not_in_the_file_holds_the_delivery(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="kolom 'Basale ADL' ontbreekt"):
        take_in(tmp_path, wide(), "Nr;Datum;Financiën\n7;05-01-2026;3\n")


def test_scores_may_come_with_a_row_per_dimension(tmp_path: Path) -> None:
    text = (
        "Nr;Datum;Instrument;Versie;Domein;Score\n"
        "7;05-01-2026;zrm;11;financien;3\n"
        "7;05-01-2026;zrm;11;wonen;\n"
    )

    counts, rows = take_in(tmp_path, long(), text)

    assert counts.rows_out == 2
    names = ("instrument_id", "instrument_version", "dimension_code", "score")
    assert columns_of(rows, *names) == [
        ("zrm", "11", "financien", Decimal("3.0000")),
        ("zrm", "11", "wonen", None),
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: c["customProperties"].pop(), "instrument_version ontbreekt"),
        (lambda c: c["customProperties"][2].update(value=13), 'een tekst, zoals "13"'),
        (lambda c: column(c, "financien").update(logicalType="string"), "een dimensie is een"),
        (lambda c: column(c, "financien").update(name="de euro's"), "letters, cijfers en _"),
        (lambda c: column(c, "measured_on").update(primaryKey=True), "is response_id"),
        (lambda c: c["schema"][0].update(name="answers"), "hoort bij een contract voor"),
        (lambda c: [column(c, name).update(classification="drop")
                    for name in ("financien", "adl_1")], "dimension_code, instrument_id"),
    ],
)  # fmt: skip
def test_a_fault_in_a_contract_of_an_instrument_is_named(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], expected: str
) -> None:
    contract = wide()
    change(contract)
    with pytest.raises(ContractError) as error:
        loaded(tmp_path, contract)
    assert expected in str(error.value)
