"""Topics that the organisation adds are found year after year, and refused rather than guessed."""

import json
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console
from typer.testing import CliRunner

from ingest.contracts import ContractError
from ingest.definitions.importing import write_raw
from ingest.home import Home
from ingest.open_data import Addresses, TableResult
from ingest.open_data.adding import add, look_up
from ingest.open_data.client import OpenDataError
from ingest.open_data.contracts import load_open_data_contract, title_of_series, usable_contracts
from orchestration.cli import app
from quality.definition_list import definition_list
from tests.unit.open_data_service import (
    NEXT_DAY,
    QUICK,
    pull_folder,
    pull_live,
    rows,
    serving_folder,
    states,
    value,
    write_csv,
)

Document = dict[str, Any]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """KWB of two years: the column numbers move, and two columns share a title."""
    folder = tmp_path / "recorded"
    publish(folder, "84799NED", 2020, wmo=89, value="360")
    publish(folder, "85984NED", 2024, wmo=93, value="410")
    return folder


def publish(folder: Path, table_id: str, year: int, *, wmo: int, value: str) -> None:
    place = folder / f"{table_id}_kwb{year}"
    header = (
        "ID", "WijkenEnBuurten", "AantalInwoners_5", f"WmoClienten_{wmo}", "TweeOnderEenKap_51",
        "TweeOnderEenKap_59", "Codering_3",
    )  # fmt: skip
    found = [("0", "GM0599", "651157", value, "5", "-2", "GM0599")]
    write_csv(place / "UntypedDataSet.csv", header, found)
    topics: list[Document] = [
        {"ID": 1, "Type": "TopicGroup", "Key": "", "Title": "Zorg"},
        {"ID": 2, "Type": "TopicGroup", "Key": "", "Title": "Gas"},
        {"ID": 3, "Type": "TopicGroup", "Key": "", "Title": "Stroom"},
        {"ID": 4, "Type": "TopicGroup", "Key": "", "Title": "Woningen", "ParentID": 3},
        topic(5, "AantalInwoners_5", "Aantal inwoners", "aantal"),
        topic(6, header[3], "Wmo-cliënten ", "aantal", 1, Description="Maatwerk\r\nuit de Wmo"),
        topic(7, header[4], "Twee-onder-een-kap", "kWh", 2),
        topic(8, header[5], "Twee-onder-een-kap", "kWh", 4),
        topic(9, "Codering_3", "Codering", "code", Datatype="String"),
    ]
    (place / "DataProperties.json").write_text(json.dumps(topics), encoding="utf-8")
    (place / "CatalogEntry.json").write_text(
        json.dumps({"Source": "CBS.", "Period": str(year)}), encoding="utf-8"
    )


def topic(number: int, key: str, title: str, unit: str, *parent: int, **said: Any) -> Document:
    row = {"ID": number, "Type": "Topic", "Key": key, "Title": title, "Unit": unit}
    return row | {"Datatype": "Long", "ParentID": parent[0] if parent else None} | said


def recorded(folder: Path) -> str:
    return f"recorded:{folder}"


def added(home: Home, folder: Path, table_id: str = "84799NED", **chosen: str) -> Path:
    table = look_up(table_id, mode=recorded(folder), addresses=Addresses(), patience=QUICK)
    return add(home, table, chosen or {"WmoClienten_89": "EIGEN-I-WMO"}, {})


def edit(file: Path, change: Callable[[Document], Any]) -> None:
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    change(document)
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")


def of_table(results: list[TableResult], table_id: str) -> TableResult:
    return next(result for result in results if result.table_id == table_id)


# --- choosing --------------------------------------------------------------------------------


def test_a_table_shows_its_topics_with_their_groups_and_units(folder: Path) -> None:
    table = look_up("84799ned", mode=recorded(folder), addresses=Addresses(), patience=QUICK)
    assert (table.table_id, table.catalog, table.source_name) == ("84799NED", "CBS", "CBS")
    assert table.layout is not None
    assert (table.layout.region, table.layout.year) == ("WijkenEnBuurten", 2020)
    found = {t.key: (t.groups, t.title, t.unit, t.is_number) for t in table.topics}
    assert found == {
        "AantalInwoners_5": ((), "Aantal inwoners", "aantal", True),
        "WmoClienten_89": (("Zorg",), "Wmo-cliënten", "aantal", True),
        "TweeOnderEenKap_51": (("Gas",), "Twee-onder-een-kap", "kWh", True),
        "TweeOnderEenKap_59": (("Stroom", "Woningen"), "Twee-onder-een-kap", "kWh", True),
        "Codering_3": ((), "Codering", "code", False),
    }


