"""Excel workbooks: what people and programs put in them, and what they are instead."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import xlsxwriter

from tests.faults.dirty import DirtyFile, Held, Taken, Token
from tests.faults.seeded._tables import CONTACTS, text

Cell = Any

HEADER, truth, truths = CONTACTS.header, CONTACTS.truth, CONTACTS.truths
TEAM, DAY, MINUTES, DECLARABLE = (
    HEADER.index(name) for name in ("Team", "Datum", "Minuten", "Declarabel")
)
CLIENT = HEADER.index("Cliënt")
EXCEL_ERROR, NO_RESULT, ROUNDED = (
    "foutwaarde van Excel",
    "formule zonder uitkomst",
    "afgerond getal",
)
# Days before 6 January 2026, counted as Excel does: 46028, and from 1904 on 46028 - 1462 = 44566.
SERIAL_5_DECEMBER, SERIAL_5_DECEMBER_1904 = 45996, 44534


def contract(**dialect: Any) -> Any:
    """Return the contract on the same contacts, delivered as a workbook with real dates."""

    def as_workbook(document: dict[str, Any]) -> None:
        (server,) = document["servers"]
        server |= {"format": "xlsx", "path": "contacts_{delivered_on}.xlsx"}
        del server["encoding"], server["delimiter"]

    return CONTACTS.contract(as_workbook, **dialect)


def row(number: int, **changes: Cell) -> list[Cell]:
    """Return the cells of contact `number` as Excel holds them: real dates and numbers."""
    as_excel = {
        "Datum": date(2025, 12, number),
        "Minuten": 15 + number,
        "Geregistreerd": date(2026, 1, 2),
    }
    return list((CONTACTS.cells(number) | as_excel | changes).values())


def rows() -> list[list[Cell]]:
    return [row(number) for number in range(1, 13)]


def book(
    lines: Sequence[Sequence[Cell]],
    *,
    header: Sequence[Cell] = HEADER,
    above: Sequence[Sequence[Cell]] = (),
    formats: Mapping[tuple[int, int], str] | None = None,
    finish: Callable[[xlsxwriter.Workbook, Any], object] = lambda *_: None,
    **options: Any,
) -> bytes:
    """Return a workbook with one sheet; `formats` are number formats by row and column from 0."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as workbook:
        page = workbook.add_worksheet("Contacten")
        as_date = workbook.add_format({"num_format": "dd-mm-yyyy"})
        looks = {at: workbook.add_format({"num_format": f}) for at, f in (formats or {}).items()}
        for number, line in enumerate((*above, header, *lines)):
            for place, cell in enumerate(line):
                look = looks.get((number, place))
                match cell:
                    case bool():
                        page.write_boolean(number, place, cell)
                    case date() | time() | timedelta():
                        page.write_datetime(number, place, cell, look or as_date)
                    case int() | float():
                        page.write_number(number, place, cell, look)
                    case str() if cell.startswith("="):
                        page.write_formula(number, place, cell, look)
                    case str() if cell:
                        page.write_string(number, place, cell, look)
        finish(workbook, page)
    return made.getvalue()


