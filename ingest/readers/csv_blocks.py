"""Reads many ordinary lines of delimited text at once, as bytes; leaves what is not ordinary."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_LINE_END, _RETURN = ord("\n"), ord("\r")
_SPACE = ord(" ")
# The bytes of a no-break space, which are in other characters too.
_NO_BREAK_SPACE = (0xC2, 0xA0)

_Bytes = npt.NDArray[np.uint8]
_Flags = npt.NDArray[np.bool_]
_Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class OrdinaryRows:
    """Rows of the same width, all their cells in one array; whether all start with a quote."""

    count: int
    cells: pa.StringArray
    are_opened_by_quotes: bool


def ordinary_rows(block: str, delimiter: str, quote: str, width: int) -> OrdinaryRows | None:
    """Return the rows of a block of whole lines, or None if one of them is not ordinary.

    Ordinary are lines of `width` cells that are not blank, in which quotes stand only around whole
    cells, with no quote or line end between them.
    """
    if not (delimiter + quote).isascii():
        return None
    data, have_returns = _bytes(block)
    is_line_end = data == _LINE_END
    ends = np.flatnonzero(is_line_end | (data == ord(delimiter)))
    is_quoted: _Flags | None = np.zeros(len(ends), np.bool_)
    is_kept = np.ones(len(data), np.bool_)
    if quote and quote in block:
        is_kept = data != ord(quote)
        ends, is_quoted = _outside_quotes(data, ends, np.flatnonzero(~is_kept))
    if is_quoted is None:
        return None
    count, rest = divmod(len(ends), width)
    row_ends = ends[width - 1 :: width]
    # A line end between quotes is one more than there are rows.
    if rest or np.count_nonzero(is_line_end) != count or not is_line_end[row_ends].all():
        return None
    is_kept[ends] = False
    if have_returns:
        is_kept &= data != _RETURN
    row_starts = _starts(row_ends)
    # Nearly always every first cell has content, behind its quote, which is the quickest to see.
    first_signs = row_starts + is_quoted[::width]
    are_filled = _is_content(data[first_signs], is_kept[first_signs])
    if not are_filled.all():
        are_filled = np.logical_or.reduceat(_is_content(data, is_kept), row_starts)
    if not are_filled.all():
        return None
    lengths = np.diff(ends, prepend=-1) - 1 - 2 * is_quoted
    if have_returns:
        lengths[width - 1 :: width] -= 1
    offsets = np.zeros(len(ends) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    cells = pa.StringArray.from_buffers(
        len(ends), pa.py_buffer(offsets), pa.py_buffer(data[is_kept])
    )
    return OrdinaryRows(count, cells, bool(is_quoted[::width].all()))


def _bytes(block: str) -> tuple[_Bytes, bool]:
    """Return the bytes of whole lines, and whether before each line end stands a return."""
    data = np.frombuffer(block.encode(), np.uint8)
    returns = np.count_nonzero(data == _RETURN)
    if returns and block.endswith("\n"):
        line_ends = np.flatnonzero(data == _LINE_END)
        if returns == len(line_ends) and (data[line_ends - 1] == _RETURN).all():
            return data, True
    if returns or not block.endswith("\n"):
        lines = block.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
        data = np.frombuffer(lines.encode(), np.uint8)
    return data, False


def _outside_quotes(data: _Bytes, ends: _Places, quotes: _Places) -> tuple[_Places, _Flags | None]:
    """Return which of these ends of cells are ends, and which cells have quotes around them.

    A delimiter between quotes separates nothing; nearly always there is none.
    """
    is_quoted = _quoted_cells(data, ends, quotes)
    if is_quoted is None:
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
        is_quoted = _quoted_cells(data, ends, quotes)
    return ends, is_quoted


def _quoted_cells(data: _Bytes, ends: _Places, quotes: _Places) -> _Flags | None:
    """Say of every cell that ends there whether quotes stand around it.

    None if a quote stands elsewhere, as it does when a cell ends at a delimiter between quotes.
    """
    starts, quote = _starts(ends), data[quotes[0]]
    is_quoted: _Flags = data[starts] == quote
    closings = ends[is_quoted] - 1
    closings -= data[closings] == _RETURN
    if 2 * len(closings) != len(quotes) or not (data[closings] == quote).all():
        return None
    return is_quoted if (closings > starts[is_quoted]).all() else None


def _starts(ends: _Places) -> _Places:
    """Return where the first begins, and every next one behind the end of the one before."""
    starts = np.zeros_like(ends)
    starts[1:] = ends[:-1] + 1
    return starts


def _is_content(signs: _Bytes, is_kept: _Flags) -> _Flags:
    """Say of these signs which are part of a cell and no blank."""
    is_content = is_kept & (signs > _SPACE)
    for byte in _NO_BREAK_SPACE:
        is_content &= signs != byte
    return is_content
