"""The answers to one survey from the API of SurveyMonkey (v3): whole, or the rest another night."""

import io
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests.auth import AuthBase

from ingest.originals import OriginalError, Originals
from ingest.pulled.failures import Deadline, PullError
from ingest.pulled.origins import SurveyApi, is_this_machine
from ingest.readers import ReadError
from ingest.readers.surveymonkey_answers import Questionnaire, minimal_survey

if TYPE_CHECKING:
    from ingest.contracts import SourceContract

T = TypeVar("T")
Json = Mapping[str, Any]

_PER_PAGE = 100
# While lists come in and change, pages can shift; reading them again mends that.
_PASSES = 3
_CONNECT_SECONDS, _READ_SECONDS = 10.0, 60.0
_LIMIT = "X-Ratelimit-App-Global"
# The ids of an answer; what else stands beside them is about a person or follows from the ids.
_IDS = ("row_id", "col_id", "choice_id", "other_id")
_MOMENT = "%Y-%m-%dT%H:%M:%S"
# Stands between the day and the number in the id of a page.
_PAGE = "-page-"
# Whether 'modified after' counts the moment itself is not documented: a second too much is safe.
_OVERLAP = timedelta(seconds=1)


class SurveyPull:
    """One pull of one survey. Pages that came in are kept, encrypted, until all of them have."""

    def __init__(
        self,
        contract: "SourceContract",
        origin: SurveyApi,
        token: str,
        originals: Originals,
        as_of: date,
        deadline: Deadline,
    ) -> None:
        """Prepare to ask; nothing is asked yet."""
        self._contract, self._origin = contract, origin
        self._service = _Service(origin, token, deadline)
        self._pages = _KeptPages(originals, as_of, f"{origin.survey_id} {contract.digest}")

    def delivery(self) -> Iterator[bytes]:
        """Give the survey and then every completed list once, as the newest page has it.

        Only ids of questions, rows, columns and choices are taken over, and text only where the
        contract keeps it. Raises PullError when not all lists could be had.
        """
        survey = self._service.ask(f"/v3/surveys/{self._origin.survey_id}/details", minimal_survey)
        questionnaire = Questionnaire(survey, self._contract)
        try:
            self._read_all(_Minimal(questionnaire))
        except ReadError as error:
            raise PullError(f"{error}.") from None
        yield _line(survey)
        for filled_in in self._pages.newest_lists():
            if filled_in["is_completed"]:
                yield _line(filled_in)
        self._pages.clear()

    def _read_all(self, minimal: "_Minimal") -> None:
        former: dict[str, str] | None = None
        for _ in range(_PASSES):
            total = self._read_pages(minimal)
            found = self._pages.moments()
            # When nothing changed between two passes, no page shifted, whatever the total says.
            if len(found) >= total or found == former:
                return
            former = found
            self._pages.clear()
        raise PullError(
            "de antwoorden veranderen steeds terwijl zij worden opgehaald. De volgende nacht "
            "begint dit opnieuw; u hoeft niets te doen."
        )

    def _read_pages(self, minimal: "_Minimal") -> int:
        """Keep every page from where the pages break off; return how many lists there must be."""
        newest = max(self._pages.moments().values(), default=None)
        asked: set[str] = set()
        page = self._service.ask(self._first_page(newest), minimal.page)
        total = page.total
        while True:
            self._pages.keep(page.lists)
            # A list that is deleted moves the others forward, past the border of a page.
            total = max(total, page.total)
            if page.following is None:
                break
            if page.following in asked:
                raise PullError("de dienst verwijst rond in plaats van naar de volgende bladzijde.")
            asked.add(page.following)
            page = self._service.ask(page.following, minimal.page)
        if newest is None:
            return total
        return self._service.ask(self._first_page(None), minimal.page).total

    def _first_page(self, after: str | None) -> str:
        question = {
            "per_page": _PER_PAGE,
            "page": 1,
            "status": "completed",
            "sort_by": "date_modified",
            "sort_order": "ASC",
        }
        if after:
            earlier = datetime.strptime(after, _MOMENT) - _OVERLAP
            question["start_modified_at"] = earlier.strftime(_MOMENT)
        return f"/v3/surveys/{self._origin.survey_id}/responses/bulk?{urlencode(question)}"


@dataclass(frozen=True)
class _Page:
    lists: list[dict[str, Any]]
    total: int
    following: str | None


