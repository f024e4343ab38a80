"""How the files of a release are written: one way for a new release and for a mended one."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from exports.tables import quoted

# The oldest file format that still has comments: every DuckDB driver from 1.0 on opens it.
STORAGE_VERSION = "v1.0.0"
AUDIENCE = "intern"
DATABASE = "impact.duckdb"
MANIFEST = "manifest.json"
READ_ONLY = 0o444


@contextmanager
def in_memory() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an empty database in memory; one thread, so that the same rows give the same bytes."""
    connection = duckdb.connect(config={"threads": 1})
    try:
        yield connection
    finally:
        connection.close()


def attach_new(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Attach a database file that does not exist yet, to be written, as `impact`."""
    connection.execute(
        f"attach {quoted(file)} as impact (storage_version {quoted(STORAGE_VERSION)})"
    )


def write_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    rows: str,
    comments: Iterable[str],
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """Write the `rows` (a query) to the attached `impact` as a table with its comments."""
    connection.execute(f"create table impact.main.{name} as {rows}", parameters)
    for comment in comments:
        connection.execute(comment)


def write_parquet(connection: duckdb.DuckDBPyConnection, name: str, file: Path) -> None:
    """Write a table of the attached `impact` to a Parquet file."""
    connection.execute(
        f"copy impact.main.{name} to {quoted(file)} (format parquet, compression snappy)"
    )


def write_manifest(file: Path, manifest: Mapping[str, Any]) -> None:
    """Write what a release says about its own files."""
    file.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return what the release in `folder` says about its own files."""
    manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return manifest


def files(folder: Path) -> list[Path]:
    """Return every file under `folder`."""
    return [path for path in folder.rglob("*") if path.is_file()]


def sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimals."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Flush a file or folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
