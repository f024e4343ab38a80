"""A home with a release from which something can be released, by hand-made rows.

Opdrachtgever OG1 chose five effect KPI's of Ouderenwerk. E4.1.1: 90 of 200 in 2024 (45 %) and
60 of 150 in 2023 (40 %). Project P1 asked 4a1 and 4a2; 110 of 200 (55 %) were positive.
"""

from datetime import date
from pathlib import Path
from typing import Any

from exports.release import publish
from ingest.home import Home
from ingest.meetplan.keeping import take_in_meetplan
from ingest.meetplan.template import write_workbook
from tests.unit.test_release import build, facts

TODAY = date(2025, 3, 1)
MOMENT = date(2024, 12, 31)
OTHER_MOMENT = date(2023, 12, 31)
PUBLIC = "Ik zat naast haar & nu brengt zij <b>soep</b>."
FOR_COMMISSIONER = "Ik kook op donderdag met vijf anderen."
INTERNAL = "Eerst kwam ik voor de koffie."
WITHDRAWN = "Hij durfde weer met de bus."
NOTE = "Een vaste dag in de week helpt."


def figure(
    kpi_id: str, numerator: int = 90, denominator: int = 200, **given: Any
) -> dict[str, Any]:
    """Return a figure that goes out to OG1, but for what is given."""
    value = 100 * numerator / denominator
    return {
        "kpi_id": kpi_id,
        "design": "afterwards",
        "period_type": "year",
        "period_start": date(2024, 1, 1),
        "breakdown": "service_commissioner",
        "service_code": "OUD",
        "commissioner_code": "OG1",
        "numerator": numerator,
        "denominator": denominator,
        "value": value,
        "unit": "percentage",
        "n_subjects": denominator,
        "n_respondents": denominator,
        "n_reached": 300,
        "interval_low": value - 7,
        "interval_high": value + 7,
        "is_selected": True,
        "interpretation_status": "geduid",
        "is_for_commissioner": True,
        "reliability": "betrouwbaar",
        "is_provisional": False,
        "status": "getoond",
    } | given


