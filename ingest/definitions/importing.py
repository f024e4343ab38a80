"""Takes in a definition list: says what changes, keeps it in the home, gives it to dbt."""

import csv
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from ingest import dutch
from ingest.definitions.files import DefinitionFile, read_file
from ingest.definitions.judging import judged
from ingest.definitions.lists import (
    SOURCE,
    Definitions,
    DefinitionsError,
    Key,
    Row,
    built_in,
    lists,
    winning,
)
from ingest.home import Home, replace_durably
from ingest.meetplan.sheets import Sheet, SheetColumn
from ingest.open_data.contracts import kpi_rows, usable_contracts
from ingest.raw_tables import write_table

FORMER = "vorige"


@dataclass(frozen=True)
class ListChanges:
    """What an import changes in one list; a changed row has (header, old, new) per cell."""

    sheet: Sheet
    new: tuple[Key, ...]
    changed: dict[Key, tuple[tuple[str, str, str], ...]]
    gone: tuple[Key, ...]
    same: int
    still_imported: tuple[Key, ...]
    still_built_in: tuple[Key, ...]

    def lines(self) -> Iterator[str]:
        """Give what changes, in Dutch."""
        yield (
            f"{self.sheet.name}: {len(self.new)} nieuw, {len(self.changed)} gewijzigd, "
            f"{len(self.gone)} vervallen, {self.same} gelijk."
        )
        yield from (f"  nieuw: {_named(key)}" for key in self.new)
        for key, cells in self.changed.items():
            yield f"  gewijzigd: {_named(key)}"
            yield from (f"    {header}: {old} → {new}" for header, old, new in cells)
        yield from (f"  vervallen: {_named(key)}" for key in self.gone)
        for words, keys in (
            ("Eerder ingelezen en niet in dit bestand", self.still_imported),
            ("Ingebouwd en niet ingelezen", self.still_built_in),
        ):
            if keys:
                yield f"  {words} ({len(keys)}): {', '.join(map(_named, keys))}."


@dataclass(frozen=True)
class ImportResult:
    """An import that was done."""

    version: str
    imported_on: date
    unread: tuple[str, ...]
    changes: tuple[ListChanges, ...]

    def lines(self) -> Iterator[str]:
        """Give what was read and what it changes, in Dutch."""
        yield f"Ingelezen op {dutch.day(self.imported_on)}: {self.version}."
        yield from (f"Niet gelezen: {each}." for each in self.unread)
        for change in self.changes:
            yield from change.lines()
        yield "De volgende nacht rekent hiermee."


def import_file(
    home: Home, path: Path, *, imported_on: date, version: str | None = None
) -> ImportResult:
    """Take in a workbook or CSV over what was imported before, and say what it changes.

    Args:
        home: the home of the organisation.
        path: the file.
        imported_on: the day of importing.
        version: name and version of the list; wins over the one that the file says.

    Raises:
        DefinitionsError: the file has a fault, every one of which is listed; nothing is changed.
    """
    read = read_file(path)
    file = DefinitionFile(read.rows, version or read.version, read.unread, read.faults)
    former = stored(home)
    known = winning(former, built_in())
    try:
        rows = judged(file, known, imported_on)
    except DefinitionsError as faults:
        raise DefinitionsError(
            f"{path.name} is niet ingelezen en er is niets veranderd:\n{faults}"
        ) from None
    if not any(rows.values()):
        raise DefinitionsError(f"{path.name} heeft geen enkele rij; er is niets veranderd.")
    after = winning(rows, former)
    changes = tuple(
        _changes(sheet, rows[name], known[name], after[name])
        for name, sheet in lists().items()
        if rows[name]
    )
    _store(home, {name: after[name] for name in after if rows[name]}, imported_on)
    versions = {row["definition_version"] for each in rows.values() for row in each.values()}
    return ImportResult(", ".join(sorted(versions)), imported_on, tuple(read.unread), changes)


