"""What is counted in more than one table: the same people under two names, a sum of cells."""

from collections import defaultdict
from collections.abc import Mapping

import duckdb

# Series with fewer figures than this may be the same by chance.
_FEWEST_FIGURES = 5


def same_series(connection: duckdb.DuckDBPyConnection, parts: Mapping[str, str]) -> dict[str, str]:
    """Return per series the one that counts the same people in every slice of every year.

    `parts` has per series of counts the query for its `slice`, `period` and `count`. Found in the
    data: a KPI that is one question, clients that are the denominator of four KPI's.
    """
    stacked = " union all ".join(parts.values())
    pairs = connection.execute(f"""
        with counts as ({stacked})
        select one.series, other.series
        from counts as one
        inner join counts as other using (slice, period_start)
        where one.series < other.series
        group by one.series, other.series
        having count(*) >= {_FEWEST_FIGURES} and bool_and(one.count = other.count)
        order by all
    """).fetchall()
    first: dict[str, str] = {}
    for one, other in pairs:
        first[other] = min(first.get(other, other), first.get(one, one))
    return first


def compositions(
    connection: duckdb.DuckDBPyConnection, answers: str, instruments: str
) -> dict[str, list[tuple[str, float]]]:
    """Return per series of counts the series that it is the sum of, with their factors.

    A question is the sum of its positive answers, and a mean score the sum of the scores.
    """
    found: dict[str, list[tuple[str, float]]] = defaultdict(list)
    cells = connection.execute(f"""
        select question_id, design, scale_id, answer_code, bool_or(coalesce(is_positive, false))
        from {answers} where is_counting group by all order by all
    """).fetchall()
    for question, design, scale, answer, is_positive in cells:
        whole = (f"answer_value|{question}|{scale}|{design}|true:whole", 1.0)
        if whole not in found[f"question_value|{question}|{design}:whole"]:
            found[f"question_value|{question}|{design}:whole"].append(whole)
        if is_positive:
            cell = f"answer_value|{question}|{scale}|{design}|true:{answer}:part"
            found[f"question_value|{question}|{design}::part"].append((cell, 1.0))
    scores = connection.execute(f"""
        select distinct instrument_id, instrument_version, dimension_code, design, outcome_code
        from {instruments}
        where kind = 'verdeling' and try_cast(outcome_code as double) is not null
        order by all
    """).fetchall()
    for *instrument, score in scores:
        name = "instrument_value|" + "|".join(part or "" for part in instrument)
        whole = (f"{name}|verdeling:whole", 1.0)
        if whole not in found[f"{name}|gemiddelde:whole"]:
            found[f"{name}|gemiddelde:whole"].append(whole)
        found[f"{name}|gemiddelde:gemiddelde:part"].append(
            (f"{name}|verdeling:{score}:part", float(score))
        )
    return dict(found)
