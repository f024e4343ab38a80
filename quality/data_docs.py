"""Data Docs: what is expected of deliveries and of published tables, and what became of it.

One page that needs nothing from outside, without a value of anybody: counts and our own names only.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import jinja2
from pydantic import BaseModel

from ingest.door import DoorResult, State
from ingest.dutch import day, number
from ingest.home import Home, replace_durably
from ingest.ledger import LedgerEvent
from quality.catalogue import catalogue

_TEMPLATE = "data_docs.html.j2"


class Verdict(BaseModel):
    """What became of one rule; `expectation` is what great-expectations calls it, if it judged."""

    rule_nl: str
    expectation: str = ""
    severity: Literal["block", "flag", "info"]
    n_applicable: int
    n_hit: int
    state: State

    @property
    def forbids(self) -> bool:
        """Return whether nothing may be published: what could not be judged forbids as well."""
        return self.state == "fout" or (self.severity == "block" and self.state == "afgekeurd")


class SuiteResult(BaseModel):
    """What became of the rules of one table, delivery, or set of figures."""

    name: str
    verdicts: list[Verdict]
    of: str = ""

    @property
    def broken(self) -> int:
        """Return how many of its rules were broken or could not be judged."""
        return sum(verdict.state in ("afgekeurd", "fout") for verdict in self.verdicts)


class JudgedRelease(BaseModel):
    """What was judged before one release, whether or not it was published."""

    run_id: str
    as_of: date
    is_published: bool
    tables: list[SuiteResult]
    figures: list[SuiteResult]


def keep(home: Home, release: JudgedRelease) -> None:
    """Keep what became of the newest release that was judged."""
    _write(home.judged_release_file, release.model_dump_json(indent=1))


def write_data_docs(home: Home, deliveries: Mapping[str, LedgerEvent]) -> None:
    """Write the page anew: of every source the newest judged delivery, and the newest release."""
    release = None
    if home.judged_release_file.exists():
        text = home.judged_release_file.read_text(encoding="utf-8")
        release = JudgedRelease.model_validate_json(text)
    sources = [_of_delivery(name, deliveries[name]) for name in sorted(deliveries)]
    page = _template().render(release=release, sources=sources)
    _write(home.data_docs_file, page)


def _of_delivery(source_id: str, event: LedgerEvent) -> SuiteResult:
    return SuiteResult(
        name=source_id,
        of=f"levering van {day(event.delivered_on)}, "
        + ("vastgehouden" if event.event == "held" else "ingenomen"),
        verdicts=[_at_the_door(result) for result in event.door],
    )


def _at_the_door(result: DoorResult) -> Verdict:
    column = f" (kolom {result.column_name})" if result.column_name else ""
    known = [check for check in catalogue() if check.id == result.check_id]
    # An old delivery may have been judged by a check that is no more.
    rules = [f" {check.name_nl}{column}: {check.rule_nl}" for check in known] or [column]
    return Verdict(
        rule_nl=result.check_id + rules[0],
        severity=known[0].severity if known else "info",
        n_applicable=result.n_applicable,
        n_hit=result.n_hit,
        state=result.state,
    )


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.new")
    temporary.write_text(text, encoding="utf-8")
    replace_durably(temporary, file)


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {"day": day, "number": number}
    environment.filters |= filters
    return environment.get_template(_TEMPLATE)
