"""From the bytes of a delivery to its text, or a sentence that says what they are instead."""

import codecs
import re
from typing import BinaryIO

import numpy as np

from ingest.readers import ReadError

# The longer mark of UTF-32 begins with that of UTF-16, so it comes first.
_ENCODING_OF_MARK = {
    codecs.BOM_UTF8: ("utf-8-sig", ("utf-8", "utf-8-sig")),
    codecs.BOM_UTF32_LE: ("utf-32", ("utf-32", "utf-32-le")),
    codecs.BOM_UTF16_LE: ("utf-16", ("utf-16", "utf-16-le")),
    codecs.BOM_UTF16_BE: ("utf-16", ("utf-16", "utf-16-be")),
}
_OTHER_KINDS = {
    b"PK\x03\x04": "een zip of een Excel-werkmap (xlsx)",
    b"\xd0\xcf\x11\xe0": "een oude Excel-werkmap (xls)",
    b"\x1f\x8b": "met gzip ingepakt",
    b"%PDF": "een PDF",
}
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLOCK_BYTES = 256 * 1024
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|table|\?xml)", re.IGNORECASE)


class DeliveredText:
    """The text of a delivery in its declared encoding, by the line or by many lines at once.

    Reading raises ReadError when the bytes begin as another kind of file (S02), and when they are
    not in this encoding or hold a NUL (S04). A line ends with LF, CR or both, and keeps its end.
    """

    def __init__(self, data: BinaryIO, encoding: str) -> None:
        self._data, self._encoding = data, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._bytes_read = 0
        self._lines_given = 0
        self._ahead = ""
        self._is_at_end = False

    @property
    def is_empty(self) -> bool:
        """Say whether there was nothing at all, once something was asked for."""
        return self._is_at_end and self._bytes_read == 0

    def line(self) -> str:
        """Return the next line, '' at the end."""
        while True:
            found = _LINE_END.search(self._ahead)
            # A CR that is the last character so far may have its LF still to come.
            if found and (found.end() < len(self._ahead) or self._is_at_end):
                return self._give(found.end())
            if self._is_at_end:
                return self._give(len(self._ahead))
            self._read_on()

    def block(self) -> str:
        """Return a good many whole lines, '' at the end."""
        self._read_on()
        while True:
            end = max(self._ahead.rfind("\n"), self._ahead.rfind("\r", 0, -1)) + 1
            if end and not self._is_at_end:
                return self._give(end)
            if self._is_at_end:
                return self._give(len(self._ahead))
            self._read_on()

    def _give(self, length: int) -> str:
        given, self._ahead = self._ahead[:length], self._ahead[length:]
        if "\0" in given:
            line = self._lines_given + line_ends(given[: given.index("\0")]) + 1
            raise ReadError(
                f"regel {line}: een NUL-teken. Het bestand is beschadigd of heeft een andere "
                "encoding dan het contract zegt",
                check_id="S04",
            )
        self._lines_given += line_ends(given)
        return given

    def _read_on(self) -> None:
        if self._is_at_end:
            return
        data = self._data.read(_BLOCK_BYTES)
        if not self._bytes_read:
            self._refuse_others(data)
        self._bytes_read += len(data)
        self._is_at_end = not data
        try:
            self._ahead += self._decoder.decode(data, final=self._is_at_end)
        except UnicodeError as error:
            raise self._undecodable(error) from None

    def _undecodable(self, error: UnicodeError) -> ReadError:
        place = "begin van het bestand"
        if isinstance(error, UnicodeDecodeError):
            good = error.object[: error.start].decode(self._encoding, "replace")
            line = self._lines_given + line_ends(self._ahead + good) + 1
            place = f"regel {line}, byte {self._bytes_read - len(error.object) + error.start + 1}"
        return ReadError(
            f"{place}: geen geldige {self._encoding}. Zet in het contract de encoding waarmee de "
            "leverancier exporteert, of vraag om een nieuwe levering",
            check_id="S04",
        )

    def _refuse_others(self, start: bytes) -> None:
        for mark, (encoding, fitting) in _ENCODING_OF_MARK.items():
            if start.startswith(mark):
                if codecs.lookup(self._encoding).name not in fitting:
                    raise ReadError(
                        f"bestand is {encoding.removesuffix('-sig').upper()}, maar het contract "
                        f"zegt {self._encoding}. Zet encoding in het contract op {encoding}",
                        check_id="S04",
                    )
                start = start.removeprefix(mark)
                break
        kinds = [kind for magic, kind in _OTHER_KINDS.items() if start.startswith(magic)]
        if _WEB_PAGE.match(start):
            kinds = ["een webpagina of XML, misschien een inlogscherm"]
        for kind in kinds:
            raise ReadError(
                f"bestand is geen csv maar {kind}. Vraag de leverancier om een csv, of zet format "
                "in het contract goed"
            )


def line_ends(text: str) -> int:
    """Return how many lines end in this text."""
    if "\r" not in text:
        return text.count("\n")
    # Quicker than to look for both together in the text itself.
    signs = np.frombuffer(text.encode(), np.uint8)
    is_return, is_line_end = signs == ord("\r"), signs == ord("\n")
    both = np.count_nonzero(is_return[:-1] & is_line_end[1:])
    return int(np.count_nonzero(is_return | is_line_end) - both)
