"""The bytes of a delivery that should be text: counted, or refused as another kind of file."""

import codecs
import io
import re
from typing import BinaryIO

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
_WEB_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|table|\?xml)", re.IGNORECASE)


class DeliveredBytes(io.BufferedIOBase):
    """Bytes that should be text in one encoding, remembering how far they were read.

    The first read raises ReadError when they begin as another kind of file (S02) or with the
    byte order mark of another encoding (S04).
    """

    def __init__(self, data: BinaryIO, encoding: str) -> None:
        self._data, self._encoding = data, encoding
        self._last = b""
        self._lines_before_last = 0
        self.length = 0

    def readable(self) -> bool:
        """Say that a text wrapper may read this."""
        return True

    def read1(self, size: int = -1) -> bytes:
        """Return the next bytes, none at the end."""
        self._lines_before_last += self._last.count(b"\n")
        self._last = self._data.read(size)
        if not self.length:
            self._refuse_others(self._last)
        self.length += len(self._last)
        return self._last

    def undecodable(self, error: UnicodeError) -> ReadError:
        """Return what to say of bytes, among the last ones read, that are not in the encoding."""
        place = "begin van het bestand"
        if isinstance(error, UnicodeDecodeError):
            bytes_from_end = len(error.object) - error.start
            good = self._last[: max(0, len(self._last) - bytes_from_end)]
            line = self._lines_before_last + good.count(b"\n") + 1
            place = f"regel {line}, byte {self.length - bytes_from_end + 1}"
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
