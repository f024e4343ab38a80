"""Finds what points at one person in a text that a person typed: BSN, e-mail, phone number, ..."""

import re
import unicodedata
from ipaddress import ip_address

from stdnum import iban

from ingest.bsn import holds_bsn, is_bsn
from ingest.characters import plain

BSN, EMAIL, PHONE = "mogelijk burgerservicenummer", "e-mailadres", "telefoonnummer"
IP_ADDRESS, IBAN = "IP-adres", "rekeningnummer"
IDENTITIES = (BSN, EMAIL, PHONE, IP_ADDRESS, IBAN)
NAME = "naam"

# What a heading says that stands above persons; the first that fits.
_PERSONAL_HEADERS = {
    "burgerservicenummer": r"\b(?:bsn|burgerservice(?:nummer|nr)|sofi[ -]?(?:nummer|nr))\b",
    EMAIL: r"\be-?mail(?:[ -]?ad+res)?\b",
    IP_ADDRESS: r"\bip[ -]?ad+ress?\b",
    PHONE: r"\b(?:telefoon|tel|mobiel)(?:[ -]?(?:nummer|nr))?\b|\bgsm\b|\bphone\b",
    IBAN: r"\biban\b|\b(?:bank)?rekening(?:nummer|nr)\b",
    "geboortedatum": r"\bgeb(?:oorte|\.)?[ -]?(?:datum|dag)\b|\bbirth[ -]?da(?:te|y)\b",
    "adres": r"\b(?:woon|post|huis)?adres\b|\bstraat(?:naam)?\b|\bhuisn(?:umme)?r\b|\baddress\b",
    NAME: r"\b(?:achter|voor|roep|geslachts|familie|gezins|meisjes|cliënt|client|deelnemer"
    r"|medewerker)?na(?:am|men)\b|\b(?:first|last|full|sur) ?name\b|^name$",
}
# These have a name too, and are nobody.
_THINGS = re.compile(
    r"\b(?:project|team|school|organisatie|activiteit|gemeente|wijk|buurt|product|dienst|werksoort"
    r"|locatie|instrument|lijst|groep|domein)"
)

# It begins where a word does: otherwise a long text takes the square of its length.
_EMAIL = re.compile(
    r"(?<![^\s@<>,;])[^\s@<>,;]+ ?(?:@|[(\[{] ?at ?[)\]}]) ?[^\s@<>,;]+[.,][a-z]{2,}", re.IGNORECASE
)
# Two digits more on either side make it a number, grouped by twos.
_DATE = re.compile(
    r"(?<![-/.])\b(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{4}-\d{2}-\d{2})\b(?![-/.]\d)"
)
# Nine digits after 0, +31 or 0031, however they are grouped; a mobile number also after a bare 31,
# and a foreign one after its plus.
_PHONE = re.compile(
    r"(?<!\w)(?:(?:(?:\+|00)\s?31[\s.-]{0,2}(?:\(0\)\s?)?|\(?0)[1-9](?:[\s./()-]{0,3}\d){8}"
    r"|31[\s.-]?6(?:[\s.-]?\d){8}|\+[1-9](?:[\s./()-]{0,3}\d){8,13})(?!\d)"
)
_IBAN = re.compile(
    r"(?<![^\W_])[A-Z]{2}\d{2}(?:[ .-]?[A-Z0-9]{4}){2,7}(?:[ .-]?[A-Z0-9]{1,3})?", re.IGNORECASE
)
_IP_V4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_IP_V6 = re.compile(r"(?<![\w:])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:])", re.IGNORECASE)
_IN_FILE_NAME = re.compile(r"(?<!\d)\d(?:[ .-]?\d){7,8}(?!\d)")
_WORD = re.compile(r"[^\W\d_]{2,}")


def identity_in(text: str) -> str | None:
    """Return the kind of identity that stands in a text, or None; never the identity itself.

    A phone number is a Dutch one. Names cannot be recognised, so they are not looked for.
    """
    text = plain(text)
    if _EMAIL.search(text):
        return EMAIL
    if any(_is_iban(found) for found in _IBAN.findall(text)):
        return IBAN
    if any(_is_ip_address(found) for found in _IP_V4.findall(text) + _IP_V6.findall(text)):
        return IP_ADDRESS
    # A date and a time in a row have as many digits as a phone number.
    without_dates = _DATE.sub(" - ", text)
    if _PHONE.search(without_dates):
        return PHONE
    return BSN if holds_bsn(without_dates) else None


def personal_header(header: str) -> str | None:
    """Return what kind of personal data a heading promises, or None when it promises none."""
    words = " ".join(unicodedata.normalize("NFKC", header).casefold().split())
    kinds = (kind for kind, pattern in _PERSONAL_HEADERS.items() if re.search(pattern, words))
    kind = next(kinds, None)
    return None if kind == NAME and _THINGS.search(words) else kind


def mask_file_name(name: str, declared: str) -> str:
    """Return a file name with asterisks for what may point at a person; a date stays as it is.

    `declared` is the name that the contract expects: words that are not in it may be a person.
    """
    expected = {word.casefold() for word in _WORD.findall(declared)}

    def mask_word(found: re.Match[str]) -> str:
        return found.group() if found.group().casefold() in expected else _mask(found)

    return _WORD.sub(mask_word, without_identities(name))


def without_identities(name: str) -> str:
    """Return a file name with asterisks for a BSN, e-mail address, phone number or IBAN."""

    def mask_number(found: re.Match[str]) -> str:
        return _mask(found) if is_bsn(re.sub(r"\D", "", found.group())) else found.group()

    # An underscore is part of a word to a pattern, and parts words in a file name.
    masked = name.replace("_", " ")
    for pattern in (_EMAIL, _IBAN, _PHONE):
        masked = pattern.sub(_mask, masked)
    masked = _IN_FILE_NAME.sub(mask_number, masked)
    return "".join(
        "_" if old == "_" and new == " " else new for old, new in zip(name, masked, strict=True)
    )


def _mask(found: re.Match[str]) -> str:
    return "*" * len(found.group())


def _is_iban(text: str) -> bool:
    """Say whether this, or the start of it up to a space, is an IBAN: words may stand behind it."""
    parts = re.split(r"[ .-]", text)
    return any(
        iban.is_valid("".join(parts[:end]), check_country=False) for end in range(1, len(parts) + 1)
    )


def _is_ip_address(text: str) -> bool:
    # 1.2.3.4 is a version or a paragraph, 9::5 a score.
    if not re.search(r"[0-9a-f]{3}|\d\d\.|\.\d\d", text, re.IGNORECASE):
        return False
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
