"""Whether two ways to count came to the same: before that a time says nothing."""

from pathlib import Path

import duckdb
import pandas as pd

KEY = ["kpi_id", "period_type", "period_start", "breakdown", "slice_key"]
MEASURES = ["numerator", "denominator", "n"]


class DisagreementError(Exception):
    """Two results differ; the message says where, never what of whom."""


def same_tables(one: Path, other: Path, tables: list[tuple[str, str]]) -> int:
    """Return how many rows two databases have in these tables (schema, name), all the same.

    Compared are the number of rows and a hash over all cells of a table, whatever the order.
    """
    total = 0
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one}' as one (read_only)")
        connection.execute(f"attach '{other}' as other (read_only)")
        for schema, table in tables:
            of_one, of_other = (
                connection.execute(
                    f"select count(*), sum(hash(rows)), bit_xor(hash(rows)) "
                    f'from {name}."{schema}"."{table}" as rows'
                ).fetchone()
                for name in ("one", "other")
            )
            if of_one != of_other:
                raise DisagreementError(
                    f"{schema}.{table} is not the same: {of_one[0]} and {of_other[0]} rows."
                )
            total += of_one[0]
    return total


def same_figures(one: pd.DataFrame, other: pd.DataFrame) -> int:
    """Return how many figures two ways have, all with the same numerator, denominator and n."""
    indexed = []
    for figures in (one, other):
        found = figures[KEY + MEASURES].astype({"slice_key": "str"})
        found["period_start"] = pd.to_datetime(found["period_start"]).astype("datetime64[us]")
        found[MEASURES] = found[MEASURES].astype("float64")
        for name in ("kpi_id", "period_type", "breakdown", "slice_key"):
            found[name] = found[name].astype("object")
        if found.duplicated(KEY).any():
            raise DisagreementError("A figure stands twice in one of the results.")
        indexed.append(found.set_index(KEY))
    left, right = indexed
    if missing := len(left.index.symmetric_difference(right.index)):
        raise DisagreementError(f"{missing} figures are in one of the results only.")
    right = right.loc[left.index]
    differs = (left != right) & ~(left.isna() & right.isna())
    if differs.any(axis=None):
        kpis = sorted({key[0] for key in left.index[differs.any(axis=1)]})
        raise DisagreementError(
            f"{int(differs.any(axis=1).sum())} figures differ, of {', '.join(kpis)}."
        )
    return len(left)
