"""The contradictions of the source are told, all ten, and at KPI's that exist."""

import re
from pathlib import Path

from ingest.definitions.lists import seed

ROOT = Path(__file__).parents[2]


def known_kpis() -> set[str]:
    models = (ROOT / "dbt_project" / "models" / "kpi").rglob("*.yml")
    in_models = {
        kpi_id
        for file in models
        for kpi_id in re.findall(
            r"^ {10}id: (\S+)$", file.read_text(encoding="utf-8"), re.MULTILINE
        )
    }
    return in_models | {row["kpi_id"] for row in seed("kpis")}


def test_all_ten_are_told_with_their_place_in_the_source() -> None:
    found = {row["contradiction_id"]: row for row in seed("contradictions")}
    assert list(found) == [f"C{number}" for number in range(1, 11)]
    assert [name for name, row in found.items() if not re.search(r"r\. \d", row["source"])] == []
    page = (ROOT / "docs" / "reference" / "kpis.md").read_text(encoding="utf-8")
    assert [name for name, row in found.items() if row["text_nl"] not in page] == []


def test_each_touches_a_layer_or_a_kpi_that_exists() -> None:
    touches = seed("kpi_contradictions")
    assert {row["contradiction_id"] for row in touches} == {f"C{n}" for n in range(1, 11)}
    assert all(bool(row["layer"]) != bool(row["kpi_id"]) for row in touches)
    layers = {row["layer"] for row in touches if row["layer"]}
    assert layers <= {"alle", "impact", "effect", "activity"}
    named = {row["kpi_id"] for row in touches if row["kpi_id"] and "%" not in row["kpi_id"]}
    assert named - known_kpis() == set()


def test_they_stand_at_the_kpis_of_which_they_speak() -> None:
    """By hand from section C of the rules: which KPI's each of them names."""
    found: dict[str, set[str]] = {}
    for row in seed("kpi_contradictions"):
        found.setdefault(row["contradiction_id"], set()).add(row["layer"] or row["kpi_id"])
    assert found["C1"] == found["C10"] == {"alle"}
    assert found["C2"] == {"effect"}
    assert found["C6"] == {"I4.1.2"}
    assert "A14" in found["C7"]
    assert found["C9"] == {"E1.1.1", "E1.3.1", "E4.1.3", "E4.2.1"}
    with_effect = {r["kpi_id"] for r in seed("kpis") if r["intended_effect_id"] == "E4.1"}
    assert found["C8"] == with_effect
