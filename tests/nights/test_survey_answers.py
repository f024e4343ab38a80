"""What a whole night makes of filled-in lists, against the delivered files themselves."""

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ingest.example import write_example
from tests.conftest import Night, run_night
from tests.pipeline.test_ground_truth import known_titles, plain

# Block 4a by a few words of each question, 4a2 second.
BLOCK = (
    "leren kennen",
    "voel ik me minder alleen",
    "die ik kan vertrouwen",
    "meer steun",
    "om hulp te vragen",
)
CODES = {
    "helemaal mee oneens": "1",
    "mee oneens": "2",
    "mee eens": "3",
    "helemaal mee eens": "4",
    "niet van toepassing": "nvt",
    "": "overgeslagen",
}
GROUND = "uitdrukkelijke toestemming; besluit directie 3 maart 2025"


def lists(delivered: Path) -> Iterator[tuple[str, date, list[str]]]:
    """Give project title, day and answers to block 4a of every list in either survey system."""
    (book,) = delivered.glob("*.xlsx")
    header, *rows = CalamineWorkbook.from_path(book).get_sheet_by_index(0).to_python()
    title, block = places([str(name) for name in header])
    for row in rows:
        yield plain(row[title]), row[2].date(), [plain(row[at]) for at in block]
    header, rows = export(delivered)
    title, block = places(header)
    ended = header.index("End Date")
    for row in rows:
        day = datetime.strptime(row[ended], "%m/%d/%Y %I:%M:%S %p").date()
        yield plain(row[title]), day, [plain(row[at]) for at in block]


def export(folder: Path) -> tuple[list[str], list[list[str]]]:
    """Return the header and the lists of the SurveyMonkey export."""
    (file,) = folder.glob("*surveymonkey*.csv")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        header, _, *rows = csv.reader(stream)
    return header, rows


def places(header: list[str]) -> tuple[int, list[int]]:
    names = [plain(name) for name in header]
    return names.index("naam van het project / de interventie"), [
        next(at for at, name in enumerate(names) if words in name) for words in BLOCK
    ]


def test_the_distribution_of_question_4a2_is_what_was_delivered(clean_night: Night) -> None:
    known = known_titles(clean_night.home)
    expected: Counter[tuple[int, str]] = Counter()
    for title, day, answers in lists(clean_night.home.parent / "delivered"):
        # A block without any answer was not asked; a blank beside an answer was skipped.
        if title in known and any(answers):
            expected[day.year, CODES[answers[1]]] += 1
    found = {
        (year, code): int(count)
        for year, code, count in clean_night.exact(
            """
            select year(period_start), answer_code, numerator from mart.fct_answer_value
            where question_id = '4a2' and design = 'afterwards' and breakdown = 'total'
                and period_type = 'year' and answer_code <> 'beantwoord'
            """
        )
        if count
    }
    assert len(expected) >= 3 * len(CODES)
    assert found == expected


def test_every_distribution_adds_up_and_its_cells_are_shown_or_hidden_together(
    clean_night: Night,
) -> None:
    group = (
        "question_id, scale_id, design, period_type, period_start, breakdown, region_code, "
        "service_code, team_code, project_code, is_counting"
    )
    ((distributions, unequal),) = clean_night.exact(
        f"""
        select count(*), count(*) filter (where whole <> parts) from (
            select min(denominator) as whole, sum(numerator) as parts
            from mart.fct_answer_value group by {group}
        )
        """
    )
    assert distributions > 1000
    assert unequal == 0
    ((shown, mixed),) = clean_night.published(
        f"""
        select count(*) filter (where least = 'getoond'), count(*) filter (where least <> most)
        from (
            select min(status) as most, max(status) as least from {{answer_value}} group by {group}
        )
        """
    )
    assert shown > 20
    assert mixed == 0


def test_cultural_background_is_nowhere_unless_it_was_turned_on(clean_night: Night) -> None:
    for table in ("fct_kpi_value", "fct_question_value"):
        assert clean_night.exact(
            f"select count(*) from mart.{table} where breakdown = 'cultural_background'"
        ) == [(0,)]
    assert clean_night.published("select cultural_background_ground from {run}") == [(None,)]


@pytest.fixture(scope="module")
def night_with_background(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night of an organisation that asks for cultural background in SurveyMonkey, on a ground."""
    folder = tmp_path_factory.mktemp("background")
    home = folder / "home"
    write_example(home, scale=0.1, clean=True)
    contract = home / "contracts" / "survey-surveymonkey.yaml"
    text = contract.read_text(encoding="utf-8")
    before = (
        "      - name: custom_data\n        physicalName: Custom Data 1\n"
        "        logicalType: string\n        classification: drop\n"
    )
    assert before in text
    after = before.replace("custom_data", "cultural_background").replace("drop", "keep")
    after += "        enum: [{value: Groep A, label: a}, {value: Groep B, label: b}]\n"
    contract.write_text(text.replace(before, after), encoding="utf-8")
    (file,) = (home / "inbox").glob("*surveymonkey*.csv")
    with file.open(encoding="utf-8-sig", newline="") as stream:
        header, second, *rows = csv.reader(stream)
    for number, row in enumerate(rows):
        row[header.index("Custom Data 1")] = ("Groep A", "Groep B", "")[number % 3]
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([header, second, *rows])
    (folder / "delivered").mkdir()
    for each in (home / "inbox").iterdir():
        (folder / "delivered" / each.name).write_bytes(each.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMPACTKOMPAS_CULTURAL_BACKGROUND_GROUND", GROUND)
        return run_night(home)


def test_with_a_ground_effects_are_broken_down_by_background_and_the_ground_is_published(
    night_with_background: Night,
) -> None:
    known = known_titles(night_with_background.home)
    header, rows = export(night_with_background.home.parent / "delivered")
    title, block = places(header)
    group = header.index("Custom Data 1")
    expected: Counter[str] = Counter()
    for row in rows:
        if plain(row[title]) in known and CODES[plain(row[block[4]])] in "1234":
            expected[row[group][-1:].lower() or "onbekend"] += 1
    found = dict(
        night_with_background.exact(
            """
            select cultural_background, cast(sum(denominator) as integer)
            from mart.fct_kpi_value
            where kpi_id = 'E4.1.2' and breakdown = 'cultural_background' and period_type = 'year'
            group by cultural_background
            """
        )
    )
    assert set(found) == {"a", "b", "onbekend"}
    assert (found["a"], found["b"]) == (expected["a"], expected["b"])
    # Who answered in Forms, where the question was not asked, is unknown too.
    assert found["onbekend"] > expected["onbekend"]
    assert night_with_background.published("select cultural_background_ground from {run}") == [
        (GROUND,)
    ]
    assert "niet ingenomen" not in night_with_background.said
