"""Planted identifiers, each in a place of its own, are found nowhere past the door.

A new kind of place is one line in CELLS, or a function among PLANTERS with its identifiers.
"""

import csv
import io
import logging
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from stdnum.nl import bsn

from ingest.example import write_example
from ingest.home import Home
from ingest.meetplan.template import write_workbook
from ingest.readers import csv_table
from orchestration.night import Night as NightOfHome
from orchestration.report import log_crash
from tests.byte_scan import Patterns, past_the_inbox
from tests.conftest import Night, run_night
from tests.unit.small_ecd import HEADER, client, csv_bytes, dialect, document, write_contract
from tests.unit.small_survey import loaded
from tests.unit.test_limesurvey import METADATA, SENT, export, lime_document
from tests.unit.test_pdf_forms import filled_form, form_document, zipped

DAY = "20260105"
BSNS = [str(n) for n in range(284_000_000, 284_000_400) if bsn.is_valid(str(n))]
FULL_WIDTH = {ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"}


def dotted(number: str) -> str:
    return f"{number[:4]}.{number[4:6]}.{number[6:]}"


# Place, file, column, what is planted there; every one on a row of its own.
CELLS = [
    ("dropped BSN", "clienten", "BSN", BSNS[0]),
    ("dropped name", "clienten", "Achternaam", "Quispeldoorn"),
    ("dropped e-mail", "clienten", "E-mail", "x.quispel@kanarie.example"),
    ("dropped phone", "clienten", "Telefoon", "06-98 76 54 31"),
    ("dropped address", "clienten", "Straat", "Kanariepietlaantje"),
    ("pseudonymised number", "clienten", "Cliëntnummer", BSNS[1]),
    ("generalised birth date", "clienten", "Geboortedatum", "17-03-1907"),
    ("generalised postcode", "clienten", "Postcode", "Zonnekanarie 12"),
    ("kept code: bare BSN", "clienten", "Gemeentecode", BSNS[2]),
    ("kept code: name of this delivery", "clienten", "Gemeentecode", "bij Quispeldoorn"),
    ("kept id: dotted BSN", "clienten", "RegistratieID", dotted(BSNS[3])),
    ("kept date: a name", "clienten", "Inschrijfdatum", "mw. Kanariesma"),
    ("kept text: phone", "contacten", "Team", "bel 06-98765432"),
    ("kept text: e-mail", "contacten", "Trajectnummer", "via y@kanarie.example"),
    ("kept number: a note", "contacten", "Minuten", "45 met Kanariestra"),
    ("code list: a name", "contacten", "Declarabel", "Ja, Kanarieveen"),
    ("kept text: IBAN", "trajecten", "Opdrachtgever", "NL91 ABNA 0417 1643 00"),
    ("kept text: IP address", "trajecten", "Team", "203.0.113.77"),
    ("code list: e-mail", "trajecten", "Reden einde", "z@kanarie.example"),
    ("kept text: BSN in a sentence", "hulpvragen", "Trajectnummer", f"zie dossier {BSNS[4]} aub"),
    ("kept id: BSN of full width", "ondersteuning", "Trajectnummer", BSNS[5].translate(FULL_WIDTH)),
    ("kept id: BSN as Excel shows it", "complexiteit", "Trajectnummer", "2,84000555E+08"),
    ("kept id: VAT number", "verwijzingen", "Trajectnummer", f"NL{BSNS[6]}B01"),
    ("dropped note", "beoordelingen", "Toelichting", f"Kanariedijk kwam, BSN {BSNS[7]}"),
    ("dropped name of a worker", "medewerkers", "Achternaam", "Kanarieberg"),
    ("description of a code", "codelijsten", "Omschrijving", "Loket (0182-987654)"),
    ("other titles of a project", "projecten", "Andere schrijfwijzen", "kanarie@project.example"),
]


def inbox_file(home: Path, name: str) -> Path:
    return home / "inbox" / f"{name}_{DAY}.csv"


def rows_of(file: Path, encoding: str = "cp1252") -> list[list[str]]:
    with file.open(encoding=encoding, newline="") as opened:
        return list(csv.reader(opened, delimiter=";" if encoding == "cp1252" else ","))


def write_rows(file: Path, rows: list[list[str]], encoding: str = "cp1252") -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";" if encoding == "cp1252" else ",").writerows(rows)
    file.write_text(text.getvalue(), encoding=encoding, newline="")