def in_xml(workbook: bytes, part: str, pattern: str, by: str, count: int = 1) -> bytes:
    """Return a workbook in which the text of one part was changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as former, zipfile.ZipFile(made, "w") as changed:
        for name in former.namelist():
            text = former.read(name)
            if name == part:
                text, found = re.subn(pattern.encode(), by.encode(), text, count=count)
                assert found, f"nothing to change in {part}"
            changed.writestr(name, text)
    return made.getvalue()


def cell_in_xml(workbook: bytes, address: str, attributes: str, content: str) -> bytes:
    """Return a workbook with another cell in the XML of its sheet."""
    cell = f'<c r="{address}"{attributes}>{content}</c>'
    pattern = rf'<c r="{address}"[^>]*?(?:/>|>.*?</c>)'
    return in_xml(workbook, "xl/worksheets/sheet1.xml", pattern, cell)


def changed(number: int, **cells: Cell) -> list[list[Cell]]:
    """Return the ordinary rows, some cells of contact `number` changed."""
    return [row(each, **(cells if each == number else {})) for each in range(1, 13)]


def without(*numbers: int) -> list[dict[str, Any]]:
    return [each for each in truths() if int(each["record_ref"][1:]) not in numbers]


def one_bad(name: str, cells: Mapping[str, Cell], column: str, reason: str) -> DirtyFile:
    """Return a workbook of which one cell of contact 5, in row 6, must be rejected."""
    rejected = {6: (column, reason)}
    return DirtyFile(name, contract(), book(changed(5, **cells)), Taken(without(5), rejected))


def one_other(name: str, cells: Mapping[str, Cell], dialect: Any = None, **known: Any) -> DirtyFile:
    """Return a workbook of which contact 5, in row 6, is otherwise than usual, and right."""
    right = [truth(5, **known) if each["record_ref"] == "C005" else each for each in truths()]
    return DirtyFile(name, dialect or contract(), book(changed(5, **cells)), Taken(right))


def in_openpyxl(change: Callable[[Any], object]) -> bytes:
    """Return the ordinary workbook as another program would save it, with a change."""
    workbook = openpyxl.load_workbook(io.BytesIO(book(rows())))
    change(workbook)
    made = io.BytesIO()
    workbook.save(made)
    return made.getvalue()


def files() -> Iterator[DirtyFile]:
    for family in (
        whole_sheets, several_sheets, numbers_and_dates, errors_and_formulas, headers, merged,
        no_workbooks,
    ):  # fmt: skip
        for file in family():
            yield replace(file, name=f"workbook: {file.name}")


def whole_sheets() -> Iterator[DirtyFile]:
    yield DirtyFile("a plain sheet", contract(), book(rows()), Taken(truths()))
    yield DirtyFile(
        "saved by another program", contract(), in_openpyxl(lambda _: None), Taken(truths())
    )
    titled = book(rows(), above=[["Contacten Geheim"], []])
    yield DirtyFile(
        "title rows above the declared header",
        contract(headerRow=3),
        titled,
        Taken([truth(number, number + 3) for number in range(1, 13)]),
    )
    yield DirtyFile(
        "title rows that nobody declared",
        contract(),
        titled,
        Held("S02", ["niet in rij 1 maar in rij 3", "headerRow: 3"]),
    )
    yield DirtyFile(
        "the declared header row is blank",
        contract(headerRow=2),
        titled,
        Held("S02", ["rij 2 is leeg", "headerRow"]),
    )
    totals = [*rows(), ["Totaal", "", "", "", "", 300]]
    yield DirtyFile(
        "a declared totals row",
        contract(totalRow="Totaal"),
        book(totals),
        Taken(truths(), left_out=[14]),
    )
    yield DirtyFile(
        "a totals row that nobody declared",
        contract(),
        book(totals),
        Taken(truths(), {14: ("*", "lijkt een totaalregel; zet totalRow in het contract")}),
    )
    subtotal = row(5, ContactID="Subtotaal Zuid", Cliënt="", Naam="", Team="", Declarabel="")
    yield DirtyFile(
        "a subtotal with a date that nobody declared",
        contract(),
        book([*rows(), subtotal]),
        Taken(truths(), {14: ("*", "lijkt een totaalregel; zet totalRow in het contract")}),
    )
    yield DirtyFile(
        "the header again in the middle",
        contract(),
        book([*rows()[:4], HEADER, *rows()[4:]]),
        Taken(
            [truth(n, n + 1 if n < 5 else n + 2) for n in range(1, 13)],
            {6: ("*", "de kopregel staat hier nog eens")},
        ),
    )
    yield DirtyFile(
        "blank rows inside, and a row of no-break spaces",
        contract(),
        book([row(1), [], ["\u00a0", " "], row(2)]),
        Taken([truth(1, 2), truth(2, 5)]),
    )
    yield DirtyFile(
        "a table that does not begin in A1",
        contract(),
        book([["", "", *row(1)]], header=["", "", *HEADER], above=[[], []]),
        Taken([truth(1, 4)]),
    )
    yield DirtyFile(
        "spaces and no-break spaces around every cell",
        contract(dateFormat="%d-%m-%Y"),
        book([[f" {cell}\u00a0" for cell in CONTACTS.row(1)]]),
        Taken([truth(1)]),
    )
    yield DirtyFile(
        "columns in another order with others between them",
        contract(),
        book(
            [[*reversed(row(1)), "Geheim"]],
            header=[*reversed(HEADER), "Opmerking"],
        ),
        Taken([truth(1)], flags=[("S03", None)]),
    )
    yield DirtyFile(
        "the same row twice",
        contract(),
        book([*rows(), row(12)]),
        Taken(truths(), duplicates=1),
    )
    yield DirtyFile("only a header", contract(), book([]), Held("S02", ["alleen een kopregel"]))
    yield DirtyFile("nothing at all", contract(), book([], header=[]), Held("S02", ["leeg"]))
    yield DirtyFile(
        "a value in the last cell that a sheet can have",
        contract(),
        book(rows(), finish=lambda _, page: page.write_string(1048575, 16383, "Geheim")),
        Held("S02", ["1.048.576", "16.384", "past niet in het geheugen"]),
    )


def several_sheets() -> Iterator[DirtyFile]:
    def with_notes(workbook: xlsxwriter.Workbook, _: Any) -> None:
        workbook.add_worksheet("123456782").write_string(0, 0, "Geheim")

    def with_hidden(workbook: xlsxwriter.Workbook, _: Any) -> None:
        page = workbook.add_worksheet("Keuzes")
        page.write_string(0, 0, "Geheim")
        page.hide()
        hidden = workbook.add_worksheet("Diep")
        hidden.write_string(0, 0, "Geheim")
        hidden.very_hidden()
        workbook.add_worksheet("Leeg")

    def with_hidden_rows(_: xlsxwriter.Workbook, page: Any) -> None:
        page.autofilter(0, 0, 12, len(HEADER) - 1)
        page.set_row(3, None, None, {"hidden": True})
        page.set_column(MINUTES, MINUTES, None, None, {"hidden": True})

    yield DirtyFile(
        "hidden and empty sheets beside it",
        contract(),
        book(rows(), finish=with_hidden),
        Taken(truths()),
    )
    yield DirtyFile(
        "hidden rows and columns count",
        contract(),
        book(rows(), finish=with_hidden_rows),
        Taken(truths()),
    )
    yield DirtyFile(
        "two visible sheets and none declared",
        contract(),
        book(rows(), finish=with_notes),
        Held("S02", ["2 zichtbare bladen", "sheet in contracts/ecd-contacts.yaml"]),
    )
    yield DirtyFile(
        "two visible sheets, one declared without minding case",
        contract(sheet="contacten "),
        book(rows(), finish=with_notes),
        Taken(truths()),
    )
    yield DirtyFile(
        "the declared sheet is hidden",
        contract(sheet="Keuzes"),
        book(rows(), finish=with_hidden),
        Held("S02", ["blad 'Keuzes' ontbreekt of is verborgen"]),
    )
    yield DirtyFile(
        "the declared sheet is blank",
        contract(sheet="Leeg"),
        book(rows(), finish=with_hidden),
        Held("S02", ["geen kopregel"]),
    )


def numbers_and_dates() -> Iterator[DirtyFile]:
    yield DirtyFile(
        "dates counted from 1904", contract(), book(rows(), date_1904=True), Taken(truths())
    )
    serial = {"Datum": SERIAL_5_DECEMBER}
    yield one_bad("a date as its number", serial, "contact_on", "geen datum")
    as_numbers = contract(excelSerialDates=True)
    yield one_other("a date as its number, declared", serial, as_numbers)
    yield DirtyFile(
        "a date as its number, counted from 1904",
        as_numbers,
        book(changed(5, Datum=SERIAL_5_DECEMBER_1904), date_1904=True),
        Taken(truths()),
    )
    yield one_other("a date with a time", {"Datum": datetime(2025, 12, 5, 23, 59)})
    yield one_other("a date as text", {"Datum": "5-12-2025"})
    yield one_bad("a date the American way as text", {"Datum": "12/31/2025"}, "contact_on",
                  "geen datum")  # fmt: skip
    yield one_bad("a time in a column of dates", {"Datum": time(9, 30)}, "contact_on", "geen datum")
    short = contract(dateFormat="%d-%m-%y")
    yield one_other("a real date while text has two digits for the year", {}, short)
    yield DirtyFile(
        "a real date that two digits for the year cannot say",
        short,
        book(changed(5, Datum=date(1925, 12, 5))),
        Taken(without(5), {6: ("contact_on", "geen datum")}),
    )
    far = {"Datum": date(9999, 12, 31)}
    yield one_bad("a date that nobody lives to see", far, "contact_on", "geen datum")
    open_end = contract(openEndDate="31-12-9999")
    yield one_other("a date that means no end", far, open_end, contact_on=None)
    yield one_bad("a team that became a date", {"Team": date(2025, 2, 1)}, "team_code",
                  "datum waar geen datum hoort")  # fmt: skip
    yield one_bad("minutes that are a duration", {"Minuten": timedelta(hours=30)}, "minutes",
                  "datum waar geen datum hoort")  # fmt: skip
    yield one_bad("minutes with a fraction", {"Minuten": 20.5}, "minutes", "geen geheel getal")
    yield one_other("minutes with the noise of a sum", {"Minuten": 20 + 4e-15})
    yield one_bad("minutes as text with a unit", {"Minuten": "20 min"}, "minutes",
                  "geen geheel getal")  # fmt: skip
    yield one_other("minutes as text", {"Minuten": "20"})
    yield one_bad("minutes that are a percentage of nothing", {"Minuten": "20%"}, "minutes",
                  "geen geheel getal")  # fmt: skip
    yield DirtyFile(
        "minutes shown as a percentage",
        contract(),
        book(changed(5, Minuten=20), formats={(5, MINUTES): "0%"}),
        Taken(without(5), {6: ("minutes", "geen geheel getal")}),
    )
    yield DirtyFile(
        "a client number that is a number shown with leading zeros",
        contract(),
        book(changed(5, Cliënt=5), formats={(5, CLIENT): "00000"}),
        Taken(truths()),
    )
    for number_format, shown in (
        ('"C"0000', "C0005"),
        ('000"-"00', "000-05"),
        ("000\\-00", "000-05"),
        ("000-00", "000-05"),
        ("[$-413]00000", "00005"),
        ('0000" (oud)"', "0005"),
    ):
        yield DirtyFile(
            f"a client number shown by {number_format}",
            contract(),
            book(changed(5, Cliënt=5), formats={(5, CLIENT): number_format}),
            Taken([truth(n, client_id=Token(shown)) if n == 5 else truth(n) for n in range(1, 13)]),
        )
    for number_format in ('0 "minuten"', "0\\d", "[Red]0", "#,##0", '0" h:mm"'):
        yield DirtyFile(
            f"minutes shown by {number_format}",
            contract(),
            book(rows(), formats={(5, MINUTES): number_format}),
            Taken(truths()),
        )
    yield one_other(
        "a client number that is a number",
        {"Cliënt": 12345678},
        client_id=Token("12345678"),
    )
    yield one_bad("a client number of eighteen digits", {"Cliënt": 123456789012345678},
                  "client_id", ROUNDED)  # fmt: skip
    yield one_other("a boolean", {"Declarabel": True})
    yield one_bad("a boolean as another word", {"Declarabel": "onwaar"}, "is_declarable",
                  "onbekende code")  # fmt: skip
    yield one_bad("a boolean among minutes", {"Minuten": True}, "minutes", "geen geheel getal")


def errors_and_formulas() -> Iterator[DirtyFile]:
    for address, column, error in (("F6", "minutes", "#N/A"), ("D6", "team_code", "#REF!"),
                                  ("B6", "client_id", "#VALUE!")):  # fmt: skip
        yield DirtyFile(
            f"an error in {column}",
            contract(),
            cell_in_xml(book(rows()), address, ' t="e"', f"<v>{error}</v>"),
            Taken(without(5), {6: (column, EXCEL_ERROR)}),
        )
    yield one_bad("an error that was pasted as text", {"Team": "#N/B"}, "team_code", EXCEL_ERROR)
    yield DirtyFile(
        "a formula that was computed",
        contract(),
        in_xml(
            cell_in_xml(book(rows()), "F6", "", "<f>10*2</f><v>20</v>"),
            "xl/workbook.xml", ' fullCalcOnLoad="1"', "",
        ),
        Taken(truths()),
    )  # fmt: skip
    yield DirtyFile(
        "a formula that gives a date",
        contract(),
        in_xml(
            in_xml(book(rows()), "xl/worksheets/sheet1.xml",
                   '(<c r="E6" s="1")><v>', r"\1><f>DATE(2025,12,5)</f><v>"),
            "xl/workbook.xml", ' fullCalcOnLoad="1"', "",
        ),
        Taken(truths()),
    )  # fmt: skip
    uncomputed = Taken(without(5), {6: ("minutes", NO_RESULT)})
    for name, content in (
        ("a formula without a result", "<f>10*2</f>"),
        ("a formula with a blank result", "<f>10*2</f><v></v>"),
        ("a formula with an empty element as its result", "<f>10*2</f><v/>"),
        ("a shared formula without a result", '<f t="shared" si="0"/>'),
    ):
        yield DirtyFile(name, contract(), cell_in_xml(book(rows()), "F6", "", content), uncomputed)
    yield DirtyFile(
        "formulas that the program left for Excel to compute",
        contract(),
        book(changed(5, Minuten="=10*2")),
        uncomputed,
    )
    yield DirtyFile(
        "formulas written by another program",
        contract(),
        in_openpyxl(lambda workbook: workbook.active.__setitem__("F6", "=10*2")),
        uncomputed,
    )
    yield DirtyFile(
        "a formula whose result is no text at all",
        contract(),
        in_xml(
            cell_in_xml(book(rows()), "D6", ' t="str"', '<f>IF(1=1,"","x")</f><v></v>'),
            "xl/workbook.xml", ' fullCalcOnLoad="1"', "",
        ),
        Taken([truth(5, team_code=None) if each["record_ref"] == "C005" else each
               for each in truths()]),
    )  # fmt: skip


def headers() -> Iterator[DirtyFile]:
    yield DirtyFile(
        "headers with line ends, odd spaces and another case",
        contract(),
        book(rows(), header=[f"{name.upper()}\n\u00a0" for name in HEADER]),
        Taken(truths()),
    )
    for name, place, other, told in (
        ("a column that was renamed", MINUTES, "Duur", "kolom 'Minuten' ontbreekt"),
        ("a column without a header", DAY, "", "kolom 'Datum' ontbreekt"),
        ("a header that stands twice", DECLARABLE, "Minuten", "kolom 'Minuten' komt 2 keer voor"),
    ):
        header = [other if at == place else each for at, each in enumerate(HEADER)]
        yield DirtyFile(name, contract(), book(rows(), header=header), Held("S02", [told]))


def merged() -> Iterator[DirtyFile]:
    yield DirtyFile(
        "a header merged over two columns",
        contract(),
        book(rows(), finish=lambda _, page: page.merge_range("D1:E1", "Team")),
        Held("S02", ["kop 'Team' is samengevoegd over 2 kolommen"]),
    )
    yield DirtyFile(
        "a title merged over the whole table",
        contract(headerRow=2),
        book(rows(), above=[[""]],
             finish=lambda _, page: page.merge_range("A1:I1", "Contacten Geheim")),
        Taken([truth(number, number + 2) for number in range(1, 13)]),
    )  # fmt: skip
    team = "Wijkteam Zuiërzee"
    yield DirtyFile(
        "a team merged over three rows",
        contract(),
        book(rows(), finish=lambda _, page: page.merge_range("D3:D5", team)),
        Taken(without(3, 4), dict.fromkeys((4, 5), ("team_code", "samengevoegde cellen"))),
    )


def no_workbooks() -> Iterator[DirtyFile]:
    plain = book(rows())
    yield DirtyFile("no bytes", contract(), b"", Held("S02", ["leeg (0 bytes)"]))
    csv = text(CONTACTS.rows(), CONTACTS.header).encode("cp1252")
    yield DirtyFile("csv by another name", contract(), csv, Held("S02", ["tekst (csv?)"]))
    page = b"<html><body><table><tr><td>Geheim</td></tr></table></body></html>"
    yield DirtyFile("a web page by another name", contract(), page, Held("S02", ["webpagina"]))
    yield DirtyFile(
        "an old workbook by another name",
        contract(),
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
        Held("S02", ["werkmap"]),
    )
    yield DirtyFile(
        "a workbook cut in two", contract(), plain[: len(plain) // 2], Held("S02", ["leesbare"])
    )
    yield DirtyFile(
        "a workbook with a wrong byte inside",
        contract(),
        plain.replace(b"xl/sharedStrings.xml", b"xl/sharedStrinks.xml"),
        Held("S02", ["leesbare"]),
    )
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("contacten.csv", csv)
    yield DirtyFile("a zip with a csv", contract(), other.getvalue(), Held("S02", ["leesbare"]))
    for name, part in (("OpenDocument", "content.xml"), ("binary", "xl/workbook.bin")):
        other = io.BytesIO()
        with zipfile.ZipFile(other, "w") as archive:
            archive.writestr(part, "Geheim")
        yield DirtyFile(
            f"a workbook of the {name} kind",
            contract(),
            other.getvalue(),
            Held("S02", ["ander soort", ".xlsx"]),
        )