@dataclass(frozen=True)
class _Minimal:
    """Takes of a page what may be kept; IP, e-mail, names, metadata and variables stay behind."""

    questionnaire: Questionnaire

    def page(self, answer: Json) -> _Page:
        return _Page(
            lists=[self._list(each) for each in answer["data"]],
            total=int(answer.get("total", 0)),
            following=(answer.get("links") or {}).get("next"),
        )

    def _list(self, response: Json) -> dict[str, Any]:
        is_completed = response.get("response_status") == "completed"
        pages = response.get("pages") or () if is_completed else ()
        return {
            "id": str(response["id"]),
            "collector": str(response.get("collector_id") or "") or None,
            "created": _in_utc(response["date_created"]),
            "modified": _in_utc(response["date_modified"]),
            "is_completed": is_completed,
            "answers": [
                [str(question["id"]), self._answer(str(question["id"]), answer)]
                for page in pages
                for question in page.get("questions") or ()
                for answer in question.get("answers") or ()
            ],
        }

    def _answer(self, question_id: str, answer: Json) -> dict[str, str]:
        kept = {name: str(answer[name]) for name in _IDS if answer.get(name)}
        if "text" in answer and self.questionnaire.keeps_text(question_id, kept):
            kept["text"] = str(answer["text"])
        return kept


class _KeptPages:
    """The pages of an unfinished pull, each an original of its own; of one question only."""

    def __init__(self, originals: Originals, as_of: date, question: str) -> None:
        self._originals, self._question = originals, question
        self._day = f"{as_of:%Y%m%d}"

    def keep(self, lists: list[dict[str, Any]]) -> None:
        page = json.dumps({"question": self._question, "lists": lists}).encode()
        page_id = f"{self._day}{_PAGE}{len(self._read) + 1:06d}"
        self._originals.store(page_id, io.BytesIO(page))
        self._read[page_id] = _moments(lists)

    def moments(self) -> dict[str, str]:
        """Return of every list that came in the newest moment at which it was changed."""
        return _newest(each for page in self._read.values() for each in page.items())

    def newest_lists(self) -> Iterator[dict[str, Any]]:
        """Give every list once, as it was when it was last changed."""
        wanted = self.moments()
        for page_id in self._read:
            for each in self._open(page_id):
                if wanted.get(each["id"]) == each["modified"]:
                    del wanted[each["id"]]
                    yield each

    def clear(self) -> None:
        self._originals.remove_all(f"*{_PAGE}*")
        self._read.clear()

    @cached_property
    def _read(self) -> dict[str, dict[str, str]]:
        """The moments of every page, kept by this night or an earlier one, in order."""
        try:
            return {
                page_id: _moments(self._open(page_id))
                for page_id in self._originals.delivery_ids()
                if _PAGE in page_id
            }
        except (OriginalError, ValueError):
            self._originals.remove_all(f"*{_PAGE}*")
            return {}

    def _open(self, page_id: str) -> list[dict[str, Any]]:
        with self._originals.open(page_id) as data:
            page = json.load(data)
        if page["question"] != self._question:
            raise ValueError("a page of another survey or contract")
        lists: list[dict[str, Any]] = page["lists"]
        return lists


def _moments(lists: list[dict[str, Any]]) -> dict[str, str]:
    return _newest((each["id"], each["modified"]) for each in lists)


def _newest(changes: Iterable[tuple[str, str]]) -> dict[str, str]:
    newest: dict[str, str] = {}
    for list_id, modified in changes:
        newest[list_id] = max(modified, newest.get(list_id, ""))
    return newest


