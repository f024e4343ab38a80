"""CSV in the declared dialect: the right rows, or a sentence with the line; nothing in between."""

import csv
import io
import re
from dataclasses import dataclass
from typing import Any, Literal, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.contracts import SourceContract
from ingest.readers import MalformedRow, ReadError, csv_table


@dataclass(frozen=True)
class Dialect:
    encoding: str = "cp1252"
    delimiter: str = ";"
    quote_character: str = '"'
    header_row: int | None = None
    total_row: str | None = None
    trailer: str | None = None
    is_last_line_end_optional: bool = False


def read(data: bytes | str, **dialect: Any) -> tuple[tuple[str, ...], dict[int, list[Any]]]:
    """Return the header, and every row or the fault of a malformed one by its row number."""
    used = Dialect(**dialect)
    encoded = data.encode(used.encoding) if isinstance(data, str) else data
    table = csv_table.read(io.BytesIO(encoded), cast(SourceContract, used))
    rows: dict[int, list[Any]] = {}
    for batch in table.batches:
        cells = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        rows |= dict(zip(batch.row_numbers.to_pylist(), map(list, cells), strict=True))
        rows |= {bad.row_number: [bad] for bad in batch.malformed}
    return table.header, rows


def refused(data: bytes | str, **dialect: Any) -> ReadError:
    with pytest.raises(ReadError) as error:
        read(data, **dialect)
    return error.value


def test_cells_come_as_they_are_with_leading_zeros_and_spaces() -> None:
    header, rows = read("nr;naam\r\n0034; Ëlise ÷ €\r\n")
    assert header == ("nr", "naam")
    assert rows == {2: ["0034", " Ëlise ÷ €"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "mac_roman"])
def test_accents_and_the_euro_sign_survive_every_declared_encoding(encoding: str) -> None:
    header, rows = read("naam;bedrag\nRené Wölf;€ 1,50\n", encoding=encoding)
    assert header == ("naam", "bedrag")
    assert rows == {2: ["René Wölf", "€ 1,50"]}


def test_a_byte_order_mark_is_no_part_of_the_first_header_also_if_it_was_not_declared() -> None:
    header, _ = read("naam\nx\n".encode("utf-8-sig"), encoding="utf-8")
    assert header == ("naam",)


def test_utf_8_with_a_mark_is_not_read_as_windows_1252() -> None:
    error = refused("naam\nZoë\n".encode("utf-8-sig"), encoding="cp1252")
    assert error.check_id == "S04"
    assert "utf-8-sig" in str(error)


def test_a_byte_that_cannot_be_decoded_is_told_with_line_and_place_and_not_its_text() -> None:
    error = refused("naam\nJan\nZoë\n".encode("cp1252"), encoding="utf-8")
    assert error.check_id == "S04"
    assert str(error).startswith("regel 3, byte 12: geen geldige utf-8")
    assert "Zo" not in str(error)


def test_the_place_is_right_far_into_a_file() -> None:
    good = b"naam;plaats\n" + b"Jansen;Woerden\n" * 10_000
    error = refused(good + b"Zo\xeb;Woerden\n", encoding="utf-8")
    # Zo are two good bytes, so the wrong one is the third after the good lines, counted from 1.
    assert f"regel 10002, byte {len(good) + 3}:" in str(error)


def test_utf_16_without_its_mark_is_refused() -> None:
    assert refused("naam\nJan\n".encode("utf-16-le"), encoding="utf-16").check_id == "S04"


def test_a_nul_byte_is_told_with_its_line() -> None:
    assert "regel 3: een NUL-teken" in str(refused("naam\nJan\nP\0et\n"))


def test_a_quoted_cell_may_hold_a_line_end_a_delimiter_and_quotes() -> None:
    _, rows = read('nr;team;notitie\n1;A;"eerste\r\ntweede; met ""quotes"""\n2;B;kort\n')
    assert rows == {2: ["1", "A", 'eerste\r\ntweede; met "quotes"'], 3: ["2", "B", "kort"]}


