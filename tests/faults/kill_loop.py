"""Kills many nights at random moments: `python -m tests.faults.kill_loop KILLS`.

The moments are spread over a whole night of a small home; a reader looks on all the while.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import run_night
from tests.faults.nights import AS_OF, Readers, copied, kept, kill_at_random, prepared


def kill_loop(folder: Path, kills: int, seed: int = 7) -> str:
    """Return what came of it in one line, beginning with 'ok' when all went well."""
    first = prepared(folder)
    reference, failing = copied(first, folder / "reference"), copied(first, folder / "failing")
    began = time.monotonic()
    run_night(reference.root, "--as-of", AS_OF)
    lasting = time.monotonic() - began
    with Readers(failing).reading() as readers:
        killed = kill_at_random(failing, kills, lasting, seed)
        recovery = run_night(failing.root, "--as-of", AS_OF)
    is_equal = kept(failing) == kept(reference)
    is_good = killed and not readers.broken and is_equal and recovery.exit_code < 3
    return (
        f"{'ok' if is_good else 'NOT OK'}: {killed} of {kills} nights killed while they ran, "
        f"{len(readers.broken)} broken of {readers.reads} reads, recovery with exit code "
        f"{recovery.exit_code} {'equal' if is_equal else 'NOT equal'} byte for byte to a home "
        f"that never failed (a night takes {lasting:.0f} s)"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        said = kill_loop(Path(place), int(sys.argv[1]))
    sys.stdout.write(f"{said}\n")
    sys.exit(not said.startswith("ok"))
