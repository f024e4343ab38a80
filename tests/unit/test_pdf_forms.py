"""Which returned PDF forms are read, and which are refused with the reason."""

import os
import zipfile
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)
from reportlab.pdfgen import canvas

from ingest.contracts import SourceContract
from ingest.deliveries import take_in
from ingest.home import Home
from ingest.readers import ReadError, pdf_forms
from quality.door import judge
from tests.unit.small_survey import document, loaded, read, rows_of

ANSWERS = {"1": "1", "2": "2", "4": "4", "5": "5"}
FILLED = {"invuldatum": "03-02-2026", "v1": "/4", "v2": "/2", "gemeente": "GM0344"}


def form_document(format_: str = "zip", **form: str) -> dict[str, Any]:
    contract = document(
        "pdf_form",
        format_,
        {"4a1": "v1", "4a2": "v2"},
        response_id="kopie_id",
        completed_on="invuldatum",
        answers=ANSWERS,
        dateFormat="%d-%m-%Y",
        form=form or {"formulier_id": "ERV-2026-1"},
    )
    token = {"classification": "pseudonymise",
             "customProperties": [{"property": "domain", "value": "response"}]}  # fmt: skip
    properties = contract["schema"][0]["properties"]
    properties[0].update(token)
    properties[1].update(required=True)
    properties.append(
        {"name": "record_ref", "physicalName": "volgnummer", "logicalType": "string",
         "classification": "keep"}
    )  # fmt: skip
    if format_ == "pdf":
        contract["customProperties"].append({"property": "coverage", "value": "delta"})
    return contract


def contract(tmp_path: Path, format_: str = "pdf") -> SourceContract:
    return loaded(tmp_path, form_document(format_))


def blank_form(formulier_id: str = "ERV-2026-1", copy_id: str = "") -> bytes:
    """Return an empty form with radios, a check box, a choice and texts."""
    content = BytesIO()
    page = canvas.Canvas(content)
    page.drawString(50, 800, "Vragenlijst")
    form = page.acroForm
    form.textfield(name="formulier_id", value=formulier_id, x=50, y=780, fieldFlags="readOnly")
    if copy_id:
        form.textfield(name="kopie_id", value=copy_id, x=300, y=780, fieldFlags="readOnly")
    form.textfield(name="invuldatum", x=50, y=740, maxlen=10)
    for row, name in enumerate(("v1", "v2")):
        for value in range(1, 6):
            form.radio(name=name, value=str(value), x=50 + value * 40, y=700 - row * 40)
    form.checkbox(name="hulp wonen?", x=50, y=600)
    options = ["Kies", ("Utrecht", "GM0344"), ("'s-Gravenhage", "GM0518")]
    form.choice(name="gemeente", value="Kies", options=options, x=50, y=560, fieldFlags="combo")
    form.textfield(name="toelichting", x=50, y=500, fieldFlags="multiline", maxlen=1000)
    page.save()
    return content.getvalue()


def bytes_of(writer: PdfWriter) -> bytes:
    content = BytesIO()
    writer.write(content)
    return content.getvalue()


def filled_form(blank: bytes | None = None, **values: str) -> bytes:
    """Return the form as a respondent returns it."""
    writer = PdfWriter(clone_from=BytesIO(blank or blank_form()))
    for page in writer.pages:
        writer.update_page_form_field_values(page, FILLED | values, auto_regenerate=False)
    return bytes_of(writer)


def own_form(*fields: DictionaryObject, hidden: tuple[DictionaryObject, ...] = ()) -> bytes:
    """Return a form of other fields, each a widget or a field with widgets as kids.

    Questions that are not among them are there without an answer.
    """
    named = {str(field["/T"]) for field in fields}
    unanswered = (text(name, "") for name in ("v1", "v2") if name not in named)
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    roots, widgets = [], []
    all_fields = (
        text("formulier_id", "ERV-2026-1"), text("invuldatum", "03-02-2026"), *fields, *unanswered
    )  # fmt: skip
    for each in (*all_fields, *hidden):
        root = writer._add_object(each)
        roots.append(root)
        kids = each.get("/Kids", [])
        each[NameObject("/Kids")] = ArrayObject()
        for kid in kids:
            kid[NameObject("/Parent")] = root
            reference = writer._add_object(kid)
            each["/Kids"].append(reference)
            widgets.append(reference)
        if not kids and each not in hidden:
            widgets.append(root)
    page[NameObject("/Annots")] = ArrayObject(widgets)
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
        {NameObject("/Fields"): ArrayObject(roots)}
    )
    return bytes_of(writer)


