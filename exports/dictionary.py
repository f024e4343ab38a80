"""What every table, column and KPI of a release means: for programs and for people.

datapackage.json (Frictionless Data Package 2.0) and woordenboek.html come from the same YAML of
the dbt marts that declares the tables, and from the KPI's that this release has.
"""

import json
from collections.abc import Iterator
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from exports.files import DATABASE
from exports.pages import Fetch, Row, fetch_rows, template
from exports.spreadsheets import (
    CSV_DIALECT,
    CSV_ENCODING,
    CSV_FOLDER,
    DECIMAL_MARK,
    FALSE,
    SHEETS,
    TRUE,
)
from exports.star import column_caption, references, table_caption
from exports.tables import Column, DataTest, PublishedTable, published_tables
from ingest.definitions.lists import seed
from ingest.dutch import day

DATA_PACKAGE = "datapackage.json"
DICTIONARY = "woordenboek.html"
_TYPES = {
    "VARCHAR": "string",
    "BIGINT": "integer",
    "INTEGER": "integer",
    "DECIMAL(18,4)": "number",
    "DOUBLE": "number",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "BOOLEAN": "boolean",
}
_TYPES_NL = {
    "string": "tekst",
    "integer": "geheel getal",
    "number": "getal",
    "date": "datum",
    "datetime": "tijdstip",
    "boolean": "ja of nee",
}
_CSV_FIELDS: dict[str, dict[str, Any]] = {
    "number": {"decimalChar": DECIMAL_MARK},
    "boolean": {"trueValues": [TRUE], "falseValues": [FALSE]},
    "datetime": {"format": "%Y-%m-%d %H:%M:%S"},
}
_CONFIDENCE_NL = {
    "verbatim": "letterlijk uit de bron",
    "ocr_repaired": "uit de bron, leesfouten hersteld",
    "inferred": "afgeleid uit de bron",
    "own": "eigen tekst",
    "imported": "zoals de organisatie haar inlas",
}
_UNITS_NL = {"ratio": "verhouding", "hours": "uren", "days": "dagen", "count": "aantal"}
_STATUS_NL = {
    "text": "de bron geeft de tekst",
    "id_only": "de bron geeft alleen het nummer",
    "part": "deel van een KPI",
    "text_no_id": "de bron geeft tekst zonder nummer",
}


def write_dictionary(folder: Path) -> None:
    """Write datapackage.json and woordenboek.html into the release in `folder`."""
    with duckdb.connect(str(folder / DATABASE), read_only=True) as connection:
        fetch = partial(fetch_rows, connection)
        package = _package(fetch)
        html = template("dictionary.html.j2").render(_page(fetch))
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (folder / DATA_PACKAGE).write_text(text, encoding="utf-8")
    (folder / DICTIONARY).write_text(html, encoding="utf-8")


def _package(fetch: Fetch) -> dict[str, Any]:
    (run,) = fetch("select run_id, started_at, as_of from run")
    csv_tables = {sheet.table: sheet for sheet in SHEETS}
    tables = published_tables()
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "impactkompas",
        "title": "Impactkompas",
        "description": f"Cijfers over sociaal werk, stand van {day(run['as_of'])}. Kleine "
        "aantallen zijn afgeschermd, de rest is afgerond. Hashes van alle bestanden staan in "
        "manifest.json.",
        "version": run["run_id"],
        "created": f"{run['started_at']:%Y-%m-%dT%H:%M:%SZ}",
        "sources": [
            {"title": " - ".join(filter(None, (row["source_name"], row["title"], row["licence"])))}
            for row in fetch(_SOURCES)
        ],
        "resources": [
            *(_parquet(table) for table in tables),
            *(
                _csv(table, csv_tables[table.name].told_nl)
                for table in tables
                if table.name in csv_tables
            ),
        ],
    }


def _parquet(table: PublishedTable) -> dict[str, Any]:
    return {
        "name": table.name,
        "type": "table",
        "title": table_caption(table.name),
        "description": table.description,
        "path": f"parquet/{table.name}.parquet",
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "schema": _schema(table) | _links(table),
    }


def _csv(table: PublishedTable, told_nl: str) -> dict[str, Any]:
    schema = _schema(table)
    fields = [field | _CSV_FIELDS.get(field["type"], {}) for field in schema["fields"]]
    return {
        "name": f"{table.name}_csv",
        "type": "table",
        "title": f"{table_caption(table.name)} (CSV)",
        "description": f"{table.description} {told_nl}",
        "path": f"{CSV_FOLDER}/{table.name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": CSV_ENCODING,
        "dialect": CSV_DIALECT,
        "schema": schema | {"fields": fields, "missingValues": [""]},
    }


def _schema(table: PublishedTable) -> dict[str, Any]:
    """Return the Table Schema: what the dbt contract and data tests say without a condition."""
    filled = set(_always_filled(table))
    key = "primaryKey" if set(table.key) <= filled else "uniqueKeys"
    return {
        "fields": [_field(table, column, filled) for column in table.columns],
        key: list(table.key) if key == "primaryKey" else [list(table.key)],
    }


