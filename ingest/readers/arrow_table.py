"""Reads the result of a database query, kept as an Arrow stream, as text without loss."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from ingest.columns import map_distinct
from ingest.contracts import Column, SourceContract
from ingest.dutch import AMSTERDAM
from ingest.readers import BATCH_ROWS, ReadError, TextBatch, TextTable, header_key

ToText = Callable[[pa.Array], pa.StringArray]

_MOMENT = "%Y-%m-%d %H:%M:%S"
# Python, and with it our dates, knows the years 1 to 9999; a database also infinity and B.C.
_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
_DAY_IN_MICROSECONDS = 86_400_000_000
# Stands for a moment outside those years, so that it is rejected as no date, never as empty.
_NO_DAY = "buiten bereik"
# An amount in cents, without saying how many decimals it has.
_AMBIGUOUS = b"money"


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read the rows of a query; row 1 is the first row of its result.

    A date, or a moment that the contract wants as a date, is written in the date format of the
    contract, numbers with its decimal sign, moments with a time zone as they were in Amsterdam.
    A column of a type that has no one text is refused by name, if the contract keeps it.
    """
    stream = pa.ipc.open_stream(pa.PythonFile(data, mode="r"))
    wanted: dict[str, list[Column]] = {}
    for column in contract.landed_columns:
        for source in column.sources:
            wanted.setdefault(header_key(source), []).append(column)
    to_text = [
        _to_text(field, wanted.get(header_key(field.name), []), contract) for field in stream.schema
    ]
    return TextTable(tuple(stream.schema.names), _batches(stream, to_text))


def _batches(stream: pa.RecordBatchReader, to_text: list[ToText]) -> Iterator[TextBatch]:
    rows_read = 0
    for batch in stream:
        for start in range(0, len(batch), BATCH_ROWS):
            rows = batch.slice(start, BATCH_ROWS)
            numbers = pa.array(range(rows_read + 1, rows_read + len(rows) + 1), pa.int64())
            rows_read += len(rows)
            yield TextBatch(
                row_numbers=numbers,
                columns=tuple(
                    convert(values) for convert, values in zip(to_text, rows.columns, strict=True)
                ),
            )


def _to_text(field: pa.Field, columns: list[Column], contract: SourceContract) -> ToText:
    """Return what writes the values of this field as text."""
    if not columns:
        return lambda values: pa.nulls(len(values), pa.string())
    kind, decimal = field.type, contract.decimal_separator
    if pa.types.is_string(kind):
        return lambda values: values
    if (field.metadata or {}).get(b"POSTGRESQL:type") == _AMBIGUOUS:
        raise _refusal(field)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return lambda values: values.cast(pa.string())
    if pa.types.is_floating(kind):
        return lambda values: _numbers(values.cast(pa.string()), decimal)
    if _is_numeric(kind):
        return lambda values: _numbers(values.storage, decimal)
    if isinstance(kind, pa.UuidType):
        return lambda values: pa.array(map(_text_or_none, values.to_pylist()), pa.string())
    if pa.types.is_time(kind):
        return lambda values: values.cast(pa.string())
    if pa.types.is_date(kind):
        return lambda values: _days(values, contract.date_format)
    if pa.types.is_timestamp(kind):
        is_day = any(_is_day(column, field.name) for column in columns)
        return lambda values: _moments(values, contract.date_format if is_day else None)
    raise _refusal(field)


def _refusal(field: pa.Field) -> ReadError:
    declared = (field.metadata or {}).get(b"POSTGRESQL:type", b"").decode() or str(field.type)
    return ReadError(
        f"kolom '{field.name}' heeft type {declared.lstrip('_')}, dat niet op een manier tekst "
        f"wordt. Schrijf in de query wat bedoeld is, bijvoorbeeld met {field.name}::text of "
        "::numeric"
    )


def _is_numeric(kind: pa.DataType) -> bool:
    return isinstance(kind, pa.OpaqueType) and kind.type_name == "numeric"


def _is_day(column: Column, source: str) -> bool:
    """Say whether the contract reads this source as a date, or as a moment."""
    if column.transform == "match_token":
        return header_key(column.sources[-1]) == header_key(source)
    return column.logical_type == "date" or column.transform in ("year_of_date", "seconds_between")


def _numbers(texts: pa.StringArray, decimal: str) -> pa.StringArray:
    """Return numbers in full, 1e-05 as 0.00001, with the decimal sign of the contract."""

    def in_full(text: str) -> str:
        if "e" in text.casefold():
            text = format(Decimal(text), "f")
        return text.replace(".", decimal)

    return map_distinct(texts, in_full, pa.string())


def _days(values: pa.Date32Array, date_format: str) -> pa.StringArray:
    days = values.cast(pa.int32())
    texts = pc.strftime(values, format=date_format)
    return _in_range(texts, days, _FIRST_DAY, _LAST_DAY)


def _moments(values: pa.TimestampArray, date_format: str | None) -> pa.StringArray:
    """Return moments in this format, or in full when it is None."""
    instants = values.cast(pa.timestamp("us", values.type.tz)).cast(pa.int64())
    if values.type.tz:
        values = values.cast(pa.timestamp("us", str(AMSTERDAM)))
    if date_format:
        # Arrow writes the fraction of a second with %S, which no date format knows.
        whole = pc.floor_temporal(values, unit="second")
        values = whole.cast(pa.timestamp("s", values.type.tz))
    texts = pc.strftime(values, format=date_format or _MOMENT)
    first, last = _FIRST_DAY * _DAY_IN_MICROSECONDS, (_LAST_DAY + 1) * _DAY_IN_MICROSECONDS - 1
    return _in_range(texts, instants, first, last)


def _in_range(texts: pa.StringArray, numbers: pa.Array, first: int, last: int) -> pa.StringArray:
    fits = pc.and_(pc.greater_equal(numbers, first), pc.less_equal(numbers, last))
    return pc.if_else(fits, texts, _NO_DAY)


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(value)
