"""The workbook of the meetplan: written, filled in as people do, read back and kept."""

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn
from typer.testing import CliRunner

from ingest.home import Home
from ingest.meetplan.keeping import (
    filled_tables,
    landed_meetplan,
    meetplan_state,
    take_in_meetplan,
    write_raw,
)
from ingest.meetplan.reading import ReadWorkbook, read_workbook
from ingest.meetplan.sheets import sheets
from ingest.meetplan.template import GUIDE, write_template, write_workbook
from ingest.raw_tables import raw_tables
from ingest.readers import ReadError
from ingest.readers.workbook import visible_sheets
from orchestration.cli import app

AS_OF = date(2026, 1, 6)
STORY = {
    "Verhaal nr": "V1",
    "Verteld op": date(2025, 11, 1),
    "Verteller": "deelnemer",
    "Titel": "Titel",
    "Verhaal": "Verhaal",
}
MEASUREMENT = {
    "Meting": "M1",
    "Werksoort": "OUD",
    "Beoogd effect": "E4.1",
    "Doelgroep": "Ouderen",
    "Start": date(2025, 1, 1),
}
CARD = {"Project": "P1", "Fase": "prognose", "Soort": "kosten", "Omschrijving": "zaal"}


def filled(folder: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """Return the template with these rows in it."""
    write_workbook(folder / "filled.xlsx", rows)
    return (folder / "filled.xlsx").read_bytes()


def typed(folder: Path, cells: Mapping[str, Sequence[Sequence[Any]]]) -> bytes:
    """Return a workbook of nothing but these cells per sheet, as somebody might type them."""
    with xlsxwriter.Workbook(folder / "typed.xlsx") as workbook:
        as_date = workbook.add_format({"num_format": "dd-mm-yyyy"})
        for name, lines in cells.items():
            page = workbook.add_worksheet(name)
            for row, line in enumerate(lines):
                for place, cell in enumerate(line):
                    if isinstance(cell, date):
                        page.write_datetime(row, place, cell, as_date)
                    else:
                        page.write(row, place, cell)
    return (folder / "typed.xlsx").read_bytes()


def rows_of(found: ReadWorkbook, table_name: str) -> list[dict[str, Any]]:
    (table,) = (table for key, table in found.tables.items() if key[1] == table_name)
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def read_one(folder: Path, sheet_name: str, table_name: str, row: Mapping[str, Any]) -> Any:
    (found,) = rows_of(
        read_workbook(typed(folder, {sheet_name: [list(row), list(row.values())]})), table_name
    )
    return found


def refused(found: Mapping[str, Any]) -> tuple[str, str]:
    return found["reject_column"], found["reject_reason"]


def test_the_template_has_the_sheets_in_order_with_required_columns_marked(tmp_path: Path) -> None:
    write_template(tmp_path / "meetplan.xlsx")
    found = visible_sheets((tmp_path / "meetplan.xlsx").read_bytes())
    assert list(found) == [
        GUIDE,
        "Projecten",
        "Metingen",
        "Selectie",
        "Meetmomenten",
        "Duiding",
        "Verhalen",
        "MSC-rondes",
        "Instrumenten",
        "Impactkaart",
        "Impactketens",
        "Business Model Canvas",
        "Stappenplan",
        "Afspraken",
        "Effectenarena",
        "Impactwaarden",
        "Gebiedswijzigingen",
    ]
    assert found["Selectie"] == [
        ["Meting *", "KPI *", "Voor wie *", "Gewenste richting", "Richtwaarde", "Richtdatum"]
    ]
    guide = [cell for row in found[GUIDE] for cell in row]
    assert set(guide) > {sheet.name for sheet in sheets()}


def test_every_column_can_be_explained_and_chosen_within_the_limits_of_excel() -> None:
    for sheet in sheets():
        assert len(sheet.name) <= 31
        for column in sheet.columns:
            assert len(column.header) <= 32
            assert len(",".join(column.choices)) <= 255
            if column.references:
                first = next(each for each in sheets() if each.name == column.references).columns[0]
                assert first.name == column.name, "choices are offered from the first column"


def test_an_empty_template_gives_empty_tables_and_nothing_to_tell(tmp_path: Path) -> None:
    found = read_workbook(filled(tmp_path, {}))
    assert found.remarks == ()
    assert {len(table) for table in found.tables.values()} == {0}
    for key, table in found.tables.items():
        assert table.schema == raw_tables()[key].schema()


def test_what_is_filled_in_is_read_back(tmp_path: Path) -> None:
    found = read_workbook(
        filled(
            tmp_path,
            {
                "Metingen": [MEASUREMENT],
                "Selectie": [
                    {
                        "Meting": "M1",
                        "KPI": "E4.1.1",
                        "Voor wie": "intern",
                        "Richtwaarde": Decimal("62.5"),
                        "Richtdatum": date(2026, 12, 31),
                    }
                ],
                "MSC-rondes": [
                    {
                        "Ronde": "R1",
                        "Verhaal nr": "V1",
                        "Niveau": "team",
                        "Datum": date(2025, 12, 1),
                        "Gekozen": False,
                        "Door wie": "team",
                        "Waarom": "=waarom",
                    }
                ],
            },
        )
    )
    (measurement,) = rows_of(found, "measurements")
    assert measurement["started_on"] == date(2025, 1, 1)
    assert measurement["ended_on"] is None
    assert measurement["record_ref"] == "Metingen!2"
    assert measurement["source_id"] == "meetplan"
    assert measurement["reject_reason"] is None
    (chosen,) = rows_of(found, "selected_kpis")
    assert chosen["target_value"] == Decimal("62.5")
    (choice,) = rows_of(found, "story_choices")
    assert choice["is_chosen"] is False
    assert choice["reason_nl"] == "=waarom"


def test_headers_are_matched_by_name_and_what_is_unknown_is_placed_once(tmp_path: Path) -> None:
    found = read_workbook(
        typed(
            tmp_path,
            {
                "selectie": [
                    ["voor WIE", "Kleur", "KPI *", "meting", ""],
                    ["Intern", "rood", "e 4.1.1", "M1", ""],
                    ["", "", "  ", "", ""],
                    ["INTERN", "blauw", "A 12", "M1", ""],
                ],
                "Blad7": [["van mij"]],
            },
        )
    )
    first, second = rows_of(found, "selected_kpis")
    assert (first["kpi_id"], first["audience"], first["row_number"]) == ("E4.1.1", "intern", 2)
    assert (second["kpi_id"], second["audience"], second["row_number"]) == ("A12", "intern", 4)
    assert [(each.sheet_name, each.is_refusal) for each in found.remarks] == [
        ("Selectie", False),
        ("(ander blad)", False),
    ]
    assert "kolom B hoort niet" in found.remarks[0].sentence
    # What nobody expected may be the name of a person, in a heading and on a tab as well.
    for unexpected in ("rood", "Kleur", "Blad7"):
        assert unexpected not in str(found.remarks)


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (["Meting", "Voor wie"], "kolom 'KPI' ontbreekt"),
        (["Meting"], "kolommen 'KPI', 'Voor wie' ontbreken"),
        (["Meting", "KPI", "Voor wie", "kpi"], "kolom 'KPI' staat er meer dan een keer"),
    ],
)
def test_a_sheet_without_its_required_columns_is_refused_by_name(
    tmp_path: Path, header: list[str], problem: str
) -> None:
    found = read_workbook(typed(tmp_path, {"Selectie": [header, ["M1", "A8", "intern", "A9"]]}))
    assert ("meetplan", "selected_kpis") not in found.tables
    (remark,) = found.remarks
    assert remark.is_refusal
    assert remark.sheet_name == "Selectie"
    assert remark.sentence.startswith(problem)


