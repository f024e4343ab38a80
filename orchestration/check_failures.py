"""Which checks threw while dbt built them: an error, never a pass, and no reason to stop."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb


def throwing_checks(target: Path, warehouse: Path) -> dict[str, str]:
    """Return the checks that could not be made, as model name -> check id.

    A model or its test says so itself. What only throws on rows, or gives no verdict on one, shows
    in what reads all checks, so then every check is read apart.
    """
    if not (target / "manifest.json").exists():
        return {}  # dbt stopped before it had read the project
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    nodes: Mapping[str, Any] = manifest["nodes"]
    checks = {
        unique_id: node["config"]["meta"]["check"]["id"]
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model" and "check" in node["config"]["meta"]
    }
    failed = {
        nodes[result["unique_id"]].get("attached_node") or result["unique_id"]
        for result in results
        if result["status"] in ("error", "fail")
    }
    if not failed & set(checks) and warehouse.exists():
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            failed |= {each for each in checks if not _can_be_read(connection, nodes[each])}
    return {nodes[each]["name"]: checks[each] for each in failed if each in checks}


def _can_be_read(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> bool:
    relation = f"{node['schema']}.{node['name']}"
    verdict = "is_hit" if node["config"]["meta"]["check"].get("grain") != "slice" else "true"
    try:
        found = connection.execute(
            f"select max(hash(judged)), bool_and({verdict} is not null) from {relation} as judged"
        ).fetchone()
    except duckdb.CatalogException:
        return True  # never built: what it reads failed before it
    except duckdb.Error:
        return False
    return found is None or found[1] is not False
