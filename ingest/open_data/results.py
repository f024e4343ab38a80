"""What became of every table of open data, and what is said of it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from ingest.home import Home
from ingest.open_data.store import HeldTable

# The check that asks of a table what it was when we held it first: period, areas, rows, units.
_AS_EXPECTED = "X04"
_VERDICTS = {"actueel": "akkoord", "verouderd": "afgekeurd", "ontbreekt": "afgekeurd"}

State = Literal["actueel", "verouderd", "ontbreekt", "overgeslagen"]


@dataclass(frozen=True)
class TableResult:
    """What became of one table: `actueel` is fresh, `verouderd` keeps the last good copy.

    `ontbreekt` is wanted but not there, `overgeslagen` has nothing for us. `row_count` counts
    rows of raw observations, `revised_count` the figures that differ from the revision before;
    `message` (Dutch) is empty when nothing needs to be said. Of a table whose origin `is_silent`
    nobody knows whether it is as expected.
    """

    table_id: str
    title: str
    state: State
    retrieved_on: date | None = None
    revision: date | None = None
    row_count: int = 0
    revised_count: int = 0
    message: str = ""
    is_silent: bool = False


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
    silent = [outdated(table, message) for table in held] or [
        TableResult(name, "", "ontbreekt", message=message)
    ]
    return [replace(result, is_silent=True) for result in silent]


def expected_results(results: Iterable[TableResult]) -> list[dict[str, object]]:
    """Return check X04 per table, as rows of run.door_results: is it there, and as expected?"""
    return [
        {
            "check_id": _AS_EXPECTED,
            "source_id": result.table_id,
            "column_name": None,
            "n_applicable": 0 if result.is_silent else 1,
            "n_hit": 0 if result.is_silent else int(result.state != "actueel"),
            "state": "fout" if result.is_silent else _VERDICTS[result.state],
        }
        for result in _wanted(results)
    ]


def origin_states(results: Iterable[TableResult]) -> list[dict[str, object]]:
    """Return how every table stands, as rows of run.sources."""
    return [
        {
            "source_id": result.table_id,
            "source_name": "open_data",
            "table_name": "observations",
            "state": "vastgehouden" if _is_kept_back(result) else result.state,
            "data_as_of": result.retrieved_on,
            "held_by_check": _AS_EXPECTED if _is_kept_back(result) else None,
        }
        for result in _wanted(results)
    ]


def _wanted(results: Iterable[TableResult]) -> Iterator[TableResult]:
    """Give the results of tables that have something for us; a contract is no table."""
    return (
        each
        for each in results
        if each.state != "overgeslagen" and not each.table_id.endswith(".yaml")
    )


def _is_kept_back(result: TableResult) -> bool:
    return result.state == "verouderd" and not result.is_silent


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
