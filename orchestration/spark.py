"""The warehouse built on Spark: what that needs, and how its tables get to the build database."""

import json
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

import duckdb

from ingest.home import Home
from orchestration import dbt

TARGET = "spark"


class SparkMissingError(dbt.DbtError):
    """This environment cannot run Spark; the message says what to install."""


def require() -> None:
    """Raise SparkMissingError unless PySpark and a Java to run it are here."""
    if find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None:
        raise SparkMissingError(
            "PySpark is niet geïnstalleerd. Voer 'make install-spark' uit, of reken op DuckDB: "
            "'--engine duckdb'."
        )
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise SparkMissingError(
            "Java is er niet, en Spark draait daarop. Installeer Java 17 (Debian: "
            "openjdk-17-jre-headless) of wijs haar aan met JAVA_HOME, of reken op DuckDB: "
            "'--engine duckdb'."
        )


def build_folder(home: Home) -> Path:
    """Return where dbt keeps its own files of builds on Spark, apart from those on DuckDB."""
    return home.warehouse / "dbt_spark"


def into_build_database(home: Home, memory_limit: str) -> None:
    """Move every table of the last build on Spark to the build database; views stay views.

    Whatever reads the build database after this does not know which engine made it.
    """
    manifest = json.loads((build_folder(home) / "manifest.json").read_text(encoding="utf-8"))
    nodes = [
        node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")
    ]
    with duckdb.connect(
        home.warehouse_file,
        config={"memory_limit": memory_limit, "temp_directory": f"{home.warehouse_file}.tmp"},
    ) as connection:
        for node in nodes:
            rows = home.spark_warehouse / node["alias"]
            if node["config"]["materialized"] != "view" and rows.is_dir():
                connection.execute(f"create schema if not exists {node['schema']}")
                connection.execute(
                    f"create table {node['schema']}.{node['alias']} as from read_parquet($files)",
                    {"files": str(rows / "*.parquet")},
                )
    for former in (home.spark_warehouse, Path(f"{home.spark_warehouse}.tmp")):
        shutil.rmtree(former, ignore_errors=True)
    views = [node["name"] for node in nodes if node["config"]["materialized"] == "view"]
    dbt.run_dbt(
        ["run", "--select", *views, "--target-path", str(home.warehouse / "dbt")],
        {**os.environ, **dbt.environment(home, memory_limit)},
    )
