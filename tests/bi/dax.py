"""What a measure gives, by translating its DAX to SQL on the Parquet files of a release.

Only the two shapes that our measures have are understood; anything else is an error.
"""

import re
from pathlib import Path

import duckdb

from exports.power_bi import Model
from exports.power_bi.model import ModelTable

_ONE_ROW = re.compile(r"IF \( COUNTROWS \( '(.+?)' \) = 1, MAX \( '(.+?)'\[(.+?)\] \) \)")
_OF_KPI = re.compile(r"CALCULATE \( \[(.+?)\], KEEPFILTERS \( '(.+?)'\[(.+?)\] = \"(.+?)\" \) \)")


class Evaluator:
    """Gives the outcome of measures for every combination of some columns of their table."""

    def __init__(self, model: Model, parquet: Path) -> None:
        self._tables = {table.name: table for table in model.tables}
        self._model = model
        self._parquet = parquet

    def table_of(self, measure: str) -> ModelTable:
        return next(
            table
            for table in self._model.tables
            if measure in {each.name for each in table.measures}
        )

    def outcomes(self, measure: str, columns: list[str]) -> dict[tuple[object, ...], object]:
        """Return the outcome per combination of `columns`, as a visual with these would show."""
        table = self.table_of(measure)
        column, condition = self.translated(measure)
        file = self._parquet / f"{table.source}.parquet"
        keys = ", ".join(columns)
        rows = duckdb.execute(
            f"select {keys}, case when count(*) = 1 then max({column}) end "
            f"from '{file}' where {condition} group by {keys}"
        ).fetchall()
        return {row[:-1]: row[-1] for row in rows}

    def translated(self, measure: str) -> tuple[str, str]:
        """Return the column that a measure shows, and which rows it looks at."""
        table = self.table_of(measure)
        (dax,) = (each.expression for each in table.measures if each.name == measure)
        if match := _ONE_ROW.fullmatch(dax):
            counted, shown, name = match.groups()
            assert counted == shown == table.name
            (source,) = (each.source for each in table.columns if each.name == name)
            return source, "true"
        match = _OF_KPI.fullmatch(dax)
        assert match is not None, dax
        inner, dimension, name, value = match.groups()
        assert self.table_of(inner) is table
        column, condition = self.translated(inner)
        other = self._tables[dimension]
        (key,) = (each.source for each in other.columns if each.name == name)
        (road,) = (
            each
            for each in self._model.relationships
            if (each.from_table, each.to_table, each.is_active) == (table.name, dimension, True)
        )
        foreign = next(each.source for each in table.columns if each.name == road.from_column)
        own = next(each.source for each in other.columns if each.name == road.to_column)
        file = self._parquet / f"{other.source}.parquet"
        value = value.replace('""', '"').replace("'", "''")
        return column, (
            f"{condition} and {foreign} in (select {own} from '{file}' where {key} = '{value}')"
        )
