"""The main tables for who works in Excel: one workbook, and the same rows as CSV.

A cell never starts a formula: a text that Excel would compute is marked as text in the workbook,
and gets an apostrophe in CSV. Stories are in neither, since they leave every release once their
consent is withdrawn, and cannot be taken out of a workbook that somebody copied.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from exports.files import DATABASE
from exports.star import column_caption, is_dimension, references, table_caption
from exports.tables import PublishedTable, published_tables, quoted

WORKBOOK = "impact.xlsx"
CSV_FOLDER = "csv"
DIALECT_FILE = "dialect.json"
# What a sheet of Excel holds beside its heading.
MOST_ROWS = 1_048_575
_LONGEST_TEXT = 32_767
_STARTS_FORMULA = re.compile(r"[=+\-@\t\r]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
# The same bytes every night: a workbook holds the moment at which it was made.
_CREATED = datetime(2026, 1, 1)
_WIDEST = 60

# What Dutch Excel reads on a double click. The terms are those of a Frictionless table dialect.
CSV_DIALECT = {
    "delimiter": ";",
    "quoteChar": '"',
    "doubleQuote": True,
    "lineTerminator": "\n",
    "header": True,
}
CSV_ENCODING = "utf-8-sig"
DECIMAL_MARK = ","
TRUE, FALSE = "WAAR", "ONWAAR"
_BOM = b"\xef\xbb\xbf"
_DIALECT_NL = (
    "Puntkomma tussen de velden, decimale komma, UTF-8 met BOM, datums als jjjj-mm-dd, WAAR en "
    "ONWAAR; leeg is onbekend of afgeschermd. Een tekst die met = + - @ of een tab begint heeft "
    "een apostrof ervoor, zodat geen programma haar als formule uitvoert. Nederlandse Excel opent "
    "deze bestanden met een dubbelklik."
)
_READING_NL = (
    "Een rij is een cijfer. Kies een uitsplitsing, een periode en een opzet; tel rijen nooit op "
    "en reken een percentage nooit opnieuw uit teller en noemer."
)
_PROTECTION_NL = (
    "Kleine aantallen staan er niet in; de rest is afgerond. Hoe betrouwbaar een cijfer is en "
    "waardoor, staat ernaast."
)

_GUIDE = {"Betekenis": "woordenboek.html legt elke tabel, elke kolom en elke KPI uit."}
_SHOWN_YEARS = "period_type = 'year' and status = 'getoond'"


@dataclass(frozen=True)
class Sheet:
    """A table, the rows of it that are shown, and in Dutch which those are.

    Of its columns all are shown, or those that are named.
    """

    table: str
    where: str = "true"
    told_nl: str = "Alle rijen."
    columns: tuple[str, ...] = ()


SHEETS = (
    Sheet(
        "kpi_value",
        "status = 'getoond' and breakdown not in ('wijk_age_band', 'buurt_age_band') and "
        "(period_type = 'year' or period_type = 'quarter' "
        "and breakdown in ('total', 'service', 'municipality'))",
        "Cijfers die getoond worden: alle jaren, en kwartalen van totaal, werksoort en gemeente. "
        "Maanden, andere kwartalen, leeftijdsgroepen per wijk of buurt en afgeschermde cijfers "
        "staan in parquet/kpi_value.parquet.",
    ),
    Sheet("question_value", _SHOWN_YEARS, "Jaarcijfers die getoond worden."),
    Sheet(
        "answer_value",
        f"{_SHOWN_YEARS} and breakdown in ('total', 'service', 'project')",
        "Jaarcijfers die getoond worden, van totaal, werksoort en project.",
    ),
    Sheet(
        "instrument_value",
        f"{_SHOWN_YEARS} and breakdown in ('total', 'service', 'project')",
        "Jaarcijfers die getoond worden, van totaal, werksoort en project.",
    ),
    Sheet("impact_chain"),
    Sheet("impact_card"),
    Sheet("baseline"),
    Sheet("interpretation"),
    Sheet("measurement_kpi"),
    Sheet("dim_kpi"),
    Sheet("dim_question"),
    Sheet("dim_region"),
    Sheet("dim_project"),
    Sheet("dim_check"),
    Sheet("open_data_table"),
    Sheet("run"),
)


def write_spreadsheets(folder: Path) -> None:
    """Write `folder`/impact.xlsx and `folder`/csv from impact.duckdb of that same folder."""
    with duckdb.connect(
        str(folder / DATABASE), read_only=True, config={"threads": 1}
    ) as connection:
        write_workbook(folder / WORKBOOK, connection, SHEETS, _GUIDE)
        _write_csv(folder / CSV_FOLDER, connection)


def sheet_tables() -> set[str]:
    """Return the published tables that the workbook reads, those of its labels included."""
    shown = {sheet.table for sheet in SHEETS}
    return shown | {each.table for name in shown for each in references(name)}


def _tables() -> dict[str, PublishedTable]:
    return {table.name: table for table in published_tables()}


def write_workbook(
    file: Path,
    connection: duckdb.DuckDBPyConnection,
    sheets: Sequence[Sheet],
    guide: Mapping[str, str],
) -> None:
    """Write `sheets` of published tables, after a first one with `guide` and how to read them."""
    options = {
        "constant_memory": True,
        "tmpdir": str(file.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(file), options) as workbook:
        workbook.set_properties({"title": "Impactkompas", "created": _CREATED})
        styles = _Styles(workbook)
        _write_guide(workbook.add_worksheet("Leeswijzer"), styles, connection, sheets, guide)
        for sheet in sheets:
            _write_sheet(
                workbook.add_worksheet(table_caption(sheet.table)), styles, sheet, connection
            )


class _Styles:
    """The formats of the workbook; `inert` is text that Excel must never compute."""

    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self.title: Format = workbook.add_format({"bold": True, "font_size": 16})
        self.header: Format = workbook.add_format(
            {"bold": True, "bg_color": "#2f4a66", "font_color": "#ffffff", "text_wrap": True}
        )
        self.wrapped: Format = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.day: Format = workbook.add_format({"num_format": "dd-mm-yyyy"})
        self.moment: Format = workbook.add_format({"num_format": "dd-mm-yyyy hh:mm"})
        self.inert: Format = workbook.add_format({"quote_prefix": True})


def _write_guide(
    page: Worksheet,
    styles: _Styles,
    connection: duckdb.DuckDBPyConnection,
    sheets: Sequence[Sheet],
    guide: Mapping[str, str],
) -> None:
    ((as_of, run_id),) = connection.execute("select as_of, run_id from run").fetchall()
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 100)
    page.write_string(0, 0, "Impactkompas", styles.title)
    lines = {
        "Stand van": f"{as_of:%d-%m-%Y} (nacht {run_id})",
        "Lezen": _READING_NL,
        "Leren": "De cijfers zijn om van te leren, niet om op af te rekenen.",
        "Bescherming": _PROTECTION_NL,
        **guide,
        "Verhalen": "Staan niet in deze werkmap: hun toestemming kan worden ingetrokken.",
    } | {table_caption(sheet.table): sheet.told_nl for sheet in sheets}
    for row, (name, text) in enumerate(lines.items(), start=2):
        page.write_string(row, 0, name, styles.wrapped)
        page.write_string(row, 1, text, styles.wrapped)


def _write_sheet(
    page: Worksheet, styles: _Styles, sheet: Sheet, connection: duckdb.DuckDBPyConnection
) -> None:
    columns, query = _readable(_tables()[sheet.table], sheet)
    rows = connection.execute(f"{query} limit {MOST_ROWS}").fetchall()
    page.freeze_panes(1, 1)
    page.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    writers = []
    for place, (caption, sql_type) in enumerate(columns):
        longest = max((len(str(row[place])) for row in rows[:200]), default=0)
        page.set_column(place, place, min(max(longest, len(caption), 8) + 2, _WIDEST))
        page.write_string(0, place, caption, styles.header)
        writers.append(_writer(page, styles, sql_type))
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if value is not None:
                writers[place](number, place, value)


def _writer(page: Worksheet, styles: _Styles, sql_type: str) -> Any:
    """Return what writes a cell of a column of this type."""

    def text(row: int, place: int, value: str) -> None:
        clean = _UNPRINTABLE.sub("", value)[:_LONGEST_TEXT]
        style = styles.inert if _STARTS_FORMULA.match(clean) else None
        page.write_string(row, place, clean, style)

    def day(row: int, place: int, value: datetime) -> None:
        page.write_datetime(row, place, value, styles.day)

    def moment(row: int, place: int, value: datetime) -> None:
        page.write_datetime(row, place, value, styles.moment)

    known = {"VARCHAR": text, "DATE": day, "TIMESTAMP": moment, "BOOLEAN": page.write_boolean}
    return known.get(sql_type, page.write_number)


def _readable(table: PublishedTable, sheet: Sheet) -> tuple[list[tuple[str, str]], str]:
    """Return captions with types, and the query for rows in which words stand for codes.

    A dimension is shown with its own codes: there they can be looked up.
    """
    tables = _tables()
    wanted = set(sheet.columns or (column.name for column in table.columns))
    columns: list[tuple[str, str]] = []
    selected: list[str] = []
    joins: list[str] = []
    replaced: dict[str, int] = {}
    labelled = [
        each
        for each in references(table.name)
        if tables[each.table].labels and not is_dimension(table) and wanted.issuperset(each.columns)
    ]
    for number, reference in enumerate(labelled):
        on = " and ".join(
            f"rows.{column} is not distinct from r{number}.{field}"
            for column, field in zip(reference.columns, reference.fields, strict=True)
        )
        joins.append(f"left join {reference.table} as r{number} on {on}")
        replaced |= dict.fromkeys(reference.columns, number)
    told = set()
    for column in (each for each in table.columns if each.name in wanted):
        place = replaced.get(column.name)
        if place is None:
            columns.append((column_caption(table.name, column.name), column.type))
            selected.append(f"rows.{column.name}")
        elif place not in told:
            told.add(place)
            other = tables[labelled[place].table]
            for label in other.labels:
                columns.append((column_caption(other.name, label), "VARCHAR"))
                # What the dimension does not know stays readable as its code.
                selected.append(f"coalesce(r{place}.{label}, rows.{column.name})")
    order = ", ".join(f"rows.{name} nulls first" for name in table.key)
    return columns, (
        f"select {', '.join(selected)} from (select * from {table.name} where {sheet.where}) "
        "as rows "
        f"{' '.join(joins)} order by {order}"
    )


def _write_csv(folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
    folder.mkdir()
    dialect = {"description": _DIALECT_NL, **CSV_DIALECT, "encoding": CSV_ENCODING}
    dialect |= {"decimalChar": DECIMAL_MARK, "trueValues": [TRUE], "falseValues": [FALSE]}
    (folder / DIALECT_FILE).write_text(
        json.dumps(dialect, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    for sheet in SHEETS:
        table = _tables()[sheet.table]
        order = ", ".join(f"{name} nulls first" for name in table.key)
        part = folder / f"{sheet.table}.part"
        connection.execute(
            f"copy (select {', '.join(_csv_cells(table))} from (select * from {table.name} "
            f"where {sheet.where} order by {order})) to {quoted(part)} (header, delimiter ';')"
        )
        with (folder / f"{sheet.table}.csv").open("wb") as file:
            file.write(_BOM + part.read_bytes())
        part.unlink()


def _csv_cells(table: PublishedTable) -> Iterator[str]:
    """Yield per column the SQL that writes it as Dutch Excel reads it."""
    for column in table.columns:
        name = column.name
        match column.type:
            case "DECIMAL(18,4)" | "DOUBLE":
                digits = f"rtrim(rtrim(cast(cast({name} as decimal(18, 4)) as varchar), '0'), '.')"
                yield f"replace({digits}, '.', '{DECIMAL_MARK}') as {name}"
            case "BOOLEAN":
                yield f"case {name} when true then '{TRUE}' when false then '{FALSE}' end as {name}"
            case "VARCHAR":
                formula = f"regexp_matches({name}, '^[=+@\\t\\r-]')"
                yield f"case when {formula} then '''' || {name} else {name} end as {name}"
            case _:
                yield name
