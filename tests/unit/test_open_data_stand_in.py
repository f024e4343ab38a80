"""The stand-in answers as the service does, from recordings of any make."""

import gzip
import json
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from ingest.open_data.recordings import (
    BrokenTableError,
    NotATableError,
    Recording,
    recordings_in,
)
from tests.unit.open_data_service import KWB_HEADER, KWB_ROWS, get, serving_folder, write_csv

FEED = "/ODataFeed/odata/84799NED"


def kwb(folder: Path, name: str = "84799NED_kwb2020") -> Path:
    write_csv(folder / name / "UntypedDataSet.csv", KWB_HEADER, KWB_ROWS)
    return folder


def one_recording(folder: Path) -> Recording:
    (recording,) = recordings_in(folder)
    return recording


def figures(address: str, table_id: str, data_set: str = "UntypedDataSet") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = get(address, f"/ODataFeed/odata/{table_id}/{data_set}")[1]["value"]
    return rows


def test_the_root_document_names_every_part_with_an_absolute_address(tmp_path: Path) -> None:
    with serving_folder(kwb(tmp_path)) as address:
        root = get(address, f"{FEED}/?%24format=json")[1]
    names = [part["name"] for part in root["value"]]
    assert names == [
        "TableInfos",
        "UntypedDataSet",
        "TypedDataSet",
        "DataProperties",
        "CategoryGroups",
        "WijkenEnBuurten",
    ]
    assert all(part["url"].startswith(f"http://{address}/") for part in root["value"])
    assert root["odata.metadata"].endswith("/84799NED/$metadata")


def test_untyped_figures_are_right_aligned_text_with_points_and_blanks_kept(
    tmp_path: Path,
) -> None:
    with serving_folder(kwb(tmp_path)) as address:
        rows = figures(address, "84799NED")
    assert rows[1]["WijkenEnBuurten"] == "GM0599    "
    assert rows[1]["AantalInwoners_5"] == "  651157"
    assert rows[1]["HuishoudensMetEenLaagInkomen_78"] == "    13.4"
    assert rows[2]["HuishoudensMetEenLaagInkomen_78"] == "       ."
    assert rows[3]["HuishoudensMetEenLaagInkomen_78"] is None


def test_typed_figures_are_numbers_without_points(tmp_path: Path) -> None:
    with serving_folder(kwb(tmp_path)) as address:
        rows = figures(address, "84799NED", "TypedDataSet")
    assert [row["HuishoudensMetEenLaagInkomen_78"] for row in rows] == [6.5, 13.4, None, None]
    assert rows[3]["AantalInwoners_5"] == 14250
    assert rows[3]["Gemeentenaam_1"] == "Rotterdam "


def test_typed_figures_keep_the_published_digits(tmp_path: Path) -> None:
    rows = [("0", "GM0599", "63.0"), ("1", "GM0632", "0.10")]
    write_csv(tmp_path / "1A_2020" / "UntypedDataSet.csv", ("ID", "RegioS", "Eenzaam_28"), rows)
    with serving_folder(tmp_path) as address:
        url = f"http://{address}/ODataFeed/odata/1A_2020/TypedDataSet"
        with urllib.request.urlopen(url) as answer:
            text = answer.read().decode()
    assert '"Eenzaam_28":63.0}' in text
    assert '"Eenzaam_28":0.10}' in text


def test_a_typed_recording_is_served_untyped_with_the_same_digits(tmp_path: Path) -> None:
    content = {
        "value": [
            {"ID": 0, "WijkenEnBuurten": "GM0599    ", "Eenzaam_28": 55.7, "Aantal_1": 12},
            {"ID": 1, "WijkenEnBuurten": "GM0632    ", "Eenzaam_28": 5.0, "Aantal_1": None},
        ]
    }
    file = tmp_path / "50090NED_gezondheid2020" / "TypedDataSet.json.gz"
    file.parent.mkdir()
    file.write_bytes(gzip.compress(json.dumps(content).encode()))
    with serving_folder(tmp_path) as address:
        rows = figures(address, "50090NED")
    assert [row["Eenzaam_28"] for row in rows] == ["    55.7", "     5.0"]
    # A typed null is a point or a blank: only that it is not known is certain.
    assert [row["Aantal_1"] for row in rows] == ["      12", "       ."]


