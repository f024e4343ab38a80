"""Errors of whole deliveries: a second delivery after a good one, one source per check."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, floor
from pathlib import Path
from typing import Any

import duckdb

from ingest.example import AS_OF
from ingest.example.layouts import CONTRACTS, layouts
from ingest.example.organisation import DELIVERED_ON
from ingest.example.people import bsn_numbers
from quality.catalogue import check
from tests.quality_report.delivered import Delivered, Row, day_of, every, in_period
from tests.quality_report.expected import FIGURES_KEY, KEY
from tests.quality_report.measuring import Found
from tests.quality_report.nights import Nights
from tests.quality_report.planting import ROWS_OVER_NOUGHT, month
from tests.unit.open_data_service import KWB_HEADER, KWB_ROWS, write_csv

AGAIN = DELIVERED_ON + timedelta(days=1)
CLOSED_AFTER_DAYS = 30
HOURS, BUDGETS = "urenregistratie", "budgetten"
OPEN_DATA = "84799NED"
TRAILER = "Aantal rijen: {rows}"

Files = dict[str, bytes]


@dataclass(frozen=True)
class DoorPlanter:
    """The error of one check in the second delivery of one source.

    `holds` says whether the source then stays as it was; else the check only says what it saw.
    """

    check_id: str
    how_nl: str
    file: str
    source_id: str
    holds: bool
    spoil: Callable[[list[Row], list[str], float], None] | None = None
    write: Callable[[Delivered, float], Files] | None = None

    def files(self, delivered: Delivered, level: float) -> Files:
        """Return the files of the second delivery, by name."""
        if self.write:
            return self.write(delivered, level)
        if self.spoil is None:
            return {}
        rows = [dict(row) for row in delivered[self.file]]
        headers = list(delivered.headers[self.file])
        # Something always differs, or the delivery would be skipped.
        column = "Geregistreerd op"
        if column in headers and rows:
            rows[-1][column] = f"{DELIVERED_ON:%d-%m-%Y}"
        self.spoil(rows, headers, level)
        return {_named(self.file): text_of(headers, rows)}


def _named(file: str) -> str:
    return layouts()[file].file_name.replace(f"{DELIVERED_ON:%Y%m%d}", f"{AGAIN:%Y%m%d}")


def text_of(headers: list[str], rows: list[Row], *, end: str = "") -> bytes:
    """Return a file of the ECD."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(headers)
    writer.writerows([row[header] for header in headers] for row in rows)
    return (text.getvalue() + end).encode("cp1252")


def share_of(rows: list[Row], share: float, level: float) -> list[Row]:
    """Return so many rows, never over the threshold below 2x."""
    exact = share * level * len(rows)
    return every(rows, ceil(exact - 1e-9) if level > 1 else floor(exact + 1e-9))


def _when_over(level: float, amount: int = ROWS_OVER_NOUGHT) -> int:
    """Return how many rows are over a threshold of nought."""
    return amount if level > 1 else 0


def _without_column(rows: list[Row], headers: list[str], level: float) -> None:
    if level > 1:
        headers[headers.index("Beoordelaar")] = "Wie"
        for row in rows:
            row["Wie"] = row["Beoordelaar"]


def _extra_column(rows: list[Row], headers: list[str], level: float) -> None:
    if level > 1:
        headers.append("Kostenplaats")
        for row in rows:
            row["Kostenplaats"] = "12"


def _more_rows(rows: list[Row], _headers: list[str], level: float) -> None:
    rise = float(check("S08").rise_threshold or 0)
    new = share_of(rows, rise, level)
    rows += [row | {"RegelID": f"O9{place:06d}"} for place, row in enumerate(new)]


def _vanished(rows: list[Row], _headers: list[str], level: float) -> None:
    for place, row in enumerate(share_of(rows, float(check("S09").flag_threshold), level)):
        row["RegelID"] = f"H9{place:06d}"


def _unreadable(rows: list[Row], _headers: list[str], level: float) -> None:
    for row in share_of(rows, float(check("S10").hold_share), level):
        row["Minuten"] = "veel"


