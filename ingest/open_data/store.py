"""The published figures that we hold: per table three Parquet files in raw."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.home import replace_durably
from ingest.raw_tables import raw_tables

# In this order they are written: a table counts once its row in `tables` is there.
_RAW_TABLES = ("observations", "regions", "tables")
_FINGERPRINT = b"fingerprint"


@dataclass(frozen=True)
class HeldTable:
    """A table as it is (to be) held: its row of raw `tables`, and the state of its source."""

    table_id: str
    title: str
    catalog: str
    source_name: str
    modified_on: date | None
    retrieved_on: date
    origin: str
    fingerprint: str
    row_count: int = 0


class Store:
    """The open-data folders of raw."""

    def __init__(self, raw: Path) -> None:
        """Open the folders, and make them when they are not there."""
        self._folders = {name: raw_tables()["open_data", name].folder(raw) for name in _RAW_TABLES}
        for folder in self._folders.values():
            folder.mkdir(parents=True, exist_ok=True)

    def held(self) -> dict[str, HeldTable]:
        """Return the tables of which every file is there, by id."""
        found = {}
        for file in sorted(self._folders["tables"].glob("*.parquet")):
            described = pq.read_table(file)
            siblings = [folder / file.name for folder in self._folders.values()]
            if described.num_rows == 1 and all(sibling.is_file() for sibling in siblings):
                fingerprint = (described.schema.metadata or {}).get(_FINGERPRINT, b"").decode()
                row_count = pq.read_metadata(self._folders["observations"] / file.name).num_rows
                row = described.to_pylist()[0]
                found[row["table_id"]] = HeldTable(
                    **row, fingerprint=fingerprint, row_count=row_count
                )
        return found

    def put(self, table: HeldTable, observations: pa.Table, regions: pa.Table) -> None:
        """Write a table, or replace it: everything is on disk before the first file changes."""
        schema = raw_tables()["open_data", "tables"].schema()
        described = pa.Table.from_pylist(
            [{name: value for name, value in asdict(table).items() if name in schema.names}],
            schema.with_metadata({_FINGERPRINT: table.fingerprint.encode()}),
        )
        contents = dict(zip(_RAW_TABLES, (observations, regions, described), strict=True))
        for name, content in contents.items():
            pq.write_table(content, self._folders[name] / f"{table.table_id}.new")
        for folder in self._folders.values():
            replace_durably(folder / f"{table.table_id}.new", folder / f"{table.table_id}.parquet")

    def remove(self, tables: Iterable[HeldTable]) -> None:
        """Remove tables that are no longer asked for."""
        for table in tables:
            for folder in reversed(self._folders.values()):
                (folder / f"{table.table_id}.parquet").unlink(missing_ok=True)