def test_the_service_itself_is_asked_for_a_table_of_either_catalogue(folder: Path) -> None:
    with serving_folder(folder) as address:
        for addresses in (Addresses(address, "127.0.0.1:9"), Addresses("127.0.0.1:9", address)):
            table = look_up("84799NED", mode="live", addresses=addresses, patience=QUICK)
            assert len(table.topics) == 5
        with pytest.raises(OpenDataError, match=r"Tabel 1NED staat niet bij .*Controleer"):
            look_up("1NED", mode="live", addresses=Addresses(address, address), patience=QUICK)


def test_the_contract_names_title_and_unit_and_a_group_only_where_it_tells(
    home: Home, folder: Path
) -> None:
    file = added(home, folder, WmoClienten_89="EIGEN-I-WMO", TweeOnderEenKap_59="EIGEN-I-KAP")
    contract = load_open_data_contract(file)
    assert (contract.title, contract.table_id) == ("Kerncijfers wijken en buurten {year}", None)
    assert (contract.region, contract.period, contract.totals) == ("WijkenEnBuurten", None, {})
    assert (contract.source_name, contract.licence) == ("CBS", "CC BY 4.0, met bronvermelding")
    wmo, kap = contract.topics
    assert (wmo.topic.group, kap.topic.group) == (None, "woningen")
    assert (wmo.name, wmo.definition, wmo.kpi_unit) == (
        "Wmo-cliënten",
        "Maatwerk uit de Wmo",
        "count",
    )
    assert (kap.definition, kap.kpi_unit) == ("Stroom > Woningen > Twee-onder-een-kap", "kwh")


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"Codering_3": "EIGEN-I-CODE"}, "is tekst en geen cijfer"),
        ({"Wmo_1": "EIGEN-I-WMO"}, "heeft geen onderwerp 'Wmo_1'"),
        ({"WmoClienten_89": "WMO"}, "heet EIGEN-"),
        ({"WmoClienten_89": "EIGEN-A-WMO"}, "andere laag .R04."),
        ({"WmoClienten_89": "EIGEN-I-EENZAAM"}, "is ingebouwd"),
        ({"WmoClienten_89": "EIGEN-MODEL"}, "een KPI met een eigen model"),
        ({"WmoClienten_89": "EIGEN-I-A", "AantalInwoners_5": "EIGEN-I-A"}, "twee keer gegeven"),
    ],
)
def test_what_cannot_be_chosen_is_told_and_nothing_is_written(
    home: Home, folder: Path, chosen: dict[str, str], words: str
) -> None:
    table = look_up("84799NED", mode=recorded(folder), addresses=Addresses(), patience=QUICK)
    with pytest.raises(OpenDataError, match=words):
        add(home, table, chosen, {}, frozenset({"EIGEN-MODEL"}))
    assert not home.open_data_contracts.exists()


def test_a_contract_is_never_overwritten_and_an_id_never_given_twice(
    home: Home, folder: Path
) -> None:
    added(home, folder)
    with pytest.raises(OpenDataError, match=r"84799NED.yaml is er al"):
        added(home, folder)
    with pytest.raises(OpenDataError, match=r"staat al in contracts/open-data/84799NED.yaml"):
        added(home, folder, "85984NED", WmoClienten_93="EIGEN-I-WMO")


