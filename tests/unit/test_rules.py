"""The rule book is whole: every rule has a place, and every enforced rule a test of its name."""

import re
from pathlib import Path

import pytest

from quality.rules import NOT_IN_CODE, PROJECT, Rule, named_tests, rules

ENFORCED = [rule for rule in rules() if rule.kind == "enforce"]


@pytest.mark.parametrize("rule", ENFORCED, ids=lambda rule: rule.id)
def test_every_enforced_rule_has_a_test_named_after_it(rule: Rule) -> None:
    assert named_tests(rule.id)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_rule_lives_in_a_file_that_exists(rule: Rule) -> None:
    places = [place for place in rule.lives_in if not place.startswith(NOT_IN_CODE)]
    assert [place for place in places if not (PROJECT / place).is_file()] == []
    assert rule.lives_in
    assert places or rule.kind == "document"


def test_a_rule_with_a_longer_id_does_not_lend_its_tests() -> None:
    shorter, longer = (set(named_tests(rule_id)) for rule_id in ("R09", "R09b"))
    assert not shorter & longer


def test_every_rule_of_the_rule_book_is_listed_with_its_kind(recorded: Path) -> None:
    text = (recorded / "definitielijst" / "rules.md").read_text(encoding="utf-8")
    written = re.findall(r"^\| ([A-Z]\d\db?) \| (\w+) \|", text, re.MULTILINE)
    assert len(written) == 56
    assert [(rule.id, rule.kind) for rule in rules()] == written
