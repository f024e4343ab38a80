"""Dagster's own storage inside the home: embedded, cut off from the outside, watched."""

from ingest.home import Home

INSTANCE = """\
# Written by impactkompas. PostgreSQL instead of the embedded storage: docs/how-to/operate.md.
telemetry:
  enabled: false
nux:
  enabled: false
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  cancel_timeout_seconds: 120
  poll_interval_seconds: 60
run_retries:
  enabled: true
  max_retries: 1
concurrency:
  runs:
    max_concurrent_runs: 1
"""


def dagster_environment(home: Home) -> dict[str, str]:
    """Return the variables for Dagster on this home, after writing its instance file once."""
    instance_file = home.dagster / "dagster.yaml"
    if not instance_file.exists():
        instance_file.write_text(INSTANCE, encoding="utf-8")
    return {
        "DAGSTER_HOME": str(home.dagster),
        "IMPACTKOMPAS_HOME": str(home.root),
        "GX_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
