"""Data Docs: what is expected of deliveries and of published tables, and what became of it.

One page that needs nothing from outside, without a value of anybody: counts and our own names only.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from ingest.door import DoorResult
from ingest.dutch import day, number
from ingest.home import Home, write_durably
from ingest.ledger import LedgerEvent
from quality.catalogue import catalogue
from quality.judged_release import JudgedRelease, SuiteResult, Verdict

_TEMPLATE = "data_docs.html.j2"


def write_data_docs(home: Home, deliveries: Mapping[str, LedgerEvent]) -> None:
    """Write the page anew: of every source the newest judged delivery, and the newest release."""
    sources = [_of_delivery(name, deliveries[name]) for name in sorted(deliveries)]
    page = _template().render(release=JudgedRelease.newest(home), sources=sources)
    write_durably(home.data_docs_file, page)


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