def entries(**items: Any) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in items.items()})


def widget(**items: Any) -> DictionaryObject:
    return entries(Subtype=NameObject("/Widget"), **items)


def text(name: str, value: str) -> DictionaryObject:
    return widget(T=TextStringObject(name), FT=NameObject("/Tx"), V=TextStringObject(value))


def button(on_state: str, state: str | None) -> DictionaryObject:
    """Return one button of a group, with the state that it shows (None: it does not say)."""
    shown = {"AS": NameObject(state)} if state else {}
    states = DictionaryObject({NameObject(name): DictionaryObject() for name in (on_state, "/Off")})
    return widget(AP=entries(N=states), **shown)


def radio(name: str, *kids: DictionaryObject, flags: int = 1 << 15, **items: Any) -> Any:
    return entries(
        T=TextStringObject(name),
        FT=NameObject("/Btn"),
        Ff=NumberObject(flags),
        Kids=ArrayObject(kids),
        **items,
    )


def answers(content: bytes, source: SourceContract) -> dict[str, str | None]:
    (row,) = rows_of(read(content, source))
    return row


def test_a_filled_in_form_is_one_row_with_a_column_per_field(tmp_path: Path) -> None:
    story = "Goed geholpen.\nDank u wel \u2014 \u00eb \u20ac 1.234,50"

    row = answers(filled_form(toelichting=story), contract(tmp_path))

    assert len(str(row.pop("kopie_id"))) == 64
    assert row == {
        "#": 1,
        "formulier_id": "ERV-2026-1",
        "invuldatum": "03-02-2026",
        "v1": "4",
        "v2": "2",
        "hulp wonen?": "",
        "gemeente": "GM0344",
        "toelichting": story,
        "volgnummer": "1",
    }


@pytest.mark.parametrize(
    ("group", "answer"),
    [
        # Each viewer has its own way: the state that a button shows wins from the value.
        (radio("v1", button("/1", "/Off"), button("/2", "/2"), V=NameObject("/2")), "2"),
        (radio("v1", button("/1", "/Off"), button("/2", "/2")), "2"),
        (radio("v1", button("/1", "/1"), button("/2", "/Off"), V=NameObject("/2")), "1"),
        (radio("v1", button("/1", None), button("/2", None), V=NameObject("/2")), "2"),
        (radio("v1", button("/1", "/Off"), button("/2", "/Off"), V=NameObject("/Off")), ""),
        (radio("v1", button("/1", "/1"), button("/2", "/2")), "1;2;"),
        # The name of the state is a number in a list of values.
        (radio("v1", button("/0", "/Off"), button("/1", "/1"),
               Opt=ArrayObject([TextStringObject("één"), TextStringObject("twee")])), "twee"),
        (radio("v1", button("/Helemaal mee eens", "/Helemaal mee eens")), "Helemaal mee eens"),
        # A check box, whatever its producer calls ticked.
        (radio("v1", button("/Oui", "/Oui"), flags=0), "Oui"),
        (radio("v1", button("/Oui", "/Off"), flags=0), ""),
    ],
)  # fmt: skip
def test_the_answer_is_the_button_that_is_on(group: Any, answer: str, tmp_path: Path) -> None:
    row = answers(own_form(group, text("v2", "4")), contract(tmp_path))

    assert row["v1"] == answer


def test_a_group_in_which_the_value_is_on_and_no_button_shows_it_is_refused(
    tmp_path: Path,
) -> None:
    group = radio("v1", button("/1", "/Off"), button("/2", "/Off"), V=NameObject("/2"))

    with pytest.raises(ReadError, match="een veld heeft twee waarden"):
        read(own_form(group), contract(tmp_path))


def test_a_box_that_was_not_ticked_says_off_where_the_contract_has_a_word_for_it(
    tmp_path: Path,
) -> None:
    declared = form_document("pdf")
    declared["schema"][0]["properties"][3]["enum"] += [
        {"value": "Ja", "label": "5"},
        {"value": "Off", "label": "1"},
    ]
    content = own_form(radio("v1", button("/Ja", "/Off"), flags=0), text("v2", "4"))

    assert answers(content, loaded(tmp_path, declared))["v1"] == "Off"


