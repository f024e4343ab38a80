"""Raw open data holds what was published, and keeps it when the source fails."""

import csv
import gzip
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.home import Home
from ingest.open_data import pull
from ingest.open_data.client import OpenDataError
from ingest.open_data.observations import age_band, parse_values, region_code
from ingest.open_data.recordings import EXAMPLE
from ingest.raw_tables import raw_tables
from tests.unit import open_data_service as service
from tests.unit.open_data_service import (
    AS_OF,
    KWB_HEADER,
    KWB_ROWS,
    NEXT_DAY,
    faulty,
    pull_folder,
    pull_live,
    rows,
    serving_folder,
    states,
    value,
    write_csv,
)

NOBODY = "127.0.0.1:9"
HEALTH_HEADER = (
    "ID",
    "Leeftijd",
    "Marges",
    "WijkenEnBuurten",
    "Perioden",
    "Eenzaam_28",
    "MoeiteMetRondkomen_38",
)
HEALTH_ROWS = (
    ("1", "20300", "MW00000", "NL01      ", "2016JJ00", "    43.4", "    19.2"),
    ("2", "20300", "MW00000", "NL01      ", "2020JJ00", "    47.0", "    13.9"),
    ("3", "80200", "MW00000", "BU05991081", "2020JJ00", "    63.0", "       ."),
    ("4", "53115", "MW00000", "BU05991081", "2016JJ00", "    60.4", ""),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recorded"
    write_csv(folder / "84799NED_kwb2020" / "UntypedDataSet.csv", KWB_HEADER, KWB_ROWS)
    write_csv(
        folder / "50090NED_gezondheid" / "UntypedDataSet_a.csv", HEALTH_HEADER, HEALTH_ROWS[:2]
    )
    write_csv(
        folder / "50090NED_gezondheid" / "UntypedDataSet_b.csv", HEALTH_HEADER, HEALTH_ROWS[2:]
    )
    return folder


def files_in(home: Home) -> dict[str, bytes]:
    return {str(f.relative_to(home.raw)): f.read_bytes() for f in home.raw.rglob("*.parquet")}


# --- the example ---------------------------------------------------------------------------------


def test_the_example_gives_every_figure_of_its_own_files(home: Home) -> None:
    results = pull(home, mode="example", as_of=AS_OF)
    assert {result.state for result in results} == {"actueel"}
    with (EXAMPLE / "observations.csv").open(encoding="utf-8") as lines:
        published = [figure["value"] for figure in csv.DictReader(lines)]
    found = rows(home, "observations")
    assert len(found) == len(published) == sum(result.row_count for result in results)
    texts = sorted(text for text in published if text not in (".", ""))
    assert sorted(Decimal(text) for text in texts) == sorted(
        row["value"] for row in found if row["value"] is not None
    )
    assert published.count(".") == sum(row["value_status"] == "onbekend" for row in found)


@pytest.mark.parametrize(
    ("topic", "region", "year", "band", "expected"),
    [
        ("eenzaam", "BU05991081", 2020, "65+", "63.0"),
        ("eenzaam", "NL00", 2020, "18+", "47.0"),
        ("moeite_rondkomen", "GM0632", 2020, "18+", "10.0"),
        ("bijstand", "BU05991081", 2020, None, "1240"),
        ("inwoners_15_25", "BU05991081", 2020, None, "2200"),
        ("inwoners", "NL00", 2020, None, "17407585"),
    ],
)
def test_known_figures_are_in_the_example(
    home: Home, topic: str, region: str, year: int, band: str | None, expected: str
) -> None:
    pull(home, mode="example", as_of=AS_OF)
    assert value(home, topic, region, year, band) == (Decimal(expected), "gepubliceerd")


def test_the_example_says_where_it_comes_from(home: Home) -> None:
    pull(home, mode="example", as_of=AS_OF)
    tables = {row["table_id"]: row for row in rows(home, "tables")}
    assert {row["origin"] for row in tables.values()} == {"example"}
    assert tables["84799NED"]["source_name"] == "CBS"
    assert tables["84799NED"]["modified_on"] == date(2021, 3, 26)
    assert tables["50090NED"]["source_name"] == "GGD'en, CBS en RIVM"
    assert tables["50090NED"]["catalog"] == "dataderden"


def test_the_example_knows_its_regions(home: Home) -> None:
    pull(home, mode="example", as_of=AS_OF)
    regions = {row["region_code"]: row for row in rows(home, "regions")}
    assert len(regions) == 401
    assert regions["BU05991081"] == {
        "revision": date(2021, 3, 26),
        "region_code": "BU05991081",
        "division_year": 2020,
        "region_kind": "buurt",
        "region_name": "Bloemhof",
        "municipality_code": "GM0599",
        "wijk_code": "WK059910",
    }
    assert regions["NL00"]["municipality_code"] is None
    assert regions["GM0632"]["wijk_code"] is None


def test_the_files_have_the_promised_columns(home: Home) -> None:
    pull(home, mode="example", as_of=AS_OF)
    for name in ("observations", "regions", "tables"):
        for file in (home.raw / "open_data" / name).glob("*.parquet"):
            assert pq.read_schema(file).equals(raw_tables()["open_data", name].schema())


# --- recorded tables -----------------------------------------------------------------------------


def test_points_blanks_and_figures_are_told_apart(home: Home, folder: Path) -> None:
    pull_folder(home, folder)
    topic = "huishoudens_laag_inkomen_pct"
    assert value(home, topic, "GM0599", 2020) == (Decimal("13.4"), "gepubliceerd")
    assert value(home, topic, "WK059910", 2020) == (None, "onbekend")
    assert value(home, topic, "BU05991081", 2020) == (None, "niet van toepassing")


def test_health_has_its_years_ages_and_the_country_as_one_code(home: Home, folder: Path) -> None:
    pull_folder(home, folder)
    assert value(home, "eenzaam", "NL00", 2016, "18+")[0] == Decimal("43.4")
    assert value(home, "eenzaam", "NL00", 2020, "18+")[0] == Decimal("47.0")
    assert value(home, "eenzaam", "BU05991081", 2020, "65+")[0] == Decimal("63.0")
    assert value(home, "eenzaam", "BU05991081", 2016, "18-64")[0] == Decimal("60.4")
    health = [row for row in rows(home, "observations") if row["table_id"] == "50090NED"]
    assert {row["division_year"] for row in health} == {2020}


def test_another_year_with_other_column_numbers_and_case_is_taken(home: Home, folder: Path) -> None:
    moved = [
        name.replace("Bijstand_83", "Bijstand_87").replace("_78", "_85") for name in KWB_HEADER
    ]
    moved[3] = "aantalInwoners_6"
    write_csv(folder / "85984NED_kwb2024" / "85984NED_UntypedDataSet_05112024.csv", moved, KWB_ROWS)
    results = pull_folder(home, folder)
    assert states(results)["85984NED"] == "actueel"
    assert value(home, "bijstand", "BU05991081", 2024) == (Decimal(1240), "gepubliceerd")
    assert value(home, "inwoners", "GM0599", 2024) == (Decimal(651157), "gepubliceerd")
    keys = {r["topic_key"] for r in rows(home, "observations") if r["source_year"] == 2024}
    assert {"PersonenPerSoortUitkeringBijstand_87", "aantalInwoners_6"} <= keys
    assert {r["division_year"] for r in rows(home, "regions")} == {2020, 2024}


def test_a_table_about_young_adults_carries_their_age_band(home: Home, tmp_path: Path) -> None:
    header = ("ID", "RegioS", "Perioden", "MoeiteMetRondkomen_1")
    found = [("0", "GM0599", "2024JJ00", "    21.0"), ("1", "GG1713", "2024JJ00", "    20.0")]
    write_csv(
        tmp_path / "r" / "50140NED_gezondheidsmonitor_jv2024" / "TypedDataSet.csv", header, found
    )
    pull_folder(home, tmp_path / "r")
    assert value(home, "moeite_rondkomen", "GM0599", 2024, "16-25")[0] == Decimal("21.0")
    assert len(rows(home, "observations")) == 1, "health regions are not ours"


def test_letters_in_region_codes_are_kept(home: Home, tmp_path: Path) -> None:
    header = ("ID", "WijkenEnBuurten", "AantalInwoners_5")
    found = [("0", "BU0363AA01", "    1220"), ("1", "WK0363AA  ", "    4295")]
    write_csv(tmp_path / "r" / "85984NED_kwb2024" / "UntypedDataSet.csv", header, found)
    pull_folder(home, tmp_path / "r")
    regions = {row["region_code"]: row for row in rows(home, "regions")}
    assert regions["BU0363AA01"]["wijk_code"] == "WK0363AA"
    assert regions["WK0363AA"]["wijk_code"] == "WK0363AA"
    assert regions["BU0363AA01"]["municipality_code"] == "GM0363"


def test_only_the_value_itself_is_taken_from_margins(home: Home, tmp_path: Path) -> None:
    header = ("ID", "Marges", "WijkenEnBuurten", "Eenzaam_28")
    found = [
        (str(n), margin, "GM0599    ", f"    {40 + n}.0")
        for n, margin in enumerate(("MOG0095", "MW00000", "MBG0095"))
    ]
    write_csv(tmp_path / "r" / "50090NED_gezondheid2020" / "UntypedDataSet.csv", header, found)
    pull_folder(home, tmp_path / "r")
    assert [row["value"] for row in rows(home, "observations")] == [Decimal("41.0")]


def test_a_breakdown_without_a_total_is_refused(home: Home, tmp_path: Path) -> None:
    header = ("ID", "Persoonskenmerken", "RegioS", "Eenzaam_28")
    found = [("0", "A1", "GM0599", "1.0"), ("1", "A2", "GM0599", "2.0")]
    write_csv(tmp_path / "r" / "50140NED_gezondheid2024" / "TypedDataSet.csv", header, found)
    (result,) = pull_folder(home, tmp_path / "r")
    assert (result.state, rows(home, "observations")) == ("ontbreekt", [])
    assert "uitgesplitst naar Persoonskenmerken zonder een totaal" in result.message


def test_a_figure_that_is_no_number_refuses_the_whole_table(home: Home, tmp_path: Path) -> None:
    header = ("ID", "RegioS", "Eenzaam_28")
    found = [("0", "GM0599", "veel"), ("1", "GM0632", "2.0")]
    write_csv(tmp_path / "r" / "50140NED_gezondheid2024" / "TypedDataSet.csv", header, found)
    (result,) = pull_folder(home, tmp_path / "r")
    assert (result.state, rows(home, "observations")) == ("ontbreekt", [])
    assert "Eenzaam_28 van tabel 50140NED" in result.message


def test_a_folder_that_cannot_be_read_does_not_stop_the_others(home: Home, folder: Path) -> None:
    (folder / "84286NED_kwb2018").mkdir()
    (folder / "84286NED_kwb2018" / "TypedDataSet.json").write_text('{"value": [1, ')
    (folder / "leeg").mkdir()
    header, found = ("ID", "RegioS", "Woningvoorraad_34"), [("0", "GM0599", "1")]
    write_csv(folder / "1NED_2020" / "UntypedDataSet.csv", header, found)
    results = pull_folder(home, folder)
    assert states(results) == {
        "1NED_2020": "overgeslagen",
        "50090NED": "actueel",
        "84286NED": "ontbreekt",
        "84799NED": "actueel",
        "leeg": "overgeslagen",
    }
    assert all(result.message for result in results if result.state != "actueel")


def test_what_did_not_change_is_not_taken_again(home: Home, folder: Path) -> None:
    pull_folder(home, folder)
    before = files_in(home)
    results = pull_folder(home, folder, NEXT_DAY)
    assert files_in(home) == before
    assert {result.retrieved_on for result in results} == {AS_OF}
    assert {result.row_count for result in results} == {24, 8}


def test_only_the_table_that_changed_is_taken_again(home: Home, folder: Path) -> None:
    write_csv(folder / "84799NED_kwb2020" / "UntypedDataSet.csv", KWB_HEADER, KWB_ROWS[:2])
    pull_folder(home, folder)
    write_csv(folder / "84799NED_kwb2020" / "UntypedDataSet.csv", KWB_HEADER, KWB_ROWS)
    results = {result.table_id: result for result in pull_folder(home, folder, NEXT_DAY)}
    assert results["84799NED"].retrieved_on == NEXT_DAY
    assert results["50090NED"].retrieved_on == AS_OF
    assert results["84799NED"].row_count == 24


def test_a_table_that_cannot_be_read_any_more_keeps_its_last_good_copy(
    home: Home, folder: Path
) -> None:
    pull_folder(home, folder)
    before = files_in(home)
    file = folder / "84799NED_kwb2020" / "UntypedDataSet.csv"
    file.with_suffix(".csv.gz").write_bytes(gzip.compress(file.read_bytes())[:-9])
    file.unlink()
    results = {result.table_id: result for result in pull_folder(home, folder, NEXT_DAY)}
    assert results["84799NED"].state == "verouderd"
    assert results["84799NED"].message.endswith("De kopie van 01-11-2026 blijft in gebruik.")
    assert files_in(home) == before


def test_a_folder_that_is_gone_leaves_everything_as_it_was(home: Home, folder: Path) -> None:
    pull_folder(home, folder)
    before = files_in(home)
    results = pull_folder(home, folder.with_name("weg"), NEXT_DAY)
    assert states(results) == {"50090NED": "verouderd", "84799NED": "verouderd"}
    assert "In de map weg staan geen opgenomen tabellen" in results[0].message
    assert files_in(home) == before


def test_tables_of_the_former_origin_are_removed(home: Home, folder: Path) -> None:
    pull(home, mode="example", as_of=AS_OF)
    pull_folder(home, folder)
    assert {row["origin"] for row in rows(home, "tables")} == {"recorded"}
    assert {row["table_id"] for row in rows(home, "observations")} == {"84799NED", "50090NED"}
    pull(home, mode="example", as_of=AS_OF)
    assert {row["origin"] for row in rows(home, "tables")} == {"example"}
    assert len(rows(home, "observations")) == 10_833


def test_a_table_that_left_the_folder_is_removed(home: Home, folder: Path) -> None:
    pull_folder(home, folder)
    (folder / "84799NED_kwb2020").rename(folder.parent / "elders")
    pull_folder(home, folder)
    assert {row["table_id"] for row in rows(home, "tables")} == {"50090NED"}


def test_no_unfinished_file_is_left_where_dbt_reads(home: Home, folder: Path) -> None:
    pull_folder(home, folder)
    written = [file.suffix for file in (home.raw / "open_data").rglob("*") if file.is_file()]
    assert written == [".parquet"] * 6


def test_progress_names_each_table(home: Home, folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    pull(
        home,
        mode=f"recorded:{folder}",
        as_of=AS_OF,
        on_progress=lambda *step: told.append(step),
    )
    assert told == [("50090NED", 0, 2), ("84799NED", 1, 2)]


def test_an_unknown_setting_is_refused(home: Home) -> None:
    with pytest.raises(OpenDataError, match=r"kent 'cbs' niet. Kies example"):
        pull(home, mode="cbs", as_of=AS_OF)


# --- the service ---------------------------------------------------------------------------------


def test_the_service_gives_the_newest_tables_of_each_family(home: Home, folder: Path) -> None:
    for year, number in ((2018, 84286), (2024, 85984), (2022, 85318)):
        write_csv(folder / f"{number}NED_kwb{year}" / "UntypedDataSet.csv", KWB_HEADER, KWB_ROWS)
    with serving_folder(folder) as address:
        results = pull_live(home, address, tables_per_family=3)
    assert [result.table_id for result in results] == [
        "85984NED",
        "85318NED",
        "84799NED",
        "50090NED",
    ]
    assert {(row["catalog"], row["origin"]) for row in rows(home, "tables")} == {
        ("CBS", "live"),
        ("dataderden", "live"),
    }
    assert value(home, "bijstand", "BU05991081", 2022)[0] == Decimal(1240)


def test_a_table_is_asked_for_once_a_day_while_it_does_not_change(home: Home, folder: Path) -> None:
    with serving_folder(folder) as upstream, faulty(upstream) as (address, faulty_service):
        for as_of, downloads in ((AS_OF, 2), (AS_OF, 2), (NEXT_DAY, 4)):
            results = pull_live(home, address, as_of)
            asked = [path for path in faulty_service.asked if "/UntypedDataSet" in path]
            assert len(asked) == downloads
            assert {result.retrieved_on for result in results} == {as_of}


def test_an_unreachable_service_leaves_the_last_good_copy(home: Home, folder: Path) -> None:
    with serving_folder(folder) as address:
        pull_live(home, address)
    before = files_in(home)
    results = pull_live(home, NOBODY, NEXT_DAY)
    assert states(results) == {"50090NED": "verouderd", "84799NED": "verouderd"}
    assert "geen verbinding" in results[0].message
    assert "De kopie van 01-11-2026 blijft in gebruik." in results[0].message
    assert {result.row_count for result in results} == {24, 8}
    assert files_in(home) == before


def test_an_unreachable_service_does_not_remove_the_example(home: Home) -> None:
    pull(home, mode="example", as_of=AS_OF)
    before = files_in(home)
    results = pull_live(home, NOBODY)
    assert {result.state for result in results} == {"verouderd"}
    assert files_in(home) == before


def test_the_example_makes_way_for_the_service(home: Home, folder: Path) -> None:
    pull(home, mode="example", as_of=AS_OF)
    with serving_folder(folder) as address:
        pull_live(home, address)
    assert {row["origin"] for row in rows(home, "tables")} == {"live"}
    assert {row["table_id"] for row in rows(home, "observations")} == {"84799NED", "50090NED"}


def test_an_unreachable_service_and_nothing_held_is_said(home: Home) -> None:
    (result,) = pull_live(home, NOBODY)
    assert (result.table_id, result.state) == ("live", "ontbreekt")
    assert "De catalogus is niet op te halen" in result.message


def test_one_silent_catalogue_does_not_stop_the_other(home: Home, folder: Path) -> None:
    with serving_folder(folder) as address:
        pull_live(home, address)
        results = pull_live(home, address, NEXT_DAY, third_party=NOBODY)
    assert states(results) == {"50090NED": "verouderd", "84799NED": "actueel"}
    assert len(rows(home, "tables")) == 2


@pytest.mark.parametrize(
    "fault", [service.server_error, service.half_the_rows, service.rows_twice, service.cut_off]
)
def test_half_a_table_never_replaces_a_whole_one(
    home: Home, folder: Path, fault: service.Fault
) -> None:
    with serving_folder(folder) as upstream, faulty(upstream) as (address, faulty_service):
        pull_live(home, address)
        before = files_in(home)
        faulty_service.fail("84799NED/UntypedDataSet", fault, times=99)
        results = {result.table_id: result for result in pull_live(home, address, NEXT_DAY)}
    assert results["84799NED"].state == "verouderd"
    assert results["50090NED"].state == "actueel"
    unchanged = {name for name, content in files_in(home).items() if before[name] == content}
    assert {
        f"open_data/{t}/84799NED@2026-11-01.parquet" for t in ("observations", "regions", "tables")
    } <= unchanged


def test_a_table_of_another_shape_costs_only_itself(home: Home, folder: Path) -> None:
    def other_shape(handler: Any, body: bytes) -> None:
        page = json.loads(body)
        page["value"] = [{"Naam": row["Key"]} for row in page["value"]]
        handler.send(json.dumps(page).encode())

    with serving_folder(folder) as upstream, faulty(upstream) as (address, faulty_service):
        faulty_service.fail("84799NED/DataProperties", other_shape, times=99)
        results = {result.table_id: result for result in pull_live(home, address)}
    assert results["84799NED"].state == "ontbreekt"
    assert "andere vorm dan verwacht" in results["84799NED"].message
    assert results["50090NED"].state == "actueel"


def test_a_table_that_left_the_catalogue_is_kept_and_named(home: Home, folder: Path) -> None:
    with serving_folder(folder) as address:
        pull_live(home, address)
    (folder / "84799NED_kwb2020").rename(folder.parent / "elders")
    with serving_folder(folder) as address:
        results = {result.table_id: result for result in pull_live(home, address, NEXT_DAY)}
    assert results["84799NED"].state == "verouderd"
    assert "niet meer in de catalogus" in results["84799NED"].message
    assert results["kerncijfers"].state == "ontbreekt"
    assert len(rows(home, "tables")) == 2


def test_a_table_that_is_no_longer_among_the_newest_is_removed(home: Home, folder: Path) -> None:
    with serving_folder(folder) as address:
        pull_live(home, address, tables_per_family=1)
    write_csv(folder / "85984NED_kwb2024" / "UntypedDataSet.csv", KWB_HEADER, KWB_ROWS)
    with serving_folder(folder) as address:
        pull_live(home, address, NEXT_DAY, tables_per_family=1)
    assert {row["table_id"] for row in rows(home, "tables")} == {"50090NED", "85984NED"}


# --- the smallest parts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("    63.0", (Decimal("63.0"), "gepubliceerd")),
        ("17407585", (Decimal(17407585), "gepubliceerd")),
        ("0", (Decimal(0), "gepubliceerd")),
        ("22.84825", (Decimal("22.8483"), "gepubliceerd")),
        ("       .", (None, "onbekend")),
        ("-1", (None, "onbekend")),
        ("        ", (None, "niet van toepassing")),
        (None, (None, "niet van toepassing")),
    ],
)
def test_values_are_read_from_the_published_text(text: str | None, expected: Any) -> None:
    values, statuses = parse_values([text], "Eenzaam_28", Decimal())
    assert values.type == pa.decimal128(18, 4)
    assert (values[0].as_py(), statuses[0].as_py()) == expected


@pytest.mark.parametrize(
    ("title", "band"),
    [
        ("18 jaar of ouder", "18+"),
        ("18 tot 65 jaar", "18-64"),
        ("65 jaar of ouder ", "65+"),
        ("16 tot en met 25 jaar", "16-25"),
        ("Totaal leeftijd", None),
        ("Onbekend", "Onbekend"),
    ],
)
def test_age_bands_are_read_from_titles(title: str, band: str | None) -> None:
    assert age_band(title) == band


def test_the_country_has_one_code() -> None:
    assert [region_code(key) for key in ("NL01  ", "NL00      ", "BU05991081")] == [
        "NL00",
        "NL00",
        "BU05991081",
    ]


def test_the_example_is_small_enough_to_carry_along() -> None:
    assert sum(file.stat().st_size for file in EXAMPLE.iterdir()) < 400_000
