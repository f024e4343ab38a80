"""The dbt project as the night runs it: generated lists, manifest, environment."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
from dagster_dbt import DbtProject

from ingest.home import Home
from ingest.pulled.secret import without_secrets
from ingest.raw_tables import raw_tables, write_missing_tables, write_table

PROJECT = Path(__file__).parents[1] / "dbt_project"
GENERATED = PROJECT / "macros" / "generated" / "model_names.sql"
TARGET = PROJECT / "target"


class DbtError(Exception):
    """dbt could not read or build the project; the message ends with what dbt said."""


def write_model_names() -> None:
    """Write the macros that list KPI and check models, since dbt cannot list files itself."""
    text = "".join(
        f"{{#- Generated from models/{folder}; do not edit. -#}}\n"
        f"{{% macro {macro}() -%}}\n    {{{{ return({names!r}) }}}}\n{{%- endmacro %}}\n"
        for macro, folder, names in (
            ("kpi_model_names", "kpi", _model_names("kpi", "kpi_*.sql")),
            ("check_model_names", "checks", _model_names("checks", "chk_*.sql")),
            *(
                (macro, folder, _model_names(folder, "chk_*.sql"))
                for macro, folder in (
                    ("figure_flag_model_names", "figure_checks/flags"),
                    ("release_check_model_names", "figure_checks/release"),
                )
            ),
        )
    )
    if not GENERATED.exists() or GENERATED.read_text(encoding="utf-8") != text:
        GENERATED.parent.mkdir(exist_ok=True)
        _replace(GENERATED, text)


def _replace(file: Path, text: str) -> None:
    """Put a text in a file at once: nights of other organisations read these files too."""
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(file)


def _model_names(folder: str, pattern: str) -> list[str]:
    return sorted(file.stem for file in (PROJECT / "models" / folder).rglob(pattern))


def project_key() -> str:
    """Return a hash of everything that dbt parses, to know whether a manifest is still right."""
    digest = hashlib.sha256()
    for file in sorted(PROJECT.rglob("*")):
        if (
            file.is_file()
            and TARGET not in file.parents
            and file.suffix in (".sql", ".yml", ".csv")
        ):
            digest.update(str(file.relative_to(PROJECT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def prepare() -> None:
    """Make the manifest that Dagster loads, unless the one at hand belongs to this very project.

    Every entry point calls this before it loads the definitions, which themselves do nothing.
    """
    write_model_names()
    key_file = TARGET / "manifest.key"
    key = project_key()
    if (TARGET / "manifest.json").exists() and key_file.exists() and key_file.read_text() == key:
        return
    TARGET.mkdir(exist_ok=True)
    # Elsewhere, since dagster-dbt would copy the partial parse beside a manifest over that of a
    # home with another profile: a full parse every night.
    with TemporaryDirectory(dir=TARGET) as folder:
        run_dbt(
            ["parse", "--target-path", folder],
            {**os.environ, "IMPACTKOMPAS_HOME": ".", "IMPACTKOMPAS_WAREHOUSE": ":memory:"},
        )
        (Path(folder) / "manifest.json").replace(TARGET / "manifest.json")
    _replace(key_file, key)


def dbt_project() -> DbtProject:
    """Return the project for dagster-dbt, without preparing anything."""
    return DbtProject(project_dir=PROJECT, profiles_dir=PROJECT)


def environment(home: Home, memory_limit: str) -> dict[str, str]:
    """Return the variables with which dbt finds the data of one organisation."""
    return {
        "IMPACTKOMPAS_HOME": str(home.root.resolve()),
        "IMPACTKOMPAS_WAREHOUSE": str(home.warehouse_file.resolve()),
        "IMPACTKOMPAS_MEMORY_LIMIT": memory_limit,
        "IMPACTKOMPAS_THREADS": str(os.cpu_count() or 1),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_LOG_PATH": str(home.logs.resolve()),
        "DO_NOT_TRACK": "1",
    }


def executable() -> str:
    """Return the dbt of this very environment, whatever is on the path."""
    return shutil.which("dbt", path=str(Path(sys.executable).parent)) or "dbt"


def run_dbt(arguments: list[str], variables: dict[str, str]) -> None:
    """Run one dbt command in its own process; raise DbtError with the end of what it said."""
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        [
            executable(),
            "--quiet",
            *arguments,
            "--project-dir",
            str(PROJECT),
            "--profiles-dir",
            str(PROJECT),
        ],
        env=without_secrets(variables),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last_lines = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise DbtError(f"dbt {arguments[0]} lukte niet:\n{last_lines}")


def build_without_data(home: Home, *selection: str) -> dict[str, str]:
    """Build models and run their unit tests on a new home without a row; return node statuses.

    A unit test brings its own rows, but dbt asks the warehouse which columns its inputs have.
    """
    home.create()
    schema = raw_tables()["run", "settings"].schema()
    as_of = pa.Table.from_pylist([{"name": "as_of", "value": "2026-01-06"}], schema=schema)
    write_table(home.raw, ("run", "settings"), "night", as_of)
    write_missing_tables(home.raw)
    write_model_names()
    target = home.warehouse / "dbt"
    run_dbt(
        ["build", *selection, "--target-path", str(target)],
        {**os.environ, **environment(home, "1GB")},
    )
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    return {result["unique_id"]: result["status"] for result in results}
