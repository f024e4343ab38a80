"""The pages of a release in a real Chromium: axe, keyboard, phone width, print and no network."""

import json
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from exports.audience import Audience, hand_out, propose
from exports.release import publish
from ingest.home import Home
from tests.report_rows import ROWS
from tests.unit.released_rows import MOMENT, TODAY, home_with_release
from tests.unit.test_release import build, facts

HERE = Path(__file__).parent
CHROMIUM = shutil.which("chromium")
NODE = shutil.which("node")
MEGABYTE = 1_000_000

pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None or NODE is None, reason="no chromium or node: make browser"
    ),
    pytest.mark.skipif(
        not (HERE / "node_modules").is_dir(), reason="no axe-core or playwright-core: make browser"
    ),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("browser")
    home = Home(root / "home")
    home.create()
    warehouse = build(root / "build.duckdb", ROWS)
    with duckdb.connect(warehouse) as connection:
        connection.execute("insert into mart.dim_team values ('T1', 'Wijkteam Noord')")
        connection.execute(
            "insert into mart.fct_feedback_row values ('Q01', 'enquete', 'survey', 'TR-1', 'T1', "
            "'OUD', date '2024-03-01', 'invited')"
        )
    release = publish(home, warehouse, facts("r1", date(2025, 1, 6))).path
    found = {file.name: file for file in (release / "intern").glob("*.html")}
    found |= {file.name: file for file in (release / "team").rglob("*.html")}
    return found | _handed_out(root / "others")


def _handed_out(root: Path) -> dict[str, Path]:
    """Return the pages of an opdrachtgever and of residents, after those that others look at."""
    root.mkdir()
    home = home_with_release(root)
    organisation = {"name": "Welzijn Zuid", "is_example": True, "story_contact": "010 - 1234"}
    found = {}
    for audience, code in ((Audience.COMMISSIONER, "OG1"), (Audience.RESIDENTS, "P1")):
        folder = hand_out(home, propose(home, audience, code, MOMENT, TODAY), organisation)
        (page,) = folder.glob("*.html")
        found[f"{audience}.html"] = page
    return found


@pytest.fixture(scope="module")
def audit(pages: dict[str, Path]) -> dict[str, Any]:
    assert {"rapport.html", "verken.html", "kwaliteit.html", "terugmelding.html"} <= set(pages)
    assert {"opdrachtgever.html", "bewoners.html"} <= set(pages)
    done = subprocess.run(
        [str(NODE), "audit.mjs", str(CHROMIUM), *map(str, pages.values())],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def test_axe_finds_nothing_on_any_page_at_either_width(audit: dict[str, Any]) -> None:
    found = {
        (look["file"], look["width"]): look["violations"]
        for look in audit["looks"]
        if look["violations"]
    }
    assert found == {}


def test_no_page_scrolls_sideways_on_a_phone(audit: dict[str, Any]) -> None:
    wide = {
        look["file"]: look["scrollWidth"]
        for look in audit["looks"]
        if look["scrollWidth"] > look["width"]
    }
    assert wide == {}


def test_no_page_says_an_error_or_asks_the_network(audit: dict[str, Any]) -> None:
    assert [line for look in audit["looks"] for line in look["said"]] == []


def test_the_tab_key_reaches_links_details_and_filters_and_shows_where_it_is(
    audit: dict[str, Any],
) -> None:
    reached = {
        "/".join(Path(look["file"]).parts[-2:]): look["focused"]
        for look in audit["looks"]
        if look["width"] == 1280
    }
    report = [stop["tag"] for stop in reached["intern/rapport.html"]]
    assert report[0] == "a"
    assert {"a", "summary"} <= set(report)
    filters = [stop["name"] for stop in reached["intern/verken.html"]]
    assert [
        name for name in filters if name in {"kpi", "soort", "periode", "gebied", "werksoort"}
    ] == ["kpi", "soort", "periode", "gebied", "werksoort"]
    for page in ("intern/rapport.html", "intern/verken.html", "2024-12-31/rapport.html"):
        assert all(stop["isVisible"] for stop in reached[page]), reached[page]


def test_filters_show_the_published_figure_of_that_area_and_service(audit: dict[str, Any]) -> None:
    seen = audit["explored"]
    assert seen["first"]["outcome"].startswith("60 % (voorlopig) in 2024, alles samen")
    assert "tussen 52 % en 68 %" in seen["first"]["outcome"]
    assert any("40 %" in row for row in seen["first"]["tables"])
    assert seen["first"]["charts"] == 3
    assert seen["area"]["outcome"].startswith("64 % in 2024, Rotterdam")  # 70 of 110
    assert "60 % in 2024, Rotterdam, Ouderenwerk" in seen["service"]["outcome"]  # 66 of 110
    assert "alles samen, Ouderenwerk" in seen["whole"]["outcome"]
    assert seen["hidden"]["outcome"].startswith("afgeschermd in 2024")
    assert seen["hidden"]["charts"] == 0


def test_paper_shows_every_kpi_that_the_screen_folds_away(audit: dict[str, Any]) -> None:
    assert audit["unprinted"] == 0


def test_the_exploring_page_paints_before_its_charts_are_drawn(audit: dict[str, Any]) -> None:
    moments = [
        (look["firstPaint"], look["drawn"])
        for look in audit["looks"]
        if look["file"].endswith("verken.html")
    ]
    assert len(moments) == 2
    assert all(0 < paint < drawn for paint, drawn in moments)


def test_pages_are_small_enough_to_mail(pages: dict[str, Path]) -> None:
    assert pages["rapport.html"].stat().st_size <= MEGABYTE
    assert pages["verken.html"].stat().st_size <= 5 * MEGABYTE
