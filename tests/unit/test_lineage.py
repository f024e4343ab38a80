"""Which source columns a KPI reads, on small hand-written SQL over the real raw tables."""

from pathlib import Path
from typing import Any

import pytest

from ingest.raw_tables import raw_tables
from quality.lineage import kpi_columns, kpi_columns_key

SOURCES = [f"{source}.{table}" for source, table in raw_tables()]


def manifest(adapter_type: str = "duckdb", **models: str) -> dict[str, Any]:
    """Return a manifest of these models, in order of dependence; `{ecd.contacts}` is a source."""
    sources = {
        f"source.{name}": {
            "resource_type": "source",
            "source_name": name.split(".")[0],
            "name": name.split(".")[1],
            "relation_name": f"read_parquet('/home/raw/{name}/*.parquet', union_by_name = true)",
        }
        for name in SOURCES
    }
    nodes: dict[str, Any] = {}
    for name, sql in models.items():
        parents = [f"source.{source}" for source in SOURCES if f"{{{source}}}" in sql]
        compiled = sql
        for source in SOURCES:
            relation_name = sources[f"source.{source}"]["relation_name"]
            compiled = compiled.replace(f"{{{source}}}", relation_name)
        parents += [f"model.{other}" for other in nodes_named(nodes) if f'"w"."m"."{other}"' in sql]
        nodes[f"model.{name}"] = {
            "resource_type": "model",
            "name": name,
            "fqn": ["impactkompas", "kpi" if name.startswith("kpi") else "intermediate", name],
            "relation_name": f'"w"."m"."{name}"',
            "depends_on": {"nodes": parents},
            "compiled_code": compiled,
        }
    return {"metadata": {"adapter_type": adapter_type}, "nodes": nodes, "sources": sources}


def nodes_named(nodes: dict[str, Any]) -> list[str]:
    return [node["name"] for node in nodes.values()]


def columns_read(**models: str) -> set[str]:
    """Return what `kpi` reads, as source.table.column."""
    rows = kpi_columns(manifest(**models)).to_pylist()
    return {
        f"{row['source_name']}.{row['table_name']}.{row['column_name']}"
        for row in rows
        if row["kpi_model"] == "kpi"
    }


def of_contacts(*names: str) -> set[str]:
    return {f"ecd.contacts.{name}" for name in names}


def test_a_column_that_is_only_filtered_on_counts() -> None:
    found = columns_read(kpi="select client_id from {ecd.contacts} where is_declarable")

    assert found == of_contacts("client_id", "is_declarable")


def test_a_column_that_is_only_joined_on_counts() -> None:
    found = columns_read(
        kpi="""
            select c.minutes from {ecd.contacts} as c
            inner join {ecd.workers} as w on c.worker_id = w.worker_id
        """
    )

    assert found == {*of_contacts("minutes", "worker_id"), "ecd.workers.worker_id"}


def test_a_join_with_using_counts_on_both_sides() -> None:
    found = columns_read(
        kpi="""
            select minutes from {ecd.contacts} as c
            inner join {ecd.workers} as w using (worker_id)
        """
    )

    assert found == {*of_contacts("minutes", "worker_id"), "ecd.workers.worker_id"}


def test_group_having_window_case_filter_and_order_columns_count() -> None:
    found = columns_read(
        kpi="""
            select
                max(case when is_declarable then 1 end) as a,
                count(*) filter (where contact_on > date '2024-01-01') as b,
                row_number() over (partition by worker_id order by recorded_on) as c
            from {ecd.contacts}
            group by team_code
            having sum(minutes) > 0
            order by max(contact_id)
        """
    )

    assert found == of_contacts(
        "is_declarable",
        "contact_on",
        "worker_id",
        "recorded_on",
        "team_code",
        "minutes",
        "contact_id",
    )


