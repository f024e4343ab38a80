"""The night: Dagster, dbt, settings and the command line around the other rooms."""
