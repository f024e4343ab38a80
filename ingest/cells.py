"""What a cell of text means by its contract: a value, or a reason why it cannot be one."""

import re
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
from ingest.identities import IDENTITIES
from ingest.raw_tables import arrow_type
from ingest.readers import header_key

# The fixed reasons of rejection; they never hold a value.
NO_DATE = "geen datum"
NO_NUMBER = "geen getal"
NO_INTEGER = "geen geheel getal"
TOO_MANY_DECIMALS = "te veel decimalen"
UNKNOWN_CODE = "onbekende code"
UNKNOWN_ANSWER = "onbekend antwoord"
SEVERAL_ANSWERS = "meer dan een antwoord"
REQUIRED_EMPTY = "verplicht en leeg"
PERSON_NAME = "naam van een persoon"
FREE_TEXT = "vrije tekst"
_REASONS = frozenset(
    {
        NO_DATE,
        NO_NUMBER,
        NO_INTEGER,
        TOO_MANY_DECIMALS,
        UNKNOWN_CODE,
        UNKNOWN_ANSWER,
        SEVERAL_ANSWERS,
        REQUIRED_EMPTY,
        PERSON_NAME,
        FREE_TEXT,
        *IDENTITIES,
    }
)

_REMEMBERED_DATES = 50_000
_EXCEL_EPOCH = date(1899, 12, 30)
_EXCEL_SERIAL = re.compile(r"[1-9]\d{0,5}")


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
    if parse is None and not pc.any(pc.starts_with(texts, _REJECTED)).as_py():
        values, reasons = texts, pa.nulls(len(texts), pa.string())
    elif parse is None:
        values, reasons = _parse_distinct(texts, str, pa.string())
    else:
        values, reasons = _parse_distinct(texts, parse, _value_type(column, contract))
    if column.required:
        reasons = pc.if_else(pc.is_null(texts), REQUIRED_EMPTY, reasons)
    return ParsedColumn(values, reasons)


def bad_cell(reason: str) -> str:
    """Return the mark that stands in landing for a cell that was wrong for this reason."""
    return _REJECTED + reason


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
        # A supplier can deliver the sign itself: only what we put behind it is a reason.
        if text.startswith(_REJECTED) and text[1:] in _REASONS:
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
        return date_parser(contract.date_format, contract.excel_serial_dates)
    if column.logical_type in ("integer", "number"):
        to = _value_type(column, contract)
        return number_parser(contract.decimal_separator, contract.thousands_separator, to)
    return None


def code_parser(codes: dict[str, str], logical_type: str) -> Callable[[str], Any]:
    """Return a parser from the supplier's words to our codes; case and odd spaces do not count."""
    meaning: dict[str, Any] = dict(codes)
    if logical_type == "boolean":
        meaning = {word: code == "true" for word, code in codes.items()}
    elif logical_type == "integer":
        meaning = {word: int(code) for word, code in codes.items()}

    def parse(text: str) -> Any:
        word = header_key(text)
        if word not in meaning:
            raise BadCell(UNKNOWN_CODE)
        return meaning[word]

    return parse


def answer_parser(codes: dict[str, str]) -> Callable[[str], str]:
    """Return a parser from answer texts to answer codes; a question has one answer (R14).

    A survey tool that allows several answers writes 'A;B;' in one cell, and 'A;' for only A.
    """

    def parse(text: str) -> str:
        word = header_key(text)
        alone = word.removesuffix(";")
        if word not in codes and alone not in codes:
            is_list = word.endswith(";") and ";" in alone
            raise BadCell(SEVERAL_ANSWERS if is_list else UNKNOWN_ANSWER)
        return codes.get(word) or codes[alone]

    return parse


@cache
def date_parser(date_format: str, excel_serial_dates: bool = False) -> Callable[[str], date]:
    """Return a parser of dates in exactly this format; a time in the format is left out.

    1-2-2026 is read by %d-%m-%Y; without separators, as in %Y%m%d, every digit must be there.
    """
    all_digits = re.search(r"%\w%\w", date_format) is not None

    # A few thousand days come back in every file of a night.
    @lru_cache(maxsize=_REMEMBERED_DATES)
    def parse(text: str) -> date:
        if excel_serial_dates and _EXCEL_SERIAL.fullmatch(text):
            return _EXCEL_EPOCH + timedelta(days=int(text))
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
