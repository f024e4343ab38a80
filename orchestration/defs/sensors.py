"""The inbox as a sensor: a file that lands, and is whole, is taken in at once."""

import hashlib
import json
import os
import time
from pathlib import Path

import dagster as dg

from ingest.home import Home
from ingest.raw_tables import CONTRACTED_SOURCES
from ingest.receiving import Reception
from orchestration.defs.organisation import DEFAULT_HOME
from orchestration.defs.sources import tables_of
from orchestration.night import Night
from orchestration.run_lock import NightError, run_lock

# A file is whole when it did not change between two looks, the last of them this much later.
SETTLED_SECONDS = 30

intake = dg.define_asset_job(
    "intake",
    selection=dg.AssetSelection.assets(
        *(key for name in CONTRACTED_SOURCES for key in tables_of(name))
    ),
    description="Neemt in wat er in de inbox ligt, zonder te rekenen of te publiceren.",
)


def look_around(
    home: Path, seen: dict[str, str], now: float
) -> tuple[dict[str, str], set[dg.AssetKey]]:
    """Return what the inbox holds now, and the tables for which a file is whole.

    `seen` is what it held at the former look: per file a digest of its name, with size and time.
    """
    night = Night.of(home)
    found: dict[str, str] = {}
    whole: set[dg.AssetKey] = set()
    for contract in night.contracts.usable:
        reception = Reception.of(night.home, contract, night.settings.business_date)
        for _, file in reception.arrivals():
            state = file.stat()
            # Names may hold a person: Dagster keeps a digest.
            name = hashlib.sha256(file.name.encode()).hexdigest()
            found[name] = f"{state.st_size} {state.st_mtime_ns}"
            if seen.get(name) == found[name] and now - state.st_mtime >= SETTLED_SECONDS:
                whole.add(dg.AssetKey([contract.table.source_name, contract.table.table_name]))
    return found, whole


def look_at_inbox(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Start the intake of every source of which a file has landed and no longer changes."""
    home = Path(os.environ.get("IMPACTKOMPAS_HOME", DEFAULT_HOME))
    if not (home / "contracts").is_dir():
        return dg.SkipReason(f"{home} is nog geen thuis van een organisatie.")
    found, whole = look_around(home, json.loads(context.cursor or "{}"), time.time())
    cursor = json.dumps(found, sort_keys=True)
    if not whole:
        return dg.SensorResult(skip_reason="Er ligt niets dat klaar is.", cursor=cursor)
    try:
        with run_lock(Home(home.resolve())):
            pass
    except NightError as error:
        return dg.SkipReason(str(error))
    # The same files are asked for once: what is held stays with the night.
    run_key = hashlib.sha256(cursor.encode()).hexdigest()
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=run_key, asset_selection=sorted(whole))], cursor=cursor
    )


@dg.definitions
def sensors() -> dg.Definitions:
    """Watch the inbox; it is off until IMPACTKOMPAS_INBOX_SENSOR is true."""
    running = os.environ.get("IMPACTKOMPAS_INBOX_SENSOR", "false").lower() == "true"
    return dg.Definitions(
        sensors=[
            dg.SensorDefinition(
                name="inbox",
                evaluation_fn=look_at_inbox,
                job=intake,
                minimum_interval_seconds=SETTLED_SECONDS,
                description="Kijkt of er een levering in de inbox ligt die niet meer groeit.",
                default_status=(
                    dg.DefaultSensorStatus.RUNNING if running else dg.DefaultSensorStatus.STOPPED
                ),
            )
        ]
    )
