"""The two published chains of Bloemhof, from raw rows to the protected figures."""

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from exports.protection import protected_figures
from exports.tables import published_tables
from ingest.home import Home
from ingest.raw_tables import raw_tables, write_missing_tables, write_table
from orchestration import dbt

BLOEMHOF = "BU05991081"
# Handleiding, figures 15 and 16: name, people reached, positive, service, age, question, birth year
CASES = (
    ("OUDEREN", 200, 30, "OUD", "65+", "4a2", 1950),
    ("JONGEREN", 180, 55, "JGW", "0-17", "5a1", 2010),
)


def rows() -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """Give every raw row: the area, what is typed in, and per person a visit and an answer."""
    yield ("run", "settings"), {"name": "as_of", "value": "2026-01-06"}
    for code, kind in (("GM0599", "gemeente"), ("WK059910", "wijk"), (BLOEMHOF, "buurt")):
        place = {"municipality_code": "GM0599", "wijk_code": "WK059910"}
        area = {"region_code": code, "region_kind": kind, "region_name": code}
        yield ("open_data", "regions"), area | place | {"division_year": 2020}
    # 70 % of older people are lonely; 40 % of the young meet the guideline, 60 % do not.
    typed = {"area_code": BLOEMHOF, "source_year": 2020, "source_nl": "Indicatief voorbeeld"}
    looked_up = typed | {"retrieved_on": date(2025, 1, 1)}
    for kpi_id, age_band, value in (
        ("EIGEN-I-EENZAAM", "65+", 70),
        ("EIGEN-I-BEWEGEN", "16-25", 40),
    ):
        impact = {"kpi_id": kpi_id, "age_band": age_band, "value": Decimal(value)}
        yield ("organisation", "impact_values"), looked_up | impact
    chains = (
        ("EIGEN-I-EENZAAM", "65+", "waarde", 1429, "E4.1.1"),
        ("EIGEN-I-BEWEGEN", "16-25", "rest", 1833, "E5.1.1"),
    )
    for case, (need, need_age, side, population, effect) in zip(CASES, chains, strict=True):
        yield (
            ("meetplan", "chains"),
            {
                "record_ref": f"Impactketens!{case[0]}",
                "chain_code": case[0],
                "name_nl": case[0].capitalize(),
                "area_code": BLOEMHOF,
                "need_kpi_id": need,
                "need_age_band": need_age,
                "need_side": side,
                "population_count": population,
                "service_code": case[3],
                "age_band": case[4],
                "effect_kpi_id": effect,
            },
        )
    for answer, is_positive in (("ja", True), ("nee", False)):
        scale = {"source_id": "forms", "scale_id": "s", "answer_code": answer}
        judged = {"is_counting": True, "is_positive": is_positive}
        yield ("survey", "answer_scales"), scale | judged
    for name, reached, positive, service, age_band, question, birth_year in CASES:
        project = {"project_code": name, "title": name, "service_code": service}
        where = {"area_code": BLOEMHOF, "started_on": date(2025, 1, 1)}
        asked = {"ended_on": date(2025, 6, 30), "invited_count": reached, "reached_count": reached}
        yield ("organisation", "projects"), project | where | asked
        activity = {"activity_id": name, "project_code": name, "service_code": service}
        yield ("ecd", "group_activities"), activity | {"held_on": date(2025, 3, 1)}
        for number in range(reached):
            client = {"client_id": f"{name}{number}"}
            home = {"buurt_code": BLOEMHOF, "birth_year": birth_year}
            yield ("ecd", "clients"), client | home | {"source_id": "ecd", "record_ref": "1"}
            yield (
                ("ecd", "attendances"),
                client | {"activity_id": name, "attended_on": date(2025, 3, 1)},
            )
            yield (
                ("survey", "answers"),
                {
                    "source_id": "forms",
                    "response_id": f"{name}{number}",
                    "questionnaire": "participant",
                    "question_id": question,
                    "scale_id": "s",
                    "answer_code": "ja" if number < positive else "nee",
                    "completed_on": date(2025, 6, 1),
                    "project_title": name,
                    "age_band": age_band,
                },
            )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("bloemhof"))
    home.create()
    write_missing_tables(home.raw)
    tables: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for table, row in rows():
        tables.setdefault(table, []).append(row)
    for table, found in tables.items():
        written = pa.Table.from_pylist(found, schema=raw_tables()[table].schema())
        write_table(home.raw, table, "bloemhof", written)
    dbt.write_model_names()
    variables = {**os.environ, **dbt.environment(home, "1GB")}
    select = ["--select", "+fct_impact_chain", "--exclude", "tag:at_release"]
    select += ["--exclude-resource-type", "unit_test"]
    dbt.run_dbt(["build", *select, "--target-path", str(home.warehouse / "dbt")], variables)
    return home.warehouse_file


def figures(warehouse: Path, source: str) -> dict[str, list[tuple[str, Any, Any, Any]]]:
    """Return the stages of 2025 per chain: stage, value, share of the need, response."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            f"""
            select chain_code, stage_code, value, share, response_rate from ({source})
            where year_number = 2025 order by chain_code, stage_number
            """
        ).fetchall()
    chains: dict[str, list[tuple[str, Any, Any, Any]]] = {}
    for chain, *stage in found:
        chains.setdefault(chain, []).append(tuple(stage))
    return chains


def test_both_bloemhof_chains_come_out_of_the_raw_rows(warehouse: Path) -> None:
    assert figures(warehouse, "select * from mart.fct_impact_chain") == {
        "OUDEREN": [
            ("opgave", 1000, 70, None),
            ("bereik", 200, None, None),
            ("antwoord", 200, None, 100),
            ("effect", 15, None, 100),
        ],
        "JONGEREN": [
            ("opgave", 1100, 60, None),
            ("bereik", 180, None, None),
            ("antwoord", 180, None, 100),
            ("effect", Decimal("30.5556"), None, 100),
        ],
    }


def test_both_chains_survive_protection_rounded(warehouse: Path) -> None:
    (table,) = (each for each in published_tables() if each.name == "impact_chain")
    names = [column.name for column in table.columns]
    shown = figures(warehouse, protected_figures("mart.fct_impact_chain", names))
    assert [stage[1] for stage in shown["OUDEREN"]] == [1000, 200, 200, 15]
    assert [stage[1] for stage in shown["JONGEREN"]] == [1100, 180, 180, 31]
