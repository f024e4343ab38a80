"""Settings that the how-to pages show are settings that work."""

import re
import textwrap
from pathlib import Path

import pytest

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
