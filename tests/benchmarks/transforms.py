"""What dbt takes for the models: of a whole night, and of some KPI's alone."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pandas as pd
import yaml

from ingest.home import Home
from ingest.raw_tables import write_missing_tables
from orchestration import dbt
from orchestration.night import Night
from tests.benchmarks.processes import Ran, watch

# Where the figures of all KPI's stand, per period and breakdown, before they are published.
FIGURES = "int_measure_sums"
# What the analyst's script reads.
READ = (
    "ecd/clients",
    "ecd/trajectories",
    "ecd/contacts",
    "ecd/group_activities",
    "ecd/attendances",
    "ecd/worked_hours",
    "organisation/projects",
    "open_data/regions",
    "run/settings",
)


@dataclass(frozen=True)
class Transforms:
    """What a dbt build took: the sum of its model times, and from its first node to its last."""

    models: float
    wall: float
    tables: list[tuple[str, str]]


def read_transforms(target: Path) -> Transforms:
    """Read from a dbt target folder how long the models took, and which tables are marts."""
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    models = [each for each in results["results"] if each["unique_id"].startswith("model.")]
    return Transforms(
        models=sum(each["execution_time"] for each in models),
        wall=results["elapsed_time"],
        tables=[
            (node["schema"], node["alias"])
            for node in (nodes[each["unique_id"]] for each in models)
            if node["fqn"][1] == "marts" and node["config"]["materialized"] != "view"
        ],
    )


def profile(home: Path) -> dict[str, Any]:
    """Return the profile with which dbt builds in a home, as dbt would read it."""
    variables = Night.of(home).dbt_environment()
    text = (dbt.PROJECT / "profiles.yml").read_text(encoding="utf-8")
    as_dbt_does = jinja2.Environment(autoescape=False)  # noqa: S701 - YAML, no page
    as_dbt_does.filters["as_number"] = int
    rendered = as_dbt_does.from_string(text).render(
        env_var=lambda name, default="": variables.get(name, default)
    )
    return yaml.safe_load(rendered)["impactkompas"]["outputs"]["duckdb"]


def duckdb_settings(found: dict[str, Any]) -> dict[str, Any]:
    """Return what a profile sets in DuckDB itself."""
    return found.get("config_options", {}) | found.get("settings", {})


class KpisAlone:
    """A project with some of the KPI's only, on a home with only the tables that they read."""

    def __init__(self, night_home: Path, folder: Path, kpis: tuple[str, ...]) -> None:
        """Copy the project without the other KPI's; link the raw tables."""
        self.project, self._home, self._kpis = folder / "project", Home(folder / "home"), kpis
        ignored = shutil.ignore_patterns("target", "logs", "*unit_tests.yml", "_exposures.yml")
        shutil.copytree(dbt.PROJECT, self.project, ignore=ignored)
        kept = []
        for file in sorted(self.project.glob("models/kpi/**/kpi_*.yml")):
            text = file.read_text(encoding="utf-8")
            model = yaml.safe_load(text)["models"][0]
            if model["config"]["meta"]["kpi"]["id"] in kpis:
                kept.append(file.stem)
                file.write_text(text.partition("\nunit_tests:")[0] + "\n", encoding="utf-8")
            else:
                file.unlink()
                file.with_suffix(".sql").unlink()
        names = self.project / "macros" / "generated" / "model_names.sql"
        names.write_text(
            re.sub(
                r"(macro kpi_model_names\(\) -%\}\s*\{\{ return\()\[.*?\]",
                lambda found: f"{found[1]}{kept!r}",
                names.read_text(encoding="utf-8"),
                flags=re.DOTALL,
            ),
            encoding="utf-8",
        )
        self._home.create()
        write_missing_tables(self._home.raw)
        for table in READ:
            shutil.rmtree(self._home.raw / table)
            (self._home.raw / table).symlink_to((night_home / "raw" / table).resolve())
        self._environment = Night.of(night_home).dbt_environment() | dbt.environment(
            self._home, Night.of(night_home).settings.memory_limit
        )
        self.target = self._home.warehouse / "dbt"

    def run(self, limit: float) -> tuple[Ran, Transforms | None]:
        """Build the figures of these KPI's in a new warehouse."""
        self._home.warehouse_file.unlink(missing_ok=True)
        ran = watch(
            [
                dbt.executable(), "--quiet", "build", "--select", f"+{FIGURES}",
                "--resource-type", "model", "--resource-type", "seed",
                "--project-dir", str(self.project), "--profiles-dir", str(self.project),
                "--target-path", str(self.target),
            ],
            self._environment,
            limit=limit,
        )  # fmt: skip
        if ran.exit_code and ran.unfinished is None:
            raise RuntimeError(f"dbt did not build the KPI's alone:\n{ran.said[-2000:]}")
        return ran, read_transforms(self.target) if ran.unfinished is None else None

    def figures(self) -> pd.DataFrame:
        """Return the figures of these KPI's as the script of the analyst gives them."""
        with duckdb.connect(str(self._home.warehouse_file), read_only=True) as connection:
            return connection.execute(
                f"""
                select
                    measure_id as kpi_id, period_type, period_start, breakdown, slice_key,
                    cast(numerator as double) as numerator,
                    cast(denominator as double) as denominator, subject_count as n
                from mart.{FIGURES}
                where measure_kind = 'kpi' and list_contains($kpis, measure_id)
                """,
                {"kpis": list(self._kpis)},
            ).df()
