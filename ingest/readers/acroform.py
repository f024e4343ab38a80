"""The fields of one interactive PDF form (AcroForm), and why another PDF is none."""

import hashlib
import json
import logging
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ByteStringObject, IndirectObject, StreamObject, create_string_object

# What tells a filled-in form from every other: its field of this name, if it has one.
COPY_ID = "kopie_id"
# A cut file may still be read, but as it was before the respondent saved it.
_END, _END_STANDS_IN_LAST = b"%%EOF", 1024
_RADIO, _PUSH_BUTTON = 1 << 15, 1 << 16
_OFF = "/Off"
_MOST_ANCESTORS = 50
# What pypdf raises for a damaged or strange file; it names only the first itself.
_DAMAGED = (
    PyPdfError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

# Its warnings may quote what stands in a form.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


class RefusedForm(Exception):
    """A form that cannot be taken in: the reason (for its row), and what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


def _not_interactive() -> RefusedForm:
    return RefusedForm(
        "geen invulvelden: afgedrukt, plat opgeslagen of gescand",
        "Vraag om het formulier met 'Opslaan', niet met 'Afdrukken naar PDF', of neem het over",
    )


def _ambiguous() -> RefusedForm:
    return RefusedForm(
        "een veld heeft twee waarden",
        "Twee formulieren in een PDF, of een beschadigd formulier: lever elk formulier apart",
    )


def damaged() -> RefusedForm:
    """Return the refusal of what cannot be read at all."""
    return RefusedForm("geen leesbare PDF", "Vraag om het formulier opnieuw, als PDF")


@dataclass
class Form:
    """The fields of one form by full name as text; `unticked` are check boxes left empty."""

    values: dict[str, str] = field(default_factory=dict)
    unticked: set[str] = field(default_factory=set)

    @property
    def copy_id(self) -> str:
        """Return what two copies of one filled-in form share."""
        own = self.values.get(COPY_ID, "").strip()
        return own or hashlib.sha256(json.dumps(sorted(self.values.items())).encode()).hexdigest()


def read_form(content: bytes) -> Form:
    """Return the fields of a PDF, or raise RefusedForm when it is no interactive form."""
    if _END not in content[-_END_STANDS_IN_LAST:]:
        raise damaged()
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted:
            raise RefusedForm(
                "met een wachtwoord of beperkingen beveiligd", "Vraag om de PDF zonder beveiliging"
            )
        return _Fields(reader).form()
    except _DAMAGED:
        raise damaged() from None


class _Fields:
    """The fields of one PDF, read from the widgets on its pages.

    Not from pypdf's get_fields: that reports one widget of a radio group and raises on files that
    were flattened half. The state of a button is that of the widget whose /AS is not /Off
    (ISO 32000-2, 12.7.5.2.3).
    """

    def __init__(self, reader: PdfReader) -> None:
        self._reader = reader
        self._texts: dict[str, set[str]] = {}
        self._states: dict[str, dict[str, None]] = {}
        self._said_on: set[str] = set()
        self._radios: set[str] = set()

    def form(self) -> Form:
        """Return all fields, or raise RefusedForm when it is no interactive form."""
        acro_form = _get(_get(self._reader.trailer, "/Root"), "/AcroForm")
        if acro_form is not None and "/XFA" in acro_form:
            raise RefusedForm(
                "XFA-formulier", "Maak het formulier als gewoon invulbaar PDF-formulier (AcroForm)"
            )
        widgets = list(self._widgets())
        if acro_form is None or not widgets:
            raise _not_interactive()
        for widget in widgets:
            self._add(_lineage(widget), is_widget=True)
        for hidden in _without_widgets(acro_form):
            self._add(_lineage(hidden), is_widget=False)
        return self._filled_in()

    def _widgets(self) -> Iterator[Any]:
        for page in self._reader.pages:
            for annotation in _get(page, "/Annots") or ():
                widget = annotation.get_object()
                if isinstance(widget, dict) and widget.get("/Subtype") == "/Widget":
                    yield widget

    def _add(self, lineage: list[Any], *, is_widget: bool) -> None:
        name = ".".join(str(_get(each, "/T")) for each in reversed(lineage) if "/T" in each)
        kind = _inherited(lineage, "/FT")
        if not name or kind not in ("/Tx", "/Ch", "/Btn"):
            return
        if kind != "/Btn":
            self._texts.setdefault(name, set()).add(_written(lineage))
        elif is_widget:
            self._add_button(name, lineage)

    def _add_button(self, name: str, lineage: list[Any]) -> None:
        flags = int(_inherited(lineage, "/Ff") or 0)
        if flags & _PUSH_BUTTON:
            return
        if flags & _RADIO:
            self._radios.add(name)
        states = self._states.setdefault(name, {})
        value = _inherited(lineage, "/V")
        state = _get(lineage[0], "/AS")
        if state is None and value in _own_states(lineage[0]):
            state = value
        if state not in (None, _OFF):
            states[_exported(str(state), lineage)] = None
        elif value not in (None, _OFF, ""):
            self._said_on.add(name)

    def _filled_in(self) -> Form:
        form = Form()
        for name, texts in self._texts.items():
            if len(texts) > 1 or name in self._states:
                raise _ambiguous()
            (form.values[name],) = texts
        for name, states in self._states.items():
            if not states and name in self._said_on:
                raise _ambiguous()
            form.values[name] = _listed(list(states))
            if not states and name not in self._radios:
                form.unticked.add(name)
        return form


def _get(holder: Any, key: str) -> Any:
    """Return what a dictionary of a PDF holds, whether it stands there or is referred to."""
    # Not get(), which gives a reference in the place of what it refers to.
    if key not in holder:
        return None
    return holder[key]


def _lineage(node: Any) -> list[Any]:
    """Return a widget or field with its ancestors, itself first."""
    lineage = [node]
    while (parent := _get(lineage[-1], "/Parent")) is not None:
        if len(lineage) > _MOST_ANCESTORS:
            raise damaged()
        lineage.append(parent)
    return lineage


def _inherited(lineage: list[Any], key: str) -> Any:
    for each in lineage:
        if key in each:
            return _get(each, key)
    return None


def _own_states(widget: Any) -> set[str]:
    appearances = _get(widget, "/AP")
    normal = _get(appearances, "/N") if appearances is not None else None
    if not isinstance(normal, dict) or isinstance(normal, StreamObject):
        return set()
    return {str(state) for state in normal}


def _exported(state: str, lineage: list[Any]) -> str:
    """Return the value of an on-state: its name, or what /Opt has for the widget of that state.

    /Opt has a value per widget, in their order; a state is then mostly called by its number.
    """
    name = state.removeprefix("/")
    options = list(map(_text, _inherited(lineage, "/Opt") or ()))
    if not options:
        return name
    place = _place_among_kids(lineage)
    value = options[place] if place < len(options) else None
    by_number = options[int(name)] if name.isdecimal() and int(name) < len(options) else value
    if value is None or value not in (name, by_number):
        raise _ambiguous()
    return value


def _place_among_kids(lineage: list[Any]) -> int:
    kids = _get(lineage[1], "/Kids") if len(lineage) > 1 else None
    return next((at for at, kid in enumerate(kids or ()) if kid.get_object() is lineage[0]), 0)


def _written(lineage: list[Any]) -> str:
    """Return what stands in a field for text or a choice."""
    value = _inherited(lineage, "/V")
    if _inherited(lineage, "/FT") != "/Ch":
        return _text(value)
    declared = _inherited(lineage, "/Opt")
    options = [each.get_object() for each in declared or ()]
    pairs = [(_text(each[0]), _text(each[1])) for each in options if isinstance(each, list)]
    exports = {export for export, _ in pairs}
    by_label = {label: export for export, label in pairs}
    if value is None:
        # Only the numbers of what was chosen.
        places = [int(each) for each in _inherited(lineage, "/I") or ()]
        value = [
            each[0] if isinstance(each, list) else each for each in map(options.__getitem__, places)
        ]
    chosen = [_text(each) for each in (value if isinstance(value, list) else [value])]
    # Some programs save what stands on the screen in the place of the value behind it.
    return _listed([each if each in exports else by_label.get(each, each) for each in chosen])


def _listed(answers: list[str]) -> str:
    """Return one answer as it is, and several as survey tools write them: 'A;B;'."""
    return "".join(f"{answer};" for answer in answers) if len(answers) > 1 else "".join(answers)


def _text(value: Any) -> str:
    if isinstance(value, IndirectObject):
        value = value.get_object()
    if isinstance(value, StreamObject):
        value = create_string_object(value.get_data())
    if isinstance(value, ByteStringObject):
        value = value.decode("latin-1")
    if value is None:
        return ""
    return str(value).replace("\r\n", "\n").replace("\r", "\n")


def _without_widgets(acro_form: Any) -> Iterator[Any]:
    """Give the fields at the ends of the tree, those that stand on no page included."""
    seen: set[int] = set()
    nodes = list(_get(acro_form, "/Fields") or ())
    while nodes:
        node = nodes.pop().get_object()
        if not isinstance(node, dict) or id(node) in seen:
            continue
        seen.add(id(node))
        named = [kid for kid in _get(node, "/Kids") or () if "/T" in kid.get_object()]
        if named:
            nodes += named
        else:
            yield node
