"""What a person sees while the night runs, and how long each step took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from exports.release import ReleaseResult
from ingest.open_data import TableResult
from ingest.source_states import SourceResult
from orchestration.run_lock import beat
from quality.judged_release import JudgedRelease
from quality.meetplan.plan import Finding


@dataclass
class Steps:
    """The steps of one night with their durations in seconds, shown as they go when asked."""

    console: Console | None = None
    durations: dict[str, float] = field(default_factory=dict)
    sources: list[SourceResult] = field(default_factory=list)
    tables: list[TableResult] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failed_checks: list[str] = field(default_factory=list)
    release: ReleaseResult | None = None
    judged: JudgedRelease | None = None
    run_id: str = ""
    # What may be told outside this machine of the steps that failed.
    faults: tuple[str, ...] = ()

    @contextmanager
    def step(self, title: str, total: int | None = None) -> Iterator[Callable[[], None]]:
        """Show one step; the body calls what it gets once per piece of work done."""
        began = time.monotonic()
        beat()
        if self.console is None:
            yield beat
        else:
            columns = [SpinnerColumn(), TextColumn("{task.description}")]
            if total:
                columns += [BarColumn(bar_width=30), MofNCompleteColumn()]
            with Progress(
                *columns,
                console=self.console,
                transient=True,
                disable=not self.console.is_terminal,
            ) as bar:
                task = bar.add_task(title, total=total)

                def done() -> None:
                    beat()
                    bar.advance(task)

                yield done
        self.durations[title] = time.monotonic() - began
        if self.console is not None:
            self.console.print(f"  [green]✓[/] {title} [dim]{self.durations[title]:.1f} s[/]")


_current = Steps()


def start(console: Console | None) -> Steps:
    """Begin a night in this process, with its steps shown on `console` (if any)."""
    global _current  # noqa: PLW0603 - a process runs one night, and Dagster builds the steps itself
    _current = Steps(console)
    return _current


def current() -> Steps:
    """Return the steps of the night that runs in this process."""
    return _current
