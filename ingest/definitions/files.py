"""Definition lists as files: the template, and reading a workbook or CSV without judging it."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.definitions.lists import SOURCE, DefinitionsError, lists
from ingest.meetplan.sheets import Sheet, SheetColumn
from ingest.meetplan.template import GUIDE, REQUIRED_MARK, Guide, write_sheets
from ingest.raw_tables import RawTable
from ingest.readers import ReadError, header_key
from ingest.readers.workbook import Cell, cell_text, visible_sheets

_PURPOSE = (
    "In deze werkmap zet u de officiële definitielijst en beide vragenlijsten van het KPI-model, "
    "en eigen effect-KPI's. Wat u inleest, wint van wat ingebouwd is."
)
_STEPS = (
    "Schrijf in blad Versie welke lijst dit is, bijvoorbeeld 'definitielijst 2025-10'.",
    "Neem rijen letterlijk over. Een blad dat u niet nodig hebt, laat u leeg.",
    "Kolommen met een donkere kop en een * moeten gevuld zijn.",
    (
        "Een andere lege cel laat staan wat er van die KPI of vraag bekend was; bron, zekerheid en "
        "kanttekening worden altijd vervangen."
    ),
    (
        "Koppelingen van een KPI met een vragenlijst vervangen samen alle vorige van die twee: "
        "schrijf ze allemaal op. Koppel ook de delen van een meerdelige KPI (E4.2.2-1)."
    ),
    "Eigen KPI's krijgen een code met EIGEN- ervoor, bijvoorbeeld EIGEN-E-TROTS.",
    (
        "Lees de werkmap in met: impactkompas definitions import BESTAND. Elke wijziging wordt "
        "getoond; bij een fout verandert er niets."
    ),
)
_VERSION = Sheet(
    name="Versie",
    table=RawTable(
        source_name=SOURCE,
        table_name="version",
        description="Welke lijst dit is.",
        columns={"definition_version": "varchar"},
        declaration={},
    ),
    key=(),
    columns=(
        SheetColumn(
            name="definition_version",
            header="Versie van de lijst",
            sql_type="varchar",
            description="Naam en versie van de lijst; staat bij elk cijfer dat ermee berekend is.",
            is_required=True,
        ),
    ),
)


@dataclass(frozen=True, eq=False)
class FileRow:
    """One filled row: where it stands, for messages, and its filled cells by our column names."""

    place: str
    cells: dict[str, str]


@dataclass(frozen=True)
class DefinitionFile:
    """The rows of a file per list, its version if it says one, and what of it could not be read.

    `unread` are sheets and columns that no list has; `faults` are sentences.
    """

    rows: dict[str, list[FileRow]]
    version: str | None = None
    unread: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def write_template(file: Path) -> None:
    """Write the empty workbook for people to fill in; an existing file is left alone."""
    if file.exists():
        raise DefinitionsError(f"{file} bestaat al. Kies een andere naam of verplaats het bestand.")
    write_sheets(file, Guide("Definitielijst", _PURPOSE, _STEPS), (_VERSION, *lists().values()), {})


def read_file(file: Path) -> DefinitionFile:
    """Read a workbook (.xlsx) or a list (.csv); raises DefinitionsError when it is neither."""
    try:
        content = file.read_bytes()
    except OSError:
        raise DefinitionsError(f"{file} is niet te lezen. Controleer de naam en de map.") from None
    match file.suffix.lower():
        case ".xlsx":
            return _workbook(file, content)
        case ".csv":
            return _list(file, content)
    raise DefinitionsError(f"{file.name} is geen .xlsx of .csv. Sla de lijst op als een van beide.")


def _workbook(file: Path, content: bytes) -> DefinitionFile:
    try:
        pages = visible_sheets(content)
    except ReadError as error:
        raise DefinitionsError(f"{file.name}: {error}.") from None
    by_title = {_key(sheet.name): name for name, sheet in lists().items()}
    found = DefinitionFile(rows={}, version=_version(pages))
    for title, page in pages.items():
        name = by_title.get(_key(title))
        if name is not None:
            cells = [[cell_text(cell, "%Y-%m-%d", ",") for cell in row] for row in page]
            _read_rows(found, name, title, list(enumerate(cells, start=1)))
        elif _key(title) not in (_key(GUIDE), _key(_VERSION.name)):
            found.unread.append(f"werkblad {title}")
    if not found.rows and not found.faults:
        titles = ", ".join(sheet.name for sheet in lists().values())
        raise DefinitionsError(f"{file.name} heeft geen gevuld werkblad met de naam {titles}.")
    return found


def _version(pages: dict[str, list[list[Cell]]]) -> str | None:
    for title, page in pages.items():
        if _key(title) == _key(_VERSION.name):
            below = (str(cell).strip() for row in page[1:] for cell in row)
            return next(filter(None, below), None)
    return None


def _list(file: Path, content: bytes) -> DefinitionFile:
    lines = list(_lines(file, content))
    if not lines:
        raise DefinitionsError(f"{file.name} is leeg.")
    header = lines[0][1]
    matches = {name: _columns(sheet, header) for name, sheet in lists().items()}
    whole = [name for name, sheet in lists().items() if {*sheet.key} <= {*matches[name].values()}]
    if not whole:
        keys = "; ".join(
            f"{sheet.name}: {', '.join(sheet.headers[part] for part in sheet.key)}"
            for sheet in lists().values()
        )
        raise DefinitionsError(
            f"{file.name} heeft de kolommen van geen enkele lijst. Nodig zijn ten minste: {keys}."
        )
    name = max(whole, key=lambda name: (len(lists()[name].key), len(matches[name])))
    found = DefinitionFile(rows={})
    _read_rows(found, name, file.name, lines)
    return found


def _lines(file: Path, content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        raise DefinitionsError(
            f"{file.name}, regel {reader.line_num}: de aanhalingstekens kloppen niet. Sla de lijst "
            "opnieuw op als CSV."
        ) from None


def _read_rows(
    found: DefinitionFile, name: str, title: str, lines: Sequence[tuple[int, Sequence[str | None]]]
) -> None:
    filled = [(number, row) for number, row in lines if any(filter(None, map(_clean, row)))]
    if not filled:
        return
    header = filled[0][1]
    columns = _columns(lists()[name], header)
    found.unread.extend(
        f"kolom {text} in {title}"
        for place, text in enumerate(map(_clean, header))
        if text and place not in columns
    )
    missing = [
        f"{title}, rij {filled[0][0]}: kolom '{column.header}' ontbreekt."
        for column in lists()[name].columns
        if column.is_required and column.name not in columns.values()
    ]
    if missing:
        found.faults.extend(missing)
        return
    found.rows[name] = [
        FileRow(
            place=f"{title}, rij {number}",
            cells={
                column: text
                for place, column in columns.items()
                if place < len(row) and (text := _clean(row[place]))
            },
        )
        for number, row in filled[1:]
    ]


def _columns(sheet: Sheet, header: Sequence[str | None]) -> dict[int, str]:
    """Return our name of every column that this list has, by its place; the first one counts."""
    known = {_key(name): name for name in sheet.table.columns}
    known |= {_key(text): name for name, text in sheet.headers.items()}
    columns: dict[int, str] = {}
    for place, text in enumerate(header):
        name = known.get(_key(text or ""))
        if name is not None and name not in columns.values():
            columns[place] = name
    return columns


def _key(text: str) -> str:
    return header_key(text.replace("’", "'").removesuffix(REQUIRED_MARK))


def _clean(text: str | None) -> str:
    return " ".join((text or "").split())