def test_more_than_ten_thousand_rows_come_in_pages_that_link_to_the_next(tmp_path: Path) -> None:
    rows = [(str(n), f"BU{n:08d}", str(n)) for n in range(20_001)]
    header = ("ID", "WijkenEnBuurten", "AantalInwoners_5")
    write_csv(tmp_path / "84799NED_kwb2020" / "UntypedDataSet.csv", header, rows)
    question = "?%24format=json&%24select=ID%2CAantalInwoners_5"
    seen: list[int] = []
    sizes = []
    with serving_folder(tmp_path) as address:
        link: str | None = f"http://{address}{FEED}/UntypedDataSet{question}"
        while link:
            page = get(address, link)[1]
            seen += [row["ID"] for row in page["value"]]
            sizes.append(len(page["value"]))
            link = page.get("odata.nextLink")
            if link:
                parts = urlsplit(link)
                assert (parts.scheme, parts.netloc) == ("http", address)
                assert parse_qs(parts.query)["$select"] == ["ID,AantalInwoners_5"]
                assert f"$skip={len(seen)}" in parts.query
    assert sizes == [10_000, 10_000, 1]
    assert seen == list(range(20_001))


@pytest.mark.parametrize(
    ("condition", "ids"),
    [
        ("WijkenEnBuurten eq 'GM0599    '", [1]),
        ("WijkenEnBuurten eq 'GM0599'", []),
        ("startswith(WijkenEnBuurten,'WK')", [2]),
        ("substringof('0599',WijkenEnBuurten)", [1, 2, 3]),
        ("substring(WijkenEnBuurten,2,4) eq '0599'", [1, 2, 3]),
        ("WijkenEnBuurten ne 'NL00      ' and startswith(WijkenEnBuurten,'BU')", [3]),
        ("(ID eq 0) or (ID eq 3)", [0, 3]),
        ("startswith(WijkenEnBuurten,'NL') or ID eq 1 and ID eq 2", [0]),
        ("Gemeentenaam_1 eq 'Den ''Haag'", []),
    ],
)
def test_filters_are_understood(tmp_path: Path, condition: str, ids: list[int]) -> None:
    with serving_folder(kwb(tmp_path)) as address:
        status, page = get(address, f"{FEED}/UntypedDataSet?%24filter={quote(condition)}")
    assert status == 200
    assert [row["ID"] for row in page["value"]] == ids


@pytest.mark.parametrize(
    "question",
    ["$filter=ID gt 1", "$filter=ID eq", "$filter=Onbekend eq 1", "$select=Onbekend", "$skip=x"],
)
def test_a_question_that_is_not_understood_is_refused(tmp_path: Path, question: str) -> None:
    with serving_folder(kwb(tmp_path)) as address:
        status, answer = get(address, f"{FEED}/TypedDataSet?{quote(question, safe='=')}")
    assert status == 400
    assert answer["odata.error"]["message"]["value"]


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
    with serving_folder(kwb(tmp_path)) as address:
        for path in ("/ODataFeed/odata/99999NED/", f"{FEED}/Perioden", "/"):
            assert get(address, path)[0] == 404


def test_the_catalogue_selects_and_filters(tmp_path: Path) -> None:
    kwb(tmp_path)
    kwb(tmp_path, "85984NED_kwb2024")
    with serving_folder(tmp_path) as address:
        question = "%24select=Identifier,RecordCount&%24filter=" + quote(
            "substringof('2024',Title)"
        )
        answer = get(address, f"/ODataCatalog/Tables?$format=json&{question}")[1]
    assert answer["value"] == [{"Identifier": "85984NED", "RecordCount": 4}]


