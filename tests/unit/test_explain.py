"""What a person may ask of `explain`, and what every KPI model must tell it."""

from datetime import date

import pytest

from ingest.home import Home
from quality.explain import ExplainError, Period, explain
from quality.explain_blocks import explain_blocks


@pytest.mark.parametrize(
    ("text", "type_", "first_day", "last_day"),
    [
        ("2025", "year", date(2025, 1, 1), date(2025, 12, 31)),
        ("2025-K3", "quarter", date(2025, 7, 1), date(2025, 9, 30)),
        ("2025-q4", "quarter", date(2025, 10, 1), date(2025, 12, 31)),
        (" 2024-02 ", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-12", "month", date(2025, 12, 1), date(2025, 12, 31)),
    ],
)
def test_a_period_is_written_as_people_write_it(
    text: str, type_: str, first_day: date, last_day: date
) -> None:
    assert Period.of(text) == Period(type_, first_day, last_day)


@pytest.mark.parametrize("text", ["", "25", "2025-K5", "2025-13", "2025-7", "juli 2025", "0000"])
def test_another_period_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ExplainError, match="Schrijf 2025, 2025-K3 of 2025-07"):
        Period.of(text)


def test_before_the_first_night_there_is_nothing_to_explain(tmp_path: object) -> None:
    with pytest.raises(ExplainError, match="nog niets berekend"):
        explain(Home(tmp_path), "A12", Period.of("2025"), {})  # type: ignore[arg-type]


def test_every_kpi_model_says_which_table_it_judges_and_what_it_leaves_out() -> None:
    blocks = explain_blocks()
    assert {"A8", "A12", "KW-SRW-3-FIN", "EIGEN-A14-OMLAAG"} <= set(blocks)
    assert [kpi_id for kpi_id, found in blocks.items() if not found] == []


def test_no_reason_of_a_kpi_is_given_twice() -> None:
    for kpi_id, blocks in explain_blocks().items():
        for block in blocks:
            reasons = [each.why_nl for each in block.left_out]
            assert len(reasons) == len(set(reasons)), kpi_id
