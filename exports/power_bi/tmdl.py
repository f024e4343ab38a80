"""The semantic model as text: TMDL, the language in which Power BI keeps a model in files."""

from collections.abc import Iterator
from typing import Any

from exports.power_bi.model import (
    EXAMPLE_FOLDER,
    FOLDER_PARAMETER,
    KeyColumn,
    Measure,
    Model,
    ModelColumn,
    ModelTable,
    stable_id,
)

_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"
# By type of a published column: the type in the model and in Power Query.
_TYPES = {
    "VARCHAR": ("string", "type text"),
    "BIGINT": ("int64", "Int64.Type"),
    "INTEGER": ("int64", "Int64.Type"),
    "DECIMAL(18,4)": ("decimal", "Currency.Type"),
    "DOUBLE": ("double", "type number"),
    "DATE": ("dateTime", "type date"),
    "TIMESTAMP": ("dateTime", "type datetime"),
    "BOOLEAN": ("boolean", "type logical"),
}
_FORMATS = {"DATE": "dd-mm-yyyy", "TIMESTAMP": "dd-mm-yyyy hh:nn", "INTEGER": "0", "BIGINT": "#,0"}
_PLAIN_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


def model_files(model: Model) -> dict[str, str | dict[str, Any]]:
    """Return the files of the semantic model: text as TMDL, the rest to be written as JSON."""
    return {
        ".platform": platform("SemanticModel"),
        "definition.pbism": {
            "$schema": f"{_SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json",
            "version": "4.2",
            "settings": {},
        },
        "definition/database.tmdl": "database\n\tcompatibilityLevel: 1601\n",
        "definition/model.tmdl": _text(_model(model)),
        "definition/expressions.tmdl": _text(_expressions()),
        "definition/relationships.tmdl": _text(_relationships(model)),
        **{f"definition/tables/{table.name}.tmdl": _text(_table(table)) for table in model.tables},
    }


def platform(kind: str) -> dict[str, Any]:
    """Return what Fabric wants to know of one part of the project."""
    return {
        "$schema": f"{_SCHEMAS}/gitIntegration/platformProperties/2.0.0/schema.json",
        "metadata": {"type": kind, "displayName": "Impactkompas"},
        "config": {"version": "2.0", "logicalId": stable_id(kind)},
    }


def named(name: str) -> str:
    """Return the name of an object in TMDL, in quotes where it needs them."""
    return name if set(name) <= _PLAIN_NAME else "'" + name.replace("'", "''") + "'"


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines) + "\n"


def _model(model: Model) -> Iterator[str]:
    yield from (
        "model Model",
        "\tculture: nl-NL",
        "\tdefaultPowerBIDataSourceVersion: powerBI_V3",
        "\tdiscourageImplicitMeasures",
        "\tsourceQueryCulture: nl-NL",
        "\tdataAccessOptions",
        "\t\tlegacyRedirects",
        "\t\treturnErrorValuesAsNull",
        "",
        "annotation __PBI_TimeIntelligenceEnabled = 0",
        "",
    )
    yield from (f"ref table {named(table.name)}" for table in model.tables)


def _expressions() -> Iterator[str]:
    yield "/// Map waarin de Parquet-bestanden van de uitgave staan."
    yield (
        f'expression {FOLDER_PARAMETER} = "{EXAMPLE_FOLDER}" meta [IsParameterQuery=true, '
        'Type="Text", IsParameterQueryRequired=true]'
    )
    yield f"\tlineageTag: {stable_id('expression', FOLDER_PARAMETER)}"


def _relationships(model: Model) -> Iterator[str]:
    for each in model.relationships:
        ends = (each.from_table, each.from_column, each.to_table, each.to_column)
        yield f"relationship {stable_id('relationship', *ends)}"
        if not each.is_active:
            yield "\tisActive: false"
        if each.to_many:
            yield "\ttoCardinality: many"
        yield f"\tfromColumn: {named(each.from_table)}.{named(each.from_column)}"
        yield f"\ttoColumn: {named(each.to_table)}.{named(each.to_column)}"
        yield ""


