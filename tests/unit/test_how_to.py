"""Settings that the how-to pages show are settings that work."""

import re
import textwrap
from pathlib import Path

import pytest

from ingest.contracts import load_contract
from ingest.example.layouts import CONTRACTS
from orchestration.settings import Settings

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
TOML = re.compile(r"^ *```toml\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(textwrap.dedent(block), id=f"{page.stem}-{place}")
    for page in sorted(PAGES.glob("*.md"))
    for place, block in enumerate(TOML.findall(page.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("block", BLOCKS)
def test_settings_that_a_page_shows_are_accepted(block: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(block, encoding="utf-8")

    settings = Settings.of(file)

    assert settings != Settings.of(tmp_path / "none.toml")


def test_the_page_for_a_dpia_has_the_classes_and_terms_that_hold() -> None:
    page = (PAGES / "dpia.md").read_text(encoding="utf-8")
    classes = {
        column.classification
        for file in CONTRACTS.glob("*.yaml")
        for column in load_contract(file).columns
    }
    assert set(re.findall(r"^  \| `(\w+)` \|", page, re.MULTILINE)) == classes
    terms = Settings.model_fields["retention"].default
    assert f"| {terms.originals_days} dagen | `retention.originals_days` |" in page
    assert f"| {terms.rows_years} jaar na het einde" in page
