"""The client gets a whole table or says why not."""

import threading
import time
from collections.abc import Iterator

import cbsodata
import pytest

from ingest.open_data.client import OpenDataClient, OpenDataError, Patience
from tests.unit import open_data_service as service
from tests.unit.open_data_service import FaultyService, faulty, serving_folder, write_csv

QUICK = Patience(timeout_seconds=0.3, attempts=3, first_wait_seconds=0.01, total_seconds=20)
ROWS = 10_003
PASSING_FAULTS = [
    service.server_error,
    service.reset,
    service.silence,
    service.maintenance_page,
    service.cut_off,
    service.half_the_rows,
    service.rows_twice,
    service.without_value,
]


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("recorded")
    rows = [(str(n), f"BU{n:08d}", str(n % 7)) for n in range(ROWS)]
    header = ("ID", "WijkenEnBuurten", "AantalInwoners_5")
    write_csv(folder / "84799NED_kwb2020" / "UntypedDataSet.csv", header, rows)
    cube = [
        (f"{n}", margin, region, "     1.0")
        for n, (region, margin) in enumerate(
            (region, margin)
            for region in ("GM0599    ", "GM0632    ")
            for margin in ("MW00000", "MOG0095")
        )
    ]
    cube_header = ("ID", "Marges", "WijkenEnBuurten", "Eenzaam_28")
    write_csv(folder / "50090NED_gezondheid2020" / "UntypedDataSet.csv", cube_header, cube)
    uneven = [
        ("0", "T001038", "GM0599", "     5"),
        ("1", "T001038", "GM0632", "     4"),
        ("2", "3000", "GM0599", "     2"),
    ]
    uneven_header = ("ID", "Geslacht", "RegioS", "AantalInwoners_1")
    write_csv(folder / "70072NED_regio2020" / "UntypedDataSet.csv", uneven_header, uneven)
    with serving_folder(folder) as address:
        yield address


@pytest.fixture
def faults(upstream: str) -> Iterator[tuple[str, FaultyService]]:
    with faulty(upstream) as (address, faulty_service):
        yield address, faulty_service


def client(address: str, patience: Patience = QUICK) -> OpenDataClient:
    return OpenDataClient(address, patience, patience.deadline())


def download(address: str, patience: Patience = QUICK) -> list[int]:
    columns = ["WijkenEnBuurten", "AantalInwoners_5"]
    return [
        row["ID"] for row in client(address, patience).download("84799NED", ROWS, columns, {}).rows
    ]


def test_every_page_is_fetched_once_in_order(faults: tuple[str, FaultyService]) -> None:
    address, faulty_service = faults
    assert download(address) == list(range(ROWS))
    pages = [path for path in faulty_service.asked if "/UntypedDataSet" in path]
    assert len(pages) == 2
    assert not [path for path in faulty_service.asked if "/TypedDataSet" in path]


def test_codes_stay_and_only_the_asked_columns_come(upstream: str) -> None:
    got = client(upstream).download("84799NED", ROWS, ["WijkenEnBuurten"], {})
    assert got.rows[1] == {"ID": 1, "WijkenEnBuurten": "BU00000001"}
    assert got.dimensions["WijkenEnBuurten"][1]["Key"] == "BU00000001"
    assert set(got.dimensions) == {"WijkenEnBuurten"}


@pytest.mark.parametrize("fault", PASSING_FAULTS)
@pytest.mark.parametrize("where", ["/UntypedDataSet", "skip=10000"])
def test_a_fault_that_passes_costs_only_a_new_attempt(
    faults: tuple[str, FaultyService], fault: service.Fault, where: str
) -> None:
    address, faulty_service = faults
    faulty_service.fail(where, fault)
    assert download(address) == list(range(ROWS))


@pytest.mark.parametrize("where", ["/84799NED/?", "/WijkenEnBuurten?", "/TableInfos?"])
def test_a_fault_in_the_metadata_is_tried_again_too(
    faults: tuple[str, FaultyService], where: str
) -> None:
    address, faulty_service = faults
    faulty_service.fail(where, service.maintenance_page)
    assert download(address) == list(range(ROWS))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (service.server_error, "foutcode 500"),
        (service.reset, "geen verbinding.*proxy"),
        (service.silence, "antwoordt niet op tijd"),
        (service.maintenance_page, "onderhoudspagina"),
        (service.half_the_rows, "er kwamen 5001 van de 10003 rijen"),
        (service.no_next_page, "er kwamen 10000 van de 10003 rijen"),
        (service.rows_twice, "5001 rijen kwamen dubbel"),
    ],
)
def test_a_fault_that_stays_is_told_in_dutch(
    faults: tuple[str, FaultyService], fault: service.Fault, words: str
) -> None:
    address, faulty_service = faults
    faulty_service.fail("/UntypedDataSet", fault, times=99)
    with pytest.raises(OpenDataError, match=words) as caught:
        download(address)
    assert "Tabel 84799NED is niet op te halen bij 127.0.0.1" in str(caught.value)
    assert "volgende nacht" in str(caught.value)


def test_a_busy_service_is_given_the_time_it_asks_for(faults: tuple[str, FaultyService]) -> None:
    address, faulty_service = faults
    faulty_service.fail("Tables", service.too_many_requests)
    assert len(client(address).get_tables(["Identifier"])) == 3
    faulty_service.asked.clear()
    faulty_service.fail("Tables", service.too_many_requests, times=99)
    # It asks for a second and there is less: at most once more, at the very end.
    short = Patience(timeout_seconds=5, attempts=9, first_wait_seconds=0.01, total_seconds=0.5)
    with pytest.raises(OpenDataError, match=r"foutcode 429|tijd voor open data"):
        client(address, short).get_tables(["Identifier"])
    assert len(faulty_service.asked) <= 2