def test_stories_without_the_column_for_withdrawal_are_refused(tmp_path: Path) -> None:
    found = read_workbook(
        typed(tmp_path, {"Verhalen": [[*STORY, "Toestemming tot en met"], [*STORY.values(), ""]]})
    )
    assert ("meetplan", "stories") not in found.tables
    assert "'Ingetrokken op'" in found.remarks[0].sentence


@pytest.mark.parametrize(
    "typed_date",
    [date(2025, 3, 1), datetime(2025, 3, 1, 14, 5), "01-03-2025", "1-3-2025", "2025-03-01"],
)
def test_a_date_may_be_of_excel_or_typed(tmp_path: Path, typed_date: object) -> None:
    found = read_one(tmp_path, "Metingen", "measurements", MEASUREMENT | {"Start": typed_date})
    assert found["started_on"] == date(2025, 3, 1)


@pytest.mark.parametrize("typed_date", ["03/01/2025", "maart 2025", "31-02-2025", 45717, "1-3-25"])
def test_anything_else_is_no_date(tmp_path: Path, typed_date: object) -> None:
    found = read_one(tmp_path, "Metingen", "measurements", MEASUREMENT | {"Start": typed_date})
    assert refused(found) == ("started_on", "geen datum")
    assert found["started_on"] is None


