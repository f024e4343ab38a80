"""The same transforms by the Spark target, when it is installed; and whether its rows are equal."""

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb

from orchestration import dbt
from orchestration.night import Night
from tests.benchmarks.processes import watch
from tests.benchmarks.transforms import read_transforms

TABLE = "fct_kpi_value"


def missing() -> str | None:
    """Say in Dutch why Spark cannot run here, None when it can."""
    if find_spec("pyspark") is None or find_spec("dbt.adapters.spark") is None:
        return "PySpark is niet geïnstalleerd"
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        return "Java is er niet"
    return None


def measure(home: Path, limit: float) -> dict[str, Any]:
    """Build the models of a home with Spark as well; compare every row of the KPI table."""
    target = home / "warehouse" / "dbt_spark"
    ran = watch(
        [
            dbt.executable(), "--quiet", "build", "--target", "spark",
            "--resource-type", "model", "--resource-type", "seed",
            "--project-dir", str(dbt.PROJECT), "--profiles-dir", str(dbt.PROJECT),
            "--target-path", str(target),
        ],
        Night.of(home).dbt_environment(),
        limit=limit,
    )  # fmt: skip
    if ran.unfinished is not None:
        return _unmeasured(f"niet geëindigd binnen {ran.unfinished / 60:.0f} min")
    if ran.exit_code:
        return _unmeasured(f"dbt build --target spark eindigde met code {ran.exit_code}")
    # Wherever the profile keeps them: a folder per table.
    files = [each for each in (home / "warehouse").rglob("*.parquet") if each.parent.name == TABLE]
    if not files:
        return _unmeasured(f"Spark schreef geen Parquet van {TABLE}")
    took = read_transforms(target)
    return {
        "seconds": [round(took.models, 3)],
        "wall": [round(took.wall, 3)],
        "peak": [ran.peak],
        "rows_equal": is_equal(home / "warehouse" / "build.duckdb", files),
    }


def is_equal(built: Path, files: list[Path]) -> bool:
    """Say whether Parquet files hold the rows of the KPI table of DuckDB, each as often."""
    with duckdb.connect(str(built), read_only=True) as connection:
        relation = connection.table(f"mart.{TABLE}")
        columns = ", ".join(
            f'cast("{name}" as {kind}) as "{name}"'
            for name, kind in zip(relation.columns, relation.types, strict=True)
        )
        ours = f"select {columns} from mart.{TABLE}"
        theirs = f"select {columns} from read_parquet({[str(file) for file in files]!r})"
        found = connection.execute(
            f"select count(*) from (({ours} except all {theirs}) union all "
            f"({theirs} except all {ours}))"
        ).fetchone()
    return found is not None and found[0] == 0


def _unmeasured(reason: str) -> dict[str, Any]:
    return {"reason": reason, "rows_equal": None}
