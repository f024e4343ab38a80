"""What a run that was killed left running, or seems to be running still."""

import logging
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg

from ingest.home import Home

_LOG = logging.getLogger(__name__)
_PATIENCE_SECONDS = 10


def stop_orphans(home: Home) -> list[int]:
    """Kill every dbt that still builds this home, and return which; the caller holds the run lock.

    A dbt whose run was killed alone goes on, and would write where the new night does.
    """
    orphans = list(builders(home))
    for pid in orphans:
        _LOG.warning("dbt van een afgebroken run (proces %s) is gestopt.", pid)
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while set(orphans) & set(builders(home)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return orphans


def fail_zombies(instance: dg.DagsterInstance, own_run_id: str) -> list[str]:
    """Mark runs as failed that Dagster takes for running; the caller holds the run lock.

    A run whose process was killed cannot say so itself, and would keep the queue waiting for it.
    """
    started = instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
    zombies = [run for run in started if run.run_id != own_run_id]
    for run in zombies:
        instance.report_run_failed(
            run, "Het proces van deze run is er niet meer: een nieuwe run heeft het thuis."
        )
    return [run.run_id for run in zombies]


def builders(home: Home) -> Iterator[int]:
    """Give the processes of dbt that were started to build this home."""
    mine = f"IMPACTKOMPAS_WAREHOUSE={home.warehouse_file.resolve()}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (folder / "cmdline").read_bytes().split(b"\0")
            variables = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        is_dbt = any(Path(os.fsdecode(each)).name == "dbt" for each in arguments[:2])
        if is_dbt and mine in variables and int(folder.name) != os.getpid():
            yield int(folder.name)
