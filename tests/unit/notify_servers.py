"""Servers on this machine that receive what is told, and can misbehave; and a home that tells."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from ingest.home import Home
from ingest.pulled import Patience

HASTE = Patience(total_seconds=5, attempts=3, first_wait_seconds=0.01)
TOKEN, USER, PASSWORD = "T0/B0/geheim-Token", "impactkompas", "geheim-Wachtwoord"

Fault = Callable[["_Handler"], None]


@dataclass
class Webhook:
    """What was asked of a webhook, and how it behaves next; nothing due is a good answer."""

    address: str = ""
    paths: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    bodies: list[Any] = field(default_factory=list)
    due: list[Fault] = field(default_factory=list)

    @property
    def everything(self) -> str:
        """Return all that came in, to look for what may not be in it."""
        return json.dumps([self.paths, self.bodies], ensure_ascii=False)


class _Handler(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        hook: Webhook = self.server.hook  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        hook.paths.append(f"{self.command} {self.path}")
        hook.tokens.append(self.headers["Authorization"])
        hook.bodies.append(json.loads(body) if body else None)
        fault = hook.due.pop(0) if hook.due else status(200)
        fault(self)

    do_GET = do_POST = _answer  # noqa: N815 - names of the standard library

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def status(code: int, **headers: str) -> Fault:
    """Return what answers with this status."""

    def answer(handler: _Handler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"ok")

    return answer


def silence(handler: _Handler) -> None:
    """Answer long after everybody has given up."""
    time.sleep(3)


def trickle(handler: _Handler) -> None:
    """Send a byte of the first line now and then, each in time, without coming to an end."""
    for _ in range(60):
        try:
            handler.wfile.write(b"H")
        except OSError:
            return
        time.sleep(0.05)


@contextmanager
def webhook(tls: ssl.SSLContext | None = None) -> Iterator[Webhook]:
    """Serve a webhook on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    hook = Webhook(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}")
    server.hook = hook  # type: ignore[attr-defined]
    server.block_on_close = False
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hook
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Mailbox:
    """What a mail server took in, and with which answers it refuses what comes next."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    due: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - a name of aiosmtpd
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Accept a recipient, or not."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - a name of aiosmtpd
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Take a letter in, or give the answer that is due."""
        if self.due:
            return self.due.pop(0)
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append(letter)
        self.sessions.append(session)
        self.recipients.append(envelope.rcpt_tos)
        return "250 OK"


class _AnyPort(Controller):
    def _trigger_server(self) -> None:
        assert self.server
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None) -> Iterator[Mailbox]:
    """Serve mail on a port of its own; with `tls` it offers STARTTLS, and asks who one is."""
    mailbox = Mailbox()

    def knows(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> Any:
        right = LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=data == right, handled=False)

    asked = {"tls_context": tls, "require_starttls": True, "auth_required": True} if tls else {}
    controller = _AnyPort(mailbox, hostname="127.0.0.1", port=0, authenticator=knows, **asked)
    controller.start()
    mailbox.port = controller.port
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass(frozen=True)
class Authority:
    """Makes certificates for this machine, which nobody trusts that does not know `file`."""

    file: Path
    server: ssl.SSLContext


def authority(folder: Path) -> Authority:
    """Return a new authority, its own certificate written in the folder."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(folder / "authority.pem"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.issue_cert("127.0.0.1").configure_cert(server)
    return Authority(folder / "authority.pem", server)


def telling_home(folder: Path, *more: str, **notify: object) -> Home:
    """Return a home whose settings have these choices under [notify], and `more` lines above."""
    home = Home(folder / "home")
    home.create()
    lines = [f"{name} = {json.dumps(value)}" for name, value in notify.items()]
    top = ['organisation_name = "Welzijn <Zuid> & Noord"', 'as_of = "2026-01-06"', *more]
    home.settings_file.write_text("\n".join([*top, "[notify]", *lines, ""]), encoding="utf-8")
    return home


def by_mail(mailbox: Mailbox, **more: object) -> dict[str, object]:
    """Return the choices that send to this mail server."""
    return {
        "email_to": ["beheer@example.nl", "analist@example.nl"],
        "email_from": "impactkompas@example.nl",
        "smtp_host": "127.0.0.1",
        "smtp_port": mailbox.port,
        "smtp_starttls": False,
        **more,
    }


def keep_secret(home: Home, name: str, secret: str) -> Path:
    """Put a secret where only its owner reads it."""
    file = home.keys / f"{name}.secret"
    file.write_text(f"{secret}\n", encoding="utf-8")
    file.chmod(0o600)
    return file


def publish_at(home: Home, began: datetime, *figures: tuple[str, str]) -> str:
    """Publish a release of a night that began then (UTC), with (layer, reliability) per KPI row."""
    run_id = f"{began:%Y%m%dT%H%M%SZ}"
    parquet = home.releases / run_id / "intern" / "parquet"
    parquet.mkdir(parents=True)
    manifest = {"run_id": run_id, "as_of": f"{began:%Y-%m-%d}", "rows": {}, "sha256": {}}
    (parquet.parent / "manifest.json").write_text(json.dumps(manifest))
    ids = [str(number) for number, _ in enumerate(figures)]
    tables: dict[str, dict[str, list[Any]]] = {
        "run": {"run_id": [run_id], "started_at": [began.replace(tzinfo=None)]},
        "kpi_value": {"kpi_id": ids, "reliability": [how for _, how in figures]},
        "dim_kpi": {"kpi_id": ids, "layer": [layer for layer, _ in figures]},
    }
    for name, columns in tables.items():
        pq.write_table(pa.table(columns), parquet / f"{name}.parquet")
    home.published.unlink(missing_ok=True)
    home.published.symlink_to(home.releases / run_id)
    return run_id