def test_a_quote_inside_an_unquoted_cell_is_just_a_quote() -> None:
    _, rows = read('nr;naam\n1;Jan "de" Wit\n2;Piet\n')
    assert rows[2] == ["1", 'Jan "de" Wit']


def test_an_unclosed_quote_is_told_with_the_line_where_it_opens() -> None:
    text = 'nr;naam\n1;"Jan\nsen"\n2;"Piet\n3;Klaas\n4;Kees\n'
    error = refused(text)
    assert error.check_id == "S02"
    assert str(error).startswith("regel 4: de aanhalingstekens kloppen niet")
    assert "Piet" not in str(error)


def test_text_after_a_closing_quote_is_refused() -> None:
    assert "regel 3:" in str(refused('nr;naam\n1;Jan\n2;"Piet"er\n'))


def test_two_lone_quotes_never_merge_two_persons_into_one() -> None:
    # Python's csv sees three good cells here: 1, Jan, and all of the second person.
    error = refused('nr;naam;noot\n1;Jan;"groot\n2;Piet;klein"\n3;Klaas;x\n')
    assert str(error).startswith("regel 2: een aanhalingsteken wordt pas op een latere regel")


def test_rows_with_another_number_of_cells_are_malformed_and_the_others_stay() -> None:
    _, rows = read("a;b\n1;2\n3\n4;5;6\n7;8\n")
    fault = "aantal velden klopt niet"
    assert rows == {
        2: ["1", "2"],
        3: [MalformedRow(3, fault)],
        4: [MalformedRow(4, fault)],
        5: ["7", "8"],
    }


def test_blank_rows_are_nothing_but_keep_their_number() -> None:
    _, rows = read("\na;b\n\n1;2\n;\n3;4\n\n")
    assert rows == {4: ["1", "2"], 6: ["3", "4"]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_blank_row_of_a_file_with_one_column_is_nothing_too(end: str) -> None:
    _, rows = read(end.join(("nr", "1", "", "2", "")))
    assert rows == {2: ["1"], 4: ["2"]}


def test_blanks_around_a_separator_are_no_part_of_a_quoted_cell_and_those_inside_are() -> None:
    text = '"nr" ;\t"naam"\n"1"\u00a0; " Jan; "" de"" " \n2 ;"een\n twee " ; "drie"\n'
    header, rows = read(text)
    assert header == ("nr", "naam")
    assert rows[2] == ["1", ' Jan; " de" ']
    assert rows[3] == [MalformedRow(3, "aantal velden klopt niet")]
    assert read('a;b\n1;"een\n twee " ;\n'.replace(" ;\n", " \n"))[1][2] == ["1", "een\n twee "]


def test_a_line_that_says_the_separator_is_passed_over_or_contradicts_the_contract() -> None:
    assert read("sep=;\na;b\n1;2\n")[1] == {2: ["1", "2"]}
    assert "regel 1 zegt dat het scheidingsteken ','" in str(refused("sep=,\na,b\n"))


def test_the_header_stands_where_the_contract_says() -> None:
    text = 'Cliënten "2026";\n\nper 1-1-2026\na;b\n1;2\n'
    assert read(text, header_row=4) == (("a", "b"), {5: ["1", "2"]})
    assert "rij 2 is leeg" in str(refused(text, header_row=2))
    assert "geen kopregel" in str(refused(text, header_row=9))


def test_another_quote_or_none_is_read_as_the_contract_says() -> None:
    assert read("a;b\n'1;1';\"2\n", quote_character="'")[1] == {2: ["1;1", '"2']}
    assert read('a;b\n"1;2"\n', quote_character="")[1] == {2: ['"1', '2"']}


def test_a_line_with_totals_is_no_row_and_is_told() -> None:
    data = b"a;b\n1;2\n;Totaal: 1\n"
    used = Dialect(total_row="Totaal")
    (batch,) = csv_table.read(io.BytesIO(data), cast(SourceContract, used)).batches
    assert (batch.row_numbers.to_pylist(), batch.malformed, batch.totals) == ([2], (), (3,))


def test_a_line_that_looks_like_totals_is_no_row_even_if_nobody_declared_it() -> None:
    reason = "lijkt een totaalregel; zet totalRow in het contract"
    assert read("a;b\n1;2\nEINDTOTAAL;7\n")[1][3] == [MalformedRow(3, reason)]
    assert read("a;b\n1;2\nTotaal Welzijn;7\n")[1][3] == ["Totaal Welzijn", "7"]


@pytest.mark.parametrize(
    "last", ["Aantal rijen: 2", "aantal  rijen:2;;\n", '"Aantal rijen: 2"\r\n', "Aantal rijen:;2\n"]
)
def test_a_trailer_that_is_right_proves_the_file_whole_and_is_no_row(last: str) -> None:
    trailer = "Aantal rijen: {rows}"
    assert read(f"a;b\n1;2\n3;4\n{last}", trailer=trailer)[1] == {2: ["1", "2"], 3: ["3", "4"]}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a;b\n1;2\n3;4\n", "ontbreekt"),
        ("a;b\n1;2\nAantal rijen: 1.200\n", "zegt 1.200 rijen, het bestand heeft er 1"),
        ("a;b\n1;2\nAantal rijen: 1\n3;4\n", "komen nog rijen"),
        ("a;b\n1;2\n3;4\nAantal ri", "ontbreekt"),
    ],
)
def test_a_trailer_that_is_missing_or_counts_otherwise_refuses_the_file(
    text: str, fault: str
) -> None:
    error = refused(text, trailer="Aantal rijen: {rows}")
    assert error.check_id == "S05"
    assert fault in str(error)


