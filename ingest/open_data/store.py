"""The published figures that we hold: per table and revision three Parquet files in landing."""

import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.home import Home, replace_durably
from ingest.raw_tables import raw_tables

# In this order they are written: a table counts once its row in `tables` is there.
_RAW_TABLES = ("observations", "regions", "tables")
_FINGERPRINT = b"fingerprint"


@dataclass(frozen=True)
class HeldTable:
    """One revision of a table as it is (to be) held: its row of raw `tables`, and its source.

    `revision` is the day on which the source changed it; where the source does not say so
    (`modified_on` is None), the day of the first copy. `revised_count` figures differ from the
    revision before.
    """

    table_id: str
    revision: date
    title: str
    catalog: str
    source_name: str
    licence: str
    modified_on: date | None
    retrieved_on: date
    origin: str
    record_count: int
    fingerprint: str
    revised_count: int = 0
    row_count: int = 0

    @property
    def stem(self) -> str:
        """Return the name of its files."""
        return f"{self.table_id}@{self.revision}"


class Store:
    """The open data in the home: kept in landing, with a copy in raw for dbt.

    What the source replaced cannot be had again, so it is not kept in raw, which is disposable.
    """

    def __init__(self, home: Home) -> None:
        """Open the folders, and make them when they are not there."""
        self._raw = {name: raw_tables()["open_data", name].folder(home.raw) for name in _RAW_TABLES}
        self._folders = {name: home.open_data / name for name in _RAW_TABLES}
        self._accepted = home.open_data / "accepted"
        for folder in (*self._folders.values(), *self._raw.values(), self._accepted):
            folder.mkdir(parents=True, exist_ok=True)

    def held(self) -> dict[str, HeldTable]:
        """Return the newest revision of every table of which every file is there, by id."""
        return {table.table_id: table for table in sorted(self.revisions(), key=_age)}

    def revisions(self) -> list[HeldTable]:
        """Return every revision of every table of which every file is there."""
        found = []
        for file in sorted(self._folders["tables"].glob("*.parquet")):
            described = pq.read_table(file)
            siblings = [folder / file.name for folder in self._folders.values()]
            if described.num_rows == 1 and all(sibling.is_file() for sibling in siblings):
                fingerprint = (described.schema.metadata or {}).get(_FINGERPRINT, b"").decode()
                row_count = pq.read_metadata(self._folders["observations"] / file.name).num_rows
                row = described.to_pylist()[0]
                found.append(HeldTable(**row, fingerprint=fingerprint, row_count=row_count))
        return found

    def observations(self, table: HeldTable, columns: Iterable[str]) -> pa.Table:
        """Return columns of the observations of a table that is held."""
        file = self._folders["observations"] / f"{table.stem}.parquet"
        return pq.read_table(file, columns=list(columns))

    def put(
        self, table: HeldTable, observations: pa.Table, regions: pa.Table, *, kept: int
    ) -> None:
        """Write a table as the newest of its revisions, of which `kept` are kept.

        Everything is on disk before the first file changes.
        """
        schema = raw_tables()["open_data", "tables"].schema()
        described = pa.Table.from_pylist(
            [{name: value for name, value in asdict(table).items() if name in schema.names}],
            schema.with_metadata({_FINGERPRINT: table.fingerprint.encode()}),
        )
        contents = dict(zip(_RAW_TABLES, (observations, regions, described), strict=True))
        for name, content in contents.items():
            pq.write_table(content, self._folders[name] / f"{table.stem}.new")
        for folder in self._folders.values():
            replace_durably(folder / f"{table.stem}.new", folder / f"{table.stem}.parquet")
        all_of_it = [one for one in self.revisions() if one.table_id == table.table_id]
        newer = [one for one in all_of_it if one.revision > table.revision]
        older = sorted((one for one in all_of_it if one not in newer), key=_age, reverse=True)
        self._remove([*newer, *older[kept:]])
        (self._accepted / table.table_id).unlink(missing_ok=True)

    def remove(self, tables: Iterable[HeldTable]) -> None:
        """Remove tables that are no longer asked for, with all their revisions."""
        table_ids = {table.table_id for table in tables}
        self._remove(one for one in self.revisions() if one.table_id in table_ids)

    def _remove(self, revisions: Iterable[HeldTable]) -> None:
        for one in revisions:
            for folder in reversed(self._folders.values()):
                (folder / f"{one.stem}.parquet").unlink(missing_ok=True)

    def accept(self, table_id: str) -> None:
        """Let the next copy of a table replace the one that is held, whatever it lacks."""
        (self._accepted / table_id).touch()

    def is_accepted(self, table_id: str) -> bool:
        """Say whether a person accepted whatever comes next of a table."""
        return (self._accepted / table_id).exists()

    def write_raw(self) -> None:
        """Make the open data in raw those that are held, for dbt."""
        stems = {table.stem for table in self.revisions()}
        for name, folder in self._folders.items():
            files = {file.name: file for file in folder.glob("*.parquet") if file.stem in stems}
            for former in self._raw[name].glob("*.parquet"):
                if former.name not in files and former.stem != "_empty":
                    former.unlink()
            for file_name, file in files.items():
                copy = self._raw[name] / file_name
                if not copy.exists() or _state(copy) != _state(file):
                    unfinished = copy.with_suffix(".unfinished")
                    shutil.copy2(file, unfinished)
                    unfinished.replace(copy)


def _age(table: HeldTable) -> tuple[date, date]:
    return table.revision, table.retrieved_on


def _state(file: Path) -> tuple[int, int]:
    state = file.stat()
    return state.st_size, state.st_mtime_ns
