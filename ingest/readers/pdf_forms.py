"""Reads returned interactive PDF forms (AcroForm): one form, or a zip with many."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO

import pyarrow as pa

from ingest.contracts import SourceContract
from ingest.readers import MalformedRow, ReadError, TextBatch, TextTable, header_key
from ingest.readers.acroform import COPY_ID, Form, RefusedForm, damaged, read_form
from ingest.readers.survey_table import contract_names

# The number of a form in its zip, in a column beside its fields; a field of this name wins.
NUMBER = "volgnummer"

_MEBIBYTE = 1024 * 1024
_MOST_BYTES_OF_FORM = 25 * _MEBIBYTE
_MOST_BYTES = 500 * _MEBIBYTE
_MOST_FORMS = 5_000
# What a system puts in a zip by itself.
_NO_FORMS = ("__macosx", ".ds_store", "thumbs.db", "desktop.ini")
_COPY_OF_SYSTEM = "._"

# What zipfile raises for an archive with wrong bytes in it, or with a password.
_UNREADABLE = (
    zipfile.BadZipFile,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zlib.error,
)


def read(data: BinaryIO, contract: SourceContract) -> TextTable:
    """Read returned forms: one row per form, one column per field.

    Forms in a zip are numbered in the order of their names; one that cannot be used becomes a
    malformed row with that number and the reason. A delivery of which no form can be used is a
    ReadError. Names of files are never told: people put their own name in them.
    """
    content = data.read(_MOST_BYTES + 1)
    forms: dict[int, Form] = {}
    refused: dict[int, RefusedForm] = {}
    for number, form in _forms(content, contract):
        if isinstance(form, RefusedForm):
            refused[number] = form
        else:
            forms[number] = form
    for number in _different_with_one_id(forms):
        del forms[number]
        refused[number] = RefusedForm(
            f"een ander formulier heeft hetzelfde {COPY_ID} en andere antwoorden",
            f"Geef elk formulier een eigen {COPY_ID}, of laat dat veld weg",
        )
    if not forms:
        raise ReadError(_nothing_usable(refused))
    return _table(forms, refused, contract)


def _forms(content: bytes, contract: SourceContract) -> Iterator[tuple[int, Form | RefusedForm]]:
    members = _members(content) if contract.format == "zip" else iter([content])
    for number, member in enumerate(members, start=1):
        try:
            if isinstance(member, RefusedForm):
                raise member
            if len(member) > _MOST_BYTES_OF_FORM:
                raise _too_large()
            yield number, _agreed_form(member, contract)
        except RefusedForm as refused:
            yield number, refused


def _members(content: bytes) -> Iterator[bytes | RefusedForm]:
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except _UNREADABLE:
        raise ReadError("bestand is geen leesbare zip. Maak de zip opnieuw") from None
    with archive:
        members = sorted(
            (info for info in archive.infolist() if _can_be_form(info)),
            key=lambda info: info.filename.casefold(),
        )
        if len(members) > _MOST_FORMS or sum(info.file_size for info in members) > _MOST_BYTES:
            raise ReadError(
                f"zip is te groot: meer dan {_MOST_FORMS} formulieren of {_MOST_BYTES // _MEBIBYTE}"
                " MB uitgepakt. Lever de formulieren in kleinere zips"
            )
        for info in members:
            try:
                is_small = info.file_size <= _MOST_BYTES_OF_FORM
                yield archive.read(info) if is_small else _too_large()
            except _UNREADABLE:
                yield damaged()


def _too_large() -> RefusedForm:
    return RefusedForm(
        f"groter dan {_MOST_BYTES_OF_FORM // _MEBIBYTE} MB",
        "Vraag om het formulier zelf, zonder scan",
    )


def _can_be_form(info: zipfile.ZipInfo) -> bool:
    parts = [part.casefold() for part in PurePosixPath(info.filename).parts]
    is_of_system = any(part in _NO_FORMS or part.startswith(_COPY_OF_SYSTEM) for part in parts)
    return not info.is_dir() and not is_of_system


def _agreed_form(content: bytes, contract: SourceContract) -> Form:
    """Return a form that is the one of the contract and filled in, or raise RefusedForm."""
    form = read_form(content)
    if any(form.values.get(name, "").strip() != value for name, value in contract.form):
        fields = ", ".join(f"'{name}'" for name, _ in contract.form)
        raise RefusedForm(
            "ander formulier of andere versie",
            f"Velden {fields} zijn anders dan contracts/{contract.file_name} zegt",
        )
    known = set(map(header_key, form.values))
    for column in contract.items:
        for source in column.sources:
            if header_key(source) not in known:
                raise RefusedForm(
                    f"veld '{source}' ontbreekt: deels plat opgeslagen, of een andere versie",
                    "Vraag om het formulier met 'Opslaan', niet met 'Afdrukken naar PDF'",
                )
    filled = {header_key(name) for name, value in form.values.items() if value.strip()}
    for column in contract.columns:
        for source in column.sources if column.required else ():
            if source not in (COPY_ID, NUMBER) and header_key(source) not in filled:
                raise RefusedForm(
                    f"niet volledig ingevuld: veld '{source}' is leeg",
                    "Vraag de invuller om het formulier aan te vullen",
                )
    if contract.items and not any(
        header_key(source) in filled for column in contract.items for source in column.sources
    ):
        raise RefusedForm(
            "niet ingevuld: geen enkele vraag heeft een antwoord",
            "Vraag de invuller om het formulier aan te vullen",
        )
    return form


def _different_with_one_id(forms: dict[int, Form]) -> list[int]:
    """Return the forms that share their id with a form that was filled in differently."""
    by_id: dict[str, list[int]] = {}
    for number, form in forms.items():
        by_id.setdefault(form.copy_id, []).append(number)
    return [
        number
        for numbers in by_id.values()
        if any(forms[number].values != forms[numbers[0]].values for number in numbers)
        for number in numbers
    ]


def _nothing_usable(refused: dict[int, RefusedForm]) -> str:
    if not refused:
        return "zip bevat geen formulieren. Zet de ingevulde PDF's erin"
    number, first = min(refused.items())
    if len(refused) == 1:
        return f"formulier: {first.reason}. {first.remedy}"
    return (
        f"geen van de {len(refused)} formulieren kan worden gelezen; formulier {number}: "
        f"{first.reason}. {first.remedy}"
    )


def _table(
    forms: dict[int, Form], refused: dict[int, RefusedForm], contract: SourceContract
) -> TextTable:
    names = list(dict.fromkeys(name for form in forms.values() for name in form.values))
    # Whether an empty box says something is up to the contract: then its enum has the word Off.
    says_off = {
        header_key(source)
        for column in contract.columns
        if any(word == "off" for word, _ in column.codes)
        for source in column.sources
    }

    def cell(form: Form, name: str) -> str | None:
        is_off = name in form.unticked and header_key(name) in says_off
        return "Off" if is_off else form.values.get(name)

    columns = {
        name: pa.array([cell(form, name) for form in forms.values()], pa.string()) for name in names
    }
    ids = [form.copy_id for form in forms.values()]
    columns[COPY_ID] = pa.array(ids, pa.string())
    # A second copy has the number of the first, so that it is the same row again.
    first: dict[str, int] = {}
    numbers = [first.setdefault(each, number) for each, number in zip(ids, forms, strict=True)]
    columns.setdefault(NUMBER, pa.array(map(str, numbers), pa.string()))
    batch = TextBatch(
        row_numbers=pa.array(list(forms), pa.int64()),
        columns=tuple(columns.values()),
        malformed=tuple(
            MalformedRow(number, f"formulier: {form.reason}") for number, form in refused.items()
        ),
    )
    return TextTable(contract_names([(name,) for name in columns], contract), iter([batch]))
