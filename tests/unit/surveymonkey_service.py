"""A stand-in for the API of SurveyMonkey, version 3, as its documentation describes it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

TOKEN = "geheim-Token.van-de-app"
SURVEY_ID = "1234"
# What the API tells of a person beside the answers.
PERSON = {
    "ip_address": "192.0.2.17",
    "email_address": "fatima.jansen@example.nl",
    "first_name": "Fatima",
    "last_name": "Jansen-Öztürk",
    "custom_value": "klant 998877",
    "custom_variables": {"naam": "Fatima Öztürk"},
    "metadata": {"contact": {"email": {"value": "f.jansen@example.nl"}}},
    "recipient_id": "564728340",
    "edit_url": "https://www.surveymonkey.com/r/?sm=ABC",
    "analyze_url": "https://www.surveymonkey.com/analyze/browse/ABC",
    "logic_path": {},
    "total_time": 144,
    "collection_mode": "default",
}

Fault = Callable[["_Handler"], None]


@dataclass
class Service:
    """What the stand-in has, what it was asked, and how it behaves."""

    details: dict[str, Any]
    responses: list[dict[str, Any]]
    address: str = ""
    asked: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    minute_left: int = 120
    minute_reset: int = 60
    day_left: int = 500
    next_host: str | None = None
    before_page: dict[int, Callable[[], None]] = field(default_factory=dict)
    _due: list[tuple[str, Fault]] = field(default_factory=list)

    def fail(self, part: str, fault: Fault, times: int = 1) -> None:
        """Answer the next `times` questions with this text in their address by the fault."""
        self._due += [(part, fault)] * times

    def fault_for(self, path: str) -> Fault | None:
        """Return the fault that is due, and count it as done."""
        for one in self._due:
            if one[0] in path:
                self._due.remove(one)
                return one[1]
        return None

    def pages(self) -> list[str]:
        """Return the numbers of the pages that were asked for, in order."""
        return [parse_qs(urlsplit(path).query)["page"][0] for path in self.asked if "bulk" in path]

    def seconds_between_questions(self) -> list[float]:
        """Return how long it was quiet before every question but the first."""
        return [later - former for former, later in pairwise(self.moments)]


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    """Serve on a port of its own, and fill in the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.service = service  # type: ignore[attr-defined]
    service.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    @property
    def service(self) -> Service:
        found: Service = self.server.service  # type: ignore[attr-defined]
        return found

    def do_GET(self) -> None:
        self.service.asked.append(self.path)
        self.service.moments.append(time.monotonic())
        self.service.tokens.append(self.headers["Authorization"])
        if fault := self.service.fault_for(self.path):
            fault(self)
        elif self.headers["Authorization"] != f"bearer {TOKEN}":
            self.refuse(401, "1011", "The authorization token was not provided or invalid.")
        elif self.service.day_left < 1 or self.service.minute_left < 1:
            self.refuse(429, "1040", "Too many requests were made, try again later.")
        else:
            self.service.day_left -= 1
            self.service.minute_left -= 1
            self._answer()

    def _answer(self) -> None:
        address = urlsplit(self.path)
        survey = f"/v3/surveys/{self.service.details['id']}"
        if address.path == f"{survey}/details":
            self.send(self.service.details)
        elif address.path == f"{survey}/responses/bulk":
            self._send_page({name: values[0] for name, values in parse_qs(address.query).items()})
        else:
            self.refuse(404, "1020", "The requested resource does not exist.")

    def _send_page(self, asked: dict[str, str]) -> None:
        number, size = int(asked.get("page", 1)), int(asked.get("per_page", 50))
        if change := self.service.before_page.pop(number, None):
            change()
        assert size <= 100
        fitting = [
            each
            for each in self.service.responses
            if each["response_status"] == asked.get("status", each["response_status"])
            and each["date_modified"][:19] > asked.get("start_modified_at", "")
        ]
        if asked.get("sort_by") == "date_modified":
            fitting.sort(
                key=lambda each: each["date_modified"], reverse=asked.get("sort_order") != "ASC"
            )
        page = fitting[(number - 1) * size : number * size]
        here = f"{self.service.next_host or self.service.address}{urlsplit(self.path).path}"
        links = {"self": f"{here}?{urlencode(asked)}"}
        if number * size < len(fitting):
            links["next"] = f"{here}?{urlencode(asked | {'page': number + 1})}"
        self.send(
            {"data": page, "per_page": size, "page": number, "total": len(fitting), "links": links}
        )

    def send(self, content: Any, status: int = 200) -> None:
        """Send an answer in JSON, with the headers that tell of the limits."""
        self.send_bytes(json.dumps(content).encode(), status)

    def send_bytes(self, body: bytes, status: int = 200, **headers: str) -> None:
        """Send an answer that may be anything."""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        limits = {
            "Minute-Remaining": self.service.minute_left,
            "Minute-Reset": self.service.minute_reset,
            "Day-Remaining": self.service.day_left,
            "Day-Reset": 3600,
        }
        for name, value in limits.items():
            self.send_header(f"X-Ratelimit-App-Global-{name}", str(value))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def refuse(self, status: int, error_id: str, message: str) -> None:
        """Send an error as the API does."""
        error = {"id": error_id, "message": message, "name": "", "http_status_code": status}
        self.send({"error": error}, status)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def server_error(handler: _Handler) -> None:
    """Answer with status 500."""
    handler.refuse(500, "1050", "Oh bananas! We couldn't process your request.")


def too_many(handler: _Handler) -> None:
    """Answer with error 1040, while the minute has not passed."""
    handler.refuse(429, "1040", "Too many requests were made, try again later.")


def forbidden(handler: _Handler) -> None:
    """Answer that the app may not do this."""
    handler.refuse(403, "1014", "Permission has not been granted by the user.")


def maintenance_page(handler: _Handler) -> None:
    """Answer with a page for people, and status 200."""
    handler.send_bytes(b"<html><body>Onderhoud</body></html>")


def half_json(handler: _Handler) -> None:
    """Send the first half of an answer as if it were all."""
    handler.send_bytes(b'{"data": [{"id": "1", "date_mod')


def other_shape(handler: _Handler) -> None:
    """Send JSON in which a list has no moment."""
    handler.send({"data": [{"id": "1"}], "total": 1, "links": {}})


def silence(handler: _Handler) -> None:
    """Answer long after everybody has given up."""
    time.sleep(1.5)


def trickle(handler: _Handler) -> None:
    """Send a byte now and then, each in time, without ever coming to an end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    for _ in range(40):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


def redirect_to(address: str) -> Fault:
    """Return the fault that sends the caller to another address."""

    def redirect(handler: _Handler) -> None:
        handler.send_bytes(b"", 302, Location=f"{address}{handler.path}")

    return redirect