def choice(value: Any) -> DictionaryObject:
    pairs = [
        ArrayObject([TextStringObject("GM0344"), TextStringObject("Utrecht")]),
        ArrayObject([TextStringObject("GM0518"), TextStringObject("'s-Gravenhage")]),
    ]
    chosen = {} if value is None else {"V": value}
    return widget(
        T=TextStringObject("gemeente"), FT=NameObject("/Ch"), Opt=ArrayObject(pairs), **chosen
    )


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        (TextStringObject("GM0344"), "GM0344"),
        (TextStringObject("'s-Gravenhage"), "GM0518"),
        (TextStringObject("Delft"), "Delft"),
        (ArrayObject([TextStringObject("GM0344"), TextStringObject("Utrecht")]), "GM0344;GM0344;"),
    ],
)
def test_a_choice_is_the_value_behind_what_stands_on_the_screen(
    value: Any, answer: str, tmp_path: Path
) -> None:
    content = own_form(choice(value), text("v1", "4"))

    assert answers(content, contract(tmp_path))["gemeente"] == answer


def test_a_choice_of_which_only_the_number_is_kept_is_the_value_at_that_number(
    tmp_path: Path,
) -> None:
    chosen = choice(None)
    chosen[NameObject("/I")] = ArrayObject([NumberObject(1)])

    row = answers(own_form(chosen, text("v1", "4")), contract(tmp_path))

    assert row["gemeente"] == "GM0518"


def states(*on: str, chosen: str, options: tuple[str, ...]) -> Any:
    """Return a radio group whose widgets have these on-states, with export values of its own."""
    kids = [button(f"/{name}", f"/{name}" if name == chosen else "/Off") for name in on]
    return radio("v1", *kids, Opt=ArrayObject(map(TextStringObject, options)))


@pytest.mark.parametrize(
    ("group", "answer"),
    [
        (states("0", "1", "2", chosen="1", options=("4", "5", "1")), "5"),
        (states("1", "2", "4", "5", chosen="4", options=("1", "2", "4", "5")), "4"),
        (states("A", "B", "C", chosen="C", options=("1", "2", "4")), "4"),
        (states("0", "1", "1", chosen="1", options=("1", "4", "4")), "4"),
    ],
    ids=["numbers", "values", "letters", "two widgets as one"],
)
def test_a_button_has_the_export_value_of_its_widget(
    group: Any, answer: str, tmp_path: Path
) -> None:
    assert answers(own_form(group, text("v2", "4")), contract(tmp_path))["v1"] == answer


@pytest.mark.parametrize(
    "group",
    [
        states("0", "1", "2", chosen="2", options=("4", "5")),
        states("2", "1", "0", chosen="2", options=("1", "2", "4")),
    ],
    ids=["too few", "another order"],
)
def test_a_button_without_one_certain_value_is_refused(group: Any, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="een veld heeft twee waarden"):
        read(own_form(group, text("v2", "4")), contract(tmp_path))


def test_a_form_that_lacks_a_question_is_refused_because_it_may_have_been_flattened_half(
    tmp_path: Path,
) -> None:
    form = PdfWriter(clone_from=BytesIO(own_form(text("v1", "4"))))
    fields = form._root_object["/AcroForm"]["/Fields"]
    fields.pop(-1)
    form.pages[0]["/Annots"].pop(-1)

    with pytest.raises(ReadError, match="veld 'v2' ontbreekt: deels plat opgeslagen"):
        read(bytes_of(form), contract(tmp_path))


def test_fields_are_named_with_their_ancestors_and_need_not_stand_on_a_page(
    tmp_path: Path,
) -> None:
    nested = entries(
        T=TextStringObject("blad één"), Kids=ArrayObject([text("v.1 (naam)", "Zoë\r\nhallo")])
    )
    content = own_form(text("v1", "4"), nested, hidden=(entries(
        T=TextStringObject("kopie_id"), FT=NameObject("/Tx"), V=TextStringObject("K-7")),
    ))  # fmt: skip

    row = answers(content, contract(tmp_path))

    assert row["blad één.v.1 (naam)"] == "Zoë\nhallo"
    assert row["kopie_id"] == "K-7"


