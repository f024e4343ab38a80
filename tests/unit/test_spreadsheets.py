"""The workbook and the CSV files: what Dutch Excel reads, and nothing that it would compute."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import load_workbook

from exports.release import publish
from exports.spreadsheets import SHEETS, sheet_tables
from exports.star import table_caption
from exports.tables import MARTS, published_tables
from ingest.home import Home
from ingest.yaml_files import read_yaml
from tests.unit.test_release import FIGURE, build, facts

DANGEROUS = ["=1+1", "+31612345678", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1"]
ROWS: dict[str, list[dict[str, Any]]] = {
    "kpi_value": [
        FIGURE | {"breakdown": "total", "value": Decimal("15.5"), "numerator": 31},
        FIGURE | {"breakdown": "service", "service_code": "SRW"},
        FIGURE | {"breakdown": "service", "service_code": "NIEUW"},
        FIGURE | {"breakdown": "service", "service_code": "SMW", "numerator": 3},
        FIGURE | {"period_type": "month"},
    ],
    "dim_kpi": [
        {"kpi_id": "E4.1.1", "name_nl": "Meedoen", "layer_nl": "Effect", "sort_order": 1}
        | {"parent_label_nl": "E4 Sociale relaties", "kpi_label_nl": "E4.1.1 Meedoen"}
        | {"is_imported": True}
    ],
    "dim_period": [
        {"period_type": "year", "period_start": date(2025, 1, 1), "period_name_nl": "2025"}
        | {"period_type_nl": "Jaar", "period_end": date(2025, 12, 31)}
    ],
    "dim_service": [{"service_code": "SRW", "service_name_nl": "=Raadsliedenwerk"}],
    "dim_project": [
        {"project_code": f"P{number}", "project_title": title}
        for number, title in enumerate([*DANGEROUS, 'Regel 1\nRegel 2; "x"', "bel\x07"])
    ],
    "story": [{"story_id": "V1", "story_nl": "Zij durft weer naar buiten."}],
}


@pytest.fixture(scope="module")
def intern(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spreadsheets")
    home = Home(folder / "home")
    home.create()
    warehouse = build(folder / "build.duckdb", ROWS)
    publish(home, warehouse, facts("r1"))
    publish(home, warehouse, facts("r2"))
    return home.releases / "r1" / "intern"


def sheet(intern: Path, table: str) -> list[list[Any]]:
    return load_workbook(intern / "impact.xlsx").get_sheet_by_name(table_caption(table)).to_python()


def cells(intern: Path, table: str) -> list[dict[str, str]]:
    text = (intern / "csv" / f"{table}.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_a_sheet_says_in_dutch_words_what_a_figure_is_of(intern: Path) -> None:
    header, *rows = sheet(intern, "kpi_value")
    found = [dict(zip(header, row, strict=True)) for row in rows]
    (total,) = (row for row in found if row["Werksoort"] == "")
    assert (total["Laag"], total["KPI"]) == ("Effect", "E4.1.1 Meedoen")
    assert (total["Periodesoort"], total["Periode"]) == ("Jaar", "2025")
    # 31 of 200, rounded as any figure.
    assert total["Waarde"] == 16
    # A code that no dimension knows stays readable.
    assert {row["Werksoort"] for row in found} == {"", "=Raadsliedenwerk", "NIEUW"}


def test_only_figures_that_are_shown_are_in_it_and_the_guide_says_which(intern: Path) -> None:
    header, *rows = sheet(intern, "kpi_value")
    assert len(rows) == 3
    assert {row[header.index("Status")] for row in rows} == {"getoond"}
    guide = load_workbook(intern / "impact.xlsx").get_sheet_by_index(0).to_python()
    told = {row[0]: row[1] for row in guide if row[0]}
    assert told["Stand van"] == "01-06-2025 (nacht r1)"
    for each in SHEETS:
        assert told[table_caption(each.table)] == each.told_nl


def test_every_sheet_has_a_header_that_stays_and_a_filter(intern: Path) -> None:
    workbook = openpyxl.load_workbook(intern / "impact.xlsx")
    assert workbook.sheetnames == ["Leeswijzer", *(table_caption(each.table) for each in SHEETS)]
    for name in workbook.sheetnames[1:]:
        page = workbook[name]
        assert page.freeze_panes == "B2"
        assert page.auto_filter.ref.startswith("A1:")
        header = [cell.value for cell in page[1]]
        assert len({each.casefold() for each in header}) == len(header)


def test_no_cell_of_the_workbook_starts_a_formula(intern: Path) -> None:
    workbook = openpyxl.load_workbook(intern / "impact.xlsx")
    texts = []
    for page in workbook.worksheets:
        for row in page.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@\t\r":
                    assert cell.quotePrefix, (page.title, cell.coordinate)
                    texts.append(cell.value.strip())
    assert {"=1+1", "+31612345678", "-2+3", "@SUM(A1)", "=Raadsliedenwerk"} <= set(texts)
    with zipfile.ZipFile(intern / "impact.xlsx") as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)
            assert not name.startswith(("xl/externalLinks", "xl/vba"))


def test_what_cannot_be_printed_leaves_a_text_and_line_breaks_stay(intern: Path) -> None:
    header, *rows = sheet(intern, "dim_project")
    titles = [row[header.index("Project")] for row in rows]
    assert "bel" in titles
    assert 'Regel 1\nRegel 2; "x"' in titles


def test_dates_numbers_and_booleans_keep_their_type(intern: Path) -> None:
    header, row = sheet(intern, "run")
    found = dict(zip(header, row, strict=True))
    assert found["Peildatum"] == date(2025, 6, 1)
    assert found["Begin van de nacht (UTC)"] == datetime(2025, 6, 1, 2, 0)
    assert found["Kleinste aantal dat getoond wordt"] == 10
    header, row = sheet(intern, "dim_kpi")
    assert dict(zip(header, row, strict=True))["Ingelezen"] is True


def test_csv_is_what_dutch_excel_reads_on_a_double_click(intern: Path) -> None:
    raw = (intern / "csv" / "kpi_value.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfkpi_id;design;")
    (total,) = (row for row in cells(intern, "kpi_value") if row["breakdown"] == "total")
    assert (total["period_start"], total["value"]) == ("2025-01-01", "16")
    assert cells(intern, "dim_kpi")[0]["is_imported"] == "WAAR"
    assert cells(intern, "run")[0]["started_at"] == "2025-06-01 02:00:00"


def test_csv_writes_a_decimal_comma(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    own = FIGURE | {"unit": "hours", "value": Decimal("1250.25"), "breakdown": "total"}
    publish(home, build(tmp_path / "build.duckdb", {"kpi_value": [own]}), facts("r1"))
    (row,) = cells(home.releases / "r1" / "intern", "kpi_value")
    assert row["value"] == "1250,3"
    assert row["interval_low"] == ""


def test_no_cell_of_a_csv_starts_a_formula(intern: Path) -> None:
    titles = [row["project_title"] for row in cells(intern, "dim_project")]
    assert titles[: len(DANGEROUS)] == [f"'{text}" for text in DANGEROUS]
    for each in SHEETS:
        for row in cells(intern, each.table):
            for value in row.values():
                is_number = value.lstrip("-").replace(",", "").isdigit()
                assert is_number or value[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_a_note_beside_the_csv_says_how_to_read_it(intern: Path) -> None:
    note = json.loads((intern / "csv" / "dialect.json").read_text(encoding="utf-8"))
    assert (note["delimiter"], note["decimalChar"], note["encoding"]) == (";", ",", "utf-8-sig")
    assert "Puntkomma" in note["description"]
    files = {file.stem for file in (intern / "csv").iterdir()}
    assert files == {each.table for each in SHEETS} | {"dialect"}


def test_stories_are_in_neither_since_their_consent_can_be_withdrawn(intern: Path) -> None:
    assert not {"story", "story_choice"} & sheet_tables()
    for file in (intern / "csv").iterdir():
        assert "durft weer" not in file.read_text(encoding="utf-8")


def test_two_releases_of_the_same_figures_have_the_same_workbook_and_csv(intern: Path) -> None:
    other = intern.parents[1] / "r2" / "intern"
    for file in [*(intern / "csv").iterdir()]:
        if file.stem != "run":
            assert file.read_bytes() == (other / "csv" / file.name).read_bytes()
    first, second = (
        {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if name not in ("xl/worksheets/sheet1.xml", f"xl/worksheets/sheet{len(SHEETS) + 1}.xml")
        }
        for archive in map(zipfile.ZipFile, (intern / "impact.xlsx", other / "impact.xlsx"))
    )
    # The first and the last sheet name the night.
    assert first == second
    moments = {entry.date_time for entry in zipfile.ZipFile(intern / "impact.xlsx").infolist()}
    assert len(moments) == 1


def test_the_exposure_of_the_workbook_names_what_it_reads() -> None:
    (exposure,) = (
        each
        for each in read_yaml(MARTS / "_exposures.yml")["exposures"]
        if each["name"] == "workbook"
    )
    sources = {table.name: table.source for table in published_tables()}
    read = {f"ref('{sources[name]}')" for name in sheet_tables() if sources[name]}
    assert set(exposure["depends_on"]) == read
