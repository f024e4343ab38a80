"""The expectations on the protected figures: what must hold before a release is published."""

from collections.abc import Mapping

import pandas as pd
from great_expectations.expectations.core.expect_column_pair_values_a_to_be_greater_than_b import (
    ExpectColumnPairValuesAToBeGreaterThanB,
)
from great_expectations.expectations.core.expect_column_values_to_be_between import (
    ExpectColumnValuesToBeBetween,
)
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.core.expect_column_values_to_not_be_null import (
    ExpectColumnValuesToNotBeNull,
)
from great_expectations.expectations.core.expect_table_columns_to_match_ordered_list import (
    ExpectTableColumnsToMatchOrderedList,
)
from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from exports.tables import PublishedTable, published_tables
from ingest.dutch import number
from quality.expectations import validate

_STATUSES = ["getoond", "afgeschermd", "niet beschikbaar"]
_RELIABILITIES = ["betrouwbaar", "let op", "onbetrouwbaar", "niet te bepalen"]
_NUMBER_TYPES = {"DECIMAL(18,4)", "DOUBLE", "BIGINT"}
_FILLED_NUMBERS = "filled numbers"


def unmet_expectations(kpi_value: pd.DataFrame, minimum_count: int) -> list[str]:
    """Return a Dutch sentence for everything that forbids to publish `kpi_value`; empty if nothing.

    `kpi_value` is the protected table, in which counts are rounded to 5. A sentence says what
    does not hold and in how many rows, never a value. An expectation that throws is unmet too.
    """
    table = next(each for each in published_tables() if each.name == "kpi_value")
    columns = [column.name for column in table.columns]
    structure = {
        "De kolommen van kpi_value zijn niet die van haar beschrijving in dbt": (
            ExpectTableColumnsToMatchOrderedList(column_list=columns)
        )
    }
    # On other columns the other expectations would say nothing.
    return _unmet(kpi_value, structure) or _unmet(
        kpi_value.assign(**{_FILLED_NUMBERS: kpi_value[_numbers(table)].count(axis="columns")}),
        _expectations(minimum_count),
    )


def _unmet(frame: pd.DataFrame, expectations: Mapping[str, Expectation]) -> list[str]:
    sentences = []
    for sentence, outcome in validate(frame, expectations).items():
        if not outcome.has_run:
            sentences.append(f"{sentence}: dat kon niet worden nagegaan.")
        elif not outcome.success:
            where = f" ({number(outcome.unexpected_count)} keer)" * bool(outcome.unexpected_count)
            sentences.append(f"{sentence}{where}. Meld dit als fout in de beveiliging of in dbt.")
    return sentences


def _expectations(minimum_count: int) -> dict[str, Expectation]:
    """Return every expectation by the sentence that is said when it does not hold."""
    is_hidden = Column("status") == "afgeschermd"
    is_percentage = Column("unit") == "percentage"
    is_own_and_shown = (Column("design") != "open_data") & (Column("status") == "getoond")
    return {
        "Een cijfer heeft geen status": ExpectColumnValuesToNotBeNull(column="status"),
        "Een cijfer heeft een status die niet bestaat": ExpectColumnValuesToBeInSet(
            column="status", value_set=_STATUSES
        ),
        "Een cijfer heeft een betrouwbaarheid die niet bestaat": ExpectColumnValuesToBeInSet(
            column="reliability", value_set=_RELIABILITIES
        ),
        "Een afgeschermd cijfer heeft nog een getal": ExpectColumnValuesToBeInSet(
            column=_FILLED_NUMBERS, value_set=[0], row_condition=is_hidden
        ),
        "Een getoond cijfer heeft geen waarde": ExpectColumnValuesToNotBeNull(
            column="value", row_condition=Column("status") == "getoond"
        ),
        "Een percentage ligt niet tussen 0 en 100": ExpectColumnValuesToBeBetween(
            column="value", min_value=0, max_value=100, row_condition=is_percentage
        ),
        "Een percentage heeft een teller boven zijn noemer": (
            ExpectColumnPairValuesAToBeGreaterThanB(
                column_A="denominator",
                column_B="numerator",
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                row_condition=is_percentage,
            )
        ),
        "Een getoond cijfer zegt niet over hoeveel eenheden het gaat": (
            ExpectColumnValuesToNotBeNull(column="n_subjects", row_condition=is_own_and_shown)
        ),
        f"Een getoond cijfer gaat over minder dan {minimum_count} eenheden": (
            ExpectColumnValuesToBeBetween(
                column="n_subjects",
                min_value=_rounded_to_five(minimum_count),
                row_condition=is_own_and_shown,
            )
        ),
    }


def _numbers(table: PublishedTable) -> list[str]:
    """Return the columns that hold a number about people; a year of publication is not one."""
    return [column.name for column in table.columns if column.type in _NUMBER_TYPES]


def _rounded_to_five(count: int) -> int:
    """Return a count as it is published: what is at least `count` is at least this."""
    return 5 * ((2 * count + 5) // 10)
