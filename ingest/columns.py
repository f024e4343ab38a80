"""Functions over a column of text that work once per distinct value."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

_BLANK = " \t\r\n"
_OTHER_SPACES = "\u00a0\u2007\u2009\u202f\u3000"
# Zero width, soft hyphen, byte order mark, and the marks of writing direction: nobody sees them.
_MARKS = (
    "\u00ad\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
# What exports put around a value without anybody seeing it.
INVISIBLE = _BLANK + _OTHER_SPACES + _MARKS


def trimmed(values: pa.StringArray) -> pa.StringArray:
    """Return the values without blanks around them; what is left empty is null.

    What looks the same becomes the same: invisible characters go, each kind of space is a space,
    and an accent is part of its letter.
    """
    if not pc.all(pc.string_is_ascii(values)).as_py():
        values = pc.utf8_normalize(values, "NFC")
        if pc.any(pc.match_substring_regex(values, f"[{_OTHER_SPACES}{_MARKS}]")).as_py():
            values = pc.replace_substring_regex(values, f"[{_MARKS}]", "")
            values = pc.replace_substring_regex(values, f"[{_OTHER_SPACES}]", " ")
    bare = pc.ascii_trim(values, _BLANK)
    return pc.if_else(pc.equal(bare, ""), pa.scalar(None, pa.string()), bare)


def map_distinct(values: pa.Array, function: Callable[[Any], Any], to: pa.DataType) -> pa.Array:
    """Return function(value) for every value, calling it once per distinct value; null is null."""
    encoded = values.dictionary_encode()
    mapped = pa.array([function(value) for value in encoded.dictionary.to_pylist()], to)
    return mapped.take(encoded.indices)