def test_a_qualify_on_an_alias_counts_for_every_child() -> None:
    found = columns_read(
        newest="""
            select
                client_id,
                row_number() over (partition by trajectory_id order by contact_on) as n
            from {ecd.contacts} qualify n = 1
        """,
        kpi='select count(client_id) as clients from "w"."m"."newest"',
    )

    assert found == of_contacts("client_id", "trajectory_id", "contact_on")


def test_a_star_passes_only_the_columns_that_are_used_after_it() -> None:
    found = columns_read(
        kpi="""
            with contacts as (select * from {ecd.contacts}),
            declarable as (select contacts.* from contacts where is_declarable)
            select client_id from declarable
        """
    )

    assert found == of_contacts("client_id", "is_declarable")


def test_a_column_of_a_parent_counts_only_when_the_child_uses_it() -> None:
    parent = """
        select client_id, minutes * 60 as seconds, team_code from {ecd.contacts}
        where contact_on is not null
    """

    found = columns_read(parent=parent, kpi='select sum(seconds) as s from "w"."m"."parent"')

    assert found == of_contacts("minutes", "contact_on")


def test_group_keys_and_filters_of_a_grandparent_count_even_when_no_column_is_used() -> None:
    found = columns_read(
        grandparent="select client_id, count(*) as n from {ecd.contacts} group by client_id",
        parent='select n from "w"."m"."grandparent"',
        kpi='select count(*) as rows_counted from "w"."m"."parent"',
    )

    assert found == of_contacts("client_id")


def test_grouping_by_position_counts_what_stands_there() -> None:
    found = columns_read(
        parent="select team_code, count(*) as n from {ecd.contacts} group by 1",
        kpi='select n from "w"."m"."parent"',
    )

    assert found == of_contacts("team_code")


def test_a_union_takes_columns_by_place_and_not_by_name() -> None:
    found = columns_read(
        parent="""
            select client_id as subject, minutes as amount from {ecd.contacts}
            union all
            select worker_id, hours from {ecd.worked_hours}
        """,
        kpi='select amount from "w"."m"."parent"',
    )

    assert found == {*of_contacts("minutes"), "ecd.worked_hours.hours"}


def test_a_table_that_a_kpi_declares_as_not_read_does_not_count() -> None:
    found = manifest(
        kpi="select minutes from {ecd.contacts} union all select 1 as minutes from {ecd.clients} "
        "where birth_year > 2000"
    )
    assert kpi_columns(found)["table_name"].to_pylist() == ["clients", "contacts"]
    found["nodes"]["model.kpi"]["config"] = {"meta": {"kpi": {"not_read": ["ecd.clients"]}}}
    assert kpi_columns(found)["table_name"].to_pylist() == ["contacts"]


def test_a_union_that_removes_doubles_reads_all_its_columns() -> None:
    found = columns_read(
        parent="""
            select client_id, minutes from {ecd.contacts}
            union
            select client_id, 0 from {ecd.clients}
        """,
        kpi='select minutes from "w"."m"."parent"',
    )

    assert found == {*of_contacts("client_id", "minutes"), "ecd.clients.client_id"}


def test_a_nested_query_in_a_filter_counts_with_the_columns_it_takes_from_around_it() -> None:
    found = columns_read(
        kpi="""
            select t.service_code from {ecd.trajectories} as t
            where exists (
                select 1 from {ecd.contacts} as c
                where c.trajectory_id = t.trajectory_id and minutes > 0
            )
        """
    )

    assert found == {
        *of_contacts("trajectory_id", "minutes"),
        "ecd.trajectories.service_code",
        "ecd.trajectories.trajectory_id",
    }


def test_a_common_table_expression_that_nobody_reads_does_not_count() -> None:
    found = columns_read(
        kpi="""
            with unused as (select team_code from {ecd.contacts})
            select client_id from {ecd.clients}
        """
    )

    assert found == {"ecd.clients.client_id"}