def plant_cells(home: Path) -> Iterator[str]:
    for number, (_, name, column, canary) in enumerate(CELLS):
        file = inbox_file(home, name)
        # Full-width digits do not exist in the code page that this supplier exports in.
        is_wide = not canary.isascii() and canary.isdigit()
        encoding = "cp1252"
        rows = rows_of(file, encoding)
        rows[3 + number % (len(rows) - 3)][rows[0].index(column)] = canary
        if is_wide:
            contract = home / "contracts" / f"ecd-{name}.yaml"
            text = contract.read_text(encoding="utf-8")
            contract.write_text(text.replace("encoding: cp1252", "encoding: utf-8"))
            with file.open("w", encoding="utf-8", newline="") as opened:
                csv.writer(opened, delimiter=";").writerows(rows)
        else:
            write_rows(file, rows, encoding)
        yield canary


def plant_columns(home: Path) -> Iterator[str]:
    """Columns that no contract names: what is in them, and what is above them."""
    file = inbox_file(home, "hulpvragen")
    rows = rows_of(file)
    rows[0] += ["Opmerking", "kanariekop@voorbeeld.example"]
    for row in rows[1:]:
        row += ["gesproken met Kanarievos", "ja"]
    write_rows(file, rows)
    yield from ("Kanarievos", "kanariekop@voorbeeld.example")


def plant_rows(home: Path) -> Iterator[str]:
    """A row with too many fields, a row that comes twice, and a line of totals."""
    file = inbox_file(home, "complexiteit")
    rows = rows_of(file)
    rows += [[*rows[1], "Kanariemulder"], ["Totaal", "samen met Kanarieprins"]]
    write_rows(file, rows)
    yield from ("Kanariemulder", "Kanarieprins")


def plant_file_name(home: Path) -> Iterator[str]:
    contract = home / "contracts" / "ecd-budgetten.yaml"
    text = contract.read_text(encoding="utf-8")
    contract.write_text(text.replace("budgetten_{", "budgetten_*{"), encoding="utf-8")
    file = inbox_file(home, "budgetten")
    file.rename(file.with_name(f"budgetten_van Kanariehof {BSNS[8]}_{DAY}.csv"))
    yield from ("Kanariehof", BSNS[8])


def plant_held_files(home: Path) -> Iterator[str]:
    """Files that are held: no header row, a title above it, a quote that is never closed."""
    file = inbox_file(home, "deelnames")
    rows = rows_of(file)
    rows[0] = [BSNS[9] + str(number) for number in range(len(rows[0]))]
    rows[0][0], rows[0][1] = BSNS[9], "Kanariekoning"
    write_rows(file, rows)
    file = inbox_file(home, "urenregistratie")
    write_rows(file, [["Export voor Kanarievliet", BSNS[10]], *rows_of(file)])
    file = inbox_file(home, "groepsactiviteiten")
    file.write_bytes(file.read_bytes() + b'"G999999";"mw. Kanariebeek zei: "ja"\r\n')
    yield from (BSNS[9], "Kanariekoning", "Kanarievliet", BSNS[10], "Kanariebeek")


def plant_workbook(home: Path) -> Iterator[str]:
    """A Forms export: the name of its sheet, a hidden sheet, its properties, name and e-mail."""
    (file,) = (home / "inbox").glob("*_forms_*.xlsx")
    workbook = openpyxl.load_workbook(file)
    sheet = workbook.active
    assert sheet is not None
    header = {str(cell.value).strip(): cell.column for cell in sheet[1]}
    sheet.cell(3, header["E-mail"], "forms@kanarie.example")
    sheet.cell(4, header["Naam"], "Kanarieboom")
    sheet.cell(5, header["Naam van het project / de interventie"], f"praten met {BSNS[11]}")
    sheet.cell(1, len(header) + 1, "Vraag voor Kanariezoon")
    sheet.cell(2, len(header) + 1, "Kanariedochter")
    sheet.title = "Kanarieschrijver"
    hidden = workbook.create_sheet("Kanarieschaduw")
    hidden["A1"] = BSNS[12]
    hidden.sheet_state = "hidden"
    workbook.properties.creator = "Kanariemaker"
    workbook.properties.title = "Kanarietitel"
    workbook.save(file)
    yield from ("forms@kanarie.example", "Kanarieboom", BSNS[11], "Kanariezoon", "Kanariedochter")
    yield from ("Kanarieschrijver", "Kanarieschaduw", BSNS[12], "Kanariemaker", "Kanarietitel")


def plant_surveymonkey(home: Path) -> Iterator[str]:
    (file,) = (home / "inbox").glob("*_surveymonkey_*.csv")
    rows = rows_of(file, "utf-8-sig")
    planted = {
        "Email Address": "monkey@kanarie.example",
        "IP Address": "198.51.100.23",
        "First Name": "Kanarieklaas",
        "Last Name": "Kanariejansen",
        "Custom Data 1": BSNS[13],
    }
    for column, canary in planted.items():
        if column in rows[0]:
            rows[4][rows[0].index(column)] = canary
            yield canary
    write_rows(file, rows, "utf-8-sig")


