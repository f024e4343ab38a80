"""The rule book, and the tests that are named after its rules."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ingest.yaml_files import read_yaml

PROJECT = Path(__file__).parents[1]
NOT_IN_CODE = "niet in de code: "


class Rule(BaseModel):
    """One rule of the sources; `lives_in` are files, or one sentence why no file keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: Literal["enforce", "support", "document"]
    rule_nl: str
    source: str
    lives_in: tuple[str, ...]


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of the rule book."""
    content = read_yaml(Path(__file__).with_name("rules.yml"))
    return tuple(Rule.model_validate(rule) for rule in content["rules"])


def named_tests(rule_id: str) -> list[tuple[str, str]]:
    """Return file and name of every test that has the id of a rule in its name, such as r09b."""
    return [(file, name) for file, name in _test_names() if rule_id.lower() in re.split("_+", name)]


@cache
def _test_names() -> tuple[tuple[str, str], ...]:
    return tuple(_pytest_names()) + tuple(_dbt_names())


def _pytest_names() -> Iterator[tuple[str, str]]:
    for file in sorted((PROJECT / "tests").rglob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", file.read_text(encoding="utf-8"), re.MULTILINE):
            yield str(file.relative_to(PROJECT)), name


def _dbt_names() -> Iterator[tuple[str, str]]:
    for file in sorted((PROJECT / "dbt_project" / "models").rglob("*.yml")):
        for test in read_yaml(file).get("unit_tests", ()):
            yield str(file.relative_to(PROJECT)), test["name"]
