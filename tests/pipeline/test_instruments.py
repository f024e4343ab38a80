"""Instruments and start-slot lists: what the warehouse shows is what the delivered files say."""

import csv
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from ingest.home import Home
from ingest.raw_tables import raw_tables, write_missing_tables, write_table
from orchestration import dbt
from tests.conftest import Night
from tests.pipeline.test_ground_truth import day, delivered

KEYS = (
    "instrument_id",
    "instrument_version",
    "dimension_code",
    "design",
    "kind",
    "outcome_code",
    "period_type",
    "period_start",
    "breakdown",
    "region_code",
    "service_code",
    "team_code",
    "project_code",
    "respondent_role",
)
# What Kwadraad published: per KPI and role how many of a hundred pairs improved.
PUBLISHED = {
    ("KW-SMW-LAST", "kind"): 65,
    ("KW-SMW-LAST", "ouder"): 67,
    ("KW-SMW-LAST", "leerkracht"): 63,
    ("KW-SMW-GEDRAG", "ouder"): 74,
    ("KW-SMW-GEDRAG", "leerkracht"): 63,
}


def truth(home: Path) -> dict[tuple[str, ...], tuple[int, int, int | None]]:
    with (home / "ground_truth" / "instruments.csv").open(encoding="utf-8") as file:
        return {
            tuple(row[key] for key in KEYS): (
                int(row["numerator"]),
                int(row["denominator"]),
                int(row["n_start"]) if row["n_start"] else None,
            )
            for row in csv.DictReader(file)
            if row["outcome_code"]
        }


def figures(night: Night) -> dict[tuple[str, ...], tuple[int, int, int | None]]:
    rows = night.exact(
        f"""
        select {", ".join(KEYS)}, numerator, denominator, n_start from mart.fct_instrument_value
        where (numerator > 0 or kind = 'gemiddelde') and period_start < date '2026-01-01'
        """
    )
    return {
        tuple("" if part is None else str(part) for part in key): (
            int(numerator),
            int(denominator),
            n_start,
        )
        for *key, numerator, denominator, n_start in rows
    }


def test_every_figure_of_an_instrument_equals_the_ground_truth(clean_night: Night) -> None:
    expected = truth(clean_night.home)
    found = figures(clean_night)
    assert len(expected) > 5000
    assert {key[0] for key in expected} == {
        "zrm",
        "positieve_gezondheid",
        "tevredenheid",
        "kwadraad_smw",
    }
    assert {key: found.get(key) for key in expected} == expected
    assert [key for key in found if key not in expected] == []


def test_the_rows_of_a_distribution_add_up_to_everyone_who_was_measured(
    clean_night: Night,
) -> None:
    slice_ = ", ".join(key for key in KEYS if key != "outcome_code")
    wrong = clean_night.exact(
        f"""
        select {slice_} from mart.fct_instrument_value
        where kind in ('verdeling', 'verschuiving')
        group by {slice_}
        having sum(numerator) <> min(denominator) or min(denominator) <> max(denominator)
        """
    )
    assert wrong == []


# From here on from the delivered files themselves.


def scores_of(home: Path, name: str, *dimensions: str) -> Iterator[tuple[str, date, str, int]]:
    """Give client, day, dimension and score of every filled cell of a wide delivery."""
    for row in delivered(home, name):
        measured_on = day(row["Datum"])
        assert measured_on
        for dimension in dimensions:
            if row[dimension]:
                yield row["Cliëntnummer"], measured_on, dimension, int(row[dimension])


def test_the_mean_of_positieve_gezondheid_is_that_of_everyones_last_spiderweb(
    clean_night: Night,
) -> None:
    last: dict[str, tuple[date, int]] = {}
    for client, measured_on, _, score in scores_of(
        clean_night.home, "positieve_gezondheid", "Zingeving"
    ):
        if measured_on.year == 2025 and (client not in last or last[client][0] < measured_on):
            last[client] = (measured_on, score)
    scores = [score for _, score in last.values()]
    ((value, people),) = clean_night.exact(
        """
        select value, n_subjects from mart.fct_instrument_value
        where instrument_id = 'positieve_gezondheid' and dimension_code = 'zingeving'
            and kind = 'gemiddelde' and breakdown = 'total' and period_type = 'year'
            and period_start = date '2025-01-01'
        """
    )
    assert people == len(scores)
    assert abs(value - Decimal(sum(scores)) / len(scores)) < Decimal("0.0001")


def test_positieve_gezondheid_is_a_conversation_tool_and_shows_no_shift(
    clean_night: Night,
) -> None:
    kinds = clean_night.exact(
        """
        select distinct kind from mart.fct_instrument_value
        where instrument_id = 'positieve_gezondheid' order by kind
        """
    )
    assert kinds == [("gemiddelde",), ("verdeling",)]


