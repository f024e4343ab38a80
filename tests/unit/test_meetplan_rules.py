"""The rules of the rule book as validations of a meetplan, with rows written by hand."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ingest.example.meetplan import meetplan_rows
from ingest.example.organisation import TEAM_PLANS, build_organisation
from ingest.meetplan.reading import Remark, read_workbook
from ingest.meetplan.sheets import sheet_of, sheets
from ingest.meetplan.template import write_workbook
from ingest.raw_tables import raw_tables, write_table
from quality.definition_list import Kpi, definition_list
from quality.meetplan import Judgement, Knowledge, judge, known_beside
from quality.meetplan.findings_file import read_findings, write_findings
from quality.meetplan.plan import Finding

AS_OF = date(2026, 1, 6)
Rows = list[dict[str, Any]]

# Ids of the built-in list, in the layers that the rules look at.
IMPACT = ["I4.1.1", "I4.1.2", "I4.1.3", "I4.2.1", "I4.2.2", "I4.2.3"]
EFFECT = ["E4.1.1", "E4.1.2", "E4.1.3", "E4.2.1", "E4.2.2"]
ACTIVITY = ["A8", "A9", "A10", "A11", "A12"]

DEFINITIONS = definition_list(Path("nothing-was-imported"))
KNOWN = Knowledge(DEFINITIONS)


def measurement(code: str = "M1", **other: Any) -> dict[str, Any]:
    """Return a measurement on which no rule has anything to say."""
    return {
        "measurement_code": code,
        "service_code": "OUD",
        "intended_effect_id": "E4.1",
        "target_group_nl": "Ouderen",
        "started_on": date(2025, 1, 1),
        "ended_on": date(2026, 12, 31),
        "registered_by": "werker",
        "registered_when": "wekelijks",
        "collected_by": "coördinator",
        "reported_by": "coördinator",
        "reported_how": "overzicht",
        "decided_with": "gemeente",
    } | other


def moment(code: str = "M1", day: date = date(2025, 6, 30)) -> dict[str, Any]:
    return {"measurement_code": code, "moment_on": day, "kind_code": "tussentijds"}


def chosen(*kpi_ids: str, code: str = "M1", **other: Any) -> Rows:
    return [
        {"measurement_code": code, "kpi_id": kpi_id, "audience": "intern"} | other
        for kpi_id in kpi_ids
    ]


def judged(
    *, known: Knowledge = KNOWN, remarks: tuple[Remark, ...] = (), **tables: Rows
) -> Judgement:
    """Judge rows given per raw table; their rows are numbered as in the sheet."""
    given = {
        sheet.table_key: pa.Table.from_pylist(
            [
                {"row_number": number} | row
                for number, row in enumerate(tables.get(sheet.table.table_name, ()), start=2)
            ],
            schema=sheet.table.schema(),
        )
        for sheet in sheets()
    }
    return judge(given, remarks, known, as_of=AS_OF)


def of_rule(judgement: Judgement, rule: str) -> list[Finding]:
    return [each for each in judgement.findings if each.rule == rule]


def severities(judgement: Judgement, rule: str) -> list[str]:
    return [each.severity for each in of_rule(judgement, rule)]


def rejected(judgement: Judgement, table_name: str) -> dict[int, str]:
    """Return the reason per rejected row."""
    rows = judgement.tables[sheet_of(table_name).table_key].to_pylist()
    return {row["row_number"]: row["reject_reason"] for row in rows if row["reject_reason"]}


def test_a_complete_plan_gives_nothing_to_say() -> None:
    found = judged(
        measurements=[measurement()],
        measuring_moments=[moment()],
        selected_kpis=chosen("I4.1.1", "E4.1.1", "A12"),
    )
    assert found.findings == ()


def test_every_sentence_of_a_rule_begins_with_its_number() -> None:
    found = judged(
        measurements=[measurement(decided_with=None, reported_by=None)],
        selected_kpis=chosen(*EFFECT, *ACTIVITY, "E6.1.1", "I4.2.2", target_value=5),
    )
    rules = {each.rule for each in found.findings}
    assert rules == {"R02", "R05", "R06", "R11", "R27", "R28", "R31"}
    for each in found.findings:
        assert each.sentence.startswith(f"{each.rule}: ")


def test_r01_a_measurement_without_chosen_kpis_is_no_selection() -> None:
    found = judged(measurements=[measurement(), measurement("M2")], selected_kpis=chosen("I4.1.1"))
    assert severities(found, "R01") == ["fout"]
    assert "meting M2" in of_rule(found, "R01")[0].sentence


def test_r01_and_r04_cells_that_were_refused_while_reading_are_told_by_their_rule() -> None:
    rows = chosen("E4.1.1") + [
        {"measurement_code": "M1", "reject_column": "kpi_id", "reject_reason": reason}
        for reason in ("R01", "R04", "verplicht en leeg")
    ]
    found = judged(measurements=[measurement()], selected_kpis=rows)
    assert severities(found, "R01") == ["fout", "fout"]
    assert severities(found, "R04") == ["fout"]
    assert rejected(found, "selected_kpis") == {3: "R01", 4: "R04", 5: "verplicht en leeg"}


@pytest.mark.parametrize(("count", "expected"), [(10, []), (11, ["waarschuwing"])])
def test_r02_more_than_ten_kpis_warns(count: int, expected: list[str]) -> None:
    kpi_ids = (IMPACT + EFFECT)[:count]
    found = judged(measurements=[measurement()], selected_kpis=chosen(*kpi_ids))
    assert severities(found, "R02") == expected
    assert rejected(found, "selected_kpis") == {}


def test_r02_fifteen_kpis_is_the_most() -> None:
    kpi_ids = (IMPACT + EFFECT + ACTIVITY)[:15]
    found = judged(measurements=[measurement()], selected_kpis=chosen(*kpi_ids))
    assert severities(found, "R02") == ["waarschuwing"]
    assert rejected(found, "selected_kpis") == {}


def test_r02_more_than_fifteen_kpis_refuses_the_selection_of_that_service() -> None:
    found = judged(
        measurements=[measurement(), measurement("M2", service_code="SMW")],
        selected_kpis=chosen(*IMPACT, *EFFECT, *ACTIVITY) + chosen("I4.1.1", "E4.1.1", code="M2"),
    )
    (finding,) = of_rule(found, "R02")
    assert finding.severity == "fout"
    assert finding.sentence == (
        "R02: werksoort OUD heeft 16 gekozen KPI's; kies er hooguit 15. Zet er minstens 1 uit in "
        "blad Selectie; tot dan telt geen ervan."
    )
    assert rejected(found, "selected_kpis") == dict.fromkeys(range(2, 18), "R02")


def test_r02_counts_over_the_measurements_of_a_service_and_each_kpi_once() -> None:
    both = [measurement(), measurement("M2")]
    rows = chosen(*IMPACT, *EFFECT[:2]) + chosen(*IMPACT, *ACTIVITY, "A13", "A14", "A15", code="M2")
    # 6 impact, 2 effect and 8 activity: 16 different ones.
    assert severities(judged(measurements=both, selected_kpis=rows), "R02") == ["fout"]
    without_one = [row for row in rows if row["kpi_id"] != "A15"]
    assert severities(judged(measurements=both, selected_kpis=without_one), "R02") == [
        "waarschuwing"
    ]


def test_r02_what_has_ended_does_not_add_to_what_runs() -> None:
    ended = measurement("M0", started_on=date(2024, 1, 1), ended_on=date(2024, 12, 31))
    rows = chosen(*IMPACT, *EFFECT[:2]) + chosen(*ACTIVITY, "A13", "A14", "E6.1.1", code="M0")
    found = judged(measurements=[measurement(), ended], selected_kpis=rows)
    assert of_rule(found, "R02") == []


@pytest.mark.parametrize(
    ("kpi_ids", "expected"), [(EFFECT, ["waarschuwing"]), ([*EFFECT, "A8"], [])]
)
def test_r02_kpis_of_one_layer_only_warn(kpi_ids: list[str], expected: list[str]) -> None:
    found = judged(measurements=[measurement()], selected_kpis=chosen(*kpi_ids))
    assert severities(found, "R02") == expected


@pytest.mark.parametrize(
    ("evaluated_on", "expected"),
    [(None, ["waarschuwing"]), (AS_OF, []), (date(2026, 1, 7), ["waarschuwing"])],
)
def test_r02b_a_second_service_waits_for_the_evaluation_of_the_first(
    evaluated_on: date | None, expected: list[str]
) -> None:
    second = measurement("M2", service_code="SMW", started_on=date(2025, 9, 1))
    found = judged(measurements=[second, measurement(evaluated_on=evaluated_on)])
    assert severities(found, "R02b") == expected
    assert [each.rows for each in of_rule(found, "R02b")] == [(2,)] * len(expected)


def test_r02b_several_measurements_of_one_service_are_one_beginning() -> None:
    found = judged(measurements=[measurement(), measurement("M2")])
    assert of_rule(found, "R02b") == []


@pytest.mark.parametrize(
    "table", ["selected_kpis", "interpretations", "stories", "actions", "impact_values"]
)
def test_r04_an_unknown_kpi_refuses_its_row(table: str) -> None:
    row = {"measurement_code": "M1", "kpi_id": "E4.1.9", "story_id": "V1"}
    found = judged(measurements=[measurement()], **{table: [row]})  # type: ignore[arg-type]
    assert severities(found, "R04") == ["fout"]
    assert rejected(found, table) == {2: "R04"}


def test_r04_own_kpis_of_the_models_are_known() -> None:
    known = DEFINITIONS.kpis
    assert known["KW-SRW-1"].layer == "own"
    assert known["EIGEN-I-EENZAAM"].layer == "impact"
    assert known["E4.2.2"].linked_impact_ids == ("I4.2.3",)
    assert (known["E4.2.2"].life_domain, known["A12"].life_domain) == ("4", None)


def test_r04_an_imported_definition_wins(tmp_path: Path) -> None:
    schema = raw_tables()["definition", "kpis"].schema()
    rows = [
        {"kpi_id": "E4.1.9", "layer": "effect", "parent_code": "E4"},
        {"kpi_id": "E4.1.1", "layer": "effect", "parent_code": "E4", "linked_impact_ids": "I4.2.1"},
    ]
    imported = pa.Table.from_pylist(rows, schema=schema)
    write_table(tmp_path, ("definition", "kpis"), "import", imported)
    found = definition_list(tmp_path).kpis
    assert found["E4.1.9"].life_domain == "4"
    assert found["E4.1.1"].linked_impact_ids == ("I4.2.1",)
    assert found["E4.1.2"] == DEFINITIONS.kpis["E4.1.2"]


def test_r05_an_effect_without_its_impact_is_a_hint() -> None:
    # E4.1.1 is linked to I4.1.1, E4.1.2 to I4.1.2.
    found = judged(
        measurements=[measurement()], selected_kpis=chosen("E4.1.1", "E4.1.2", "I4.1.2", "A8")
    )
    (hint,) = of_rule(found, "R05")
    assert hint.severity == "hint"
    assert hint.rows == (2,)
    assert "I4.1.1" in hint.sentence


def test_r06_an_effect_outside_the_life_domains_of_the_chosen_impact_warns() -> None:
    found = judged(measurements=[measurement()], selected_kpis=chosen("E4.1.1", "E6.1.1", "I4.1.1"))
    (warning,) = of_rule(found, "R06")
    assert (warning.severity, warning.rows) == ("waarschuwing", (3,))
    # Beginning with effects is allowed: without impact there is no domain to be outside of.
    without = judged(measurements=[measurement()], selected_kpis=chosen("E4.1.1", "E6.1.1"))
    assert of_rule(without, "R06") == []


@pytest.mark.parametrize(
    ("kpi_id", "audience", "is_refused"),
    [
        ("A12", "opdrachtgever", True),
        ("EIGEN-A14-OMLAAG", "opdrachtgever", True),
        ("A12", "intern", False),
        ("E4.1.1", "opdrachtgever", False),
        ("KW-SRW-1", "opdrachtgever", False),
    ],
)
def test_r07_process_kpis_are_not_for_an_opdrachtgever(
    kpi_id: str, audience: str, is_refused: bool
) -> None:
    found = judged(measurements=[measurement()], selected_kpis=chosen(kpi_id, audience=audience))
    assert rejected(found, "selected_kpis") == ({2: "R07"} if is_refused else {})


@pytest.mark.parametrize(
    ("target", "is_complete"),
    [
        ({"target_value": 60, "target_on": date(2025, 12, 31)}, True),
        ({"target_value": 60, "target_on": date(2025, 1, 1)}, True),
        ({}, True),
        ({"target_value": 60}, False),
        ({"target_on": date(2025, 12, 31)}, False),
        ({"target_value": 60, "target_on": date(2024, 12, 31)}, False),
    ],
)
def test_r11_a_target_has_a_value_and_a_day_after_the_start(
    target: dict[str, Any], is_complete: bool
) -> None:
    found = judged(measurements=[measurement()], selected_kpis=chosen("E4.1.1", **target))
    assert severities(found, "R11") == ([] if is_complete else ["waarschuwing"])
    assert rejected(found, "selected_kpis") == {}


@pytest.mark.parametrize(
    ("kpi_id", "is_refused"),
    [("I4.1.1", False), ("EIGEN-I-EENZAAM", False), ("E4.1.1", True), ("A12", True)],
)
def test_r24_only_impact_values_are_entered_by_hand(kpi_id: str, is_refused: bool) -> None:
    row = {"kpi_id": kpi_id, "area_code": "GM0599", "source_year": 2024, "source_nl": "bron"}
    found = judged(impact_values=[row])
    assert rejected(found, "impact_values") == ({2: "R24"} if is_refused else {})


def test_r24_an_impact_value_without_a_source_is_refused() -> None:
    row = {"reject_column": "source_nl", "reject_reason": "verplicht en leeg"}
    found = judged(impact_values=[row])
    assert severities(found, "R24") == ["fout"]
    assert of_rule(found, "R24")[0].sentence.startswith("R24: Impactwaarden!2, kolom Bron")


def test_r27_a_measurement_that_ends_before_it_starts_is_refused() -> None:
    found = judged(
        measurements=[
            measurement(ended_on=date(2024, 12, 31)),
            measurement("M2", ended_on=date(2025, 1, 1)),
        ]
    )
    assert rejected(found, "measurements") == {2: "R27"}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], ["waarschuwing"]),
        ([date(2025, 1, 1), date(2026, 12, 31)], []),
        ([date(2024, 12, 31)], ["waarschuwing"]),
        ([date(2027, 1, 1), date(2025, 6, 30)], ["waarschuwing"]),
    ],
)
def test_r27_measuring_moments_lie_in_the_period(days: list[date], expected: list[str]) -> None:
    found = judged(
        measurements=[measurement()], measuring_moments=[moment(day=day) for day in days]
    )
    assert severities(found, "R27") == expected
    assert rejected(found, "measuring_moments") == {}


def test_r27_a_measurement_without_end_runs_on() -> None:
    found = judged(
        measurements=[measurement(ended_on=None)],
        measuring_moments=[moment(day=date(2040, 1, 1))],
    )
    assert of_rule(found, "R27") == []


def test_r28_the_missing_agreements_are_named() -> None:
    found = judged(measurements=[measurement(collected_by=None, reported_how=None)])
    (warning,) = of_rule(found, "R28")
    assert warning.severity == "waarschuwing"
    assert "'Wie verzamelt' en 'In welke vorm'" in warning.sentence


def test_r31_choosing_impact_with_nobody_is_a_hint() -> None:
    alone = [measurement(decided_with=None)]
    found = judged(measurements=alone, selected_kpis=chosen("I4.1.1"))
    assert severities(found, "R31") == ["hint"]
    assert of_rule(judged(measurements=alone, selected_kpis=chosen("E4.1.1")), "R31") == []


@pytest.mark.parametrize(
    "effect", ["E4.1, E4.2", "E4.1;E4.2", "E4.1 / E4.2", "E4.1 en E4.2", "E4.1\nE4.2", "E9.9", "x"]
)
def test_r32_more_than_one_or_an_unknown_effect_refuses_the_measurement(effect: str) -> None:
    found = judged(measurements=[measurement(intended_effect_id=effect)])
    assert severities(found, "R32") == ["fout"]
    assert rejected(found, "measurements") == {2: "R32"}


@pytest.mark.parametrize(
    ("group", "is_refused"),
    [
        ("Ouderen die zich eenzaam voelen", False),
        ("Kinderen en hun ouders", False),
        ("Ouderen; mantelzorgers", True),
        ("Ouderen\nMantelzorgers", True),
    ],
)
def test_r32_a_measurement_has_one_target_group(group: str, is_refused: bool) -> None:
    found = judged(measurements=[measurement(target_group_nl=group)])
    assert rejected(found, "measurements") == ({2: "R32"} if is_refused else {})


@pytest.mark.parametrize(
    ("started_on", "expected"), [(AS_OF, ["waarschuwing"]), (date(2026, 1, 7), [])]
)
def test_k03_a_measurement_that_began_before_anything_was_chosen_warns(
    started_on: date, expected: list[str]
) -> None:
    found = judged(measurements=[measurement(started_on=started_on)])
    assert severities(found, "K03") == expected


def test_a_later_row_with_the_same_key_is_refused() -> None:
    found = judged(
        measurements=[measurement(), measurement()],
        measuring_moments=[moment(), moment()],
        selected_kpis=chosen("E4.1.1", "E4.1.1", "A8"),
        chains=[{"chain_code": "K1"}, {"chain_code": "K1"}],
    )
    for table_name in ("measurements", "measuring_moments", "selected_kpis", "chains"):
        assert rejected(found, table_name) == {3: "dubbel"}


def test_a_story_number_that_stands_twice_refuses_every_row_of_it() -> None:
    # The withdrawal stands in a row that cannot be read otherwise: the other one may not be shown.
    withdrawn = {
        "story_id": "v1",
        "consent_withdrawn_on": date(2025, 12, 1),
        "reject_column": "told_on",
        "reject_reason": "geen datum",
    }
    found = judged(stories=[{"story_id": "V1"}, {"story_id": "V2"}, withdrawn])
    assert rejected(found, "stories") == {2: "dubbel", 4: "geen datum"}


@pytest.mark.parametrize(
    ("table_name", "row", "column"),
    [
        ("selected_kpis", {"measurement_code": "M9", "kpi_id": "E4.1.1"}, "Meting"),
        ("measuring_moments", {"measurement_code": "M9", "moment_on": AS_OF}, "Meting"),
        ("roadmap_steps", {"measurement_code": "M9", "step_number": 1}, "Meting"),
        ("stories", {"story_id": "V1", "project_code": "P9"}, "Project"),
        ("impact_card_items", {"project_code": "P9", "kind_code": "overig"}, "Project"),
        ("story_choices", {"round_code": "R", "story_id": "V9"}, "Verhaal nr"),
        ("interpretations", {"service_code": "ZZ9"}, "Werksoort"),
        ("actions", {"service_code": "OUD", "team_code": "ZZ9"}, "Team"),
    ],
)
def test_what_is_named_and_nowhere_refuses_the_row_by_its_column(
    table_name: str, row: dict[str, Any], column: str
) -> None:
    known = Knowledge(
        DEFINITIONS,
        codes={"werksoort": frozenset({"OUD"}), "team": frozenset({"T01"})},
        projects=frozenset({"P1"}),
    )
    found = judged(known=known, measurements=[measurement()], **{table_name: [row]})
    (finding,) = of_rule(found, "verwijzing")
    assert (finding.severity, finding.column) == ("fout", column)
    assert "ZZ9" not in finding.sentence
    assert rejected(found, table_name) == {2: "verwijzing"}


def test_codes_that_were_not_delivered_judge_nothing() -> None:
    found = judged(actions=[{"service_code": "OUD", "team_code": "T01"}])
    assert found.findings == ()


def test_a_project_that_a_source_delivers_is_not_typed_again() -> None:
    known = Knowledge(DEFINITIONS, projects=frozenset({"P1"}))
    rows = [{"project_code": "P1"}, {"project_code": "P2"}]
    assert rejected(judged(known=known, projects=rows), "projects") == {2: "dubbel"}


@pytest.mark.parametrize(
    ("area", "severity"),
    [
        ("NL", None),
        ("GM0599", None),
        ("WK059910", None),
        ("BU05991081", None),
        ("BU05991080", "waarschuwing"),
        ("BLOEMHOF", "fout"),
    ],
)
def test_an_area_is_a_cbs_code_where_the_organisation_works(
    area: str, severity: str | None
) -> None:
    known = Knowledge(DEFINITIONS, areas=frozenset({"NL", "GM0599", "WK059910", "BU05991081"}))
    found = judged(known=known, chains=[{"chain_code": "K1", "area_code": area}])
    assert severities(found, "verwijzing") == ([severity] if severity else [])


@pytest.mark.parametrize(("step", "is_refused"), [(0, True), (1, False), (6, False), (7, True)])
def test_a_roadmap_has_six_steps(step: int, is_refused: bool) -> None:
    found = judged(
        measurements=[measurement()],
        roadmap_steps=[{"measurement_code": "M1", "step_number": step}],
    )
    assert rejected(found, "roadmap_steps") == ({2: "invoer"} if is_refused else {})


@pytest.mark.parametrize(
    ("line", "is_refused"),
    [
        ({"kind_code": "kosten", "amount_eur": 10}, False),
        ({"kind_code": "baat", "quantity": 2, "coefficient_eur": 5}, False),
        ({"kind_code": "kosten", "quantity": 2}, True),
        ({"kind_code": "baat", "coefficient_eur": 5}, True),
        ({"kind_code": "bereik", "quantity": 80}, False),
        ({"kind_code": "bereik", "amount_eur": 80}, True),
        ({"kind_code": "uren bespaard"}, True),
        ({"kind_code": "kwalitatief effect"}, False),
    ],
)
def test_a_line_of_an_impact_card_gives_something_to_compute_with(
    line: dict[str, Any], is_refused: bool
) -> None:
    found = judged(projects=[{"project_code": "P1"}], impact_card_items=[line])
    assert rejected(found, "impact_card_items") == ({2: "invoer"} if is_refused else {})


def test_unread_cells_are_told_together_without_their_value() -> None:
    rows = [
        {"story_id": f"V{number}", "reject_column": "narrator_role", "reject_reason": reason}
        for number, reason in enumerate(["onbekende code"] * 3 + ["e-mailadres"])
    ]
    found = judged(stories=rows)
    assert [(each.rule, each.rows) for each in found.findings] == [
        ("persoonsgegevens", (5,)),
        ("cel", (2, 3, 4)),
    ]
    assert found.findings[1].sentence == (
        "Verhalen!2 t/m 4, kolom Verteller: onbekende code. Kies deelnemer, naaste, "
        "vrijwilliger, professional of partner."
    )


def test_a_refused_sheet_is_a_fault_and_an_unknown_column_a_hint() -> None:
    found = judged(
        remarks=(
            Remark("Verhalen", "kolom 'Titel' ontbreekt", is_refusal=True),
            Remark("Selectie", "kolom B hoort niet bij dit blad", is_refusal=False),
        )
    )
    assert [each.severity for each in found.findings] == ["fout", "hint"]
    assert "Tot dan wordt er geen verhaal getoond" in found.findings[0].sentence


def test_the_list_of_findings_is_read_back_as_written(tmp_path: Path) -> None:
    found = judged(measurements=[measurement(reported_by=None)]).findings
    assert found
    write_findings(tmp_path / "bevindingen.csv", found)
    assert read_findings(tmp_path / "bevindingen.csv") == list(found)
    assert read_findings(tmp_path / "none.csv") == []


def delivered(raw: Path, table_name: str, rows: Iterable[dict[str, Any]]) -> None:
    schema = raw_tables()["organisation", table_name].schema()
    table = pa.Table.from_pylist(list(rows), schema=schema)
    write_table(raw, ("organisation", table_name), "bron", table)


def test_what_the_organisation_delivered_is_known(tmp_path: Path) -> None:
    delivered(
        tmp_path,
        "codes",
        [
            {"list_name": "werksoort", "code": "OUD"},
            {"list_name": "werksoort", "code": "ZZ9", "reject_reason": "dubbel"},
        ],
    )
    delivered(tmp_path, "postcodes", [{"postcode": "9100AA", "buurt_code": "BU05991081"}])
    delivered(tmp_path, "projects", [{"project_code": "P1"}])
    folder = raw_tables()["organisation", "projects"].folder(tmp_path)
    pq.write_table(pq.read_table(folder / "bron.parquet"), folder / "meetplan.parquet")
    known = known_beside(tmp_path)
    assert known.codes == {"werksoort": {"OUD"}}
    assert known.areas == {"NL", "NL00", "GM0599", "WK059910", "BU05991081"}
    assert known.projects == {"P1"}


@pytest.mark.parametrize("scale", [0.05, 1.0])
def test_the_example_fills_every_sheet_and_breaks_no_rule(tmp_path: Path, scale: float) -> None:
    organisation = build_organisation(scale, 1)
    rows = meetplan_rows(organisation)
    write_workbook(tmp_path / "meetplan.xlsx", rows)
    found = read_workbook((tmp_path / "meetplan.xlsx").read_bytes())
    assert found.remarks == ()
    assert {key: len(table) for key, table in found.tables.items() if not len(table)} == {}
    # Those of school social work and reach have models of their own, with their own tests.
    modelled = ("KW-SMW-", "EIGEN-BEREIK")
    school = {row["KPI"] for row in rows["Selectie"] if str(row["KPI"]).startswith(modelled)}
    own = {str(kpi_id): Kpi(str(kpi_id), "own") for kpi_id in school}
    known = Knowledge(
        replace(DEFINITIONS, kpis=own | DEFINITIONS.kpis),
        codes={
            "werksoort": frozenset(code for plan in TEAM_PLANS for code in plan.services),
            "team": frozenset(team.code for team in organisation.teams),
            "opdrachtgever": frozenset(organisation.commissioners),
        },
        areas=frozenset(
            area
            for postcode in organisation.postcodes
            for area in (
                postcode.buurt_code,
                f"WK{postcode.buurt_code[2:8]}",
                postcode.municipality_code,
            )
        ),
        projects=frozenset(project.code for project in organisation.projects),
    )
    findings = judge(found.tables, found.remarks, known, as_of=AS_OF).findings
    assert [each.sentence for each in findings if each.severity == "fout"] == []
    assert {"R05", "R06", "R11", "R28"} <= {each.rule for each in findings}
