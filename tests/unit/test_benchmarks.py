"""What the benchmark may not get wrong: its organisation, its comparisons and its figures."""

import json
import sys
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from stdnum.nl import bsn

from ingest.contracts import load_contract
from ingest.example.layouts import CONTRACTS
from tests.benchmarks.__main__ import too_large
from tests.benchmarks.agreement import DisagreementError, same_figures, same_tables
from tests.benchmarks.figures import KEYS, exponent, latest, tenfold
from tests.benchmarks.floor import Plan, run
from tests.benchmarks.larger import UNITS, Delivered, Roles, write_new_rows
from tests.benchmarks.processes import watch
from tests.benchmarks.spark import is_equal
from tests.benchmarks.transforms import duckdb_settings, profile


def test_the_bare_script_gets_the_memory_that_the_night_gets(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('memory_limit = "700MB"\n')
    assert duckdb_settings(profile(tmp_path))["memory_limit"] == "700MB"


def delivered(name: str, *rows: dict[str, str]) -> Delivered:
    contract = load_contract(CONTRACTS / f"{name}.yaml")
    return Delivered(contract, Roles.of(contract), pa.Table.from_pylist(list(rows)))


CONTACT = {
    "ContactID": "C1",
    "Trajectnummer": "T1",
    "Cliëntnummer": "7",
    "Personeelsnummer": "M1",
    "Team": "T01",
    "Contactdatum": "02-12-2025",
    "Minuten": "30",
    "Declarabel": "J",
    "Geregistreerd op": "03-12-2025",
}
CLIENT = {
    "RegistratieID": "CL1",
    "Cliëntnummer": "7",
    "BSN": "999999990",
    "Achternaam": "Kwartelhoven",
    "Geboortedatum": "01-02-1970",
    "Inschrijfdatum": "02-12-2025",
    "Geregistreerd op": "02-12-2025",
}


def test_a_copy_has_the_same_rows_with_numbers_of_its_own() -> None:
    contacts = delivered("ecd-contacten", CONTACT, CONTACT | {"ContactID": "C2"})
    assert contacts.copy(0) == contacts.rows
    assert contacts.copy(3).to_pylist()[0] == CONTACT | {
        "ContactID": "C1K3",
        "Trajectnummer": "T1K3",
        "Cliëntnummer": "7K3",
        "Personeelsnummer": "M1K3",
        "Team": "T01-4",
    }


def test_an_anonymous_contact_stays_anonymous_in_a_copy() -> None:
    anonymous = delivered("ecd-contacten", CONTACT | {"Trajectnummer": "", "Cliëntnummer": ""})
    row = anonymous.copy(1).to_pylist()[0]
    assert (row["ContactID"], row["Trajectnummer"], row["Cliëntnummer"]) == ("C1K1", "", "")


def test_the_organisation_grows_to_sixteen_units_and_then_has_more_people_in_them() -> None:
    contacts = delivered("ecd-contacten", CONTACT)
    later = contacts.copy(UNITS + 1).to_pylist()[0]
    assert (later["Team"], later["Cliëntnummer"]) == ("T01-2", "7K17")


def test_every_copy_of_a_client_is_somebody_else_with_a_valid_citizen_number() -> None:
    clients = delivered(
        "ecd-clienten",
        CLIENT,
        CLIENT | {"Cliëntnummer": "8", "BSN": "999999989"},
        CLIENT | {"Cliëntnummer": "9", "BSN": ""},
    )
    copies = [clients.copy(number).to_pylist() for number in range(40)]
    numbers = [row["BSN"] for rows in copies for row in rows]
    filled = [number for number in numbers if number]
    assert len(filled) == len(set(filled)) == 80
    assert all(map(bsn.is_valid, filled))
    names = [rows[0]["Achternaam"] for rows in copies]
    assert len(set(names)) == 40
    assert names[:3] == ["Kwartelhoven", "Kwartelhovena", "Kwartelhovenb"]


def test_a_project_of_a_copy_has_its_own_title_and_other_spellings() -> None:
    projects = delivered(
        "organisation-projecten",
        {"Projectcode": "P1", "Titel": "Eten", "Andere schrijfwijzen": "Eet|Eters", "Team": "T1"},
    )
    assert projects.copy(1).to_pylist() == [
        {
            "Projectcode": "P1-2",
            "Titel": "Eten unit 2",
            "Andere schrijfwijzen": "Eet unit 2|Eters unit 2",
            "Team": "T1-2",
        }
    ]


def test_new_rows_are_of_new_clients_and_of_known_ones_a_day_later(tmp_path: Path) -> None:
    clients = [CLIENT | {"Cliëntnummer": str(number), "BSN": ""} for number in range(10)]
    contacts = [
        CONTACT | {"ContactID": f"C{number}", "Cliëntnummer": str(number)} for number in range(10)
    ]
    counts = write_new_rows(
        [delivered("ecd-clienten", *clients), delivered("ecd-contacten", *contacts)],
        tmp_path,
        copies=2,
        share=0.2,
    )
    assert counts == {"ecd-clienten": 4, "ecd-contacten": 4}
    lines = (tmp_path / "contacten_20260106.csv").read_text(encoding="cp1252").splitlines()
    of_first_copy = [line.replace('"', "").split(";") for line in lines[1:3]]
    assert [cells[:3] for cells in of_first_copy] == [["C0N", "T1N", "0N"], ["C1N", "T1N", "1N"]]

    more = write_new_rows(
        [delivered("ecd-clienten", *clients[:1]), delivered("ecd-contacten", *contacts)],
        tmp_path,
        copies=1,
        share=0.2,
    )
    assert more == {"ecd-clienten": 0, "ecd-contacten": 2}
    lines = (tmp_path / "contacten_20260106.csv").read_text(encoding="cp1252").splitlines()
    first = lines[1].replace('"', "").split(";")
    assert (first[0], first[2], first[5], first[8]) == ("C0N", "0", "03-12-2025", "04-12-2025")


def figures(**changed: object) -> pd.DataFrame:
    row = {
        "kpi_id": "A8",
        "period_type": "year",
        "period_start": date(2025, 1, 1),
        "breakdown": "total",
        "slice_key": "",
        "numerator": 90.0,
        "denominator": None,
        "n": 2,
    }
    return pd.DataFrame([row | changed])


def test_figures_that_are_the_same_are_counted() -> None:
    assert same_figures(figures(), figures(period_start=pd.Timestamp(2025, 1, 1))) == 1


@pytest.mark.parametrize(
    "changed", [{"numerator": 90.5}, {"denominator": 1.0}, {"n": 3}, {"slice_key": "T01"}]
)
def test_a_figure_that_differs_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(DisagreementError):
        same_figures(figures(), figures(**changed))


def test_tables_are_the_same_whatever_the_order_and_refused_when_a_cell_differs(
    tmp_path: Path,
) -> None:
    for name, rows in (("one", "(1), (2)"), ("same", "(2), (1)"), ("other", "(1), (3)")):
        with duckdb.connect(str(tmp_path / name)) as connection:
            connection.execute(f"create table figure as from (values {rows}) as rows (value)")
    tables = [("main", "figure")]
    assert same_tables(tmp_path / "one", tmp_path / "same", tables) == 2
    with pytest.raises(DisagreementError, match=r"main\.figure"):
        same_tables(tmp_path / "one", tmp_path / "other", tables)


def test_spark_is_equal_only_with_every_row_as_often(tmp_path: Path) -> None:
    built, same, other = (tmp_path / name for name in ("built", "same.parquet", "other.parquet"))
    with duckdb.connect(str(built)) as connection:
        connection.execute("create schema mart")
        connection.execute(
            "create table mart.fct_kpi_value as select kpi_id, cast(value as decimal(18, 4)) as "
            "value from (values ('A8', 1.5), ('A8', 1.5), ('A9', null)) as rows (kpi_id, value)"
        )
        connection.execute(
            f"copy (select value, kpi_id from mart.fct_kpi_value order by 1) to '{same}'"
        )
        connection.execute(f"copy (select distinct * from mart.fct_kpi_value) to '{other}'")
    assert is_equal(built, [same])
    assert not is_equal(built, [other])


def test_the_floor_runs_the_statements_in_order_beside_the_seeds(tmp_path: Path) -> None:
    built = tmp_path / "built.duckdb"
    with duckdb.connect(str(built)) as connection:
        connection.execute("create schema mart")
        connection.execute("create table mart.seed as select 2 as value")
    script = Plan(
        database=str(tmp_path / "floor.duckdb"),
        built=str(built),
        settings={"memory_limit": "500MB"},
        schemas=["mart"],
        seeds=['"mart"."seed"'],
        statements=[
            ("twice", "create view mart.twice as select 2 * value as value from mart.seed"),
            ("four", "create table mart.four as from mart.twice"),
        ],
    )
    assert list(run(script)) == ["twice", "four"]
    with duckdb.connect(script.database) as connection:
        assert connection.execute("from mart.four").fetchall() == [(4,)]


def test_growth_is_for_exactly_ten_times_the_rows() -> None:
    # Twice the rows in four times the time is the square.
    assert exponent((1, 1), (2, 4)) == pytest.approx(2)
    assert tenfold((1, 1), (2, 4)) == pytest.approx(100)
    assert tenfold((1_000, 3), (9_000, 27)) == pytest.approx(10)


def size(millions: float, seconds: float) -> dict[str, object]:
    return {
        "millions": millions,
        "contacts": round(millions * 1_000_000),
        "transforms": {"seconds": [seconds, seconds], "peak": [2 << 30, 2 << 30]},
        "floor": {"seconds": [seconds / 1.25], "peak": [1 << 30]},
        "alone": {"seconds": [10.0], "peak": [1 << 30]},
        "pandas": {"seconds": [25.0], "peak": [4 << 30]},
        "incremental": {"seconds": [20.0], "full": [100.0]},
        "spark": {"reason": "pyspark is niet geïnstalleerd", "rows_equal": None},
    }


RUN = {
    "door": {"contacten": {"landed_per_s": 400_000}},
    "machine": {"cores": 2, "memory_gib": 24.0, "cpu": "example"},
    "commit": "abc",
}


def test_the_figures_of_the_budgets_are_medians_and_ratios_of_ten_million() -> None:
    found = latest(RUN | {"sizes": [size(1, 10), size(10, 100)]})
    assert list(found) == [*KEYS, "machine", "commit"]
    assert found == {
        "transform_vs_floor_10m": 1.25,
        "pandas_vs_transform_10m": 2.5,
        "memory_vs_pandas_10m": 0.25,
        "growth_1m_to_10m": 10.0,
        "peak_memory_gib_10m": 2.0,
        "incremental_share_1pct": 0.2,
        "ingest_rows_per_s_per_core": 400_000,
        "spark_rows_equal": None,
        "machine": RUN["machine"],
        "commit": "abc",
    }


def test_what_was_not_measured_is_null_and_never_made_up() -> None:
    skipped = {"millions": 10, "skipped": "te weinig schijf"}
    found = latest(RUN | {"sizes": [size(0.1, 10), skipped]})
    assert [name for name in KEYS if found[name] is None] == [
        "transform_vs_floor_10m",
        "pandas_vs_transform_10m",
        "memory_vs_pandas_10m",
        "growth_1m_to_10m",
        "peak_memory_gib_10m",
        "spark_rows_equal",
    ]


def test_what_is_kept_has_exactly_the_keys_of_the_budgets() -> None:
    file = Path(__file__).parents[2] / "docs" / "benchmarks" / "latest.json"
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert sorted(kept) == sorted([*KEYS, "machine", "commit"])
    assert sorted(kept["machine"]) == ["cores", "cpu", "memory_gib"]


def test_a_size_that_does_not_fit_is_left_out_with_the_reason() -> None:
    assert too_large(1, 10 << 30, 3600, []) is None
    assert too_large(10, 20 << 30, 3600, []) == "vraagt 50 GiB schijf, er is 20 GiB vrij"
    told = too_large(10, 100 << 30, 3600, [(1, 720)])
    assert told == "zou 2,0 uur duren, en er zijn er nog 1,0 (HOURS=)"
    # Ten times as many in twice the time: so it was before, and half an hour is enough.
    assert too_large(10, 100 << 30, 3600, [(0.1, 450), (1, 900)]) is None


def test_a_step_that_takes_too_long_is_ended_and_said_so() -> None:
    program = "import time; print('  ✓ Lezen 0.1 s', flush=True); time.sleep(60)"
    ran = watch([sys.executable, "-c", program], limit=1)
    assert [step.name for step in ran.steps] == ["Lezen"]
    assert ran.unfinished is not None
    assert ran.unfinished >= 1
    assert ran.seconds < 30
    assert ran.peak > 0


def test_a_command_is_ended_after_the_step_that_was_asked_for() -> None:
    program = "import time; print('✓ Lezen 0.1 s', flush=True); time.sleep(60)"
    ran = watch([sys.executable, "-c", program], limit=50, until="Lezen")
    assert ran.unfinished is None
    assert ran.step("Lezen") is not None
    assert ran.seconds < 30
