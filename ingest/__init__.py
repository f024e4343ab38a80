"""From a delivery to typed, pseudonymised Parquet; knows no Dagster and computes no KPI."""
