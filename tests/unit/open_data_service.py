"""Recorded tables to test with, and a service in front of the stand-in that fails on demand."""

import csv
import json
import socket
import struct
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from ingest.home import Home
from ingest.open_data import Addresses, Patience, TableResult, pull
from ingest.open_data.recordings import recordings_in
from ingest.open_data.stand_in import serving

AS_OF = date(2026, 11, 1)
NEXT_DAY = date(2026, 11, 2)
QUICK = Patience(timeout_seconds=0.3, attempts=2, first_wait_seconds=0.01, total_seconds=20)
Fault = Callable[["_Handler", bytes], None]

KWB_HEADER = (
    "ID",
    "WijkenEnBuurten",
    "Gemeentenaam_1",
    "AantalInwoners_5",
    "k_15Tot25Jaar_9",
    "k_25Tot45Jaar_10",
    "k_45Tot65Jaar_11",
    "PersonenPerSoortUitkeringBijstand_83",
    "HuishoudensMetEenLaagInkomen_78",
)
# Country, municipality, wijk and buurt; one figure unknown, one that does not apply.
KWB_ROWS = [
    ("0", "NL00      ", "Nederland ", "17407585", "2143743", "4308904", "4836284", "421110", "6.5"),
    ("1", "GM0599    ", "Rotterdam ", "651157", "84860", "203205", "164340", "33930", "13.4"),
    ("2", "WK059910  ", "Rotterdam ", "72500", "9860", "22415", "18245", "5960", "."),
    ("3", "BU05991081", "Rotterdam ", "14250", "2200", "4545", "3395", "1240", ""),
]


def write_csv(file: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a file with figures as StatLine does: semicolons, every cell in quotes."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w", encoding="utf-8-sig", newline="") as lines:
        writer = csv.writer(lines, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows(rows)


def rows(home: Home, table: str) -> list[dict[str, Any]]:
    """Return the rows of a raw table over all its files."""
    files = sorted((home.raw / "open_data" / table).glob("*.parquet"))
    found: list[dict[str, Any]] = [row for file in files for row in pq.read_table(file).to_pylist()]
    return found


def value(home: Home, topic: str, region: str, year: int, band: str | None = None) -> Any:
    """Return value and status of one figure."""
    (row,) = [
        row
        for row in rows(home, "observations")
        if (row["topic_id"], row["region_code"], row["source_year"], row["age_band"])
        == (topic, region, year, band)
    ]
    return row["value"], row["value_status"]


def pull_folder(home: Home, folder: Path, as_of: date = AS_OF, **said: Any) -> list[TableResult]:
    """Pull what lies in a folder."""
    return pull(home, mode=f"recorded:{folder}", as_of=as_of, patience=QUICK, **said)


def pull_live(home: Home, address: str, as_of: date = AS_OF, **said: Any) -> list[TableResult]:
    """Pull from one service that stands in for both catalogues."""
    addresses = Addresses(address, said.pop("third_party", address))
    return pull(home, mode="live", as_of=as_of, patience=QUICK, addresses=addresses, **said)


def states(results: list[TableResult]) -> dict[str, str]:
    """Return the state of every table."""
    return {result.table_id: result.state for result in results}


@contextmanager
def serving_folder(folder: Path) -> Iterator[str]:
    """Serve every table in a folder; yield the address."""
    with serving([recording.read() for recording in recordings_in(folder)]) as address:
        yield address


def get(address: str, path: str) -> tuple[int, Any]:
    """Return status and JSON of a question, without the client under test."""
    url = path if path.startswith("http") else f"http://{address}{path}"
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


class FaultyService:
    """Passes questions on to a stand-in, unless a fault is due for that path."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.asked: list[str] = []
        self._due: list[tuple[str, Fault]] = []
        self._lock = threading.Lock()

    def fail(self, path_part: str, fault: Fault, times: int = 1) -> None:
        """Answer the next `times` questions with this text in their path by the fault."""
        self._due += [(path_part, fault)] * times

    def fault_for(self, path: str) -> Fault | None:
        """Return the fault that is due, and count it as done."""
        with self._lock:
            self.asked.append(path)
            for one in self._due:
                if one[0] in path:
                    self._due.remove(one)
                    return one[1]
        return None


@contextmanager
def faulty(upstream: str) -> Iterator[tuple[str, FaultyService]]:
    """Yield the address of a service that can fail, and the service."""
    service = FaultyService(upstream)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.service = service  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        service: FaultyService = self.server.service  # type: ignore[attr-defined]
        # The stand-in puts the host it was asked for in its links: they lead back to here.
        question = urllib.request.Request(
            f"http://{service.upstream}{self.path}", headers={"Host": self.headers["Host"]}
        )
        with urllib.request.urlopen(question) as answer:
            body = answer.read()
        fault = service.fault_for(self.path)
        if fault:
            fault(self, body)
        else:
            self.send(body)

    def send(self, body: bytes, status: int = 200, retry_after: int | None = None) -> None:
        """Send an answer."""
        self.send_response(status)
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def server_error(handler: _Handler, _: bytes) -> None:
    """Answer with status 500."""
    handler.send(b"Internal Server Error", status=500)


def too_many_requests(handler: _Handler, _: bytes) -> None:
    """Answer that it is too busy, and for how long."""
    handler.send(b"Too Many Requests", status=429, retry_after=1)


def not_found(handler: _Handler, _: bytes) -> None:
    """Answer with status 404."""
    handler.send(b"Not Found", status=404)


def maintenance_page(handler: _Handler, _: bytes) -> None:
    """Answer with a page for people, and status 200."""
    handler.send(b"<html><body>Onderhoud</body></html>")


def reset(handler: _Handler, _: bytes) -> None:
    """Break the connection."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


def silence(handler: _Handler, body: bytes) -> None:
    """Answer long after everybody has given up."""
    time.sleep(0.6)
    reset(handler, body)


def trickle(handler: _Handler, _: bytes) -> None:
    """Send a byte now and then, each in time, without ever coming to an end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    for _second in range(12):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


def cut_off(handler: _Handler, body: bytes) -> None:
    """Send the first half of the answer as if it were all."""
    handler.send(body[: len(body) // 2])


def half_the_rows(handler: _Handler, body: bytes) -> None:
    """Send a page with half its rows."""
    page = json.loads(body)
    page["value"] = page["value"][: len(page["value"]) // 2]
    handler.send(json.dumps(page).encode())


def no_next_page(handler: _Handler, body: bytes) -> None:
    """Forget to say that there is more."""
    page = json.loads(body)
    page.pop("odata.nextLink", None)
    handler.send(json.dumps(page).encode())


def rows_twice(handler: _Handler, body: bytes) -> None:
    """Send every second row in the place of the one before it: as many rows, some twice."""
    page = json.loads(body)
    rows = page["value"]
    page["value"] = [rows[position - position % 2] for position in range(len(rows))]
    handler.send(json.dumps(page).encode())


def without_value(handler: _Handler, _: bytes) -> None:
    """Send JSON that is no table."""
    handler.send(b'{"message": "busy"}')
