"""The organisation whose night Dagster runs."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource
from packaging.version import Version

from ingest.home import Home
from orchestration.aftermath import fail_zombies, stop_orphans
from orchestration.dbt import PROJECT, executable
from orchestration.night import Night
from orchestration.run_lock import is_held_here, run_lock

DEFAULT_HOME = "data"


class Organisation(dg.ConfigurableResource[None]):
    """The home of an organisation, and what was asked for this one night."""

    home: str
    as_of: str | None = None
    open_data: str | None = None
    engine: str | None = None

    @contextmanager
    def yield_for_execution(  # type: ignore[override]  # the resource is its own value
        self,
        context: dg.InitResourceContext,
    ) -> Iterator["Organisation"]:
        """Keep other runs on this home away, whoever started them, and the dead as well."""
        home = Home(Path(self.home).resolve())
        is_started_by_the_command = is_held_here(home)
        with run_lock(home):
            stop_orphans(home)
            if context.instance and context.run_id:
                fail_zombies(context.instance, context.run_id)
            if not is_started_by_the_command:
                self.night().require_ready()
            yield self

    def night(self) -> Night:
        """Return the night to run; settings are read here, never while definitions load."""
        return Night.of(
            Path(self.home), as_of=self.as_of, open_data=self.open_data, engine=self.engine
        )


class InstalledDbt(DbtCliResource):
    """The dbt of this environment, without asking anyone what the newest one is.

    dagster-dbt runs `dbt --version`, which calls the package index: seconds lost every night, and
    a time-out on a closed server.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))


@dg.definitions
def resources() -> dg.Definitions:
    """Bind the resources to the home that the environment names."""
    return dg.Definitions(
        # One process: DuckDB has one writer, and starting a process costs more than a step.
        executor=dg.in_process_executor,
        resources={
            "organisation": Organisation(home=os.environ.get("IMPACTKOMPAS_HOME", DEFAULT_HOME)),
            "dbt": InstalledDbt(
                project_dir=str(PROJECT), profiles_dir=str(PROJECT), dbt_executable=executable()
            ),
        },
    )