def _citizen_numbers(rows: list[Row], _headers: list[str], level: float) -> None:
    for row, number in zip(rows[: _when_over(level, len(rows))], bsn_numbers(), strict=False):
        row["Opdrachtgever"] = number


def _same_key(rows: list[Row], _headers: list[str], level: float) -> None:
    for row, other in zip(rows[: _when_over(level)], rows[10:], strict=False):
        other["RegelID"] = row["RegelID"]


def _double_rows(rows: list[Row], _headers: list[str], level: float) -> None:
    share = float(check("K02").flag_threshold) * level
    amount = share * len(rows) / (1 - share)
    rows += every(rows, ceil(amount) if level > 1 else floor(amount))


def _unknown_clients(rows: list[Row], _headers: list[str], level: float) -> None:
    named = [row for row in rows if row["Cliëntnummer"]]
    for row in share_of(named, float(check("K03").hold_share), level):
        row["Cliëntnummer"] = "9990001"


def _turned_round(rows: list[Row], _headers: list[str], level: float) -> None:
    both = [row for row in rows if row["Startdatum"] and row["Einddatum"]]
    wanted = len(share_of(both, float(check("P01").hold_share), level))
    differ = [row for row in both if row["Startdatum"] != row["Einddatum"]]
    for row in every(differ, wanted):
        row["Startdatum"], row["Einddatum"] = row["Einddatum"], row["Startdatum"]


def _mangled(delivered: Delivered, level: float) -> Files:
    """Write a byte that is no character in Windows-1252."""
    name = "positieve_gezondheid"
    rows = [dict(row) for row in delivered[name]]
    rows[-1]["Geregistreerd op"] = f"{DELIVERED_ON:%d-%m-%Y}"
    text = text_of(delivered.headers[name], rows)
    return {_named(name): text.replace(b"maatschap", b"maat\x81schap", _when_over(level, 1))}


def _cut_off(delivered: Delivered, level: float) -> Files:
    rows = [dict(row) for row in delivered[BUDGETS]]
    rows[-1]["Geregistreerd op"] = f"{DELIVERED_ON:%d-%m-%Y}"
    told = len(rows) + _when_over(level)
    end = TRAILER.format(rows=told) + "\r\n"
    return {_named(BUDGETS): text_of(delivered.headers[BUDGETS], rows, end=end)}


def _skipped_month(delivered: Delivered, level: float) -> Files:
    return _hours(delivered, AGAIN, ((12,) if level > 1 else (11, 12)))


def _hours(delivered: Delivered, day: Any, months: tuple[int, ...]) -> Files:
    return {
        f"{HOURS}_2025{number:02d}_{day:%Y%m%d}.csv": text_of(
            delivered.headers[HOURS],
            [
                row
                for row in delivered[HOURS]
                if in_period(day_of(row["Maand"]), month(2025, number))
            ],
        )
        for number in months
    }


def _publish(folder: Path, rows: Sequence[tuple[str, ...]]) -> None:
    """Put published figures in the folder that the night reads them from."""
    write_csv(folder / f"{OPEN_DATA}_kwb2020" / "UntypedDataSet.csv", KWB_HEADER, rows)


def _same_again(delivered: Delivered, level: float) -> Files:
    if level <= 1:
        return {}
    rows, headers = delivered["codelijsten"], delivered.headers["codelijsten"]
    return {_named("codelijsten"): text_of(headers, rows)}