def test_a_certificate_that_is_not_trusted_is_told_and_not_tried_again(
    faults: tuple[str, FaultyService],
) -> None:
    address, faulty_service = faults
    with pytest.raises(OpenDataError, match=r"certificaat.*REQUESTS_CA_BUNDLE"):
        client(f"https://{address}").get_tables(["Identifier"])
    assert faulty_service.asked == []


def test_no_more_attempts_are_made_than_allowed(faults: tuple[str, FaultyService]) -> None:
    address, faulty_service = faults
    faulty_service.fail("Tables", service.server_error, times=99)
    with pytest.raises(OpenDataError):
        client(address).get_tables(["Identifier"])
    assert len(faulty_service.asked) == 3


def test_what_does_not_exist_is_not_asked_for_again(faults: tuple[str, FaultyService]) -> None:
    address, faulty_service = faults
    faulty_service.fail("DataProperties", service.not_found)
    with pytest.raises(OpenDataError, match=r"kent dit adres niet.*Controleer het tabelnummer"):
        client(address).get_properties("84799NED")
    assert len(faulty_service.asked) == 1


def test_an_answer_that_only_trickles_in_ends_with_the_time_for_open_data(
    faults: tuple[str, FaultyService],
) -> None:
    address, faulty_service = faults
    faulty_service.fail("DataProperties", service.trickle, times=99)
    short = Patience(timeout_seconds=5, attempts=9, first_wait_seconds=0.01, total_seconds=0.2)
    with pytest.raises(OpenDataError, match=r"de tijd voor open data .* is op"):
        client(address, short).get_properties("84799NED")


def test_without_time_left_nothing_is_asked(faults: tuple[str, FaultyService]) -> None:
    address, faulty_service = faults
    spent = OpenDataClient(address, QUICK, time.monotonic() - 1)
    with pytest.raises(OpenDataError, match="tijd voor open data"):
        spent.get_tables(["Identifier"])
    assert faulty_service.asked == []


def test_nobody_at_the_address_is_told_in_dutch() -> None:
    with pytest.raises(
        OpenDataError, match=r"De catalogus is niet op te halen bij 127\.0\.0\.1:9:"
    ):
        client("127.0.0.1:9").get_tables(["Identifier"])


def test_a_filter_gives_the_rows_of_one_key(upstream: str) -> None:
    only = {"Marges": "MW00000"}
    rows = client(upstream).download("50090NED", 4, ["WijkenEnBuurten"], only).rows
    assert [row["ID"] for row in rows] == [0, 2]


def test_missing_rows_behind_a_filter_are_noticed_when_all_keys_are_combined(
    faults: tuple[str, FaultyService],
) -> None:
    address, faulty_service = faults
    faulty_service.fail("/UntypedDataSet", service.half_the_rows, times=99)
    with pytest.raises(OpenDataError, match="er kwamen 1 van de 2 rijen"):
        client(address).download("50090NED", 4, ["WijkenEnBuurten"], {"Marges": "MW00000"})


def test_a_table_without_every_combination_is_counted_whole_before_it_is_filtered(
    faults: tuple[str, FaultyService],
) -> None:
    address, faulty_service = faults
    only, columns = {"Geslacht": "T001038"}, ["RegioS"]
    rows = client(address).download("70072NED", 3, columns, only).rows
    assert [row["RegioS"].strip() for row in rows] == ["GM0599", "GM0632"]
    faulty_service.fail("/UntypedDataSet", service.half_the_rows, times=99)
    with pytest.raises(OpenDataError, match="er kwamen 1 van de 3 rijen"):
        client(address).download("70072NED", 3, columns, only)


def test_an_address_may_carry_its_scheme(upstream: str) -> None:
    assert len(client(f"http://{upstream}/").get_tables(["Identifier"])) == 3


def test_proxies_of_the_environment_are_passed_over_on_this_machine(
    upstream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = {"http": "http://127.0.0.1:9", "https": "http://127.0.0.1:9"}
    monkeypatch.setattr(cbsodata.options, "requests", {"proxies": nowhere})
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert len(client(upstream).get_tables(["Identifier"])) == 3


def test_a_proxy_of_the_environment_is_used_for_the_service_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    with pytest.raises(OpenDataError, match="de proxy laat het niet door"):
        client("opendata.cbs.invalid").get_tables(["Identifier"])


@pytest.mark.parametrize("fault", [None, service.server_error])
def test_the_options_of_cbsodata_are_left_as_they_were(
    faults: tuple[str, FaultyService], fault: service.Fault | None
) -> None:
    address, faulty_service = faults
    before = (cbsodata.options.use_https, dict(cbsodata.options.requests))
    if fault:
        faulty_service.fail("Tables", fault, times=3)
        with pytest.raises(OpenDataError):
            client(address).get_tables(["Identifier"])
    else:
        client(address).get_tables(["Identifier"])
    assert (cbsodata.options.use_https, dict(cbsodata.options.requests)) == before


def test_clients_in_several_threads_do_not_disturb_each_other(upstream: str) -> None:
    counts: list[int] = []

    def ask() -> None:
        counts.append(len(client(upstream).get_tables(["Identifier"])))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [3] * 6
