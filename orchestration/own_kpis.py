"""KPI's of the organisation itself: the files of a new one, and the unit tests of any one."""

import csv
import json
import re
from pathlib import Path
from string import Template

from ingest.home import Home
from ingest.yaml_files import read_yaml
from orchestration import dbt

SCAFFOLD = dbt.PROJECT / "scaffold"
MODELS = dbt.PROJECT / "models" / "kpi"
LISTED = dbt.PROJECT / "seeds" / "definitions" / "kpis.csv"


class KpiError(Exception):
    """A KPI cannot be made or tested; the message says in Dutch why and what to do."""


def new_kpi(kpi_id: str, name_nl: str | None = None) -> list[Path]:
    """Write the SQL and the YAML of a new KPI that runs as it is, and return the files.

    Raises KpiError when the id is not one of the organisation itself, or is taken.
    """
    kpi_id = kpi_id.strip().upper()
    _require_own(kpi_id)
    model = f"kpi_{kpi_id.lower().replace('-', '_')}"
    # A JSON text is a YAML text too, whatever stands in it.
    name = json.dumps(name_nl or f"Afgesloten trajecten ({kpi_id})", ensure_ascii=False)
    folder = MODELS / "own"
    folder.mkdir(exist_ok=True)
    written = []
    for template in (SCAFFOLD / "kpi.sql", SCAFFOLD / "kpi.yml"):
        file = folder / f"{model}{template.suffix}"
        text = Template(template.read_text(encoding="utf-8"))
        file.write_text(text.substitute(model=model, kpi_id=kpi_id, name_nl=name), encoding="utf-8")
        written.append(file)
    return written


def _require_own(kpi_id: str) -> None:
    example = "Kies een eigen id, zoals EIGEN-WACHTTIJD."
    if kpi_id.startswith("KW-"):
        raise KpiError(f"{kpi_id}: KW- is voor de KPI's van Kwadraad. {example}")
    if re.fullmatch(r"[IEA][\d.]+", kpi_id):
        raise KpiError(
            f"R04: {kpi_id} heeft de vorm van een KPI van het KPI-model; die komen alleen uit de "
            f"definitielijst (en I-KPI's uit openbare bronnen: R24). {example}"
        )
    if re.fullmatch(r"EIGEN(-[A-Z0-9]+)+", kpi_id) is None or len(kpi_id) > 50:
        raise KpiError(
            f"R04: '{kpi_id}' is geen id van een eigen KPI: EIGEN- met daarna letters, cijfers en "
            f"streepjes, hooguit 50 tekens. {example}"
        )
    if kpi_id in _listed_ids() | _models().keys():
        raise KpiError(f"{kpi_id} bestaat al. Wijzig die KPI, of kies een ander id.")


def _listed_ids() -> set[str]:
    with LISTED.open(encoding="utf-8", newline="") as lines:
        return {row["kpi_id"] for row in csv.DictReader(lines)}


def _models() -> dict[str, str]:
    """Return the dbt model of every KPI that has one, by KPI id."""
    return {
        model["config"]["meta"]["kpi"]["id"]: model["name"]
        for file in MODELS.rglob("*.yml")
        for model in read_yaml(file).get("models", ())
        if "kpi" in model.get("config", {}).get("meta", {})
    }


def test_kpi(kpi_id: str) -> list[str]:
    """Run the unit tests of one KPI on a warehouse without rows; return the names of what passed.

    Raises KpiError when there is no such model, or with what dbt says when a test fails.
    """
    kpi_id = kpi_id.strip().upper()
    model = _models().get(kpi_id)
    if model is None:
        raise KpiError(
            f"{kpi_id} heeft geen model in dbt_project/models/kpi. Effect- en impact-KPI's volgen "
            "uit koppeltabellen (docs/how-to/add-a-kpi.md); een eigen KPI maakt u met "
            "'impactkompas kpi new'."
        )
    try:
        # A fixed place, so that dbt parses only what changed since the last time.
        statuses = dbt.build_without_data(
            Home(dbt.TARGET / "without_data"), "--select", f"+{model}"
        )
    except dbt.DbtError as error:
        raise KpiError(f"{kpi_id}: {error}") from None
    return [
        unique_id.rsplit(".", 1)[-1]
        for unique_id, status in statuses.items()
        if unique_id.startswith(f"unit_test.impactkompas.{model}.") and status == "pass"
    ]
