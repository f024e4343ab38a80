"""Former releases are kept, can be published again, and go without anybody missing a file."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pyarrow.parquet as pq
import pytest

from exports.kept_releases import kept_releases, retire, roll_back
from exports.release import ReleaseError, current_release, publish, switch
from ingest.home import Home
from tests.unit.test_release import build, facts

READERS = 200


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("warehouse") / "build.duckdb")


@pytest.fixture
def home(tmp_path: Path, warehouse: Path) -> Home:
    """A home with three releases of which the newest is published."""
    home = Home(tmp_path / "home")
    home.create()
    for run_id in ("20260101T020000Z", "20260102T020000Z", "20260103T020000Z"):
        publish(home, warehouse, facts(run_id))
    return home


def names(home: Home) -> list[str]:
    return [each.run_id[:8] for each in kept_releases(home)]


def test_every_whole_release_is_named_and_only_one_is_published(home: Home) -> None:
    (home.releases / "20260104T020000Z.partial" / "intern").mkdir(parents=True)
    (home.releases / "20260105T020000Z").mkdir()

    found = kept_releases(home)

    assert [each.run_id[:8] for each in found] == ["20260103", "20260102", "20260101"]
    assert [each.is_published for each in found] == [True, False, False]
    assert all(each.size > 1000 for each in found)


def test_back_is_to_the_one_before_and_again_to_the_one_before_that(home: Home) -> None:
    assert "20260102T020000Z" in roll_back(home)
    assert current_release(home) == home.releases / "20260102T020000Z"
    roll_back(home)
    assert current_release(home) == home.releases / "20260101T020000Z"
    with pytest.raises(ReleaseError, match="geen eerdere uitgave"):
        roll_back(home)
    roll_back(home, "20260103T020000Z")
    assert current_release(home) == home.releases / "20260103T020000Z"


def test_what_teams_have_to_mend_stays_theirs_whichever_figures_are_shown(home: Home) -> None:
    place = home.releases / "20260103T020000Z" / "team" / "T1"
    place.chmod(0o750)
    lists = {file.name: file.read_bytes() for file in place.iterdir()}
    assert set(lists) == {"cijfers.xlsx", "terugmelding.html", "terugmelding.xlsx"}
    for run_id in (None, None, "20260103T020000Z"):
        roll_back(home, run_id)
        shown = home.published / "team" / "T1"
        assert {file.name: file.read_bytes() for file in shown.iterdir()} == lists
        assert shown.stat().st_mode & 0o777 == 0o750
        assert {file.stat().st_mode & 0o777 for file in shown.iterdir()} == {0o440}
        assert len(list(home.releases.glob("*/team"))) == 1


def test_nobody_goes_back_to_a_release_that_is_not_there_or_not_as_it_was(home: Home) -> None:
    with pytest.raises(ReleaseError, match="geen uitgave 20250101"):
        roll_back(home, "20250101T020000Z")
    damaged = home.releases / "20260102T020000Z" / "intern" / "parquet" / "run.parquet"
    damaged.chmod(0o600)
    damaged.write_bytes(damaged.read_bytes()[:-1])

    with pytest.raises(ReleaseError, match=r"niet meer zoals zij was: parquet/run\.parquet"):
        roll_back(home)

    assert current_release(home) == home.releases / "20260103T020000Z"


def test_the_oldest_go_but_never_the_published_one(home: Home) -> None:
    roll_back(home, "20260101T020000Z")

    assert retire(home, 2) == []
    assert retire(home, 1) == ["20260102T020000Z"]
    assert names(home) == ["20260103", "20260101"]


def test_a_file_that_somebody_holds_open_stops_nothing_and_is_read_to_its_end(home: Home) -> None:
    file = home.releases / "20260101T020000Z" / "intern" / "parquet" / "kpi_value.parquet"
    whole = file.read_bytes()
    with file.open("rb") as reader:
        first = reader.read(10)
        assert retire(home, 1) == ["20260102T020000Z", "20260101T020000Z"]
        assert first + reader.read() == whole


def test_readers_during_a_switch_see_whole_releases_only(home: Home) -> None:
    releases = [each.run_id for each in kept_releases(home)]
    started = Event()

    def read(_: int) -> tuple[str, str, int]:
        started.wait()
        release = home.published.resolve()
        parquet = release / "intern" / "parquet"
        (run_id,) = pq.read_table(parquet / "run.parquet")["run_id"].to_pylist()
        return release.name, run_id, pq.read_metadata(parquet / "kpi_value.parquet").num_rows

    with ThreadPoolExecutor(READERS) as readers:
        reading = [readers.submit(read, place) for place in range(READERS)]
        started.set()
        switches = 0
        while not all(each.done() for each in reading):
            switch(home, releases[switches % len(releases)])
            switches += 1
        seen = [each.result() for each in reading]

    assert switches > 0
    assert {rows for _, _, rows in seen} == {3}
    assert all(release == run_id for release, run_id, _ in seen)