def stored(home: Home) -> Definitions:
    """Return the definitions that the organisation imported, judged as when they came in.

    Raises DefinitionsError when a file was changed by hand into something that cannot be.
    """
    files = [read_file(file) for name in lists() if (file := _file(home, name)).exists()]
    together = DefinitionFile(
        rows={name: rows for file in files for name, rows in file.rows.items()},
        faults=[fault for file in files for fault in file.faults],
    )
    try:
        return judged(together, built_in(), imported_on=None)
    except DefinitionsError as faults:
        raise DefinitionsError(
            f"De ingelezen definitielijst in {home.definitions} klopt niet meer. Herstel haar, of "
            f"zet de bestanden uit {home.definitions / FORMER} terug:\n{faults}"
        ) from None


def write_raw(home: Home) -> None:
    """Give dbt the imported definitions; without any, the raw tables become empty.

    Figures of open data that the organisation added are defined by their contracts, unless the
    imported list has them too. Raises DefinitionsError as `stored` does: figures by half a list
    would be worse than no night.
    """
    contracts, _ = usable_contracts(home)
    by_contract = {"kpis": {(kpi_id,): row for kpi_id, row in kpi_rows(contracts).items()}}
    for name, rows in winning(stored(home), by_contract).items():
        schema = lists()[name].table.schema()
        write_table(
            home.raw, (SOURCE, name), "import", pa.Table.from_pylist(list(rows.values()), schema)
        )


def _file(home: Home, name: str) -> Path:
    return home.definitions / f"{name}.csv"


def _store(home: Home, tables: Definitions, imported_on: date) -> None:
    """Write these lists, after keeping the files that they replace."""
    home.definitions.mkdir(parents=True, exist_ok=True)
    replaced = [file for name in tables if (file := _file(home, name)).exists()]
    if replaced:
        keeping = _new_folder(home.definitions / FORMER, imported_on)
        for file in replaced:
            shutil.copy2(file, keeping)
    unfinished = {}
    for name, rows in tables.items():
        final = _file(home, name)
        unfinished[final] = final.with_suffix(".unfinished")
        with unfinished[final].open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, lists()[name].table.columns)
            writer.writeheader()
            writer.writerows({k: _stored_text(v) for k, v in row.items()} for row in rows.values())
    for final, temporary in unfinished.items():
        replace_durably(temporary, final)


def _new_folder(parent: Path, imported_on: date) -> Path:
    number = 1
    while (folder := parent / f"{imported_on.isoformat()}-{number}").exists():
        number += 1
    folder.mkdir(parents=True)
    return folder


def _stored_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _changes(
    sheet: Sheet,
    rows: Mapping[Key, Row],
    known: Mapping[Key, Row],
    after: Mapping[Key, Row],
) -> ListChanges:
    changed = {
        key: cells
        for key, row in rows.items()
        if key in known and (cells := tuple(_differences(sheet, known[key], row)))
    }
    new = tuple(key for key in rows if key not in known)
    name = sheet.table.table_name
    kept = winning({name: rows}, {name: known})[name]
    untouched = [key for key in kept if key not in rows]
    return ListChanges(
        sheet=sheet,
        new=new,
        changed=changed,
        gone=tuple(key for key in known if key not in kept),
        same=len(rows) - len(new) - len(changed),
        still_imported=tuple(key for key in untouched if key in after),
        still_built_in=tuple(key for key in untouched if key not in after),
    )


def _differences(sheet: Sheet, old: Row, new: Row) -> Iterator[tuple[str, str, str]]:
    for column in sheet.columns:
        before, now = old.get(column.name), new[column.name]
        if before != now:
            yield column.header, _shown(column, before), _shown(column, now)


def _shown(column: SheetColumn, value: Any) -> str:
    if isinstance(value, bool):
        return "ja" if value else "nee"
    words = {code: word for word, code in column.codes.items()}
    return words.get(value, value) if value is not None else "(leeg)"


def _named(key: Key) -> str:
    return " ".join(str(part) for part in key)
