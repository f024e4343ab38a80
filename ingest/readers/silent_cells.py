"""Makes a workbook say what calamine keeps silent about: cells that it reads as blank or bare."""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from html import unescape
from io import BytesIO
from pathlib import PurePosixPath
from xml.sax.saxutils import escape

from ingest.dutch import number
from ingest.readers import ReadError

# Stands in the place of a formula that nobody computed, as Excel writes its own errors.
UNCOMPUTED = "#FORMULE!"

# Calamine keeps every cell between the first and the last in memory, 40 bytes each and blank ones
# too; what does not fit ends the process without an exception.
_MOST_CELLS = 20_000_000
_MOST_BYTES = 4 * 1024**3
# Rows of registrations shrink to a twentieth; what shrinks to less was made to fill a memory.
_MOST_SHRUNK, _BYTES_THAT_MAY_SHRINK = 200, 64 * 1024**2
_SPLIT = "Wis lege rijen en kolommen achteraan, of lever de gegevens als csv"
_CHUNK = 4 * 1024 * 1024
_WORKBOOK, _STYLES = "xl/workbook.xml", "xl/styles.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_COMPUTED_ON_OPENING = re.compile(rb"""\bfullCalcOnLoad=["'](?:1|true)["']""")
_OF_1904 = re.compile(rb"""\bdate1904=["'](?:1|true)["']""")
_FORMULA = re.compile(rb"[<:]f[\s>/]")
_CELL = re.compile(rb"<((?:\w+:)?)c\b([^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?(?:/>|>([^<]*)<)")
_ELEMENT = rb"""<(?:\w+:)?%s\b((?:[^>"']|"[^"]*"|'[^']*')*)>"""
_RELATION, _FORMAT, _STYLE = (
    re.compile(_ELEMENT % name) for name in (b"Relationship", b"numFmt", b"xf")
)
_CELL_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_ATTRIBUTE = re.compile(rb"""([\w:]+)=(["'])(.*?)\2""", re.DOTALL)
# The place of a cell that holds something, and of one right of column Z. Literal beginnings: a
# sheet has millions of cells that do not match.
_FILLED_CELL = re.compile(rb""" r=["'][A-Z]+(\d+)["'][^>]*(?<!/)>""")
_FAR_CELL = re.compile(rb""" r=["']([A-Z]{2,3})\d+["'][^>]*(?<!/)>""")
_BUILT_IN_PERCENTAGES = (b"9", b"10")
# What a format says: a text in quotes or behind a backslash; colours, conditions and spacing show
# nothing of their own; the rest is itself.
_IN_FORMAT = re.compile(r'"([^"]*)"|\\(.)|(\[[^\]]*\]|_.|\*.)|(.)', re.DOTALL)
_FEWEST_ZEROS = 2
# May stand in a format without quotes and mean nothing else.
_ITSELF = frozenset("-()+:!^&'~{}<>= ")

Shown = Callable[[Decimal], str]


def spoken_out(workbook: bytes) -> bytes:
    """Return a workbook (.xlsx) in which no cell reads as another than people see.

    An error is its text ('#N/A'), a formula without a result UNCOMPUTED, a number that is shown
    with leading zeros or as a percentage the text that is shown ('004567', '25%'). Raises
    ReadError when a sheet is larger than fits in memory. A workbook without such cells comes back
    as it is; nothing is written to disk.
    """
    with zipfile.ZipFile(BytesIO(workbook)) as archive:
        if sum(part.file_size for part in archive.infolist()) > _MOST_BYTES:
            raise ReadError(
                f"werkmap is uitgepakt groter dan {_MOST_BYTES // 1024**3} GB. {_SPLIT}"
            )
        if any(
            part.file_size > max(_MOST_SHRUNK * part.compress_size, _BYTES_THAT_MAY_SHRINK)
            for part in archive.infolist()
        ):
            raise ReadError(
                "werkmap is ingepakt als een zipbom: een deel ervan wordt uitgepakt meer dan "
                f"{_MOST_SHRUNK} keer zo groot. Lever de gegevens opnieuw aan vanuit het systeem"
            )
        silent = _SilentCells.of(archive)
        changing = {name for name in _sheets(archive) if silent.are_in(_pieces(archive, name))}
        if not changing:
            return workbook
        rewritten = BytesIO()
        with zipfile.ZipFile(rewritten, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
            for name in archive.namelist():
                with copy.open(name, "w", force_zip64=True) as part:
                    for piece in _pieces(archive, name):
                        is_changing = name in changing
                        part.write(_CELL.sub(silent.spoken_out, piece) if is_changing else piece)
    return rewritten.getvalue()


def is_of_1904(workbook: bytes) -> bool:
    """Say whether the days of this workbook are counted from 1904, as Excel for Mac once did."""
    with zipfile.ZipFile(BytesIO(workbook)) as archive:
        return _OF_1904.search(archive.read(_WORKBOOK)) is not None


@dataclass(frozen=True)
class _SilentCells:
    """The cells of one workbook that calamine says too little about.

    `shown` says how a number reads that has this style; without `is_computed` the program that
    wrote the workbook left its formulas for Excel to compute.
    """

    shown: dict[bytes, Shown]
    is_computed: bool

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> "_SilentCells":
        """Return what to look for in this workbook."""
        names = archive.namelist()
        styles = archive.read(_STYLES) if _STYLES in names else b"<styleSheet/>"
        return cls(
            shown=_shown_otherwise(styles),
            is_computed=not _COMPUTED_ON_OPENING.search(archive.read(_WORKBOOK)),
        )

    def are_in(self, pieces: Iterator[bytes]) -> bool:
        """Say whether a sheet has such cells; raise ReadError when it is too large to read."""
        extent, found = _Extent(), False
        for piece in pieces:
            extent.add(piece)
            found = found or bool(
                self.shown
                or b't="e"' in piece
                or b"t='e'" in piece
                or ((b"<f" in piece or b":f" in piece) and _FORMULA.search(piece))
            )
        return found

    def spoken_out(self, cell: re.Match[bytes]) -> bytes:
        """Return a cell as the text that it should read as, or as it is."""
        prefix, attributes, content = cell.groups()
        about = _attributes(attributes)
        kind, found = about.get(b"t", b"n"), _VALUE.search(content)
        value = (found[1] or b"") if found else None
        if kind == b"e":
            text = unescape((value or b"#N/A").decode())
        elif _FORMULA.search(content) and not self._has_result(kind, value):
            text = UNCOMPUTED
        elif kind == b"n" and value and (shown := self.shown.get(about.get(b"s", b""))):
            text = shown(as_typed(float(value)))
        else:
            return cell.group()
        place = b' r="%s"' % about[b"r"] if b"r" in about else b""
        spoken = escape(text).encode()
        return b'<%sc%s t="str"><%sv>%s</%sv></%sc>' % (
            prefix, place, prefix, spoken, prefix, prefix,
        )  # fmt: skip

    def _has_result(self, kind: bytes, value: bytes | None) -> bool:
        # A formula whose result is an empty text has kind str and an empty value.
        return self.is_computed and (bool(value) or (kind == b"str" and value is not None))


@dataclass
class _Extent:
    """How far the filled cells of a sheet reach."""

    last_row: int = 0
    last_column: int = 26
    _seen: set[bytes] = field(default_factory=set)

    def add(self, piece: bytes) -> None:
        """Look at the next piece of the sheet; raise ReadError once it is too large."""
        # Rows stand in order: the last filled cell of the last rows says enough.
        for start in (max(0, len(piece) - _CHUNK // 64), 0):
            if rows := _FILLED_CELL.findall(piece, start):
                self.last_row = max(self.last_row, int(rows[-1]))
                break
        for letters in set(_FAR_CELL.findall(piece)) - self._seen:
            self._seen.add(letters)
            self.last_column = max(self.last_column, _column_number(letters.decode()))
        if self.last_row * self.last_column > _MOST_CELLS:
            raise ReadError(
                f"een blad heeft cellen tot in rij {number(self.last_row)} en kolom "
                f"{number(self.last_column)}; dat past niet in het geheugen. {_SPLIT}"
            )


def _attributes(text: bytes) -> dict[bytes, bytes]:
    return {name: value for name, _, value in _ATTRIBUTE.findall(text)}


def _column_number(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - ord("A") + 1
    return found


def _sheets(archive: zipfile.ZipFile) -> list[str]:
    """Return the parts that are worksheets, hidden ones included."""
    relations = map(_attributes, _RELATION.findall(archive.read(_RELATIONS)))
    targets = {
        str(PurePosixPath("xl") / unescape(each.get(b"Target", b"").decode())).lstrip("/").lower()
        for each in relations
        if each.get(b"Type", b"").endswith(b"/worksheet")
    }
    return [name for name in archive.namelist() if name.lower() in targets]


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """Give a part in pieces that end where a row ends, so that no cell is cut in two."""
    with archive.open(name) as part:
        rest = b""
        while chunk := part.read(_CHUNK):
            rest += chunk
            end = rest.rfind(b"row>", max(0, len(rest) - len(chunk) - 4)) + len(b"row>")
            if end >= len(b"row>"):
                yield rest[:end]
                rest = rest[end:]
        yield rest


def _shown_otherwise(styles: bytes) -> dict[bytes, Shown]:
    """Return how a number reads in every style that shows other digits than it has."""
    codes = dict.fromkeys(_BUILT_IN_PERCENTAGES, b"0%")
    for style in map(_attributes, _FORMAT.findall(styles)):
        codes[style.get(b"numFmtId", b"")] = style.get(b"formatCode", b"")
    used = _CELL_STYLES.search(styles)
    found: dict[bytes, Shown] = {}
    for place, style in enumerate(map(_attributes, _STYLE.findall(used[0] if used else b""))):
        code = unescape(codes.get(style.get(b"numFmtId", b""), b"").decode())
        if shown := _shown_by(_parts(code)):
            found[str(place).encode()] = shown
    return found


def _parts(code: str) -> list[tuple[str, bool]]:
    """Return the signs of a number format up to its first semicolon, and which are only shown."""
    parts: list[tuple[str, bool]] = []
    for quoted, escaped, _, plain in _IN_FORMAT.findall(code):
        if plain == ";":
            break
        parts += [(sign, True) for sign in quoted or escaped]
        if plain:
            parts.append((plain, plain in _ITSELF))
    return parts


def _shown_by(parts: list[tuple[str, bool]]) -> Shown | None:
    """Return how a format shows a number that it writes with other digits or signs, else None.

    Of 000-000 everything is shown but what stands behind the last zero, such as a unit.
    """
    digits = [sign for sign, is_shown in parts if not is_shown]
    if "%" in digits:
        return _percentage
    if len(digits) < _FEWEST_ZEROS or set(digits) != {"0"}:
        return None
    last_zero = max(at for at, part in enumerate(parts) if part == ("0", False))
    return _padded(parts[: last_zero + 1])


def as_typed(value: float) -> Decimal:
    """Return a number with the fifteen digits that Excel computes with: the rest is noise."""
    return Decimal(f"{value:.15g}")


def _percentage(value: Decimal) -> str:
    return f"{(value * 100).normalize():f}%".replace(".", ",")


def _padded(parts: list[tuple[str, bool]]) -> Shown:
    width = sum(1 for _, is_shown in parts if not is_shown)

    def shown(value: Decimal) -> str:
        if value != value.to_integral_value() or value < 0:
            return f"{value:f}"
        digits = f"{value:f}".zfill(width)
        # The first zero stands for all digits that are more than there are zeros.
        rest = iter([digits[: len(digits) - width + 1], *digits[len(digits) - width + 1 :]])
        return "".join(sign if is_shown else next(rest) for sign, is_shown in parts)

    return shown
