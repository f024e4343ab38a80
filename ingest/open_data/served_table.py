"""A table as the service has it, completed from its columns where nothing else was recorded."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.open_data.figure_files import read_json, rows_of
from ingest.open_data.topics import plain

TOPIC_KEY = re.compile(r".+_\d+")

_NUMBER = r"^(-?[0-9]*[.,]?[0-9]+([eE][-+]?[0-9]+)?|\.|NA|)$"
# How 'no figure' is written outside OData: R writes NA, the map files -99997 and its kin.
_NO_FIGURE = r"^(NA|-999[0-9]*(\.0+)?)$"
_TEXT_TOPICS = re.compile(
    "Gemeentenaam|SoortRegio|Codering|Indelingswijziging|MeestVoorkomendePostcode"
)
# The fields of a row of ODataCatalog/Tables, with what they hold when nothing was recorded.
_ENTRY: dict[str, Any] = {
    "Updated": None,
    "ID": 0,
    "Identifier": "",
    "Title": "",
    "ShortTitle": "",
    "ShortDescription": "",
    "Summary": "",
    "Modified": None,
    "MetaDataModified": None,
    "ReasonDelivery": "",
    "ExplanatoryText": "",
    "OutputStatus": "Regulier",
    "Source": "",
    "Language": "nl",
    "Catalog": "",
    "Frequency": "",
    "Period": "",
    "SummaryAndLinks": "",
    "ApiUrl": "",
    "FeedUrl": "",
    "DefaultPresentation": "",
    "DefaultSelection": "",
    "GraphTypes": "",
    "RecordCount": 0,
    "ColumnCount": 0,
    "SearchPriority": "",
}
# The fields of a row of DataProperties that are empty unless something is known.
_PROPERTY: dict[str, Any] = {
    "ParentID": None,
    "Key": "",
    "Description": "",
    "MapYear": None,
    "Datatype": None,
    "Unit": None,
    "Decimals": None,
}
# What the codes of CBS mean where their dimension was not recorded.
_KNOWN_KEYS = {
    "20300": "18 jaar of ouder",
    "53115": "18 tot 65 jaar",
    "80200": "65 jaar of ouder",
    "MW00000": "Waarde",
}


@dataclass(frozen=True)
class ServedTable:
    """One table as the service has it: catalogue row, properties, dimensions and figures.

    Every column of `data` is text: `numbers` as published without padding ('.' is unknown, null
    does not apply), all others with their padding.
    """

    entry: dict[str, Any]
    properties: list[dict[str, Any]]
    dimensions: dict[str, list[dict[str, Any]]]
    data: pa.Table
    numbers: frozenset[str]

    @property
    def table_id(self) -> str:
        """Return the id of the table."""
        return str(self.entry["Identifier"])


@dataclass(frozen=True)
class FigureColumn:
    """What is known of a column with figures."""

    key: str
    title: str
    unit: str | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figures:
    """A recording after reading: the figures and what its files say about them."""

    data: pa.Table
    region: str
    columns: list[FigureColumn]
    title: str
    year: int | None = None
    map_year: int | None = None
    names: dict[str, str] = field(default_factory=dict)
    entry: dict[str, Any] = field(default_factory=dict)
    properties: list[dict[str, Any]] = field(default_factory=list)


def serve(table_id: str, figures: Figures, dimension_files: dict[str, Path]) -> ServedTable:
    """Complete what was recorded with what follows from the columns themselves.

    `dimension_files` are the recorded dimensions, by their name in lower case.
    """
    data = figures.data
    if not _has_own_ids(data):
        others = [name for name in data.column_names if name != "ID"]
        ids = pa.array([str(number) for number in range(data.num_rows)], pa.string())
        data = data.select(others).add_column(0, "ID", ids)
    keys = {column.key for column in figures.columns}
    dimensions = [name for name in data.column_names if name not in keys and name != "ID"]
    numbers = frozenset(key for key in keys if is_numeric(key, data[key]))
    is_health = "gezondheid" in figures.title.lower()
    said = {k: v for k, v in figures.entry.items() if v is not None and k in _ENTRY}
    return ServedTable(
        entry=_ENTRY
        | {
            "ShortTitle": figures.title,
            "Source": "GGD'en, CBS en RIVM" if is_health else "CBS",
            "Catalog": "RIVM" if is_health else "CBS",
            "Period": str(figures.year or ""),
        }
        | said
        | {
            "Identifier": table_id,
            "Title": figures.title,
            # Of what is served here: a recording may be a part of the table.
            "RecordCount": data.num_rows,
            "ColumnCount": data.num_columns - 1,
        },
        properties=_properties(figures, dimensions, numbers),
        dimensions={
            name: _dimension(name, data[name], figures, dimension_files.get(name.lower()))
            for name in dimensions
        },
        data=data,
        numbers=numbers,
    )


def clean(raw: pa.Table, region: str, keys: Collection[str], blank: str | None) -> pa.Table:
    """Bring cells to one form: numbers trimmed and with a point, region codes padded.

    `keys` are the columns with figures. `blank` is what an empty cell says in this file: '.' for
    unknown, None for does not apply. Rows without a region are left out.
    """
    columns: dict[str, pa.ChunkedArray] = {}
    for name in raw.column_names:
        column = raw[name]
        if name == region:
            codes = pc.utf8_trim_whitespace(column)
            longest = pc.max(pc.utf8_length(codes)).as_py() or 0
            column = pc.utf8_rpad(codes, max(10 if name == "WijkenEnBuurten" else 6, longest))
        elif name in keys and is_numeric(name, column):
            text = pc.replace_substring(pc.utf8_trim_whitespace(column), ",", ".")
            text = pc.if_else(pc.match_substring_regex(text, _NO_FIGURE), ".", text)
            text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
            column = text if blank is None else pc.fill_null(text, blank)
        columns[name] = column
    table = pa.table(columns)
    return table.filter(pc.not_equal(pc.utf8_trim_whitespace(table[region]), ""))


def is_numeric(key: str, column: pa.ChunkedArray) -> bool:
    """Return whether a column holds figures and signs for a missing figure, and nothing else."""
    if _TEXT_TOPICS.match(key):
        return False
    matches = pc.match_substring_regex(pc.utf8_trim_whitespace(column), _NUMBER)
    return pc.all(matches).as_py() is not False


def title_of_key(key: str) -> str:
    """Return a readable title: `k_15Tot25Jaar_9` is '15 tot 25 jaar'."""
    core = re.sub(r"_\d+$", "", key).removeprefix("k_")
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z\d]+|\d+", core)
    text = " ".join(word if len(word) > 1 and word.isupper() else word.lower() for word in words)
    return text[:1].upper() + text[1:]


def key_of_title(title: str, number: int) -> str:
    """Return a column name as the service would give it: the reverse of `title_of_key`."""
    core = "".join(word.capitalize() for word in plain(title).split())
    return f"{'k_' if core[:1].isdigit() else ''}{core}_{number}"


def _properties(
    figures: Figures, dimensions: list[str], numbers: frozenset[str]
) -> list[dict[str, Any]]:
    """Return DataProperties: as recorded for the columns that are there, else derived."""
    present = set(figures.data.column_names)
    rows = [
        {("odata.type" if name == "odata_type" else name): value for name, value in row.items()}
        for row in figures.properties
        if row["Type"] == "TopicGroup" or row["Key"] in present
    ]
    known = {row["Key"] for row in rows}
    ids = count(max((row["ID"] for row in rows), default=-1) + 1)

    def add(kind: str, title: str, **said: Any) -> int:
        number = next(ids)
        row = {"odata.type": f"Cbs.OData.{kind}", "ID": number, "Type": kind, "Title": title}
        rows.append(row | _PROPERTY | said)
        return number

    for name in dimensions:
        if name in known:
            continue
        if name == figures.region:
            kind = "GeoDetail" if name == "WijkenEnBuurten" else "GeoDimension"
            add(kind, title_of_key(name), Key=name, MapYear=figures.map_year)
        else:
            add("TimeDimension" if name == "Perioden" else "Dimension", name, Key=name)
    groups: dict[tuple[str, ...], int | None] = {(): None}
    for column in figures.columns:
        if column.key in known:
            continue
        for depth in range(1, len(column.groups) + 1):
            path = column.groups[:depth]
            if path not in groups:
                groups[path] = add("TopicGroup", path[-1], ParentID=groups[path[:-1]])
        is_number = column.key in numbers
        add(
            "Topic",
            column.title,
            Key=column.key,
            ParentID=groups[column.groups],
            Unit=column.unit,
            **_datatype(figures.data[column.key], is_number=is_number),
        )
    return rows


def _datatype(column: pa.ChunkedArray, *, is_number: bool) -> dict[str, Any]:
    if not is_number:
        return {"Datatype": "String", "Decimals": 0}
    fractions = pc.extract_regex(column, r"[0-9]\.(?P<digits>[0-9]+)$").combine_chunks()
    decimals = pc.max(pc.utf8_length(fractions.field("digits"))).as_py() or 0
    return {"Datatype": "Double" if decimals else "Long", "Decimals": decimals}


def _dimension(
    name: str, column: pa.ChunkedArray, figures: Figures, file: Path | None
) -> list[dict[str, Any]]:
    """Return the rows of a dimension: as recorded, else the keys in the data with their names."""
    if file is not None:
        width = pc.max(pc.utf8_length(column)).as_py() or 0
        return [
            {
                "Key": str(row.get("Key") or row["Identifier"]).strip().ljust(width),
                "Title": row["Title"],
                "Description": row.get("Description"),
                **({"Municipality": row["Municipality"]} if "Municipality" in row else {}),
            }
            for row in rows_of(read_json(file))
        ]
    names = figures.names if name == figures.region else _KNOWN_KEYS
    keys = [key for key in pc.unique(column).to_pylist() if key is not None]
    return [
        {"Key": key, "Title": names.get(key.strip(), _title_of_code(key)), "Description": ""}
        for key in keys
    ]


def _title_of_code(code: str) -> str:
    year = re.fullmatch(r"(\d{4})JJ00", code.strip())
    return year[1] if year else code.strip()


def _has_own_ids(data: pa.Table) -> bool:
    if "ID" not in data.column_names:
        return False
    are_numbers = pc.all(pc.match_substring_regex(data["ID"], r"^\d+$")).as_py()
    return are_numbers is True and pc.count_distinct(data["ID"]).as_py() == data.num_rows
