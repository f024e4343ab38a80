"""Reads many ordinary lines of delimited text at once, as bytes; leaves what is not ordinary."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_LINE_END = ord("\n")
_SPACE = ord(" ")
# The bytes of a no-break space, which are in other characters too.
_NO_BREAK_SPACE = (0xC2, 0xA0)


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
    text = block.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    data = np.frombuffer(text.encode(), np.uint8)
    is_line_end = data == _LINE_END
    is_separator = is_line_end | (data == ord(delimiter))
    is_kept = ~is_separator
    if quote and quote in text:
        is_quote = data == ord(quote)
        is_inside = np.bitwise_xor.accumulate(is_quote)
        is_separator &= ~is_inside
        opening, closing = (
            np.flatnonzero(is_quote & is_inside),
            np.flatnonzero(is_quote & ~is_inside),
        )
        # The first byte has the line end at the end of the text before it, as Python counts.
        if (
            (is_line_end & is_inside).any()
            or not is_separator[opening - 1].all()
            or not is_separator[closing + 1].all()
        ):
            return None
        is_kept = ~(is_separator | is_quote)
    ends = np.flatnonzero(is_separator)
    is_row_end = is_line_end[ends]
    count = int(is_row_end.sum())
    if len(ends) != count * width or not is_row_end[width - 1 :: width].all():
        return None
    starts = np.concatenate([[0], ends[width - 1 : -1 : width] + 1])
    if _may_be_blank(data, is_kept, starts):
        return None
    # A cell ends after as many bytes as are kept up to its separator.
    offsets = np.zeros(len(ends) + 1, np.int32)
    np.cumsum(is_kept, dtype=np.int32).take(ends, out=offsets[1:])
    cells = pa.StringArray.from_buffers(
        len(ends), pa.py_buffer(offsets), pa.py_buffer(data[is_kept])
    )
    return OrdinaryRows(count, cells, bool(quote) and bool((data[starts] == ord(quote)).all()))


def _may_be_blank(
    data: npt.NDArray[np.uint8], is_kept: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64]
) -> bool:
    """Say whether one of the lines may have no more than blanks in its cells."""
    is_content = is_kept & (data > _SPACE)
    for byte in _NO_BREAK_SPACE:
        is_content &= data != byte
    # Nearly always every first cell has content, behind its quote, which is the quickest to see.
    if is_content[np.minimum(starts + ~is_kept[starts], len(data) - 1)].all():
        return False
    return not bool(np.logical_or.reduceat(is_content, starts).all())
