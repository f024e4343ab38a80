"""Finds what points at one person in a text that a person typed: BSN, e-mail, phone number."""

import re
import unicodedata

from ingest.bsn import holds_bsn

BSN, EMAIL, PHONE = "burgerservicenummer", "e-mailadres", "telefoonnummer"

_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[a-z]{2,}", re.IGNORECASE)
_DATE = re.compile(r"\b(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}-\d{2}-\d{2})\b")
# Nine digits after 0, +31 or 0031, however they are grouped.
_PHONE = re.compile(
    r"(?<!\w)(?:(?:\+|00)\s?31[\s.-]{0,2}(?:\(0\)\s?)?|\(?0)[1-9](?:[\s.()-]{0,3}\d){8}(?!\d)"
)


def identity_in(text: str) -> str | None:
    """Return the kind of identity that stands in a text, or None; never the identity itself.

    A phone number is a Dutch one. Names cannot be recognised, so they are not looked for.
    """
    plain = unicodedata.normalize("NFKC", text)
    if _EMAIL.search(plain):
        return EMAIL
    # A date and a time in a row have as many digits as a phone number.
    without_dates = _DATE.sub(" - ", plain)
    if _PHONE.search(without_dates):
        return PHONE
    return BSN if holds_bsn(without_dates) else None
