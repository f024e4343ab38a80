"""Cultural background is special-category data: it comes in with a legal ground, or not at all."""

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingest.contracts import ContractError, load_contract, load_contracts
from ingest.deliveries import rebuild_raw, take_in
from ingest.home import Home
from ingest.source_states import SourceResult
from orchestration import progress
from orchestration.night import Night

GROUND = "uitdrukkelijke toestemming; besluit directie 3 maart 2025"
AS_OF = date(2026, 1, 5)
CONTRACT = """
apiVersion: v3.1.0
kind: DataContract
id: lijst
version: 1.0.0
status: active
servers:
  - server: inbox
    type: local
    path: lijst_{delivered_on}.csv
    format: csv
    encoding: utf-8
    delimiter: ";"
    customProperties:
      - {property: layout, value: table}
      - {property: dateFormat, value: "%d-%m-%Y"}
schema:
  - name: answers
    customProperties: [{property: source, value: survey}]
    properties:
      - {name: response_id, physicalName: ID, logicalType: string, required: true,
         primaryKey: true, classification: keep}
      - {name: completed_on, physicalName: Datum, logicalType: date, required: true,
         classification: keep}
      - {name: project_title, physicalName: Project, logicalType: string, classification: keep}
      - {name: cultural_background, physicalName: Herkomst, logicalType: string,
         classification: keep, enum: [{value: Herkomst noord, label: noord},
                                      {value: Herkomst zuid, label: zuid}]}
      - {name: "4a1", physicalName: Vraag 1, logicalType: string, classification: keep,
         semanticType: question, enum: [{value: Eens, label: "1"}]}
customProperties:
  - {property: questionnaire, value: participant}
"""
ROWS = "1;05-01-2026;Taalcafé;Herkomst noord;Eens\r\n2;05-01-2026;Taalcafé;Herkomst zuid;Eens\r\n"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with the contract and one delivery of two filled-in lists."""
    home = Home(tmp_path / "home")
    home.create()
    (home.contracts / "lijst.yaml").write_text(CONTRACT, encoding="utf-8")
    content = "ID;Datum;Project;Herkomst;Vraag 1\r\n" + ROWS
    (home.inbox / "lijst_20260105.csv").write_text(content, encoding="utf-8", newline="")
    return home


def night(home: Home, ground: str) -> SourceResult:
    (contract,) = load_contracts(home.contracts, special_category_ground=ground).usable
    return take_in(home, contract, as_of=AS_OF, judge=lambda batch: [])


def backgrounds(home: Home) -> set[str]:
    """Return every answer about background in any Parquet file under the home."""
    cells = {
        str(cell)
        for file in home.root.rglob("*.parquet")
        for row in pq.read_table(file).to_pylist()
        for cell in row.values()
    }
    return cells & {"Herkomst noord", "Herkomst zuid", "noord", "zuid"}


def answers(home: Home) -> list[tuple[str, str | None]]:
    rows = pq.read_table(home.raw / "survey" / "answers" / "lijst.parquet").to_pylist()
    return [(row["answer_code"], row["cultural_background"]) for row in rows]


def test_without_a_ground_the_column_stops_at_the_door_and_the_answers_go_on(home: Home) -> None:
    assert night(home, ground="").rows_out == 2
    assert answers(home) == [("1", None), ("1", None)]
    assert backgrounds(home) == set()


def test_with_a_ground_the_column_holds_the_codes_of_the_organisation(home: Home) -> None:
    night(home, ground=GROUND)
    assert answers(home) == [("1", "noord"), ("1", "zuid")]


@pytest.mark.parametrize("is_original_gone", [False, True])
def test_a_ground_that_is_withdrawn_takes_what_landed_with_it(
    home: Home, is_original_gone: bool
) -> None:
    night(home, ground=GROUND)
    assert backgrounds(home) == {"Herkomst noord", "Herkomst zuid", "noord", "zuid"}
    if is_original_gone:
        for file in home.originals.rglob("*"):
            if file.is_file():
                file.unlink()
    night(home, ground="")
    assert backgrounds(home) == set()
    assert answers(home) == [("1", None), ("1", None)]


def test_a_delivery_that_is_held_keeps_no_background_of_the_last_good_rows(home: Home) -> None:
    night(home, ground=GROUND)
    worse = CONTRACT.replace("physicalName: Datum", "physicalName: Dag")
    (home.contracts / "lijst.yaml").write_text(worse, encoding="utf-8")
    assert night(home, ground="").state == "vastgehouden"
    contracts = load_contracts(home.contracts)
    rebuild_raw(home, contracts, as_of=AS_OF)
    assert len(answers(home)) == 2
    assert backgrounds(home) == set()


@pytest.mark.parametrize(("ground", "said"), [("", 1), ("  ", 1), (GROUND, 0)])
def test_the_night_says_once_that_the_column_was_not_taken_in(
    home: Home, monkeypatch: pytest.MonkeyPatch, ground: str, said: int
) -> None:
    second = CONTRACT.replace("id: lijst\n", "id: lijst-2\n").replace("path: lijst_", "path: b_")
    (home.contracts / "lijst-2.yaml").write_text(second, encoding="utf-8")
    (home.inbox / "lijst_20260105.csv").unlink()
    monkeypatch.setenv("IMPACTKOMPAS_CULTURAL_BACKGROUND_GROUND", ground)
    steps = progress.start(None)
    Night.of(home.root, as_of=AS_OF.isoformat()).take_in("survey", {"answers"})
    assert len(steps.notices) == said
    if said:
        assert "Culturele achtergrond uit lijst-2, lijst is niet ingenomen" in steps.notices[0]
        assert "cultural_background_ground" in steps.notices[0]


def test_r18_a_questionnaire_without_a_project_title_is_no_contract(home: Home) -> None:
    file = home.contracts / "lijst.yaml"
    title = "name: project_title, physicalName: Project"
    assert load_contract(file).source_id == "lijst"
    file.write_text(CONTRACT.replace(title, "name: age_band, physicalName: Project"), "utf-8")
    with pytest.raises(ContractError, match="zonder projecttitel telt geen antwoord"):
        load_contract(file)
