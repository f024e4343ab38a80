"""The semantic model as data: what the published tables become in Power BI.

A measure gives the published number of exactly one row, and nothing otherwise: a figure that is
added up, averaged or recomputed from rounded parts would be another figure than the one published.
"""

from collections.abc import Iterable, Iterator
from uuid import UUID, uuid5

from pydantic import BaseModel, ConfigDict

from exports.pages import Row
from exports.protection import PROTECTED_NUMBERS
from exports.star import Reference, column_caption, is_dimension, references, table_caption
from exports.tables import Column, PublishedTable, published_tables

FOLDER_PARAMETER = "ParquetMap"
EXAMPLE_FOLDER = r"C:\Impactkompas\published\intern\parquet"
VALUES = "kpi_value"
_NAMESPACE = UUID("5b0d7f5c-3f0e-4d8a-9a1e-6d1f3a8c2b40")
_CHECK_NUMBERS = ("n_applicable", "n_hit", "share")
# Of the dates in a table that has no periods, the one that the calendar filters.
_CALENDAR_DATES = {
    "action": "due_on",
    "check_trend": "counted_on",
    "dim_period": "period_start",
    "interpretation": "session_on",
    "story": "told_on",
}
# What stands beside a figure, by the name of its measure.
_OF_THE_FIGURE = {
    "status": "Status van het cijfer",
    "reliability": "Betrouwbaarheid van het cijfer",
    "reasons": "Redenen bij het cijfer",
    "unit": "Eenheid van het cijfer",
    "choice_nl": "Rekenkeuze achter het cijfer",
}
_FORMATS = {
    "percentage": r"0.0\ \%",
    "count": "#,0",
    "euro": r"\€\ #,0",
    "hours": r"#,0.0\ \u\u\r",
    "days": r"#,0.0\ \d\a\g\e\n",
}
_ANY_NUMBER = "#,0.0"
_LONGEST_NAME = 250


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelColumn(_Part):
    """A column: its name for readers, where it comes from, and how it is shown."""

    name: str
    source: str
    sql_type: str
    description: str
    is_hidden: bool = False
    is_key: bool = False
    sort_by: str | None = None


class Measure(_Part):
    """A measure in DAX."""

    name: str
    expression: str
    description: str
    folder: str
    format: str | None = None
    is_hidden: bool = False


class KeyColumn(_Part):
    """A column that Power Query makes of several, since a relationship has one on either side."""

    source: str
    parts: tuple[tuple[str, str], ...]


class ModelTable(_Part):
    """A table, read from one Parquet file."""

    name: str
    source: str
    description: str
    columns: tuple[ModelColumn, ...]
    keys: tuple[KeyColumn, ...]
    measures: tuple[Measure, ...]
    hierarchies: dict[str, tuple[str, ...]]
    is_calendar: bool

    def caption_of(self, source: str) -> str:
        """Return the name for readers of the column that comes from `source`."""
        return next(column.name for column in self.columns if column.source == source)


class Relationship(_Part):
    """From many rows of one table to one row of another, by table and column for readers."""

    from_table: str
    from_column: str
    to_table: str
    to_column: str
    is_active: bool
    to_many: bool


class Model(_Part):
    """The whole model."""

    tables: tuple[ModelTable, ...]
    relationships: tuple[Relationship, ...]


def stable_id(*parts: str) -> str:
    """Return the same id every night for the same object, so that a new release is no change."""
    return str(uuid5(_NAMESPACE, "/".join(parts)))


def semantic_model(kpis: Iterable[Row]) -> Model:
    """Return the model of all published tables, with a measure for each of the `kpis`."""
    tables = tuple(_table(table, list(kpis)) for table in published_tables())
    return Model(tables=tables, relationships=tuple(_relationships(tables)))


def quoted_name(name: str) -> str:
    """Return the name of a table in DAX."""
    return "'" + name.replace("'", "''") + "'"


