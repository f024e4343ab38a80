"""How a sample file looks: its format and dialect, its header, and some of its cells as text."""

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from ingest.columns import INVISIBLE
from ingest.readers import ReadError, header_key
from ingest.readers.surveymonkey import SUMMARY
from ingest.readers.workbook import Cell, cell_text, is_blank, visible_sheets

_SAMPLE_BYTES = 2_000_000
_SAMPLE_ROWS = 1_000
_DELIMITERS = ";,\t|"
_DAYS = ("%d-%m-%Y", "%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d.%m.%Y")
_TIMES = ("", " %H:%M:%S", " %H:%M", " %I:%M:%S %p")
_DATE_FORMATS = tuple(day + time for time in _TIMES for day in _DAYS)
_WORKBOOK_DATES, _WORKBOOK_MOMENTS = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"
_FORMS_HEADERS = ({"begintijd", "start time"}, {"tijd van voltooien", "completion time"})
_SURVEYMONKEY_IDS = {"respondent id", "respondentid"}
# Headings as codes, and as full text.
_LIMESURVEY_STARTS = (
    ["id", "submitdate", "lastpage"],
    ["response id", "date submitted", "last page"],
)


class SampleError(Exception):
    """A sample that no contract can be drafted from; the message is Dutch, without values."""


@dataclass(frozen=True)
class SampleColumn:
    """One column of a sample: its heading and its cells, trimmed; blank cells are left out."""

    heading: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """What a sample file shows: its layout and dialect as a contract writes them."""

    file_name: str
    format: str
    layout: str
    columns: tuple[SampleColumn, ...]
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None

    @property
    def date_formats(self) -> tuple[str, ...]:
        """Return the formats that fit every date of the sample, the likeliest first."""
        if self.format != "csv":
            return (_WORKBOOK_DATES if self.layout == "table" else _WORKBOOK_MOMENTS,)
        fitting = Counter(
            date_format for column in self.columns for date_format in formats_of(column.cells)
        )
        most = max(fitting.values(), default=0)
        return tuple(form for form in _DATE_FORMATS if most and fitting[form] == most)


def read_sample(file: Path) -> Sample:
    """Read the start of a file, or raise SampleError when nothing can be made of it."""
    with file.open("rb") as opened:
        start = opened.read(_SAMPLE_BYTES)
    if not start:
        raise SampleError(f"{file.name} is leeg (0 bytes). Neem een levering met rijen.")
    if start.startswith(b"%PDF"):
        raise SampleError(
            f"{file.name} is een PDF. Een formulier heeft geen kolommen om een concept van te "
            "maken; zie docs/how-to/connect-a-survey.md."
        )
    if zipfile.is_zipfile(file):
        return _of_workbook(file)
    return _of_text(file.name, start)


def formats_of(cells: Sequence[str]) -> list[str]:
    """Return the date formats that fit all these cells, and none when they are no dates."""
    return [form for form in _DATE_FORMATS if cells and all(_is_date(cell, form) for cell in cells)]


def _is_date(text: str, date_format: str) -> bool:
    try:
        found = datetime.strptime(text, date_format)
    except ValueError:
        return False
    return 1900 <= found.year <= 2200 and (
        "%Y%m" not in date_format or found.strftime(date_format) == text
    )


def _of_text(file_name: str, start: bytes) -> Sample:
    encoding, text = _decoded(file_name, start)
    lines = text.splitlines()
    if len(start) == _SAMPLE_BYTES:
        # The last line of the part that was read is seldom whole.
        lines.pop()
    counts = {sign: [line.count(sign) for line in lines if line.strip()] for sign in _DELIMITERS}
    delimiter = max(counts, key=lambda sign: _regularity(counts[sign]))
    # Quoted texts may hold line ends, so that the rows are taken from the whole text again.
    rows = list(csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=delimiter))
    return _sample(file_name, "csv", rows, encoding=encoding, delimiter=delimiter)


