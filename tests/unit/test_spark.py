"""What a person hears when Spark cannot run here, and where its tables go."""

import json
from pathlib import Path

import duckdb
import pytest

from ingest.home import Home
from orchestration import spark
from orchestration.settings import Settings, SettingsError


def test_without_pyspark_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda _: None)
    with pytest.raises(spark.SparkMissingError, match="make install-spark"):
        spark.require()


def test_without_java_a_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda _: object())
    monkeypatch.setattr(spark.shutil, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(spark.SparkMissingError, match="openjdk-17-jre-headless"):
        spark.require()


def test_an_engine_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="engine"):
        Settings.of(tmp_path / "settings.toml", engine="oracle")


def test_tables_of_spark_move_to_the_build_database_with_their_types(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    home.create()
    rows = home.spark_warehouse / "fct_sum"
    rows.mkdir(parents=True)
    duckdb.sql("select cast(1.5 as decimal(18, 4)) as value").write_parquet(str(rows / "p.parquet"))
    nodes = {
        "a": ("model", "fct_sum", "table"),
        "b": ("model", "stg_of_it", "view"),
        "c": ("test", "some_test", "test"),
    }
    manifest = {
        "nodes": {
            key: {
                "resource_type": kind,
                "name": name,
                "alias": name,
                "schema": "mart",
                "config": {"materialized": materialized},
            }
            for key, (kind, name, materialized) in nodes.items()
        }
    }
    folder = spark.build_folder(home)
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    asked: list[list[str]] = []
    monkeypatch.setattr(spark.dbt, "run_dbt", lambda arguments, _: asked.append(arguments))

    spark.into_build_database(home, "100MB")

    with duckdb.connect(home.warehouse_file, read_only=True) as connection:
        assert connection.table("mart.fct_sum").types == ["DECIMAL(18,4)"]
    assert not home.spark_warehouse.exists()
    assert asked[0][:3] == ["run", "--select", "stg_of_it"]
