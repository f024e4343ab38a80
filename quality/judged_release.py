"""What became of every rule before a release, and a person who lets a refused one through."""

from collections.abc import Mapping
from datetime import date
from typing import Literal, Self

from pydantic import BaseModel

from ingest.door import State
from ingest.home import Home, write_durably


class ResumeError(Exception):
    """No release waits that a person may let through; the message says why in Dutch."""


class Verdict(BaseModel):
    """What became of one rule; `expectation` is what great-expectations calls it, if it judged.

    A check of the catalogue has its `check_id` and the `kpi_ids` of the figures that it hit;
    `let_through_nl` says why what it hit is published all the same.
    """

    rule_nl: str
    expectation: str = ""
    severity: Literal["block", "flag", "info"]
    n_applicable: int
    n_hit: int
    state: State
    check_id: str | None = None
    kpi_ids: list[str] = []
    let_through_nl: str = ""

    @property
    def forbids(self) -> bool:
        """Return whether nothing may be published: what could not be judged forbids as well."""
        is_refused = self.severity == "block" and self.state == "afgekeurd"
        return self.state == "fout" or (is_refused and not self.let_through_nl)


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
    """What was judged before one release, whether or not it was published.

    `is_resumed` says that a person lets through what its checks on figures hit.
    """

    run_id: str
    as_of: date
    is_published: bool
    tables: list[SuiteResult]
    figures: list[SuiteResult]
    is_resumed: bool = False

    @classmethod
    def newest(cls, home: Home) -> Self | None:
        """Return the newest release that was judged, or None before the first one."""
        file = home.judged_release_file
        return cls.model_validate_json(file.read_bytes()) if file.exists() else None

    def keep(self, home: Home) -> None:
        """Keep this as the newest release that was judged."""
        write_durably(home.judged_release_file, self.model_dump_json(indent=1))

    @property
    def forbidding(self) -> list[Verdict]:
        """Return the verdicts that forbid to publish it."""
        suites = self.tables + self.figures
        return [verdict for suite in suites for verdict in suite.verdicts if verdict.forbids]


def resumed_kpis(home: Home) -> Mapping[str, frozenset[str]]:
    """Return per check the KPI's of which a person lets through what it hits."""
    release = JudgedRelease.newest(home)
    if release is None or release.is_published or not release.is_resumed:
        return {}
    return {
        verdict.check_id: frozenset(verdict.kpi_ids)
        for verdict in release.forbidding
        if verdict.check_id
    }


def resume_release(home: Home) -> str:
    """Let the next night publish what the checks on figures held, and return a Dutch sentence.

    Holds for these checks and KPI's until a night has been judged, never for what the protection
    of the tables forbids or for a check that did not run.

    Raises:
        ResumeError: no release waits, or not for a person.

    """
    release = JudgedRelease.newest(home)
    if release is None or release.is_published:
        raise ResumeError("Er wordt geen uitgave vastgehouden.")
    others = [
        each for each in release.forbidding if each.check_id is None or each.state != "afgekeurd"
    ]
    if others or not release.forbidding:
        raise ResumeError(
            "De uitgave is niet vrij te geven: zij is niet (alleen) tegengehouden door een "
            f"controle op cijfers. Zie {home.data_docs_file} voor wat er hersteld moet worden."
        )
    release.model_copy(update={"is_resumed": True}).keep(home)
    kpis = sorted({kpi_id for each in release.forbidding for kpi_id in each.kpi_ids})
    checks = ", ".join(str(each.check_id) for each in release.forbidding)
    return (
        f"De uitgave is vrijgegeven voor {checks}: de volgende nacht wordt gepubliceerd, en alle "
        f"cijfers van {', '.join(kpis)} heten daarin 'onbetrouwbaar'."
    )
