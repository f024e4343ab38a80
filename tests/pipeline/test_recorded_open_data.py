"""Every figure that we hold of the recorded national tables is the one that was published."""

import csv
import gzip
import io
import json
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ingest.home import Home
from ingest.open_data import TableResult, pull

RECORDED = os.environ.get("IMPACTKOMPAS_RECORDED")
pytestmark = pytest.mark.skipif(
    RECORDED is None, reason="IMPACTKOMPAS_RECORDED does not name the folder with recorded tables"
)
CBS = Path(RECORDED or "") / "cbs"
Figures = dict[tuple[str, int, str | None], str | None]


@pytest.fixture(scope="module")
def pulled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, list[TableResult]]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.create()
    return home, pull(home, mode=f"recorded:{CBS}", as_of=date(2026, 11, 1))


def held(home: Home, table_id: str, topic: str) -> dict[tuple[str, int, str | None], Any]:
    """Return what raw holds of one topic: value and status per region, year and age band."""
    rows = pq.read_table(home.raw / "open_data" / "observations" / f"{table_id}.parquet")
    return {
        (row["region_code"], row["source_year"], row["age_band"]): (
            row["value"],
            row["value_status"],
        )
        for row in rows.to_pylist()
        if row["topic_id"] == topic
    }


def recorded_rows(file: Path) -> Iterator[dict[str, str]]:
    raw = file.read_bytes()
    text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode("utf-8-sig")
    yield from csv.DictReader(io.StringIO(text), delimiter=";")


def recorded(files: list[Path], column: str, year: int | None = None) -> Figures:
    """Return the text of one column per place, read by nothing but the csv module."""
    bands = {"20300": "18+", "53115": "18-64", "80200": "65+", None: None}
    found: Figures = {}
    for file in files:
        for row in recorded_rows(file):
            region = row["WijkenEnBuurten"].strip().replace("NL01", "NL00")
            place = (region, year or int(row["Perioden"][:4]), bands[row.get("Leeftijd")])
            found[place] = row.get(column)
    return found


def as_held(text: str | None) -> tuple[Decimal | None, str]:
    """Return how a recorded text must be held; a typed blank is only known to be missing."""
    stripped = (text or "").strip()
    return (None, "onbekend") if stripped in ("", ".") else (Decimal(stripped), "gepubliceerd")


@pytest.mark.parametrize(
    ("topic", "column"),
    [
        ("eenzaam", "Eenzaam_28"),
        ("moeite_rondkomen", "MoeiteMetRondkomen_38"),
        ("beweegrichtlijn", "VoldoetAanBeweegrichtlijn_5"),
        ("mantelzorger", "Mantelzorger_32"),
        ("vrijwilligerswerk", "Vrijwilligerswerk_33"),
    ],
)
def test_every_health_figure_is_the_published_one(
    pulled: tuple[Home, list[TableResult]], topic: str, column: str
) -> None:
    files = sorted((CBS / "50090NED_gezondheid").glob("UntypedDataSet*"))
    expected = recorded(files, column)
    assert len(expected) >= 5 * 17_341
    assert held(pulled[0], "50090NED", topic) == {k: as_held(v) for k, v in expected.items()}


@pytest.mark.parametrize(
    ("topic", "column"),
    [
        ("inwoners", "AantalInwoners_5"),
        ("inwoners_15_25", "k_15Tot25Jaar_9"),
        ("inwoners_25_45", "k_25Tot45Jaar_10"),
        ("inwoners_45_65", "k_45Tot65Jaar_11"),
        ("inwoners_65plus", "k_65JaarOfOuder_12"),
        ("huishoudens", "HuishoudensTotaal_28"),
        ("bijstand", "PersonenPerSoortUitkeringBijstand_83"),
        ("huishoudens_laag_inkomen_pct", "HuishoudensMetEenLaagInkomen_78"),
    ],
)
def test_every_figure_of_2020_and_2019_is_the_published_one(
    pulled: tuple[Home, list[TableResult]], topic: str, column: str
) -> None:
    expected = recorded([CBS / "84799NED_kwb2020" / "TypedDataSet.csv.gz"], column, 2020)
    assert len(expected) == 17_341
    assert held(pulled[0], "84799NED", topic) == {k: as_held(v) for k, v in expected.items()}
    cities = sorted((CBS / "84583NED_kwb2019").glob("UntypedDataSet*"))
    expected = recorded(cities, column, 2019)
    assert len(expected) == 860
    assert held(pulled[0], "84583NED", topic) == {k: as_held(v) for k, v in expected.items()}


def test_every_municipality_has_its_low_income_of_2020(
    pulled: tuple[Home, list[TableResult]],
) -> None:
    file = CBS / "gemeenten2020_wijkbuurtkaart_v2" / "gemeenten_2020.csv"
    expected = {
        (row["GM_CODE"], 2020, None): as_held(row["Huishoudens met een laag inkomen(%)"])
        for row in recorded_rows(file)
    }
    assert len(expected) == 355
    table_id = "gemeenten2020_wijkbuurtkaart_v2"
    assert held(pulled[0], table_id, "huishoudens_laag_inkomen_pct") == expected


@pytest.mark.parametrize(
    ("topic", "indicator"),
    [
        ("huishoudens_laag_inkomen_pct", "huishoudens_laag_inkomen"),
        ("bijstand", "bijstandsontvangers"),
        ("inwoners", "aantal_inwoners"),
    ],
)
def test_baarn_has_its_ten_years(
    pulled: tuple[Home, list[TableResult]], topic: str, indicator: str
) -> None:
    file = CBS / "kwb2016-2025_baarn" / "baarn_social_data.json"
    content = json.loads(file.read_text(encoding="utf-8"), parse_float=str)
    places = {"GM0308": content["gemeente"], **content["buurten"]}
    expected = {
        (code, year, None): as_held(place["tijdreeksen"].get(indicator, {}).get(str(year)))
        for code, place in places.items()
        for year in range(2016, 2026)
    }
    assert len(expected) == 220
    assert held(pulled[0], "kwb2016-2025_baarn", topic) == expected


def test_lonely_elderly_people_in_bloemhof(pulled: tuple[Home, list[TableResult]]) -> None:
    figures = held(pulled[0], "50090NED", "eenzaam")
    assert figures["BU05991081", 2020, "65+"] == (Decimal("63.0"), "gepubliceerd")


def test_every_folder_is_taken_or_skipped_with_a_reason(
    pulled: tuple[Home, list[TableResult]],
) -> None:
    results = pulled[1]
    assert {r.table_id for r in results if r.state == "actueel"} == {
        "50090NED",
        "84583NED",
        "84799NED",
        "gemeenten2020_wijkbuurtkaart_v2",
        "kwb2016-2025_baarn",
    }
    others = [r for r in results if r.state != "actueel"]
    assert [r.state for r in others] == ["overgeslagen"] * 3
    assert all(r.message for r in others)


def test_all_regions_of_2020_have_a_name(pulled: tuple[Home, list[TableResult]]) -> None:
    regions = pq.read_table(
        pulled[0].raw / "open_data" / "regions" / "84799NED.parquet"
    ).to_pylist()
    kinds = [row["region_kind"] for row in regions]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        "land": 1,
        "gemeente": 355,
        "wijk": 3177,
        "buurt": 13808,
    }
    names = {row["region_code"]: row["region_name"] for row in regions}
    assert names["BU05991081"] == "Bloemhof"
    assert not [code for code, name in names.items() if code == name]
    health = pq.read_table(pulled[0].raw / "open_data" / "regions" / "50090NED.parquet")
    assert sorted(health["region_name"].to_pylist()) == sorted(names.values())
