"""Importing a definition list: what wins, what is said about it, and what a fault leaves alone."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from ingest.definitions.files import write_template
from ingest.definitions.importing import ImportResult, import_file, write_raw
from ingest.definitions.lists import DefinitionsError, built_in, lists
from ingest.home import Home
from orchestration import cli

DAY = date(2026, 1, 6)
Sheets = Mapping[str, Sequence[Sequence[str]]]

KPI_HEADER = ["KPI", "Naam", "Definitie"]
LINK_HEADER = ["KPI", "Vragenlijst", "Vraag", "Beslist"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path / "home")
    found.create()
    return found


def workbook(folder: Path, sheets: Sheets, version: str | None = "lijst 2026") -> Path:
    """Write a workbook with these rows, headers first, and the version of the list."""
    file = folder / "lijst.xlsx"
    with xlsxwriter.Workbook(file) as written:
        pages: dict[str, Any] = {"Versie": [["Versie van de lijst *"], [version or ""]], **sheets}
        for name, rows in pages.items():
            page = written.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return file


def take_in(home: Home, file: Path, **options: Any) -> ImportResult:
    return import_file(home, file, **{"imported_on": DAY} | options)


def raw(home: Home, table: str) -> list[dict[str, Any]]:
    write_raw(home)
    return pq.read_table(home.raw / "definition" / table / "import.parquet").to_pylist()


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def faults(home: Home, file: Path, **options: Any) -> list[str]:
    """Return the faults of a file that must be refused, having seen that it changed nothing."""
    before = files_in(home.root)
    with pytest.raises(DefinitionsError) as refused:
        take_in(home, file, **options)
    assert files_in(home.root) == before
    return [line.removeprefix("- ") for line in str(refused.value).splitlines()[1:]]


def test_a_filled_in_template_is_read(home: Home, tmp_path: Path) -> None:
    template = tmp_path / "sjabloon.xlsx"
    write_template(template)
    opened = CalamineWorkbook.from_path(template)
    headers = {
        name: opened.get_sheet_by_name(name).to_python()[0] for name in opened.sheet_names[2:]
    }
    assert opened.sheet_names == [
        "Uitleg", "Versie", "KPI's", "Beoogde effecten", "Vragen", "Koppelingen"
    ]  # fmt: skip
    filled: dict[str, dict[str, str]] = {
        "KPI's": {"KPI *": "E2.1.1", "Naam": "Nieuwe KPI"},
        "Beoogde effecten": {"Beoogd effect *": "E2.1", "Tekst *": "Een beoogd effect"},
        "Vragen": {"Vragenlijst *": "deelnemers", "Vraag *": "2a1", "Tekst": "Een vraag"},
        "Koppelingen": {"KPI *": "E2.1.1", "Vragenlijst *": "deelnemers", "Vraag *": "2a1"},
    }
    sheets = {
        name: [header, [filled[name].get(str(cell), "") for cell in header]]
        for name, header in headers.items()
    }
    take_in(home, workbook(tmp_path, sheets))
    (kpi,) = raw(home, "kpis")
    (effect,) = raw(home, "intended_effects")
    (question,) = raw(home, "questions")
    (link,) = raw(home, "kpi_question_links")
    assert kpi["layer"] == "effect"
    assert (kpi["parent_code"], kpi["parent_name_nl"]) == ("E2", "Wonen en leefbaarheid")
    assert (kpi["status"], kpi["confidence"], kpi["per_age_band_only"]) == (
        "text", "imported", False
    )  # fmt: skip
    assert effect["life_domain_code"] == question["life_domain_code"] == "E2"
    assert question["questionnaire"] == link["questionnaire"] == "participant"
    assert link["is_deciding"] is False
    assert {row["definition_version"] for row in (kpi, effect, question, link)} == {"lijst 2026"}
    assert {row["imported_on"] for row in (kpi, effect, question, link)} == {DAY}


def test_a_template_never_replaces_a_file(tmp_path: Path) -> None:
    file = tmp_path / "lijst.xlsx"
    file.write_bytes(b"van iemand")
    with pytest.raises(DefinitionsError, match="bestaat al"):
        write_template(file)
    assert file.read_bytes() == b"van iemand"


def test_every_change_is_listed(home: Home, tmp_path: Path) -> None:
    sheets = {
        "KPI's": [KPI_HEADER, ["I1.1.2", "Een naam", ""], ["E2.1.1", "Nieuwe KPI", ""]],
        "Koppelingen": [LINK_HEADER, ["E4.1.2", "deelnemers", "4a4", "ja"]],
    }
    said = list(take_in(home, workbook(tmp_path, sheets)).lines())
    assert said[0] == "Ingelezen op 6 januari 2026: lijst 2026."
    assert "KPI's: 1 nieuw, 1 gewijzigd, 0 vervallen, 0 gelijk." in said
    assert "  nieuw: E2.1.1" in said
    assert "    Naam: (leeg) → Een naam" in said
    # E4.1.2 had one question, 4a5, which the imported link replaces.
    assert "Koppelingen: 1 nieuw, 0 gewijzigd, 1 vervallen, 0 gelijk." in said
    assert "  nieuw: E4.1.2 participant 4a4" in said
    assert "  vervallen: E4.1.2 participant 4a5" in said
    (kept,) = [line for line in said if line.startswith("  Ingebouwd en niet ingelezen (57)")]
    assert "I1.1.3" in kept
    assert "I1.1.2" not in kept


def test_an_empty_cell_leaves_what_was_known_but_not_what_was_said_of_it(
    home: Home, tmp_path: Path
) -> None:
    sheets = {"KPI's": [KPI_HEADER, ["E4.2.1", "Officiële naam", ""]]}
    take_in(home, workbook(tmp_path, sheets))
    (kpi,) = raw(home, "kpis")
    assert kpi["name_nl"] == "Officiële naam"
    # Known from the built-in row: only per age band, and where it belongs.
    assert kpi["per_age_band_only"] is True
    assert kpi["intended_effect_id"] == "E4.2"
    assert kpi["linked_impact_ids"] == "I4.2.1"
    # Said of the scanned text, which is no longer there.
    assert kpi["notes"] is None
    assert kpi["source"] == "Ingelezen door de organisatie"
    assert kpi["confidence"] == "imported"


def test_a_second_import_wins_over_the_first_and_keeps_the_rest(home: Home, tmp_path: Path) -> None:
    first = [KPI_HEADER, ["E2.1.1", "Eerste naam", ""], ["E2.1.2", "Blijft", ""]]
    take_in(home, workbook(tmp_path, {"KPI's": first}))
    former = (home.definitions / "kpis.csv").read_bytes()
    second = [KPI_HEADER, ["E2.1.1", "Tweede naam", ""]]
    result = take_in(home, workbook(tmp_path, {"KPI's": second}, version="lijst 2027"))
    found = {
        row["kpi_id"]: (row["name_nl"], row["definition_version"]) for row in raw(home, "kpis")
    }
    assert found == {
        "E2.1.1": ("Tweede naam", "lijst 2027"),
        "E2.1.2": ("Blijft", "lijst 2026"),
    }
    assert "  Eerder ingelezen en niet in dit bestand (1): E2.1.2." in list(result.lines())
    assert (home.definitions / "vorige" / "2026-01-06-1" / "kpis.csv").read_bytes() == former


def test_importing_the_same_list_again_changes_nothing(home: Home, tmp_path: Path) -> None:
    file = workbook(tmp_path, {"KPI's": [KPI_HEADER, ["E2.1.1", "Naam", "Definitie"]]})
    take_in(home, file)
    before = raw(home, "kpis")
    assert "KPI's: 0 nieuw, 0 gewijzigd, 0 vervallen, 1 gelijk." in list(
        take_in(home, file).lines()
    )
    assert raw(home, "kpis") == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize(
    "header", [["KPI", "Naam", "Beoogd effect"], ["kpi_id", "name_nl", "intended_effect_id"]]
)
def test_a_csv_says_by_its_headers_which_list_it_is(
    home: Home, tmp_path: Path, header: list[str], delimiter: str, encoding: str
) -> None:
    file = tmp_path / "lijst.csv"
    lines = [delimiter.join(row) for row in (header, ["E 4.1.1", '"Officiële naam, 1"', "E4.1"])]
    file.write_text("\n".join(lines), encoding=encoding)
    take_in(home, file, version="lijst 2026")
    (kpi,) = raw(home, "kpis")
    assert (kpi["kpi_id"], kpi["name_nl"]) == ("E4.1.1", "Officiële naam, 1")


def test_a_csv_of_links_and_one_of_questions_are_told_apart(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "lijst.csv"
    file.write_text("Vragenlijst;Vraag;Tekst\nprofessionals;E4.B;Een vraag\n", encoding="utf-8")
    take_in(home, file, version="1")
    file.write_text("Vragenlijst;Vraag;KPI\nprofessionals;E4.B;E4.1.2\n", encoding="utf-8")
    take_in(home, file, version="1")
    assert [row["question_id"] for row in raw(home, "questions")] == ["E4.B"]
    assert [row["kpi_id"] for row in raw(home, "kpi_question_links")] == ["E4.1.2"]


def test_a_file_of_another_kind_is_refused(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "lijst.csv"
    for content, told in (
        ("Naam;Adres\nx;y\n", "kolommen van geen enkele lijst"),
        ("", "is leeg"),
        ("KPI;Naam\n", "geen enkele rij"),
        ('KPI;Naam\nE4.1.1;"half\n', "aanhalingstekens"),
    ):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(DefinitionsError, match=told):
            take_in(home, file, version="1")
    for name, told in (("lijst.ods", r"geen \.xlsx of \.csv"), ("lijst.xlsx", "bestand is tekst")):
        (tmp_path / name).write_bytes(b"iets anders")
        with pytest.raises(DefinitionsError, match=told):
            take_in(home, tmp_path / name)
    with pytest.raises(DefinitionsError, match="niet te lezen"):
        take_in(home, tmp_path / "er-niet.csv")
    assert list(home.definitions.iterdir()) == []


def test_every_fault_of_a_broken_file_is_listed_with_its_place_and_nothing_changes(
    home: Home, tmp_path: Path
) -> None:
    take_in(home, workbook(tmp_path, {"KPI's": [KPI_HEADER, ["E2.1.1", "Was er al", ""]]}))
    kpi = ["KPI", "Laag", "Leefgebied of fase", "Beoogd effect", "Impact-KPI's", "Deel van"]
    sheets = {
        "KPI's": [
            kpi,
            ["E2.1.1", "", "", "", "", ""],
            ["E4.1.1", "impact", "", "", "", ""],
            ["E4.1.2", "effect", "E5 Lichamelijke gezondheid", "E9.9", "A12, I1.1.1", ""],
            ["E2.1.1", "", "", "", "", ""],
            ["", "effect", "", "", "", ""],
            ["E9.1.1", "", "", "", "", "E9.1.0"],
            ["EIGEN-1", "onzin", "E8", "", "", ""],
        ],
        "Beoogde effecten": [["Beoogd effect", "Tekst"], ["I4.1", "tekst"], ["E4.3", ""]],
        "Vragen": [["Vragenlijst", "Vraag"], ["kinderen", "1a1"]],
        "Koppelingen": [
            LINK_HEADER,
            ["E3.1.1", "deelnemers", "4a1", ""],
            ["I4.1.1", "deelnemers", "4a1", ""],
            ["E4.1.2", "deelnemers", "9z9", "misschien"],
            ["E4.1.3", "deelnemers", "4a1", "ja"],
            ["E4.1.3", "deelnemers", "4a2", "ja"],
            ["E4.1.3", "professionals", "E4.A", "ja"],
        ],
    }
    no_domain = "bestaat niet. Er zijn er zeven: I1 tot en met I7 en E1 tot en met E7; een fase"
    assert faults(home, workbook(tmp_path, sheets)) == [
        "KPI's, rij 3: de letter van E4.1.1 zegt een andere laag dan er staat (R04).",
        "KPI's, rij 4: E4.1.2 hoort bij leefgebied E4, niet bij E5.",
        "KPI's, rij 4: beoogd effect E9.9 staat niet in de lijst van beoogde effecten.",
        "KPI's, rij 4: A12 is geen bekende impact-KPI.",
        "KPI's, rij 5: E2.1.1 staat ook in KPI's, rij 2.",
        "KPI's, rij 6: 'KPI' is verplicht en leeg.",
        f"KPI's, rij 7: leefgebied E9 {no_domain} begint met A-.",
        "KPI's, rij 7: E9.1.1 kan geen deel zijn van E9.1.0: die KPI is niet bekend.",
        (
            "KPI's, rij 8: 'onzin' kan niet bij 'Laag'. Kies uit: impact, effect, activiteiten, "
            "eigen registratie."
        ),
        "KPI's, rij 8: vul bij EIGEN-1 de laag in: de code zegt haar niet.",
        f"KPI's, rij 8: leefgebied E8 {no_domain} begint met A-.",
        (
            "Beoogde effecten, rij 2: 'I4.1' is geen nummer van een beoogd effect. Schrijf het "
            "als E4.1."
        ),
        "Beoogde effecten, rij 3: 'Tekst' is verplicht en leeg.",
        (
            "Vragen, rij 2: 'kinderen' kan niet bij 'Vragenlijst'. Kies uit: deelnemers, "
            "professionals, bonusvragen."
        ),
        "Koppelingen, rij 2: E3.1.1 staat niet in de lijst van KPI's en is niet ingebouwd.",
        (
            "Koppelingen, rij 3: I4.1.1 is geen effect-KPI: vragen horen alleen bij effect-KPI's "
            "(R26)."
        ),
        "Koppelingen, rij 4: 'misschien' kan niet bij 'Beslist'. Kies uit: ja, nee.",
        "Koppelingen, rij 4: vraag 9z9 staat niet in de vragenlijst en is niet ingebouwd.",
        "Koppelingen, rij 5: E4.1.3 heeft meer dan een vraag die beslist.",
        "Koppelingen, rij 6: E4.1.3 heeft meer dan een vraag die beslist.",
        "Koppelingen, rij 7: alleen een vraag van de deelnemers kan beslissen.",
    ]


def test_r04_an_id_that_is_none_or_could_be_two_is_refused_and_a_scanned_one_is_read(
    home: Home, tmp_path: Path
) -> None:
    rows = [["14.2.1", "Gelezen als I4.2.1", ""], ["4.2.1", "I of E?", ""], ["alles", "", ""]]
    file = workbook(tmp_path, {"KPI's": [KPI_HEADER, *rows]})
    assert faults(home, file) == [
        f"KPI's, rij {row}: '{written}' is geen KPI-nummer, of kan er twee zijn. Schrijf I4.1.1, "
        "E4.1.1 of A12, en een eigen KPI met EIGEN- ervoor (R04)."
        for row, written in ((3, "4.2.1"), (4, "alles"))
    ]
    take_in(home, workbook(tmp_path, {"KPI's": [KPI_HEADER, rows[0]]}))
    assert [row["kpi_id"] for row in raw(home, "kpis")] == ["I4.2.1"]


def test_a_list_without_version_or_required_column_is_refused(home: Home, tmp_path: Path) -> None:
    rows = {"KPI's": [KPI_HEADER, ["E4.1.1", "Naam", ""]]}
    assert faults(home, workbook(tmp_path, rows, version=None)) == [
        "KPI's, rij 2: de versie van de lijst ontbreekt. Vul blad Versie in, of geef --version."
    ]
    assert faults(home, workbook(tmp_path, {"Vragen": [["Vraag"], ["4a1"]]})) == [
        "Vragen, rij 1: kolom 'Vragenlijst' ontbreekt."
    ]


def test_what_is_not_read_is_said(home: Home, tmp_path: Path) -> None:
    sheets = {"KPI's": [["KPI", "Naam", "Nmaa"], ["E4.1.1", "Naam", "?"]], "Notities": [["x"]]}
    result = take_in(home, workbook(tmp_path, sheets))
    assert result.unread == ("kolom Nmaa in KPI's", "werkblad Notities")


def test_a_part_of_a_kpi_knows_what_it_is_a_part_of(home: Home, tmp_path: Path) -> None:
    take_in(home, workbook(tmp_path, {"KPI's": [KPI_HEADER, ["E6.1.1-1", "Een deel", ""]]}))
    (kpi,) = raw(home, "kpis")
    assert (kpi["part_of"], kpi["status"]) == ("E6.1.1", "part")


def test_without_an_import_dbt_gets_empty_lists_and_a_removed_import_is_gone(
    home: Home, tmp_path: Path
) -> None:
    assert [raw(home, name) for name in lists()] == [[], [], [], []]
    take_in(home, workbook(tmp_path, {"KPI's": [KPI_HEADER, ["E4.1.1", "Naam", ""]]}))
    assert len(raw(home, "kpis")) == 1
    (home.definitions / "kpis.csv").unlink()
    assert raw(home, "kpis") == []


def test_the_kept_list_is_judged_again_each_night_and_a_broken_one_is_said(
    home: Home, tmp_path: Path
) -> None:
    take_in(home, workbook(tmp_path, {"KPI's": [KPI_HEADER, ["E4.1.1", "Naam", ""]]}))
    kept = home.definitions / "kpis.csv"
    kept.write_text(kept.read_text(encoding="utf-8").replace("E4.1.1", "4.1.1"), encoding="utf-8")
    with pytest.raises(DefinitionsError, match=r"(?s)klopt niet meer.*kpis.csv, rij 2: '4.1.1'"):
        write_raw(home)


def test_the_lists_that_are_built_in_would_pass_as_an_import(home: Home, tmp_path: Path) -> None:
    for name, sheet in lists().items():
        file = tmp_path / f"{name}.csv"
        columns = [column.name for column in sheet.columns]
        lines = [columns] + [
            [str("" if row[column] is None else row[column]) for column in columns]
            for row in built_in()[name].values()
        ]
        file.write_text(
            "\n".join(",".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in line)
                      for line in lines),
            encoding="utf-8",
        )  # fmt: skip
        (changes,) = take_in(home, file, version="ingebouwd").changes
        assert changes.new == changes.gone == ()
        assert changes.same == len(built_in()[name])


def test_the_command_says_what_is_wrong_and_leaves_with_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = io.StringIO()
    monkeypatch.setattr(cli.common.console, "file", said)
    file = tmp_path / "lijst.csv"
    file.write_text("KPI;Naam\n4.1.1;% [laag?] inkomen\n", encoding="utf-8")
    asked = ["definitions", "import", str(file), "--home", str(tmp_path / "home")]
    refused = CliRunner().invoke(cli.app, [*asked, "--version", "1"])
    assert refused.exit_code == 3
    assert "lijst.csv, rij 2: '4.1.1' is geen KPI-nummer" in said.getvalue()
    file.write_text("KPI;Naam\nI1.1.1;% [laag?] inkomen\n", encoding="utf-8")
    done = CliRunner().invoke(cli.app, [*asked, "--version", "1", "--as-of", "2026-01-06"])
    assert done.exit_code == 0
    assert "Ingelezen op 6 januari 2026: 1." in said.getvalue()
    assert "% [laag?] inkomen" in said.getvalue()
