"""The example organisation: reproducible, as real files arrive, and wrong only where planned."""

import csv
import hashlib
import os
import re
import tomllib
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from python_calamine import CalamineWorkbook
from stdnum.nl import bsn

from ingest.example import write_example
from ingest.example.organisation import build_organisation
from ingest.raw_tables import raw_tables

SCALE = 0.25
DELIVERED = "20260105"
AS_OF = date(2026, 1, 6)

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with planted errors."""
    return write_example(tmp_path_factory.mktemp("spoiled"), scale=SCALE).root


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same home without planted errors."""
    return write_example(tmp_path_factory.mktemp("clean"), scale=SCALE, clean=True).root


def read(home: Path, name: str) -> Rows:
    """Return the rows of an ECD export, read as a plain reader would."""
    with (home / "inbox" / f"{name}_{DELIVERED}.csv").open(encoding="cp1252", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def by_key(rows: Rows, key: str) -> dict[str, dict[str, str]]:
    """Return rows by a column that is unique."""
    found = {row[key]: row for row in rows}
    assert len(found) == len(rows)
    return found


def day(text: str) -> date:
    """Return the date of a dd-mm-jjjj cell."""
    return datetime.strptime(text, "%d-%m-%Y").date()


def digests(home: Path) -> dict[str, str]:
    """Return a hash of every file under a home."""
    return {
        str(file.relative_to(home)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(home.rglob("*"))
        if file.is_file()
    }


def figures(home: Path) -> dict[tuple[str, ...], tuple[str, str]]:
    """Return numerator and denominator of the ground truth by the keys that are filled."""
    with (home / "ground_truth" / "kpi.csv").open(encoding="utf-8", newline="") as file:
        return {
            tuple(filter(None, row[:-2])): (row[-2], row[-1]) for row in list(csv.reader(file))[1:]
        }


def test_same_seed_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    for folder, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_example(tmp_path / folder, scale=0.02, seed=seed)
    assert digests(tmp_path / "one") == digests(tmp_path / "again")
    one, other = digests(tmp_path / "one"), digests(tmp_path / "other")
    inbox = [name for name in one if name.startswith("inbox")]
    assert [name for name in inbox if one[name] == other[name]] == [
        f"inbox/codelijsten_{DELIVERED}.csv"
    ]


def test_exports_are_cp1252_with_the_columns_of_their_contract(spoiled: Path) -> None:
    accents = 0
    for file in (spoiled / "contracts").glob("*.yaml"):
        contract = yaml.safe_load(file.read_text(encoding="utf-8"))
        server = contract["servers"][0]
        delivery = spoiled / "inbox" / server["path"].format(delivered_on=DELIVERED)
        assert delivery.exists()
        if server.get("encoding") != "cp1252":
            continue
        content = delivery.read_bytes().decode("cp1252")
        accents += content.count("ë")
        assert "\r\n" in content
        rows = list(csv.reader(content.splitlines(keepends=True), delimiter=";", strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}
        named = [column.get("physicalName") for column in contract["schema"][0]["properties"]]
        assert rows[0] == list(dict.fromkeys(name for name in named if name))
    assert accents > 100


def test_contracts_fit_the_standard_and_the_raw_tables(spoiled: Path) -> None:
    contracts = sorted((spoiled / "contracts").glob("*.yaml"))
    assert len(contracts) == 22
    for file in contracts:
        assert OpenDataContractStandard.from_file(str(file)).id == file.stem
        table = yaml.safe_load(file.read_text(encoding="utf-8"))["schema"][0]
        source = table["customProperties"][0]["value"]
        known = raw_tables()[source, table["name"]].all_columns
        for column in table["properties"]:
            assert column["classification"] in ("drop", "pseudonymise", "generalise", "keep")
            if column["classification"] != "drop" and "semanticType" not in column:
                assert column["name"] in known, f"{file.stem}: {column['name']}"


def test_contracts_ask_every_question_that_the_model_links_to_a_kpi(spoiled: Path) -> None:
    recorded = os.environ.get("IMPACTKOMPAS_RECORDED")
    if not recorded:
        pytest.skip("IMPACTKOMPAS_RECORDED ontbreekt: de koppeltabel is niet te lezen")
    with (Path(recorded) / "definitielijst" / "kpi_question_links.csv").open() as file:
        links = list(csv.DictReader(file))
    linked = {row["question_id"] for row in links if row["questionnaire"] == "participant"}
    for name in ("survey-forms", "survey-surveymonkey"):
        contract = yaml.safe_load((spoiled / "contracts" / f"{name}.yaml").read_text("utf-8"))
        headers = {
            column["name"]: column["physicalName"]
            for column in contract["schema"][0]["properties"]
            if column.get("semanticType") == "question"
        }
        assert set(headers) == linked
        for question, header in headers.items():
            if not question.startswith("4a"):
                assert header == f"Vraag {question} (tekst niet beschikbaar)"


def test_citizen_numbers_are_valid_unique_and_nowhere_else(spoiled: Path) -> None:
    numbers = [row["BSN"] for row in read(spoiled, "clienten") if row["BSN"]]
    assert len(numbers) == len(set(numbers)) > 1000
    assert all(bsn.is_valid(number) for number in numbers)
    for file in (spoiled / "inbox").glob("*.csv"):
        if file.name.startswith("clienten"):
            continue
        content = file.read_text(encoding="cp1252")
        tokens = set(re.findall(r"(?<!\w)\d{8,9}(?!\w)", content))
        assert not [token for token in tokens if bsn.is_valid(token)]


def test_ground_truth_holds_nothing_of_a_person(spoiled: Path) -> None:
    texts = "".join(
        file.read_text(encoding="utf-8") for file in (spoiled / "ground_truth").iterdir()
    )
    cells = set(re.split(r"[,\n]", texts))
    assert "T01" in cells
    text = " ".join(sorted(cells))
    personal = ("BSN", "Voornaam", "Achternaam", "Geboortedatum", "E-mail")
    clients = read(spoiled, "clienten")
    values = {row[name] for row in clients for name in personal if row[name]}
    assert not [value for value in values if value in text]
    assert not {row["Cliëntnummer"] for row in clients} & cells


def test_every_planted_error_stands_in_its_file(spoiled: Path) -> None:
    clients, trajectories = read(spoiled, "clienten"), read(spoiled, "trajecten")
    contacts = by_key(read(spoiled, "contacten"), "ContactID")
    cases = by_key(trajectories, "Trajectnummer")
    registrations = by_key(clients, "RegistratieID")
    known = {row["Cliëntnummer"] for row in clients}
    asked = {row["Trajectnummer"] for row in read(spoiled, "hulpvragen")}

    def lag(row: dict[str, str]) -> int:
        return (day(row["Geregistreerd op"]) - day(row["Contactdatum"])).days

    shows = {
        "K03": lambda ref: contacts[ref]["Cliëntnummer"] not in known,
        "V04": lambda ref: registrations[ref]["Gemeentecode"] == "GM1936",
        "C01": lambda ref: ref in cases and ref not in asked,
        "C03": lambda ref: not cases[ref]["Startdatum"],
        "C04": lambda ref: bool(cases[ref]["Einddatum"]) != bool(cases[ref]["Reden einde"]),
        "P01": lambda ref: day(cases[ref]["Einddatum"]) < day(cases[ref]["Startdatum"]),
        "P03": lambda ref: day(contacts[ref]["Contactdatum"]) > AS_OF,
        "P06": lambda ref: (
            day(contacts[ref]["Contactdatum"])
            > day(cases[contacts[ref]["Trajectnummer"]]["Einddatum"]) + timedelta(days=7)
        ),
        "T01": lambda ref: lag(contacts[ref]) > 14,
        "S10": lambda ref: not contacts[ref]["Minuten"].isdigit(),
    }
    with (spoiled / "ground_truth" / "planted_errors.csv").open(encoding="utf-8") as file:
        planted = list(csv.DictReader(file))
    assert {error["check_id"] for error in planted} == set(shows)
    for error in planted:
        assert shows[error["check_id"]](error["record_ref"]), error


def test_clean_example_has_no_registration_error(clean: Path) -> None:
    clients = by_key(read(clean, "clienten"), "Cliëntnummer")
    cases = by_key(read(clean, "trajecten"), "Trajectnummer")
    asked = {row["Trajectnummer"] for row in read(clean, "hulpvragen")}
    assert set(cases) == asked
    assert {row["Gemeentecode"] for row in clients.values()} == {
        "", "GM0513", "GM0599", "GM0632", "GM1901", "GM1931", "GM1963",
    }  # fmt: skip
    for case in cases.values():
        assert case["Cliëntnummer"] in clients
        assert bool(case["Einddatum"]) == bool(case["Reden einde"])
        assert not case["Einddatum"] or day(case["Einddatum"]) >= day(case["Startdatum"])
    for contact in read(clean, "contacten"):
        held_on, recorded_on = day(contact["Contactdatum"]), day(contact["Geregistreerd op"])
        assert 0 <= (recorded_on - held_on).days <= 14
        assert recorded_on < AS_OF
        assert 0 < int(contact["Minuten"]) < 480
        if contact["Trajectnummer"]:
            case = cases[contact["Trajectnummer"]]
            assert contact["Cliëntnummer"] == case["Cliëntnummer"]
            assert contact["Team"] == case["Team"]
            assert held_on >= day(case["Startdatum"]) - timedelta(days=7)
            assert not case["Einddatum"] or held_on <= day(case["Einddatum"]) + timedelta(days=7)
    with (clean / "ground_truth" / "planted_errors.csv").open(encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == []


def test_errors_leave_the_ground_truth_as_it_was(spoiled: Path, clean: Path) -> None:
    assert figures(spoiled) == figures(clean)


def test_ground_truth_agrees_with_a_recount_of_the_clean_files(clean: Path) -> None:
    truth = figures(clean)
    cases = read(clean, "trajecten")
    last = date(2024, 12, 31)
    is_open = [
        day(case["Startdatum"]) <= last and (not case["Einddatum"] or day(case["Einddatum"]) > last)
        for case in cases
    ]
    assert truth["A12", "year", "2024-01-01", "total"] == (str(sum(is_open)), "")

    def euros(text: str) -> Decimal:
        return Decimal(text.replace(".", "").replace(",", "."))

    decided = [row for row in read(clean, "budgetten") if row["Besluitdatum"].endswith("2024")]
    granted = sum(euros(row["Toegekend bedrag"]) for row in decided)
    requested = sum(euros(row["Aangevraagd bedrag"]) for row in decided)
    assert truth["A10", "year", "2024-01-01", "total"] == (str(granted), str(requested))

    legal_aid = {
        case["Trajectnummer"] for case in cases if case["Werksoort"] == "Sociaal raadsliedenwerk"
    }
    active, checked = set(), set()
    for name, column in (
        ("trajecten", "Startdatum"),
        ("contacten", "Contactdatum"),
        ("hulpvragen", "Datum"),
        ("ondersteuning", "Datum"),
    ):
        for row in read(clean, name):
            if row["Trajectnummer"] in legal_aid and row[column].endswith("03-2025"):
                active.add(row["Cliëntnummer"])
                if row.get("Vorm van ondersteuning") == "Voorzieningencheck":
                    checked.add(row["Cliëntnummer"])
    assert truth["KW-SRW-2", "month", "2025-03-01", "total"] == (
        str(len(checked)),
        str(len(active)),
    )


def test_surveys_arrive_as_the_two_systems_write_them(clean: Path) -> None:
    workbook = CalamineWorkbook.from_path(
        clean / "inbox" / f"deelnemersvragenlijst_forms_{DELIVERED}.xlsx"
    )
    assert workbook.sheet_names == ["Sheet1"]
    header, *filled = workbook.get_sheet_by_name("Sheet1").to_python()
    names = [str(name) for name in header]
    assert names[:5] == ["ID", "Begintijd", "Tijd van voltooien", "E-mail", "Naam"]
    assert any(name.endswith("\n") for name in names)
    assert any(name.endswith("\u00a0") for name in names)
    assert all(isinstance(row[2], datetime) for row in filled)

    path = clean / "inbox" / f"deelnemersvragenlijst_surveymonkey_{DELIVERED}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second, *answers = list(csv.reader(file))
    assert first[:2] == ["Respondent ID", "Collector ID"]
    assert second[:9] == [""] * 9
    assert set(second[9:]) == {"Response"}
    moments = [datetime.strptime(row[3], "%m/%d/%Y %I:%M:%S %p") for row in answers]
    assert any(moment.day > 12 for moment in moments)  # so the month stands first
    assert all(moment.date() < AS_OF for moment in moments)


def test_a_project_is_asked_the_questions_of_its_own_life_domains_only(clean: Path) -> None:
    path = clean / "inbox" / f"deelnemersvragenlijst_surveymonkey_{DELIVERED}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, _, *answers = list(csv.reader(file))
    title = header.index("Naam van het project / de interventie")
    answered = {
        name
        for row in answers
        if row[title].startswith("Budgetkring")
        for name, text in zip(header[11:], row[11:], strict=True)
        if text
    }
    assert answered == {f"Vraag 1a{n} (tekst niet beschikbaar)" for n in (1, 2, 3)}


def test_settings_name_the_example_and_the_day_after_delivery(clean: Path) -> None:
    assert tomllib.loads((clean / "settings.toml").read_text(encoding="utf-8")) == {
        "organisation_name": "Voorbeeldorganisatie",
        "is_example": True,
        "as_of": "2026-01-06",
        "open_data": "example",
    }


def test_a_large_organisation_has_unique_titles_and_a_team_for_all_work() -> None:
    organisation = build_organisation(10, 1)
    names = [
        name for project in organisation.projects for name in (project.title, *project.aliases)
    ]
    assert len(names) == len(set(names)) > 1000
    assert len(organisation.teams) == 80
    assert 550 < len(organisation.workers) < 650
    assert organisation.team_for("SMW", "GM1901", 9) == "T78"


def test_clients_live_in_bloemhof(clean: Path) -> None:
    buurten = {row["postcode"]: row["buurt"] for row in read(clean, "postcodes")}
    homes = [
        buurten[row["Postcode"].replace(" ", "")]
        for row in read(clean, "clienten")
        if row["Postcode"]
    ]
    assert homes.count("BU05991081") >= 10
