"""The OData services of CBS, through cbsodata: patient, bounded in time, and never half a table."""

import math
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import cbsodata
import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    wait_random_exponential,
)

T = TypeVar("T")
Row = dict[str, Any]

_NOT_DIMENSIONS = {
    "TableInfos",
    "DataProperties",
    "CategoryGroups",
    "TypedDataSet",
    "UntypedDataSet",
}
_LONGEST_WAIT_SECONDS = 30.0
_CONNECT_SECONDS = 10.0
# cbsodata keeps its settings in one global object: one request at a time may change it.
_OPTIONS_LOCK = threading.Lock()


class OpenDataError(Exception):
    """Open data could not be had; the message (Dutch) says what, where and what to do."""


class _IncompleteError(Exception):
    """The answer is not the whole table."""


class _OutOfTimeError(Exception):
    """The time for open data is used up."""


@dataclass(frozen=True)
class Patience:
    """How long to wait for the service: per answer, per question and for the whole pull."""

    timeout_seconds: float = 60.0
    attempts: int = 5
    first_wait_seconds: float = 1.0
    total_seconds: float = 600.0

    def deadline(self) -> float:
        """Return the moment, on the monotonic clock, at which a pull that starts now must end."""
        return time.monotonic() + self.total_seconds


@dataclass(frozen=True)
class Download:
    """The figures of one table as published (untyped, codes as they are) and its dimensions."""

    rows: list[Row]
    dimensions: dict[str, list[Row]]


class OpenDataClient:
    """One OData v3 catalogue, such as opendata.cbs.nl; a stand-in may be host:port.

    Every method raises OpenDataError when the service does not give a whole answer before
    `deadline` (on the monotonic clock; clients that share one share their time).
    """

    def __init__(self, address: str, patience: Patience, deadline: float) -> None:
        """Prepare to ask the service at `address`: a host name, or scheme and host name."""
        scheme, separator, host = address.rpartition("://")
        self.host = host.rstrip("/")
        self._is_local = self.host.split(":")[0] in ("127.0.0.1", "localhost")
        self._use_https = scheme == "https" if separator else not self._is_local
        self._patience = patience
        self._deadline = deadline

    def get_tables(self, select: Sequence[str]) -> list[Row]:
        """Return these fields of every table in the catalogue."""
        return self._ask(
            "De catalogus",
            lambda request: cbsodata.get_table_list(
                select=list(select), catalog_url=self.host, **request
            ),
        )

    def get_properties(self, table_id: str) -> list[Row]:
        """Return the DataProperties of a table: its dimensions, groups and topics."""
        return self._get_meta(table_id, "DataProperties")

    def get_dimension(self, table_id: str, name: str) -> list[Row]:
        """Return the keys of one dimension with their titles."""
        return self._get_meta(table_id, name)

    def download(
        self, table_id: str, record_count: int, select: Sequence[str], only: Mapping[str, str]
    ) -> Download:
        """Return the columns `select` of a table, for the rows with the keys in `only`.

        `record_count` is what the catalogue says that the table has. The answer is refused when
        rows are missing or come twice.
        """
        quoted = {name: key.replace("'", "''") for name, key in only.items()}
        filters = " and ".join(f"{name} eq '{key}'" for name, key in quoted.items()) or None

        def rows_of(request: Mapping[str, Any], filters: str | None) -> Download:
            # typed=True gives UntypedDataSet: the flag of cbsodata works the wrong way round.
            tables = cbsodata.download_data(
                table_id,
                typed=True,
                select=list(dict.fromkeys(["ID", *only, *select])),
                filters=filters,
                catalog_url=self.host,
                **request,
            )
            dimensions = {name: t for name, t in tables.items() if name not in _NOT_DIMENSIONS}
            return Download(tables["UntypedDataSet"], dimensions)

        def whole_table(request: Mapping[str, Any]) -> Download:
            got = rows_of(request, filters)
            expected = _expected_rows(record_count, got.dimensions, only)
            if expected is not None:
                _check_whole(got.rows, expected)
                return got
            # Not every combination of keys is there: only the whole table can be counted.
            got = rows_of(request, None)
            _check_whole(got.rows, record_count)
            chosen = [row for row in got.rows if all(row[name] == only[name] for name in only)]
            return Download(chosen, got.dimensions)

        return self._ask(f"Tabel {table_id}", whole_table)

    def _get_meta(self, table_id: str, name: str) -> list[Row]:
        return self._ask(
            f"{name} van tabel {table_id}",
            lambda request: cbsodata.get_meta(table_id, name, catalog_url=self.host, **request),
        )

    def _ask(self, what: str, question: Callable[[Mapping[str, Any]], T]) -> T:
        """Ask until there is a whole answer, the attempts are used up or the time is."""
        patience = self._patience
        jitter = wait_random_exponential(patience.first_wait_seconds, max=_LONGEST_WAIT_SECONDS)

        def is_last_attempt(state: RetryCallState) -> bool:
            return state.attempt_number >= patience.attempts or self._seconds_left() <= 0

        def wait(state: RetryCallState) -> float:
            asked = _asked_to_wait(state.outcome.exception()) if state.outcome else 0.0
            return min(max(jitter(state), asked), max(self._seconds_left(), 0))

        retrying = Retrying(
            stop=is_last_attempt,
            wait=wait,
            retry=retry_if_exception(_may_pass),
            reraise=True,
        )
        try:
            answer: T = retrying(self._ask_once, question)
        except (requests.RequestException, _IncompleteError, _OutOfTimeError, ValueError) as error:
            raise OpenDataError(
                f"{what} is niet op te halen bij {self.host}: {self._reason(error)} "
                "Er is niets vervangen; de volgende nacht wordt het opnieuw geprobeerd."
            ) from error
        return answer

    def _ask_once(self, question: Callable[[Mapping[str, Any]], T]) -> T:
        """Ask in a thread of its own, so that an answer that only trickles in ends in time too."""
        outcome: list[T] = []
        failure: list[BaseException] = []

        def work() -> None:
            try:
                with _OPTIONS_LOCK:
                    outcome.append(self._with_own_options(question))
            except BaseException as error:  # noqa: BLE001 - raised again in the asking thread
                failure.append(error)

        left = self._seconds_left()
        if left <= 0:
            raise _OutOfTimeError
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(left)
        if failure:
            raise failure[0]
        if not outcome:
            raise _OutOfTimeError
        return outcome[0]

    def _with_own_options(self, question: Callable[[Mapping[str, Any]], T]) -> T:
        left = max(self._seconds_left(), 0.001)
        request: dict[str, Any] = {
            "timeout": (min(_CONNECT_SECONDS, left), min(self._patience.timeout_seconds, left)),
            # cbsodata sends requests in a way that passes over this variable.
            "verify": os.environ.get("REQUESTS_CA_BUNDLE") or True,
        }
        if self._is_local:
            request["proxies"] = {}
        options = cbsodata.options
        use_https, captured = options.use_https, options.requests
        options.use_https = self._use_https
        # Drops the proxies captured at import, which know no exceptions (no_proxy); without them
        # requests looks at the environment itself.
        options.requests = {}
        try:
            return question(request)
        except (KeyError, TypeError) as error:
            raise ValueError("the answer has another shape") from error
        finally:
            options.use_https, options.requests = use_https, captured

    def _seconds_left(self) -> float:
        return self._deadline - time.monotonic()

    def _reason(self, error: BaseException) -> str:
        """Return why it failed and what to look at, as Dutch sentences."""
        if isinstance(error, _IncompleteError):
            return f"{error}."
        if isinstance(error, _OutOfTimeError):
            minutes = max(1, round(self._patience.total_seconds / 60))
            return f"de tijd voor open data ({minutes} minuten) is op."
        if isinstance(error, requests.exceptions.SSLError):
            return (
                "het certificaat van de dienst wordt niet vertrouwd. "
                "Controleer de certificaten van deze server (REQUESTS_CA_BUNDLE)."
            )
        if isinstance(error, requests.exceptions.ProxyError):
            return "de proxy laat het niet door. Controleer https_proxy en no_proxy."
        if isinstance(error, requests.Timeout):
            return "de dienst antwoordt niet op tijd."
        status = _status_of(error)
        if status == 404:
            return "de dienst kent dit adres niet (404). Controleer het tabelnummer en het adres."
        if status is not None:
            return f"de dienst geeft foutcode {status}."
        if isinstance(error, ValueError):
            return "er kwam geen tabel maar iets anders, bijvoorbeeld een onderhoudspagina."
        return "er is geen verbinding. Controleer internet, firewall en proxy."


