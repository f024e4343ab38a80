"""The scaffold of a KPI, and which ids it takes."""

from pathlib import Path

import pytest
import yaml

from orchestration import own_kpis
from orchestration.own_kpis import KpiError, new_kpi


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in the place of the KPI models."""
    monkeypatch.setattr(own_kpis, "MODELS", tmp_path)
    return tmp_path


def test_a_new_kpi_is_an_sql_file_and_a_yaml_file_of_one_model(models: Path) -> None:
    files = new_kpi(" eigen-wachttijd ", "Wachttijd: \"meer dan\" 10% 'lang'")
    assert [str(file.relative_to(models)) for file in files] == [
        "own/kpi_eigen_wachttijd.sql",
        "own/kpi_eigen_wachttijd.yml",
    ]
    (model,) = yaml.safe_load(files[1].read_text(encoding="utf-8"))["models"]
    kpi = model["config"]["meta"]["kpi"]
    assert (model["name"], kpi["id"]) == ("kpi_eigen_wachttijd", "EIGEN-WACHTTIJD")
    assert kpi["name_nl"] == "Wachttijd: \"meer dan\" 10% 'lang'"


@pytest.mark.parametrize("kpi_id", ["A16", "e4.1.1", "I1.2", "E4-EIGEN", "EIGEN", "EIGEN-../../x"])
def test_r04_an_id_of_the_model_or_without_its_own_prefix_is_refused(
    kpi_id: str, models: Path
) -> None:
    with pytest.raises(KpiError, match=r"R04.*EIGEN-WACHTTIJD"):
        new_kpi(kpi_id)
    assert list(models.rglob("*")) == []


def test_r24_a_scaffold_is_never_an_impact_kpi() -> None:
    with pytest.raises(KpiError, match="R24"):
        new_kpi("I9.9.9")


def test_an_id_of_kwadraad_is_refused() -> None:
    with pytest.raises(KpiError, match="Kwadraad"):
        new_kpi("KW-SRW-9")


@pytest.mark.parametrize("kpi_id", ["EIGEN-I-EENZAAM", "EIGEN-NIEUW"])
def test_an_id_that_exists_is_not_overwritten(kpi_id: str, models: Path) -> None:
    if kpi_id == "EIGEN-NIEUW":
        (sql, _) = new_kpi(kpi_id)
        sql.write_text("mine")
    with pytest.raises(KpiError, match="bestaat al"):
        new_kpi(kpi_id)
    assert [file.read_text() for file in models.rglob("*.sql")] in ([], ["mine"])


def test_only_a_kpi_with_a_model_can_be_tested() -> None:
    with pytest.raises(KpiError, match=r"E4\.1\.1 heeft geen model"):
        own_kpis.test_kpi("E4.1.1")
