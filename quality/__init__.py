"""Expectations on deliveries at the door and on what is about to be published; knows no Dagster."""