def test_recorded_metadata_is_served_as_it_is(tmp_path: Path) -> None:
    folder = kwb(tmp_path) / "84799NED_kwb2020"
    properties = [
        {"odata_type": "Cbs.OData.GeoDetail", "ID": 0, "Type": "GeoDetail", "MapYear": 2020,
         "Key": "WijkenEnBuurten", "Title": "Wijken en buurten", "ParentID": None},
        {"odata_type": "Cbs.OData.TopicGroup", "ID": 6, "Type": "TopicGroup", "Key": "",
         "Title": "Bevolking", "ParentID": None},
        {"odata_type": "Cbs.OData.Topic", "ID": 7, "Type": "Topic", "Key": "AantalInwoners_5",
         "Title": "Aantal inwoners", "Unit": "aantal", "ParentID": 6},
        {"odata_type": "Cbs.OData.Topic", "ID": 8, "Type": "Topic", "Key": "Mannen_6",
         "Title": "Mannen", "Unit": "aantal", "ParentID": 6},
    ]  # fmt: skip
    (folder / "DataProperties.json").write_text(json.dumps(properties))
    entry = {
        "Title": "Kerncijfers wijken en buurten 2020",
        "Modified": "2021-03-26T02:00:00",
        "Period": "2020",
        "Source": "CBS.",
        "RecordCount": 17341,
    }
    (folder / "CatalogEntry.json").write_text(json.dumps(entry))
    regions = [{"Key": "BU05991081", "Title": "Bloemhof", "Municipality": "GM0599"}]
    (folder / "WijkenEnBuurten.json").write_text(json.dumps(regions))
    with serving_folder(tmp_path) as address:
        served = {row["Key"]: row for row in get(address, f"{FEED}/DataProperties")[1]["value"]}
        infos = get(address, f"{FEED}/TableInfos")[1]["value"][0]
        listed = get(address, "/ODataCatalog/Tables")[1]["value"][0]
        dimension = get(address, f"{FEED}/WijkenEnBuurten")[1]["value"]
    assert served["AantalInwoners_5"]["ParentID"] == 6
    assert served["AantalInwoners_5"]["odata.type"] == "Cbs.OData.Topic"
    assert "Mannen_6" not in served, "only columns that were recorded"
    assert served["k_15Tot25Jaar_9"]["Title"] == "15 tot 25 jaar", (
        "what was not recorded is derived"
    )
    assert infos["Modified"] == "2021-03-26T02:00:00"
    assert listed["RecordCount"] == 4, "the rows that are here, not those of the whole table"
    assert [(row["Key"], row["Title"]) for row in dimension] == [("BU05991081", "Bloemhof")]


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("PersonenPerSoortUitkeringBijstand_83", "Personen per soort uitkering bijstand"),
        ("k_65JaarOfOuder_12", "65 jaar of ouder"),
        ("PersonenPerSoortUitkeringAO_84", "Personen per soort uitkering AO"),
        ("HuishoudensTot110VanSociaalMinimum_80", "Huishoudens tot 110 van sociaal minimum"),
        ("Nettoarbeidsparticipatie_67", "Nettoarbeidsparticipatie"),
    ],
)
def test_a_title_that_was_not_recorded_is_read_from_the_column_name(
    tmp_path: Path, key: str, title: str
) -> None:
    rows = [("0", "GM0599", "1")]
    write_csv(tmp_path / "1NED_2020" / "UntypedDataSet.csv", ("ID", "RegioS", key), rows)
    properties = one_recording(tmp_path).read().properties
    assert [row["Title"] for row in properties if row["Key"] == key] == [title]


@pytest.mark.parametrize(
    ("folder", "key", "title"),
    [
        ("84286NED_kwb2018", "Woningen_1", "Kerncijfers wijken en buurten 2018"),
        ("50120NED_2022", "ErvarenGezondheidGoed_4", "Gezondheid per wijk en buurt 2022"),
        ("85984NED_2024", "AantalInwoners_5", "Kerncijfers wijken en buurten 2024"),
        ("1NED_bomen_2019", "Bomen_1", "1NED bomen 2019"),
    ],
)
def test_a_table_title_that_was_not_recorded_comes_from_folder_or_columns(
    tmp_path: Path, folder: str, key: str, title: str
) -> None:
    rows = [("0", "GM0599", "1")]
    write_csv(tmp_path / folder / "UntypedDataSet.csv", ("ID", "RegioS", key), rows)
    assert one_recording(tmp_path).read().entry["Title"] == title


