"""What the heading of a survey may say otherwise than its contract, and what holds the delivery."""

from datetime import date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingest.contracts import SourceContract
from ingest.deliveries import resume, take_in
from ingest.headings import judge_headings
from ingest.home import Home
from ingest.readers import ReadError
from ingest.source_states import SourceResult
from quality.door import judge
from tests.unit.small_survey import ALONE, LEARNT, document, loaded, read
from tests.unit.test_microsoft_forms import END, NL, START, workbook

QUESTIONS = {"4a1": LEARNT, "4a2": ALONE}
METADATA = ("ID", "Tijd van voltooien")


def contract(folder: Path, questions: dict[str, str] = QUESTIONS) -> SourceContract:
    return loaded(
        folder,
        document(
            "microsoft_forms",
            "xlsx",
            questions,
            response_id="ID",
            completed_on="Tijd van voltooien",
            dateFormat="%Y-%m-%d",
        ),
    )


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        (ALONE, f"{ALONE}?"),
        (ALONE, "Ik voel mij minder alleen"),
        (ALONE, "Ik voel me nu minder alleen"),
        (ALONE, f"3. {ALONE}".removeprefix("3. ").upper() + " *"),
        ("Q2[SQ001]", "Q2_SQ001_"),
    ],
)
def test_a_question_that_is_called_otherwise_holds_the_delivery(
    question: str, heading: str, tmp_path: Path
) -> None:
    asked = contract(tmp_path, {"4a1": LEARNT, "4a2": question})

    with pytest.raises(ReadError, match="ontbreekt en de kop van kolom 4 lijkt erop") as refused:
        judge_headings((*METADATA, LEARNT, heading), asked)

    # Above a file without a header stand persons.
    assert heading not in str(refused.value).replace(question, "")


@pytest.mark.parametrize(
    ("question", "heading"),
    [
        (ALONE, "Wat kan beter?"),
        ("Hoe vond u bijeenkomst 1 van de cursus?", "Hoe vond u bijeenkomst 2 van de cursus?"),
        ("Q1", "Q10"),
        ("Q1", "Q2"),
        ("Q2[SQ001]", "Q2[SQ001comment]"),
    ],
)
def test_a_question_that_was_not_asked_may_be_absent_beside_another(
    question: str, heading: str, tmp_path: Path
) -> None:
    asked = contract(tmp_path, {"4a1": LEARNT, "4a2": question})

    headings = judge_headings((*METADATA, LEARNT, heading), asked)

    assert headings.missing == {question}
    assert headings.unknown_columns == 1


def test_a_heading_that_the_contract_drops_is_another_question(tmp_path: Path) -> None:
    other = "Ik voel me minder boos"
    asked = document(
        "microsoft_forms",
        "xlsx",
        {"4a1": LEARNT, "4a2": "Ik voel me minder moe"},
        response_id="ID",
        completed_on="Tijd van voltooien",
    )
    asked["schema"][0]["properties"].append(
        {"name": "other", "physicalName": other, "classification": "drop"}
    )

    headings = judge_headings((*METADATA, LEARNT, other), loaded(tmp_path, asked))

    assert headings.missing == {"Ik voel me minder moe"}


def test_a_heading_that_stands_twice_is_refused_until_the_contract_names_both(
    tmp_path: Path,
) -> None:
    rows = [[*NL, LEARNT, LEARNT], [2, START, END, "anonymous", None, "Eens", "Oneens"]]

    with pytest.raises(ReadError, match=r"staat meer dan eens in de kop.*\(2\)"):
        read(workbook({"Sheet1": rows}), contract(tmp_path / "one", {"4a1": LEARNT}))

    both = contract(tmp_path / "both", {"4a1": LEARNT, "4a2": f"{LEARNT} (2)"})
    assert read(workbook({"Sheet1": rows}), both).header[-2:] == (LEARNT, f"{LEARNT} (2)")


def taken_in(home: Home, source: SourceContract, content: bytes, day: int) -> SourceResult:
    home.create()
    (home.inbox / f"vragenlijst_202604{day:02d}.xlsx").write_bytes(content)
    return take_in(home, source, as_of=date(2026, 4, day), judge=judge)


def answers(home: Home) -> list[tuple[str, str | None, str | None]]:
    file = home.raw / "survey" / "answers" / "vragenlijst.parquet"
    return [
        (row["response_id"], row["answer_code"], row["reject_reason"])
        for row in pq.read_table(file).to_pylist()
    ]


def test_a_question_that_was_there_before_is_asked_about_before_it_goes(tmp_path: Path) -> None:
    home = Home(tmp_path)
    source = contract(home.contracts)
    moment = datetime(2026, 3, 30, 9, 0, 5)
    person = [2, moment, moment, "anonymous", None]
    both = workbook({"Sheet1": [[*NL, LEARNT, ALONE], [*person, "Eens", "Eens"]]})
    one = workbook({"Sheet1": [[*NL, LEARNT, "Wat kan beter?"], [*person, "Eens", "niets"]]})
    assert taken_in(home, source, both, 1).state == "actueel"

    held = taken_in(home, source, one, 2)

    assert (held.state, held.held_by) == ("vastgehouden", "S09")
    assert f"niet in de kop staan: '{ALONE}'" in held.message
    assert len(answers(home)) == 2

    resume(home, "vragenlijst")
    assert take_in(home, source, as_of=date(2026, 4, 3), judge=judge).state == "actueel"
    assert answers(home) == [("2", "3", None)]
