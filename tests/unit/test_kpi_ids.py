"""KPI ids of R04, the ways in which scans spoil them, and the ids that are built in."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.kpi_ids import layer_of, normalised_kpi_id

SEEDS = Path(__file__).parents[2] / "dbt_project" / "seeds" / "definitions"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("I4.1.1", "I4.1.1"),
        ("E 4.1.1", "E4.1.1"),
        (" e4.1.1. ", "E4.1.1"),
        ("E411", "E4.1.1"),
        ("A 12", "A12"),
        ("a8", "A8"),
        ("E4.2.2-1", "E4.2.2-1"),
        ("E 4.2.2 - 1", "E4.2.2-1"),
        # As they stand in the scanned figures 5, 8, 9, 11, 12 and 13 and in section 3.3.
        ("11.2.2", "I1.2.2"),
        ("14.1.1", "I4.1.1"),
        ("1421", "I4.2.1"),
        ("1113", "I1.1.3"),
        ("1 4.1.2", "I4.1.2"),
        ("I14.1.3.", "I4.1.3"),
        ("I1.1.1", "I1.1.1"),
        ("l5.1.1", "I5.1.1"),
        ("eigen-e-trots", "EIGEN-E-TROTS"),
        ("EIGEN-A14-OMLAAG", "EIGEN-A14-OMLAAG"),
        ("KW-SRW-1", "KW-SRW-1"),
    ],
)
def test_r04_an_id_is_read_as_it_is_meant(written: str, meant: str) -> None:
    assert normalised_kpi_id(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "",
        "alles",
        "4.1.1",  # impact or effect?
        "1.1.3",
        "411",
        "KPI 1.1.3",
        "E4.1",  # an intended effect
        "E4.11",
        "E4.2.2.1",
        "A",
        "A0",
        "A1.2",
        "1821",  # there is no eighth life domain
        "B4.1.1",
        "14-01-2001",  # what a spreadsheet makes of 14.1.1
        "EIGEN-",
        "EIGEN E TROTS",
    ],
)
def test_r04_what_is_no_id_or_could_be_two_is_refused(written: str) -> None:
    assert normalised_kpi_id(written) is None


@pytest.mark.parametrize(
    ("kpi_id", "layer"),
    [
        ("I4.1.1", "impact"),
        ("E4.2.2-1", "effect"),
        ("A12", "activity"),
        ("EIGEN-E-TROTS", "effect"),
        ("EIGEN-A14-OMLAAG", "activity"),
        ("EIGEN-IDEE", None),
        ("KW-SRW-1", None),
    ],
)
def test_r04_the_letter_says_the_layer(kpi_id: str, layer: str | None) -> None:
    assert layer_of(kpi_id) == layer


def test_r04_every_kpi_that_is_built_in_has_an_id_whose_letter_is_its_layer() -> None:
    with (SEEDS / "kpis.csv").open(encoding="utf-8", newline="") as file:
        kpis = list(csv.DictReader(file))
    assert len(kpis) > 50
    assert [
        kpi["kpi_id"] for kpi in kpis if normalised_kpi_id(kpi["kpi_id"]) != kpi["kpi_id"]
    ] == []
    assert [kpi["kpi_id"] for kpi in kpis if layer_of(kpi["kpi_id"]) != kpi["layer"]] == []


@pytest.mark.parametrize("seed", ["kpi_question_links", "kpi_open_data_links"])
def test_r04_every_link_that_is_built_in_names_a_kpi_that_is_built_in(seed: str) -> None:
    def ids(name: str) -> set[str]:
        with (SEEDS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return {row["kpi_id"] for row in csv.DictReader(file)}

    assert ids(seed) <= ids("kpis")


@given(
    st.sampled_from("IE"),
    st.tuples(st.integers(1, 7), st.integers(1, 9), st.integers(1, 9)),
    st.sampled_from(["", " ", "  "]),
    st.booleans(),
)
def test_r04_spaces_case_and_missing_dots_do_not_change_an_id(
    letter: str, numbers: tuple[int, int, int], space: str, has_dots: bool
) -> None:
    meant = letter + ".".join(map(str, numbers))
    written = space.join([letter, ("." if has_dots else "").join(map(str, numbers)), ""])
    assert normalised_kpi_id(written) == meant
    assert normalised_kpi_id(written.lower()) == meant


@given(st.text(alphabet="IEA1234567890. -lKW", max_size=9))
def test_r04_what_is_read_once_is_read_the_same_again(written: str) -> None:
    meant = normalised_kpi_id(written)
    assert meant is None or normalised_kpi_id(meant) == meant


@given(st.tuples(st.integers(1, 7), st.integers(1, 9), st.integers(1, 9)))
def test_r04_a_number_without_its_letter_is_of_no_layer(numbers: tuple[int, int, int]) -> None:
    assert normalised_kpi_id(".".join(map(str, numbers))) is None