def test_a_line_that_cannot_be_a_row_of_a_file_with_quotes_everywhere_is_part_of_its_cell() -> None:
    # Without the quotes around the first cells, 'twee; drie' might be a person of its own.
    assert read('"a";"b"\n"1";"een\ntwee; drie"\n')[1] == {2: ["1", "een\ntwee; drie"]}
    assert "hele rij" in str(refused('a;b\n1;"een\ntwee; drie"\n'))
    assert "hele rij" in str(refused('"a";"b"\n1;2\n"1";"een\ntwee; drie"\n'))


@pytest.mark.parametrize(
    ("data", "check_id", "kind"),
    [
        (b"PK\x03\x04xx", "S02", "Excel-werkmap"),
        (b"\x1f\x8bxx", "S02", "gzip"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html>", "S02", "webpagina"),
        ("a\n".encode("utf-16"), "S04", "bestand is UTF-16"),
        (b"\xfe\xff\0a", "S04", "bestand is UTF-16"),
    ],
)
def test_another_kind_of_file_is_named(data: bytes, check_id: str, kind: str) -> None:
    error = refused(data, encoding="cp1252" if data[:1] != b"\xef" else "utf-8")
    assert (error.check_id, kind in str(error)) == (check_id, True)


def test_rows_that_all_have_another_width_are_refused_with_both_numbers() -> None:
    assert "rij 2 heeft 3 velden, de kopregel 2" in str(refused("a;b\n1;2;3\n4;5;6\n"))


def test_a_cell_of_a_megabyte_is_read() -> None:
    assert read(f'a;b\n1;"{"x" * 1_000_000}"\n')[1][2][1] == "x" * 1_000_000


def test_an_empty_file_is_told_apart_from_one_with_only_a_header() -> None:
    assert "leeg (0 bytes)" in str(refused(b""))
    assert "geen kopregel" in str(refused(b"\r\n\r\n"))
    assert read("a;b\n") == (("a", "b"), {})


def test_a_last_row_without_line_end_may_be_cut_off_unless_the_contract_knows_better() -> None:
    cut = MalformedRow(3, "laatste regel zonder regeleinde, misschien afgebroken")
    assert read("a;b\n1;2\n3;4")[1] == {2: ["1", "2"], 3: [cut]}
    assert read("a;b\n1;2\n3;4", is_last_line_end_optional=True)[1] == {
        2: ["1", "2"],
        3: ["3", "4"],
    }


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_cut_anywhere_gives_only_rows_of_the_whole_file(end: str) -> None:
    lines = ["nr;naam;bedrag", "1;Jan;12", '2;"Ans; ""Wit""";120', '3;"een', 'twee";1200', "4;;15"]
    data = "".join(line + end for line in lines).encode("cp1252")
    whole = read(data)[1]
    assert len(whole) == 4
    for length in range(len(data)):
        try:
            _, rows = read(data[:length])
        except ReadError:
            continue
        assert all(row == whole[at] for at, row in rows.items() if isinstance(row[0], str))


def test_old_line_ends_and_other_delimiters_are_read() -> None:
    assert read("a|b\r1|2\r3|4\r", delimiter="|")[1] == {2: ["1", "2"], 3: ["3", "4"]}
    assert read("a\tb\n1\t2\n", delimiter="\t")[1] == {2: ["1", "2"]}


def test_numbers_go_on_over_the_pieces_in_which_a_file_is_read() -> None:
    lines = ["a;b", *(f"{number};x" for number in range(2, 6_002))]
    lines[3_000] = '3001;"x\ny"'
    _, rows = read("".join(f"{line}\n" for line in lines))
    assert len(rows) == 6_000
    assert all(row[0] == str(number) for number, row in rows.items())


CELL = st.text(st.sampled_from('ab;",€ \n\r'), max_size=5)


@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=8))
def test_what_a_csv_writer_wrote_is_read_back_or_refused_but_never_changed(
    written: list[list[str]],
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([["x", "y", "z"], *written])
    try:
        _, rows = read(text.getvalue(), encoding="utf-8")
    except ReadError as error:
        # Only a cell that looks like a row of its own may be refused.
        assert "daartussen staat een hele rij" in str(error)  # noqa: PT017
        assert any("\n" in cell or "\r" in cell for row in written for cell in row)
    else:
        assert list(rows.values()) == [row for row in written if "".join(row).strip()]


ROWS = st.lists(st.lists(st.text(st.sampled_from("ab; é"), max_size=3), min_size=2, max_size=2))


@given(ROWS, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_rows_read_at_once_are_those_that_are_read_one_by_one(
    written: list[list[str]], quoting: Literal[0, 1]
) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", quoting=quoting).writerows([["x", "y"], *written])
    at_once = read(text.getvalue(), encoding="utf-8")
    # A character outside ASCII that separates nothing here sends every block the other way.
    one_by_one = read(text.getvalue().replace(";", "¦"), encoding="utf-8", delimiter="¦")
    as_written = {at: [cell.replace("¦", ";") for cell in row] for at, row in one_by_one[1].items()}
    assert at_once == (one_by_one[0], as_written)


@given(st.text(st.sampled_from("ab;; \u00a0\u00e9\r\n\n"), max_size=40))
def test_lines_without_quotes_are_split_as_anybody_would(text: str) -> None:
    lines = re.split("\r\n|\r|\n", f"x;y;z\n{text}\n")
    cells = {number: line.split(";") for number, line in enumerate(lines, start=1) if number > 1}
    filled = {number: row for number, row in cells.items() if "".join(row).strip()}
    fault = "aantal velden klopt niet"
    expected = {
        number: row if len(row) == 3 else [MalformedRow(number, fault)]
        for number, row in filled.items()
    }
    try:
        _, rows = read(f"x;y;z\n{text}\n", encoding="utf-8")
    except ReadError as error:
        assert "geen rij past" in str(error)  # noqa: PT017
        assert not any(len(row) == 3 for row in filled.values())
    else:
        assert rows == expected
