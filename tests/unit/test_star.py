"""The star: every name is Dutch, every code has a label, and references fit."""

import csv

import pytest

from exports.star import MissingCaption, column_caption, is_dimension, references, table_caption
from exports.tables import MARTS, published_tables
from ingest.yaml_files import read_yaml

LABELS = MARTS.parents[1] / "seeds" / "reference" / "code_labels.csv"


def test_every_table_and_column_has_a_dutch_name_and_none_is_left_over() -> None:
    tables = {table.name for table in published_tables()}
    columns = {column.name for table in published_tables() for column in table.columns}
    own = {f"{table.name}.{each.name}" for table in published_tables() for each in table.columns}
    captions = read_yaml(MARTS.parents[2] / "exports" / "captions.yml")
    assert set(captions) == {"tables", "columns"}
    assert set(captions["tables"]) == tables
    given = set(captions["columns"])
    assert {name for name in given if "." not in name} == columns
    assert {name for name in given if "." in name} < own
    assert list(captions["columns"]) == sorted(given)


def test_no_two_tables_and_no_two_columns_of_a_table_share_a_name() -> None:
    names = [table_caption(table.name).casefold() for table in published_tables()]
    assert len(set(names)) == len(names)
    for table in published_tables():
        names = [column_caption(table.name, column.name).casefold() for column in table.columns]
        assert len(set(names)) == len(names), table.name


def test_a_missing_name_is_told_with_the_place_to_give_it() -> None:
    with pytest.raises(MissingCaption, match=r"nieuw_nl heeft nog geen .* exports/captions\.yml"):
        column_caption("kpi_value", "nieuw_nl")


def test_every_code_that_figures_may_have_has_a_label_of_its_own_in_order() -> None:
    with LABELS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for list_name in ("breakdown", "design", "reliability"):
        own = [row for row in rows if row["list_name"] == list_name]
        accepted = {
            value
            for table in published_tables()
            for test in table.tests
            if test.name == "accepted_values" and test.column == list_name
            for value in test.arguments["values"]
        }
        assert {row["code"] for row in own} == accepted
        assert [int(row["sort_order"]) for row in own] == list(range(1, len(own) + 1))
        assert len({row["label_nl"] for row in own}) == len(own)


def test_columns_called_like_the_key_of_a_dimension_refer_to_it() -> None:
    found = {each.columns: (each.table, each.is_sure) for each in references("kpi_value")}
    assert found[("period_type", "period_start")] == ("dim_period", False)
    assert found[("kpi_id",)] == ("dim_kpi", True)
    assert found[("breakdown",)] == ("dim_breakdown", False)
    # A project that nobody knows is 'onbekend' in a figure and no row of dim_project.
    assert found[("project_code",)] == ("dim_project", False)


def test_a_relationship_of_dbt_is_a_reference_whatever_the_column_is_called() -> None:
    (area,) = (each for each in references("dim_project") if each.columns == ("area_code",))
    assert (area.table, area.fields) == ("dim_region", ("region_code",))


def test_every_reference_names_columns_that_are_there() -> None:
    tables = {table.name: table for table in published_tables()}
    for table in published_tables():
        for each in references(table.name):
            assert set(each.columns) <= {column.name for column in table.columns}
            assert set(each.fields) <= {column.name for column in tables[each.table].columns}


def test_the_hierarchy_of_areas_runs_from_country_to_buurt() -> None:
    (region,) = (table for table in published_tables() if table.name == "dim_region")
    (levels,) = region.hierarchies.values()
    assert [column_caption(region.name, level) for level in levels] == [
        "Land",
        "Gemeente",
        "Wijk",
        "Buurt",
    ]


def test_every_dimension_has_an_enforced_contract_and_so_has_every_fact() -> None:
    models = {
        model["name"]: model
        for file in MARTS.glob("*/_*__models.yml")
        for model in read_yaml(file)["models"]
    }
    for table in published_tables():
        if table.source is not None:
            assert models[table.source]["config"]["contract"] == {"enforced": True}, table.name
    assert sum(is_dimension(table) for table in published_tables()) >= 15
