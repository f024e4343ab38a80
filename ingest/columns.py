"""Functions over a column of text that work once per distinct value."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_BLANK = " \t\r\n"
_OTHER_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
# Zero width, soft hyphen, byte order mark, and the marks of writing direction: nobody sees them.
_MARKS = (
    "\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062"
    "\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
# What exports put around a value without anybody seeing it.
INVISIBLE = _BLANK + _OTHER_SPACES + _MARKS
# Control characters are no text; some once broke a line or a page.
_CONTROLS, _BREAKS = r"[\x00-\x08\x0e-\x1b\x7f]", r"[\x0b\x0c\x1c-\x1f]"
_FIRST_VISIBLE, _DELETE = ord(" "), 0x7F
# How an export keeps Excel from turning a text into a number: ="0012", or an apostrophe before it.
_GUARDS, _GUARDED = b"='", r"""^(?:="([^"]*)"|'(\d[\d.,-]*))$"""
# How databases write that there is no value.
_NULLS = pa.array(["NULL", "null", "Null", "(null)", "<NULL>", "[NULL]", r"\N", "<NA>"])


def trimmed(values: pa.StringArray) -> pa.StringArray:
    """Return the values without blanks around them; what is left empty is null.

    What looks the same becomes the same: invisible characters go, each kind of space is a space,
    and an accent is part of its letter. So do a text that is guarded against Excel and the text
    itself; NULL as databases write it is nothing.
    """
    if _may_hold_controls(values):
        values = pc.replace_substring_regex(values, _BREAKS, " ")
        values = pc.replace_substring_regex(values, _CONTROLS, "")
    if not pc.all(pc.string_is_ascii(values)).as_py():
        values = pc.utf8_normalize(values, "NFC")
        if pc.any(pc.match_substring_regex(values, f"[{_OTHER_SPACES}{_MARKS}]")).as_py():
            values = pc.replace_substring_regex(values, f"[{_MARKS}]", "")
            values = pc.replace_substring_regex(values, f"[{_OTHER_SPACES}]", " ")
    bare = pc.ascii_trim(values, _BLANK)
    if may_hold(bare, _GUARDS):
        bare = pc.ascii_trim(pc.replace_substring_regex(bare, _GUARDED, r"\1\2"), _BLANK)
    is_nothing = pc.or_(pc.equal(bare, ""), pc.is_in(bare, _NULLS))
    return pc.if_else(is_nothing, pa.scalar(None, pa.string()), bare)


def may_hold(values: pa.StringArray, signs: bytes) -> bool:
    """Say whether one of these signs may stand in a cell: quicker than any look at the cells."""
    data = values.buffers()[2]
    text = data.to_pybytes() if data else b""
    return any(sign in text for sign in signs)


def _may_hold_controls(values: pa.StringArray) -> bool:
    """Say whether a cell may hold a control character other than a tab or line end."""
    data = values.buffers()[2]
    if data is None:
        return False
    signs = np.frombuffer(data, np.uint8)
    is_control = (signs < _FIRST_VISIBLE) | (signs == _DELETE)
    return (
        bool(is_control.any())
        and not np.isin(signs[is_control], np.frombuffer(_BLANK.encode(), np.uint8)).all()
    )


def map_distinct(values: pa.Array, function: Callable[[Any], Any], to: pa.DataType) -> pa.Array:
    """Return function(value) for every value, calling it once per distinct value; null is null."""
    encoded = values.dictionary_encode()
    mapped = pa.array([function(value) for value in encoded.dictionary.to_pylist()], to)
    return mapped.take(encoded.indices)