def test_files_per_city_are_united_and_a_figure_that_one_lacks_is_unknown(tmp_path: Path) -> None:
    folder = tmp_path / "84583NED_kwb2019"
    few = ("ID", "WijkenEnBuurten", "AantalInwoners_5", "Wegen_200")
    write_csv(
        folder / "UntypedDataSet_A.csv",
        few,
        [("7", "GM0518    ", "  537833", "4"), ("1", "GM0599    ", "       9", "5")],
    )
    write_csv(folder / "UntypedDataSet_B.csv", KWB_HEADER, KWB_ROWS)
    with serving_folder(tmp_path) as address:
        rows = {row["WijkenEnBuurten"].strip(): row for row in figures(address, "84583NED")}
    assert sorted(rows) == ["BU05991081", "GM0518", "GM0599", "NL00", "WK059910"]
    assert rows["GM0518"]["AantalInwoners_5"] == "  537833"
    assert rows["GM0518"]["HuishoudensMetEenLaagInkomen_78"] == "       ."
    assert rows["NL00"]["Wegen_200"] == "       ."
    assert rows["GM0599"]["AantalInwoners_5"] == "  651157", "the fullest file gives a double row"


def test_a_map_file_with_titles_is_served_with_units_and_without_its_codes_for_nothing(
    tmp_path: Path,
) -> None:
    header = ("GM_CODE", "GM_NAAM", "Aantal inwoners", "Huishoudens met een laag inkomen(%)")
    rows = [("GM0003", "Appingedam", "11642.0", "9.3"), ("GM0005", "Bedum", "-99997", "")]
    write_csv(tmp_path / "gemeenten2020_wijkbuurtkaart_v2" / "gemeenten_2020.csv", header, rows)
    table = one_recording(tmp_path).read()
    by_title = {row["Title"]: row for row in table.properties}
    assert by_title["Huishoudens met een laag inkomen"]["Unit"] == "%"
    assert by_title["Huishoudens met een laag inkomen"]["Key"] == "HuishoudensMetEenLaagInkomen_1"
    assert table.data["AantalInwoners_1"].to_pylist() == ["11642.0", "."]
    assert table.dimensions["RegioS"][1] == {"Key": "GM0005", "Title": "Bedum", "Description": ""}
    assert table.entry["Title"] == "Kerncijfers gemeenten in de Wijk- en buurtkaart 2020"


def test_a_label_export_is_served_with_its_groups_and_a_point_for_the_decimal_comma(
    tmp_path: Path,
) -> None:
    header = (
        "Wijken en buurten",
        "Regioaanduiding/Codering (code)",
        "Bevolking/Leeftijdsgroepen/15 tot 25 jaar (aantal)",
        "Inkomen/Huishoudens met een laag inkomen (%)",
    )
    rows = [("Bloemhof", "BU05991081", "2190", "17,3"), ("Rotterdam", "GM0599    ", "84000", ".")]
    write_csv(tmp_path / "85984NED_kwb2024" / "Kerncijfers.csv", header, rows)
    table = one_recording(tmp_path).read()
    rows_by_id = {row["ID"]: row for row in table.properties}
    age = next(row for row in table.properties if row["Title"] == "15 tot 25 jaar")
    assert rows_by_id[age["ParentID"]]["Title"] == "Leeftijdsgroepen"
    assert age["Unit"] == "aantal"
    assert table.data["HuishoudensMetEenLaagInkomen_1"].to_pylist() == ["17.3", "."]
    assert table.dimensions["WijkenEnBuurten"][0]["Title"] == "Bloemhof"