def column_reference(table: str, column: str) -> str:
    """Return a column in DAX."""
    return f"{quoted_name(table)}[{column.replace(']', ']]')}]"


def _table(table: PublishedTable, kpis: list[Row]) -> ModelTable:
    keys = tuple(_keys(table))
    own_keys = {table.key[0]} if len(table.key) == 1 else {_key_name(table.name)}
    numbers = set(_numbers(table))
    columns = [
        _column(table, column, is_hidden=_is_technical(table, column.name), numbers=numbers)
        for column in table.columns
    ] + [
        ModelColumn(
            name=f"Sleutel {table_caption(key.source.removeprefix('sleutel_'))}",
            source=key.source,
            sql_type="VARCHAR",
            description="Technische sleutel voor de relatie.",
            is_hidden=True,
        )
        for key in keys
    ]
    return ModelTable(
        name=table_caption(table.name),
        source=table.name,
        description=table.description,
        columns=tuple(
            column.model_copy(update={"is_key": column.source in own_keys}) for column in columns
        ),
        keys=keys,
        measures=tuple(_measures(table, kpis)),
        hierarchies={
            name: tuple(column_caption(table.name, level) for level in levels)
            for name, levels in table.hierarchies.items()
        },
        is_calendar=table.name == "dim_date",
    )


def _column(
    table: PublishedTable, column: Column, *, is_hidden: bool, numbers: set[str]
) -> ModelColumn:
    is_number = column.name in numbers
    sort_by = table.sorted_by.get(column.name)
    return ModelColumn(
        # A measure has the name for readers; two things of one table cannot share it.
        name=column.name if is_number else column_caption(table.name, column.name),
        source=column.name,
        sql_type=column.type,
        description=column.description,
        is_hidden=is_hidden or is_number,
        sort_by=column_caption(table.name, sort_by) if sort_by else None,
    )


def _is_technical(table: PublishedTable, name: str) -> bool:
    """Tell whether readers have no use for a column: words stand elsewhere, or it only orders."""
    referring = {column for each in references(table.name) for column in each.columns}
    names = {column.name for column in table.columns}
    return (
        name in referring or f"{name}_nl" in names or name in table.sorted_by.values()
    ) and name not in table.labels


def _numbers(table: PublishedTable) -> Iterator[str]:
    """Yield the columns of which only the number of one row means something."""
    protected = {
        "figures": PROTECTED_NUMBERS,
        "distribution": PROTECTED_NUMBERS,
        "checks": _CHECK_NUMBERS,
        "none": (),
    }[table.protection]
    yield from (column.name for column in table.columns if column.name in protected)


def _measures(table: PublishedTable, kpis: list[Row]) -> Iterator[Measure]:
    caption = table_caption(table.name)
    suffix = "" if table.name == VALUES else f" ({caption})"
    described = {column.name: column.description for column in table.columns}
    for name in _numbers(table):
        yield Measure(
            name=f"{column_caption(table.name, name)}{suffix}",
            expression=_of_one_row(caption, name),
            description=f"{described[name]} Van precies een rij; anders leeg.",
            folder="Cijfer",
            format="#,0" if name.startswith("n_") else _ANY_NUMBER,
        )
    if table.name != VALUES:
        return
    for name, told_nl in _OF_THE_FIGURE.items():
        yield Measure(
            name=told_nl,
            expression=_of_one_row(caption, column_caption(VALUES, name)),
            description=f"{described[name]} Van precies een rij; anders leeg.",
            folder="Cijfer",
        )
    yield _why_empty(caption)
    yield from (_of_kpi(kpi) for kpi in kpis)


def _of_one_row(table: str, column: str) -> str:
    return (
        f"IF ( COUNTROWS ( {quoted_name(table)} ) = 1, MAX ( {column_reference(table, column)} ) )"
    )