def _table(table: ModelTable) -> Iterator[str]:
    yield from _described(0, table.description)
    yield f"table {named(table.name)}"
    yield f"\tlineageTag: {stable_id(table.source)}"
    if table.is_calendar:
        yield "\tdataCategory: Time"
    yield ""
    for measure in table.measures:
        yield from _measure(table, measure)
    for column in table.columns:
        yield from _column(table, column)
    for name, levels in table.hierarchies.items():
        yield f"\thierarchy {named(name)}"
        yield f"\t\tlineageTag: {stable_id(table.source, 'hierarchy', name)}"
        yield ""
        for level in levels:
            yield f"\t\tlevel {named(level)}"
            yield f"\t\t\tlineageTag: {stable_id(table.source, 'hierarchy', name, level)}"
            yield f"\t\t\tcolumn: {named(level)}"
            yield ""
    yield f"\tpartition {named(table.name)} = m"
    yield "\t\tmode: import"
    yield "\t\tsource ="
    yield from (f"\t\t\t\t{line}" for line in power_query(table))
    yield ""


def _described(depth: int, text: str) -> Iterator[str]:
    yield f"{chr(9) * depth}/// {' '.join(text.split())}"


def _measure(table: ModelTable, measure: Measure) -> Iterator[str]:
    yield from _described(1, measure.description)
    yield f"\tmeasure {named(measure.name)} = {measure.expression}"
    if measure.format:
        yield f"\t\tformatString: {measure.format}"
    yield f"\t\tdisplayFolder: {measure.folder}"
    yield f"\t\tlineageTag: {stable_id(table.source, 'measure', measure.name)}"
    yield ""


def _column(table: ModelTable, column: ModelColumn) -> Iterator[str]:
    yield from _described(1, column.description)
    yield f"\tcolumn {named(column.name)}"
    yield f"\t\tdataType: {_TYPES[column.sql_type][0]}"
    if column.is_hidden:
        yield "\t\tisHidden"
    if column.is_key:
        yield "\t\tisKey"
    if column.sql_type in _FORMATS:
        yield f"\t\tformatString: {_FORMATS[column.sql_type]}"
    yield f"\t\tlineageTag: {stable_id(table.source, column.source)}"
    yield "\t\tsummarizeBy: none"
    yield f"\t\tsourceColumn: {column.source}"
    if column.sort_by:
        yield f"\t\tsortByColumn: {named(column.sort_by)}"
    yield ""


def power_query(table: ModelTable) -> Iterator[str]:
    """Yield the query in M that reads a table: only the columns we know, in their types."""
    made = {key.source for key in table.keys}
    columns = [column for column in table.columns if column.source not in made]
    names = ", ".join(f'"{column.source}"' for column in columns)
    types = ", ".join(f'{{"{column.source}", {_TYPES[column.sql_type][1]}}}' for column in columns)
    step = "Typen"
    yield "let"
    yield (
        f'    Bron = Parquet.Document(File.Contents(Text.TrimEnd({FOLDER_PARAMETER}, "\\") & '
        f'"\\{table.source}.parquet")),'
    )
    yield f"    Kolommen = Table.SelectColumns(Bron, {{{names}}}),"
    yield f"    Typen = Table.TransformColumnTypes(Kolommen, {{{types}}})" + "," * bool(table.keys)
    for number, key in enumerate(table.keys, start=1):
        last = number == len(table.keys)
        yield f"    Sleutel{number} = {_joined(step, key)}" + "," * (not last)
        step = f"Sleutel{number}"
    yield "in"
    yield f"    {step}"


def _joined(step: str, key: KeyColumn) -> str:
    parts = ", ".join(
        f'Date.ToText([{name}], "yyyy-MM-dd")' if sql_type == "DATE" else f"[{name}]"
        for name, sql_type in key.parts
    )
    return (
        f'Table.AddColumn({step}, "{key.source}", each Text.Combine({{{parts}}}, "|"), type text)'
    )
