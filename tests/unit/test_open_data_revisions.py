"""Revisions of a table stand side by side, and less than there was never passes unasked."""

import json
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ingest.home import Home
from ingest.open_data import TableResult, expected_results, last_results, origin_states
from ingest.open_data.store import Store
from tests.unit.open_data_service import (
    AS_OF,
    KWB_HEADER,
    KWB_ROWS,
    NEXT_DAY,
    pull_folder,
    pull_live,
    rows,
    serving_folder,
    states,
    write_csv,
)

MARCH, APRIL = date(2021, 3, 26), date(2026, 4, 1)
INHABITANTS = KWB_HEADER.index("AantalInwoners_5")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recorded"


def publish(
    folder: Path, modified_on: date | None, found: list[tuple[str, ...]] | None = None
) -> None:
    """Put KWB 2020 in the folder as the source has it since this day."""
    table = folder / "84799NED_kwb2020"
    write_csv(table / "UntypedDataSet.csv", KWB_HEADER, found or KWB_ROWS)
    entry = {"Modified": f"{modified_on}T02:00:00"} if modified_on else {}
    (table / "CatalogEntry.json").write_text(json.dumps(entry), encoding="utf-8")


def redrawn(*regions: str) -> list[tuple[str, ...]]:
    """Return the figures with the inhabitants of these regions rounded anew."""
    return [
        (*row[:INHABITANTS], "99", *row[INHABITANTS + 1 :]) if row[1].strip() in regions else row
        for row in KWB_ROWS
    ]


def inhabitants(home: Home, region: str) -> dict[date, Any]:
    """Return what every revision that is held says."""
    return {
        row["revision"]: row["value"]
        for row in rows(home, "observations")
        if (row["topic_id"], row["region_code"]) == ("inwoners", region)
    }


def test_a_revision_is_kept_beside_the_one_before_and_what_changed_is_counted(
    home: Home, folder: Path
) -> None:
    publish(folder, MARCH)
    (first,) = pull_folder(home, folder)
    publish(folder, APRIL, redrawn("WK059910", "BU05991081"))
    (second,) = pull_folder(home, folder, NEXT_DAY)
    assert inhabitants(home, "BU05991081") == {MARCH: Decimal(14250), APRIL: Decimal(99)}
    assert inhabitants(home, "GM0599") == {MARCH: Decimal(651157), APRIL: Decimal(651157)}
    assert (first.revision, first.revised_count, first.message) == (MARCH, 0, "")
    assert (second.revision, second.revised_count) == (APRIL, 2)
    assert second.message == "Herzien sinds de uitgave van 26-03-2021: 2 cijfers."
    told = {row["revision"]: row["revised_count"] for row in rows(home, "tables")}
    assert told == {MARCH: 0, APRIL: 2}


def test_a_figure_that_is_withdrawn_is_revised_and_one_that_comes_later_is_not(
    home: Home, folder: Path
) -> None:
    low_income = KWB_HEADER.index("HuishoudensMetEenLaagInkomen_78")
    later = [list(row) for row in KWB_ROWS]
    later[1][low_income] = "."
    later[2][low_income] = "20.1"
    publish(folder, MARCH)
    pull_folder(home, folder)
    publish(folder, APRIL, [tuple(row) for row in later])
    (result,) = pull_folder(home, folder, NEXT_DAY)
    assert result.revised_count == 1


def test_no_more_revisions_are_kept_than_asked(home: Home, folder: Path) -> None:
    days = [date(2021, 3, 26), date(2022, 3, 26), date(2023, 3, 26)]
    for day in days:
        publish(folder, day)
        pull_folder(home, folder, revisions_kept=2)
    assert set(inhabitants(home, "GM0599")) == set(days[1:])


def test_a_change_without_a_new_date_replaces_the_revision_and_is_told(
    home: Home, folder: Path
) -> None:
    publish(folder, MARCH)
    pull_folder(home, folder)
    publish(folder, MARCH, redrawn("GM0599"))
    (result,) = pull_folder(home, folder, NEXT_DAY)
    assert inhabitants(home, "GM0599") == {MARCH: Decimal(99)}
    assert result.message == "Herzien zonder nieuwe datum bij de bron: 1 cijfer."


def test_without_a_date_of_the_source_the_revision_is_the_day_of_the_first_copy(
    home: Home, folder: Path
) -> None:
    publish(folder, None)
    pull_folder(home, folder)
    publish(folder, None, redrawn("GM0599"))
    pull_folder(home, folder, NEXT_DAY)
    assert inhabitants(home, "GM0599") == {AS_OF: Decimal(99)}
    publish(folder, APRIL)
    pull_folder(home, folder, NEXT_DAY)
    assert inhabitants(home, "GM0599") == {APRIL: Decimal(651157)}


