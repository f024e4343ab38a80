"""The command `impactkompas`: what an information manager types."""

import sys

from orchestration.cli import (
    backups,
    daily,
    definitions,
    figures,
    keys,
    open_data,
    persons,
    releasing,
    sources,
    telling,
    templates,
)
from orchestration.cli.common import CRASH, app, console

__all__ = [
    "app",
    "backups",
    "daily",
    "definitions",
    "figures",
    "keys",
    "main",
    "open_data",
    "persons",
    "releasing",
    "sources",
    "telling",
    "templates",
]


def main() -> None:
    """Run the command; a crash says so in one line and leaves its traceback in the log."""
    try:
        app()
    except Exception as error:  # noqa: BLE001 - the last place where anything can be caught
        from orchestration.report import log_crash

        log = log_crash(error)
        console.print(
            f"[red]Onverwachte fout ({type(error).__name__}).[/] De vorige uitgave blijft staan. "
            f"De bijzonderheden staan in {log}."
        )
        sys.exit(CRASH)