def test_the_zrm_moves_from_the_first_to_the_last_matrix_of_a_trajectory(
    clean_night: Night,
) -> None:
    lists: dict[str, list[tuple[date, str, int]]] = defaultdict(list)
    for row in delivered(clean_night.home, "zrm"):
        measured_on = day(row["Datum"])
        if measured_on and row["Huisvesting"]:
            lists[row["Cliëntnummer"]].append(
                (measured_on, row["Meetmoment"], int(row["Huisvesting"]))
            )
    expected: dict[str, int] = defaultdict(int)
    for of_client in lists.values():
        start: int | None = None
        for measured_on, moment, score in sorted(of_client):
            if moment == "Begin":
                start = score
            elif start is not None:
                if measured_on.year == 2025:
                    outcome = "beter" if score > start else "slechter" if score < start else ""
                    expected[outcome or "gelijk"] += 1
                start = None
    found = clean_night.exact(
        """
        select outcome_code, cast(numerator as integer) from mart.fct_instrument_value
        where instrument_id = 'zrm' and dimension_code = 'huisvesting' and kind = 'verschuiving'
            and breakdown = 'total' and period_type = 'year' and period_start = date '2025-01-01'
        """
    )
    assert dict(found) == {"beter": 0, "gelijk": 0, "slechter": 0} | expected
    assert sum(expected.values()) > 10


def test_every_score_of_a_clean_delivery_counts_unless_its_project_is_unknown(
    clean_night: Night,
) -> None:
    reasons = clean_night.exact(
        """
        select left_out_reason, count(*) > 0 from intermediate.int_instrument_scores
        where left_out_reason is not null group by left_out_reason
        """
    )
    assert reasons == [("project onbekend", True)]


def test_a_score_off_the_scale_counts_nowhere_and_can_be_listed(flagged_night: Night) -> None:
    listed = flagged_night.exact(
        """
        select count(*), min(score), max(score) from intermediate.int_instrument_scores
        where left_out_reason = 'score buiten de schaal'
        """
    )
    assert listed[0][0] > 0
    assert listed[0][1:] == (7, 7)
    shown = flagged_night.exact(
        """
        select distinct outcome_code from mart.fct_instrument_value
        where instrument_id = 'zrm' and kind = 'verdeling' order by outcome_code
        """
    )
    assert shown == [("1",), ("2",), ("3",), ("4",), ("5",)]


def test_k01_start_slot_is_never_in_one_percentage_with_afterwards(clean_night: Night) -> None:
    designs = clean_night.exact(
        """
        select kpi_id like 'KW-SMW-%', design from mart.fct_kpi_value
        where kpi_id like 'KW-SMW-%' or design in ('afterwards', 'professional', 'start_slot')
        group by all order by all
        """
    )
    assert (True, "start_slot") in designs
    assert (False, "afterwards") in designs
    # Return is counted from registrations.
    assert {design for of_school, design in designs if of_school} == {"start_slot", "registration"}
    assert (False, "start_slot") not in designs
    # And within the instruments: the lists of school social work have a design of their own.
    assert clean_night.exact(
        """
        select design, string_agg(distinct instrument_id, ' ' order by instrument_id)
        from mart.fct_instrument_value group by design order by design
        """
    ) == [("instrument", "positieve_gezondheid tevredenheid zrm"), ("start_slot", "kwadraad_smw")]


