"""One sign for what people read as the same: digits of other scripts, wide letters, hyphens."""

import unicodedata
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from ingest.columns import map_distinct

_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"


def plain(text: str) -> str:
    """Return a text with its digits, letters and hyphens in their plain form."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", text).translate(_plain_signs())


def plain_cells(values: pa.StringArray) -> pa.StringArray:
    """Return every cell in its plain form."""
    is_strange = pc.invert(pc.string_is_ascii(values)).fill_null(False)
    strange = values.filter(is_strange)
    if not len(strange):
        return values
    normal = pc.utf8_normalize(strange, "NFKC")
    signs = "".join(map(chr, _plain_signs()))
    if pc.any(pc.match_substring_regex(normal, f"[{signs}]")).as_py():
        normal = map_distinct(normal, plain, pa.string())
    return pc.replace_with_mask(values, is_strange, normal)


@cache
def _plain_signs() -> dict[int, str]:
    digits = {
        code: str(unicodedata.decimal(chr(code)))
        for code in range(128, 0x20000)
        if unicodedata.category(chr(code)) == "Nd"
    }
    return digits | dict.fromkeys(map(ord, _HYPHENS), "-")