def _decoded(file_name: str, start: bytes) -> tuple[str, str]:
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    marked = next((name for mark, name in marks.items() if start.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        # A character may be cut in two where the sample ends.
        for end in (len(start), len(start) - 1, len(start) - 2, len(start) - 3):
            try:
                return encoding, start[:end].decode(encoding)
            except UnicodeDecodeError:
                continue
    raise SampleError(
        f"{file_name} is geen tekst in UTF-8, UTF-16 of Windows-1252. Vraag de leverancier in "
        "welke tekencodering hij exporteert."
    )


def _regularity(counts: list[int]) -> tuple[float, int]:
    """Return how sure a sign is the delimiter: the same number of times in nearly every line."""
    [(count, lines)] = Counter(counts).most_common(1) or [(0, 0)]
    return (lines / len(counts) if count else 0.0, count)


def _of_workbook(file: Path) -> Sample:
    try:
        sheets = visible_sheets(file.read_bytes())
    except ReadError as error:
        raise SampleError(f"{file.name}: {error}.") from None
    if not sheets:
        raise SampleError(f"{file.name} heeft geen zichtbaar blad met gegevens.")
    name, cells = max(sheets.items(), key=lambda sheet: len(sheet[1]))
    rows = [[_text(cell) for cell in row] for row in cells]
    # A blank row keeps its number: the header row is told as a spreadsheet shows it.
    rows = [[] if is_blank(row) else texts for row, texts in zip(cells, rows, strict=True)]
    return _sample(file.name, "xlsx", rows, sheet=name if len(sheets) > 1 else None)


def _text(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.strftime(_WORKBOOK_DATES)
    return cell_text(cell, _WORKBOOK_DATES, ",") or ""


def _sample(
    file_name: str,
    format_: str,
    rows: list[list[str]],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Sample:
    rows = [[cell.strip(INVISIBLE) for cell in row] for row in rows]
    widths = Counter(_width(row) for row in rows if any(row))
    if not widths:
        raise SampleError(f"{file_name} heeft geen rijen. Neem een levering met rijen.")
    if len(SUMMARY.intersection(header_key(cell) for row in rows for cell in row)) > 1:
        raise SampleError(
            f"{file_name} is een samenvatting van SurveyMonkey, zonder de antwoorden per persoon. "
            "Kies bij het exporteren 'All responses data'."
        )
    width = max(widths, key=lambda each: (widths[each], each))
    at = next(
        number
        for number, row in enumerate(rows)
        # The last question has a heading above its first column only.
        if _width(row) >= width or _is_surveymonkey(row, rows[number + 1 : number + 2])
    )
    first_filled = next(number for number, row in enumerate(rows) if any(row))
    header, body = rows[at], rows[at + 1 : at + 1 + _SAMPLE_ROWS]
    layout = _layout(header, body)
    if layout == "surveymonkey":
        header, body = _two_headers(header, body[0]), body[1:]
    return Sample(
        file_name=file_name,
        format=format_,
        layout=layout,
        columns=tuple(
            SampleColumn(
                heading,
                tuple(row[place] for row in body if place < len(row) and row[place]),
            )
            for place, heading in enumerate(header)
            if heading
        ),
        encoding=encoding,
        delimiter=delimiter,
        header_row=at + 1 if at != first_filled else None,
        sheet=sheet,
    )


def _width(row: Sequence[str]) -> int:
    return max((place for place, cell in enumerate(row, start=1) if cell), default=0)


def _layout(header: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    if _is_surveymonkey(header, body):
        return "surveymonkey"
    keys = [header_key(name) for name in header]
    if len(keys) > 2 and all(
        key in names for key, names in zip(keys[1:3], _FORMS_HEADERS, strict=True)
    ):
        return "microsoft_forms"
    return "limesurvey" if keys[:3] in _LIMESURVEY_STARTS else "table"


def _is_surveymonkey(header: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    """Tell whether a row has the id of a respondent, and nothing under its first heading."""
    keys = map(header_key, header)
    return not _SURVEYMONKEY_IDS.isdisjoint(keys) and bool(below) and not any(below[0][:1])


def _two_headers(top: Sequence[str], below: Sequence[str]) -> list[str]:
    """Name the columns of SurveyMonkey as its reader does: '<question> - <choice or row>'."""
    names, question = [], ""
    for place, name in enumerate(top):
        question = name or question
        label = below[place] if place < len(below) else ""
        is_answer = not label or re.fullmatch(r"(open-ended )?response", label.casefold())
        names.append(question if is_answer else f"{question} - {label}")
    return names
