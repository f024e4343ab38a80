"""What a cell of text means by its contract: a value, or a reason why it cannot be one."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc

from ingest.columns import map_distinct, may_hold
from ingest.contracts import Column, SourceContract
from ingest.dutch import AMSTERDAM, without_names
from ingest.identities import IDENTITIES
from ingest.raw_tables import arrow_type
from ingest.readers import header_key

# The fixed reasons of rejection; they never hold a value.
NO_DATE = "geen datum"
NO_NUMBER = "geen getal"
NO_INTEGER = "geen geheel getal"
TOO_MANY_DECIMALS = "te veel decimalen"
UNKNOWN_CODE = "onbekende code"
CODE_NOT_ON_DATE = "code gold niet op deze datum"
UNKNOWN_ANSWER = "onbekend antwoord"
SEVERAL_ANSWERS = "meer dan een antwoord"
REQUIRED_EMPTY = "verplicht en leeg"
EXCEL_ERROR = "foutwaarde van Excel"
NO_RESULT = "formule zonder uitkomst"
ROUNDED_NUMBER = "afgerond getal"
STRAY_DATE = "datum waar geen datum hoort"
MERGED_CELLS = "samengevoegde cellen"
NOT_A_WHOLE_NUMBER = "nummer met decimalen"
PERSON_NAME = "naam van een persoon"
FREE_TEXT = "vrije tekst"
REASONS = frozenset(
    (
        NO_DATE,
        NO_NUMBER,
        NO_INTEGER,
        TOO_MANY_DECIMALS,
        UNKNOWN_CODE,
        UNKNOWN_ANSWER,
        SEVERAL_ANSWERS,
        REQUIRED_EMPTY,
        EXCEL_ERROR,
        NO_RESULT,
        ROUNDED_NUMBER,
        STRAY_DATE,
        MERGED_CELLS,
        NOT_A_WHOLE_NUMBER,
        CODE_NOT_ON_DATE,
        PERSON_NAME,
        FREE_TEXT,
        *IDENTITIES,
    )
)

# As a workbook has them, and as Dutch Excel shows and exports them.
ERRORS_OF_EXCEL = (
    r"#(?:N/A|N/B|REF!|VERW!|VALUE!|WAARDE!|DIV/0!|DEEL/0!|NAME\?|NAAM\?|NUM!|GETAL!|NULL!|LEEG!"
    r"|SPILL!|OVERLOOP!|CALC!|BEREKENEN!|FIELD!|VELD!|BLOCKED!|CONNECT!|BUSY!|UNKNOWN!|GETTING_DATA)"
)
# A column that was too narrow, and a number of which only the first digits are left.
_TOO_NARROW, _IN_POWERS = "^##+$", r"^-?\d(?:[.,]\d+)?[eE]\+\d{2,3}$"
_IN_LOST, _IN_DECIMALS = b"#+", b".,"
_SIGNS_ALONE = r"^(?:[^\PP#]|\s|#$)+$"
_WITH_DECIMALS = r"^\d+[.,]\d{1,2}$"

_REMEMBERED_DATES = 50_000
# The number before the words of an answer, and whatever stands between.
_ANSWER_NUMBER = re.compile(r"^(\d{1,2}) ?[.):–—-]? ?(?=[^\W\d_])")
# What lies outside is a slip of the pen such as 0202, or a way to say 'never'.
_FIRST_YEAR, _LAST_YEAR = 1850, 2200
_MONTHS = 12
_EXCEL_EPOCH = date(1899, 12, 30)
# A moment has a fraction of a day behind it.
_EXCEL_SERIAL = re.compile(r"([1-9]\d{1,5})(?:[.,]\d+)?", re.ASCII)
# Below this Excel counts a 29 February 1900 that never was.
_FIRST_EXCEL_SERIAL = 61
_UNKNOWN_DAY_OR_MONTH = re.compile(r"(?<!\d)00(?!\d)")

# The columns with codes of areas: what stands before the digits, and how many digits there are.
_AREA_CODES = {"GM": 4, "WK": 6, "BU": 8}
_AREA_COLUMNS = {
    "municipality_code": ("GM",),
    "wijk_code": ("WK",),
    "buurt_code": ("BU",),
    "area_code": ("GM", "WK", "BU"),
}
_AREA_CODE = re.compile(r"(GM|WK|BU)?(\d+)", re.ASCII | re.IGNORECASE)


# Stands in landing, before the reason, for a cell that did not fit: what was in it is not kept.
_REJECTED = "\ufffd"
_MARKS = pa.array([_REJECTED + reason for reason in sorted(REASONS)])


class BadCell(ValueError):
    """A cell that its column cannot hold; the text is one of the fixed reasons."""


@dataclass(frozen=True)
class ParsedColumn:
    """The values of one column and, for every cell that does not fit, the reason (else null)."""

    values: pa.Array
    reasons: pa.StringArray


def parse_column(texts: pa.StringArray, column: Column, contract: SourceContract) -> ParsedColumn:
    """Give the cells of one trimmed column their type; a cell that does not fit becomes null."""
    parse = cell_parser(column, contract)
    if parse is None:
        values, reasons = _without_marks(texts)
    else:
        values, reasons = _parse_distinct(texts, parse, _value_type(column, contract))
    if column.required:
        # A filled cell may mean nothing too, such as the date that says 'no end'.
        is_empty = pc.and_(pc.is_null(values), pc.is_null(reasons))
        reasons = pc.if_else(is_empty, REQUIRED_EMPTY, reasons)
    return ParsedColumn(values, reasons)


def bad_cell(reason: str) -> str:
    """Return the mark that stands in landing for a cell that was wrong for this reason."""
    return _REJECTED + reason


def rejection(text: str) -> str | None:
    """Return in Dutch why a cell in landing was rejected, or None if it was not."""
    return f"afgekeurd: {text.removeprefix(_REJECTED)}" if text.startswith(_REJECTED) else None


def bad_cells(texts: pa.StringArray) -> pa.StringArray | None:
    """Return the marks of bad cells among these texts, and null elsewhere; None without any.

    A text of the supplier that begins as a mark does is none: a mark has one of the fixed reasons.
    """
    if not pc.any(pc.starts_with(texts, _REJECTED)).as_py():
        return None
    return pc.if_else(pc.is_in(texts, value_set=_MARKS), texts, pa.scalar(None, pa.string()))


def without_bad_cells(texts: pa.StringArray, reasons: pa.StringArray) -> pa.StringArray:
    """Return the texts with a mark in the place of every filled cell that has a reason.

    The mark is read back by parse_column as the same reason, so landing needs no second list.
    """
    if reasons.null_count == len(reasons):
        return texts
    bad = pc.and_(pc.is_valid(reasons), pc.is_valid(texts))
    return pc.if_else(bad, pc.binary_join_element_wise(_REJECTED, reasons, ""), texts)


def without_signs_alone(texts: pa.StringArray) -> pa.StringArray:
    """Return texts with null for a cell of only signs, such as '-': nothing was filled in."""
    is_nothing = pc.match_substring_regex(texts, _SIGNS_ALONE)
    return pc.if_else(is_nothing, pa.scalar(None, pa.string()), texts)


def lost_values(texts: pa.StringArray) -> pa.StringArray:
    """Return for every cell in which a spreadsheet left something else than its value why."""
    nothing = pa.scalar(None, pa.string())
    if not may_hold(texts, _IN_LOST):
        return pa.nulls(len(texts), pa.string())
    is_error = pc.match_substring_regex(texts, f"^{ERRORS_OF_EXCEL}$|{_TOO_NARROW}")
    is_rounded = pc.match_substring_regex(texts, _IN_POWERS)
    return pc.if_else(is_error, EXCEL_ERROR, pc.if_else(is_rounded, ROUNDED_NUMBER, nothing))


def unfit_identifiers(texts: pa.StringArray) -> pa.StringArray:
    """Return for every cell that is no number of a person, although it is filled, why not.

    Of 4.0 nobody can say whether it is 4, or 40 with a point in it.
    """
    if not may_hold(texts, _IN_DECIMALS):
        return lost_values(texts)
    has_decimals = pc.match_substring_regex(texts, _WITH_DECIMALS)
    return pc.if_else(has_decimals, NOT_A_WHOLE_NUMBER, lost_values(texts))


def _without_marks(texts: pa.StringArray) -> tuple[pa.StringArray, pa.StringArray]:
    marks = bad_cells(texts)
    if marks is None:
        return texts, pa.nulls(len(texts), pa.string())
    values = pc.if_else(pc.is_valid(marks), pa.scalar(None, pa.string()), texts)
    return values, pc.utf8_slice_codeunits(marks, len(_REJECTED))


def _parse_distinct(
    texts: pa.StringArray, parse: Callable[[str], Any], to: pa.DataType
) -> tuple[pa.Array, pa.StringArray]:
    reasons: dict[str, str] = {}

    def attempt(text: str) -> Any:
        # A delivered cell may begin with the same character; only our own reasons are believed.
        if text[:1] == _REJECTED and text[1:] in REASONS:
            reasons[text] = text[1:]
            return None
        try:
            return parse(text)
        except BadCell as bad:
            reasons[text] = str(bad)
            return None

    values = map_distinct(texts, attempt, to)
    if not reasons:
        return values, pa.nulls(len(texts), pa.string())
    return values, map_distinct(texts, reasons.get, pa.string())


def _value_type(column: Column, contract: SourceContract) -> pa.DataType:
    return arrow_type(contract.table.all_columns[column.raw_name])


def cell_parser(column: Column, contract: SourceContract) -> Callable[[str], Any] | None:
    """Return the function that reads one cell of this column, or None if any text will do."""
    if column.classification != "keep":
        # A year or area is ours by now, whatever the dialect of the supplier; a token is text.
        is_integer = column.logical_type == "integer"
        return number_parser(",", "", _value_type(column, contract)) if is_integer else None
    if column.is_question:
        return answer_parser(dict(column.codes))
    if column.codes:
        return code_parser(dict(column.codes), column.logical_type)
    if column.logical_type == "date":
        return date_parser(
            contract.date_format, contract.excel_serial_dates, contract.open_end_date
        )
    if column.logical_type in ("integer", "number"):
        to = _value_type(column, contract)
        return number_parser(contract.decimal_separator, contract.thousands_separator, to)
    if kinds := _AREA_COLUMNS.get(column.name):
        return area_parser(kinds)
    return None


def code_parser(codes: dict[str, str], logical_type: str) -> Callable[[str], Any]:
    """Return a parser from the supplier's words to our codes; case and odd spaces do not count.

    A word whose code is empty, such as ONBEKEND, means that nothing was filled in.
    """
    meaning = {word: _meaning(code, logical_type) for word, code in codes.items()}

    def parse(text: str) -> Any:
        word = header_key(text)
        if word not in meaning:
            raise BadCell(UNKNOWN_CODE)
        return meaning[word]

    return parse


def codes_on_date(
    texts: pa.StringArray, days: pa.Date32Array, column: Column, contract: SourceContract
) -> ParsedColumn:
    """Give words that parse_column knows the code that held on the day of their row.

    A row without a day has only codes that always hold.
    """
    to = _value_type(column, contract)
    words = map_distinct(texts, header_key, pa.string())
    values, is_known = pa.nulls(len(texts), to), pa.repeat(False, len(texts))
    for each in column.dated_codes:
        holds = pc.equal(words, each.word)
        if each.valid_from:
            holds = pc.and_(holds, pc.greater_equal(days, each.valid_from))
        if each.valid_until:
            holds = pc.and_(holds, pc.less_equal(days, each.valid_until))
        code = pa.scalar(_meaning(each.code, column.logical_type), to)
        holds = pc.fill_null(holds, False)
        values, is_known = pc.if_else(holds, code, values), pc.or_(is_known, holds)
    is_wrong = pc.and_(pc.is_valid(texts), pc.invert(is_known))
    return ParsedColumn(
        values, pc.if_else(is_wrong, CODE_NOT_ON_DATE, pa.scalar(None, pa.string()))
    )


def _meaning(code: str, logical_type: str) -> Any:
    if not code:
        return None
    match logical_type:
        case "boolean":
            return code == "true"
        case "integer":
            return int(code)
    return code


def answer_parser(codes: dict[str, str]) -> Callable[[str], str]:
    """Return a parser from answer texts to answer codes; a question has one answer (R14).

    A survey tool that allows several answers writes 'A;B;' in one cell, and 'A;' for only A. A
    numbered answer is the same with another sign behind its number: '4.Goed', '4 - Goed'.
    """
    numbered: dict[str, set[str]] = defaultdict(set)
    for word, code in codes.items():
        numbered[_with_plain_number(word)].add(code)

    def parse(text: str) -> str:
        word = header_key(text)
        alone = word.removesuffix(";")
        if code := codes.get(word) or codes.get(alone):
            return code
        meant = numbered.get(_with_plain_number(alone), ())
        if len(meant) != 1:
            is_list = word.endswith(";") and ";" in alone
            raise BadCell(SEVERAL_ANSWERS if is_list else UNKNOWN_ANSWER)
        return next(iter(meant))

    return parse


def _with_plain_number(word: str) -> str:
    return _ANSWER_NUMBER.sub(r"\1 ", word)


@cache
def date_parser(
    date_format: str, excel_serial_dates: bool = False, open_end: date | None = None
) -> Callable[[str], date | None]:
    """Return a parser of dates in exactly this format; a time in the format is left out.

    1-2-2026 is read by %d-%m-%Y; without separators, as in %Y%m%d, every digit must be there. Names
    of months and days are Dutch or English.
    `open_end` is the date that says 'no end' and so is none. A moment with its distance to UTC is
    the day that it then was in Amsterdam.
    """
    all_digits = re.search(r"%\w%[^z\W]", date_format) is not None
    numbered_format, in_numbers = without_names(date_format)

    # A few thousand days come back in every file of a night.
    @lru_cache(maxsize=_REMEMBERED_DATES)
    def parse(text: str) -> date | None:
        if excel_serial_dates and (serial := _EXCEL_SERIAL.fullmatch(text)):
            found = _EXCEL_EPOCH + timedelta(days=int(serial[1]))
            is_right = int(serial[1]) >= _FIRST_EXCEL_SERIAL
        else:
            found, is_right = written_date(text)
        if open_end is not None and found == open_end:
            return None
        if not is_right or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
            raise BadCell(NO_DATE)
        return found

    def written_date(text: str) -> tuple[date, bool]:
        text = in_numbers(_usual_characters(text))
        try:
            moment = datetime.strptime(text, numbered_format)
        except ValueError:
            raise BadCell(NO_DATE) from None
        is_right = not all_digits or moment.strftime(numbered_format) == text
        if moment.tzinfo is not None:
            moment = moment.astimezone(AMSTERDAM)
        return moment.date(), is_right

    return parse


def moment_parser(
    date_format: str, excel_serial_dates: bool = False
) -> Callable[[str], int | None]:
    """Return a parser of moments in exactly this format, to seconds; what is no moment is None.

    A moment without its distance to UTC is one in Amsterdam.
    """

    def parse(text: str) -> int | None:
        if excel_serial_dates and _EXCEL_SERIAL.fullmatch(text):
            days = timedelta(days=float(text.replace(",", ".")))
            moment = datetime.combine(_EXCEL_EPOCH, time()) + days
        else:
            try:
                moment = datetime.strptime(_usual_characters(text), date_format)
            except ValueError:
                return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=AMSTERDAM)
        return round(moment.timestamp())

    return parse


@dataclass(frozen=True)
class DateOrder:
    """What dates say of their own order: which fit only with day and month the other way round.

    `is_proven` says that one has a day above twelve as the contract says it.
    """

    turned: frozenset[str] = frozenset()
    is_proven: bool = False

    def with_more(self, texts: pa.StringArray, date_format: str) -> "DateOrder":
        """Return what these dates say as well."""
        if self.is_proven or not {"%d", "%m"} <= set(re.findall("%[dm]", date_format)):
            return self
        other = re.sub("%[dm]", lambda sign: "%m" if sign[0] == "%d" else "%d", date_format)
        as_declared, other_way_round = date_parser(date_format), date_parser(other)
        turned = set(self.turned)
        for text in texts.unique().drop_null().to_pylist():
            try:
                if cast(date, as_declared(text)).day > _MONTHS:
                    return DateOrder(is_proven=True)
            except BadCell:
                with suppress(BadCell):
                    other_way_round(text)
                    turned.add(text)
        return DateOrder(frozenset(turned))

    @property
    def is_turned(self) -> bool:
        """Say whether all dates are the other way round; one may be a slip of the pen."""
        return not self.is_proven and len(self.turned) > 1


def year_parser(date_format: str, excel_serial_dates: bool = False) -> Callable[[str], int]:
    """Return a parser of the year of a date; 00-00-1980 has one, although it is no date."""
    parse = date_parser(date_format, excel_serial_dates)

    def parse_year(text: str) -> int:
        try:
            found = parse(text)
        except BadCell:
            found = parse(_UNKNOWN_DAY_OR_MONTH.sub("01", text))
        # Without a date that says 'no end' every date is one.
        return cast(date, found).year

    return parse_year


def number_parser(decimal: str, thousands: str, to: pa.DataType) -> Callable[[str], Any]:
    """Return a parser of numbers with exactly these signs, for an integer or decimal type.

    A minus may stand behind the number; an amount may have one euro sign, before or behind it.
    Nothing is rounded: more decimals than the type holds is a bad cell.
    """
    whole = pa.types.is_integer(to)
    # 0.500 has no thousands: it is written by another rule.
    grouped = rf"|[1-9]\d{{,2}}(?:{re.escape(thousands)}\d{{3}})+" if thousands else ""
    before, behind = ("-?", "-?") if whole else ("-?|-?€ ?|€ ?-", "-?| ?€")
    pattern = re.compile(
        rf"({before})(\d+{grouped})(?:{re.escape(decimal)}(\d+))?({behind})", re.ASCII
    )
    reason = NO_INTEGER if whole else NO_NUMBER
    scale = 0 if whole else to.scale
    limit = 2 ** (to.bit_width - 1) if whole else 10 ** (to.precision - to.scale)

    def parse(text: str) -> Any:
        matched = pattern.fullmatch(_usual_characters(text))
        if matched is None:
            raise BadCell(reason)
        before, units, decimals, behind = matched.groups("")
        signs = before + behind
        if signs.count("-") > 1 or signs.count("€") > 1:
            raise BadCell(reason)
        sign = "-" if "-" in signs else ""
        units = units.replace(thousands, "") if thousands else units
        if len(decimals.rstrip("0")) > scale:
            raise BadCell(reason if whole else TOO_MANY_DECIMALS)
        if int(units) >= limit:
            raise BadCell(reason)
        if whole:
            return int(sign + units)
        return Decimal(f"{sign}{units}.{decimals or '0'}").quantize(Decimal(1).scaleb(-scale))

    return parse


def area_parser(kinds: tuple[str, ...]) -> Callable[[str], str]:
    """Return a parser that writes area codes as CBS does: 0344 and 344 are GM0344.

    The number of digits tells a municipality, wijk and buurt apart; a leading zero may be lost.
    What is no such code stays as it is: a check compares it with the codes of that year.
    """

    def parse(text: str) -> str:
        matched = _AREA_CODE.fullmatch(text)
        if matched is None:
            return text
        given, digits = (matched[1] or "").upper(), matched[2]
        for kind in kinds:
            length = _AREA_CODES[kind]
            has_lost_zero = len(digits) == length - 1 and digits[0] != "0"
            is_short = kind == "GM" and len(digits) < length
            is_code = len(digits) == length or has_lost_zero or is_short
            if is_code and given in ("", kind):
                return kind + digits.zfill(length)
        return text

    return parse


def _usual_characters(text: str) -> str:
    """Return a number or date in ASCII where it has other digits, spaces or another minus.

    Not where it has a raised or circled digit: that is no part of a number.
    """
    if text.isascii() or any(unicodedata.category(sign) == "No" for sign in text):
        return text
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-")
