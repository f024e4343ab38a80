"""The meetplan under judgement: its rows, what is known beside it, and what is found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.meetplan.reading import Remark
from ingest.meetplan.sheets import Sheet, sheet_of, sheets
from ingest.raw_tables import WORKBOOK_SOURCE, raw_tables
from quality.definition_list import DefinitionList, definition_list

Row = dict[str, Any]
Severity = Literal["fout", "waarschuwing", "hint"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or worth knowing, as a Dutch sentence without values of persons.

    A `fout` rejects its rows; the others only tell. `rule` is a number of the rule book (R02) or
    what the fault is about; `column` is the header.
    """

    rule: str
    severity: Severity
    sheet_name: str
    sentence: str
    rows: tuple[int, ...] = ()
    column: str = ""


@dataclass(frozen=True)
class Knowledge:
    """What is known beside the meetplan; an empty set was not delivered and judges nothing."""

    definitions: DefinitionList
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    areas: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()


def known_beside(raw: Path) -> Knowledge:
    """Return what the definition list and the tables of the organisation say."""
    codes: dict[str, set[str]] = {}
    for row in _delivered(raw, "codes"):
        codes.setdefault(row["list_name"], set()).add(row["code"])
    buurten = {row["buurt_code"] for row in _delivered(raw, "postcodes") if row["buurt_code"]}
    return Knowledge(
        definitions=definition_list(raw),
        codes={name: frozenset(found) for name, found in codes.items()},
        areas=frozenset(
            area
            for buurt in buurten
            for area in ("NL", "NL00", f"GM{buurt[2:6]}", f"WK{buurt[2:8]}", buurt)
        ),
        projects=frozenset(row["project_code"] for row in _delivered(raw, "projects")),
    )


def _delivered(raw: Path, table_name: str) -> list[Row]:
    """Return the rows of a table of the organisation that came in through a contract."""
    folder = raw_tables()["organisation", table_name].folder(raw)
    return [
        row
        for file in sorted(folder.glob("*.parquet"))
        if file.stem != WORKBOOK_SOURCE
        for row in pq.read_table(file).to_pylist()
        if row["reject_reason"] is None
    ]


class Plan:
    """The rows of every sheet; rules look at the accepted ones, and reject some."""

    def __init__(
        self,
        tables: Mapping[tuple[str, str], pa.Table],
        remarks: tuple[Remark, ...],
        known: Knowledge,
        as_of: date,
    ) -> None:
        self.remarks, self.known, self.as_of = remarks, known, as_of
        self._tables = tables
        self._rows: dict[str, list[Row]] = {
            sheet.table.table_name: tables[sheet.table_key].to_pylist() for sheet in sheets()
        }

    def every(self, table_name: str) -> list[Row]:
        """Return all rows of a sheet, rejected ones included."""
        return self._rows[table_name]

    def accepted(self, table_name: str) -> list[Row]:
        """Return the rows of a sheet that were not rejected so far."""
        return [row for row in self._rows[table_name] if row["reject_reason"] is None]

    def reject(self, finding: Finding) -> None:
        """Reject the rows of a finding; a row keeps the first reason."""
        if not finding.rows:
            return
        sheet = next(sheet for sheet in sheets() if sheet.name == finding.sheet_name)
        names = {header: name for name, header in sheet.headers.items()}
        for row in self._rows[sheet.table.table_name]:
            if row["row_number"] in finding.rows and row["reject_reason"] is None:
                row["reject_column"] = names.get(finding.column, "*")
                row["reject_reason"] = finding.rule

    def tables(self) -> dict[tuple[str, str], pa.Table]:
        """Return the rows as tables, with what was rejected by now."""
        return {
            key: pa.Table.from_pylist(self._rows[key[1]], schema=table.schema)
            for key, table in self._tables.items()
        }


def finding(
    rule: str,
    severity: Severity,
    table_name: str,
    sentence: str,
    rows: Iterable[Row] = (),
    column: str = "",
) -> Finding:
    """Return a finding on rows of a sheet; `column` is our name."""
    sheet = sheet_of(table_name)
    return Finding(
        rule=rule,
        severity=severity,
        sheet_name=sheet.name,
        sentence=sentence,
        rows=tuple(sorted(row["row_number"] for row in rows)),
        column=sheet.headers.get(column, ""),
    )


def place(sheet: Sheet, rows: Iterable[Row]) -> str:
    """Return where rows stand, as in 'Selectie!4, 7 t/m 9 en 12'."""
    spans: list[list[int]] = []
    for number in sorted(row["row_number"] for row in rows):
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    return f"{sheet.name}!{listed(_span(span) for span in spans)}"


def _span(numbers: list[int]) -> str:
    first, last = numbers[0], numbers[-1]
    return str(first) if first == last else f"{first} t/m {last}"


def listed(parts: Iterable[str]) -> str:
    """Return parts as in 'a, b en c'."""
    *former, last = parts
    return f"{', '.join(former)} en {last}" if former else last