@pytest.mark.parametrize(
    ("amount", "meant"),
    [
        (1250, "1250"),
        (1250.5, "1250.5"),
        (1.125, None),  # an amount has two decimals
        (0.1 + 0.2, "0.3"),
        ("1250,50", "1250.50"),
        ("1250.5", "1250.5"),
        ("1.250,50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("1.250.000", "1250000"),
        ("€ 12,50", "12.50"),
        ("-5", "-5"),
    ],
)
def test_an_amount_may_have_comma_or_point(
    tmp_path: Path, amount: object, meant: str | None
) -> None:
    found = read_one(tmp_path, "Impactkaart", "impact_card_items", CARD | {"Bedrag": amount})
    if meant is None:
        assert refused(found) == ("amount_eur", "te veel decimalen")
    else:
        assert found["amount_eur"] == Decimal(meant)
        assert found["reject_reason"] is None


@pytest.mark.parametrize("amount", ["1.250", "1,250", "-12.345"])
def test_a_number_that_could_be_two_is_refused(tmp_path: Path, amount: str) -> None:
    found = read_one(tmp_path, "Impactkaart", "impact_card_items", CARD | {"Bedrag": amount})
    assert refused(found) == ("amount_eur", "punt of komma niet eenduidig")


@pytest.mark.parametrize("amount", ["veel", "1.2.3", "12.34.567", "1,2,3.4", "12e3"])
def test_what_is_no_number_is_refused(tmp_path: Path, amount: str) -> None:
    found = read_one(tmp_path, "Impactkaart", "impact_card_items", CARD | {"Bedrag": amount})
    assert refused(found) == ("amount_eur", "geen getal")


@given(st.decimals(-(10**9), 10**9, places=2))
def test_every_amount_is_read_back_from_dutch_notation(amount: Decimal) -> None:
    from ingest.meetplan.reading import _plain_number

    dutch = f"{amount:,.2f}".translate({ord(","): ".", ord("."): ","})
    assert Decimal(_plain_number(dutch, is_whole=False)) == amount


def test_a_reach_typed_with_a_thousands_point_has_one_meaning(tmp_path: Path) -> None:
    project = {"Project": "P1", "Titel": "T", "Werksoort": "OUD", "Start": date(2025, 1, 1)}
    found = read_one(tmp_path, "Projecten", "projects", project | {"Bereikt": "1.250"})
    assert found["reached_count"] == 1250
    found = read_one(tmp_path, "Projecten", "projects", project | {"Bereikt": 12.5})
    assert refused(found) == ("reached_count", "geen geheel getal")


@pytest.mark.parametrize(
    ("word", "meant"), [("ja", True), ("NEE", False), (True, True), (" Ja ", True)]
)
def test_yes_and_no_are_read_in_any_case(tmp_path: Path, word: object, meant: bool) -> None:
    choice = {
        "Ronde": "R1",
        "Verhaal nr": "V1",
        "Niveau": "team",
        "Datum": "01-12-2025",
        "Gekozen": word,
        "Door wie": "team",
        "Waarom": "daarom",
    }
    assert read_one(tmp_path, "MSC-rondes", "story_choices", choice)["is_chosen"] is meant


def test_an_unknown_choice_and_an_empty_required_cell_are_refused(tmp_path: Path) -> None:
    found = read_one(
        tmp_path, "Impactkaart", "impact_card_items", CARD | {"Fase": "ooit", "Omschrijving": ""}
    )
    assert refused(found) == ("phase_code", "onbekende code")
    found = read_one(tmp_path, "Impactkaart", "impact_card_items", CARD | {"Omschrijving": " "})
    assert refused(found) == ("description_nl", "verplicht en leeg")


def test_an_error_of_excel_is_no_text(tmp_path: Path) -> None:
    found = read_one(tmp_path, "Impactkaart", "impact_card_items", CARD | {"Omschrijving": "#N/A"})
    assert refused(found) == ("description_nl", "foutwaarde van Excel")


@pytest.mark.parametrize("word", ["alles", "Alle", "*"])
def test_r01_everything_is_no_kpi(tmp_path: Path, word: str) -> None:
    chosen = {"Meting": "M1", "KPI": word, "Voor wie": "intern"}
    assert refused(read_one(tmp_path, "Selectie", "selected_kpis", chosen)) == ("kpi_id", "R01")


@pytest.mark.parametrize(
    ("written", "meant"), [(1421, "I4.2.1"), ("11.2.2", "I1.2.2"), ("4.1.1", None)]
)
def test_r04_kpi_numbers_are_read_as_meant_or_refused(
    tmp_path: Path, written: object, meant: str | None
) -> None:
    chosen = {"Meting": "M1", "KPI": written, "Voor wie": "intern"}
    found = read_one(tmp_path, "Selectie", "selected_kpis", chosen)
    assert found["kpi_id"] == meant
    assert found["reject_reason"] == (None if meant else "R04")


BSN = next(number for number in map(str, range(123_456_700, 123_456_800)) if bsn.is_valid(number))


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        (BSN, "mogelijk burgerservicenummer"),
        ("iemand@voorbeeld.nl", "e-mailadres"),
        ("06-12345678", "telefoonnummer"),
        ("NL91 ABNA 0417 1643 00", "rekeningnummer"),
    ],
)
def test_a_row_with_an_identity_in_any_text_is_refused_and_loses_its_texts(
    tmp_path: Path, identity: str, kind: str
) -> None:
    row = {
        **STORY,
        "Verhaal": f"Zij belde {identity}.",
        "Waarom belangrijk": "Mevrouw durft weer.",
        "Toestemming tot en met": "",
        "Ingetrokken op": "01-12-2025",
    }
    found = read_one(tmp_path, "Verhalen", "stories", row)
    assert refused(found) == ("story_nl", kind)
    assert identity not in str(found)
    assert "Mevrouw" not in str(found)
    # What tells that a story was withdrawn stays.
    assert (found["story_id"], found["consent_withdrawn_on"]) == ("V1", date(2025, 12, 1))


