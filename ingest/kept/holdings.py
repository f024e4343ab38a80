"""What is held about one person: the rows as they are held, since when, and until when."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import xlsxwriter

from ingest.cells import rejection
from ingest.contracts import SourceContract
from ingest.home import Home
from ingest.kept.persons import CLIENTS, PERSON_COLUMNS, Person, hits_in, person_columns
from ingest.kept.removing import LandedFile, contributing_files, landed_files
from ingest.kept.retention import ENDLESS, Retention
from ingest.ledger import Ledger
from ingest.originals import Originals

FILE_COLUMNS = (
    "bron", "tabel", "levering", "rij", "gaat over", "kolom", "betekenis", "waarde",
    "bewaard tot en met",
)  # fmt: skip
_NAME = "match_token"
_STANDARD_MEANINGS = {
    "record_ref": "Nummer van het record in de bron.",
    "recorded_on": "Dag waarop de bron het registreerde.",
}
# What a landed row says of itself, beside what was delivered.
_OF_THE_ROW = {"delivery_id", "row_number", "operation", "row_fault"}


@dataclass(frozen=True)
class Cell:
    """One filled cell of a row: its column, what that means in Dutch, and what is held."""

    column: str
    meaning: str
    value: str


@dataclass(frozen=True)
class HeldRow:
    """One row that is about a person, or (a mention) names him in a row about another.

    `until` is the last day on which it is kept, None as long as what it is about runs.
    """

    delivery_id: str
    row_number: int
    is_mention: bool
    cells: tuple[Cell, ...]
    until: date | None


@dataclass(frozen=True)
class Holding:
    """What one source holds about a person.

    `rows` are those that count today; `deliveries` are all that hold such rows, the former ones
    included, oldest first. The person may be in the originals, each with its last day.
    """

    source_id: str
    table_name: str
    rows: tuple[HeldRow, ...]
    deliveries: tuple[str, ...]
    originals: tuple[tuple[str, date], ...]


def holdings(
    home: Home,
    contracts: Sequence[SourceContract],
    person: Person,
    retention: Retention,
    as_of: date,
) -> list[Holding]:
    """Return what every source holds about a person, sources without anything left out."""
    files = landed_files(home, contracts)
    in_use = {landed.path for landed in contributing_files(files, Ledger(home.ledger_file), as_of)}
    found: dict[str, list[tuple[LandedFile, list[HeldRow]]]] = {}
    for landed in files:
        if rows := list(_rows_about(landed, person, retention)):
            found.setdefault(landed.source_id, []).append((landed, rows))
    held = [
        Holding(
            source_id,
            each[-1][0].table_name,
            tuple(row for landed, rows in each if landed.path in in_use for row in rows),
            tuple(landed.delivery_id for landed, _ in each),
            tuple(
                (id_, retention.original_until(source_id, id_))
                for id_ in Originals(home, source_id).delivery_ids()
            ),
        )
        for source_id, each in found.items()
    ]
    # A client stays as long as any other row is about him.
    untils = [row.until or ENDLESS for each in held for row in each.rows if not row.is_mention]
    return [
        replace(each, rows=tuple(_until(row, max(untils)) for row in each.rows))
        if each.table_name == CLIENTS
        else each
        for each in held
    ]


def namesakes(
    home: Home, contracts: Sequence[SourceContract], person: Person, as_of: date
) -> list[tuple[str, str]]:
    """Return the source and record of other clients with the same name and birth date.

    They may be the same person under another number, and may be a twin.
    """
    files = contributing_files(landed_files(home, contracts), Ledger(home.ledger_file), as_of)
    names = ("record_ref", _NAME, *PERSON_COLUMNS)
    same_name: set[str] = set()
    others: list[tuple[str, str, str]] = []
    for landed in files:
        for rows in landed.pieces(names):
            if _NAME in rows.column_names:
                about = hits_in(person_columns(rows), person, len(rows)).about.to_pylist()
                for row, is_about in zip(rows.to_pylist(), about, strict=True):
                    if is_about:
                        same_name.add(row[_NAME])
                    elif row[_NAME]:
                        others.append((row[_NAME], landed.source_id, row["record_ref"]))
    return [(source_id, record) for name, source_id, record in others if name in same_name]


def write_holdings(file: Path, held: Iterable[Holding]) -> None:
    """Write a line per filled cell to a new .csv or .xlsx, for the owner of the file only."""
    lines = [FILE_COLUMNS, *_lines(held)]
    file.touch(mode=0o600)
    if file.suffix.lower() == ".xlsx":
        with xlsxwriter.Workbook(file, {"in_memory": True}) as workbook:
            sheet = workbook.add_worksheet("Inzage")
            for number, line in enumerate(lines):
                # As text: a value is never a formula or a link.
                for place, value in enumerate(line):
                    sheet.write_string(number, place, value)
        return
    with file.open("w", encoding="utf-8-sig", newline="") as target:
        csv.writer(target, delimiter=";").writerows(lines)


def _lines(held: Iterable[Holding]) -> Iterator[tuple[str, ...]]:
    for holding in held:
        for row in holding.rows:
            for cell in row.cells:
                yield (
                    holding.source_id,
                    holding.table_name,
                    row.delivery_id,
                    str(row.row_number),
                    "een ander" if row.is_mention else "deze persoon",
                    cell.column,
                    cell.meaning,
                    cell.value,
                    f"{row.until:%d-%m-%Y}" if row.until else "",
                )


def _until(row: HeldRow, until: date) -> HeldRow:
    return replace(row, until=None if until == ENDLESS else until)


def _rows_about(landed: LandedFile, person: Person, retention: Retention) -> Iterator[HeldRow]:
    meanings = _meanings(landed.contract)
    for rows in landed.pieces():
        hits = hits_in(person_columns(rows), person, len(rows))
        chosen = rows.filter(hits.rows)
        untils = retention.rows_until(landed, chosen).to_pylist()
        abouts = hits.about.filter(hits.rows).to_pylist()
        for row, is_about, until in zip(chosen.to_pylist(), abouts, untils, strict=True):
            yield HeldRow(
                delivery_id=landed.delivery_id,
                row_number=row["row_number"],
                is_mention=not is_about,
                cells=tuple(
                    Cell(name, meanings.get(name, ""), rejection(str(value)) or str(value))
                    for name, value in row.items()
                    if value is not None and name not in _OF_THE_ROW
                ),
                until=None if until == ENDLESS else until,
            )


def _meanings(contract: SourceContract | None) -> dict[str, str]:
    """Return what every landed column means in Dutch: as dbt describes it, or as it was asked."""
    if contract is None:
        return {}
    described = {
        column["name"]: column["description"] for column in contract.table.declaration["columns"]
    }
    asked = {column.name: column.sources[0] for column in contract.items}
    return _STANDARD_MEANINGS | described | asked