PLANTERS = (
    DoorPlanter(
        "S01",
        "niet opnieuw geleverd; de vorige levering is een of twee dagen oud",
        "verwijzingen",
        "ecd-verwijzingen",
        holds=True,
    ),
    DoorPlanter(
        "S02",
        "verplichte kolom heeft een andere naam",
        "beoordelingen",
        "ecd-beoordelingen",
        holds=True,
        spoil=_without_column,
    ),
    DoorPlanter(
        "S03",
        "kolom die het contract niet kent",
        "medewerkers",
        "ecd-medewerkers",
        holds=False,
        spoil=_extra_column,
    ),
    DoorPlanter(
        "S04",
        "byte die in Windows-1252 geen teken is",
        "positieve_gezondheid",
        "survey-positieve-gezondheid",
        holds=True,
        write=_mangled,
    ),
    DoorPlanter(
        "S05",
        "slotregel telt meer rijen dan er zijn",
        BUDGETS,
        "ecd-budgetten",
        holds=True,
        write=_cut_off,
    ),
    DoorPlanter(
        "S06",
        "hetzelfde bestand nog eens",
        "codelijsten",
        "organisation-codelijsten",
        holds=False,
        write=_same_again,
    ),
    DoorPlanter(
        "S07",
        "levering per maand, november ontbreekt",
        HOURS,
        "ecd-urenregistratie",
        holds=False,
        write=_skipped_month,
    ),
    DoorPlanter(
        "S08",
        "de helft (1x) of een hele keer (2x) meer rijen",
        "ondersteuning",
        "ecd-ondersteuning",
        holds=True,
        spoil=_more_rows,
    ),
    DoorPlanter(
        "S09",
        "registraties hebben een ander nummer",
        "hulpvragen",
        "ecd-hulpvragen",
        holds=True,
        spoil=_vanished,
    ),
    DoorPlanter(
        "S10",
        "Minuten 'veel'",
        "groepsactiviteiten",
        "ecd-groepsactiviteiten",
        holds=True,
        spoil=_unreadable,
    ),
    DoorPlanter(
        "S11",
        "burgerservicenummers in de kolom Opdrachtgever",
        "projecten",
        "organisation-projecten",
        holds=True,
        spoil=_citizen_numbers,
    ),
    DoorPlanter(
        "X04",
        "open data die een rij verloren",
        "",
        OPEN_DATA,
        holds=True,
    ),
    DoorPlanter(
        "K01",
        "rijen met het nummer van een andere rij",
        "complexiteit",
        "ecd-complexiteit",
        holds=True,
        spoil=_same_key,
    ),
    DoorPlanter(
        "K02", "rijen nog eens in het bestand", "zrm", "survey-zrm", holds=False, spoil=_double_rows
    ),
    DoorPlanter(
        "K03",
        "cliëntnummer dat niet bestaat (deur)",
        "deelnames",
        "ecd-deelnames",
        holds=True,
        spoil=_unknown_clients,
    ),
    DoorPlanter(
        "P01",
        "start- en einddatum verwisseld (deur)",
        "trajecten",
        "ecd-trajecten",
        holds=True,
        spoil=_turned_round,
    ),
)


def run(nights: Nights, name: str, example: Path, level: float) -> tuple[list[Found], list[str]]:
    """Run a good night, then one on these deliveries; return what came of each and what is held.

    A source that is not delivered again is a day old, and two at 2x.
    """
    delivered = Delivered.read(example / "inbox")
    open_data = nights.work / "open_data"

    def first(inbox: Path) -> None:
        _first(delivered, inbox)
        _publish(open_data, KWB_ROWS)

    def second(inbox: Path) -> None:
        _second(delivered, inbox, level)
        _publish(open_data, KWB_ROWS[:-1] if level > 1 else KWB_ROWS)

    built = nights.run_twice(
        name,
        example,
        first=first,
        second=second,
        contracts=_contracts(),
        open_data=open_data,
        as_of=AS_OF + timedelta(days=1 if level > 1 else 0),
    )
    with duckdb.connect(str(built.database)) as connection:
        return [_found(connection, planter, level) for planter in PLANTERS], built.held


def _contracts() -> dict[str, str]:
    budgets = (CONTRACTS / "ecd-budgetten.yaml").read_text(encoding="utf-8")
    hours = (CONTRACTS / "ecd-urenregistratie.yaml").read_text(encoding="utf-8")
    column = "        physicalName: Maand\n        logicalType: date\n"
    return {
        "ecd-budgetten.yaml": budgets.replace(
            "{property: layout, value: table}",
            "{property: layout, value: table}\n"
            f'      - {{property: trailer, value: "{TRAILER}"}}',
            1,
        ),
        "ecd-urenregistratie.yaml": hours.replace(
            f"{HOURS}_{{delivered_on}}", f"{HOURS}_{{period}}_{{delivered_on}}"
        )
        .replace(
            "value: full}", "value: period}\n  - {property: coverageColumn, value: month_start}"
        )
        .replace(
            column,
            column + ("" if f"{column}        required" in hours else "        required: true\n"),
        ),
    }


