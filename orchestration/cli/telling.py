"""Telling people who are not looking how a night ended."""

import logging
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from orchestration.cli.common import CRASH, console

if TYPE_CHECKING:
    from orchestration.notify.channels import Sent

_LOG = logging.getLogger(__name__)


def tells_how_it_ended(command: Callable[..., None]) -> Callable[..., None]:
    """Let a night tell how it ended, a crash included; its exit code stays what it is."""

    @wraps(command)
    def command_that_tells(home: Path, as_of: str | None, **asked: str | None) -> None:
        try:
            command(home=home, as_of=as_of, **asked)
        except typer.Exit as done:
            # An error that was explained by its sentence is what the exit came after.
            _tell(home, as_of, done.exit_code, done.__context__)
            raise
        except Exception as error:
            _tell(home, as_of, CRASH, error)
            raise

    return command_that_tells


def _tell(home: Path, as_of: str | None, exit_code: int, error: BaseException | None) -> None:
    from orchestration import progress
    from orchestration.notify.night import Ended, after_night, fault

    steps = progress.current()
    ended = Ended(
        exit_code=exit_code,
        run_id=steps.run_id,
        log=str(home.resolve() / "logs" / ("crash.log" if exit_code == CRASH else "nacht.log")),
        faults=(*steps.faults, fault(error)) if error else steps.faults,
    )
    show_sent(after_night(home, ended, as_of=as_of))


def show_sent(sent: "Sent") -> None:
    """Say on the terminal and in the log where a message arrived and where it did not."""
    if sent.arrived:
        console.print(f"Gemeld: {', '.join(sent.arrived)}.", markup=False)
    for sentence in sent.failed:
        _LOG.warning(sentence)
        console.print(sentence, style="yellow", markup=False, soft_wrap=True)
