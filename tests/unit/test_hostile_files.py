"""Files that were made to do harm are refused with a reason, in little time and memory."""

import io
import os
import resource
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from ingest.deliveries import take_in
from ingest.home import Home
from ingest.source_states import SourceResult, unclaimed
from tests.unit.small_ecd import HEADER, client, csv_bytes, document, loaded

DAY = date(2026, 1, 5)
MOST_MEMORY = 1_500_000_000


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def taken(home: Home, data: bytes, **server: str) -> SourceResult:
    """Return what becomes of a delivery of clients."""
    contract = document()
    contract["servers"][0].update(server)
    suffix = contract["servers"][0]["format"]
    contract["servers"][0]["path"] = f"clienten_{{delivered_on}}.{suffix}"
    (home.inbox / f"clienten_{DAY:%Y%m%d}.{suffix}").write_bytes(data)
    return take_in(home, loaded(home.contracts, contract), as_of=DAY, judge=lambda _: [])


def workbook(**replaced: bytes) -> bytes:
    """Return a workbook of one client in which parts were replaced or added."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet("Blad1")
    for number, row in enumerate((HEADER, client(1))):
        sheet.write_row(number, 0, row)
    book.close()
    spoiled = io.BytesIO()
    with zipfile.ZipFile(made) as whole, zipfile.ZipFile(spoiled, "w", zipfile.ZIP_DEFLATED) as new:
        for name in whole.namelist():
            stem = Path(name).stem
            new.writestr(name, replaced.pop(stem, None) or whole.read(name))
    return spoiled.getvalue()


def in_bounded_memory(home: Home, file: Path) -> subprocess.CompletedProcess[str]:
    """Take in a workbook in a process that may not take more memory than a night has."""
    script = (
        "import sys; from pathlib import Path; from ingest.home import Home;"
        "from tests.unit.test_hostile_files import taken;"
        "data = Path(sys.argv[2]).read_bytes();"
        "print(taken(Home(Path(sys.argv[1])), data, format='xlsx').message)"
    )
    return subprocess.run(
        [sys.executable, "-c", script, home.root, file],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY)),
    )


@pytest.mark.parametrize("part", ["sheet1", "sharedStrings", "styles"])
def test_a_zip_bomb_is_refused_before_it_is_unpacked(home: Home, tmp_path: Path, part: str) -> None:
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(workbook(**{part: b"<a>" + b" " * 300_000_000}))
    assert file.stat().st_size < 2_000_000
    done = in_bounded_memory(home, file)
    assert "zipbom" in done.stdout, done.stderr[-2000:]


def test_entities_that_grow_or_read_files_are_not_followed(home: Home, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("GEHEIM")
    doubled = "".join(f'<!ENTITY e{n} "&e{n - 1};&e{n - 1};">' for n in range(1, 30))
    entities = f'<!ENTITY e0 "x">{doubled}'
    text = (
        f'<?xml version="1.0"?><!DOCTYPE sst [{entities}<!ENTITY f SYSTEM "file://{secret}">]>'
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        "<si><t>&e29;</t></si><si><t>&f;</t></si></sst>"
    )
    file = tmp_path / "entities.xlsx"
    file.write_bytes(workbook(sharedStrings=text.encode()))
    done = in_bounded_memory(home, file)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "GEHEIM" not in done.stdout + done.stderr
    landed = b"".join(each.read_bytes() for each in home.landing.rglob("*") if each.is_file())
    assert b"GEHEIM" not in landed


def test_a_cell_of_twenty_megabytes_is_read_or_refused_and_nothing_else(home: Home) -> None:
    result = taken(home, csv_bytes(client(1), client(2, Achternaam="x" * 20_000_000)))
    assert result.state in ("actueel", "vastgehouden")
    assert len(result.message) < 1000


@pytest.mark.parametrize(
    "name",
    [
        "../clienten_20260105.csv",
        "..\\clienten_20260105.csv",
        "clienten_20260105.csv\0.exe",
        "clienten_20260105.csv/../../../keys/client.key",
        "clienten_$(touch x)_20260105.csv",
        "clienten_20260105.csv; drop table clients",
    ],
)
def test_a_name_with_tricks_is_a_delivery_of_nobody(home: Home, name: str) -> None:
    assert loaded(home.contracts).arrival(name, DAY) is None


def test_a_link_in_the_inbox_is_not_followed(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.csv"
    elsewhere.write_bytes(csv_bytes(client(1)))
    link = home.inbox / "clienten_20260105.csv"
    link.symlink_to(elsewhere)
    contract = loaded(home.contracts)
    result = take_in(home, contract, as_of=DAY, judge=lambda _: [])
    assert result.state == "ontbreekt"
    assert elsewhere.exists()
    assert unclaimed(home, [contract])


def test_a_pipe_or_folder_in_the_inbox_does_not_keep_the_night(home: Home) -> None:
    os.mkfifo(home.inbox / "clienten_20260105.csv")
    (home.inbox / "clienten_20260104.csv").mkdir()
    result = take_in(home, loaded(home.contracts), as_of=DAY, judge=lambda _: [])
    assert result.state == "ontbreekt"


def test_what_looks_like_sql_or_a_formula_is_a_text_like_any_other(home: Home) -> None:
    texts = ("'; drop table clients; --", '=HYPERLINK("http://x")', "@SUM(1)", "${jndi:ldap://x}")
    rows = [client(n, Achternaam=text.replace(";", ",")) for n, text in enumerate(texts, 1)]
    result = taken(home, csv_bytes(*rows))
    assert (result.state, result.rows_out) == ("actueel", len(texts))


def bomb_in_pdf() -> bytes:
    """Return a form with a script and a stream that unpacks to half a gigabyte."""
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    stream = DecodedStreamObject()
    stream.set_data(b" " * 500_000_000)
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
    script = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert('x')")}
    action = DictionaryObject({NameObject(name): value for name, value in script.items()})
    writer.root_object[NameObject("/OpenAction")] = action
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def test_a_pdf_with_a_script_and_a_stream_that_grows_is_refused_as_no_form(
    home: Home, tmp_path: Path
) -> None:
    from ingest.readers import ReadError
    from ingest.readers.pdf_forms import read

    form = bomb_in_pdf()
    assert len(form) < 2_000_000
    with pytest.raises(ReadError):
        list(read(io.BytesIO(form), loaded(home.contracts)).batches)
