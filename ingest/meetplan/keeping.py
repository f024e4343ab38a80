"""Keeps the last good rows of the meetplan in landing, and makes raw of them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.home import Home, replace_durably
from ingest.meetplan.reading import ReadWorkbook, Remark, read_workbook
from ingest.meetplan.sheets import Sheet, sheets
from ingest.raw_tables import WORKBOOK_SOURCE, write_table
from ingest.readers import ReadError

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")

# A withdrawal may stand in a sheet that cannot be read, so former rows are not safe to show.
_NEVER_KEPT = ("stories",)
_MODIFIED_ON = b"modified_on"


@dataclass(frozen=True)
class Meetplan:
    """What is known of the meetplan tonight: rows per raw table, rejected ones included.

    `problem` says why the workbook could not be opened; the rows are then those of the last time.
    `modified_on` is the day in Amsterdam on which the workbook was last saved, None without one.
    """

    tables: Mapping[tuple[str, str], pa.Table]
    remarks: tuple[Remark, ...]
    modified_on: date | None
    problem: str = ""

    @property
    def is_used(self) -> bool:
        """Say whether the organisation has a meetplan."""
        return self.modified_on is not None or bool(self.problem)


def take_in_meetplan(home: Home) -> Meetplan:
    """Read the workbook of the home into landing, in the place of what was there.

    Nothing former is kept: a story whose consent was withdrawn must be gone. A workbook that
    cannot be opened leaves landing as it is; a sheet that is refused leaves its own rows, but for
    the stories. Without a workbook every table is empty.
    """
    try:
        found = _open(home.meetplan_file)
    except ReadError as error:
        return _kept(home, problem=f"{home.meetplan_file.name}: {error}.")
    if found is None:
        for sheet in sheets():
            _landing_file(home, sheet).unlink(missing_ok=True)
        return _kept(home)
    workbook, provenance = found
    for sheet in sheets():
        table = workbook.tables.get(sheet.table_key)
        if table is None and sheet.table.table_name in _NEVER_KEPT:
            table = sheet.table.schema().empty_table()
        if table is not None:
            _land(home, sheet, table.replace_schema_metadata(provenance))
    return _kept(home, workbook.remarks)


def write_raw(home: Home, tables: Mapping[tuple[str, str], pa.Table], *, as_of: date) -> None:
    """Write the raw file of every sheet; what was saved after `as_of` counts as of that day."""
    for table_key, rows in tables.items():
        recorded_on = data_as_of(_modified_on(rows), as_of)
        dated = rows.set_column(
            rows.schema.get_field_index("recorded_on"),
            "recorded_on",
            pa.repeat(pa.scalar(recorded_on, pa.date32()), len(rows)),
        )
        write_table(home.raw, table_key, WORKBOOK_SOURCE, dated.replace_schema_metadata(None))


def data_as_of(modified_on: date | None, as_of: date) -> date | None:
    """Return the day of the data in a workbook that was saved on this day."""
    return None if modified_on is None else min(modified_on, as_of)


def _open(file: Path) -> tuple[ReadWorkbook, dict[bytes, bytes]] | None:
    """Return the rows of the workbook and what landing says of it, or None when there is none."""
    try:
        content = file.read_bytes()
        modified = datetime.fromtimestamp(file.stat().st_mtime, _AMSTERDAM)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReadError(
            "bestand kan niet gelezen worden. Sluit het in Excel en kijk naar de rechten"
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    return read_workbook(content), {
        _MODIFIED_ON: modified.date().isoformat().encode(),
        b"sha256": digest.encode(),
    }


def _kept(home: Home, remarks: tuple[Remark, ...] = (), problem: str = "") -> Meetplan:
    """Return the rows in landing, with the columns that the tables have today."""
    tables = {}
    for sheet in sheets():
        file, schema = _landing_file(home, sheet), sheet.table.schema()
        landed = pq.read_table(file) if file.exists() else schema.empty_table()
        tables[sheet.table_key] = pa.table(
            {
                field.name: landed[field.name].cast(field.type)
                if field.name in landed.column_names
                else pa.nulls(len(landed), field.type)
                for field in schema
            }
        ).replace_schema_metadata(landed.schema.metadata)
    days = [day for table in tables.values() if (day := _modified_on(table))]
    return Meetplan(tables, remarks, max(days, default=None), problem)


def _land(home: Home, sheet: Sheet, table: pa.Table) -> None:
    file = _landing_file(home, sheet)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    pq.write_table(table, unfinished)
    replace_durably(unfinished, file)


def _landing_file(home: Home, sheet: Sheet) -> Path:
    return home.landing / WORKBOOK_SOURCE / f"{sheet.table.table_name}.parquet"


def _modified_on(table: pa.Table) -> date | None:
    noted = (table.schema.metadata or {}).get(_MODIFIED_ON)
    return date.fromisoformat(noted.decode()) if noted else None
