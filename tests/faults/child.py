"""A process that does one thing and is killed at a moment that is given, as by the kernel.

`python -m tests.faults.child MOMENT DOING ARGUMENT...`: MOMENT is 'before' or 'after' and a
function, as in `before:exports.release.switch`, or `in:GLOB` for the first moment at which such a
file is there, or '-'. DOING is `publish HOME WAREHOUSE RUN_ID`, `intake HOME` or `night HOME ...`.
"""

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from ingest.home import Home


def die() -> None:
    """Die without a word, and with what this process started."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(moment: str) -> None:
    """See to it that this process dies at the moment."""
    when, _, place = moment.partition(":")
    if when in ("before", "after"):
        module, _, name = place.rpartition(".")
        owner = importlib.import_module(module)
        original: Callable[..., Any] = getattr(owner, name)

        def dying(*arguments: Any, **options: Any) -> None:
            if when == "after":
                original(*arguments, **options)
            die()

        setattr(owner, name, dying)
    elif when == "in":
        threading.Thread(target=_die_when_there_is, args=(place,), daemon=True).start()


def _die_when_there_is(pattern: str) -> None:
    folder, _, names = pattern.partition("//")
    while not any(Path(folder).glob(names)):
        pass
    die()


def do(doing: str, *arguments: str) -> None:
    """Do what is asked."""
    match doing:
        case "publish":
            from exports.release import publish
            from tests.unit.test_release import facts

            root, warehouse, run_id = arguments
            publish(Home(Path(root)), Path(warehouse), facts(run_id))
        case "intake":
            from ingest.contracts import load_contracts
            from ingest.deliveries import take_in
            from quality.door import judge

            home = Home(Path(arguments[0]))
            for contract in load_contracts(home.contracts).usable:
                take_in(home, contract, as_of=date(2026, 1, 5), judge=judge)
        case "night":
            from orchestration.cli import main

            sys.argv = ["impactkompas", "run", "--home", *arguments]
            main()


if __name__ == "__main__":
    arm(sys.argv[1])
    do(*sys.argv[2:])
