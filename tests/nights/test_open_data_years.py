"""A night with an added topic, values from a file, and people registered before a merger."""

import csv
import os
import subprocess
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.example import write_example
from tests.conftest import COMMAND, Night, run_night

IMPACT_VALUES = """
apiVersion: v3.1.0
kind: DataContract
id: organisation-impactwaarden
name: Overgenomen impactwaarden
version: 1.0.0
status: active
servers:
  - server: inbox
    type: local
    path: impactwaarden_{delivered_on}.csv
    format: csv
    encoding: utf-8
    delimiter: ";"
    customProperties:
      - {property: layout, value: table}
      - {property: dateFormat, value: "%d-%m-%Y"}
      - {property: decimalSeparator, value: ","}
schema:
  - name: impact_values
    customProperties:
      - {property: source, value: organisation}
    properties:
      - {name: record_ref, physicalName: Regel, logicalType: string, required: true, unique: true,
         classification: keep}
      - {name: kpi_id, physicalName: KPI, logicalType: string, required: true, classification: keep}
      - {name: area_code, physicalName: Gebied, logicalType: string, required: true,
         classification: keep}
      - {name: source_year, physicalName: Jaar, logicalType: integer, required: true,
         classification: keep}
      - {name: value, physicalName: Waarde, logicalType: number, required: true,
         classification: keep}
      - {name: source_nl, physicalName: Bron, logicalType: string, required: true,
         classification: keep}
      - {name: retrieved_on, physicalName: Opgezocht, logicalType: date, required: true,
         classification: keep}
customProperties:
  - {property: coverage, value: full}
"""
DELIVERED = """Regel;KPI;Gebied;Jaar;Waarde;Bron;Opgezocht
1;I4.1.3;GM0632;2023;72,5;waarstaatjegemeente.nl;01-12-2025
2;I4.1.3;GM9999;2023;60,0;waarstaatjegemeente.nl;01-12-2025
"""


def impactkompas(*arguments: str | Path) -> str:
    done = subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "160"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def delivered(home: Path, name: str) -> Path:
    return home / "inbox" / f"{name}_20260105.csv"


def replaced(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="cp1252")
    assert old in text
    file.write_text(text.replace(old, new), encoding="cp1252")


@pytest.fixture(scope="module")
def hoeksche_waard(tmp_path_factory: pytest.TempPathFactory) -> tuple[Night, dict[str, str]]:
    """A night on registrations of before 2019 for Hoeksche Waard, and who lives at which postcode.

    Their municipality is Binnenmaas (GM0585), their buurten have the codes of 2018; of those the
    meetplan only says that the municipality became GM1963.
    """
    home = tmp_path_factory.mktemp("years") / "home"
    write_example(home, scale=0.05, clean=True)
    with delivered(home, "clienten").open(encoding="cp1252", newline="") as lines:
        registered = {
            row["Cliëntnummer"]: row["Postcode"]
            for row in csv.DictReader(lines, delimiter=";")
            if row["Gemeentecode"] == "GM1963"
        }
    replaced(delivered(home, "clienten"), "GM1963", "GM0585")
    postcodes = delivered(home, "postcodes")
    lines_of_2018 = [
        line.replace("BU1963", "BU0585").replace(";2020", ";2018") if "BU1963" in line else line
        for line in postcodes.read_text(encoding="cp1252").splitlines()
    ]
    postcodes.write_text("\n".join(lines_of_2018) + "\n", encoding="cp1252")
    (home / "contracts" / "organisation-impactwaarden.yaml").write_text(IMPACT_VALUES)
    delivered(home, "impactwaarden").write_text(DELIVERED)
    key = "HuishoudensTotaal_6=EIGEN-I-HUISHOUDENS"
    impactkompas("open-data", "add", "84799NED", "--topic", key, "--home", home)
    return run_night(home), registered


@pytest.fixture
def night(hoeksche_waard: tuple[Night, dict[str, str]]) -> Night:
    return hoeksche_waard[0]


