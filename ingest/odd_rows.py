"""Finds totals and closing lines among rows, by what the other rows look like."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ingest.contracts import Column, SourceContract

ODD_ROW = "bijna leeg, met een ander soort nummer: lijkt een totaal- of slotregel"
# Of fewer rows nobody can say what they have in common.
_FEWEST_ROWS = 10
_MOST_COMPARED = 1_000
# More rows that are nearly empty are how this source is.
_MOST_SHARE = 0.1
_SIGNS = (r"[0-9]", r"\pL", r"\s")


def odd_rows(
    contract: SourceContract, cells: dict[str, pa.StringArray], is_delete: pa.BooleanArray | None
) -> pa.StringArray:
    """Return for every row of a batch why it is none, else null; `cells` are its landed columns.

    At least half of its cells are blank, and its number is of another kind than that of all other
    rows: 'Alle teams samen' among C0001 and C0002. A row that only deletes is blank as it should.
    """
    key = _key(contract)
    nothing = pa.nulls(len(next(iter(cells.values()))), pa.string())
    if key is None or contract.layout != "table" or len(nothing) <= _FEWEST_ROWS:
        return nothing
    numbers = cells[key.name]
    is_sparse = _is_sparse(contract, cells)
    if is_delete is not None:
        is_sparse &= ~is_delete.to_numpy(zero_copy_only=False)
    others = np.flatnonzero(~is_sparse)[:_MOST_COMPARED]
    sparse = np.flatnonzero(is_sparse)
    if not 0 < len(sparse) <= _MOST_SHARE * len(nothing) or len(others) < _FEWEST_ROWS:
        return nothing
    usual = np.unique(_kinds(numbers.take(pa.array(others))))
    if len(usual) > 1:
        return nothing
    sparse_numbers = numbers.take(pa.array(sparse))
    has_number = sparse_numbers.is_valid().to_numpy(zero_copy_only=False)
    odd = sparse[has_number & (_kinds(sparse_numbers) != usual[0])]
    is_odd = np.zeros(len(nothing), np.bool_)
    is_odd[odd] = True
    return pc.if_else(pa.array(is_odd), ODD_ROW, nothing)


def _key(contract: SourceContract) -> Column | None:
    """Return the column with the number of a row as its source gives it."""
    return next(
        (
            column
            for column in contract.landed_columns
            if column.classification == "keep"
            and column.logical_type == "string"
            and column.constant is None
            and (column.name == "record_ref" or column.primary_key)
        ),
        None,
    )


def _is_sparse(contract: SourceContract, cells: dict[str, pa.StringArray]) -> npt.NDArray[np.bool_]:
    """Say which rows have at least half of their cells blank, each column of the file once."""
    columns = {
        column.sources[0]: cells[column.name]
        for column in contract.landed_columns
        if column.name in cells and column.constant is None
    }
    is_blank = [column.is_null().to_numpy(zero_copy_only=False) for column in columns.values()]
    blanks = np.zeros(len(is_blank[0]), np.int64)
    for each in is_blank:
        blanks += each
    found: npt.NDArray[np.bool_] = 2 * blanks >= len(is_blank)
    return found


def _kinds(numbers: pa.StringArray) -> npt.NDArray[np.int64]:
    """Return of every number which kinds of signs it has; one that is blank has none."""
    kinds = np.zeros(len(numbers), np.int64)
    for place, signs in enumerate(_SIGNS):
        has_signs = pc.fill_null(pc.match_substring_regex(numbers, signs), False)
        kinds += has_signs.to_numpy(zero_copy_only=False).astype(np.int64) << place
    return kinds