def plant_meetplan(home: Path) -> Iterator[str]:
    """The workbook that people type in: a refused story, an unexpected heading and tab."""
    story = {
        "Verhaal nr": "V1",
        "Titel": "Koken",
        "Verhaal": "Zij kookt nu elke week, bel haar op 06-98765430 (Kanariekok).",
        "Verteld op": date(2025, 5, 1),
        "Verteller": "deelnemer",
        "Toestemming op": date(2025, 5, 1),
        "Doel": "jaarverslag",
        "Medium": "intern",
    }
    write_workbook(home / "meetplan.xlsx", {"Verhalen": [story]})
    workbook = openpyxl.load_workbook(home / "meetplan.xlsx")
    stories = workbook["Verhalen"]
    stories.cell(1, stories.max_column + 1, "Voor Kanarielezer")
    workbook.create_sheet("Kanarietabblad")["A1"] = "van Kanariezelf"
    workbook.save(home / "meetplan.xlsx")
    yield from ("06-98765430", "Kanariekok", "Kanarielezer", "Kanarietabblad", "Kanariezelf")


def plant_limesurvey(home: Path) -> Iterator[str]:
    """A LimeSurvey export: the token, address and page of a respondent, and a comment."""
    loaded(home / "contracts", lime_document() | {"id": "lime"}, "lime")
    header = [*METADATA, "token", "ipaddr", "refurl", "Q1", "Q2[SQ001]", "Q4[SQ001_SQ002]"]
    header.append("Q1comment")
    person = ["Kanarietoken", "198.51.100.99", "https://x.example/Kanariepad"]
    content = export(header, ["7", *SENT, *person, "AO01", "AO02", "AO01", "door Kanarieman"])
    (home / "inbox" / f"lime_{DAY}.csv").write_bytes(content)
    yield from (*person[:2], "Kanariepad", "Kanarieman")


def plant_pdf_forms(home: Path) -> Iterator[str]:
    """Forms in a zip: names of files and fields of text, of one that fits and one that does not."""
    loaded(home / "contracts", form_document() | {"id": "formulieren"}, "formulieren")
    forms = {
        "Kanariepeter.pdf": filled_form(toelichting=f"van Kanarieinge, {BSNS[14]}"),
        "map van Kanariejan/2.pdf": filled_form(invuldatum="Kanariedag"),
        "3.pdf": b"%PDF-1.4 Kanariekapot",
    }
    (home / "inbox" / f"formulieren_{DAY}.zip").write_bytes(zipped(forms))
    yield from ("Kanariepeter", "Kanarieinge", BSNS[14], "Kanariejan", "Kanariedag")
    yield "Kanariekapot"


def plant_registration(home: Path) -> Iterator[str]:
    """A sheet with a title above its header, a line of totals and an error in a name."""
    write_contract(home / "contracts", workbook_document(), "register")
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Kanarieblad"
    sheet.append(["Export voor Kanariebaas", BSNS[15]])
    sheet.append(list(HEADER))
    sheet.append(client(901, Achternaam="Kanariezus"))
    sheet.append(["Totaal", "Kanariesom"])
    workbook.save(home / "inbox" / f"register_{DAY}.xlsx")
    yield from ("Kanarieblad", "Kanariebaas", BSNS[15], "Kanariezus", "Kanariesom")


def workbook_document() -> dict[str, Any]:
    contract = document()
    contract["id"] = "register"
    contract["servers"][0] |= {"path": "register_{delivered_on}.xlsx", "format": "xlsx"}
    for name in ("encoding", "delimiter"):
        del contract["servers"][0][name]
    dialect(contract, "headerRow", 2)
    dialect(contract, "totalRow", "Totaal")
    return contract


PLANTERS: list[Callable[[Path], Iterator[str]]] = [
    plant_cells,
    plant_columns,
    plant_rows,
    plant_file_name,
    plant_held_files,
    plant_workbook,
    plant_surveymonkey,
    plant_meetplan,
    plant_limesurvey,
    plant_pdf_forms,
    plant_registration,
]


def writings(canary: str) -> Iterator[str]:
    """Give the ways in which a planted identifier could come out again."""
    yield canary
    bare = canary.translate({wide: digit for digit, wide in FULL_WIDTH.items()})
    digits = "".join(sign for sign in bare if sign.isdigit())
    if len(digits) >= 8:
        yield digits
    if canary.count("-") == 2 and len(canary) == 10:
        yield "-".join(reversed(canary.split("-")))
    # Words of a sentence that are nobody's are everywhere; these are nowhere else.
    yield from (word for word in canary.replace("(", " ").split() if "anarie" in word)