def _why_empty(table: str) -> Measure:
    rows = f"COUNTROWS ( {quoted_name(table)} )"
    status = f"MAX ( {column_reference(table, column_caption(VALUES, 'status'))} )"
    return Measure(
        name="Waarom leeg",
        expression=(
            f"SWITCH ( TRUE (), {rows} > 1, "
            f'"Kies één KPI, opzet, periode, uitsplitsing en gebied", {status} = "afgeschermd", '
            f'"Afgeschermd: te weinig mensen", {status} = "niet beschikbaar", "Niet beschikbaar" )'
        ),
        description="Waarom er geen waarde staat; leeg als er een waarde of geen rij is.",
        folder="Cijfer",
    )


def _of_kpi(kpi: Row) -> Measure:
    label = _plain(kpi["kpi_label_nl"] or kpi["kpi_id"])[:_LONGEST_NAME].rstrip()
    key = column_reference(table_caption("dim_kpi"), column_caption("dim_kpi", "kpi_id"))
    value = kpi["kpi_id"].replace('"', '""')
    measure = column_caption(VALUES, "value")
    texts = (kpi["definition_nl"], kpi["formula_nl"], kpi["choice_nl"])
    told = " ".join(_plain(text).rstrip(".") + "." for text in texts if text)
    return Measure(
        name=label,
        expression=f'CALCULATE ( [{measure}], KEEPFILTERS ( {key} = "{value}" ) )',
        description=f"{told} De gepubliceerde waarde van precies een rij; anders leeg.".strip(),
        folder="\\".join(
            # Both mean something in a display folder: a level, and a second folder.
            _plain(part or "Overig").replace("\\", "/").replace(";", ",")
            for part in (kpi["layer_nl"], kpi["parent_label_nl"])
        ),
        format=_FORMATS.get(kpi["unit"], _ANY_NUMBER),
    )


def _plain(text: str) -> str:
    """Return a text on one line, without the brackets that would end a name in DAX."""
    return " ".join(text.replace("[", "(").replace("]", ")").split())


def _keys(table: PublishedTable) -> Iterator[KeyColumn]:
    """Yield the joined columns that this table needs, as the one side and as the many side."""
    composite = [each for each in references(table.name) if len(each.columns) > 1]
    types = {column.name: column.type for column in table.columns}
    if is_dimension(table) and len(table.key) > 1 and table.name in _referred_by_whole_key():
        parts = tuple((name, types[name]) for name in table.key)
        yield KeyColumn(source=_key_name(table.name), parts=parts)
    for each in composite:
        parts = tuple((name, types[name]) for name in each.columns)
        yield KeyColumn(source=_key_name(each.table), parts=parts)


def _key_name(table: str) -> str:
    return f"sleutel_{table}"


def _referred_by_whole_key() -> set[str]:
    return {
        each.table
        for table in published_tables()
        for each in references(table.name)
        if len(each.columns) > 1
    }


def _relationships(tables: tuple[ModelTable, ...]) -> Iterator[Relationship]:
    by_source = {table.source: table for table in tables}
    published = {table.name: table for table in published_tables()}
    for table in tables:
        between_dimensions = is_dimension(published[table.source])
        taken: set[str] = set()
        for each in references(table.source):
            other = by_source[each.table]
            yield Relationship(
                from_table=table.name,
                from_column=table.caption_of(_one(each.columns, each)),
                to_table=other.name,
                to_column=other.caption_of(_one(each.fields, each)),
                # One road between two tables: another would make the figures depend on which.
                is_active=not between_dimensions and other.name not in taken,
                to_many=len(each.fields) == 1 and published[each.table].key != each.fields,
            )
            taken.add(other.name)
        if table.source in _CALENDAR_DATES:
            calendar = by_source["dim_date"]
            yield Relationship(
                from_table=table.name,
                from_column=table.caption_of(_CALENDAR_DATES[table.source]),
                to_table=calendar.name,
                to_column=calendar.caption_of("calendar_date"),
                is_active=True,
                to_many=False,
            )


def _one(columns: tuple[str, ...], reference: Reference) -> str:
    return columns[0] if len(columns) == 1 else _key_name(reference.table)