def _field(table: PublishedTable, column: Column, filled: set[str]) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.name in filled else {}
    for test in _unconditional(table):
        if test.name == "accepted_values" and test.column == column.name:
            constraints["enum"] = test.arguments["values"]
        if test.name == "between" and column.name in test.arguments["columns"]:
            limits = {"minimum": "min_value", "maximum": "max_value"}
            constraints |= {
                ours: test.arguments[theirs]
                for ours, theirs in limits.items()
                if theirs in test.arguments
            }
    return {
        "name": column.name,
        "title": column_caption(table.name, column.name),
        "description": column.description,
        "type": _TYPES[column.type],
        **({"constraints": constraints} if constraints else {}),
    }


def _unconditional(table: PublishedTable) -> Iterator[DataTest]:
    yield from (test for test in table.tests if test.where is None and test.severity == "error")


def _always_filled(table: PublishedTable) -> Iterator[str]:
    for test in _unconditional(table):
        if test.name == "filled":
            yield from test.arguments["columns"]


def _links(table: PublishedTable) -> dict[str, Any]:
    """Return the foreign keys of which every value is sure to be in the other table."""
    keys = [
        {
            "fields": list(each.columns),
            "reference": {"resource": each.table, "fields": list(each.fields)},
        }
        for each in references(table.name)
        if each.is_sure
    ]
    return {"foreignKeys": keys} if keys else {}


def _page(fetch: Fetch) -> Row:
    (run,) = fetch("select as_of, run_id from run")
    kpis = [_told(kpi) for kpi in fetch(_KPIS)]
    checks = fetch("select check_id, name_nl, rule_nl from dim_check order by check_id")
    return {
        "as_of": day(run["as_of"]),
        "tables": [_table(table) for table in published_tables()],
        "layers": [
            {
                "name": layer,
                "domains": [
                    {"name": domain, "kpis": list(own)}
                    for domain, own in groupby(of_layer, key=lambda kpi: kpi["parent_label_nl"])
                ],
            }
            for layer, of_layer in groupby(kpis, key=lambda kpi: kpi["layer_nl"])
        ],
        "contradictions": seed("contradictions"),
        "checks": checks,
        # A rule of the model, such as R21, can lower a figure too.
        "known_check_ids": {check["check_id"] for check in checks},
    }


def _told(kpi: Row) -> Row:
    return kpi | {
        "confidence_nl": _CONFIDENCE_NL.get(kpi["confidence"], kpi["confidence"]),
        "unit_nl": _UNITS_NL.get(kpi["unit"], kpi["unit"]),
        "status_nl": _STATUS_NL.get(kpi["text_status"], kpi["text_status"]),
        "contradiction_ids": _listed(kpi["contradictions"]),
        "check_ids": _listed(kpi["check_ids"]),
    }


def _listed(text: str | None) -> list[str]:
    return text.split(", ") if text else []


def _table(table: PublishedTable) -> Row:
    referred = {column: each for each in references(table.name) for column in each.columns}
    return {
        "name": table.name,
        "caption": table_caption(table.name),
        "description": table.description,
        "key": [column_caption(table.name, name) for name in table.key],
        "columns": [
            {
                "name": column.name,
                "caption": column_caption(table.name, column.name),
                "type": _TYPES_NL[_TYPES[column.type]],
                "description": column.description,
                "table": referred[column.name].table if column.name in referred else None,
                "table_caption": (
                    table_caption(referred[column.name].table) if column.name in referred else None
                ),
            }
            for column in table.columns
        ],
        "checks": [each for test in table.tests for each in _in_words(table, test)],
    }


def _in_words(table: PublishedTable, test: DataTest) -> Iterator[Row]:
    """Yield in Dutch what a data test asks; `where` is the condition, in SQL."""
    arguments = test.arguments
    columns = arguments.get("columns", [test.column])
    names = [column_caption(table.name, name) for name in columns if name]
    told = ", ".join(names)
    match test.name:
        case "unique_combination":
            text = f"Geen twee rijen met dezelfde {told}."
        case "filled":
            text = f"Altijd ingevuld: {told}."
        case "accepted_values":
            text = f"{told} is een van: {', '.join(map(str, arguments['values']))}."
        case "relationships":
            source = arguments["to"].removeprefix("ref('").removesuffix("')")
            (other,) = (each.name for each in published_tables() if each.source == source)
            text = f"{told} staat in {table_caption(other)}."
        case "between":
            low, high = arguments.get("min_value"), arguments.get("max_value")
            limits = f"van {low} tot en met {high}" if high is not None else f"minstens {low}"
            text = f"{told}: {limits}."
        case _:
            text = f"Loopt op: {told}."
    yield {"text": text, "where": test.where, "only_warns": test.severity == "warn"}


_SOURCES = """
select distinct source_name, title, licence from open_data_table where is_newest
order by source_name, title, licence
"""

_KPIS = """
with lowered as (
    select distinct kpi_id, unnest(string_split(reasons, ', ')) as check_id
    from kpi_value where reasons is not null
)

select
    dim_kpi.*,
    (
        select string_agg(lowered.check_id, ', ' order by lowered.check_id)
        from lowered where lowered.kpi_id = dim_kpi.kpi_id
    ) as check_ids
from dim_kpi order by layer_order, parent_label_nl, sort_order, kpi_id
"""
