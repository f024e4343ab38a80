"""What a night came to: did each check fail where it should, and were the right figures marked."""

import csv
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from quality.catalogue import check
from tests.quality_report.delivered import Delivered
from tests.quality_report.expected import Expected, as_frame
from tests.quality_report.planting import Hit, Planter

# Properties of a figure that clean registrations have too: few answers, few invited.
TRUE_OF_CLEAN_DATA = ("Q01", "Q02")
TRUTH_KEY = (
    "kpi_id", "period_type", "period_start", "breakdown", "region_code", "service_code",
    "team_code", "project_code", "commissioner_code", "age_band", "respondent_role",
)  # fmt: skip
# A bound has four decimals.
ROUNDING = Decimal("0.0001")


@dataclass(frozen=True)
class Found:
    """What the night said of one planted error."""

    check_id: str
    how_nl: str
    level: float
    planted: int
    has_fired: bool
    # Failing parts of this check that do not fail without errors: team, column, period.
    failing: list[str]
    rows_expected: int
    rows_marked: int
    rows_missing: int
    rows_extra: int
    records_missed: int
    records_extra: int

    @property
    def is_right(self) -> bool:
        """Say whether exactly the right figures are marked."""
        return not self.rows_missing and not self.rows_extra


def _name(hit: Hit) -> tuple[str, str, str]:
    return hit.column, hit.source_id, hit.record_ref


def failing_parts(connection: duckdb.DuckDBPyConnection, check_id: str) -> set[str]:
    """Return where a check failed."""
    return {
        " ".join(str(part) for part in row)
        for row in connection.execute(
            """
            select coalesce(team_code, '-'), table_name || '.' || column_name, period_type,
                coalesce(cast(period_start as varchar), '-')
            from mart.fct_check_result where check_id = ? and state = 'afgekeurd'
            """,
            [check_id],
        ).fetchall()
    }


def measure(
    planted: list[tuple[Planter, list[Hit]]],
    level: float,
    delivered: Delivered,
    night: Path,
    clean: Path,
) -> list[Found]:
    """Return what came of every planted error in a night, beside the same night without errors."""
    with (
        duckdb.connect(str(night), read_only=True) as connection,
        duckdb.connect(str(clean), read_only=True) as former,
    ):
        figures, before = Expected(connection), Expected(former)
        by_check: dict[str, list[Hit]] = {}
        for planter, hits in planted:
            by_check.setdefault(planter.check_id, []).extend(hits)
        former_hits = {check_id: before.pointed_at(check_id) for check_id in by_check}
        found = []
        for planter, hits in planted:
            check_id = planter.check_id
            actual = {_name(hit) for hit in figures.pointed_at(check_id)}
            own_hits = figures.pseudonymised(by_check[check_id], delivered)
            # What was pointed at without errors too, unless another planted row is usual by now.
            pointed = {_name(hit): hit for hit in former_hits[check_id] if _name(hit) in actual} | {
                _name(hit): hit for hit in own_hits
            }
            own = failing_parts(connection, check_id) - failing_parts(former, check_id)
            wanted = {
                f"{planter.team_code} {column.split('.', 1)[1]} {planter.period[0]} "
                f"{planter.period[1]}"
                for column in planter.columns
            }
            rows = figures.rows(check_id, as_frame(pointed.values()))
            marked = figures.marked(check_id)
            has_fired = bool(wanted & own)
            if planter.figures:
                rows |= planter.figures(figures, delivered)
            if planter.cell:
                planted_here = {row for row in marked if row[: len(planter.cell)] == planter.cell}
                has_fired = bool(planted_here - before.marked(check_id))
                own = {str(planter.cell)} if has_fired else set()
            found.append(
                Found(
                    check_id=check_id,
                    how_nl=planter.how_nl,
                    level=level,
                    planted=len(hits),
                    has_fired=has_fired,
                    failing=sorted(own),
                    rows_expected=len(rows),
                    rows_marked=len(marked),
                    rows_missing=len(rows - marked),
                    rows_extra=len(marked - rows),
                    records_missed=len(set(pointed) - actual) if planter.has_rows else 0,
                    records_extra=len(
                        {name for name in actual - set(pointed) if name[0] in planter.columns}
                    ),
                )
            )
        return found


