"""From the built warehouse to protected, verified releases; knows no Dagster."""
