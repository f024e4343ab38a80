"""Judges the meetplan: the rules as validations, each with its number in the message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from ingest.meetplan.reading import Remark
from quality.meetplan import rules, structure
from quality.meetplan.plan import Finding, Knowledge, Plan, known_beside

__all__ = ["Finding", "Judgement", "Knowledge", "judge", "known_beside"]

# In this order: what is refused by an earlier one is not judged by a later one.
_RULES = (
    structure.sheets_as_read,
    structure.cells_as_read,
    structure.kpis_known,
    structure.keys_unique,
    structure.projects_delivered_once,
    structure.references_exist,
    structure.areas_exist,
    rules.r32_scope_is_one_effect_and_one_group,
    rules.r27_end_is_not_before_start,
    rules.r07_activities_stay_internal,
    rules.r24_entered_values_are_impact,
    rules.roadmap_has_six_steps,
    rules.impact_card_has_amounts,
    rules.r01_selection_is_explicit,
    rules.r02_selection_is_limited,
    rules.r02_selection_has_several_layers,
    rules.r02b_begins_with_one_service,
    rules.r05_effects_have_their_impact,
    rules.r06_effects_share_life_domains,
    rules.r11_targets_are_complete,
    rules.r27_moments_are_agreed,
    rules.r28_agreements_are_complete,
    rules.r31_impact_is_chosen_together,
    rules.k03_selection_comes_first,
)
_ORDER = ("fout", "waarschuwing", "hint")


@dataclass(frozen=True)
class Judgement:
    """The tables with every refused row rejected, and the findings, the gravest first."""

    tables: Mapping[tuple[str, str], pa.Table]
    findings: tuple[Finding, ...]


def judge(
    tables: Mapping[tuple[str, str], pa.Table],
    remarks: tuple[Remark, ...],
    known: Knowledge,
    *,
    as_of: date,
) -> Judgement:
    """Judge the rows of the meetplan by every rule; what a `fout` points at is rejected."""
    plan = Plan(tables, remarks, known, as_of)
    findings: list[Finding] = []
    for rule in _RULES:
        found = list(rule(plan))
        for each in found:
            if each.severity == "fout":
                plan.reject(each)
        findings += found
    findings.sort(key=lambda each: _ORDER.index(each.severity))
    return Judgement(plan.tables(), tuple(findings))
