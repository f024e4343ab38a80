"""KPI ids as they are meant: the letter says the layer (R04), whatever a scan made of it."""

import re
import unicodedata

_LAYERS = {"I": "impact", "E": "effect", "A": "activity"}

_NOT_OF_THE_MODEL = re.compile(r"(?:EIGEN|KW)-[A-Z0-9]+(?:[.-][A-Z0-9]+)*")
_ACTIVITY = re.compile(r"A\.?([1-9]\d?)")
# I4.1.1 or I411, and a part such as E4.2.2-1; never half the dots.
_IMPACT_OR_EFFECT = re.compile(r"([IE])\.?(\d)(\.?)(\d)\3(\d)(-\d)?")
# What scans make of I: 14.1.1, 1421, l4.1.1, |4.1.1 and I14.1.1. There are seven life domains.
_SCANNED_IMPACT = re.compile(r"(?:I1|[1L|])\.?([1-7])(\.?)(\d)\2(\d)")

_LETTER = re.compile(r"(?:(?:EIGEN|KW)-)?([IEA])(?=[-.\d])")


def normalised_kpi_id(text: str) -> str | None:
    """Return the KPI id that `text` stands for; None if it is none or could be two (R04)."""
    bare = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper().rstrip(".")
    if _NOT_OF_THE_MODEL.fullmatch(bare):
        return bare
    if found := _ACTIVITY.fullmatch(bare):
        return f"A{found[1]}"
    if found := _IMPACT_OR_EFFECT.fullmatch(bare):
        return f"{found[1]}{found[2]}.{found[4]}.{found[5]}{found[6] or ''}"
    if found := _SCANNED_IMPACT.fullmatch(bare):
        return f"I{found[1]}.{found[3]}.{found[4]}"
    return None


def layer_of(kpi_id: str) -> str | None:
    """Return the layer that the letter of a KPI id says; None if an own id has no such letter."""
    found = _LETTER.match(kpi_id)
    return _LAYERS[found[1]] if found else None
