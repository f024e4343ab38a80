"""Delivers a message by webhook and e-mail, and pings: in limited time, and never with an error."""

import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from functools import partial
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    wait_random_exponential,
)

from ingest.home import Home
from ingest.pulled import Patience, PullError
from ingest.pulled.origins import is_this_machine
from ingest.pulled.secret import secret_of
from ingest.unforeseen import described
from orchestration.notify.messages import Message
from orchestration.notify.settings import SECRET, Notify

# A Dagster sensor may take sixty seconds.
PATIENCE = Patience(total_seconds=45, attempts=4, first_wait_seconds=1)
_LONGEST_WAIT_SECONDS = 10.0
_ANSWER_SECONDS = 15.0
_PASSING = (408, 425, 429)

Delivery = Callable[[], None]


class NotDeliveredError(Exception):
    """A message that did not arrive, as the end of a Dutch sentence; `may_pass` says: try again."""

    def __init__(self, message: str, *, may_pass: bool = False) -> None:
        super().__init__(message)
        self.may_pass = may_pass


@dataclass(frozen=True)
class Sent:
    """Where a message arrived, and a Dutch sentence for everywhere it did not."""

    arrived: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def channels(home: Home, notify: Notify, message: Message) -> dict[str, Delivery]:
    """Return what delivers a message by every channel that the settings have."""
    found: dict[str, Delivery] = {}
    if notify.webhook_url:
        found["webhook"] = partial(_post, home, notify, message)
    if notify.email_to:
        # One letter, however often it is tried: a server may then see that it has it already.
        found["e-mail"] = partial(_mail, home, notify, _letter(notify, message))
    return found


def heartbeat(home: Home, notify: Notify) -> dict[str, Delivery]:
    """Return what tells the guard outside that a night was published, if there is one."""
    return {"hartslag": partial(_ping, home, notify)} if notify.heartbeat_url else {}


def deliver(deliveries: Mapping[str, Delivery]) -> Sent:
    """Do all of it at the same time and wait no longer than the patience lasts.

    What is not done by then is given up: its thread dies with the process.
    """
    patience = PATIENCE
    outcomes: dict[str, str] = {}

    def attempt(name: str, delivery: Delivery) -> None:
        outcomes[name] = _outcome(delivery, patience)

    threads = [
        threading.Thread(target=attempt, args=each, name=each[0], daemon=True)
        for each in deliveries.items()
    ]
    ends_at = time.monotonic() + patience.total_seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, ends_at - time.monotonic()))
    late = f"het duurde langer dan {patience.total_seconds:.0f} seconden."
    known = {name: outcomes.get(name, late) for name in deliveries}
    return Sent(
        arrived=[name for name, why in known.items() if not why],
        failed=[
            f"De melding per {name} kwam niet aan: {why}" for name, why in known.items() if why
        ],
    )


def _outcome(delivery: Delivery, patience: Patience) -> str:
    """Return in Dutch why a delivery failed, or nothing when it did not."""
    retrying = Retrying(
        stop=stop_after_attempt(patience.attempts) | stop_before_delay(patience.total_seconds),
        wait=wait_random_exponential(patience.first_wait_seconds, _LONGEST_WAIT_SECONDS),
        retry=retry_if_exception(
            lambda error: isinstance(error, NotDeliveredError) and error.may_pass
        ),
        reraise=True,
    )
    try:
        retrying(delivery)
    except (NotDeliveredError, PullError) as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, the night goes on
        return f"onverwachte fout, {described(error)}."
    return ""


def _post(home: Home, notify: Notify, message: Message) -> None:
    name = "notify-webhook"
    token = secret_of(home, name) if notify.webhook_bearer else None
    _ask("POST", _whole(home, notify.webhook_url, name), name, token, message.as_json())


def _ping(home: Home, notify: Notify) -> None:
    name = "notify-heartbeat"
    _ask("GET", _whole(home, notify.heartbeat_url, name), name)