def _first(delivered: Delivered, inbox: Path) -> None:
    delivered.write(inbox)
    (inbox / layouts()[HOURS].file_name).unlink()
    for name, text in _hours(delivered, DELIVERED_ON, (9, 10)).items():
        (inbox / name).write_bytes(text)
    rows = delivered[BUDGETS]
    text = text_of(delivered.headers[BUDGETS], rows, end=TRAILER.format(rows=len(rows)) + "\r\n")
    (inbox / layouts()[BUDGETS].file_name).write_bytes(text)


def _second(delivered: Delivered, inbox: Path, level: float) -> None:
    for planter in PLANTERS:
        for name, text in planter.files(delivered, level).items():
            (inbox / name).write_bytes(text)


def _found(connection: duckdb.DuckDBPyConnection, planter: DoorPlanter, level: float) -> Found:
    failed = connection.execute(
        """
        select source_id, coalesce(column_name, '-') from mart.fct_check_result
        where check_id = ? and source_id = ? and state = 'afgekeurd' and period_type = 'delivery'
        """,
        [planter.check_id, planter.source_id],
    ).fetchall()
    ((state, held_by),) = connection.execute(
        "select state, held_by_check from run__sources where source_id = ?",
        [planter.source_id],
    ).fetchall()
    is_held = held_by == planter.check_id if planter.check_id != "S01" else state == "verouderd"
    has_fired = is_held if planter.holds else bool(failed)
    expected, marked = _rows(connection, planter, has_fired=level > 1)
    return Found(
        check_id=planter.check_id,
        how_nl=planter.how_nl,
        level=level,
        planted=0,
        has_fired=has_fired,
        failing=[planter.source_id] if has_fired else [],
        rows_expected=len(expected),
        rows_marked=len(marked),
        rows_missing=len(expected - marked),
        rows_extra=len(marked - expected),
        records_missed=0,
        records_extra=0,
    )


def _rows(
    connection: duckdb.DuckDBPyConnection, planter: DoorPlanter, *, has_fired: bool
) -> tuple[set[Any], set[Any]]:
    """Return the figures to be marked and those that are: of KPI's that read the held source.

    Only periods that were not closed at the age of what is there can still change. What is late
    for the same reason (S01) is every source that is not delivered again.
    """
    late = planter.check_id == "S01"
    is_open_data = planter.source_id == OPEN_DATA
    expected = set()
    if has_fired and is_open_data:
        expected = set(
            connection.execute(
                f"select {KEY} from mart.fct_kpi_value where source_table = ?", [OPEN_DATA]
            ).fetchall()
        )
    elif has_fired and planter.holds:
        expected = set(
            connection.execute(
                f"""
                select distinct {FIGURES_KEY}
                from mart.fct_kpi_value as figures
                join mart.int_kpi_definitions as definition using (kpi_id)
                join run__kpi_columns as reads using (kpi_model)
                join run__sources as source
                    on source.source_name = reads.source_name
                    and source.table_name = reads.table_name
                where figures.design <> 'open_data'
                    and {"source.state = 'verouderd'" if late else "source.source_id = $source"}
                    and date_add(figures.period_start, case figures.period_type
                        when 'year' then interval 1 year when 'quarter' then interval 3 month
                        else interval 1 month end) + interval {CLOSED_AFTER_DAYS - 1} day
                        > source.data_as_of
                """,
                {} if late else {"source": planter.source_id},
            ).fetchall()
        )
    marked = set(
        connection.execute(
            f"""
            select {KEY} from mart.fct_kpi_value
            where list_contains(string_split(coalesce(reasons, ''), ', '), ?)
                and (design = 'open_data') = ?
            """,
            [planter.check_id, is_open_data],
        ).fetchall()
    )
    return expected, marked
