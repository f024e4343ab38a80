"""A night on the recorded national tables: every published figure is the recorded one."""

import csv
import gzip
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pytest

from ingest.example import write_example
from tests.conftest import Night, run_night

HEALTH = {
    "Eenzaam": "EIGEN-I-EENZAAM",
    "MoeiteMetRondkomen": "I1.1.3",
    "VoldoetAanBeweegrichtlijn": "EIGEN-I-BEWEGEN",
    "Mantelzorger": "EIGEN-I-MANTELZORG",
    "Vrijwilligerswerk": "EIGEN-I-VRIJWILLIGERSWERK",
}
AGES = {"20300": "18+", "53115": "18-64", "80200": "65+"}


@pytest.fixture
def national_night(recorded: Path, tmp_path: Path) -> Night:
    write_example(tmp_path / "home", scale=0.05, clean=True)
    return run_night(tmp_path / "home", "--open-data", f"recorded:{recorded / 'cbs'}")


def number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return None


def test_every_published_health_figure_of_the_country_is_the_recorded_one(
    national_night: Night, recorded: Path
) -> None:
    found = {
        tuple(key): value
        for *key, value in national_night.published(
            """
            select kpi_id, region_code, age_band, source_year, value from {kpi_value}
            where source_table = '50090NED'
            """
        )
    }
    expected: dict[tuple[str, str, str, int], Decimal | None] = {}
    for file in sorted((recorded / "cbs" / "50090NED_gezondheid").glob("*.csv.gz")):
        with gzip.open(file, "rt", encoding="utf-8-sig") as text:
            for row in csv.DictReader(text, delimiter=";"):
                region = row["WijkenEnBuurten"].strip().replace("NL01", "NL00")
                year = int(row["Perioden"][:4])
                for column, cell in row.items():
                    if kpi_id := HEALTH.get(column.rpartition("_")[0]):
                        key = (kpi_id, region, AGES[row["Leeftijd"].strip()], year)
                        expected[key] = number(cell)
    assert len(expected) > 400_000
    assert found == expected
    assert found["EIGEN-I-EENZAAM", "BU05991081", "65+", 2020] == Decimal(63)
