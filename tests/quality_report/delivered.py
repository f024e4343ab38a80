"""The delivered files of the example organisation as rows that can be spoiled and written again."""

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from math import ceil, floor
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from ingest.example.deliveries import dutch_date
from ingest.example.layouts import CONTRACTS, layouts

FORMS, SURVEYMONKEY = "deelnemersvragenlijst_forms", "deelnemersvragenlijst_surveymonkey"

Row = dict[str, Any]


def day_of(text: str) -> date | None:
    """Return the date in a cell; None for an empty one."""
    return datetime.strptime(text, "%d-%m-%Y").date() if text else None


def written(day: date | None) -> str:
    """Return a date as the export writes it."""
    return dutch_date(day)


def month_of(day: date) -> date:
    """Return the first day of a month."""
    return day.replace(day=1)


@dataclass
class Delivered:
    """Every file of one delivery; a survey row has its headers as keys too."""

    tables: dict[str, list[Row]]
    headers: dict[str, list[str]]
    # Files of a contract that the example does not have, by the first part of their name.
    names: dict[str, str] = field(default_factory=dict)
    contracts: dict[str, str] = field(default_factory=dict)
    # More rows of the meetplan, by sheet.
    meetplan: dict[str, list[list[Any]]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Delivered":
        """Read the files that the generator wrote."""
        tables, headers = {}, {}
        for name, layout in layouts().items():
            file = folder / layout.file_name
            if name == FORMS:
                sheet = CalamineWorkbook.from_path(file).get_sheet_by_index(0)
                header, *rows = sheet.to_python()
                headers[name] = [str(each) for each in header]
                tables[name] = [dict(zip(headers[name], row, strict=True)) for row in rows]
                continue
            is_monkey = name == SURVEYMONKEY
            with file.open(encoding="utf-8-sig" if is_monkey else "cp1252", newline="") as lines:
                reader = csv.reader(lines, delimiter="," if is_monkey else ";")
                headers[name] = next(reader)
                tables[name] = [dict(zip(headers[name], row, strict=True)) for row in reader]
        return cls(tables, headers)

    def write(self, folder: Path) -> None:
        """Write every file as it is delivered."""
        for name, rows in self.tables.items():
            file = folder / (self.names.get(name) or layouts()[name].file_name)
            if file.suffix == ".xlsx":
                self._write_forms(file, self.headers[name], rows)
                continue
            is_monkey = name == SURVEYMONKEY
            with file.open(
                "w", encoding="utf-8-sig" if is_monkey else "cp1252", newline=""
            ) as lines:
                writer = csv.writer(
                    lines,
                    delimiter="," if is_monkey else ";",
                    quoting=csv.QUOTE_MINIMAL if is_monkey else csv.QUOTE_ALL,
                )
                writer.writerow(self.headers[name])
                writer.writerows([row[column] for column in self.headers[name]] for row in rows)

    @staticmethod
    def _write_forms(file: Path, headers: list[str], rows: list[Row]) -> None:
        workbook = xlsxwriter.Workbook(file)
        sheet = workbook.add_worksheet("Sheet1")
        moment = workbook.add_format({"num_format": "m/d/yy h:mm:ss"})
        sheet.add_table(
            0, 0, len(rows), len(headers) - 1,
            {"name": "Table1", "columns": [{"header": header} for header in headers]},
        )  # fmt: skip
        for place, row in enumerate(rows, 1):
            for column, header in enumerate(headers):
                value = row[header]
                if isinstance(value, datetime):
                    sheet.write_datetime(place, column, value, moment)
                elif value != "":
                    sheet.write(place, column, value)
        workbook.close()

    def write_meetplan(self, file: Path) -> None:
        """Write the meetplan anew with more rows in it."""
        book = CalamineWorkbook.from_path(file)
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
        with xlsxwriter.Workbook(file, {"default_date_format": "dd-mm-yyyy"}) as workbook:
            for name, rows in sheets.items():
                sheet = workbook.add_worksheet(name)
                for place, row in enumerate([*rows, *self.meetplan.get(name, [])]):
                    sheet.write_row(place, 0, row)

    def add_source(self, name: str, like: str, source_id: str, rows: list[Row]) -> None:
        """Add a second source with the contract and the columns of another."""
        contract = f"{source_id.removesuffix('2')}.yaml"
        text = (CONTRACTS / contract).read_text(encoding="utf-8")
        former = text.partition("id: ")[2].partition("\n")[0]
        self.contracts[f"{source_id}.yaml"] = text.replace(
            f"id: {former}\n", f"id: {source_id}\n", 1
        ).replace(f"path: {like}_", f"path: {name}_", 1)
        self.names[name] = layouts()[like].file_name.replace(like, name)
        self.tables[name], self.headers[name] = rows, self.headers[like]

    def __getitem__(self, name: str) -> list[Row]:
        """Return the rows of a file by the first part of its name."""
        return self.tables[name]

    @cached_property
    def trajectories(self) -> dict[str, Row]:
        """Return the delivered trajectories by number."""
        return {row["Trajectnummer"]: row for row in self["trajecten"]}

    @cached_property
    def contacts_of(self) -> dict[str, list[Row]]:
        """Return the contacts of every trajectory, as they were when first asked for."""
        found: dict[str, list[Row]] = {}
        for row in self["contacten"]:
            found.setdefault(row["Trajectnummer"], []).append(row)
        return found

    def team_of(self, row: Row) -> str:
        """Return the team of a registration: its own, or that of its trajectory."""
        return str(row.get("Team") or self._trajectory(row).get("Team", "onbekend"))

    def service_of(self, trajectory_id: str) -> str:
        """Return the code of the service of a trajectory."""
        word = self.trajectories.get(trajectory_id, {}).get("Werksoort", "")
        words = layouts()["trajecten"].words["service_code"]
        return next((code for code, label in words.items() if label == word), "onbekend")

    def _trajectory(self, row: Row) -> Row:
        return self.trajectories.get(row.get("Trajectnummer", ""), {})


def every(rows: list[Row], amount: int) -> list[Row]:
    """Return so many rows, evenly spread over the list."""
    taken = min(amount, len(rows))
    return [rows[place * len(rows) // taken] for place in range(taken)]


def amount_for(share: float, level: float, judged: int, *, grows: bool = False) -> int:
    """Return how many wrong rows make `level` times a share: never over it below 2x.

    With `grows` every wrong row is one that is judged besides.
    """
    wanted = level * share
    exact = wanted * judged / (1 - wanted) if grows else wanted * judged
    return ceil(exact - 1e-9) if level > 1 else floor(exact + 1e-9)


def in_period(day: date | None, period: tuple[str, date]) -> bool:
    """Say whether a day lies in a month or year."""
    kind, start = period
    if day is None:
        return False
    return day.year == start.year and (kind == "year" or day.month == start.month)


def without(rows: list[Row], is_gone: Callable[[Row], bool]) -> list[Row]:
    """Return the rows that stay."""
    return [row for row in rows if not is_gone(row)]


def by_day(rows: Iterable[Row], column: str) -> list[Row]:
    """Return rows in the order of a date column."""
    return sorted(rows, key=lambda row: (day_of(row[column]) or date.min, str(row)))
