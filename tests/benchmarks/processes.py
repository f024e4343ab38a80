"""Runs a command and watches it: how long each step takes, and the memory of all its processes."""

import os
import queue
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_SECONDS_BETWEEN_LOOKS = 0.2
_STEP = re.compile(r"✓ (.+?) (\d+\.\d) s$")
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Step:
    """A step that ended: its name, seconds and the most memory meanwhile, in bytes."""

    name: str
    seconds: float
    peak: int


@dataclass(frozen=True)
class Ran:
    """What became of a command; `unfinished` says after how many seconds it was stopped, if so."""

    exit_code: int
    seconds: float
    peak: int
    steps: tuple[Step, ...]
    said: str
    unfinished: float | None

    def seconds_of(self, *names: str) -> float:
        """Return how long these steps took together."""
        return sum(step.seconds for step in self.steps if step.name in names)

    def step(self, name: str) -> Step | None:
        """Return a step by its name, None when it did not end."""
        return next((step for step in self.steps if step.name == name), None)


def watch(
    command: list[str],
    environment: Mapping[str, str] | None = None,
    *,
    limit: float,
    until: str | None = None,
) -> Ran:
    """Run a command; end it after the step `until`, or when a step takes longer than `limit`.

    A step is a line with a tick, a name and seconds, as the night prints. Memory is what all
    processes of the command hold together (resident), looked at five times per second.
    """
    process = subprocess.Popen(
        command,
        env={**os.environ, **(environment or {}), "COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )
    try:
        return _watched(process, limit, until)
    except BaseException:
        # Whoever stops the benchmark does not want its night to go on.
        _end(process)
        raise


def _watched(process: subprocess.Popen[str], limit: float, until: str | None) -> Ran:
    lines: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(process, lines), daemon=True).start()
    began = step_began = time.monotonic()
    steps, said, peak, step_peak = [], [], 0, 0
    unfinished = None
    while True:
        memory = sum(map(_resident, _tree(process.pid)))
        peak, step_peak = max(peak, memory), max(step_peak, memory)
        if time.monotonic() - step_began > limit:
            unfinished = time.monotonic() - step_began
            _end(process)
            break
        try:
            line = lines.get(timeout=_SECONDS_BETWEEN_LOOKS)
        except queue.Empty:
            continue
        if line is None:
            break
        said.append(line)
        if found := _STEP.search(line.rstrip()):
            steps.append(Step(found[1], float(found[2]), step_peak))
            step_began, step_peak = time.monotonic(), 0
            if found[1] == until:
                _end(process)
                break
    exit_code = process.wait()
    return Ran(exit_code, time.monotonic() - began, peak, tuple(steps), "".join(said), unfinished)


def _read(process: subprocess.Popen[str], lines: "queue.Queue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _end(process: subprocess.Popen[str]) -> None:
    """End a command with all that it started, those first that would start others."""
    for each in list(_tree(process.pid)):
        try:
            os.kill(each, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _tree(root: int) -> Iterator[int]:
    """Give a process and all that came of it."""
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            # The name of a program stands between brackets and may hold anything.
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(folder.name))
    waiting = [root]
    while waiting:
        process = waiting.pop()
        yield process
        waiting += parents.get(process, [])


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (FileNotFoundError, ProcessLookupError):
        return 0