PROJECT = {"breakdown": "project", "service_code": None, "commissioner_code": None}
NOT_YET = {"interpretation_status": "te duiden", "is_for_commissioner": False}
FIGURES = [
    figure("E4.1.1"),
    figure("E4.1.1", 60, 150, period_start=date(2023, 1, 1)),
    figure("E4.1.1", period_type="quarter", period_start=date(2025, 1, 1)),
    figure("E4.1.1", 120, 240, commissioner_code="OG2"),
    figure("E4.1.1", 130, 250, breakdown="service", commissioner_code=None),
    figure("E4.1.2", is_for_commissioner=False),
    figure("E4.1.3", **NOT_YET),
    figure("E4.2.1", 3, 200),
    figure("E4.2.2", is_provisional=True, is_for_commissioner=False),
    figure("E5.1.1", reliability="onbetrouwbaar", is_for_commissioner=False),
    # Wrong as these are, they stay behind.
    figure("A12"),
    figure("E6.1.1", is_selected=False),
    figure("E4.1.1", service_code="AMW"),
    figure("E4.1.1", 110, 200, **PROJECT, project_code="P1"),
    figure("E4.1.1", 110, 220, **PROJECT, project_code="P2"),
]
LAYERS = {"A12": "activity"}
ROWS: dict[str, list[dict[str, Any]]] = {
    "kpi_value": FIGURES,
    "question_value": [
        {
            name: value
            for name, value in figure("", 110, 200, **PROJECT, project_code=project).items()
            if name not in ("kpi_id", "interpretation_status", "is_for_commissioner")
        }
        | {"question_id": question}
        for question, project in (("4a2", "P1"), ("5a1", "P1"), ("4a2", "P2"))
    ],
    "dim_kpi": [
        {
            "kpi_id": kpi_id,
            "name_nl": f"% deelnemers dat {kpi_id} <zegt>",
            "layer": LAYERS.get(kpi_id, "effect"),
            "unit": "percentage",
            "definition_nl": f"Wat {kpi_id} is.",
        }
        for kpi_id in sorted({row["kpi_id"] for row in FIGURES})
    ],
    "dim_question": [
        {
            "questionnaire": "participant",
            "question_id": question,
            "text_nl": f"Door mijn deelname aan [projectnaam] {question}",
            "text_status": "text",
            "kpi_ids": kpis,
        }
        for question, kpis in (("4a1", "E4.1.1, E4.1.3"), ("4a2", "E4.1.1"), ("5a1", "E5.1.1"))
    ],
    "dim_period": [
        {
            "period_type": "year",
            "period_start": date(year, 1, 1),
            "period_end": date(year, 12, 31),
            "year_number": year,
            "period_name_nl": str(year),
        }
        for year in (2023, 2024)
    ]
    + [
        {
            "period_type": "quarter",
            "period_start": date(2025, 1, 1),
            "period_end": date(2025, 3, 31),
            "period_name_nl": "2025-K1",
        }
    ],
    "dim_service": [
        {"service_code": "OUD", "service_name_nl": "Ouderenwerk"},
        {"service_code": "AMW", "service_name_nl": "Maatschappelijk werk"},
    ],
    "dim_commissioner": [
        {"commissioner_code": "OG1", "commissioner_name_nl": "Gemeente Een"},
        {"commissioner_code": "OG2", "commissioner_name_nl": "Gemeente Twee"},
    ],
    "dim_project": [
        {"project_code": code, "project_title": title, "service_code": "OUD"}
        | {"commissioner_code": commissioner}
        for code, title, commissioner in (("P1", "Tafel", "OG1"), ("P2", "Bus", "OG2"))
    ],
    "measurement_kpi": [
        {
            "measurement_code": "M1",
            "kpi_id": kpi_id,
            "service_code": "OUD",
            "audience": audience,
            "desired_direction": "omhoog",
        }
        for kpi_id, audience in (
            ("E4.1.1", "opdrachtgever"),
            ("E4.1.2", "intern"),
            ("E4.1.3", "opdrachtgever"),
            ("E4.2.1", "opdrachtgever"),
            ("E4.2.2", "opdrachtgever"),
            ("E5.1.1", "opdrachtgever"),
            ("A12", "opdrachtgever"),
        )
    ],
    "interpretation": [
        {
            "record_ref": f"Duiding!{number}",
            "service_code": service,
            "moment_on": MOMENT,
            "session_on": date(2025, 1, 20),
            "interpretation_nl": text,
            "figure_count": 40,
            "changed_count": 3,
        }
        for number, (service, text) in enumerate(
            (("OUD", NOTE), ("AMW", "Over ander werk.")), start=2
        )
    ],
    "action": [
        {
            "record_ref": f"Afspraken!{number}",
            "service_code": "OUD",
            "team_code": team,
            "moment_on": MOMENT,
            "action_nl": text,
            "due_on": date(2025, 6, 1),
            "status_code": "open",
        }
        for number, (team, text) in enumerate(
            ((None, "Wij zoeken een chauffeur."), ("T1", "Alleen voor het team.")), start=2
        )
    ],
}
_STORIES = (
    ("V1", "P1", PUBLIC, "openbaar"),
    ("V2", "P1", FOR_COMMISSIONER, "opdrachtgever"),
    ("V3", "P1", INTERNAL, "intern"),
    ("V4", "P2", "Over een ander project.", "openbaar"),
    ("V5", "P1", WITHDRAWN, "openbaar"),
)
ROWS["story"] = [
    {
        "story_id": story_id,
        "service_code": "OUD",
        "project_code": project,
        "told_on": date(2024, 11, 1),
        "narrator_role": "deelnemer",
        "title_nl": f"Titel van {story_id}",
        "story_nl": text,
        "consent_on": date(2024, 11, 1),
        "consent_purpose_nl": "jaarverhaal",
        "consent_medium": medium,
    }
    for story_id, project, text, medium in _STORIES
]


def write_plan(home: Home, withdrawn: dict[str, date] | None = None) -> None:
    """Write the meetplan with its moments and stories, some of them withdrawn on a day."""
    gone = withdrawn or {}
    write_workbook(
        home.meetplan_file,
        {
            "Metingen": [
                {
                    "Meting": "M1",
                    "Werksoort": "OUD",
                    "Beoogd effect": "E4.1",
                    "Doelgroep": "Ouderen",
                    "Start": date(2023, 1, 1),
                }
            ],
            "Meetmomenten": [
                {"Meting": "M1", "Meetmoment": moment, "Soort": "tussentijds"}
                for moment in (OTHER_MOMENT, MOMENT, date(2025, 12, 31))
            ],
            "Verhalen": [
                {
                    "Verhaal nr": story_id,
                    "Werksoort": "OUD",
                    "Verteld op": date(2024, 11, 1),
                    "Verteller": "deelnemer",
                    "Titel": f"Titel van {story_id}",
                    "Verhaal": text,
                    "Toestemming op": date(2024, 11, 1),
                    "Doel": "jaarverhaal",
                    "Medium": medium,
                    "Ingetrokken op": gone.get(story_id),
                }
                for story_id, _, text, medium in _STORIES
            ],
        },
    )


def home_with_release(root: Path, rows: dict[str, list[dict[str, Any]]] = ROWS) -> Home:
    """Return a home with a release and a meetplan that was read."""
    home = Home(root / "home")
    home.create()
    publish(home, build(root / "build.duckdb", rows), facts("r1", TODAY))
    write_plan(home)
    take_in_meetplan(home, as_of=TODAY)
    return home
