"""What became of every table of open data, and what is said of it."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from ingest.home import Home
from ingest.open_data.store import HeldTable

State = Literal["actueel", "verouderd", "ontbreekt", "overgeslagen"]


@dataclass(frozen=True)
class TableResult:
    """What became of one table: `actueel` is fresh, `verouderd` keeps the last good copy.

    `ontbreekt` is wanted but not there, `overgeslagen` has nothing for us. `row_count` counts
    rows of raw observations, `revised_count` the figures that differ from the revision before;
    `message` (Dutch) is empty when nothing needs to be said.
    """

    table_id: str
    title: str
    state: State
    retrieved_on: date | None = None
    revision: date | None = None
    row_count: int = 0
    revised_count: int = 0
    message: str = ""


def fresh(table: HeldTable, message: str = "") -> TableResult:
    """Return what is said of a table that is held as the source has it."""
    return _held(table, "actueel", message)


def outdated(table: HeldTable, message: str) -> TableResult:
    """Return what is said of a table of which the last good copy stays."""
    stays = f"De kopie van {table.retrieved_on:%d-%m-%Y} blijft in gebruik."
    return _held(table, "verouderd", f"{message} {stays}")


def not_taken(
    before: HeldTable | None, table_id: str, title: str, state: State, message: str
) -> TableResult:
    """Return what is said of a table that was not taken: its last good copy, else `state`."""
    if before:
        return outdated(before, message)
    return TableResult(table_id, title, state, message=message)


def unreachable(held: Iterable[HeldTable], name: str, message: str) -> list[TableResult]:
    """Return what is said when a whole origin does not answer: nothing of it is touched."""
    return [outdated(table, message) for table in held] or [
        TableResult(name, "", "ontbreekt", message=message)
    ]


def remember_results(home: Home, results: list[TableResult]) -> None:
    """Keep what a pull said, for who asks how it stands."""
    content = json.dumps([asdict(result) for result in results], default=str, indent=1)
    _file(home).write_text(content, encoding="utf-8")


def last_results(home: Home) -> list[TableResult]:
    """Return what the last pull said of every table; nothing when there was none."""
    file = _file(home)
    if not file.exists():
        return []
    return [
        TableResult(**(row | {name: _day(row[name]) for name in ("retrieved_on", "revision")}))
        for row in json.loads(file.read_text(encoding="utf-8"))
    ]


def _held(table: HeldTable, state: State, message: str) -> TableResult:
    return TableResult(
        table_id=table.table_id,
        title=table.title,
        state=state,
        retrieved_on=table.retrieved_on,
        revision=table.revision,
        row_count=table.row_count,
        revised_count=table.revised_count,
        message=message,
    )


def _file(home: Home) -> Path:
    return home.open_data / "results.json"


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
