"""A withdrawn story is nowhere in the home after the next night, also not in kept releases."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest.example import write_example
from ingest.meetplan.template import write_workbook
from tests.byte_scan import places
from tests.conftest import Night, run_night

KEPT = "Zij kookt nu elke week voor de hele galerij"
WITHDRAWN = "Hij durfde na jaren weer alleen met de bus"


def tell(home: Path, withdrawn_on: date | None) -> None:
    """Type in a meetplan with two stories, one of them withdrawn on a day or not at all."""
    story = {
        "Verteld op": date(2025, 5, 1),
        "Verteller": "deelnemer",
        "Toestemming op": date(2025, 5, 1),
        "Doel": "jaarverslag",
        "Medium": "intern",
    }
    stories = [
        story | {"Verhaal nr": "V1", "Titel": "Koken", "Verhaal": KEPT},
        story
        | {"Verhaal nr": "V2", "Titel": "De bus", "Verhaal": WITHDRAWN}
        | {"Ingetrokken op": withdrawn_on},
    ]
    write_workbook(home / "meetplan.xlsx", {"Verhalen": stories})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after a night with a story, and a night after it was withdrawn."""
    home = tmp_path_factory.mktemp("stories") / "home"
    write_example(home, scale=0.05)
    tell(home, withdrawn_on=None)
    first = run_night(home, "--as-of", "2026-01-05")
    assert story_ids(first) == ["V1", "V2"]
    assert places(home, [WITHDRAWN], home.parent / "before") != []
    tell(home, withdrawn_on=date(2026, 1, 6))
    second = run_night(home, "--as-of", "2026-01-06")
    assert story_ids(second) == ["V1"]
    return home


def story_ids(night: Night) -> list[str]:
    return [story_id for (story_id,) in night.published("select story_id from {story}")]


def test_the_text_of_a_withdrawn_story_is_nowhere_in_the_home(home: Path) -> None:
    assert places(home, [WITHDRAWN], home.parent / "withdrawn") == []
    assert places(home, [KEPT], home.parent / "kept") != []


def test_kept_releases_still_open_and_hold_the_other_story(home: Path) -> None:
    releases = sorted(home.glob("releases/*/intern"))
    assert len(releases) == 2
    for intern in releases:
        with duckdb.connect(str(intern / "impact.duckdb"), read_only=True) as connection:
            assert connection.execute("select story_id from story").fetchall() == [("V1",)]
            assert connection.execute("select count(*) > 100 from kpi_value").fetchone() == (True,)