def test_series_of_one_municipality_become_a_table_with_periods(tmp_path: Path) -> None:
    content = {
        "metadata": {
            "bron": "CBS StatLine",
            "indicatoren": {"laag": {"label": "% Huishoudens met laag inkomen", "eenheid": "%"}},
        },
        "gemeente": {"naam": "Baarn", "code": "GM0308", "tijdreeksen": {"laag": {"2020": 5.1}}},
        "buurten": {
            "BU03080000": {"naam": "Centrum", "tijdreeksen": {"laag": {"2019": None, "2020": 6.3}}}
        },
    }
    file = tmp_path / "kwb_baarn" / "baarn.json"
    file.parent.mkdir()
    file.write_text(json.dumps(content))
    table = one_recording(tmp_path).read()
    places = zip(
        *(table.data[name].to_pylist() for name in table.data.column_names[1:]), strict=True
    )
    assert list(places) == [
        ("GM0308    ", "2019JJ00", "."),
        ("GM0308    ", "2020JJ00", "5.1"),
        ("BU03080000", "2019JJ00", "."),
        ("BU03080000", "2020JJ00", "6.3"),
    ]
    assert "tijdreeks gemeente Baarn" in table.entry["Title"]


def test_names_that_were_not_recorded_come_from_the_nearest_year(tmp_path: Path) -> None:
    kwb(tmp_path, "85984NED_kwb2024")
    for year, name in (("2017", "Oud"), ("2020", "Bloemhof")):
        file = tmp_path / f"83765NED_kwb{year}_v4meta" / "WijkenEnBuurtenCodes.json"
        file.parent.mkdir()
        file.write_text(
            json.dumps([{"Identifier": "BU05991081", "Title": name, "DetailRegionCode": "x"}])
        )
    recording = next(r for r in recordings_in(tmp_path) if r.table_id == "85984NED")
    names = {row["Key"]: row["Title"] for row in recording.read().dimensions["WijkenEnBuurten"]}
    assert names["BU05991081"] == "Bloemhof"
    assert names["GM0599    "] == "Rotterdam"
    assert names["WK059910  "] == "WK059910"


def test_a_neighbour_that_cannot_be_read_only_costs_its_names(tmp_path: Path) -> None:
    kwb(tmp_path, "85984NED_kwb2024")
    broken = tmp_path / "84799NED_kwb2020" / "WijkenEnBuurten.json.gz"
    broken.parent.mkdir()
    broken.write_bytes(b"[")
    recording = next(r for r in recordings_in(tmp_path) if r.table_id == "85984NED")
    names = {row["Key"]: row["Title"] for row in recording.read().dimensions["WijkenEnBuurten"]}
    assert names["BU05991081"] == "BU05991081"


def test_a_file_that_cannot_be_read_is_named_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "84799NED_kwb2020" / "TypedDataSet.csv.gz"
    file.parent.mkdir()
    file.write_bytes(gzip.compress(b'"ID";"WijkenEnBuurten";"AantalInwoners_5"\n' * 99)[:-20])
    with pytest.raises(BrokenTableError, match=r"84799NED is niet te lezen.*opnieuw neer"):
        one_recording(tmp_path).read()


def test_a_table_without_a_year_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BrokenTableError, match=r"peiljaar niet bekend.*84799NED_2024"):
        one_recording(kwb(tmp_path, "84799NED")).read()


def test_a_folder_without_figures_by_region_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "other_v3").mkdir()
    (tmp_path / "other_v3" / "Perioden.json").write_text('[{"Key": "2010JJ00"}]')
    with pytest.raises(NotATableError, match="geen cijfers per gebied"):
        one_recording(tmp_path).read()


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotATableError, match="In de map weg staan geen opgenomen tabellen"):
        recordings_in(tmp_path / "weg")


def test_the_fingerprint_changes_with_the_files(tmp_path: Path) -> None:
    kwb(tmp_path)
    before = one_recording(tmp_path).fingerprint()
    assert one_recording(tmp_path).fingerprint() == before
    write_csv(tmp_path / "84799NED_kwb2020" / "UntypedDataSet.csv", KWB_HEADER, KWB_ROWS[:3])
    assert one_recording(tmp_path).fingerprint() != before