def test_push_buttons_and_signatures_are_no_fields(tmp_path: Path) -> None:
    signature = widget(T=TextStringObject("handtekening"), FT=NameObject("/Sig"))
    verstuur = radio("verstuur", button("/1", "/1"), flags=1 << 16)

    row = answers(own_form(text("v1", "4"), signature, verstuur), contract(tmp_path))

    assert not {"handtekening", "verstuur"} & row.keys()


def test_one_form_with_two_values_in_a_field_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="een veld heeft twee waarden"):
        read(own_form(text("v1", "4"), text("v1", "5")), contract(tmp_path))


def flattened() -> bytes:
    writer = PdfWriter(clone_from=BytesIO(filled_form()))
    for page in writer.pages:
        writer.update_page_form_field_values(page, FILLED, auto_regenerate=False, flatten=True)
    writer.remove_annotations(subtypes="/Widget")
    return bytes_of(writer)


def printed() -> bytes:
    content = BytesIO()
    page = canvas.Canvas(content)
    page.drawString(50, 700, "Vragenlijst van Jan Jansen")
    page.save()
    return content.getvalue()


def encrypted() -> bytes:
    writer = PdfWriter(clone_from=BytesIO(filled_form()))
    writer.encrypt("", "eigenaar", algorithm="AES-256")
    return bytes_of(writer)


def xfa() -> bytes:
    writer = PdfWriter(clone_from=BytesIO(filled_form()))
    writer._root_object["/AcroForm"][NameObject("/XFA")] = TextStringObject("<xdp/>")
    return bytes_of(writer)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (printed, "geen invulvelden"),
        (flattened, "geen invulvelden"),
        (encrypted, "wachtwoord of beperkingen"),
        (xfa, "XFA-formulier"),
        (blank_form, "veld 'invuldatum' is leeg"),
        (lambda: filled_form(v1="/Off", v2="/Off"), "geen enkele vraag heeft een antwoord"),
        (lambda: filled_form(blank_form("ERV-2025-3")), "ander formulier of andere versie"),
        (lambda: filled_form()[:-300], "geen leesbare PDF"),
        (lambda: b"Jan Jansen", "geen leesbare PDF"),
        (lambda: b"", "geen leesbare PDF"),
        (lambda: b"%PDF-1.4\n%%EOF", "geen leesbare PDF"),
    ],
)
def test_a_form_that_cannot_be_used_is_refused_with_the_reason(
    make: Callable[[], bytes], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(ReadError, match=reason) as refused:
        read(make(), contract(tmp_path))

    assert "Jan" not in str(refused.value)


def test_wrong_bytes_anywhere_in_a_form_never_crash_the_night(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source, whole = contract(tmp_path), filled_form()
    for position in range(0, len(whole), 400):
        try:
            read(whole[:position] + b"<<[(/\xff\x00" + whole[position + 7 :], source)
        except ReadError:
            continue
    assert caplog.text == ""


def zipped(members: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def test_in_a_zip_the_bad_forms_are_rejected_by_number_and_the_good_ones_go_on(
    tmp_path: Path,
) -> None:
    home = Home(tmp_path / "home")
    home.create()
    source = contract(home.contracts, "zip")
    files = {
        "a/jan jansen.pdf": filled_form(toelichting="a"),
        "a/kees.pdf": printed(),
        "b/piet.PDF": filled_form(toelichting="a"),
        "c/../c.pdf": filled_form(invuldatum="vandaag"),
        "d.pdf": filled_form(v1="/1", v2="/3"),
        "foto.jpg": b"\xff\xd8",
        "__MACOSX/._c.pdf": b"x",
        "._d.pdf": b"x",
        "Thumbs.db": b"x",
        "leeg/": b"",
    }
    (home.inbox / "vragenlijst_20260401.zip").write_bytes(zipped(files))

    result = take_in(home, source, as_of=date(2026, 4, 1), judge=judge)

    # Six forms: the third is the first again, the second and sixth are no forms.
    assert (result.state, result.message) == ("actueel", "")
    counts = (result.rows_in, result.rows_out, result.rejected, result.duplicates)
    assert counts == (6, 2, 3, 1)
    rows = pq.read_table(home.raw / "survey" / "answers" / "vragenlijst.parquet").to_pylist()
    assert [
        (row["row_number"], row["question_id"], row["answer_code"], row["reject_reason"])
        for row in rows
    ] == [
        (1, "4a1", "4", None),
        (1, "4a2", "2", None),
        (2, None, None,
         "formulier: geen invulvelden: afgedrukt, plat opgeslagen of gescand"),
        (4, "4a1", "4", "geen datum"),
        (4, "4a2", "2", "geen datum"),
        (5, "4a1", "1", None),
        (5, "4a2", None, "onbekend antwoord"),
        (6, None, None, "formulier: geen leesbare PDF"),
    ]  # fmt: skip
    assert all(str(row["response_id"] or "response:k1:").startswith("response:") for row in rows)
    left_behind = [*home.landing.rglob("*"), *home.raw.rglob("*"), *home.logs.rglob("*")]
    everything = b"".join(file.read_bytes() for file in left_behind if file.is_file())
    assert b"jansen" not in everything


def test_the_same_form_under_two_names_is_one_and_a_changed_copy_is_neither(
    tmp_path: Path,
) -> None:
    source = contract(tmp_path, "zip")
    one, other = blank_form(copy_id="K-1"), blank_form(copy_id="K-2")
    content = zipped(
        {
            "1.pdf": filled_form(one),
            "2.pdf": filled_form(one, v1="/5"),
            "3.pdf": filled_form(other),
            "4.pdf": filled_form(other),
        }
    )

    (batch,) = read(content, source).batches

    assert batch.row_numbers.to_pylist() == [3, 4]
    reason = "formulier: een ander formulier heeft hetzelfde kopie_id en andere antwoorden"
    assert [(row.row_number, row.reason) for row in batch.malformed] == [(1, reason), (2, reason)]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: b"PK\x03\x04 cut", "geen leesbare zip"),
        (filled_form, "geen leesbare zip"),
        (lambda: zipped({}), "zip bevat geen formulieren"),
        (lambda: zipped({"jan.pdf": printed(), "kees.pdf": b""}), "geen van de 2 formulieren"),
        (lambda: zipped({f"{number}.pdf": b"" for number in range(4)}), "zip is te groot"),
        (lambda: zipped({"jan.pdf": bytes(50_000), "b.pdf": bytes(50_000)}), "zip is te groot"),
        (lambda: zipped({"bom.pdf": bytes(60_000)}), "formulier: groter dan"),
    ],
)
def test_a_zip_without_a_usable_form_is_refused_without_a_name(
    make: Callable[[], bytes], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_forms, "_MOST_FORMS", 3)
    monkeypatch.setattr(pdf_forms, "_MOST_BYTES_OF_FORM", 50_000)
    monkeypatch.setattr(pdf_forms, "_MOST_BYTES", 90_000)

    with pytest.raises(ReadError, match=reason) as refused:
        read(make(), contract(tmp_path, "zip"))

    assert "jan" not in str(refused.value)


