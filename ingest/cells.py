"""What a cell of text means by its contract: a value, or a reason why it cannot be one."""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ingest.columns import map_distinct
from ingest.contracts import Column, SourceContract
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

_REMEMBERED_DATES = 50_000
# The number before the words of an answer, and whatever stands between.
_ANSWER_NUMBER = re.compile(r"^(\d{1,2}) ?[.):–—-]? ?(?=[^\W\d_])")
_EXCEL_EPOCH = date(1899, 12, 30)
# A moment has a fraction of a day behind it.
_EXCEL_SERIAL = re.compile(r"([1-9]\d{0,5})(?:[.,]\d+)?")


# Stands in landing, before the reason, for a cell that did not fit: what was in it is not kept.
_REJECTED = "\ufffd"


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
        values, reasons = texts, pa.nulls(len(texts), pa.string())
    else:
        values, reasons = _parse_distinct(texts, parse, _value_type(column, contract))
    if column.required:
        reasons = pc.if_else(pc.is_null(texts), REQUIRED_EMPTY, reasons)
    return ParsedColumn(values, reasons)


def bad_cell(reason: str) -> str:
    """Return the mark that stands in landing for a cell that was wrong for this reason."""
    return _REJECTED + reason


def rejection(text: str) -> str | None:
    """Return in Dutch why a cell in landing was rejected, or None if it was not."""
    return f"afgekeurd: {text.removeprefix(_REJECTED)}" if text.startswith(_REJECTED) else None


def without_bad_cells(texts: pa.StringArray, reasons: pa.StringArray) -> pa.StringArray:
    """Return the texts with a mark in the place of every filled cell that has a reason.

    The mark is read back by parse_column as the same reason, so landing needs no second list.
    """
    if reasons.null_count == len(reasons):
        return texts
    bad = pc.and_(pc.is_valid(reasons), pc.is_valid(texts))
    return pc.if_else(bad, pc.binary_join_element_wise(_REJECTED, reasons, ""), texts)


def _parse_distinct(
    texts: pa.StringArray, parse: Callable[[str], Any], to: pa.DataType
) -> tuple[pa.Array, pa.StringArray]:
    reasons: dict[str, str] = {}

    def attempt(text: str) -> Any:
        if text.startswith(_REJECTED):
            reasons[text] = text.removeprefix(_REJECTED)
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
        return date_parser(contract.date_format, contract.excel_serial_dates)
    if column.logical_type in ("integer", "number"):
        to = _value_type(column, contract)
        return number_parser(contract.decimal_separator, contract.thousands_separator, to)
    return None


def code_parser(codes: dict[str, str], logical_type: str) -> Callable[[str], Any]:
    """Return a parser from the supplier's words to our codes; case and odd spaces do not count."""
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
    values = pa.nulls(len(texts), to)
    for each in column.dated_codes:
        holds = pc.equal(words, each.word)
        if each.valid_from:
            holds = pc.and_(holds, pc.greater_equal(days, each.valid_from))
        if each.valid_until:
            holds = pc.and_(holds, pc.less_equal(days, each.valid_until))
        code = pa.scalar(_meaning(each.code, column.logical_type), to)
        values = pc.if_else(pc.fill_null(holds, False), code, values)
    is_wrong = pc.and_(pc.is_valid(texts), pc.is_null(values))
    return ParsedColumn(
        values, pc.if_else(is_wrong, CODE_NOT_ON_DATE, pa.scalar(None, pa.string()))
    )


def _meaning(code: str, logical_type: str) -> Any:
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
def date_parser(date_format: str, excel_serial_dates: bool = False) -> Callable[[str], date]:
    """Return a parser of dates in exactly this format; a time in the format is left out.

    1-2-2026 is read by %d-%m-%Y; without separators, as in %Y%m%d, every digit must be there.
    """
    all_digits = re.search(r"%\w%\w", date_format) is not None

    # A few thousand days come back in every file of a night.
    @lru_cache(maxsize=_REMEMBERED_DATES)
    def parse(text: str) -> date:
        if excel_serial_dates and (serial := _EXCEL_SERIAL.fullmatch(text)):
            return _EXCEL_EPOCH + timedelta(days=int(serial[1]))
        try:
            moment = datetime.strptime(text, date_format)
        except ValueError:
            raise BadCell(NO_DATE) from None
        if all_digits and moment.strftime(date_format) != text:
            raise BadCell(NO_DATE)
        return moment.date()

    return parse


def number_parser(decimal: str, thousands: str, to: pa.DataType) -> Callable[[str], Any]:
    """Return a parser of numbers with exactly these signs, for an integer or decimal type.

    Nothing is rounded: more decimals than the type holds is a bad cell.
    """
    grouped = rf"|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+" if thousands else ""
    pattern = re.compile(rf"(-?)(\d+{grouped})(?:{re.escape(decimal)}(\d+))?", re.ASCII)
    whole = pa.types.is_integer(to)
    reason = NO_INTEGER if whole else NO_NUMBER
    scale = 0 if whole else to.scale
    limit = 2 ** (to.bit_width - 1) if whole else 10 ** (to.precision - to.scale)

    def parse(text: str) -> Any:
        matched = pattern.fullmatch(text)
        if matched is None:
            raise BadCell(reason)
        sign, units, decimals = matched.groups("")
        units = units.replace(thousands, "") if thousands else units
        if len(decimals.rstrip("0")) > scale:
            raise BadCell(reason if whole else TOO_MANY_DECIMALS)
        if int(units) >= limit:
            raise BadCell(reason)
        if whole:
            return int(sign + units)
        return Decimal(f"{sign}{units}.{decimals or '0'}").quantize(Decimal(1).scaleb(-scale))

    return parse
