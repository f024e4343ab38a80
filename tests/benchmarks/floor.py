"""The floor: the SQL of the dbt models as one script in one DuckDB process, and nothing else.

The script has the statements that dbt itself compiled, in the order of the models, and the
settings of its profile. Tests, hooks, contracts and start-up of dbt are not in it.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb


@dataclass(frozen=True)
class Plan:
    """What the script does: settings, seeds to copy first, and statements by model."""

    database: str
    built: str
    settings: dict[str, Any]
    schemas: list[str]
    seeds: list[str]
    statements: list[tuple[str, str]]


def plan(target: Path, built: Path, database: Path, settings: dict[str, Any]) -> Plan:
    """Read from a dbt target folder what `built` was made with; to be made in `database` again."""
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    models = {
        result["unique_id"]: result
        for result in results
        if result["unique_id"].startswith("model.") and result["status"] == "success"
    }
    nodes = manifest["nodes"]
    order = TopologicalSorter({name: nodes[name]["depends_on"]["nodes"] for name in models})
    seeds = [node for node in nodes.values() if node["resource_type"] == "seed"]
    return Plan(
        database=str(database),
        built=str(built),
        settings=settings,
        schemas=sorted({nodes[name]["schema"] for name in models} | {s["schema"] for s in seeds}),
        seeds=[f'"{seed["schema"]}"."{seed["alias"]}"' for seed in seeds],
        statements=[
            (name.rpartition(".")[2], _statement(models[name], nodes[name]["config"]))
            for name in order.static_order()
            if name in models
        ],
    )


def _statement(result: dict[str, Any], config: dict[str, Any]) -> str:
    kind = "view" if config["materialized"] == "view" else "table"
    return f"create {kind} {result['relation_name']} as (\n{result['compiled_code']}\n)"


def run(script: Plan) -> dict[str, float]:
    """Run the script in a new database; return the seconds of every model."""
    seconds = {}
    with duckdb.connect(script.database) as connection:
        for name, value in script.settings.items():
            connection.execute(f"set {name} = '{value}'")
        connection.execute(f"attach '{script.built}' as built_by_dbt (read_only)")
        for schema in script.schemas:
            connection.execute(f'create schema if not exists "{schema}"')
        for seed in script.seeds:
            connection.execute(f"create table {seed} as from built_by_dbt.{seed}")
        connection.execute("detach built_by_dbt")
        for name, statement in script.statements:
            began = time.perf_counter()
            connection.execute(statement)
            seconds[name] = time.perf_counter() - began
    return seconds


def main() -> None:
    """Run the plan in a file; print the seconds per model."""
    file = Path(sys.argv[1])
    print(json.dumps(run(Plan(**json.loads(file.read_text(encoding="utf-8"))))))  # noqa: T201


def write_plan(script: Plan, file: Path) -> None:
    """Write a plan where the process that runs it finds it."""
    file.write_text(json.dumps(asdict(script)), encoding="utf-8")


if __name__ == "__main__":
    main()