class _Token(AuthBase):
    """The token of the account; requests would else look for a password in a netrc file."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"bearer {self._token}"
        return request


class _Service:
    """The API of one region, asked within its limits; the token goes to no other address."""

    def __init__(self, origin: SurveyApi, token: str, deadline: Deadline) -> None:
        self._origin, self._deadline = origin, deadline
        self._session = requests.Session()
        self._session.auth = _Token(token)
        self._session.trust_env = not is_this_machine(urlsplit(origin.location).hostname)
        self._minute_opens_at = 0.0
        self._day_is_full = False

    def ask(self, address: str, shape: Callable[[Json], T]) -> T:
        """Return what `shape` makes of the answer; an answer that it cannot read is no answer."""
        url = urljoin(self._origin.location, address)
        if _host(url) != _host(self._origin.location):
            raise PullError(
                "de dienst verwijst naar een ander adres dan dat van het contract. Zet bij "
                "location het adres van de regio van uw account."
            )

        def attempt() -> T:
            self._await_turn()
            return self._ask_once(url, shape)

        try:
            answer: T = self._deadline.retrying()(attempt)
        except PullError as error:
            # The attempts are used up: no other retry need begin them again.
            raise PullError(str(error)) from None
        return answer

    def _await_turn(self) -> None:
        """Wait for the next minute if this one is full; stop when the day is."""
        if self._day_is_full:
            raise PullError(
                "het aantal vragen dat SurveyMonkey per dag toestaat is op. Wat er is, blijft "
                "bewaard; de volgende nacht gaat het ophalen daar verder."
            )
        wait = self._minute_opens_at - time.monotonic()
        if wait > self._deadline.seconds_left:
            raise self._deadline.out_of_time()
        if wait > 0:
            time.sleep(wait)

    def _ask_once(self, url: str, shape: Callable[[Json], T]) -> T:
        left = max(self._deadline.seconds_left, 0.1)
        try:
            response = self._session.get(
                url,
                timeout=(min(_CONNECT_SECONDS, left), min(_READ_SECONDS, left)),
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise self._no_answer(error) from None
        self._note_limits(response)
        if response.status_code != requests.codes.ok:
            raise self._refusal(response.status_code)
        try:
            return shape(response.json())
        except (ValueError, KeyError, TypeError, AttributeError, IndexError):
            raise PullError(
                "er kwam iets anders dan antwoorden, zoals een onderhoudspagina. De volgende nacht "
                "wordt het opnieuw geprobeerd.",
                may_pass=True,
            ) from None

    def _note_limits(self, response: requests.Response) -> None:
        is_refused = response.status_code == requests.codes.too_many_requests
        left = {
            unit: int(value)
            for unit in ("Minute", "Day")
            if (value := response.headers.get(f"{_LIMIT}-{unit}-Remaining", "")).isdigit()
        }
        self._day_is_full = left.get("Day") == 0
        if left.get("Minute") == 0 or (is_refused and not self._day_is_full):
            seconds = response.headers.get(f"{_LIMIT}-Minute-Reset", "")
            wait = int(seconds) if seconds.isdigit() else 0
            self._minute_opens_at = time.monotonic() + wait

    def _refusal(self, status: int) -> PullError:
        secret = f"keys/{self._origin.server}.secret"
        match status:
            case 401:
                return PullError(
                    f"SurveyMonkey kent het token niet (meer). Zet een geldig token in {secret}."
                )
            case 403:
                return PullError(
                    "het token mag deze antwoorden niet lezen. Geef de app de rechten "
                    "surveys_read, responses_read en responses_read_detail (betaald abonnement)."
                )
            case 404:
                return PullError(
                    "SurveyMonkey kent deze vragenlijst niet. Controleer survey_id in het "
                    "contract, en of location de regio van uw account is."
                )
            case 429:
                return PullError(
                    "SurveyMonkey vindt dat er te veel gevraagd wordt (1040). De volgende nacht "
                    "gaat het ophalen verder.",
                    may_pass=True,
                )
        if 300 <= status < 400:
            return PullError(
                "de dienst verwijst door naar een ander adres. Zet bij location in het contract "
                "het adres van de regio van uw account."
            )
        return PullError(
            f"SurveyMonkey geeft foutcode {status}. Kijk op status.surveymonkey.com of er een "
            "storing is.",
            may_pass=status >= 500 or status == requests.codes.request_timeout,
        )

    def _no_answer(self, error: requests.RequestException) -> PullError:
        if isinstance(error, requests.exceptions.SSLError):
            return PullError(
                "het certificaat van de dienst wordt niet vertrouwd. Controleer de certificaten "
                "van deze machine (REQUESTS_CA_BUNDLE)."
            )
        if not self._deadline.seconds_left:
            return self._deadline.out_of_time()
        host = urlsplit(self._origin.location).hostname
        return PullError(
            f"{host} antwoordt niet. Controleer internet, firewall en proxy.", may_pass=True
        )


def _host(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _in_utc(moment: str) -> str:
    """Return a moment of the API in UTC, comparable as text; without a zone it already is."""
    instant = datetime.fromisoformat(moment)
    if instant.tzinfo is not None:
        instant = instant.astimezone(UTC)
    return instant.strftime(_MOMENT)


def _line(content: Json) -> bytes:
    return json.dumps(content, sort_keys=True, ensure_ascii=False).encode() + b"\n"