def clean_flags(night: Path) -> dict[str, Any]:
    """Return of a night without errors how many parts were judged, and what failed there."""
    with duckdb.connect(str(night), read_only=True) as connection:
        judged = connection.execute(
            """
            select check_id, severity, count(*) as judged,
                count(*) filter (where state in ('afgekeurd', 'fout')) as failed
            from mart.fct_check_result where state in ('akkoord', 'afgekeurd', 'fout')
            group by all
            """
        ).fetchall()
    return {
        "judged": {check_id: number for check_id, _, number, _ in judged},
        "flags": {
            check_id: number for check_id, severity, _, number in judged
            if number and severity == "flag"
        },
        "blocks": {
            check_id: number for check_id, severity, _, number in judged
            if number and severity == "block"
        },
        "infos": {
            check_id: number for check_id, severity, _, number in judged
            if number and severity == "info"
        },
    }  # fmt: skip


def true_values(example: Path) -> dict[tuple[str, ...], tuple[Decimal, Decimal | None]]:
    """Return numerator and denominator of every figure as they really were."""
    with (example / "ground_truth" / "kpi.csv").open(encoding="utf-8") as file:
        return {
            tuple(
                row["wijk_code"] or row["municipality_code"] if name == "region_code" else row[name]
                for name in TRUTH_KEY
            ): (
                Decimal(row["numerator"]),
                Decimal(row["denominator"]) if row["denominator"] else None,
            )
            for row in csv.DictReader(file)
        }


def truth_in_bounds(
    night: Path, truth: dict[tuple[str, ...], tuple[Decimal, Decimal | None]], checks: set[str]
) -> dict[str, Any]:
    """Return how many figures hold the truth between their bounds, and how many have bounds.

    Counted are figures that are marked by a planted check that points at rows, and that the
    generator knows; beside them all figures of the night.
    """
    with duckdb.connect(str(night), read_only=True) as connection:
        rows = connection.execute(
            f"""
            select {", ".join(TRUTH_KEY)}, unit, bound_low, bound_high,
                string_split(coalesce(reasons, ''), ', ')
            from mart.fct_kpi_value where design <> 'open_data'
            """
        ).fetchall()
    # Of an error without rows nobody can say how far it moves a figure.
    boundable = {check_id for check_id in checks if check(check_id).bound == "rows"}
    counts = dict.fromkeys(
        ("marked", "marked_bounded", "marked_known", "marked_inside", "known", "inside"), 0
    )
    outside: dict[str, int] = {}
    for *key, unit, low, high, reasons in rows:
        is_marked = bool(checks.intersection(reasons))
        counts["marked"] += is_marked
        if low is None or high is None:
            continue
        counts["marked_bounded"] += is_marked
        known = truth.get(tuple("" if part is None else _text(part) for part in key))
        value = known and _value(unit, *known)
        if value is None:
            continue
        is_inside = low - ROUNDING <= value <= high + ROUNDING
        counts["known"] += 1
        counts["inside"] += is_inside
        own = boundable.intersection(reasons)
        counts["marked_known"] += bool(own)
        counts["marked_inside"] += bool(own) and is_inside
        if not is_inside:
            for reason in own:
                name = f"{reason} {key[0]}"
                outside[name] = outside.get(name, 0) + 1
    return counts | {"outside": outside}


def _text(part: Any) -> str:
    return part.isoformat() if isinstance(part, date) else str(part)


def _value(unit: str, numerator: Decimal, denominator: Decimal | None) -> Decimal | None:
    if unit == "count":
        return numerator
    if not denominator:
        return None
    factor = {"percentage": Decimal(100), "hours": 1 / Decimal(60)}.get(unit, Decimal(1))
    return factor * numerator / denominator


def as_json(found: list[Found]) -> list[dict[str, Any]]:
    """Return what was found as it is kept between nights."""
    return [asdict(each) for each in found]