def test_a_dimension_without_a_total_is_for_a_person_to_choose(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "kenmerken"
    header = ("ID", "Persoonskenmerken", "RegioS", "Perioden", "Steun_1")
    found = [
        ("0", "A1", "GM0599", "2024JJ00", "1.0"),
        ("1", "A2", "GM0599", "2024JJ00", "2.0"),
    ]
    write_csv(folder / "50140NED_gezondheid" / "TypedDataSet.csv", header, found)
    table = look_up("50140NED", mode=recorded(folder), addresses=Addresses(), patience=QUICK)
    chosen = {"Steun_1": "EIGEN-I-STEUN"}
    with pytest.raises(OpenDataError, match=r"Persoonskenmerken heeft geen totaal.*A1, A2"):
        add(home, table, chosen, {})
    add(home, table, chosen, {"Persoonskenmerken": "A2"})
    results = pull_folder(home, folder)
    assert states(results) == {"50140NED": "actueel"}
    assert value(home, "EIGEN-I-STEUN", "GM0599", 2024) == (Decimal("2.0"), "gepubliceerd")
    (table_row,) = rows(home, "tables")
    assert table_row["licence"] == "Met bronvermelding; ga bij de bron na wat zij toestaat"


def test_a_table_without_regions_is_refused_with_the_reason(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "land"
    write_csv(
        folder / "1NED_2020" / "TypedDataSet.csv",
        ("ID", "RegioS", "Gebied", "Steun_1"),
        [("0", "GM0599", "A", "1.0")],
    )
    properties = [
        {"ID": 1, "Type": "Dimension", "Key": "RegioS", "Title": "Regio"},
        {"ID": 2, "Type": "Dimension", "Key": "Gebied", "Title": "Gebied"},
        topic(3, "Steun_1", "Steun", "%"),
    ]
    (folder / "1NED_2020" / "DataProperties.json").write_text(json.dumps(properties))
    table = look_up("1NED_2020", mode=recorded(folder), addresses=Addresses(), patience=QUICK)
    assert table.layout is None
    with pytest.raises(OpenDataError, match="niet precies een kolom met gebieden"):
        add(home, table, {"Steun_1": "EIGEN-I-STEUN"}, {})


@pytest.mark.parametrize(
    ("title", "series"),
    [
        ("Kerncijfers wijken en buurten 2020", "Kerncijfers wijken en buurten {year}"),
        (
            "Gezondheid per wijk en buurt; 2012/2016/2020/2022 (indeling 2022)",
            "Gezondheid per wijk en buurt; {year} (indeling {year})",
        ),
        ("Regionale kerncijfers Nederland", None),
    ],
)
def test_a_title_leaves_its_years_open(title: str, series: str | None) -> None:
    assert title_of_series(title) == series


# --- the night -------------------------------------------------------------------------------


def test_a_topic_is_found_in_every_year_whatever_its_column_number(
    home: Home, folder: Path
) -> None:
    added(home, folder, WmoClienten_89="EIGEN-I-WMO", TweeOnderEenKap_59="EIGEN-I-KAP")
    assert states(pull_folder(home, folder)) == {"84799NED": "actueel", "85984NED": "actueel"}
    assert value(home, "EIGEN-I-WMO", "GM0599", 2020)[0] == Decimal(360)
    assert value(home, "EIGEN-I-WMO", "GM0599", 2024)[0] == Decimal(410)
    assert value(home, "inwoners", "GM0599", 2024)[0] == Decimal(651157)
    # Below the minimum of the contract it is no figure; without a minimum it is.
    assert value(home, "EIGEN-I-KAP", "GM0599", 2024) == (None, "onbekend")
    file = home.open_data_contracts / "84799NED.yaml"
    edit(file, lambda d: [p.pop("logicalTypeOptions") for p in d["schema"][0]["properties"]])
    pull_folder(home, folder)
    assert value(home, "EIGEN-I-KAP", "GM0599", 2024) == (Decimal(-2), "gepubliceerd")


def test_the_service_gives_the_newest_tables_of_an_added_series(home: Home, folder: Path) -> None:
    added(home, folder)
    for table_id in ("84799NED", "85984NED"):
        place = next(folder.glob(f"{table_id}*"))
        entry = json.loads((place / "CatalogEntry.json").read_text())
        entry["Title"] = f"Buurten in cijfers {entry['Period']}"
        (place / "CatalogEntry.json").write_text(json.dumps(entry))
    title = [{"property": "title", "value": "Buurten in cijfers {year}"}]
    edit(
        home.open_data_contracts / "84799NED.yaml",
        lambda d: d["servers"][0].update(customProperties=title),
    )
    with serving_folder(folder) as address:
        results = pull_live(home, address, tables_per_family=1)
    assert of_table(results, "85984NED").state == "actueel"
    # Only what the contract asks: our own topics come from the families.
    assert {row["topic_id"] for row in rows(home, "observations")} == {"EIGEN-I-WMO"}
    assert {row["source_year"] for row in rows(home, "observations")} == {2024}


def test_two_columns_with_one_title_are_not_guessed_between(home: Home, folder: Path) -> None:
    file = added(home, folder, TweeOnderEenKap_59="EIGEN-I-KAP")
    edit(file, lambda d: d["schema"][0]["properties"][0]["customProperties"].pop())
    result = of_table(pull_folder(home, folder), "84799NED")
    assert "Niet eenduidig en daarom niet overgenomen: EIGEN-I-KAP." in result.message
    assert "EIGEN-I-KAP" not in {row["topic_id"] for row in rows(home, "observations")}


def test_a_topic_that_a_new_table_lacks_is_named_and_the_rest_taken(
    home: Home, folder: Path
) -> None:
    added(home, folder)
    place = folder / "85984NED_kwb2024" / "DataProperties.json"
    place.write_text(place.read_text(encoding="utf-8").replace("Wmo-cli", "Maatwerkcli"))
    result = of_table(pull_folder(home, folder), "85984NED")
    assert result.state == "actueel"
    assert result.message == (
        "Niet in deze tabel: EIGEN-I-WMO (contracts/open-data/84799NED.yaml)."
    )


def test_an_added_topic_that_is_lost_keeps_the_last_good_copy(home: Home, folder: Path) -> None:
    added(home, folder)
    pull_folder(home, folder)
    place = folder / "84799NED_kwb2020" / "DataProperties.json"
    place.write_text(place.read_text(encoding="utf-8").replace("Wmo-cli", "Maatwerkcli"))
    result = of_table(pull_folder(home, folder, NEXT_DAY), "84799NED")
    assert result.state == "verouderd"
    assert "Onderwerp EIGEN-I-WMO is niet meer te vinden" in result.message
    assert value(home, "EIGEN-I-WMO", "GM0599", 2020)[0] == Decimal(360)


def test_a_region_dimension_that_is_gone_is_told(home: Home, folder: Path) -> None:
    file = added(home, folder)
    region = [{"property": "region", "value": "RegioS"}]
    edit(file, lambda d: d["schema"][0].update(customProperties=region))
    result = of_table(pull_folder(home, folder), "84799NED")
    assert result.state == "ontbreekt"
    assert "heeft geen dimensie 'RegioS'" in result.message


def test_a_contract_of_which_there_is_no_table_is_told(home: Home, folder: Path) -> None:
    file = added(home, folder)
    wanted = [{"property": "table", "value": "1NED"}]
    edit(file, lambda d: d["servers"][0].update(customProperties=wanted))
    with serving_folder(folder) as address:
        for results in (pull_folder(home, folder), pull_live(home, address)):
            told = of_table(results, "84799NED.yaml")
            assert told.state == "ontbreekt"
            assert "tabel 1NED" in told.message


def test_a_broken_contract_keeps_what_it_meant_and_does_not_stop_the_others(
    home: Home, folder: Path
) -> None:
    file = added(home, folder)
    pull_folder(home, folder)
    file.write_text("servers: [", encoding="utf-8")
    (home.open_data_contracts / "ander.yaml").write_text("id: x", encoding="utf-8")
    results = pull_folder(home, folder, NEXT_DAY)
    assert states(results) == {
        "84799NED": "actueel",
        "85984NED": "actueel",
        "84799NED.yaml": "verouderd",
        "ander.yaml": "ontbreekt",
    }
    assert value(home, "EIGEN-I-WMO", "GM0599", 2020)[0] == Decimal(360)
    told = of_table(results, "84799NED.yaml")
    assert "geen geldige YAML" in told.message
    assert told.message.endswith("Tot dan geldt het zoals het was.")
    file.unlink()
    pull_folder(home, folder, NEXT_DAY)
    assert usable_contracts(home)[0] == []
    assert "EIGEN-I-WMO" not in {row["topic_id"] for row in rows(home, "observations")}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d["servers"][0].update(catalog="ECD"), "catalog is CBS of dataderden"),
        (lambda d: d["servers"][0].pop("customProperties"), "een table .* of een title"),
        (lambda d: d["schema"][0].pop("customProperties"), "region ontbreekt"),
        (lambda d: d["schema"][0].update(properties=[]), "geen enkel onderwerp"),
        (lambda d: d.pop("customProperties"), "sourceName ontbreekt"),
        (
            lambda d: d["schema"][0]["properties"][0].update(customProperties=[]),
            "EIGEN-I-WMO: unit ontbreekt",
        ),
        (
            lambda d: d["schema"][0]["properties"].append(d["schema"][0]["properties"][0]),
            "EIGEN-I-WMO staat er 2 keer",
        ),
        (
            lambda d: d["schema"][0]["properties"][0].update(logicalTypeOptions={"minimum": "x"}),
            "minimum is geen getal",
        ),
        (lambda d: d.update(kolommen=[]), "'kolommen' heeft niet de vorm"),
    ],
)
def test_what_is_wrong_with_a_contract_is_told_with_its_file(
    home: Home, folder: Path, change: Callable[[Document], Any], words: str
) -> None:
    file = added(home, folder)
    edit(file, change)
    with pytest.raises(ContractError, match=words) as caught:
        load_open_data_contract(file)
    assert str(caught.value).startswith("contracts/open-data/84799NED.yaml: ")


