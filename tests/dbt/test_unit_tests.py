"""Every dbt unit test holds, on a warehouse without a single row."""

from functools import cache

import pytest
import yaml

from ingest.home import Home
from orchestration import dbt

MODELS = dbt.PROJECT / "models"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Build the whole project, unit tests included, from empty raw tables; give node statuses."""
    return dbt.build_without_data(Home(tmp_path_factory.mktemp("empty")))


@cache
def documents() -> list[dict[str, object]]:
    return [
        yaml.safe_load(file.read_text(encoding="utf-8")) for file in sorted(MODELS.rglob("*.yml"))
    ]


def test_every_unit_test_of_the_project_ran_and_passed(built: dict[str, str]) -> None:
    declared = [
        test["name"]
        for document in documents()
        for test in document.get("unit_tests", [])  # type: ignore[attr-defined]
    ]
    passed = {
        unique_id.rsplit(".", 1)[-1]
        for unique_id, status in built.items()
        if unique_id.startswith("unit_test.") and status == "pass"
    }
    assert set(declared) == passed
    assert len(declared) == len(set(declared))


def test_an_organisation_without_any_data_still_builds(built: dict[str, str]) -> None:
    # An exposure only says who reads what: nothing of it is built.
    assert {node for node, status in built.items() if status == "no-op"} <= {
        node for node in built if node.startswith("exposure.")
    }
    assert set(built.values()) <= {"success", "pass", "no-op"}


@pytest.mark.parametrize("folder", ["kpi", "checks", "figure_checks"])
def test_every_kpi_and_every_check_has_a_unit_test(folder: str) -> None:
    tested = {
        test["model"]
        for document in documents()
        for test in document.get("unit_tests", [])  # type: ignore[attr-defined]
    }
    models = {file.stem for file in (MODELS / folder).rglob("[kc]*_*.sql")}
    assert models
    assert models <= tested


def test_every_model_has_a_description_and_states_its_grain() -> None:
    described = {
        model["name"]: model["description"]
        for document in documents()
        for model in document.get("models", [])  # type: ignore[attr-defined]
    }
    models = {file.stem for file in MODELS.rglob("*.sql")}
    assert models == set(described)
    assert [name for name, text in described.items() if "orrel" not in text] == []


def test_only_staging_reads_sources_and_staging_reads_nothing_else() -> None:
    reading_sources = {
        file.stem for file in MODELS.rglob("*.sql") if "source(" in file.read_text(encoding="utf-8")
    }
    staging = {file.stem: file for file in MODELS.rglob("stg_*.sql")}
    assert reading_sources == set(staging)
    reading_models = [
        name for name, file in staging.items() if "ref(" in file.read_text(encoding="utf-8")
    ]
    assert reading_models == []
