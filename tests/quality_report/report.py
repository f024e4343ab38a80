"""The five figures, and what every check came to, from the nights that were run."""

import json
import sys
from pathlib import Path
from typing import Any

from quality.catalogue import catalogue
from tests.quality_report.measuring import TRUE_OF_CLEAN_DATA
from tests.quality_report.table import REMARKS

REPORT = Path(__file__).parents[2] / "docs" / "quality-report.json"

Results = dict[str, dict[str, Any]]


def write_report(results: Results, commit: str) -> dict[str, Any]:
    """Write docs/quality-report.json and return what is in it."""
    report = _report(results, commit)
    REPORT.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps({key: report[key] for key in list(report)[:8]}, indent=2) + "\n")
    return report


def _report(results: Results, commit: str) -> dict[str, Any]:
    found = [each for night in results.values() for each in night.get("found", ())]
    at = {level: [each for each in found if each["level"] == level] for level in (0.5, 1, 2)}
    clean = [night for name, night in sorted(results.items()) if name.startswith("clean-")]
    truths = [night["truth"] for night in results.values() if "truth" in night]
    is_right = [not each["rows_missing"] and not each["rows_extra"] for each in at[2]]
    both = [each["has_fired"] and right for each, right in zip(at[2], is_right, strict=True)]
    judged, flags = _clean_shares(clean)
    failing = sum(number for night in clean for number in night["flags"].values())
    return {
        "recall_at_2x": _share(sum(both), len(both)),
        "fired_at_half": sum(len(each["failing"]) for each in at[0.5]),
        "false_blocks": sum(len(n["held"]) + sum(n["blocks"].values()) for n in clean),
        "false_flag_share": _share(
            sum(flags.values()), sum(judged[check_id] for check_id in judged)
        ),
        "truth_inside_bounds": _share(
            sum(each["marked_inside"] for each in truths),
            sum(each["marked_known"] for each in truths),
        ),
        "boundable_share": _share(
            sum(each["marked_bounded"] for each in truths), sum(each["marked"] for each in truths)
        ),
        "state_recall_at_2x": _share(sum(each["has_fired"] for each in at[2]), len(at[2])),
        "right_kpi_rows_at_2x": _share(sum(is_right), len(is_right)),
        "truth_inside_bounds_of_all_figures": _share(
            sum(each["inside"] for each in truths), sum(each["known"] for each in truths)
        ),
        "false_flags_with_properties_of_figures": failing,
        "false_flags_by_check": flags,
        "seeds": [night["seed"] for night in clean],
        "months": 36,
        "commit": commit,
        "seconds": sum(night["seconds"] for night in results.values()),
        "truth_outside": _outside(truths),
        "checks": _checks(found),
    }


def _clean_shares(clean: list[dict[str, Any]]) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many parts were judged by checks that flag, and how many failed, per check."""
    is_flag = {
        check.id for check in catalogue()
        if check.severity == "flag" and check.id not in TRUE_OF_CLEAN_DATA
    }  # fmt: skip
    judged: dict[str, int] = {}
    flags: dict[str, int] = {}
    for night in clean:
        for check_id, number in night["judged"].items():
            if check_id in is_flag:
                judged[check_id] = judged.get(check_id, 0) + number
        for check_id, number in night["flags"].items():
            if check_id in is_flag:
                flags[check_id] = flags.get(check_id, 0) + number
    return judged, dict(sorted(flags.items()))


def _outside(truths: list[dict[str, Any]]) -> dict[str, int]:
    summed: dict[str, int] = {}
    for each in truths:
        for name, number in each["outside"].items():
            summed[name] = summed.get(name, 0) + number
    return dict(sorted(summed.items()))


def _checks(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line per check of the catalogue: how it was planted, and what came of it."""
    lines = []
    for check in catalogue():
        own = [each for each in found if each["check_id"] == check.id]
        at = {level: [each for each in own if each["level"] == level] for level in (0.5, 1, 2)}
        lines.append(
            {
                "id": check.id,
                "name_nl": check.name_nl,
                "planted_nl": list(dict.fromkeys(each["how_nl"] for each in own)),
                "remark_nl": REMARKS.get(check.id, ""),
                "cases": len(at[2]),
                "fired": {
                    f"{level:g}": sum(each["has_fired"] for each in cases) if cases else None
                    for level, cases in at.items()
                },
                "failing_at_half": sum(len(each["failing"]) for each in at[0.5]),
                "rows_expected": sum(each["rows_expected"] for each in at[2]),
                "rows_marked": sum(each["rows_marked"] for each in at[2]),
                "rows_missing": sum(each["rows_missing"] for each in at[2]),
                "rows_extra": sum(each["rows_extra"] for each in at[2]),
                "records_missed": sum(each["records_missed"] for each in at[2]),
            }
        )
    return lines


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
