"""What Dagster shows: one module per subject."""