@pytest.mark.parametrize(
    "sql",
    [
        "select * exclude (minutes) from {ecd.contacts}",
        "with recursive r as (select * from {ecd.contacts} union select * from r) select * from r",
        "select client_id from {ecd.contacts} where no_such_column = 1",
        "select client_id from ((select * from {ecd.contacts}) as a cross join unknown_table)",
        "this is not SQL {ecd.contacts}",
    ],
)
def test_sql_that_cannot_be_followed_reads_everything_of_its_parents(sql: str) -> None:
    found = columns_read(kpi=sql)

    assert found == of_contacts(*raw_tables()["ecd", "contacts"].all_columns)


def test_a_child_of_sql_that_cannot_be_followed_still_reads_everything() -> None:
    found = columns_read(
        parent="select * exclude (minutes) from {ecd.contacts}",
        kpi="""
            select t.service_code from {ecd.trajectories} as t
            inner join "w"."m"."parent" as p on t.trajectory_id = p.trajectory_id
        """,
    )

    assert found == {
        *of_contacts(*raw_tables()["ecd", "contacts"].all_columns),
        "ecd.trajectories.service_code",
        "ecd.trajectories.trajectory_id",
    }


def test_a_seed_brings_no_source_columns(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("code,label_nl\na,A\n", encoding="utf-8")
    found = manifest(
        kpi="""
            select codes.label_nl, contacts.minutes from {ecd.contacts} as contacts
            inner join "w"."m"."codes" as codes on contacts.team_code = codes.code
        """
    )
    found["nodes"]["seed.codes"] = {
        "resource_type": "seed",
        "name": "codes",
        "relation_name": '"w"."m"."codes"',
        "root_path": str(tmp_path),
        "original_file_path": "codes.csv",
    }
    found["nodes"]["model.kpi"]["depends_on"]["nodes"].append("seed.codes")

    read = {row["column_name"] for row in kpi_columns(found).to_pylist()}

    assert read == {"minutes", "team_code"}


def test_only_models_in_the_kpi_folder_are_listed_in_a_fixed_order() -> None:
    found = kpi_columns(
        manifest(
            parent="select client_id, minutes from {ecd.contacts}",
            kpi_b='select minutes, client_id from "w"."m"."parent"',
            kpi_a='select client_id from "w"."m"."parent"',
        )
    )

    assert found.schema == raw_tables()["run", "kpi_columns"].schema()
    assert [tuple(row.values()) for row in found.to_pylist()] == [
        ("kpi_a", "ecd", "contacts", "client_id"),
        ("kpi_b", "ecd", "contacts", "client_id"),
        ("kpi_b", "ecd", "contacts", "minutes"),
    ]


def test_spark_sql_is_read_in_its_own_dialect() -> None:
    spark = manifest(adapter_type="spark", kpi="select 1 as x from {ecd.contacts}")
    spark["sources"]["source.ecd.contacts"]["relation_name"] = "`raw`.`contacts`"
    spark["nodes"]["model.kpi"]["compiled_code"] = "select `minutes` as x from `raw`.`contacts`"

    assert [row["column_name"] for row in kpi_columns(spark).to_pylist()] == ["minutes"]


def test_a_manifest_without_compiled_sql_is_refused_with_what_to_do() -> None:
    parsed_only = manifest(kpi="")

    with pytest.raises(ValueError, match="Model kpi has no compiled SQL: run `dbt compile` first"):
        kpi_columns(parsed_only)


def test_the_key_changes_with_sql_and_yaml_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "macros").mkdir()
    (tmp_path / "dbt_project.yml").write_text("name: x\n", encoding="utf-8")
    model = tmp_path / "models" / "kpi_a.sql"
    model.write_text("select 1", encoding="utf-8")
    before = kpi_columns_key(tmp_path)

    (tmp_path / "models" / "notes.md").write_text("not read by dbt", encoding="utf-8")
    unchanged = kpi_columns_key(tmp_path)
    model.write_text("select 2", encoding="utf-8")
    changed = kpi_columns_key(tmp_path)
    model.rename(tmp_path / "models" / "kpi_b.sql")
    renamed = kpi_columns_key(tmp_path)

    assert unchanged == before
    assert len({before, changed, renamed}) == 3
