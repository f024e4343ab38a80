"""Kills many nights at random moments: `python -m tests.faults.kill_loop KILLS`.

The moments are spread over a whole night of a small home; a reader looks on all the while. After
every tenth kill a night is left alone, and must give what a home has that never failed.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import run_night
from tests.faults.nights import AS_OF, Readers, copied, kept, kill_at_random, prepared

BEFORE_A_LOOK = 10


def kill_loop(folder: Path, kills: int) -> str:
    """Return what came of it in one line, beginning with 'ok' when all went well."""
    first = prepared(folder)
    reference = copied(first, folder / "reference")
    began = time.monotonic()
    run_night(reference.root, "--as-of", AS_OF)
    lasting = time.monotonic() - began
    never_failed = kept(reference)
    killed = ended = reads = recovered = looks = 0
    broken: list[str] = []
    while killed < kills:
        home = copied(first, folder / f"failing{looks}")
        some = min(BEFORE_A_LOOK, kills - killed)
        with Readers(home).reading() as readers:
            ended += kill_at_random(home, some, lasting, seed=looks)
            recovery = run_night(home.root, "--as-of", AS_OF)
        killed, looks, reads = killed + some, looks + 1, reads + readers.reads
        recovered += recovery.exit_code < 3 and kept(home) == never_failed
        broken += readers.broken
        sys.stdout.write(f"{killed} killed, {recovered} of {looks} recoveries equal\n")
        sys.stdout.flush()
        shutil.rmtree(home.root)
    is_good = not broken and recovered == looks
    return (
        f"{'ok' if is_good else 'NOT OK'}: {killed}/{kills} nights killed while they ran "
        f"({ended} ended before), {len(broken)} broken of {reads} reads, {recovered} of {looks} "
        f"recoveries equal byte for byte to a home that never failed (a night takes "
        f"{lasting:.0f} s)"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        said = kill_loop(Path(place), int(sys.argv[1]))
    sys.stdout.write(f"{said}\n")
    sys.exit(not said.startswith("ok"))