def _expected_rows(
    record_count: int, dimensions: Mapping[str, list[Row]], only: Mapping[str, str]
) -> int | None:
    """Return how many rows must come; None when a filter makes that unknowable."""
    if not only:
        return record_count
    if record_count != math.prod(len(keys) for keys in dimensions.values()):
        return None
    return math.prod(len(keys) for name, keys in dimensions.items() if name not in only)


def _check_whole(rows: list[Row], expected: int) -> None:
    twice = sum(count - 1 for count in Counter(row["ID"] for row in rows).values())
    if twice:
        raise _IncompleteError(f"{twice} rijen kwamen dubbel")
    if len(rows) != expected:
        raise _IncompleteError(f"er kwamen {len(rows)} van de {expected} rijen")


def _response_of(error: BaseException | None) -> requests.Response | None:
    """Return the answer; cbsodata hides it behind the cause of its own error."""
    for one in (error, getattr(error, "__cause__", None)):
        if isinstance(one, requests.HTTPError) and one.response is not None:
            return one.response
    return None


def _status_of(error: BaseException) -> int | None:
    response = _response_of(error)
    return None if response is None else response.status_code


def _asked_to_wait(error: BaseException | None) -> float:
    """Return the seconds that a busy service asked us to wait (Retry-After)."""
    response = _response_of(error)
    seconds = "" if response is None else response.headers.get("Retry-After", "")
    return float(seconds) if seconds.isdecimal() else 0.0


def _may_pass(error: BaseException) -> bool:
    """Return whether asking again may help."""
    if isinstance(error, _OutOfTimeError):
        return False
    status = _status_of(error)
    if status is not None:
        return status >= 500 or status in (408, 429)
    if isinstance(error, requests.exceptions.SSLError):
        return False
    return isinstance(error, (_IncompleteError, requests.RequestException, ValueError))