def test_k02_two_homes_are_two_parents_each_paired_with_their_own_lists(
    clean_night: Night,
) -> None:
    parents: dict[tuple[str, str], dict[str, list[tuple[date, int]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for row in delivered(clean_night.home, "startslot_smw"):
        filled_on = day(row["Datum"])
        if row["Invuller"] == "Ouder" and filled_on:
            key = (row["Cliëntnummer"], row["Invullernummer"])
            parents[key][row["Start of slot"]].append((filled_on, int(row["Last (1-10)"])))
    homes: dict[str, int] = defaultdict(int)
    better = paired = 0
    for (child, _), lists in parents.items():
        homes[child] += 1
        # In the example a parent has a number per trajectory, so at most one list of each.
        if lists["Start"] and lists["Slot"]:
            ((_, start),), ((closed_on, slot),) = lists["Start"], lists["Slot"]
            if closed_on.year == 2025:
                paired += 1
                better += slot < start
    assert max(homes.values()) >= 2
    ((numerator, denominator),) = clean_night.exact(
        """
        select cast(numerator as integer), cast(denominator as integer) from mart.fct_kpi_value
        where kpi_id = 'KW-SMW-LAST' and breakdown = 'respondent_role' and respondent_role = 'ouder'
            and period_type = 'year' and period_start = date '2025-01-01'
        """
    )
    assert (numerator, denominator) == (better, paired)


def test_start_slot_figures_do_not_hang_on_the_deliveries_of_other_instruments(
    clean_night: Night,
) -> None:
    sources = clean_night.exact(
        "select distinct source_id from mart.int_kpi_sources where kpi_id = 'KW-SMW-LAST'"
    )
    assert {name for (name,) in sources if name.startswith(("survey", "organisation"))} == {
        "survey-startslot-smw"
    }


def test_the_skills_are_without_figures_until_a_field_is_mapped(clean_night: Night) -> None:
    available = clean_night.exact(
        "select kpi_id, availability_nl from mart.dim_kpi where kpi_id like 'KW-SMW-%'"
    )
    without = {kpi_id for kpi_id, nl in available if nl == "geen gegevens"}
    assert without == {"KW-SMW-TOEPASSEN", "KW-SMW-VOORBEELD"}
    assert dict(available)["KW-SMW-LAST"] == "beschikbaar"


def test_published_instruments_show_no_outcome_of_fewer_than_ten_people(
    clean_night: Night,
) -> None:
    rows = clean_night.published(
        """
        select status, min(n_subjects), min(numerator), max(denominator % 5), max(n_start % 5),
            max(n_paired % 5)
        from {instrument_value} group by status order by status
        """
    )
    by_status = {status: rest for status, *rest in rows}
    assert set(by_status) <= {"getoond", "afgeschermd", "niet beschikbaar"}
    shown = by_status["getoond"]
    assert shown[0] >= 10
    assert shown[1] >= 10
    assert not any(shown[2:])
    assert by_status["afgeschermd"] == [None] * 5


# The golden case: the published percentages from synthetic lists.


@pytest.fixture(scope="module")
def kwadraad(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """Build the figures on start and slot lists of which as many improved as Kwadraad published."""
    home = Home(tmp_path_factory.mktemp("kwadraad"))
    home.create()
    settings = [{"name": "as_of", "value": "2026-01-06"}]
    for table, rows in (
        (("run", "settings"), settings),
        (("survey", "start_slot"), list(synthetic_lists())),
    ):
        schema = raw_tables()[table].schema()
        write_table(home.raw, table, "synthetic", pa.Table.from_pylist(rows, schema))
    write_missing_tables(home.raw)
    dbt.write_model_names()
    target = home.warehouse / "dbt"
    select = ["--select", "+fct_kpi_value", "+fct_instrument_value"]
    select += ["--exclude", "tag:at_release"]
    dbt.run_dbt(
        ["build", *select, "--exclude-resource-type", "unit_test", "--target-path", str(target)],
        {**os.environ, **dbt.environment(home, "1GB")},
    )
    failed = [
        result["unique_id"]
        for result in json.loads((target / "run_results.json").read_text("utf-8"))["results"]
        if result["status"] not in ("success", "pass")
    ]
    assert failed == []
    return duckdb.connect(str(home.warehouse_file), read_only=True)


def synthetic_lists() -> Iterator[dict[str, Any]]:
    """Give 120 start lists per role and 100 slot lists; half of who did not improve got worse."""
    for role in ("kind", "ouder", "leerkracht"):
        for number in range(1, 121):
            is_last_better = number <= PUBLISHED["KW-SMW-LAST", role]
            # Children are not asked how often, so there is nothing published of them.
            gedrag = PUBLISHED.get(("KW-SMW-GEDRAG", role))
            for moment, filled_on in (("start", date(2025, 1, 6)), ("slot", date(2025, 6, 2))):
                if moment == "slot" and number > 100:
                    continue
                worse = number % 2
                rank: int | None = None
                burden = 5
                if moment == "slot":
                    burden = 3 if is_last_better else 5 + worse
                if gedrag:
                    rank = 4
                    if moment == "slot":
                        rank = 2 if number <= gedrag else 4 + worse
                yield {
                    "source_id": "smw",
                    "record_ref": f"{role}{number}{moment}",
                    "response_id": f"{role}{number}{moment}",
                    "client_id": f"client:k1:{number:032d}",
                    "respondent_id": f"client:k1:{role}{number}",
                    "respondent_role": role,
                    "moment_code": moment,
                    "filled_on": filled_on,
                    "recorded_on": filled_on + timedelta(days=1),
                    "frequency_rank": rank,
                    "burden_score": burden,
                    "team_code": "T6",
                }


def test_the_published_kwadraad_percentages_come_out_of_synthetic_lists(
    kwadraad: duckdb.DuckDBPyConnection,
) -> None:
    found = kwadraad.execute(
        """
        select kpi_id, respondent_role, value, n_respondents, n_invited
        from mart.fct_kpi_value
        where breakdown = 'respondent_role' and period_type = 'year' and kpi_id like 'KW-SMW-%'
            and period_start = date '2025-01-01'
        """
    ).fetchall()
    # 20 of 120 have no slot list: they lower the response and leave the percentage as it is.
    assert {(kpi, role): rest for kpi, role, *rest in found} == {
        key: [Decimal(share), 100, 120] for key, share in PUBLISHED.items()
    }


def test_better_same_and_worse_stand_beside_each_other_with_the_pairing_rate(
    kwadraad: duckdb.DuckDBPyConnection,
) -> None:
    found = kwadraad.execute(
        """
        select outcome_code, value, n_start, n_paired, pairing_rate
        from mart.fct_instrument_value
        where kind = 'verschuiving' and dimension_code = 'last' and respondent_role = 'kind'
            and period_type = 'year'
        """
    ).fetchall()
    # Of the 35 children who did not improve, 18 have an even number: the same; 17 are worse.
    rate = Decimal("83.3333")
    assert {outcome: rest for outcome, *rest in found} == {
        "beter": [Decimal(65), 120, 100, rate],
        "gelijk": [Decimal(18), 120, 100, rate],
        "slechter": [Decimal(17), 120, 100, rate],
    }
