"""Keeps the last good rows of the meetplan in landing, and makes raw of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from ingest import dutch
from ingest.home import Home, replace_durably
from ingest.meetplan.consent import STORIES, without_other_texts
from ingest.meetplan.reading import ReadWorkbook, Remark, read_workbook
from ingest.meetplan.sheets import Sheet, sheets
from ingest.raw_tables import WORKBOOK_SOURCE, write_table
from ingest.readers import ReadError
from ingest.source_states import SourceResult

_AMSTERDAM = ZoneInfo("Europe/Amsterdam")

# A withdrawal may stand in a sheet that cannot be read, so former rows are not safe to show.
_NEVER_KEPT = ("stories",)
_MODIFIED_ON = b"modified_on"
# Stands in landing as long as the workbook cannot be opened, with the reason.
_PROBLEM = "probleem.txt"
# The check that a source fails when its structure cannot be read.
_STRUCTURE = "S02"


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


def take_in_meetplan(home: Home, *, as_of: date) -> Meetplan:
    """Read the workbook of the home into landing, in the place of what was there.

    Nothing former is kept: a story whose consent was withdrawn must be gone. A workbook that
    cannot be opened leaves landing as it is; a sheet that is refused leaves its own rows, but for
    the stories. Without a workbook every table is empty. Of a story without a consent that holds
    on `as_of` the texts stay in the workbook.
    """
    remarks = _land_workbook(home)
    for sheet in sheets():
        file = _landing_file(home, sheet)
        if sheet.table_key == STORIES and file.exists():
            _land(file, without_other_texts(pq.read_table(file), as_of))
    return landed_meetplan(home, remarks)


def _land_workbook(home: Home) -> tuple[Remark, ...]:
    folder = home.landing / WORKBOOK_SOURCE
    folder.mkdir(parents=True, exist_ok=True)
    problem = folder / _PROBLEM
    try:
        found = _open(home.meetplan_file)
    except ReadError as error:
        problem.write_text(f"{home.meetplan_file.name}: {error}.", encoding="utf-8")
        return ()
    problem.unlink(missing_ok=True)
    if found is None:
        for sheet in sheets():
            _landing_file(home, sheet).unlink(missing_ok=True)
        return ()
    workbook, modified_on = found
    provenance = {_MODIFIED_ON: modified_on.isoformat().encode()}
    for sheet in sheets():
        table = workbook.tables.get(sheet.table_key)
        if table is None and sheet.table.table_name in _NEVER_KEPT:
            table = sheet.table.schema().empty_table()
        if table is not None:
            _land(_landing_file(home, sheet), table.replace_schema_metadata(provenance))
    return workbook.remarks


def landed_meetplan(home: Home, remarks: tuple[Remark, ...] = ()) -> Meetplan:
    """Return what landing holds of the meetplan, with the columns that the tables have today."""
    tables = {}
    for sheet in sheets():
        file, schema = _landing_file(home, sheet), sheet.table.schema()
        landed = pq.read_table(file) if file.exists() else schema.empty_table()
        columns = {
            field.name: landed[field.name].cast(field.type)
            if field.name in landed.column_names
            else pa.nulls(len(landed), field.type)
            for field in schema
        }
        tables[sheet.table_key] = pa.table(columns).replace_schema_metadata(landed.schema.metadata)
    days = [day for table in tables.values() if (day := _modified_on(table))]
    problem = home.landing / WORKBOOK_SOURCE / _PROBLEM
    return Meetplan(
        tables=tables,
        remarks=remarks,
        modified_on=max(days, default=None),
        problem=problem.read_text(encoding="utf-8") if problem.exists() else "",
    )


def write_raw(home: Home, tables: Mapping[tuple[str, str], pa.Table], *, as_of: date) -> None:
    """Write the raw file of every sheet; what was saved after `as_of` counts as of that day."""
    for table_key, rows in tables.items():
        recorded_on = _data_as_of(_modified_on(rows), as_of)
        dated = rows.set_column(
            rows.schema.get_field_index("recorded_on"),
            "recorded_on",
            pa.repeat(pa.scalar(recorded_on, pa.date32()), len(rows)),
        )
        write_table(home.raw, table_key, WORKBOOK_SOURCE, dated.replace_schema_metadata(None))


def meetplan_state(home: Home, *, as_of: date) -> SourceResult | None:
    """Return how the meetplan stands, counted in raw, or None when there is none."""
    plan = landed_meetplan(home)
    if not plan.is_used:
        return None
    rows = [_raw_rows(home, sheet) for sheet in sheets()]
    rows_in = sum(map(len, rows))
    rows_out = sum(each["reject_reason"].null_count for each in rows)
    message = ""
    if plan.problem:
        stays = (
            f"De rijen van {dutch.day(plan.modified_on)} blijven staan."
            if plan.modified_on
            else "Van het meetplan is nog niets ingenomen."
        )
        message = f"{plan.problem} {stays}"
    return SourceResult(
        source_id=WORKBOOK_SOURCE,
        state="vastgehouden" if plan.problem else "actueel",
        data_as_of=_data_as_of(plan.modified_on, as_of),
        rows_in=rows_in,
        rows_out=rows_out,
        rejected=rows_in - rows_out,
        message=message,
        held_by=_STRUCTURE if plan.problem else None,
    )


def filled_tables(home: Home, *, as_of: date) -> list[dict[str, object]]:
    """Return the rows of run.sources for the meetplan: one per raw table that it filled."""
    state = meetplan_state(home, as_of=as_of)
    if state is None:
        return []
    return [
        {
            "source_id": state.source_id,
            "source_name": sheet.table.source_name,
            "table_name": sheet.table.table_name,
            "state": state.state,
            "data_as_of": rows["recorded_on"][0].as_py(),
            "held_by_check": state.held_by,
        }
        for sheet in sheets()
        if len(rows := _raw_rows(home, sheet))
    ]


def _raw_rows(home: Home, sheet: Sheet) -> pa.Table:
    file = sheet.table.folder(home.raw) / f"{WORKBOOK_SOURCE}.parquet"
    return pq.read_table(file) if file.exists() else sheet.table.schema().empty_table()


def _data_as_of(modified_on: date | None, as_of: date) -> date | None:
    return None if modified_on is None else min(modified_on, as_of)


def _open(file: Path) -> tuple[ReadWorkbook, date] | None:
    """Return the rows of the workbook and the day it was saved, or None when there is none."""
    try:
        content = file.read_bytes()
        modified = datetime.fromtimestamp(file.stat().st_mtime, _AMSTERDAM)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReadError(
            "bestand kan niet gelezen worden. Sluit het in Excel en kijk naar de rechten"
        ) from error
    return read_workbook(content), modified.date()


def _land(file: Path, table: pa.Table) -> None:
    unfinished = file.with_suffix(".unfinished")
    pq.write_table(table, unfinished)
    replace_durably(unfinished, file)


def _landing_file(home: Home, sheet: Sheet) -> Path:
    return home.landing / WORKBOOK_SOURCE / f"{sheet.table.table_name}.parquet"


def _modified_on(table: pa.Table) -> date | None:
    noted = (table.schema.metadata or {}).get(_MODIFIED_ON)
    return date.fromisoformat(noted.decode()) if noted else None