def _whole(home: Home, address: str, name: str) -> str:
    return address.replace(SECRET, secret_of(home, name)) if SECRET in address else address


class _Token(AuthBase):
    """The token, if any; requests would else look for a password in a netrc file."""

    def __init__(self, token: str | None) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _ask(
    method: str, address: str, secret: str, token: str | None = None, content: object = None
) -> None:
    """Ask once; only the status of the answer is read, and no error may quote the address."""
    host = urlsplit(address).hostname
    try:
        with requests.Session() as session:
            session.trust_env = not is_this_machine(host)
            answer = session.request(
                method,
                address,
                json=content,
                auth=_Token(token),
                timeout=_ANSWER_SECONDS,
                allow_redirects=False,
                stream=True,
            )
            status = answer.status_code
    except requests.exceptions.SSLError:
        raise NotDeliveredError(
            f"het certificaat van {host} wordt niet vertrouwd. Controleer de certificaten van "
            "deze machine (REQUESTS_CA_BUNDLE)."
        ) from None
    except requests.RequestException:
        raise NotDeliveredError(
            f"{host} antwoordt niet. Controleer het adres, de firewall en de proxy.", may_pass=True
        ) from None
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise NotDeliveredError(f"{host} verwijst door. Zet het nieuwe adres in settings.toml.")
    if status in (401, 403, 404, 410):
        raise NotDeliveredError(
            f"{host} weigert (code {status}). Controleer het adres in settings.toml en het geheim "
            f"in keys/{secret}.secret."
        )
    raise NotDeliveredError(
        f"{host} geeft foutcode {status}.", may_pass=status >= 500 or status in _PASSING
    )


def _mail(home: Home, notify: Notify, letter: EmailMessage) -> None:
    password = secret_of(home, "notify-smtp") if notify.smtp_user else ""
    host = notify.smtp_host
    try:
        with smtplib.SMTP(host, notify.smtp_port, timeout=_ANSWER_SECONDS) as server:
            if notify.smtp_starttls:
                server.starttls(context=ssl.create_default_context())
            if notify.smtp_user:
                server.login(notify.smtp_user, password)
            refused = server.send_message(letter)
    except ssl.SSLError:
        raise NotDeliveredError(
            f"het certificaat van {host} wordt niet vertrouwd. Controleer de certificaten van "
            "deze machine (SSL_CERT_FILE)."
        ) from None
    except smtplib.SMTPAuthenticationError:
        raise NotDeliveredError(
            f"{host} kent de naam of het wachtwoord niet. Controleer smtp_user in settings.toml en "
            "keys/notify-smtp.secret."
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise NotDeliveredError(
            f"{host} biedt geen STARTTLS of aanmelding op poort {notify.smtp_port}. Controleer "
            "smtp_port, smtp_starttls en smtp_user in settings.toml."
        ) from None
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        raise NotDeliveredError(
            f"{host} weigert alle ontvangers. Controleer email_to in settings.toml.",
            may_pass=all(code < 500 for code in codes),
        ) from None
    except smtplib.SMTPResponseException as error:
        raise NotDeliveredError(
            f"{host} weigert de e-mail (code {error.smtp_code}). Controleer email_from in "
            "settings.toml, of vraag het de beheerder van de mailserver.",
            may_pass=error.smtp_code < 500,
        ) from None
    except OSError:
        raise NotDeliveredError(
            f"{host} antwoordt niet op poort {notify.smtp_port}. Controleer smtp_host, smtp_port "
            "en de firewall.",
            may_pass=True,
        ) from None
    if refused:
        raise NotDeliveredError(
            f"{host} weigert {len(refused)} van de {len(notify.email_to)} ontvangers. Controleer "
            "email_to in settings.toml."
        )


def _letter(notify: Notify, message: Message) -> EmailMessage:
    letter = EmailMessage()
    letter["Subject"] = " ".join(message.title.split())
    letter["From"] = notify.email_from
    letter["To"] = ", ".join(notify.email_to)
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid()
    # No holiday reply needs to come back.
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.as_text())
    return letter