def test_fault_41_people_of_before_a_merger_count_in_the_municipality_of_today(
    hoeksche_waard: tuple[Night, dict[str, str]],
) -> None:
    night, registered = hoeksche_waard
    assert len(registered) > 10
    found = night.exact(
        """
        select region_code, count(*) from intermediate.int_clients
        where left(region_code, 6) in ('GM0585', 'BU0585', 'GM1963', 'BU1963') group by 1
        """
    )
    assert found == [("GM1963", len(registered))]


def test_fault_41_the_municipalities_add_up_to_the_total_and_none_is_of_the_past(
    night: Night,
) -> None:
    by_municipality = night.exact(
        """
        select period_start, sum(numerator) from mart.fct_kpi_value
        where kpi_id = 'EIGEN-AFGEROND' and period_type = 'year' and breakdown = 'municipality'
        group by 1 order by 1
        """
    )
    total = night.exact(
        """
        select period_start, numerator from mart.fct_kpi_value
        where kpi_id = 'EIGEN-AFGEROND' and period_type = 'year' and breakdown = 'total'
        order by 1
        """
    )
    assert by_municipality == total != []
    regions = night.exact("select distinct region_code from mart.fct_kpi_value")
    assert ("GM1963",) in regions
    assert ("GM0585",) not in regions


def test_how_many_have_no_buurt_in_the_newest_division_is_shown(
    hoeksche_waard: tuple[Night, dict[str, str]],
) -> None:
    night, registered = hoeksche_waard
    ((hits, judged),) = night.exact(
        """
        select sum(n_hit), sum(n_applicable) from mart.fct_check_result
        where check_id = 'V05' and period_type = 'year'
        """
    )
    # Who has no postcode has a municipality only, and that has a place.
    assert hits == sum(postcode != "" for postcode in registered.values())
    assert judged > hits


def test_an_added_topic_is_a_published_figure_with_its_definition(night: Night) -> None:
    ((value, unit, year, table, revision, division),) = night.published(
        """
        select value, unit, source_year, source_table, source_revision, division_year
        from {kpi_value} where kpi_id = 'EIGEN-I-HUISHOUDENS' and region_code = 'GM0632'
        """
    )
    assert (unit, year, table) == ("count", 2020, "84799NED")
    assert (revision, division) == (date(2021, 3, 26), 2020)
    # Woerden on 1 January 2020, as CBS published it.
    assert value == Decimal(21873)
    ((name, layer, source),) = night.published(
        "select name_nl, layer, source from {dim_kpi} where kpi_id = 'EIGEN-I-HUISHOUDENS'"
    )
    assert (name, layer) == ("Huishoudens totaal", "impact")
    assert source == "CBS, de reeks 'Kerncijfers wijken en buurten {year}'"


def test_the_source_and_licence_of_every_table_are_published(night: Night) -> None:
    tables = {
        table: (source, licence, newest)
        for table, source, licence, newest in night.published(
            "select table_id, source_name, licence, is_newest from {open_data_table}"
        )
    }
    assert tables["84799NED"] == ("CBS", "CC BY 4.0, met bronvermelding", True)
    assert tables["50090NED"][0] == "GGD'en, CBS en RIVM"


def test_a_value_from_a_file_fills_a_gap_and_one_without_a_place_is_told(night: Night) -> None:
    found = night.published(
        """
        select region_code, value, source_year, source_table, data_as_of
        from {kpi_value} where kpi_id = 'I4.1.3' and source_year = 2023
        """
    )
    assert found == [("GM0632", Decimal("72.5"), 2023, "waarstaatjegemeente.nl", date(2025, 12, 1))]
    hits = night.exact("select record_ref from checks.chk_r24_impact_value_usable where is_hit")
    assert hits == [("2",)]


def test_the_status_shows_the_tables_with_their_age(night: Night) -> None:
    said = impactkompas("status", "--home", night.home)
    (line,) = [line for line in said.splitlines() if line.startswith("84799NED")]
    assert line.split()[:4] == ["84799NED", "actueel", "06-01-26", "0"]
