"""How an error is planted: what is spoiled, and what the check is then to point at."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from ingest.example import AS_OF
from quality.catalogue import check
from tests.quality_report.delivered import (
    Delivered,
    Row,
    amount_for,
    by_day,
    day_of,
    every,
    in_period,
    written,
)

Period = tuple[str, date]
# Where a threshold is nought every wrong row is one too many; three move any figure.
ROWS_OVER_NOUGHT = 3
# File -> the column with the number of the record, and the source that delivers it.
FILES = {
    "trajecten": ("Trajectnummer", "ecd-trajecten"),
    "contacten": ("ContactID", "ecd-contacten"),
    "clienten": ("RegistratieID", "ecd-clienten"),
    "clienten2": ("RegistratieID", "ecd-clienten2"),
    "hulpvragen": ("RegelID", "ecd-hulpvragen"),
    "ondersteuning": ("RegelID", "ecd-ondersteuning"),
    "verwijzingen": ("VerwijzingID", "ecd-verwijzingen"),
    "beoordelingen": ("BeoordelingID", "ecd-beoordelingen"),
    "startslot_smw": ("LijstID", "survey-startslot-smw"),
    "zrm": ("LijstID", "survey-zrm"),
    "deelnemersvragenlijst_surveymonkey": ("Respondent ID", "survey-surveymonkey"),
    "deelnemersvragenlijst_forms": ("Id", "survey-forms"),
}


@dataclass(frozen=True)
class Hit:
    """A registration that a check is to point at, with the numbers of the delivered file."""

    check_id: str
    column: str
    source_id: str
    record_ref: str
    occurred_on: date | None
    team_code: str
    service_code: str = "onbekend"
    client: str = ""
    trajectory: str = ""
    worker: str = ""
    response: str = ""


@dataclass(frozen=True)
class Planter:
    """The error of one check: in which files, of which team and period, and how.

    `columns` are the raw columns that it is found in; `team_code` is 'onbekend' for what has no
    team and '*' for the whole organisation. Planters of one `night` are planted together.
    """

    check_id: str
    how_nl: str
    night: str
    columns: tuple[str, ...]
    team_code: str
    period: Period
    plant: Callable[[Delivered, "Planter", float], list[Hit]] = field(repr=False)
    has_rows: bool = True  # does the check point at rows, or judge a slice or figure as a whole
    # Of a check on figures: all rows that it has to mark, and which of them was planted.
    figures: Callable[[Any, Delivered], set[tuple[Any, ...]]] | None = field(
        default=None, repr=False
    )
    cell: tuple[Any, ...] = ()

    @property
    def threshold(self) -> float:
        """Return the threshold of the catalogue, above which the check is to fail."""
        return float(check(self.check_id).flag_threshold)

    def covers(self, delivered: Delivered, row: Row, day: str) -> bool:
        """Say whether a row belongs to the planted team and period."""
        return in_period(day_of(row[day]), self.period) and (
            self.team_code in ("*", "onbekend") or delivered.team_of(row) == self.team_code
        )

    def amount(self, level: float, judged: int, *, grows: bool = False) -> int:
        """Return how many rows are to be wrong at a level of the threshold."""
        if self.threshold == 0:
            return ROWS_OVER_NOUGHT if level > 1 else 0
        return amount_for(self.threshold, level, judged, grows=grows)


def hits_of(
    delivered: Delivered,
    planter: Planter,
    file: str,
    row: Row,
    days: Iterable[date | None],
    *,
    as_file: str | None = None,
) -> list[Hit]:
    """Return what the check is to point at for one row: once per column that it judges."""
    number, source_id = FILES[as_file or file]
    return [
        Hit(
            check_id=planter.check_id,
            column=column,
            source_id=source_id,
            record_ref=str(row[number]),
            occurred_on=day,
            team_code="onbekend" if file.startswith("clienten") else delivered.team_of(row),
            client=row.get("Cliëntnummer", ""),
            trajectory=row.get("Trajectnummer", ""),
            worker=row.get("Personeelsnummer", ""),
            response=row.get("LijstID", ""),
        )
        for column, day in zip(planter.columns, days, strict=True)
        if day is not None
    ]


def spoil_share(
    file: str,
    day: str,
    spoil: Callable[[Delivered, Row], Any],
    *,
    where: Callable[[Delivered, Row], bool] = lambda _delivered, _row: True,
    is_wrong: Callable[[Delivered, Row], bool] = lambda _delivered, _row: False,
    days: Callable[[Row], Iterable[date | None]] | None = None,
) -> Callable[[Delivered, Planter, float], list[Hit]]:
    """Return a planting that spoils rows until so large a share of the judged rows is wrong.

    `where` says which rows are judged, `is_wrong` which were wrong before, and `days` on which
    days the spoiled row stands by now, per column; else on its day of before.
    """

    def plant(delivered: Delivered, planter: Planter, level: float) -> list[Hit]:
        judged = [
            row
            for row in delivered[file]
            if planter.covers(delivered, row, day) and where(delivered, row)
        ]
        right = [row for row in judged if not is_wrong(delivered, row)]
        amount = planter.amount(level, len(judged)) - (len(judged) - len(right))
        hits = []
        for row in every(by_day(right, day), max(amount, 0)):
            before = dict(row)
            spoil(delivered, row)
            happened = days(row) if days else [day_of(before[day])] * len(planter.columns)
            hits += hits_of(delivered, planter, file, row, happened)
        return hits

    return plant


def changed(**cells: Any) -> Callable[[Delivered, Row], None]:
    """Return a spoiling that puts a value, or what is made of the row, in columns.

    A blank in the name of a column is written as two underscores.
    """

    def spoil(_delivered: Delivered, row: Row) -> None:
        for name, value in cells.items():
            row[name.replace("__", " ")] = value(row) if callable(value) else value

    return spoil


def shifted(column: str, days: int) -> Callable[[Row], str]:
    """Return how a date column is moved by days."""
    return lambda row: written((day_of(row[column]) or AS_OF) + timedelta(days=days))


def copied(row: Row, cells: Mapping[str, Any]) -> Row:
    """Return a copy with other cells."""
    return dict(row) | dict(cells)


def year(number: int) -> Period:
    """Return a year as a period."""
    return "year", date(number, 1, 1)


def month(number: int, place: int) -> Period:
    """Return a month as a period."""
    return "month", date(number, place, 1)


THIS_MONTH: Period = ("month", AS_OF.replace(day=1))
