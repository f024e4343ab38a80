"""Which figures a check on figures has to mark, each by its own few lines."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from math import sqrt
from typing import Any

import pandas as pd

from ingest.example import AS_OF
from ingest.example.layouts import layouts
from ingest.example.organisation import read_regions
from ingest.example.truth import EFFECT_QUESTIONS, last_day_of
from quality.catalogue import check
from tests.quality_report.delivered import Delivered, Row, day_of
from tests.quality_report.expected import (
    BREAKDOWNS,
    DIMENSIONS,
    FIGURES_KEY,
    KEY,
    SAME_FIGURE,
    Expected,
    Rows,
)
from tests.quality_report.lists import ENDED, NUMBER, asked_headers, moment_of, project_of

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


def two_paths(night: Expected, delivered: Delivered) -> Rows:
    """X06: the open cases differ by more than the threshold from those in the delivered files."""
    limit = float(check("X06").flag_threshold)
    by_number: dict[str, list[tuple[date, date, str, str]]] = {}
    for file in ("trajecten", "trajecten2"):
        for row in delivered.tables.get(file, ()):
            number = row["Trajectnummer"]
            by_number.setdefault(number, []).append(
                (
                    day_of(row["Startdatum"]) or date.max,
                    day_of(row["Einddatum"]) or date.max,
                    delivered.service_of(number),
                    row["Team"] or "onbekend",
                )
            )
    found = set()
    for *key, number in night.connection.execute(
        f"""
        select {KEY}, numerator from figures
        where kpi_id = 'A12' and breakdown in ('total', 'service', 'team')
        """
    ).fetchall():
        last = last_day_of((key[2], key[3]))
        open_cases = sum(
            any(
                first <= last < end
                and (key[4] != "service" or service == key[6])
                and (key[4] != "team" or team == key[7])
                for first, end, service, team in rows
            )
            for rows in by_number.values()
        )
        if abs(float(number) - open_cases) > limit * float(number):
            found.add(tuple(key))
    return found


def silent(night: Expected, delivered: Delivered) -> Rows:
    """Q01: more than 70 % of who got the list is silent, or nobody knows how many got it.

    That is known when all answers of every project behind a figure fall in its period, and the
    project has ended or began in it; never by age or role.
    """
    q01 = check("Q01")
    answered: dict[str, list[tuple[date, frozenset[str]]]] = {}
    for file in NUMBER:
        if file not in delivered.tables:
            continue
        headers = asked_headers(delivered, file)
        for row in delivered[file]:
            if not row[NUMBER[file]]:
                continue
            project = project_of(delivered, file, row)
            if project is not None:
                asked = frozenset(name for name, header in headers.items() if row[header] != "")
                day = moment_of(row[ENDED[file]]).date()
                answered.setdefault(project["Projectcode"], []).append((day, asked))
    projects = {row["Projectcode"]: row for row in delivered["projecten"]}
    words = layouts()["projecten"].words["service_code"]
    found = set()
    for *key, number in night.connection.execute(
        f"select {KEY}, denominator from figures where design = 'afterwards' and denominator > 0"
    ).fetchall():
        if number < q01.floor_count:
            continue
        start, last = key[3], last_day_of((key[2], key[3]))
        got: int | None = 0
        for code, lists in answered.items():
            project = projects[code]
            if not any(
                start <= day <= last and asked & set(EFFECT_QUESTIONS[key[0]])
                for day, asked in lists
            ) or not _is_in(project, key, words):
                continue
            began, ended = day_of(project["Startdatum"]), day_of(project["Einddatum"])
            is_whole = all(start <= day <= last for day, _ in lists) and (
                (ended is not None and ended <= AS_OF) or (began is not None and began >= start)
            )
            if not is_whole or key[4] in ("age_band", "respondent_role", "cultural_background"):
                got = None
                break
            got += int(project["Uitgenodigd"])
        if not got or 1 - float(number) / got > float(q01.flag_threshold):
            found.add(tuple(key))
    return found


AGES = ((18, "0-17"), (27, "18-26"), (65, "27-64"), (999, "65+"))


def unrepresentative(night: Expected, _delivered: Delivered) -> Rows:
    """Q07: an age, or a service, stands for other shares of who answered and who was helped."""
    return _of_other_ages(night) | _of_other_services(night)


def _of_other_ages(night: Expected) -> Rows:
    """Return the figures of years of which the ages differ, weighed by service."""
    q07 = check("Q07")
    answered: dict[tuple[Any, ...], Counter[str]] = defaultdict(Counter)
    for kpi_id, start, service, team, age, number in night.connection.execute("""
        select measure_id, year_start, service_code, team_code, age_band, count(*) from seen
        where design = 'afterwards' and denominator > 0 and age_band <> 'onbekend'
        group by all
    """).fetchall():
        for scope in ("*", team):
            answered[kpi_id, start, service, scope][age] += number
    helped: dict[tuple[Any, ...], set[tuple[str, str]]] = defaultdict(set)
    for start in {key[1] for key in answered}:
        for client, service, team, born in night.connection.execute(
            """
            select client_id, service_code, team_code, birth_year
            from intermediate.int_trajectories
            where birth_year is not null and started_on <= $last
                and coalesce(ended_on, date '9999-12-31') >= $first
            union all
            select client_id, service_code, team_code, birth_year from intermediate.int_attendances
            where birth_year is not null and client_id is not null
                and attended_on between $first and $last
            """,
            {"first": start, "last": date(start.year, 12, 31)},
        ).fetchall():
            age = next(name for first, name in AGES if start.year - born - 1 < first)
            helped[start, service, "*"].add((client, age))
            helped[start, service, team].add((client, age))
    differences: dict[tuple[Any, ...], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    counts: Counter[tuple[Any, ...]] = Counter()
    for (kpi_id, start, service, scope), ages in answered.items():
        clients = helped[start, service, scope]
        if len(clients) < q07.floor_count:
            continue
        total = ages.total()
        team = None if scope == "*" else scope
        for cell in ((kpi_id, start, None, team), (kpi_id, start, service, team)):
            counts[cell] += total
            for _, age in AGES:
                share = sum(each == age for _, each in clients) / len(clients)
                differences[cell][age] += ages[age] - total * share
    return {
        tuple(key)
        for *key, kpi_id, start, service, team in night.connection.execute(
            f"""
            select {KEY}, kpi_id, period_start, service_code, team_code from figures
            where design = 'afterwards' and period_type = 'year'
                and breakdown in ('total', 'service', 'team', 'service_team')
            """
        ).fetchall()
        if (number := counts[kpi_id, start, service, team]) >= q07.floor_count
        and max(map(abs, differences[kpi_id, start, service, team].values()))
        > float(q07.flag_threshold) * number
    }


def _of_other_services(night: Expected) -> Rows:
    """Return the figures of which the services differ, where all know how many they reached."""
    q07 = check("Q07")
    parts = {"service": "total", "service_team": "team", "service_municipality": "municipality"}
    services: dict[tuple[Any, ...], list[tuple[float, float | None]]] = defaultdict(list)
    for kpi_id, kind, start, breakdown, region, team, lists, reached in night.connection.execute(
        """
        select kpi_id, period_type, period_start, breakdown, region_code, team_code,
            denominator, n_reached
        from mart.fct_kpi_value where design = 'afterwards'
        """
    ).fetchall():
        if breakdown in parts:
            cell = kpi_id, kind, start, parts[breakdown], region, team
            services[cell].append((float(lists), reached and float(reached)))
    found = set()
    for *key, kpi_id, kind, start, breakdown, region, team in night.connection.execute(
        f"""
        select {KEY}, kpi_id, period_type, period_start, breakdown, region_code, team_code
        from figures where design = 'afterwards'
        """
    ).fetchall():
        pairs = services[kpi_id, kind, start, breakdown, region, team]
        known = [(lists, reached) for lists, reached in pairs if reached is not None]
        lists = sum(each for each, _ in known)
        if len(known) < len(pairs) or lists < q07.floor_count:
            continue
        reached = sum(each for _, each in known)
        if any(abs(a / lists - b / reached) > q07.flag_threshold for a, b in known):
            found.add(tuple(key))
    return found


def _is_in(project: Row, key: list[Any], words: Mapping[str, str]) -> bool:
    """Say whether a project belongs to the cell of a figure."""
    area = project["Gebied"]
    town = area if area.startswith("GM") else f"GM{area[2:6]}"
    wijk = "onbekend" if area.startswith("GM") else f"WK{area[2:8]}"
    place = wijk if key[4] == "wijk" else town
    return all(
        wanted is None or wanted == given
        for wanted, given in zip(
            key[5:10],
            (
                place,
                next(code for code, word in words.items() if word == project["Werksoort"]),
                project["Team"],
                project["Projectcode"],
                project["Opdrachtgever"],
            ),
            strict=True,
        )
    )
