"""The Power BI project is whole, strict in every name, and its measures tell what is published."""

import json
import os
import shutil
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tmdl_parser import parse_semantic_model_definition

from exports.power_bi import Model, semantic_model, write_power_bi
from exports.power_bi.tmdl import power_query
from exports.protection import PROTECTED_NUMBERS
from exports.release import publish
from exports.star import table_caption
from exports.tables import MARTS, published_tables
from ingest.home import Home
from ingest.yaml_files import read_yaml
from tests.bi.dax import Evaluator
from tests.bi.power_bi_check import problems_of, unquoted
from tests.unit.test_release import FIGURE, build, facts

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / ".venv" / "bi" / "node_modules"
KPI = {"definition_nl": "Wat; het is.", "unit": "percentage", "layer_nl": "Effect"}
KPIS: list[dict[str, Any]] = [
    KPI
    | {
        "kpi_id": "E4.1.1",
        "kpi_label_nl": "E4.1.1 % dat 'meer' [minder?] \"doet\"",
        "sort_order": 1,
    }
    | {"parent_label_nl": "E4 Sociale relaties"},
    KPI
    | {"kpi_id": "EIGEN-Ü", "kpi_label_nl": "EIGEN-Ü Één\n\tregel = \\ : //x", "sort_order": 2}
    | {"parent_label_nl": "Thuis; \\ buiten", "definition_nl": "Regel 1\n/// regel 2\r\n\tregel 3"},
    KPI | {"kpi_id": "A1", "kpi_label_nl": "A1 " + "lang " * 100, "sort_order": 3, "unit": "km"},
    {"kpi_id": "E9", "kpi_label_nl": "E9 zonder eenheid", "sort_order": 4},
]
ROWS: dict[str, list[dict[str, Any]]] = {
    "dim_kpi": KPIS,
    "dim_service": [{"service_code": "SRW", "service_name_nl": "Raadsliedenwerk"}],
    "kpi_value": [
        FIGURE | {"breakdown": "total", "reliability": "let op"},
        FIGURE | {"breakdown": "total", "period_start": date(2024, 1, 1), "numerator": 40},
        FIGURE | {"breakdown": "total", "period_type": "quarter", "numerator": 3},
        FIGURE | {"breakdown": "service", "service_code": "SRW"},
        FIGURE | {"breakdown": "total", "kpi_id": "EIGEN-Ü", "numerator": 100},
    ],
}


@pytest.fixture(scope="module")
def intern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("power_bi")
    home = Home(folder / "home")
    home.create()
    publish(home, build(folder / "build.duckdb", ROWS), facts("r1"))
    return home.releases / "r1" / "intern"


@pytest.fixture(scope="module")
def model() -> Model:
    return semantic_model(_kpi_rows())


def _kpi_rows() -> list[dict[str, Any]]:
    columns = ("kpi_id", "kpi_label_nl", "definition_nl", "layer_nl", "parent_label_nl", "unit")
    return [
        dict.fromkeys((*columns, "choice_nl", "formula_nl")) | each
        for each in KPIS
        if each.get("unit")
    ]


@pytest.fixture
def project(intern: Path, tmp_path: Path) -> Path:
    """The project, to break."""
    shutil.copytree(intern / "powerbi", tmp_path / "powerbi", copy_function=shutil.copyfile)
    return tmp_path / "powerbi"


def test_a_strict_reader_finds_nothing_wrong_whatever_kpis_are_called(intern: Path) -> None:
    assert problems_of(intern / "powerbi", intern / "parquet") == []


