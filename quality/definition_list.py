"""The definition list as rules need it: built in, imported by the organisation, and its own."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingest.raw_tables import raw_tables
from ingest.yaml_files import read_yaml

DBT = Path(__file__).parents[1] / "dbt_project"
_SEEDS = DBT / "seeds" / "definitions"


@dataclass(frozen=True)
class Kpi:
    """One KPI; `life_domain` is the number of its life domain, None outside the KPI-model."""

    id: str
    layer: str
    life_domain: str | None = None
    linked_impact_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class DefinitionList:
    """Every KPI by its id, and the ids of the intended effects."""

    kpis: dict[str, Kpi]
    intended_effects: frozenset[str]


def definition_list(raw: Path) -> DefinitionList:
    """Return the definition list: what the organisation imported wins over what is built in."""
    models = (Kpi(id=found["id"], layer=found["layer"]) for found in _own_kpis())
    listed = map(_kpi, [*_seed("kpis"), *_imported(raw, "kpis")])
    effects = [*_seed("intended_effects"), *_imported(raw, "intended_effects")]
    return DefinitionList(
        kpis={kpi.id: kpi for kpi in (*models, *listed)},
        intended_effects=frozenset(effect["intended_effect_id"] for effect in effects),
    )


def ids_of_models() -> frozenset[str]:
    """Return the ids of the KPI's that a model of their own computes and that are in no list."""
    return frozenset(found["id"] for found in _own_kpis())


def _kpi(row: dict[str, Any]) -> Kpi:
    parent, linked = row["parent_code"] or "", row["linked_impact_ids"] or ""
    return Kpi(
        id=row["kpi_id"],
        layer=row["layer"],
        life_domain=parent[1:] if parent[:1] in ("I", "E") else None,
        linked_impact_ids=tuple(each.strip() for each in linked.split(",") if each.strip()),
    )


@cache
def _seed(name: str) -> tuple[dict[str, str], ...]:
    with (_SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def _imported(raw: Path, table_name: str) -> Iterator[dict[str, Any]]:
    for file in sorted(raw_tables()["definition", table_name].folder(raw).glob("*.parquet")):
        yield from pq.read_table(file).to_pylist()


@cache
def _own_kpis() -> tuple[dict[str, Any], ...]:
    """Return the meta of every KPI model that says its own layer: it is in no list."""
    return tuple(_kpi_blocks(sorted(DBT.glob("models/kpi/**/*.yml"))))


def _kpi_blocks(files: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for file in files:
        for model in read_yaml(file).get("models", ()):
            block = model.get("config", {}).get("meta", {}).get("kpi", {})
            if "layer" in block:
                yield block
