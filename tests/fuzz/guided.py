"""Lets atheris choose the bytes: `python -m tests.fuzz.guided SECONDS [TEST]`.

Every property of test_parsers.py is given as many seconds as are asked. Atheris sees which lines of
`ingest` an input reaches and goes on from those that reach new ones; what pyarrow, calamine and
DuckDB do in C++ it does not see.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import Any

# One input may take a minute; loading the libraries takes some seconds.
SLACK_SECONDS = 90


def tests() -> dict[str, Any]:
    """Return every property by its name."""
    from tests.fuzz import test_parsers

    return {name: each for name, each in vars(test_parsers).items() if name.startswith("test_")}


def fuzz(name: str, seconds: str) -> None:
    """Fuzz one property until the time is over; ends this process."""
    import atheris

    with atheris.instrument_imports(include=["ingest", "pypdf"]):
        one_input: Callable[[bytes], Any] = tests()[name].hypothesis.fuzz_one_input
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=60"]
    # Hypothesis keeps what failed, and the tests try it first; atheris need not.
    options.append(f"-artifact_prefix={tempfile.gettempdir()}/")
    atheris.Setup([sys.argv[0], *options], lambda data: one_input(data) and None)
    atheris.Fuzz()


def main(seconds: str, *names: str) -> int:
    """Fuzz the properties one after another; return how many failed."""
    failed = 0
    for name in names or tests():
        told = told_by([sys.executable, "-m", "tests.fuzz.guided", "--one", name, seconds], seconds)
        runs = re.findall(r"^#(\d+)\s.*cov: (\d+)", told, re.MULTILINE)
        seen = f"{runs[-1][0]} inputs, {runs[-1][1]} edges" if runs else "nothing ran"
        # Libraries in C++ may trip over each other when the process ends, after it was done.
        is_good = re.search(r"^Done \d+ runs", told, re.MULTILINE) is not None
        failed += not is_good
        sys.stdout.write(f"{'ok' if is_good else 'NOT OK'} {name}: {seen}\n")
        sys.stdout.write("" if is_good else told[-3000:])
        sys.stdout.flush()
    return failed


def told_by(command: list[str], seconds: str) -> str:
    """Return what the fuzzer says until it ends, or until it is clear that it hangs."""
    with tempfile.TemporaryFile() as telling:
        fuzzing = subprocess.Popen(command, stdout=telling, stderr=telling)
        try:
            fuzzing.wait(int(seconds) + SLACK_SECONDS)
        except subprocess.TimeoutExpired:
            fuzzing.kill()
            fuzzing.wait()
        telling.seek(0)
        return telling.read().decode(errors="replace")


if __name__ == "__main__":
    if sys.argv[1] == "--one":
        fuzz(*sys.argv[2:4])
    else:
        sys.exit(main(*sys.argv[1:]))
