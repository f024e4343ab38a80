"""What forbids to publish the figures, each shown on one row that is wrong in one way."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from exports.tables import published_tables
from quality.release import unmet_expectations

COLUMNS = [
    column.name
    for table in published_tables()
    if table.name == "kpi_value"
    for column in table.columns
]
SHOWN = {
    "kpi_id": "E4.1.1",
    "design": "afterwards",
    "period_type": "year",
    "period_start": date(2025, 1, 1),
    "breakdown": "total",
    "numerator": 30.0,
    "denominator": 200.0,
    "value": 15.0,
    "unit": "percentage",
    "n_subjects": 200,
    "reliability": "betrouwbaar",
    "status": "getoond",
}
HIDDEN = SHOWN | {
    "numerator": np.nan,
    "denominator": np.nan,
    "value": np.nan,
    "n_subjects": np.nan,
    "status": "afgeschermd",
}
OPEN_DATA = SHOWN | {
    "kpi_id": "I1.2.2",
    "design": "open_data",
    "numerator": np.nan,
    "denominator": np.nan,
    "n_subjects": np.nan,
}


def kpi_value(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([dict.fromkeys(COLUMNS) | row for row in rows], columns=COLUMNS)


def test_figures_as_they_should_be_are_published() -> None:
    count = SHOWN | {"unit": "count", "value": 45.0, "numerator": 45.0, "denominator": np.nan}
    whole = SHOWN | {"numerator": 200.0, "value": 100.0}

    assert unmet_expectations(kpi_value(SHOWN, HIDDEN, OPEN_DATA, count, whole), 10) == []


def test_no_figures_at_all_are_no_reason_to_refuse() -> None:
    assert unmet_expectations(kpi_value(), 10) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (SHOWN | {"status": None}, "Een cijfer heeft geen status (1 keer)."),
        (SHOWN | {"status": "verborgen"}, "een status die niet bestaat (1 keer)."),
        (SHOWN | {"reliability": "goed"}, "een betrouwbaarheid die niet bestaat (1 keer)."),
        (HIDDEN | {"n_reached": 5}, "Een afgeschermd cijfer heeft nog een getal (1 keer)."),
        (HIDDEN | {"value": 0.0}, "Een afgeschermd cijfer heeft nog een getal (1 keer)."),
        (SHOWN | {"value": np.nan}, "Een getoond cijfer heeft geen waarde (1 keer)."),
        (SHOWN | {"value": 100.5}, "Een percentage ligt niet tussen 0 en 100 (1 keer)."),
        (SHOWN | {"value": -1.0}, "Een percentage ligt niet tussen 0 en 100 (1 keer)."),
        (SHOWN | {"numerator": 205.0}, "een teller boven zijn noemer (1 keer)."),
        (SHOWN | {"n_subjects": np.nan}, "niet over hoeveel eenheden het gaat (1 keer)."),
        (SHOWN | {"n_subjects": 5}, "gaat over minder dan 10 eenheden (1 keer)."),
    ],
)
def test_a_row_that_is_wrong_in_one_way_gives_one_sentence(
    wrong: dict[str, Any], sentence: str
) -> None:
    (found,) = unmet_expectations(kpi_value(SHOWN, wrong, HIDDEN), 10)

    assert sentence in found
    assert found.endswith("Meld dit als fout in de beveiliging of in dbt.")


@pytest.mark.parametrize(
    ("minimum_count", "published_count", "is_refused"),
    [
        (10, 10, False),
        (12, 10, False),  # 12 people are published as 10
        (13, 15, False),
        (13, 10, True),
        (20, 15, True),
    ],
)
def test_the_minimum_is_compared_as_it_is_published_rounded_to_five(
    minimum_count: int, published_count: int, is_refused: bool
) -> None:
    found = unmet_expectations(kpi_value(SHOWN | {"n_subjects": published_count}), minimum_count)

    assert bool(found) is is_refused


def test_another_column_is_the_only_thing_said() -> None:
    found = unmet_expectations(kpi_value(SHOWN).drop(columns="value"), 10)

    (sentence,) = found
    assert sentence.startswith("De kolommen van kpi_value zijn niet die van haar beschrijving")


def test_no_value_is_in_a_sentence() -> None:
    found = unmet_expectations(kpi_value(SHOWN | {"value": 123.4567, "numerator": 98765.0}), 10)

    assert len(found) == 2
    assert not any(secret in " ".join(found) for secret in ("123.4567", "98765", "E4.1.1"))