def home_with(folder: Path, content: bytes | None, saved: datetime | None = None) -> Home:
    home = Home(folder / "home")
    home.create()
    home.meetplan_file.unlink(missing_ok=True)
    if content is not None:
        home.meetplan_file.write_bytes(content)
        if saved:
            os.utime(home.meetplan_file, (saved.timestamp(), saved.timestamp()))
    return home


def test_without_a_workbook_every_table_is_empty_and_there_is_no_source(tmp_path: Path) -> None:
    home = home_with(tmp_path, None)
    plan = take_in_meetplan(home, as_of=AS_OF)
    write_raw(home, plan.tables, as_of=AS_OF)
    assert not plan.is_used
    assert meetplan_state(home, as_of=AS_OF) is None
    assert filled_tables(home, as_of=AS_OF) == []
    assert pq.read_table(home.raw / "meetplan" / "stories" / "meetplan.parquet").num_rows == 0


def test_landing_holds_what_the_workbook_says_now_and_nothing_former(tmp_path: Path) -> None:
    told = STORY | {"Toestemming op": date(2025, 11, 1), "Doel": "leren", "Medium": "intern"}
    stories = [told | {"Verhaal": "eerste"}, told | {"Verhaal nr": "V2", "Verhaal": "tweede"}]
    home = home_with(tmp_path, filled(tmp_path, {"Verhalen": stories}))
    assert len(take_in_meetplan(home, as_of=AS_OF).tables["meetplan", "stories"]) == 2
    home = home_with(tmp_path, filled(tmp_path, {"Verhalen": stories[1:]}))
    take_in_meetplan(home, as_of=AS_OF)
    landed = [pq.read_table(file).to_pylist() for file in home.landing.rglob("*.parquet")]
    assert "tweede" in str(landed)
    assert "eerste" not in str(landed)
    home = home_with(tmp_path, None)
    take_in_meetplan(home, as_of=AS_OF)
    assert list(home.landing.rglob("*.parquet")) == []