def test_an_added_topic_is_an_impact_kpi_of_the_definition_list(home: Home, folder: Path) -> None:
    added(home, folder)
    write_raw(home)
    assert definition_list(home.raw).kpis["EIGEN-I-WMO"].layer == "impact"


# --- the command -----------------------------------------------------------------------------


def test_a_person_chooses_topics_by_their_number(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.cli.open_data._is_asked_by_a_person", lambda: True)
    command = ["open-data", "add", "84799NED", "--open-data", recorded(folder)]

    def answered(*answers: str) -> int:
        asked = [*command, "--home", str(home.root)]
        return CliRunner().invoke(app, asked, input="\n".join(answers) + "\n").exit_code

    assert answered("") == 0
    assert answered("9") == 1
    assert not home.open_data_contracts.exists()
    assert answered("2, 4", "EIGEN-I-WMO", "EIGEN-I-KAP") == 0
    contract = load_open_data_contract(home.open_data_contracts / "84799NED.yaml")
    found = {each.topic.topic_id: each.name for each in contract.topics}
    assert found == {"EIGEN-I-WMO": "Wmo-cliënten", "EIGEN-I-KAP": "Twee-onder-een-kap"}


def test_the_command_shows_topics_writes_a_contract_and_lists_what_is_held(
    home: Home, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said(*arguments: str) -> str:
        terminal = Console(file=StringIO(), width=200, highlight=False)
        monkeypatch.setattr("orchestration.cli.open_data.console", terminal)
        monkeypatch.setattr("orchestration.cli.common.console", terminal)
        command = ["open-data", *arguments, "--home", str(home.root)]
        done = CliRunner().invoke(app, command)
        return f"{done.exit_code} {terminal.file.getvalue()}"  # type: ignore[attr-defined]

    source = ("--open-data", recorded(folder))
    shown = said("add", "84799NED", *source)
    assert "WmoClienten_89" in shown
    assert "Zorg > Wmo-cliënten" in shown
    assert not home.open_data_contracts.exists()
    assert "nog geen open data" in said("list")
    assert said("add", "84799NED", "--topic", "WmoClienten_89", *source).startswith(
        "1 Schrijf --topic als"
    )
    written = said("add", "84799NED", "--topic", "WmoClienten_89=EIGEN-I-WMO", *source)
    assert written.startswith("0 ")
    assert "EIGEN-I-WMO" in written
    pull_folder(home, folder)
    home.settings_file.write_text('as_of = "2026-11-11"\n', encoding="utf-8")
    (line,) = [line for line in said("list").splitlines() if line.startswith("84799NED")]
    assert line.split() == ["84799NED", "actueel", "01-11-26", "10", "01-11-26", "2", "0"]
    assert said("accept", "1NED").startswith("1 Van tabel 1NED is geen kopie")
    assert said("accept", "84799NED").startswith("0 ")
