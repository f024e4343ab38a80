"""Ground truth of instruments: distribution, mean and shift, counted in plain loops."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.example.instruments import Measurement
from ingest.example.registrations import Case, StartSlot
from ingest.example.truth import TOTAL, Cell, GroundTruth, Period, periods_of

VERSIONS = {
    "zrm": "13",
    "positieve_gezondheid": "42",
    "tevredenheid": "1",
    "kwadraad_smw": "2023",
}
# Which way is better, of the instruments whose two measurements may be compared.
BETTER = {"zrm": 1, "kwadraad_smw": -1}
WITHOUT_MEAN = ("gedrag",)
START_SLOT_KPIS = {"last": "KW-SMW-LAST", "gedrag": "KW-SMW-GEDRAG"}
COLUMNS = (
    "instrument_id",
    "instrument_version",
    "dimension_code",
    "design",
    "kind",
    "outcome_code",
    "period_type",
    "period_start",
    "breakdown",
    "region_code",
    "service_code",
    "team_code",
    "project_code",
    "respondent_role",
    "numerator",
    "denominator",
    "n_start",
)


@dataclass(frozen=True, slots=True)
class Scored:
    """One score of one dimension, with who it is about and where it counts."""

    instrument: str
    dimension: str
    subject: tuple[str, ...]
    moment: str
    day: date
    score: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """A start with the slot that closes it, if there is one."""

    start: Scored
    slot: Scored | None

    @property
    def counted(self) -> Scored:
        """Return the list whose day and place the pair has."""
        return self.slot or self.start

    @property
    def outcome(self) -> str:
        """Return better, same or worse; nothing without a slot."""
        if self.slot is None:
            return ""
        change = (self.slot.score - self.start.score) * BETTER[self.start.instrument]
        return "beter" if change > 0 else "slechter" if change < 0 else "gelijk"


class InstrumentTruth:
    """Remembers every score that counts while the example is being written."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._series: dict[tuple[str, str, tuple[str, ...]], list[Scored]] = defaultdict(list)

    def add_case(self, case: Case) -> None:
        """Remember the start and slot lists of a child."""
        for scored in start_slot_scores(case):
            self._add(scored)

    def add_measurement(self, measurement: Measurement, municipality: str) -> None:
        """Remember a filled-in list; one without a known project counts nowhere."""
        if not measurement.client_number and measurement.project is None:
            return
        cells = [
            TOTAL,
            Cell("service", service_code=measurement.service_code),
            Cell("team", team_code=measurement.team_code),
            Cell("municipality", municipality_code=municipality),
            Cell("respondent_role", respondent_role=measurement.role),
        ]
        if measurement.project:
            cells.append(Cell("project", project_code=measurement.project.code))
        for dimension, score in measurement.scores.items():
            self._add(
                Scored(
                    instrument=measurement.instrument,
                    dimension=dimension,
                    subject=(measurement.client_number or measurement.id, measurement.role),
                    moment=measurement.moment,
                    day=measurement.measured_on,
                    score=score,
                    cells=tuple(cells),
                )
            )

    def write(self, path: Path) -> None:
        """Write the figures in a fixed order."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(sorted(self._rows()))

    def _add(self, scored: Scored) -> None:
        self._series[scored.instrument, scored.dimension, scored.subject].append(scored)

    def _rows(self) -> Iterator[tuple[str, ...]]:
        counts: dict[tuple[str, str, str, str, Period, Cell], int] = defaultdict(int)
        for (instrument, dimension, _), series in self._series.items():
            for period, last in _last_per_period(series):
                for cell in last.cells:
                    key = (instrument, dimension, period, cell)
                    counts[*key[:2], "verdeling", str(last.score), *key[2:]] += 1
                    counts[*key[:2], "gemiddelde", "som", *key[2:]] += last.score
                    counts[*key[:2], "gemiddelde", "aantal", *key[2:]] += 1
            if instrument in BETTER:
                for pair in pairs(series):
                    for period in periods_of(pair.counted.day)[:2]:
                        for cell in pair.counted.cells:
                            key = (instrument, dimension, period, cell)
                            counts[*key[:2], "verschuiving", "start", *key[2:]] += 1
                            if pair.outcome:
                                counts[*key[:2], "verschuiving", pair.outcome, *key[2:]] += 1
                                counts[*key[:2], "verschuiving", "paar", *key[2:]] += 1
        for (instrument, dimension, kind, outcome, period, cell), amount in counts.items():
            place = (period, cell)
            n_start = ""
            if kind == "verschuiving":
                n_start = str(counts[instrument, dimension, kind, "start", *place])
                whole = counts.get((instrument, dimension, kind, "paar", *place), 0)
            else:
                whole = counts[instrument, dimension, "gemiddelde", "aantal", *place]
            if outcome in ("aantal", "start", "paar") or (
                kind == "gemiddelde" and dimension in WITHOUT_MEAN
            ):
                continue
            yield (
                instrument,
                VERSIONS[instrument],
                dimension,
                "start_slot" if instrument == "kwadraad_smw" else "instrument",
                kind,
                "gemiddelde" if kind == "gemiddelde" else outcome,
                period[0],
                period[1].isoformat(),
                cell.breakdown,
                cell.municipality_code,
                cell.service_code,
                cell.team_code,
                cell.project_code,
                cell.respondent_role,
                str(amount),
                str(whole),
                n_start,
            )


def start_slot_scores(case: Case) -> Iterator[Scored]:
    """Give burden and behaviour of every start and slot list about a child."""
    for filled in case.start_slot:
        for dimension, score in (
            ("last", filled.burden_score),
            ("gedrag", filled.frequency_rank),
        ):
            yield Scored(
                instrument="kwadraad_smw",
                dimension=dimension,
                subject=(filled.client_number, filled.role, filled.respondent_number),
                moment=filled.moment,
                day=filled.filled_on,
                score=score,
                cells=_cells_of_list(filled, case.client.municipality_code),
            )


def add_start_slot(case: Case, truth: GroundTruth) -> None:
    """Count every start list about a child in its KPI; without a slot list it is no pair."""
    series: dict[tuple[str, tuple[str, ...]], list[Scored]] = defaultdict(list)
    for scored in start_slot_scores(case):
        series[scored.dimension, scored.subject].append(scored)
    for (dimension, _), lists in series.items():
        for pair in pairs(lists):
            truth.add_event(
                START_SLOT_KPIS[dimension],
                pair.counted.day,
                pair.counted.cells,
                int(pair.outcome == "beter"),
                int(pair.slot is not None),
            )


def pairs(series: Iterable[Scored]) -> Iterator[Pair]:
    """Pair the lists of one respondent: the first slot after a start, before the next start."""
    opened: Scored | None = None
    for scored in sorted(series, key=lambda one: one.day):
        if scored.moment == "start":
            if opened:
                yield Pair(opened, None)
            opened = scored
        elif scored.moment == "slot" and opened:
            yield Pair(opened, scored)
            opened = None
    if opened:
        yield Pair(opened, None)


def _last_per_period(series: Iterable[Scored]) -> Iterator[tuple[Period, Scored]]:
    last: dict[Period, Scored] = {}
    # A slot list stands after the start list of the same day.
    for scored in sorted(series, key=lambda one: one.day):
        for period in periods_of(scored.day)[:2]:
            last[period] = scored
    yield from last.items()


def _cells_of_list(filled: StartSlot, municipality: str) -> tuple[Cell, ...]:
    return (
        TOTAL,
        Cell("service", service_code="SMW"),
        Cell("team", team_code=filled.team_code),
        Cell("municipality", municipality_code=municipality),
        Cell("respondent_role", respondent_role=filled.role),
    )
