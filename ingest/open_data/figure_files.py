"""Figures and metadata in files, read as the text that is written there."""

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.csv as pacsv


def read_json(file: Path) -> Any:
    """Return the content of a JSON file, numbers as the text that is written there."""
    with _open(file, "utf-8-sig") as lines:
        return json.load(lines, parse_float=str)


def rows_of(content: Any) -> list[dict[str, Any]]:
    """Return the rows of a table in JSON: a list, a document of the service, or one object."""
    if isinstance(content, dict):
        content = content.get("value", [content])
    return [row for row in content if isinstance(row, dict)]


def read_csv_rows(file: Path) -> Iterator[dict[str, str]]:
    """Return the rows of one of our own CSV files."""
    with _open(file, "utf-8-sig") as lines:
        yield from csv.DictReader(lines)


def text_table(columns: dict[str, list[Any]]) -> pa.Table:
    """Return a table with every value as text."""
    return pa.table(
        {
            name: pa.chunked_array(
                [pa.array([None if v is None else str(v) for v in values], pa.string())]
            )
            for name, values in columns.items()
        }
    )


def read_json_table(file: Path) -> pa.Table:
    """Read a data set in JSON as text."""
    rows = rows_of(read_json(file))
    names = dict.fromkeys(name for row in rows for name in row)
    return text_table({name: [row.get(name) for row in rows] for name in names})


def read_csv(file: Path) -> pa.Table:
    """Read a CSV file as text; its delimiter is the sign that splits its first line most."""
    try:
        return _read_csv_as(file, "utf-8")
    except (UnicodeDecodeError, pa.ArrowInvalid):
        return _read_csv_as(file, "cp1252")


def _read_csv_as(file: Path, encoding: str) -> pa.Table:
    with _open(file, "utf-8-sig" if encoding == "utf-8" else encoding) as lines:
        first = lines.readline()
    delimiter = max(";,\t", key=first.count)
    header = next(csv.reader([first], delimiter=delimiter), [])
    return pacsv.read_csv(
        file,
        read_options=pacsv.ReadOptions(
            column_names=header, skip_rows=1, encoding="utf8" if encoding == "utf-8" else encoding
        ),
        parse_options=pacsv.ParseOptions(delimiter=delimiter),
        convert_options=pacsv.ConvertOptions(
            column_types=dict.fromkeys(header, pa.string()),
            strings_can_be_null=True,
            null_values=[""],
        ),
    )


def _open(file: Path, encoding: str) -> TextIO:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding=encoding, newline="")
    return file.open(encoding=encoding, newline="")
