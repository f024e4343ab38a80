"""The catalogue of checks: complete, with the thresholds agreed on, and refusing what cannot be."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

import quality.catalogue
from ingest.raw_tables import CONTRACTED_SOURCES, raw_tables
from quality.catalogue import SHARE, Check, catalogue, check, check_catalogue, check_columns

MODELS = Path(__file__).parents[2] / "dbt_project" / "models" / "checks"
FIGURE_MODELS = MODELS.with_name("figure_checks")
VALID = {
    "id": "Z99",
    "name_nl": "Naam",
    "rule_nl": "Regel.",
    "remedy_nl": "Herstel.",
    "severity": "flag",
    "flag_threshold": 0.01,
    "block_threshold": 0.2,
    "floor_count": 100,
    "floor_note_nl": "Reden.",
    "bound": "rows",
    "runs_at": ["sql"],
    "owner": "teamleider",
    "columns": ["ecd.contacts.minutes"],
}


def columns_of(check_id: str) -> set[tuple[str, str, str]]:
    return set(check(check_id).columns)


@pytest.mark.parametrize(
    ("check_id", "severity", "flag", "block"),
    [
        ("S01", "flag", "0", None),
        ("S02", "block", "0", "0"),
        ("S03", "info", "0", None),
        ("S04", "block", "0", "0"),
        ("S05", "block", "0", "0"),
        ("S06", "info", "0", None),
        ("S07", "flag", "0", None),
        ("S08", "block", "0.3", "0.3"),
        ("S09", "block", "0.05", "0.05"),
        ("S10", "flag", "0.01", "0.2"),
        ("S11", "block", "0", "0"),
        ("K01", "block", "0", "0"),
        ("K02", "flag", "0.02", None),
        ("K03", "flag", "0", "0.05"),
        ("K04", "flag", "0.02", None),
        ("K05", "flag", "0.02", None),
        ("K06", "flag", "0.01", None),
        ("K07", "flag", "0.01", None),
        ("V01", "flag", "0.01", None),
        ("V02", "flag", "0.01", None),
        ("V03", "flag", "0.01", None),
        ("V04", "flag", "0.005", None),
        ("V05", "flag", "0.01", None),
        ("V06", "flag", "0.02", None),
        ("V07", "flag", "0.005", None),
        ("V08", "flag", "0.005", "0.05"),
        ("C01", "flag", "0.05", None),
        ("C02", "flag", "0.1", None),
        ("C03", "flag", "0.005", None),
        ("C04", "flag", "0.02", None),
        ("C05", "flag", "0.02", None),
        ("C06", "flag", "0.05", None),
        ("C07", "flag", "0.2", None),
        ("C08", "flag", "0.3", None),
        ("C09", "flag", "0.15", None),
        ("C10", "flag", "0.1", None),
        ("P01", "flag", "0", "0.01"),
        ("P02", "flag", "0.01", None),
        ("P03", "flag", "0", None),
        ("P04", "flag", "0.005", None),
        ("P05", "flag", "0.01", None),
        ("P06", "flag", "0.05", None),
        ("P07", "flag", "0.01", None),
        ("P08", "flag", "0.01", None),
        ("P09", "flag", "0.02", None),
        ("P10", "flag", "0.02", None),
        ("P11", "flag", "0.1", None),
        ("P12", "flag", "0.05", None),
        ("P13", "flag", "0.4", None),
        ("P14", "info", "0.8", None),
        ("T01", "flag", "14", "30"),
        ("T02", "flag", "0.1", None),
        ("T03", "flag", "0.25", None),
        ("T04", "flag", "0", None),
        ("T05", "info", "0.05", None),
        ("D01", "flag", "1", None),
        ("D02", "flag", "0.25", None),
        ("D03", "flag", "0", None),
        ("D04", "flag", "3", None),
        ("D05", "flag", "5", None),
        ("D06", "flag", "0.5", None),
        ("R24", "flag", "0", None),
        ("X04", "flag", "0", None),
        ("Q01", "flag", "0.7", None),
        ("Q02", "flag", "0.1", "0.15"),
        ("Q03", "flag", "0.1", None),
        ("Q04", "flag", "0.15", None),
        ("Q05", "flag", "0.1", None),
        ("Q06", "flag", "0", None),
        ("Q07", "flag", "0.15", None),
        ("Q08", "flag", "0.6", None),
        ("Q09", "flag", "0", None),
        ("X01", "block", "0", "0"),
        ("X02", "block", "0", "0"),
        ("X03", "block", "0", "0"),
        ("X05", "flag", "0", None),
        ("X06", "flag", "0.005", None),
    ],
)
def test_thresholds_are_those_agreed_on(
    check_id: str, severity: str, flag: str, block: str | None
) -> None:
    found = check(check_id)

    assert found.severity == severity
    assert found.flag_threshold == Decimal(flag)
    assert found.block_threshold == (None if block is None else Decimal(block))


def test_only_a_check_that_can_hold_has_a_share_to_hold_above() -> None:
    assert check("S10").hold_share == Decimal("0.2")
    with pytest.raises(ValueError, match="P03 houdt nooit een levering vast"):
        _ = check("P03").hold_share


def test_one_error_alone_never_reaches_the_threshold_of_a_share() -> None:
    shares = [
        found
        for found in catalogue()
        if found.bound == "rows" and found.measure_nl == SHARE and found.flag_threshold > 0
    ]

    assert {"S10", "K04", "V04", "C01", "P06", "T03"} < {found.id for found in shares}
    assert all(Decimal(1) / found.floor_count <= found.flag_threshold for found in shares)


def test_a_share_that_holds_a_source_is_of_enough_rows_that_one_error_never_does() -> None:
    holding = {found.id: found for found in catalogue() if found.hold_floor_count}

    assert set(holding) == {"K03", "P01"}
    for found in holding.values():
        assert not found.can_hold(99)
        assert found.can_hold(100)
        assert Decimal(1) / 100 <= found.hold_share
        assert "vanaf 100" in found.floor_note_nl
    assert check("S10").can_hold(1)


def check_models() -> dict[str, tuple[str, str]]:
    """Return check and grain of every model that says it is one, by the model's name."""
    found = {
        model["name"]: model["config"]["meta"]["check"]
        for file in MODELS.rglob("*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])
        if "check" in model.get("config", {}).get("meta", {})
    }
    return {name: (meta["id"], meta.get("grain", "row")) for name, meta in found.items()}


def test_every_check_in_sql_has_one_model_per_grain_and_no_model_is_left_over() -> None:
    in_sql = {found.id for found in catalogue() if "sql" in found.runs_at}
    judged = sorted(check_models().values())

    assert {check_id for check_id, _ in judged} == in_sql
    assert len(judged) == len(set(judged))
    assert sorted(check_models()) == sorted(file.stem for file in MODELS.rglob("chk_*.sql"))


def test_what_blocks_a_release_and_what_flags_a_figure_each_have_a_folder_of_models() -> None:
    by_folder = {
        file.parent.name: [
            (model["config"]["meta"]["check"]["id"], model["name"].split("_")[1].upper())
            for model in yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
        ]
        for file in FIGURE_MODELS.glob("*/_*__models.yml")
    }
    at_release = [found.id for found in catalogue() if "uitgave" in found.runs_at]

    assert by_folder == {
        "release": [(check_id, check_id) for check_id in at_release],
        "flags": [("X05", "X05"), ("X06", "X06")],
    }
    assert {check(check_id).severity for check_id in at_release} == {"block"}
    assert all(check(check_id).runs_at == ("kpi",) for check_id in ("X05", "X06"))


def test_every_model_is_named_after_its_check() -> None:
    for name, (check_id, _) in check_models().items():
        assert name.startswith(f"chk_{check_id.lower()}_")


def test_checks_at_the_door_judge_every_table_that_comes_in_through_a_contract() -> None:
    tables = {(*key, "*") for key in raw_tables() if key[0] in CONTRACTED_SOURCES}

    at_the_door = ("S02", "S03", "S04", "S05", "S06", "S07", "S08", "S09", "S10", "S11")
    for check_id in (*at_the_door, "K01", "K02"):
        assert columns_of(check_id) == tables


def test_the_client_is_judged_wherever_a_case_file_names_one() -> None:
    with_client = {
        (*key, "client_id")
        for key, table in raw_tables().items()
        if key[0] == "ecd" and "client_id" in table.columns
    }

    assert columns_of("K03") == with_client - {("ecd", "clients", "client_id")}


@pytest.mark.parametrize("check_id", ["P03", "P04"])
def test_every_date_on_which_something_happened_is_judged(check_id: str) -> None:
    dates = {
        (*key, name)
        for key, table in raw_tables().items()
        if key[0] in ("ecd", "survey")
        for name, sql_type in table.columns.items()
        if sql_type == "date"
    }

    assert columns_of(check_id) == dates - {
        ("ecd", "workers", "employed_from"),
        ("ecd", "workers", "employed_until"),
    }


def test_what_a_registration_is_about_is_judged_for_registering_ahead() -> None:
    follows_or_is_planned = {
        ("ecd", "trajectories", "started_on"),
        ("ecd", "trajectories", "ended_on"),
        ("ecd", "referrals", "outcome_on"),
        ("ecd", "budget_requests", "decided_on"),
    }

    assert columns_of("T05") == columns_of("P03") - follows_or_is_planned


def test_the_catalogue_fits_its_raw_table() -> None:
    found = check_catalogue({})

    assert found.schema == raw_tables()["run", "check_catalogue"].schema()
    assert found.num_rows == len(catalogue())
    (k03,) = [row for row in found.to_pylist() if row["check_id"] == "K03"]
    assert k03["flag_threshold"] == Decimal(0)
    assert k03["block_threshold"] == Decimal("0.05")
    assert (k03["severity"], k03["floor_count"], k03["bound"]) == ("flag", 1, "rows")


def test_the_columns_fit_their_raw_table() -> None:
    found = check_columns()

    assert found.schema == raw_tables()["run", "check_columns"].schema()
    p01 = [tuple(row.values()) for row in found.to_pylist() if row["check_id"] == "P01"]
    assert p01 == [
        ("P01", "ecd", "trajectories", "started_on", "period"),
        ("P01", "ecd", "trajectories", "ended_on", "period"),
    ]


def test_an_error_moves_a_registration_by_its_check_and_by_the_column_that_places_it() -> None:
    moves = {
        (row["check_id"], row["column_name"]): row["moves"]
        for row in check_columns().to_pylist()
        if row["table_name"] in ("trajectories", "contacts", "clients")
    }

    assert moves["C09", "complexity_code"] == ""
    assert moves["C09", "service_code"] == "service"
    assert moves["K04", "trajectory_id"] == "service,team,commissioner"
    assert moves["V04", "municipality_code"] == "region"
    assert moves["P12", "ended_on"] == "period"
    assert moves["S10", "*"] == "period,service,team,region,age_band,commissioner"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"treshold": 0.1}, "treshold"),
        ({"columns": ["ecd.contacts.minuten"]}, "kolom ecd.contacts.minuten bestaat niet"),
        ({"columns": ["ecd.contact.*"]}, "kolom ecd.contact.\\* bestaat niet"),
        ({"flag_threshold": -1}, "flag_threshold"),
        ({"flag_threshold": 5, "block_threshold": None}, "bij een aandeel hooguit 1"),
        ({"severity": "block"}, "zijn flag_threshold en block_threshold gelijk"),
        ({"flag_threshold": 0.2}, "zijn flag_threshold en block_threshold gelijk"),
        ({"flag_threshold": 0.3}, "block_threshold mag niet onder flag_threshold"),
        ({"floor_count": 0}, "floor_count"),
        ({"id": "K3"}, "id"),
    ],
)
def test_a_check_that_cannot_be_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    assert Check.model_validate(VALID).id == "Z99"
    with pytest.raises(ValidationError, match=message):
        Check.model_validate(VALID | change)


def test_two_checks_with_the_same_id_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for family in ("one.yml", "two.yml"):
        (tmp_path / family).write_text(yaml.safe_dump({"checks": [VALID]}), encoding="utf-8")
    monkeypatch.setattr(quality.catalogue, "CATALOGUE", tmp_path)

    with pytest.raises(ValidationError, match="elke controle heeft een eigen id"):
        catalogue.__wrapped__()