VALUES = "Impactkompas.SemanticModel/definition/tables/KPI-waarden.tmdl"
PERIOD = "Impactkompas.SemanticModel/definition/tables/Periode.tmdl"
REGION = "Impactkompas.SemanticModel/definition/tables/Gebied.tmdl"
RELATIONS = "Impactkompas.SemanticModel/definition/relationships.tmdl"
PAGE = "Impactkompas.Report/definition/pages/start/page.json"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (VALUES, "dataType: string", "dataTyp: string"),
        (VALUES, "dataType: string", "dataType: text"),
        (VALUES, "\t\tlineageTag", "\t\t\tlineageTag"),
        (VALUES, "\t\tlineageTag", "  lineageTag"),
        (VALUES, "\t\tisHidden\n", "\t\tisHidden: maybe\n"),
        (VALUES, "\t\tisHidden\n", "\t\tisVisible\n"),
        (VALUES, "summarizeBy: none", "summarizeBy: sum"),
        (VALUES, "sourceColumn: kpi_id", "sourceColumn: kpi_code"),
        (VALUES, "sourceColumn: kpi_id", "sourceColumn: design"),
        (VALUES, '"kpi_id", ', ""),
        (VALUES, '{"value", Currency.Type}', '{"value", type text}'),
        (VALUES, "kpi_value.parquet", "kpi_values.parquet"),
        (VALUES, "MAX ( 'KPI-waarden'[value] )", "MAX ( 'KPI-waarden'[values] )"),
        (VALUES, "MAX ( 'KPI-waarden'[value] )", "MAX ( 'KPI waarden'[value] )"),
        (VALUES, "MAX ( 'KPI-waarden'[value] )", "SUM ( 'KPI-waarden'[value] )"),
        (VALUES, "CALCULATE ( [Waarde]", "CALCULATE ( [Waarden]"),
        (VALUES, "KEEPFILTERS ( 'KPI'[KPI-code]", "KEEPFILTERS ( 'KPI'[Code]"),
        (VALUES, '[KPI-code] = "E4.1.1" ) )', '[KPI-code] = "E4.1.1" )'),
        (VALUES, "measure Noemer =", "measure Teller ="),
        (VALUES, "measure Noemer =", "measure 'KPI-code' ="),
        (VALUES, "displayFolder: Cijfer", "displayFolder: Cijfer;Ander"),
        (VALUES, "mode: import", "mode: directQuery"),
        (VALUES, "\tpartition 'KPI-waarden' = m", "\tpartition 'KPI-waarden' = calculated"),
        (VALUES, "\t/// KPI, bijvoorbeeld E4.1.1.\n", ""),
        (VALUES, "table 'KPI-waarden'", "table 'KPI waarden'"),
        (VALUES, "table 'KPI-waarden'", "table KPI-waarden"),
        (VALUES, "Text.Combine({[period_type]", "Text.Combine({[period_kind]"),
        (PERIOD, "sortByColumn: Volgorde\n", "sortByColumn: Sortering\n"),
        (PERIOD, "sortByColumn: Volgorde\n", "sortByColumn: Periode\n"),
        (PERIOD, "\t\tisKey\n", ""),
        (PERIOD, "\tcolumn 'Sleutel Periode'", "\t// sleutel\n\tcolumn 'Sleutel Periode'"),
        (REGION, "column: Wijk\n", "column: Wijken\n"),
        (REGION, "level Wijk\n", "level Wijk\n\t\t\tordinal: 2\n"),
        (RELATIONS, "toColumn: KPI.'KPI-code'", "toColumn: KPI.KPI"),
        (RELATIONS, "toColumn: KPI.'KPI-code'", "toColumn: KPI.Laagvolgorde"),
        (RELATIONS, "fromColumn: 'KPI-waarden'.'KPI-code'", "fromColumn: 'KPI-waarden'.Voorlopig"),
        (RELATIONS, "\tisActive: false\n", ""),
        (RELATIONS, "\tisActive: false\n", "\tisActive: no\n"),
        (RELATIONS, "\ttoCardinality: many\n", ""),
        (RELATIONS, "relationship ", "relation "),
        (
            "Impactkompas.SemanticModel/definition/model.tmdl",
            "ref table KPI\n",
            "ref table Indicator\n",
        ),
        (
            "Impactkompas.SemanticModel/definition/model.tmdl",
            "\tdiscourageImplicitMeasures\n",
            "",
        ),
        (
            "Impactkompas.SemanticModel/definition/expressions.tmdl",
            "IsParameterQuery=true",
            "IsParameterQuery=false",
        ),
        (
            "Impactkompas.SemanticModel/definition/expressions.tmdl",
            "expression ParquetMap",
            "expression 'Parquet Map'",
        ),
        (PAGE, '"Periodesoort"', '"Soort periode"'),
        (PAGE, '"displayOption"', '"displayOptions"'),
        (PAGE, "page/2.0.0", "page/0.0.1"),
        (PAGE, '"width": 1280', '"width": 800'),
        (
            "Impactkompas.Report/definition/pages/pages.json",
            '"start"\n  ]',
            '"begin"\n  ]',
        ),
        ("Impactkompas.Report/definition.pbir", "../Impactkompas.", "../Kompas."),
        ("Impactkompas.pbip", "Impactkompas.Report", "Kompas.Report"),
        ("Impactkompas.pbip", '"version": "1.0",', '"version": "1.0"'),
    ],
)
def test_a_strict_reader_refuses_a_broken_project(
    project: Path, intern: Path, file: str, old: str, new: str
) -> None:
    text = (project / file).read_text(encoding="utf-8")
    assert old in text
    (project / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert problems_of(project, intern / "parquet") != []


def test_a_strict_reader_refuses_files_too_many_and_too_few(project: Path, intern: Path) -> None:
    definition = project / "Impactkompas.SemanticModel" / "definition"
    (definition / "roles.tmdl").write_text("role Lezer\n")
    assert problems_of(project, intern / "parquet") != []
    (definition / "roles.tmdl").unlink()
    (definition / "tables" / "KPI.tmdl").unlink()
    assert problems_of(project, intern / "parquet") != []


def test_a_visual_that_names_what_is_not_there_is_refused(project: Path, intern: Path) -> None:
    for file in sorted(project.rglob("visual.json")):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('"Property": "', '"Property": "x'), encoding="utf-8")
        assert problems_of(project, intern / "parquet") != []
        file.write_text(text, encoding="utf-8")
    assert problems_of(project, intern / "parquet") == []


