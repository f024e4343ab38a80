"""No coefficient is built in, and no published average is ever a project's own outcome."""

import re

from orchestration import dbt

ROOT = dbt.PROJECT.parent
CARD = dbt.PROJECT / "models" / "marts" / "impact_card"


def test_the_impact_card_holds_no_number_of_its_own() -> None:
    files = sorted(CARD.glob("*.sql"))
    assert files
    for file in files:
        sql = re.sub(r"decimal\(18, 4\)|'[^']*'", "", file.read_text(encoding="utf-8"))
        assert set(re.findall(r"(?<![\w.])\d[\d.]*", sql)) <= {"0"}, file.name


def test_no_seed_holds_an_amount_per_unit() -> None:
    for seed in dbt.PROJECT.glob("seeds/**/*.csv"):
        header = seed.read_text(encoding="utf-8").partition("\n")[0]
        assert "eur" not in header.split(",")
        assert not re.search(r"_eur\b|coefficient", header), seed.name


def test_the_published_average_stands_in_one_file_only() -> None:
    rooms = ("dbt_project/models", "dbt_project/macros", "dbt_project/seeds", "ingest", "quality")
    named = {
        file.name
        for room in (*rooms, "exports", "orchestration")
        for file in (ROOT / room).rglob("*")
        if file.suffix in (".sql", ".csv", ".py")
        # A comma between two cells of a CSV is no decimal comma.
        and re.search(
            rf"(?<![\d.])1{'[.]' if file.suffix == '.csv' else '[.,]'}6(?![\d.])",
            file.read_text(encoding="utf-8"),
        )
    }
    assert named - {"observations.csv"} == {"reference_figures.csv"}
