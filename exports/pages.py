"""What every page for people shares: rows by column name, and one way to make HTML."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2

Row = dict[str, Any]
Fetch = Callable[..., list[Row]]


def fetch_rows(
    connection: duckdb.DuckDBPyConnection, query: str, **parameters: object
) -> list[Row]:
    """Return the rows of a query, each by the names of its columns."""
    found = connection.execute(query, parameters or None)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def template(name: str) -> jinja2.Template:
    """Return a template of this room; what it is not given is an error, and texts are escaped."""
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    """Return the one environment, so that a template is compiled once."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
