"""A Power BI project of the release: a semantic model (TMDL) and a first page (PBIR).

It holds no figure: it reads the Parquet files through one parameter, the folder they are in.
"""

import json
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from exports.files import DATABASE
from exports.pages import fetch_rows
from exports.power_bi.model import Model, semantic_model
from exports.power_bi.report import report_files
from exports.power_bi.tmdl import model_files

FOLDER = "powerbi"
PROJECT = "Impactkompas"

__all__ = ["FOLDER", "KPIS_QUERY", "Model", "semantic_model", "write_power_bi"]

# The KPI's that can have a figure.
KPIS_QUERY = """
select kpi_id, kpi_label_nl, definition_nl, layer_nl, parent_label_nl, unit, choice_nl, formula_nl
from dim_kpi where unit is not null order by sort_order, kpi_id
"""


def write_power_bi(folder: Path) -> None:
    """Write `folder`/powerbi, with a measure for every KPI of impact.duckdb that has a unit."""
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        kpis = partial(fetch_rows, connection)(KPIS_QUERY)
    model = semantic_model(kpis)
    texts: dict[str, str | dict[str, Any]] = {
        **{f"{PROJECT}.SemanticModel/{name}": text for name, text in model_files(model).items()},
        **{f"{PROJECT}.Report/{name}": text for name, text in report_files(model).items()},
        f"{PROJECT}.pbip": {
            "$schema": "https://developer.microsoft.com/json-schemas/fabric/pbip/pbipProperties/"
            "1.0.0/schema.json",
            "version": "1.0",
            "artifacts": [{"report": {"path": f"{PROJECT}.Report"}}],
            "settings": {"enableAutoRecovery": True},
        },
        ".gitignore": "**/.pbi/localSettings.json\n**/.pbi/cache.abf\n",
    }
    for name, content in texts.items():
        file = folder / FOLDER / name
        file.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else _json(content)
        file.write_text(text, encoding="utf-8", newline="\n")


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
