"""A story without a valid consent is taken out of every release, and nothing else is."""

import hashlib
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exports import stories
from exports.release import publish
from exports.stories import forget_withdrawn
from ingest.home import Home
from ingest.meetplan.consent import STORY_TEXTS, stories_with_consent, without_other_texts
from ingest.raw_tables import raw_tables, write_table
from orchestration import dbt
from tests.unit.test_release import ROWS, build, facts

TODAY = date(2026, 1, 6)
TOLD = {"told_on": date(2025, 5, 1), "narrator_role": "deelnemer"}
CONSENT = {
    "consent_on": date(2025, 5, 2),
    "consent_purpose_nl": "jaarverslag",
    "consent_medium": "intern",
}
KEPT = "Zij kookt nu elke week voor de buren."
LOST = "Hij durfde weer   naar buiten & belde zijn 'dochter'."
STORIES: list[dict[str, Any]] = [
    TOLD | CONSENT | {"story_id": "V1", "title_nl": "Koken", "story_nl": KEPT},
    TOLD | CONSENT | {"story_id": "V2", "title_nl": "Naar buiten", "story_nl": LOST},
]
CHOICES: list[dict[str, Any]] = [
    {"round_code": "R1", "level_nl": "team", "story_id": each, "reason_nl": f"{each} raakt ons"}
    for each in ("V1", "V2")
]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two releases that hold two stories, the second with a page about each."""
    folder = tmp_path_factory.mktemp("published")
    home = Home(folder / "home")
    home.create()
    rows = ROWS | {"story": STORIES, "story_choice": CHOICES}
    warehouse = build(folder / "build.duckdb", rows)
    for run_id in ("r1", "r2"):
        publish(home, warehouse, facts(run_id))
    teams = home.releases / "r2" / "intern" / "teams"
    teams.mkdir()
    (teams / "T1.html").write_text(f"<p>{KEPT}</p>", encoding="utf-8")
    (teams / "T2.html").write_text(
        "<p>Hij durfde weer\nnaar buiten &amp; belde zijn &#39;dochter&#39;.</p>", encoding="utf-8"
    )
    return home.root


@pytest.fixture
def home(published: Path, tmp_path: Path) -> Home:
    """The published home, to change."""
    shutil.copytree(published, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def hashes(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def told(intern: Path) -> dict[str, list[str]]:
    """Return the ids of the stories in every place of a release that holds them."""
    found = {}
    with duckdb.connect(str(intern / "impact.duckdb"), read_only=True) as connection:
        for table in ("story", "story_choice"):
            for place in (table, f"'{intern / 'parquet' / table}.parquet'"):
                rows = connection.execute(f"select story_id from {place}").fetchall()
                found[place] = [story_id for (story_id,) in rows]
    return found


def says(folder: Path, text: str) -> list[Path]:
    return [
        file for file in folder.rglob("*") if file.is_file() and text in file.read_text("latin")
    ]


def test_a_story_without_consent_leaves_every_kept_release(home: Home) -> None:
    assert says(home.releases, "durfde weer") != []
    assert forget_withdrawn(home, {"V1"}, TODAY) == 2
    for run_id in ("r1", "r2"):
        places = told(home.releases / run_id / "intern")
        assert set(map(tuple, places.values())) == {("V1",)}
    assert says(home.releases, "durfde weer") == []
    assert says(home.releases, "V2 raakt ons") == []


def test_a_title_that_is_a_word_of_the_dictionary_takes_no_other_file_along(home: Home) -> None:
    intern = home.releases / "r1" / "intern"
    before = hashes(intern)
    stories = intern / "parquet" / "story.parquet"
    rows = pq.read_table(stories).to_pylist()
    stories.chmod(0o644)
    titled = [row | {"title_nl": "Werksoort"} for row in rows]
    pq.write_table(pa.Table.from_pylist(titled, schema=pq.read_schema(stories)), stories)
    assert forget_withdrawn(home, {"V1"}, TODAY) == 2
    after = hashes(intern)
    assert set(after) == set(before) - {"rapport.html"}  # which told the stories themselves
    assert {name for name in after if after[name] != before[name]} == {
        "impact.duckdb",
        "manifest.json",
        "parquet/story.parquet",
        "parquet/story_choice.parquet",
    }


def test_a_mended_release_has_the_same_other_tables_comments_and_format(home: Home) -> None:
    intern = home.releases / "r1" / "intern"

    def look() -> list[list[tuple[Any, ...]]]:
        with duckdb.connect(str(intern / "impact.duckdb"), read_only=True) as connection:
            return [
                connection.execute(query).fetchall()
                for query in (
                    "select table_name, comment from duckdb_tables() order by all",
                    """
                    select table_name, column_name, data_type, comment
                    from duckdb_columns() where not internal order by all
                    """,
                    "select * from kpi_value",
                    "select * from check_result",
                )
            ]

    before, hashes_before = look(), hashes(intern)
    forget_withdrawn(home, {"V1"}, TODAY)
    assert look() == before
    # 64 is what duckdb 1.0 writes and reads.
    assert (intern / "impact.duckdb").read_bytes()[12:20] == (64).to_bytes(8, "little")
    after = hashes(intern)
    changed = {name for name, found in after.items() if hashes_before[name] != found}
    assert changed == {
        "impact.duckdb",
        "manifest.json",
        "parquet/story.parquet",
        "parquet/story_choice.parquet",
    }


def test_the_manifest_of_a_mended_release_is_right_and_says_what_was_removed(home: Home) -> None:
    forget_withdrawn(home, {"V1"}, TODAY)
    intern = home.releases / "r2" / "intern"
    manifest = json.loads((intern / "manifest.json").read_text(encoding="utf-8"))
    found = hashes(intern)
    assert {name: found[name] for name in manifest["sha256"]} == manifest["sha256"]
    assert manifest["rows"]["story"] == manifest["rows"]["story_choice"] == 1
    assert manifest["stories_removed_on"] == ["2026-01-06"]
    assert manifest["pages_removed"] == ["rapport.html", "teams/T2.html"]
    assert {name for name in found if name.startswith("teams/")} == {"teams/T1.html"}
    written = {intern / name for name in manifest["sha256"]} | {intern / "manifest.json"}
    assert {file.stat().st_mode & 0o777 for file in written} == {0o444}


def test_nothing_is_touched_while_every_consent_holds(home: Home) -> None:
    before = hashes(home.releases)
    assert forget_withdrawn(home, {"V1", "V2"}, TODAY) == 0
    assert hashes(home.releases) == before
    assert forget_withdrawn(home, {"V1"}, TODAY) == 2
    mended = hashes(home.releases)
    assert forget_withdrawn(home, {"V1"}, TODAY + timedelta(days=1)) == 0
    assert hashes(home.releases) == mended


def test_a_release_that_holds_no_story_table_is_left_alone(home: Home) -> None:
    (home.releases / "r1" / "intern" / "parquet" / "story.parquet").unlink()
    before = hashes(home.releases / "r1")
    forget_withdrawn(home, {"V1"}, TODAY)
    assert hashes(home.releases / "r1") == before


@pytest.mark.parametrize("replaced", range(4))
def test_a_stop_halfway_is_mended_the_next_night(
    home: Home, monkeypatch: pytest.MonkeyPatch, replaced: int
) -> None:
    replace = stories.replace_durably
    done: list[Path] = []

    def stop(temporary: Path, final: Path) -> None:
        if len(done) == replaced:
            raise KeyboardInterrupt
        done.append(final)
        replace(temporary, final)

    with monkeypatch.context() as patch:
        patch.setattr(stories, "replace_durably", stop)
        with pytest.raises(KeyboardInterrupt):
            forget_withdrawn(home, {"V1"}, TODAY)
    forget_withdrawn(home, {"V1"}, TODAY)
    assert says(home.releases, "durfde weer") == []
    intern = home.releases / "r1" / "intern"
    assert set(map(tuple, told(intern).values())) == {("V1",)}
    manifest = json.loads((intern / "manifest.json").read_text(encoding="utf-8"))
    found = hashes(intern)
    assert found.pop("manifest.json")
    assert found == manifest["sha256"]


def test_what_a_killed_night_left_half_made_holds_no_story_either(home: Home) -> None:
    leftover = home.releases / "r3.partial" / "intern"
    leftover.mkdir(parents=True)
    (leftover / "impact.duckdb").write_text(LOST, encoding="utf-8")
    forget_withdrawn(home, {"V1", "V2"}, TODAY)
    assert not leftover.exists()


DAY = timedelta(days=1)
CASES: list[tuple[str, dict[str, Any], bool]] = [
    ("holds", {}, True),
    ("never", {"consent_on": None}, False),
    ("given-today", {"consent_on": TODAY}, True),
    ("given-tomorrow", {"consent_on": TODAY + DAY}, False),
    ("last-day", {"consent_until": TODAY}, True),
    ("over", {"consent_until": TODAY - DAY}, False),
    ("withdrawn-today", {"consent_withdrawn_on": TODAY}, False),
    ("withdrawn-tomorrow", {"consent_withdrawn_on": TODAY + DAY}, True),
    ("no-purpose", {"consent_purpose_nl": None}, False),
    ("blank-purpose", {"consent_purpose_nl": " "}, False),
    ("no-medium", {"consent_medium": None}, False),
    ("told-tomorrow", {"told_on": TODAY + DAY}, False),
    ("rejected", {"reject_reason": "verplicht"}, False),
    ("twice", {}, False),
    ("twice", {"consent_withdrawn_on": TODAY}, False),
]


def told_stories() -> pa.Table:
    rows = [
        TOLD
        | CONSENT
        | {"story_id": name, "record_ref": f"Verhalen!{number}", "story_nl": f"tekst van {name}"}
        | changes
        for number, (name, changes, _) in enumerate(CASES, 2)
    ]
    return pa.Table.from_pylist(rows, schema=raw_tables()["meetplan", "stories"].schema())


def test_the_rule_of_consent_is_the_same_before_dbt_and_in_dbt(tmp_path: Path) -> None:
    expected = {name for name, _, is_shown in CASES if is_shown}
    assert stories_with_consent(told_stories(), TODAY) == expected

    file = write_table(tmp_path, ("meetplan", "stories"), "meetplan", told_stories())
    model = dbt.PROJECT / "models" / "marts" / "stories" / "fct_story.sql"
    sql = model.read_text(encoding="utf-8").replace("{{ ref('", "").replace("') }}", "")
    with duckdb.connect() as connection:
        connection.execute(
            f"create table stg_meetplan__stories as from '{file}' where reject_reason is null"
        )
        connection.execute(f"create table int_settings as select date '{TODAY}' as as_of")
        shown = {row[0] for row in connection.execute(sql).fetchall()}
    assert shown == expected


def test_only_the_texts_of_stories_that_may_be_shown_are_kept() -> None:
    kept = without_other_texts(told_stories(), TODAY)
    assert kept.drop_columns(list(STORY_TEXTS)) == told_stories().drop_columns(list(STORY_TEXTS))
    with_text = {row["story_id"] for row in kept.to_pylist() if row["story_nl"]}
    assert with_text == {name for name, _, is_shown in CASES if is_shown}