def test_a_measure_gives_the_published_value_of_one_row_and_nothing_otherwise(
    intern: Path, model: Model
) -> None:
    evaluator = Evaluator(model, intern / "parquet")
    label = "E4.1.1 % dat 'meer' (minder?) \"doet\""
    chosen = ["kpi_id", "breakdown", "period_type", "period_start", "service_code"]
    found = evaluator.outcomes(label, chosen)
    year = date(2025, 1, 1)
    assert found == {
        ("E4.1.1", "total", "year", year, None): Decimal(15),
        ("E4.1.1", "total", "year", date(2024, 1, 1), None): Decimal(20),
        ("E4.1.1", "total", "quarter", year, None): None,  # 3 people: hidden
        ("E4.1.1", "service", "year", year, "SRW"): Decimal(15),
    }
    # Without a breakdown there are two rows, without a period there are more.
    assert evaluator.outcomes(label, ["period_type", "period_start"])[("year", year)] is None
    assert evaluator.outcomes(label, ["kpi_id"]) == {("E4.1.1",): None}
    assert evaluator.outcomes("Waarde", chosen)[("EIGEN-Ü", "total", "year", year, None)] == 50


def test_what_protection_hides_is_only_shown_through_a_measure(model: Model) -> None:
    published = {table.name: table for table in published_tables()}
    for table in model.tables:
        if published[table.source].protection in ("figures", "distribution"):
            columns = {column.source: column for column in table.columns}
            for name in set(PROTECTED_NUMBERS) & set(columns):
                assert columns[name].is_hidden, (table.name, name)
                shown = [each for each in table.measures if f"[{name}]" in each.expression]
                assert len(shown) == 1, (table.name, name)


