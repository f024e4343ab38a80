"""The same transforms by the Spark target, when it is installed; and whether its rows are equal."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from orchestration import dbt
from orchestration.night import Night
from tests.benchmarks.processes import watch

TABLE = "fct_kpi_value"


def missing() -> str | None:
    """Say in Dutch why Spark cannot run here, None when it can."""
    if find_spec("pyspark") is None:
        return "pyspark is niet geïnstalleerd"
    profile = (dbt.PROJECT / "profiles.yml").read_text(encoding="utf-8")
    if "type: spark" not in profile:
        return "het dbt-project heeft geen target spark"
    return None


def measure(home: Path, limit: float) -> dict[str, Any]:
    """Build the models of a home with Spark; compare every row of the KPI table."""
    ran = watch(
        [
            dbt.executable(), "--quiet", "build", "--target", "spark",
            "--resource-type", "model", "--resource-type", "seed",
            "--project-dir", str(dbt.PROJECT), "--profiles-dir", str(dbt.PROJECT),
            "--target-path", str(home / "warehouse" / "dbt-spark"),
        ],
        Night.of(home).dbt_environment(),
        limit=limit,
    )  # fmt: skip
    if ran.unfinished is not None:
        return {"reason": f"niet geëindigd binnen {ran.unfinished / 60:.0f} min"}
    if ran.exit_code:
        return {"reason": f"dbt build --target spark eindigde met code {ran.exit_code}"}
    files = sorted((home / "warehouse" / "spark").glob(f"**/{TABLE}/*.parquet"))
    if not files:
        return {"reason": f"Spark schreef geen Parquet van {TABLE}"}
    return {
        "seconds": [ran.seconds],
        "peak": [ran.peak],
        "rows_equal": _is_equal(home / "warehouse" / "build.duckdb", files),
    }


def _is_equal(built: Path, files: list[Path]) -> bool:
    """Say whether DuckDB and Spark made the same rows, each as often."""
    with duckdb.connect(str(built), read_only=True) as connection:
        relation = connection.table(f"mart.{TABLE}")
        columns = ", ".join(
            f'cast("{name}" as {kind}) as "{name}"'
            for name, kind in zip(relation.columns, relation.types, strict=True)
        )
        ours = f"select {columns} from mart.{TABLE}"
        theirs = f"select {columns} from read_parquet($files)"
        found = connection.execute(
            f"select count(*) from (({ours} except all {theirs}) union all "
            f"({theirs} except all {ours}))",
            {"files": [str(file) for file in files]},
        ).fetchone()
    return found is not None and found[0] == 0
