"""A service of open data that fails, lies or sends too little: faults 42 and 43 of the list."""

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.home import Home
from ingest.open_data import TableResult
from tests.unit import open_data_service as service
from tests.unit.open_data_service import (
    AS_OF,
    KWB_HEADER,
    KWB_ROWS,
    NEXT_DAY,
    QUICK,
    faulty,
    pull_live,
    serving_folder,
    write_csv,
)

TABLE = "84799NED"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recorded"
    write_csv(folder / f"{TABLE}_kwb2020" / "UntypedDataSet.csv", KWB_HEADER, KWB_ROWS)
    return folder


def pulled(home: Home, address: str, as_of: date = NEXT_DAY) -> TableResult:
    """Pull, and return what became of the table; the other family of tables is not served."""
    [result] = [each for each in pull_live(home, address, as_of) if each.table_id == TABLE]
    return result


def landed(home: Home) -> dict[str, bytes]:
    return {
        str(file.relative_to(home.root)): file.read_bytes()
        for place in (home.raw, home.open_data)
        for file in place.rglob("*.parquet")
    }


def other_shape(handler: Any, body: bytes) -> None:
    """Send a table of which the columns have other names."""
    page = json.loads(body)
    page["value"] = [{"Naam": row.get("Key")} for row in page["value"]]
    handler.send(json.dumps(page).encode())


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("/UntypedDataSet", service.silence),
        ("/UntypedDataSet", service.server_error),
        ("/UntypedDataSet", service.too_many_requests),
        ("/UntypedDataSet", service.maintenance_page),
        ("/UntypedDataSet", service.cut_off),
        ("/UntypedDataSet", service.half_the_rows),
        ("/UntypedDataSet", service.rows_twice),
        ("/UntypedDataSet", service.trickle),
        ("/UntypedDataSet", service.reset),
        ("/UntypedDataSet", service.without_value),
        ("/DataProperties", other_shape),
        ("Tables", service.maintenance_page),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_fault_42_the_last_good_copy_stays_with_its_age_and_never_half_a_table(
    home: Home, folder: Path, where: str, fault: Callable[..., None]
) -> None:
    with serving_folder(folder) as upstream, faulty(upstream) as (address, faulty_service):
        pull_live(home, address)
        before = landed(home)
        faulty_service.fail(where, fault, times=99)
        began = time.monotonic()
        result = pulled(home, address)
        assert time.monotonic() - began < QUICK.total_seconds + 5
    assert (result.table_id, result.state, result.retrieved_on) == (TABLE, "verouderd", AS_OF)
    assert "De kopie van 01-11-2026 blijft in gebruik." in result.message
    assert landed(home) == before


def test_fault_42_a_certificate_that_is_not_trusted_leaves_the_last_good_copy(
    home: Home, folder: Path
) -> None:
    with serving_folder(folder) as address:
        pull_live(home, address)
        before = landed(home)
        result = pulled(home, f"https://{address}")
    assert result.state == "verouderd"
    assert "certificaat" in result.message
    assert landed(home) == before


def test_fault_42_the_whole_pull_ends_with_its_patience(home: Home, folder: Path) -> None:
    from orchestration.settings import Settings

    assert Settings().open_data_patience_seconds <= 600


def test_fault_43_fewer_rows_than_before_with_a_good_answer_are_held(
    home: Home, folder: Path, tmp_path: Path
) -> None:
    with serving_folder(folder) as address:
        pull_live(home, address)
    before = landed(home)
    fewer = tmp_path / "fewer"
    write_csv(fewer / f"{TABLE}_kwb2020" / "UntypedDataSet.csv", KWB_HEADER, KWB_ROWS[:2])
    with serving_folder(fewer) as address:
        result = pulled(home, address)
    assert result.state != "actueel"
    assert result.message
    assert before.items() <= landed(home).items()
    with serving_folder(folder) as address:
        mended = pulled(home, address)
    assert mended.state == "actueel"
