"""The data package is valid and true to the files; the page is whole and readable by everybody."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from frictionless import Package

from exports.release import publish
from exports.star import column_caption, table_caption
from exports.tables import MARTS, published_tables
from ingest.definitions.lists import seed
from ingest.home import Home
from ingest.yaml_files import read_yaml
from tests.unit.test_release import FIGURE, build, facts

KPI: dict[str, Any] = {
    "kpi_id": "E4.1.1",
    "layer": "effect",
    "origin": "kpi_model",
    "is_part_of_model": True,
    "name_nl": "Minder eenzaam <nu>",
    "definition_nl": "Deelnemers die zich minder eenzaam voelen.",
    "choice_nl": "Minstens een vraag positief.",
    "formula_nl": "Aantal positief gedeeld door aantal antwoorden.",
    "availability_nl": "beschikbaar",
    "text_status": "text",
    "confidence": "verbatim",
    "source": "Handleiding, r. 1",
    "contradictions": "C1, C10",
    "definition_version": "2025",
    "is_imported": False,
    "layer_nl": "Effect",
    "layer_order": 2,
    "parent_label_nl": "E4 Sociale relaties",
    "kpi_label_nl": "E4.1.1 Minder eenzaam <nu>",
    "sort_order": 1,
    "unit": "percentage",
    "time_behaviour": "flow",
}
FULL = FIGURE | {
    "time_behaviour": "flow",
    "is_selected": False,
    "is_for_commissioner": False,
    "reliability": "let op",
    "is_provisional": False,
    "definition_version": "2025",
    "value": 15.5,
}
CHECK = {"check_id": "C01", "name_nl": "Hulpvraag ingevuld", "rule_nl": "Elke hulpvraag."} | {
    "severity": "flag",
    "measure_nl": "aandeel",
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "dim_kpi": [KPI],
    "dim_check": [CHECK],
    "kpi_value": [
        FULL | {"breakdown": "total", "reasons": "C01, R21"},
        FULL | {"breakdown": "service", "service_code": "SRW"},
    ],
}
# What a colour needs beside white: 4.5 to 1 for words (WCAG 2.2, 1.4.3).
WORDS = ["#1f2933", "#2f4a66", "#1f4e79", "#52606d"]


@pytest.fixture(scope="module")
def intern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dictionary")
    home = Home(folder / "home")
    home.create()
    publish(home, build(folder / "build.duckdb", ROWS), facts("r1"))
    return home.releases / "r1" / "intern"


@pytest.fixture(scope="module")
def package(intern: Path) -> dict[str, Any]:
    text = (intern / "datapackage.json").read_text(encoding="utf-8")
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def page(intern: Path) -> str:
    return (intern / "woordenboek.html").read_text(encoding="utf-8")


def test_frictionless_finds_the_package_and_its_csv_valid(intern: Path) -> None:
    package = Package.from_descriptor(str(intern / "datapackage.json"))
    read = [each for each in package.resources if each.name in ("kpi_value_csv", "run_csv")]
    assert len(read) == 2
    for resource in read:
        report = resource.validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "type"])
    (values,) = (each for each in read if each.name == "kpi_value_csv")
    rows = values.read_rows()
    assert [float(row["value"]) for row in rows] == [15, 15]
    assert rows[0]["is_selected"] is False


def test_frictionless_refuses_what_the_package_forbids(intern: Path, tmp_path: Path) -> None:
    text = (intern / "csv" / "kpi_value.csv").read_text(encoding="utf-8-sig")
    package = Package.from_descriptor(str(intern / "datapackage.json"))
    descriptor = package.get_resource("kpi_value_csv").to_descriptor()
    for old, new in (("let op", "prima"), (";15;", ";vijftien;"), ("E4.1.1;", ";")):
        assert old in text
        (tmp_path / "csv").mkdir(exist_ok=True)
        (tmp_path / "csv" / "kpi_value.csv").write_text(text.replace(old, new), "utf-8-sig")
        broken = Package.from_descriptor(
            {"name": "p", "resources": [descriptor]}, basepath=str(tmp_path)
        )
        assert not broken.get_resource("kpi_value_csv").validate().valid


def test_every_file_of_the_package_is_there_with_these_columns(
    intern: Path, package: dict[str, Any]
) -> None:
    kinds = {
        "string": {"VARCHAR"},
        "integer": {"BIGINT", "INTEGER"},
        "number": {"DECIMAL(18,4)", "DOUBLE"},
        "date": {"DATE"},
        "datetime": {"TIMESTAMP"},
        "boolean": {"BOOLEAN"},
    }
    parquet = [each for each in package["resources"] if each["format"] == "parquet"]
    assert [each["name"] for each in parquet] == [table.name for table in published_tables()]
    for resource in parquet:
        found = duckdb.execute(f"describe from '{intern / resource['path']}'").fetchall()
        fields = resource["schema"]["fields"]
        assert [name for name, *_ in found] == [field["name"] for field in fields]
        assert all(row[1] in kinds[field["type"]] for row, field in zip(found, fields, strict=True))
    for resource in package["resources"]:
        assert (intern / resource["path"]).is_file()


def test_a_key_and_the_rules_come_from_the_yaml_of_dbt(package: dict[str, Any]) -> None:
    resources = {each["name"]: each for each in package["resources"]}
    schema = resources["dim_kpi"]["schema"]
    fields = {field["name"]: field for field in schema["fields"]}
    assert schema["primaryKey"] == ["kpi_id"]
    assert fields["kpi_id"]["title"] == "KPI-code"
    assert fields["layer"]["constraints"] == {
        "required": True,
        "enum": ["impact", "effect", "activity", "own"],
    }
    values = resources["kpi_value"]["schema"]
    # Parts of this key may be empty, so it is unique without being a primary key.
    assert values["uniqueKeys"][0][:2] == ["kpi_id", "design"]
    assert {"fields": ["kpi_id"], "reference": {"resource": "dim_kpi", "fields": ["kpi_id"]}} in (
        values["foreignKeys"]
    )
    month = next(
        field
        for field in resources["dim_period"]["schema"]["fields"]
        if field["name"] == "month_number"
    )
    assert month["constraints"] == {"required": True, "minimum": 1, "maximum": 12}


def test_a_kpi_says_all_that_is_known_of_it(page: str) -> None:
    entry = page.split('id="kpi-E4.1.1"', 1)[1].split("</dl>", 1)[0]
    for text in (
        "Minder eenzaam &lt;nu&gt;",
        "Deelnemers die zich minder eenzaam voelen.",
        "Minstens een vraag positief.",
        "Handleiding, r. 1",
        "de bron geeft de tekst",
        "letterlijk uit de bron",
        'href="#controle-C01"',
        "</a>, R21</dd>",
        'href="#tegenstrijdigheid-C10"',
    ):
        assert text in entry


def test_every_table_column_and_contradiction_is_explained(page: str) -> None:
    for table in published_tables():
        part = page.split(f'<h3 id="tabel-{table.name}">{table_caption(table.name)}</h3>', 1)[1]
        part = part.split("<h3", 1)[0]
        for column in table.columns:
            assert f"<code>{column.name}</code>" in part
            assert column_caption(table.name, column.name).replace("'", "&#39;") in part
    for each in seed("contradictions"):
        assert f'id="tegenstrijdigheid-{each["contradiction_id"]}"' in page


class _Elements(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag == name]


def test_the_page_runs_nothing_and_fetches_nothing(page: str) -> None:
    elements = _Elements(page)
    assert not {tag for tag, _ in elements.found} & {"script", "link", "img", "iframe", "object"}
    assert not [name for _, each in elements.found for name in each if name.startswith("on")]
    targets = [each["href"] for each in elements.all("a")]
    assert all(target and (target[0] == "#" or target == "kwaliteit.html") for target in targets)
    assert not re.search(r"http|url\(|@import", page)


def test_the_page_can_be_used_by_everybody(page: str) -> None:
    elements = _Elements(page)
    assert elements.all("html") == [{"lang": "nl"}]
    assert len(elements.all("h1")) == len(elements.all("main")) == len(elements.all("title")) == 1
    levels = [int(tag[1]) for tag, _ in elements.found if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(each.get("scope") in ("col", "row") for each in elements.all("th"))
    assert len(elements.all("caption")) == len(elements.all("table")) == len(published_tables())
    ids = [each["id"] for _, each in elements.found if "id" in each]
    assert len(set(ids)) == len(ids)
    skip = elements.all("a")[0]
    assert (skip["class"], skip["href"]) == ("skip", "#inhoud")
    for target in (each["href"] for each in elements.all("a")):
        assert target == "kwaliteit.html" or str(target)[1:] in ids


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_words_stand_out_from_their_background(page: str) -> None:
    assert set(re.findall(r"(?<![-\w])color: (#\w+)", page)) == set(WORDS)
    assert set(re.findall(r"background: (#\w+)", page)) == {"#ffffff"}
    for colour in WORDS:
        assert 1.05 / (_luminance(colour) + 0.05) >= 4.5


def test_the_exposure_of_the_dictionary_names_every_table() -> None:
    (exposure,) = (
        each
        for each in read_yaml(MARTS / "_exposures.yml")["exposures"]
        if each["name"] == "dictionary"
    )
    sources = {f"ref('{table.source}')" for table in published_tables() if table.source}
    assert set(exposure["depends_on"]) == sources