@pytest.mark.parametrize("is_live", [False, True])
def test_an_older_revision_does_not_replace_a_newer_one(
    home: Home, folder: Path, is_live: bool
) -> None:
    def pulled(as_of: date) -> TableResult:
        if not is_live:
            return pull_folder(home, folder, as_of)[0]
        with serving_folder(folder) as address:
            return {each.table_id: each for each in pull_live(home, address, as_of)}["84799NED"]

    publish(folder, APRIL)
    pulled(AS_OF)
    publish(folder, MARCH, redrawn("GM0599"))
    result = pulled(NEXT_DAY)
    assert result.state == "verouderd"
    assert "een oudere uitgave (26-03-2021) dan die van 01-04-2026" in result.message
    assert inhabitants(home, "GM0599") == {APRIL: Decimal(651157)}
    Store(home).accept("84799NED")
    assert pulled(NEXT_DAY).state == "actueel"
    assert inhabitants(home, "GM0599") == {MARCH: Decimal(99)}


def test_fewer_rows_with_a_good_answer_keep_the_last_good_copy_until_a_person_accepts(
    home: Home, folder: Path
) -> None:
    publish(folder, MARCH)
    with serving_folder(folder) as address:
        pull_live(home, address)
    publish(folder, APRIL, KWB_ROWS[:3])
    with serving_folder(folder) as address:
        held = {each.table_id: each for each in pull_live(home, address, NEXT_DAY)}["84799NED"]
        assert held.state == "verouderd"
        assert held.message == (
            "De tabel heeft nu 3 rijen en had er 4. Vastgehouden (X04). Klopt het, geef dan "
            "'impactkompas open-data accept 84799NED'. De kopie van 01-11-2026 blijft in gebruik."
        )
        assert set(inhabitants(home, "BU05991081")) == {MARCH}
        Store(home).accept("84799NED")
        accepted = states(pull_live(home, address, NEXT_DAY))
        assert accepted["84799NED"] == "actueel"
    assert set(inhabitants(home, "BU05991081")) == {MARCH}
    assert set(inhabitants(home, "WK059910")) == {MARCH, APRIL}
    assert not Store(home).is_accepted("84799NED")


def test_a_topic_whose_title_changed_keeps_the_last_good_copy(home: Home, folder: Path) -> None:
    publish(folder, MARCH)
    pull_folder(home, folder)
    other = [name.replace("MetEenLaagInkomen", "Arm") for name in KWB_HEADER]
    write_csv(folder / "84799NED_kwb2020" / "UntypedDataSet.csv", other, KWB_ROWS)
    (result,) = pull_folder(home, folder, NEXT_DAY)
    assert result.state == "verouderd"
    assert "Onderwerp huishoudens_laag_inkomen_pct is niet meer te vinden" in result.message


def test_former_revisions_outlive_raw(home: Home, folder: Path) -> None:
    publish(folder, MARCH)
    pull_folder(home, folder)
    publish(folder, APRIL)
    pull_folder(home, folder)
    shutil.rmtree(home.raw)
    home.create()
    (result,) = pull_folder(home, folder.with_name("weg"), NEXT_DAY)
    assert (result.state, result.revision) == ("verouderd", APRIL)
    assert set(inhabitants(home, "GM0599")) == {MARCH, APRIL}


def test_what_the_last_pull_said_is_remembered(home: Home, folder: Path) -> None:
    assert last_results(home) == []
    publish(folder, MARCH)
    pull_folder(home, folder)
    results = pull_folder(home, folder.with_name("weg"), NEXT_DAY)
    assert last_results(home) == results
    assert (results[0].state, results[0].retrieved_on) == ("verouderd", AS_OF)


def test_every_table_says_whether_it_is_as_expected() -> None:
    results = [
        TableResult("84799NED", "KWB", "actueel", retrieved_on=AS_OF),
        TableResult("50090NED", "GM", "verouderd", retrieved_on=AS_OF, message="Minder rijen."),
        TableResult("kwb", "", "ontbreekt", message="De reeks staat er niet."),
        TableResult("70072NED", "", "overgeslagen"),
        TableResult("eigen.yaml", "", "verouderd", message="Contract fout."),
        TableResult("85984NED", "", "verouderd", retrieved_on=AS_OF, is_silent=True),
    ]
    found = {
        str(row["source_id"]): (row["state"], row["n_applicable"], row["n_hit"])
        for row in expected_results(results)
    }
    assert found == {
        "84799NED": ("akkoord", 1, 0),
        "50090NED": ("afgekeurd", 1, 1),
        "kwb": ("afgekeurd", 1, 1),
        "85984NED": ("fout", 0, 0),
    }
    states_found = {
        str(row["source_id"]): (row["state"], row["held_by_check"])
        for row in origin_states(results)
    }
    assert states_found == {
        "84799NED": ("actueel", None),
        "50090NED": ("vastgehouden", "X04"),
        "kwb": ("ontbreekt", None),
        "85984NED": ("verouderd", None),
    }


def test_a_table_with_fewer_rows_fails_the_check_and_a_silent_service_does_not(
    home: Home, folder: Path
) -> None:
    def verdict() -> object:
        results = expected_results(last_results(home))
        return {row["source_id"]: row["state"] for row in results}["84799NED"]

    publish(folder, MARCH)
    with serving_folder(folder) as address:
        pull_live(home, address)
    assert verdict() == "akkoord"
    publish(folder, APRIL, KWB_ROWS[:3])
    with serving_folder(folder) as address:
        pull_live(home, address, NEXT_DAY)
    assert verdict() == "afgekeurd"
    pull_live(home, address, NEXT_DAY)
    assert verdict() == "fout"
