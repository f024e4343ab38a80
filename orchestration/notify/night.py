"""After a night: who wants to know hears how it ended, whoever started it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from ingest.home import Home
from ingest.unforeseen import described, is_of_ours, is_own
from orchestration.exit_codes import BUSY
from orchestration.notify.channels import Sent, channels, deliver, heartbeat
from orchestration.notify.messages import PUBLISHED, night_message
from orchestration.settings import Settings

_CLASS = re.compile(r"[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Ended:
    """How a night ended; `faults` are Dutch sentences without a value of anybody."""

    exit_code: int
    run_id: str
    log: str
    faults: tuple[str, ...] = ()


def after_night(root: Path, ended: Ended, **asked: object) -> Sent:
    """Send what the exit code of a night asks for; `asked` overrules the settings, as in the night.

    It never raises: what cannot be told does not change how the night ended.
    """
    if ended.exit_code == BUSY:
        return Sent()
    try:
        home = Home(root.resolve())
        settings = Settings.of(home.settings_file, **asked)
        notify = settings.notify
        deliveries = heartbeat(home, notify) if ended.exit_code in PUBLISHED else {}
        if ended.exit_code >= notify.from_exit_code and notify.has_channels:
            message = night_message(
                home, settings, ended.exit_code, ended.run_id, ended.log, ended.faults
            )
            deliveries |= channels(home, notify, message)
        return deliver(deliveries)
    except Exception as error:  # noqa: BLE001 - the night is over, and stays as it ended
        return Sent(failed=[f"Er is geen melding gemaakt. {fault(error)}"])


def fault(error: BaseException) -> str:
    """Return what may be said of an error outside this machine: ours in its first line."""
    if is_own(error):
        return _first_line(str(error))
    return f"Onverwachte fout: {described(error)}."


def step_faults(events: Iterable[dg.DagsterEvent]) -> tuple[str, ...]:
    """Return what may be said of every step that failed in a run of Dagster."""
    return tuple(
        f"Stap {event.step_key}: {_told((error.cause or error).message)}"
        for event in events
        if event.is_step_failure and (error := event.step_failure_data.error)
    )


def _told(message: str) -> str:
    """Return the sentence of an error of ours; of others only the kind, as they may quote a cell.

    Dagster keeps an error as text, behind the full name of its class.
    """
    kind, _, sentence = message.strip().partition(": ")
    if is_of_ours(kind) and sentence:
        return _first_line(sentence)
    named = f" ({kind})" if _CLASS.fullmatch(kind) else ""
    return f"onverwachte fout{named}; de melding zelf staat alleen in het log."


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0].rstrip(":")
