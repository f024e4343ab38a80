"""Every figure that we hold of the recorded national tables is the one that was published."""

import csv
import gzip
import io
import json
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from ingest.home import Home
from ingest.open_data import Addresses, TableResult, pull
from ingest.open_data.adding import add, look_up

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
    mode = f"recorded:{CBS}"
    table = look_up("84799NED", mode=mode, addresses=Addresses())
    add(home, table, {"PersonenPerSoortUitkeringAOW_86": "EIGEN-I-AOW"}, {})
    return home, pull(home, mode=mode, as_of=date(2026, 11, 1))


@cache
def raw_table(home: Home, name: str, table_id: str) -> pa.Table:
    """Return what raw holds of the one revision of a table."""
    (file,) = (home.raw / "open_data" / name).glob(f"{table_id}@*.parquet")
    return pq.read_table(file)


def held(home: Home, table_id: str, topic: str) -> dict[tuple[str, int, str | None], Any]:
    """Return what raw holds of one topic: value and status per region, year and age band."""
    table = raw_table(home, "observations", table_id)
    rows = table.filter(pc.field("topic_id") == topic)
    return {
        (row["region_code"], row["source_year"], row["age_band"]): (
            row["value"],
            row["value_status"],
        )
        for row in rows.to_pylist()
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
    regions = raw_table(pulled[0], "regions", "84799NED").to_pylist()
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
    health = raw_table(pulled[0], "regions", "50090NED")
    assert sorted(health["region_name"].to_pylist()) == sorted(names.values())


def test_a_topic_added_from_the_table_of_2020_is_followed_to_that_of_2019(
    pulled: tuple[Home, list[TableResult]],
) -> None:
    column = "PersonenPerSoortUitkeringAOW_86"
    expected = recorded([CBS / "84799NED_kwb2020" / "TypedDataSet.csv.gz"], column, 2020)
    found = held(pulled[0], "84799NED", "EIGEN-I-AOW")
    assert found == {k: as_held(v) for k, v in expected.items()}
    assert found["GM0599", 2020, None][1] == "gepubliceerd"
    expected = recorded(sorted((CBS / "84583NED_kwb2019").glob("UntypedDataSet*")), column, 2019)
    found = held(pulled[0], "84583NED", "EIGEN-I-AOW")
    assert found == {k: as_held(v) for k, v in expected.items()}
    assert found["GM0363", 2019, None][1] == "gepubliceerd"


def test_amsterdam_of_2019_as_published_twice_is_two_revisions(tmp_path: Path) -> None:
    """The rounding to fives was drawn anew: two in five populations of a wijk or buurt differ."""
    source = CBS / "84583NED_kwb2019"
    first = {
        row["WijkenEnBuurten"]: row["AantalInwoners_5"].strip()
        for row in recorded_rows(source / "UntypedDataSet_Amsterdam_GM0363_allcols.csv")
    }
    with (source / "labels_csv_Amsterdam_via_R.csv").open(encoding="utf-8-sig") as lines:
        rows = list(csv.reader(lines))
    code = rows[0].index("Regioaanduiding.Codering..code.")
    inhabitants = rows[0].index("Bevolking.Aantal.inwoners..aantal.")
    second = {row[code].strip().ljust(10): row[inhabitants].strip() for row in rows[1:]}
    assert first.keys() <= second.keys()
    home = Home(tmp_path / "home")
    home.create()
    table = tmp_path / "recorded" / "84583NED_kwb2019"
    table.mkdir(parents=True)
    for modified, figures in (("2019-08-01T02:00:00", first), ("2020-11-01T02:00:00", second)):
        lines_of_file = [f"{region};{figures[region]}" for region in first]
        (table / "TypedDataSet.csv").write_text(
            "\n".join(["WijkenEnBuurten;AantalInwoners_5", *lines_of_file])
        )
        (table / "CatalogEntry.json").write_text(json.dumps({"Modified": modified}))
        mode = f"recorded:{table.parent}"
        (result,) = pull(home, mode=mode, as_of=date(2026, 11, 1))
    changed = [region for region, value in first.items() if value != second[region]]
    assert result.revised_count == len(changed) > 200
    assert "GM0363    " not in changed
    files = (home.raw / "open_data" / "observations").glob("84583NED@*.parquet")
    assert sorted(file.stem for file in files) == ["84583NED@2019-08-01", "84583NED@2020-11-01"]
