"""Functions over a column of text that work once per distinct value."""

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

# What exports put around a value without anybody seeing it, the no-break spaces included.
INVISIBLE = " \t\r\n\u00a0\u202f\u200b\u200e\ufeff"


def trimmed(values: pa.StringArray) -> pa.StringArray:
    """Return the values without invisible characters around them; what is left empty is null."""
    bare = pc.utf8_trim(values, characters=INVISIBLE)
    return pc.if_else(pc.equal(bare, ""), pa.scalar(None, pa.string()), bare)


def map_distinct(values: pa.Array, function: Callable[[Any], Any], to: pa.DataType) -> pa.Array:
    """Return function(value) for every value, calling it once per distinct value; null is null."""
    encoded = values.dictionary_encode()
    mapped = pa.array([function(value) for value in encoded.dictionary.to_pylist()], to)
    return mapped.take(encoded.indices)
