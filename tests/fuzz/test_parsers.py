"""Whatever bytes come in: every parser reads them or refuses them with a sentence, in time.

`make fuzz` tries many more examples than a run of the tests does (FUZZ_EXAMPLES). What was found is
kept by hypothesis and tried again first.
"""

import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, example, given, settings, target
from hypothesis import strategies as st

from ingest.contracts import load_contracts
from ingest.definitions.importing import import_file
from ingest.definitions.lists import DefinitionsError
from ingest.deliveries import take_in
from ingest.home import Home
from ingest.source_states import SourceResult
from tests.faults.test_dirty_files import FILES
from tests.unit.open_data_service import (
    KWB_HEADER,
    KWB_ROWS,
    faulty,
    pull_live,
    serving_folder,
    write_csv,
)
from tests.unit.small_ecd import client, csv_bytes, document, loaded
from tests.unit.test_hostile_files import workbook
from tests.unit.test_pdf_forms import contract as form_contract
from tests.unit.test_pdf_forms import filled_form, own_form, text

DAY = date(2026, 1, 5)
STATES = {"actueel", "vastgehouden"}
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "25"))
SLOWEST = timedelta(seconds=20)

fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=SLOWEST,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
CELLS = st.text(st.sampled_from("abé€ß\0\";,\t\r\n'=+-@0123456789.\u202e\ufeff"), max_size=12)
ENCODINGS = st.sampled_from(["cp1252", "utf-8", "utf-8-sig", "utf-16", "latin-1", "cp850"])
DELIMITERS = st.sampled_from([";", ",", "\t", "|"])


def taken(data: bytes, **server: str) -> SourceResult:
    """Return what becomes of a delivery of clients in a home of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.create()
        contract = document()
        contract["servers"][0].update(server)
        suffix = contract["servers"][0]["format"]
        contract["servers"][0]["path"] = f"clienten_{{delivered_on}}.{suffix}"
        (home.inbox / f"clienten_{DAY:%Y%m%d}.{suffix}").write_bytes(data)
        source = loaded(home.contracts, contract)
        result = take_in(home, source, as_of=DAY, judge=lambda _: [])
        assert not [file for file in home.root.rglob("*") if "unfinished" in file.name]
    return result


def is_told(result: SourceResult) -> None:
    """Read or refused, every row accounted for, and never at length."""
    assert result.state in STATES, result
    assert bool(result.message) is (result.state == "vastgehouden")
    assert len(result.message) < 3000
    assert "Traceback" not in result.message
    # Broken off by an exception that nobody foresaw.
    assert "Onverwachte fout" not in result.message, result.message


def changed(data: bytes, places: list[tuple[int, int]]) -> bytes:
    """Return bytes of which some are others."""
    spoiled = bytearray(data)
    for place, value in places:
        spoiled[place % len(spoiled)] = value
    return bytes(spoiled)


PLACES = st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=8)


@fuzzed
@given(st.binary(max_size=2000), ENCODINGS, DELIMITERS)
@example(b"\xff\xfe", "utf-16", ";")
@example(b"\xef\xbb\xbf\xef\xbb\xbf", "utf-8", ",")
def test_any_bytes_as_csv(data: bytes, encoding: str, delimiter: str) -> None:
    is_told(taken(data, encoding=encoding, delimiter=delimiter))


@fuzzed
@given(st.lists(st.lists(CELLS, max_size=12), max_size=6), ENCODINGS)
def test_any_cells_below_the_right_header(rows: list[list[str]], encoding: str) -> None:
    data = csv_bytes(client(1), *rows, encoding="utf-8").decode()
    result = taken(data.encode(encoding, "replace"), encoding=encoding)
    target(float(result.rejected))
    is_told(result)


@fuzzed
@given(st.sampled_from([file for file, _ in FILES if len(file.data) > 10]), PLACES)
def test_any_dirty_file_spoiled_further(file: Any, places: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.create()
        written = home.contracts / "contract.yaml"
        written.write_text(yaml.safe_dump(dict(file.contract)), encoding="utf-8")
        (contract,) = load_contracts(home.contracts).usable
        name = contract.path.replace("{delivered_on}", f"{DAY:%Y%m%d}")
        (home.inbox / name).write_bytes(changed(file.data, places))
        is_told(take_in(home, contract, as_of=DAY, judge=lambda _: []))


@fuzzed
@given(PLACES)
def test_any_workbook_of_which_bytes_are_others(places: list[tuple[int, int]]) -> None:
    is_told(taken(changed(workbook(), places), format="xlsx"))


@fuzzed
@given(st.sampled_from(["sheet1", "sharedStrings", "styles", "workbook"]), PLACES)
def test_any_part_of_a_workbook_of_which_bytes_are_others(
    part: str, places: list[tuple[int, int]]
) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook())) as whole:
        name = next(name for name in whole.namelist() if Path(name).stem == part)
        spoiled = workbook(**{part: changed(whole.read(name), places)})
    is_told(taken(spoiled, format="xlsx"))


def form_taken(data: bytes) -> SourceResult:
    """Return what becomes of a returned form in a home of its own."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.create()
        source = form_contract(home.contracts)
        name = source.path.replace("{delivered_on}", f"{DAY:%Y%m%d}").replace("*", "1")
        (home.inbox / name).write_bytes(data)
        return take_in(home, source, as_of=DAY, judge=lambda _: [])