def test_a_workbook_that_cannot_be_opened_leaves_the_last_good_rows(tmp_path: Path) -> None:
    saved = datetime.fromisoformat("2025-12-31T23:30:00+00:00")  # 1 January in Amsterdam
    home = home_with(tmp_path, filled(tmp_path, {"Verhalen": [STORY]}), saved)
    write_raw(home, take_in_meetplan(home, as_of=AS_OF).tables, as_of=AS_OF)
    home = home_with(tmp_path, b"no workbook")
    plan = take_in_meetplan(home, as_of=AS_OF)
    write_raw(home, plan.tables, as_of=AS_OF)
    state = meetplan_state(home, as_of=AS_OF)
    assert state is not None
    assert state.state == "vastgehouden"
    assert state.data_as_of == date(2026, 1, 1)
    assert "meetplan.xlsx" in state.message
    assert "1 januari 2026 blijven staan" in state.message
    assert filled_tables(home, as_of=AS_OF) == [
        {
            "source_id": "meetplan",
            "source_name": "meetplan",
            "table_name": "stories",
            "state": "vastgehouden",
            "data_as_of": date(2026, 1, 1),
            "held_by_check": "S02",
        }
    ]
    # A good one takes over again.
    home = home_with(tmp_path, filled(tmp_path, {}))
    assert take_in_meetplan(home, as_of=AS_OF).problem == ""


def test_a_refused_sheet_keeps_its_rows_but_stories_go(tmp_path: Path) -> None:
    home = home_with(tmp_path, filled(tmp_path, {"Verhalen": [STORY], "Metingen": [MEASUREMENT]}))
    take_in_meetplan(home, as_of=AS_OF)
    broken = typed(tmp_path, {"Verhalen": [["Titel"], ["x"]], "Metingen": [["Start"], ["x"]]})
    plan = take_in_meetplan(home_with(tmp_path, broken), as_of=AS_OF)
    assert [remark.sheet_name for remark in plan.remarks] == ["Metingen", "Verhalen"]
    assert len(plan.tables["meetplan", "measurements"]) == 1
    assert len(plan.tables["meetplan", "stories"]) == 0


def test_what_was_saved_after_the_business_date_counts_as_of_that_day(tmp_path: Path) -> None:
    saved = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    home = home_with(tmp_path, filled(tmp_path, {"Verhalen": [STORY]}), saved)
    write_raw(home, take_in_meetplan(home, as_of=AS_OF).tables, as_of=AS_OF)
    (story,) = pq.read_table(home.raw / "meetplan" / "stories" / "meetplan.parquet").to_pylist()
    assert story["recorded_on"] == AS_OF
    assert [row["data_as_of"] for row in filled_tables(home, as_of=AS_OF)] == [AS_OF]


def test_raw_is_the_same_again_from_landing_alone(tmp_path: Path) -> None:
    home = home_with(tmp_path, filled(tmp_path, {"Verhalen": [STORY], "Metingen": [MEASUREMENT]}))
    write_raw(home, take_in_meetplan(home, as_of=AS_OF).tables, as_of=AS_OF)
    before = {file: file.read_bytes() for file in home.raw.rglob("*.parquet")}
    for file in before:
        file.unlink()
    home.meetplan_file.unlink()
    write_raw(home, landed_meetplan(home).tables, as_of=AS_OF)
    assert {file: file.read_bytes() for file in home.raw.rglob("*.parquet")} == before


def test_an_encrypted_workbook_cannot_be_opened(tmp_path: Path) -> None:
    # Excel stores it as an OLE container instead of a zip.
    with pytest.raises(ReadError):
        read_workbook(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096)


def test_the_command_writes_the_template_and_never_over_one_that_is_there(tmp_path: Path) -> None:
    command = ["template", "meetplan", "--home", str(tmp_path / "home")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0
    file = tmp_path / "home" / "meetplan.xlsx"
    written = file.read_bytes()
    again = CliRunner().invoke(app, command)
    assert again.exit_code == 1
    assert file.read_bytes() == written
    elsewhere = CliRunner().invoke(app, [*command, str(tmp_path / "leeg.xlsx")])
    assert elsewhere.exit_code == 0
    assert (tmp_path / "leeg.xlsx").read_bytes() == written