def test_names_for_readers_are_dutch_and_technical_columns_are_hidden(model: Model) -> None:
    tables = {table.source: table for table in model.tables}
    shown = {column.name for column in tables["kpi_value"].columns if not column.is_hidden}
    assert {"Status", "Redenen", "Leeftijdsgroep", "Voorlopig"} <= shown
    assert not {"KPI-code", "Uitsplitsingscode", "Werksoortcode", "value"} & shown
    period = {column.name for column in tables["dim_period"].columns if not column.is_hidden}
    assert {"Periode", "Periodesoort", "Jaar"} <= period
    assert not {"Volgorde", "Periodesoortcode", "Sleutel Periode"} & period


def test_measures_of_kpis_stand_in_folders_per_layer_and_life_domain(model: Model) -> None:
    (values,) = (table for table in model.tables if table.source == "kpi_value")
    folders = {each.name.split(" ")[0]: each.folder for each in values.measures}
    assert folders["E4.1.1"] == r"Effect\E4 Sociale relaties"
    assert folders["EIGEN-Ü"] == r"Effect\Thuis, / buiten"
    assert folders["Waarde"] == "Cijfer"
    assert "E9" not in folders
    formats = {each.name.split(" ")[0]: each.format for each in values.measures}
    assert (formats["E4.1.1"], formats["A1"]) == (r"0.0\ \%", "#,0.0")
    assert max(len(each.name) for each in values.measures) <= 250


def test_every_published_table_is_in_the_model_and_in_its_exposure(model: Model) -> None:
    assert [table.source for table in model.tables] == [each.name for each in published_tables()]
    (exposure,) = (
        each
        for each in read_yaml(MARTS / "_exposures.yml")["exposures"]
        if each["name"] == "power_bi"
    )
    sources = {f"ref('{table.source}')" for table in published_tables() if table.source}
    assert set(exposure["depends_on"]) == sources


def test_another_reader_of_tmdl_finds_the_same_model(intern: Path, model: Model) -> None:
    definition = intern / "powerbi" / "Impactkompas.SemanticModel" / "definition"
    found = parse_semantic_model_definition(str(definition))
    tables = {unquoted(each["name"]): each for each in found["tables"]}
    assert set(tables) == {table.name for table in model.tables}
    for table in model.tables:
        read = tables[table.name]
        for kind, own in (("columns", table.columns), ("measures", table.measures)):
            names = [unquoted(each["name"]) for each in read.get(kind, [])]
            assert len(names) == len(own)
            # It reads a quote or an = sign inside a name otherwise than Power BI does.
            assert {each.name for each in own if not {"=", "'"} & set(each.name)} <= set(names)
        sources = [each["sourceColumn"] for each in read["columns"]]
        assert sources == [each.source for each in table.columns]
    ends = [(each["fromTable"], each["toTable"]) for each in found["relationships"]]
    assert [tuple(map(unquoted, each)) for each in ends] == [
        (each.from_table, each.to_table) for each in model.relationships
    ]


def test_the_parser_of_microsoft_reads_every_query(model: Model) -> None:
    if shutil.which("node") is None or not NODE_MODULES.is_dir():
        pytest.skip("no node, or its packages are not there: run `make bi-tools`")
    queries = ["\n".join(power_query(table)) for table in model.tables]
    broken = queries[0].replace("SelectColumns(", "SelectColumns((", 1)
    done = subprocess.run(
        ["node", ROOT / "tests" / "bi" / "tools" / "parse_m.js"],
        input=json.dumps([*queries, broken]),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NODE_PATH": str(NODE_MODULES)},
    )
    *errors, of_broken = json.loads(done.stdout)
    assert errors == [None] * len(queries)
    assert "right parenthesis" in of_broken


def test_two_nights_write_the_same_project_and_no_figure(intern: Path, tmp_path: Path) -> None:
    shutil.copyfile(intern / "impact.duckdb", tmp_path / "impact.duckdb")
    write_power_bi(tmp_path)
    for file in sorted((tmp_path / "powerbi").rglob("*")):
        if file.is_file():
            other = intern / "powerbi" / file.relative_to(tmp_path / "powerbi")
            assert file.read_bytes() == other.read_bytes()
    text = (intern / "powerbi" / VALUES).read_text(encoding="utf-8")
    assert table_caption("kpi_value") in text
    assert "Raadsliedenwerk" not in text