def test_the_recorded_forms_are_read_or_refused_as_recorded(tmp_path: Path) -> None:
    if "IMPACTKOMPAS_RECORDED" not in os.environ:
        pytest.skip("IMPACTKOMPAS_RECORDED is not set: the recorded sample files are not here")
    folder = Path(os.environ["IMPACTKOMPAS_RECORDED"]) / "formats" / "samples" / "acroform"
    source = contract(tmp_path)

    row = answers((folder / "ingevuld.pdf").read_bytes(), source)

    assert (row["v1"], row["v2"], row["invuldatum"]) == ("4", "2", "03-02-2026")
    assert (row["hulp_schulden"], row["hulp_wonen"], row["gemeente"]) == ("Yes", "", "GM0344")
    with pytest.raises(ReadError, match="niet volledig ingevuld"):
        read((folder / "leeg.pdf").read_bytes(), source)
    with pytest.raises(ReadError, match="geen invulvelden"):
        read((folder / "plat.pdf").read_bytes(), source)


def test_pypdf_reads_what_these_tests_write() -> None:
    fields = PdfReader(BytesIO(filled_form())).get_fields() or {}

    assert fields["v1"]["/V"] == "/4"


def test_a_zip_without_one_form_that_fits_is_held(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    source = contract(home.contracts, "zip")
    forms = {f"{number}.pdf": filled_form(invuldatum=f"2026-02-0{number}") for number in (1, 2)}
    (home.inbox / "vragenlijst_20260401.zip").write_bytes(zipped(forms))

    result = take_in(home, source, as_of=date(2026, 4, 1), judge=judge)

    assert (result.state, result.held_by) == ("vastgehouden", "S10")
