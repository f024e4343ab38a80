"""Which figures a check on figures has to mark, each by its own few lines."""

from datetime import timedelta
from math import sqrt

import pandas as pd

from ingest.example import AS_OF
from ingest.example.organisation import read_regions
from ingest.example.truth import EFFECT_QUESTIONS
from quality.catalogue import check
from tests.quality_report.delivered import Delivered, day_of
from tests.quality_report.expected import (
    BREAKDOWNS,
    DIMENSIONS,
    FIGURES_KEY,
    KEY,
    SAME_FIGURE,
    Expected,
    Rows,
)

Z = 1.959964


def half_width(positive: float, count: float) -> float:
    """Return half the width of Wilson's 95 % interval of a share."""
    share = positive / count
    return Z * sqrt(share * (1 - share) / count + Z * Z / (4 * count * count)) / (1 + Z * Z / count)


def cells_of(relation: str, measures: str, ids: str) -> str:
    """Return SQL for sums of a relation in every period and breakdown."""
    parts = []
    for period in ("year", "quarter", "month"):
        for breakdown, keys in BREAKDOWNS.items():
            region = next((key for key in keys if key in ("municipality_code", "wijk_code")), None)
            shown = {"region_code": region} | {
                key: key if key in keys else None for key in DIMENSIONS
            }
            columns = ", ".join(
                f"{key or 'null'}::varchar as {name}" for name, key in shown.items()
            )
            filled = "".join(f" and {key} is not null" for key in keys)
            parts.append(
                f"select {ids}, design, '{period}' as period_type, {period}_start as period_start, "
                f"'{breakdown}' as breakdown, {columns}, {measures} from {relation} "
                f"where is_counted_in_{period}{filled} group by all"
            )
    return " union all ".join(parts)


def skipped(night: Expected, _delivered: Delivered) -> Rows:
    """Q05: a question behind the figure was skipped by more than a tenth of whom it was for."""
    q05 = check("Q05")
    links = ", ".join(
        f"('{kpi_id}', '{question}')"
        for kpi_id, questions in EFFECT_QUESTIONS.items()
        for question in questions
    )
    cells = cells_of(
        "(select * from mart.int_measure_observations where measure_kind = 'question')",
        "sum(asked) as asked, sum(denominator) as answered",
        "measure_id as question",
    )
    return set(
        night.connection.execute(f"""
            with summed as (
                select links.kpi_id, cells.* from ({cells}) as cells
                join (values {links}) as links (kpi_id, question) using (question)
            )
            select distinct {FIGURES_KEY} from figures join summed on {SAME_FIGURE}
            where asked >= {q05.floor_count}
                and asked - answered > {q05.flag_threshold} * asked
        """).fetchall()
    )


def imprecise(night: Expected, _delivered: Delivered) -> Rows:
    """Q02: half the interval of a share is over ten points."""
    limit = float(check("Q02").flag_threshold)
    rows = night.connection.execute(
        f"select {KEY}, numerator, denominator from figures where is_share and denominator > 0"
    ).fetchall()
    return {
        tuple(key)
        for *key, positive, count in rows
        if half_width(float(positive), float(count)) > limit
    }


def improbable_reach(night: Expected, _delivered: Delivered) -> Rows:
    """X05: more people reached than live there, or five times the rate of the municipality."""
    regions = {row["region_code"]: row for row in read_regions()}
    figures = {
        tuple(key): float(number)
        for *key, number in night.connection.execute(
            f"""
            select {KEY}, numerator from figures
            where kpi_id = 'EIGEN-BEREIK' and period_type = 'year'
                and breakdown in ('municipality', 'wijk') and region_code <> 'onbekend'
            """
        ).fetchall()
    }
    reached = {(key[3], key[5]): number for key, number in figures.items()}
    found = set()
    for key, number in figures.items():
        region = regions[key[5]]
        living = int(region["inhabitants"])
        around = regions[region["municipality_code"]]
        usual = reached.get((key[3], around["region_code"]), 0) / int(around["inhabitants"])
        is_wijk = key[4] == "wijk" and number >= check("X05").floor_count
        if number > living or (is_wijk and living and number / living > 5 * usual):
            found.add(key)
    return found


def unpaired(night: Expected, delivered: Delivered) -> Rows:
    """Q08: of the starts that were to have a slot list too many have none.

    A start is due on the day of its slot, else when the help ended, and without that after a year.
    """
    q08 = check("Q08")
    periods: dict[str, list[tuple[object, object]]] = {}
    for row in delivered["trajecten"]:
        periods.setdefault(row["Cliëntnummer"], []).append(
            (day_of(row["Startdatum"]), day_of(row["Einddatum"]))
        )
    due = []
    for row in delivered["startslot_smw"]:
        day = day_of(row["Datum"])
        if row["Start of slot"] != "Start" or day is None:
            continue
        ends = [
            last
            for first, last in periods.get(row["Cliëntnummer"], ())
            if first and first <= day and (last is None or day <= last)
        ]
        is_running = None in ends
        last = None if is_running else max(ends) if ends else day + timedelta(days=365)
        due.append((f"response:survey-startslot-smw:{row['LijstID']}", last))
    frame = pd.DataFrame(due, columns=["subject_key", "due_on"])
    frame["due_on"] = pd.to_datetime(frame["due_on"])
    night.connection.register("due", frame)
    night.connection.execute(f"""
        create or replace temp table starts as
        select * replace (
            cast(date_trunc('year', day) as date) as year_start,
            cast(date_trunc('quarter', day) as date) as quarter_start,
            cast(date_trunc('month', day) as date) as month_start,
            true as is_counted_in_year, true as is_counted_in_quarter, true as is_counted_in_month
        )
        from (
            select seen.*, case when denominator > 0 then observed_on else due_on end as day
            from seen left join due using (subject_key)
            where design = 'start_slot'
        )
        where day <= date '{AS_OF}'
    """)
    cells = cells_of("starts", "count(*) as number, sum(1 - denominator) as silent",
                     "measure_id as kpi_id")  # fmt: skip
    return set(
        night.connection.execute(f"""
            with summed as ({cells})
            select {FIGURES_KEY} from figures join summed on {SAME_FIGURE}
            where number >= {q08.floor_count} and silent > {q08.flag_threshold} * number
        """).fetchall()
    )


def asked_otherwise(night: Expected, _delivered: Delivered) -> Rows:
    """Q09: in the year of the other scale, one of at least ten lists was filled in on it."""
    cells = cells_of(
        "(select * from seen where design = 'afterwards' and year_start = date '2025-01-01')",
        "count(*) as lists, "
        "count(*) filter (where subject_key like 'response:survey-forms2:%') as other",
        "measure_id as kpi_id",
    )
    return set(
        night.connection.execute(f"""
            with summed as ({cells})
            select {FIGURES_KEY} from figures join summed on {SAME_FIGURE}
            where lists >= {check("Q09").floor_count} and other > 0
        """).fetchall()
    )
