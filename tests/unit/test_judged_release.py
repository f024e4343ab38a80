"""A release that a check on figures held is published once a person lets it through."""

from datetime import date
from pathlib import Path

import pytest

from ingest.door import State
from ingest.home import Home
from quality.judged_release import (
    JudgedRelease,
    ResumeError,
    SuiteResult,
    Verdict,
    resume_release,
    resumed_kpis,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def of_figures(state: State = "afgekeurd", check_id: str = "X01") -> Verdict:
    return Verdict(
        rule_nl="regel",
        severity="block",
        n_applicable=9,
        n_hit=2,
        state=state,
        check_id=check_id,
        kpi_ids=["A12", "A8"],
    )


def of_tables() -> Verdict:
    return Verdict(rule_nl="te klein", severity="block", n_applicable=9, n_hit=1, state="afgekeurd")


def release(
    *figures: Verdict, tables: tuple[Verdict, ...] = (), is_published: bool = False
) -> JudgedRelease:
    return JudgedRelease(
        run_id="20260106T010000Z",
        as_of=date(2026, 1, 6),
        is_published=is_published,
        tables=[SuiteResult(name="kpi_value", verdicts=list(tables))],
        figures=[SuiteResult(name="Exacte cijfers", verdicts=list(figures))],
    )


def test_what_a_person_lets_through_are_the_kpis_that_the_check_hit(home: Home) -> None:
    release(of_figures()).keep(home)
    assert resumed_kpis(home) == {}

    said = resume_release(home)

    assert "vrijgegeven voor X01" in said
    assert "A12, A8" in said
    assert resumed_kpis(home) == {"X01": frozenset({"A12", "A8"})}


def test_it_holds_until_the_next_release_is_judged(home: Home) -> None:
    release(of_figures()).keep(home)
    resume_release(home)

    release(of_figures()).keep(home)

    assert resumed_kpis(home) == {}


@pytest.mark.parametrize(
    "held",
    [
        release(of_figures(), tables=(of_tables(),)),
        release(of_figures(), of_figures("fout", "X02")),
        release(tables=(of_tables(),)),
        release(of_figures("akkoord")),
    ],
)
def test_nobody_lets_through_what_the_protection_forbids_or_what_was_not_judged(
    home: Home, held: JudgedRelease
) -> None:
    held.keep(home)

    with pytest.raises(ResumeError, match="niet vrij te geven"):
        resume_release(home)

    assert resumed_kpis(home) == {}


def test_without_a_release_that_waits_there_is_nothing_to_let_through(home: Home) -> None:
    with pytest.raises(ResumeError, match="geen uitgave vastgehouden"):
        resume_release(home)
    release(of_figures(), is_published=True).keep(home)
    with pytest.raises(ResumeError, match="geen uitgave vastgehouden"):
        resume_release(home)