@pytest.fixture(scope="module")
def planted_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Night, list[str]]:
    """A whole night on an example in which an identifier stands wherever one can stand."""
    home = tmp_path_factory.mktemp("canaries") / "home"
    write_example(home, scale=0.05)
    canaries = [canary for plant in PLANTERS for canary in plant(home)]
    return run_night(home), canaries


@pytest.fixture(scope="module")
def patterns(
    planted_night: tuple[Night, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> Patterns:
    _, canaries = planted_night
    assert len(canaries) >= 25
    values = [text for canary in canaries for text in writings(canary)]
    return Patterns.of(values, tmp_path_factory.mktemp("patterns"))


def test_the_night_published_and_took_in_what_was_good(
    planted_night: tuple[Night, list[str]],
) -> None:
    night, _ = planted_night
    assert night.exit_code == 2, night.said
    for held in ("deelnames", "urenregistratie", "groepsactiviteiten"):
        assert f"{held}_{DAY}.csv" in night.said
    # Nothing else is held: one wrong cell costs one row.
    assert night.said.count("vastgehouden") == 3


def test_fault_48_no_canary_is_in_any_file_past_the_inbox(
    planted_night: tuple[Night, list[str]], patterns: Patterns
) -> None:
    night, _ = planted_night
    # Among them the page about expectations, of deliveries without a header too.
    assert Home(night.home).data_docs_file.is_file()
    assert patterns.in_bytes(*past_the_inbox(night.home)) == []


def test_fault_48_no_canary_is_in_what_any_table_says(
    planted_night: tuple[Night, list[str]], patterns: Patterns, tmp_path: Path
) -> None:
    night, _ = planted_night
    assert patterns.in_tables(night.home, tmp_path) == []
    assert len(list((tmp_path / "rows").iterdir())) > 50


def test_fault_48_no_canary_was_printed(
    planted_night: tuple[Night, list[str]], patterns: Patterns, tmp_path: Path
) -> None:
    night, _ = planted_night
    (tmp_path / "said").write_text(night.said, encoding="utf-8")
    assert patterns.in_bytes(tmp_path) == []


def test_the_search_finds_a_canary_where_one_is(patterns: Patterns, tmp_path: Path) -> None:
    for number, (_, _, _, canary) in enumerate(CELLS):
        (tmp_path / str(number)).write_text(f"iets {canary} anders", encoding="utf-8")
    assert len(set(patterns.in_bytes(tmp_path))) == len(CELLS)


@pytest.fixture
def small_night(tmp_path: Path) -> Iterator[NightOfHome]:
    """A night in this process on one small delivery, with its log in the home."""
    home = Home(tmp_path / "home")
    home.create()
    write_contract(home.contracts)
    (home.inbox / f"clienten_{DAY}.csv").write_bytes(csv_bytes(client(1)))
    handler = logging.FileHandler(home.logs / "nacht.log", encoding="utf-8")
    logging.getLogger().addHandler(handler)
    yield NightOfHome.of(home.root, as_of="2026-01-05")
    logging.getLogger().removeHandler(handler)


# In two parts, because the frames of an error quote lines of code: these.
IN_ERROR = "".join(("Kanarie", "fout"))


def quoting(*_: object, **__: object) -> None:
    """Break down with an error that quotes what was read, as libraries do."""
    float(IN_ERROR)


def test_fault_48_an_exception_that_quotes_a_cell_holds_the_source_and_says_only_where(
    small_night: NightOfHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_table, "read", quoting)
    ((result,),) = small_night.take_in("ecd", {"clients"}).values()
    assert result.state == "vastgehouden"
    assert "kon niet gelezen worden (ValueError in " in result.message
    logged = (small_night.home.logs / "nacht.log").read_text(encoding="utf-8")
    assert "ValueError" in logged
    for file in small_night.home.root.rglob("*"):
        assert file.is_dir() or IN_ERROR.encode() not in file.read_bytes()


def test_fault_48_an_exception_anywhere_else_in_a_step_leaves_its_message_out_of_dagster(
    small_night: NightOfHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.night.take_in", quoting)
    with pytest.raises(Exception, match="Onverwachte fout: ValueError in") as raised:
        small_night.take_in("ecd", {"clients"})
    error: BaseException | None = raised.value
    while error is not None:
        assert IN_ERROR not in str(error)
        error = error.__cause__ or error.__context__


def test_the_log_of_a_crash_has_frames_and_no_message(
    small_night: NightOfHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "IMPACTKOMPAS_HOME", str(small_night.home.root))
    try:
        quoting()
    except ValueError as error:
        log = log_crash(error)
    assert "ValueError" in log.read_text(encoding="utf-8")
    assert IN_ERROR not in log.read_text(encoding="utf-8")
