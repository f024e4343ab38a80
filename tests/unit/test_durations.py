"""How long a list took: from the moments that a survey tool exports, and nothing else of them."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest.contracts import ContractError
from ingest.deliveries import take_in
from ingest.home import Home
from tests.unit.small_survey import LEARNT, document, loaded

FIELDS = ["id", "startdate", "submitdate", "Q1"]


def timed(date_format: str, **dialect: Any) -> dict[str, Any]:
    """Return a contract that keeps the day of completion and how long the list took."""
    contract = document(
        "limesurvey",
        "csv",
        {"4a1": "Q1"},
        response_id="id",
        completed_on="submitdate",
        server={"encoding": "utf-8", "delimiter": ","},
        dateFormat=date_format,
        **dialect,
    )
    contract["schema"][0]["properties"].append(
        {
            "name": "duration_seconds",
            "transformSourceObjects": ["startdate", "submitdate"],
            "logicalType": "integer",
            "classification": "generalise",
            "transformLogic": "seconds_between",
        }
    )
    return contract


def durations(
    folder: Path, contract: dict[str, Any], *moments: tuple[str, str]
) -> list[int | None]:
    """Take in a list per pair of moments; return what raw says each took."""
    home = Home(folder / "home")
    home.create()
    rows = [FIELDS, *([str(n), *pair, "Eens"] for n, pair in enumerate(moments, 1))]
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
    (home.inbox / "vragenlijst_20260401.csv").write_text(text, encoding="utf-8")
    asked = loaded(home.contracts, contract)
    result = take_in(home, asked, as_of=date(2026, 4, 2), judge=lambda _: [])
    assert (result.rejected, result.state) == (0, "actueel")
    found: list[int | None] = pq.read_table(asked.table.folder(home.raw))[
        "duration_seconds"
    ].to_pylist()
    return found


def test_a_list_took_the_seconds_between_its_start_and_its_end(tmp_path: Path) -> None:
    found = durations(
        tmp_path,
        timed("%Y-%m-%d %H:%M:%S"),
        ("2026-03-30 09:58:00", "2026-03-30 10:04:05"),
        ("2026-03-30 23:59:00", "2026-03-31 00:01:00"),
        # The clocks went forward that night: of three hours one did not happen.
        ("2026-03-29 01:30:00", "2026-03-29 04:30:00"),
        ("2026-03-30 10:00:00", "2026-03-30 10:00:00"),
    )
    assert found == [365, 120, 7200, 0]


def test_what_cannot_be_subtracted_has_no_duration_and_keeps_its_answers(tmp_path: Path) -> None:
    found = durations(
        tmp_path,
        timed("%Y-%m-%d %H:%M:%S"),
        ("", "2026-03-30 10:04:05"),
        ("gisteren", "2026-03-30 10:04:05"),
        ("2026-03-30 11:00:00", "2026-03-30 10:04:05"),
        ("1998-03-30 10:00:00", "2026-03-30 10:04:05"),
        ("2026-03-30 09:58:00", ""),
    )
    assert found == [None] * 5


def test_moments_that_excel_turned_into_numbers_are_subtracted_too(tmp_path: Path) -> None:
    contract = timed("%Y-%m-%d %H:%M:%S", excelSerialDates=True)
    # Half past nine and a quarter to ten: 46111.395833 and 46111.40625 of a day.
    assert durations(tmp_path, contract, ("46111.395833", "46111,40625")) == [900]


def test_moments_with_their_distance_to_utc_are_subtracted_as_instants(tmp_path: Path) -> None:
    contract = timed("%Y-%m-%dT%H:%M:%S%z")
    pair = ("2026-03-30T09:58:00+0200", "2026-03-30T08:04:05+0000")
    assert durations(tmp_path, contract, pair) == [365]


def test_nothing_of_the_start_is_kept(tmp_path: Path) -> None:
    durations(tmp_path, timed("%Y-%m-%d %H:%M:%S"), ("2026-03-30 09:58:07", "2026-03-30 10:04:05"))
    landed = [pq.read_table(file) for file in (tmp_path / "home" / "landing").rglob("*.parquet")]
    assert landed
    assert not any("09:58:07" in str(table.to_pylist()) for table in landed)


def test_a_duration_needs_two_columns_and_a_format_with_the_time(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="seconds_between heeft een dateFormat met de tijd"):
        loaded(tmp_path, timed("%Y-%m-%d"))
    contract = timed("%Y-%m-%d %H:%M:%S")
    contract["schema"][0]["properties"][-1]["transformSourceObjects"] = ["startdate"]
    with pytest.raises(ContractError, match=r"seconds_between ook \(begin, einde\)"):
        loaded(tmp_path, contract)


def test_a_workbook_without_a_format_of_its_own_has_days_only(tmp_path: Path) -> None:
    contract = timed("%Y-%m-%d")
    server = contract["servers"][0]
    server.update(format="xlsx", path="vragenlijst_{delivered_on}.xlsx")
    server["customProperties"] = [{"property": "layout", "value": "microsoft_forms"}]
    contract["schema"][0]["properties"][-2]["physicalName"] = LEARNT
    with pytest.raises(ContractError, match="dateFormat met de tijd"):
        loaded(tmp_path, contract)