FORM = filled_form()
# A page of a form is mostly its fonts; what a field says stands in its dictionary.
DICTIONARIES = [found.start() for found in re.finditer(rb"<<", FORM)]


@fuzzed
@given(PLACES, st.sampled_from(DICTIONARIES))
@example([(0, 0)], 0)
def test_any_form_of_which_bytes_are_others(places: list[tuple[int, int]], begin: int) -> None:
    near = [(begin + place % 200, value) for place, value in places]
    is_told(form_taken(changed(FORM, near)))


@fuzzed
@given(st.integers(0, len(FORM)), st.binary(max_size=50))
def test_any_form_that_is_cut_off(length: int, tail: bytes) -> None:
    is_told(form_taken(FORM[:length] + tail))


@fuzzed
@given(st.dictionaries(st.sampled_from(["v1", "v2", "toelichting", "v1.kind", "/"]), CELLS))
def test_any_text_in_the_fields_of_a_form(values: dict[str, str]) -> None:
    is_told(form_taken(own_form(*(text(name, value) for name, value in values.items()))))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@fuzzed
@given(st.sampled_from(["id", "servers", "schema", "slaProperties", "customProperties"]), JSON)
def test_any_contract_is_used_or_refused_with_its_name(key: str, value: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        contract = document() | {key: value}
        file = Path(folder) / "ecd-clienten.yaml"
        file.write_text(yaml.safe_dump(contract, allow_unicode=True), encoding="utf-8")
        contracts = load_contracts(Path(folder))
        assert len(contracts.usable) + len(contracts.unusable) == 1
        assert all("ecd-clienten" in each.message for each in contracts.unusable)


@fuzzed
@given(st.binary(max_size=300) | PLACES.map(lambda places: changed(workbook(), places)))
def test_any_definition_list_is_imported_or_refused(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        home.create()
        file = Path(folder) / "lijst.xlsx"
        file.write_bytes(data)
        with suppress(DefinitionsError):
            import_file(home, file, imported_on=DAY)


@settings(parent=fuzzed, max_examples=max(5, EXAMPLES // 5))
@given(JSON | st.binary(max_size=100), st.sampled_from(["/UntypedDataSet", "/DataProperties"]))
def test_any_answer_of_the_open_data_service(answer: Any, where: str) -> None:
    body = answer if isinstance(answer, bytes) else json.dumps({"value": answer}).encode()
    lie: Callable[..., None] = lambda handler, _: handler.send(body)  # noqa: E731
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        home.create()
        table = Path(folder) / "recorded" / "84799NED_kwb2020" / "UntypedDataSet.csv"
        write_csv(table, KWB_HEADER, KWB_ROWS)
        with serving_folder(table.parents[1]) as upstream, faulty(upstream) as (address, service):
            service.fail(where, lie, times=99)
            results = pull_live(home, address)
        assert {each.state for each in results} <= {"ontbreekt", "actueel", "overgeslagen"}
        assert all(each.message for each in results if each.state != "actueel")
