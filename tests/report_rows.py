"""A few hand-made rows for every block of the report, so that its tests need no night.

Shown: E4.1.1 with 90 of 150 in 2024 (60 %) and 60 of 150 in 2023 (40 %).
Hidden: E4.1.2 with 3 of 200.
"""

from datetime import date
from typing import Any

Rows = dict[str, list[dict[str, Any]]]

HIDDEN_COUNT = 3
_YEARS = [date(2023, 1, 1), date(2024, 1, 1)]
_DEFINITION = {
    "definition_version": "proef",
    "source": "Handleiding, r. 1 <b>",
    "confidence": "verbatim",
    "text_status": "text",
}


def _figure(**given: Any) -> dict[str, Any]:
    figure = {
        "design": "afterwards",
        "period_type": "year",
        "period_start": _YEARS[1],
        "breakdown": "total",
        "unit": "percentage",
        "status": "getoond",
        "reliability": "betrouwbaar",
        "is_provisional": False,
    } | given
    if figure["unit"] == "percentage" and figure["numerator"] is not None:
        figure["value"] = 100 * figure["numerator"] / figure["denominator"]
        figure.setdefault("n_subjects", figure["denominator"])
    return figure


def _stage(number: int, code: str, numerator: int, **given: Any) -> dict[str, Any]:
    return {
        "chain_code": "K1",
        "chain_name_nl": "Eenzame ouderen in Bloemhof",
        "area_code": "GM0599",
        "year_number": 2024,
        "stage_number": number,
        "stage_code": code,
        "design": "registration",
        "numerator": numerator,
        "value": numerator,
        "unit": "count",
        "n_subjects": numerator,
        "status": "getoond",
        "source": "Registratie",
        "is_indicative": False,
        "remark_nl": "De keten legt geen oorzakelijk verband (R25).",
    } | given


def _instrument(dimension: str, place: int) -> list[dict[str, Any]]:
    base = {
        "instrument_id": "positieve_gezondheid",
        "instrument_version": "42",
        "dimension_code": dimension,
        "design": "instrument",
        "period_type": "year",
        "period_start": _YEARS[1],
        "breakdown": "total",
        "status": "getoond",
        "is_provisional": False,
    }
    average = base | {
        "kind": "gemiddelde",
        "outcome_code": "gemiddelde",
        "numerator": 400 + 40 * place,
        "denominator": 100,
        "value": 4 + place * 0.4,
        "unit": "score",
        "n_subjects": 100,
    }
    shares = [
        base
        | {
            "kind": "verdeling",
            "outcome_code": str(outcome),
            "outcome_nl": name,
            "numerator": count,
            "denominator": 100,
            "value": count,
            "unit": "percentage",
            "n_subjects": 100,
        }
        for outcome, (name, count) in enumerate((("Weinig", 20), ("Wat", 30), ("Veel", 50)), 1)
    ]
    return [average, *shares]


_DIMENSIONS = {
    "lichaamsfuncties": "Lichaamsfuncties",
    "mentaal_welbevinden": "Mentaal welbevinden",
    "zingeving": "Zingeving",
    "kwaliteit_van_leven": "Kwaliteit van leven",
    "meedoen": "Meedoen",
    "dagelijks_functioneren": "Dagelijks functioneren",
}

ROWS: Rows = {
    "dim_kpi": [
        _DEFINITION
        | {
            "kpi_id": "E4.1.1",
            "layer": "effect",
            "parent_code": "E4",
            "parent_name_nl": "Sociale relaties",
            "name_nl": "% deelnemers dat zich minder alleen <script>alert(1)</script> voelt",
            "definition_nl": "Wie zich minder alleen voelt.",
            "intended_effect_id": "E4.1",
            "intended_effect_nl": "Mensen hebben contact.",
            "linked_impact_ids": "I4.1.1",
            "question_ids": "4a2",
            "unit": "percentage",
            "time_behaviour": "flow",
            "formula_nl": "Positief gedeeld door beantwoord.",
            "choice_nl": "Meer dan de helft positief.",
            "availability_nl": "beschikbaar",
            "contradictions": "C1, C10",
            "contradictions_nl": "C1: Geen targets, wel SMART. C10: SMART heet twee keer anders.",
        },
        _DEFINITION
        | {
            "kpi_id": "E4.1.2",
            "layer": "effect",
            "parent_code": "E4",
            "parent_name_nl": "Sociale relaties",
            "name_nl": "% deelnemers dat hulp durft te vragen",
            "unit": "percentage",
            "availability_nl": "beschikbaar",
        },
        _DEFINITION
        | {
            "kpi_id": "I4.1.1",
            "layer": "impact",
            "parent_code": "I4",
            "parent_name_nl": "Sociale relaties",
            "name_nl": "% eenzame inwoners",
            "unit": "percentage",
            "availability_nl": "beschikbaar",
        },
        _DEFINITION
        | {
            "kpi_id": "I4.2.1",
            "layer": "impact",
            "parent_code": "I4",
            "parent_name_nl": "Sociale relaties",
            "name_nl": "tekst niet beschikbaar",
            "availability_nl": "tekst niet beschikbaar",
            "text_status": "id_only",
        },
        _DEFINITION
        | {
            "kpi_id": "A12",
            "layer": "activity",
            "parent_code": "A-ANALYSEREN",
            "parent_name_nl": "Analyseren situatie",
            "name_nl": "# werkvoorraad",
            "unit": "count",
            "time_behaviour": "stock",
            "availability_nl": "beschikbaar",
        },
    ],
    "kpi_value": [
        _figure(
            kpi_id="E4.1.1",
            numerator=90,
            denominator=150,
            interval_low=52,
            interval_high=67.5,
            bound_low=55,
            bound_high=65,
            rule_low=40,
            rule_high=80,
            response_rate=62,
            reliability="let op",
            reasons="Q01",
            is_provisional=True,
        ),
        _figure(
            kpi_id="E4.1.1",
            period_start=_YEARS[0],
            numerator=60,
            denominator=150,
            interval_low=32.5,
            interval_high=48,
        ),
        _figure(
            kpi_id="E4.1.1",
            breakdown="municipality",
            region_code="GM0599",
            numerator=70,
            denominator=110,
            interval_low=55,
            interval_high=72,
        ),
        _figure(
            kpi_id="E4.1.1",
            breakdown="service",
            service_code="OUD",
            numerator=90,
            denominator=150,
            interval_low=52,
            interval_high=67.5,
        ),
        _figure(
            kpi_id="E4.1.1",
            breakdown="service_municipality",
            region_code="GM0599",
            service_code="OUD",
            numerator=66,
            denominator=110,
            interval_low=51,
            interval_high=69,
        ),
        _figure(kpi_id="E4.1.2", numerator=HIDDEN_COUNT, denominator=200),
        *(
            _figure(
                kpi_id="I4.1.1",
                design="open_data",
                breakdown="municipality_age_band",
                region_code="GM0599",
                age_band="18+",
                period_start=start,
                numerator=None,
                denominator=None,
                value=value,
                source_table="50090NED",
                source_year=start.year,
                reliability="let op",
                reasons="R21",
            )
            for start, value in zip(_YEARS, (49.1, 52.3), strict=True)
        ),
        _figure(
            kpi_id="A12",
            design="registration",
            unit="count",
            numerator=890,
            denominator=None,
            value=890,
            n_subjects=890,
        ),
        _figure(
            kpi_id="A12",
            design="registration",
            unit="count",
            numerator=900,
            denominator=None,
            value=900,
            n_subjects=900,
            period_start=_YEARS[0],
        ),
    ],
    "dim_period": [
        {
            "period_type": "year",
            "period_start": start,
            "period_end": start.replace(month=12, day=31),
            "year_number": start.year,
            "month_number": 1,
            "period_name_nl": str(start.year),
            "is_closed": True,
        }
        for start in _YEARS
    ],
    "dim_region": [
        {"region_code": "GM0599", "region_kind": "gemeente", "region_name": "Rotterdam"},
        {"region_code": "NL00", "region_kind": "land", "region_name": "Nederland"},
    ],
    "dim_service": [{"service_code": "OUD", "service_name_nl": "Ouderenwerk"}],
    "dim_project": [{"project_code": "P1", "project_title": "Samen aan tafel"}],
    "dim_check": [
        {
            "check_id": "Q01",
            "name_nl": "Respons bekend en hoog genoeg",
            "rule_nl": "Van elk project is bekend hoeveel mensen de lijst kregen.",
            "remedy_nl": "Vul het aantal uitnodigingen in.",
            "owner": "teamleider",
            "severity": "flag",
            "measure_nl": "aandeel",
            "flag_threshold": 0.4,
            "floor_count": 20,
        }
    ],
    "check_result": [
        {
            "check_id": "Q01",
            "source_id": "enquete",
            "source_name": "enquete",
            "period_type": "delivery",
            "n_applicable": 500,
            "n_hit": 300,
            "share": 0.6,
            "threshold": 0.4,
            "state": "afgekeurd",
            "is_waived": False,
            "severity": "flag",
        }
    ],
    "measurement_kpi": [
        {
            "measurement_code": "OUD-2024",
            "kpi_id": "E4.1.1",
            "service_code": "OUD",
            "audience": "intern",
            "desired_direction": "omhoog",
            "target_value": 65,
            "target_on": date(2025, 12, 31),
        }
    ],
    "interpretation": [
        {
            "record_ref": "Duiding!2",
            "service_code": "OUD",
            "moment_on": date(2024, 12, 31),
            "session_on": date(2025, 1, 8),
            "interpretation_nl": "Een vaste dag helpt & blijft.",
            "unexpected_nl": "Enkele ouderen voelden zich juist meer alleen.",
            "figure_count": 4,
            "changed_count": 0,
        }
    ],
    "story": [
        {
            "story_id": "V1",
            "service_code": "OUD",
            "project_code": "P1",
            "kpi_id": "E4.1.1",
            "told_on": date(2024, 11, 12),
            "narrator_role": "deelnemer",
            "title_nl": "Weer aan tafel",
            "story_nl": "Ik at al een jaar alleen.",
            "consent_on": date(2024, 11, 12),
            "consent_purpose_nl": "jaarverhaal",
            "consent_medium": "intern",
            "consent_until": date(2026, 12, 31),
        }
    ],
    "action": [
        {
            "record_ref": "Afspraken!2",
            "service_code": "OUD",
            "moment_on": date(2024, 12, 31),
            "action_nl": "Iedereen een keer bellen.",
            "owner_nl": "ouderenwerker",
            "due_on": date(2025, 3, 1),
            "status_code": "open",
            "is_overdue": True,
        }
    ],
    "impact_chain": [
        _stage(
            1,
            "opgave",
            900,
            design="open_data",
            is_indicative=True,
            share=53.7,
            source_year=2020,
            kpi_id="I4.1.1",
            source="GGD'en, CBS en RIVM",
        ),
        _stage(2, "bereik", 160),
        _stage(3, "antwoord", 150, design="afterwards", response_rate=62, kpi_id="E4.1.1"),
        _stage(
            4,
            "effect",
            90,
            design="afterwards",
            denominator=150,
            value=60,
            unit="percentage",
            n_subjects=150,
            interval_low=52,
            interval_high=67.5,
            kpi_id="E4.1.1",
        ),
    ],
    "impact_card": [
        {
            "project_code": "P1",
            "phase_code": phase,
            "costs_eur": costs,
            "benefits_eur": benefits,
            "return_factor": benefits / costs,
            "hours_saved": 90,
            "lines_without_source": 0,
            "lines_without_amount": 0,
            "is_indicative": False,
            "reference_nl": "Ter vergelijking, geen uitkomst van dit project: gemiddeld 1,6.",
            "design": "registration",
            "unit": "count",
            "numerator": reach,
            "value": reach,
            "n_subjects": reach,
            "status": "getoond",
        }
        for phase, costs, benefits, reach in (
            ("prognose", 24000, 30000, 80),
            ("evaluatie", 25000, 27500, 4),
        )
    ],
    "impact_card_item": [
        {
            "project_code": "P1",
            "phase_code": "evaluatie",
            "line_number": 1,
            "kind_code": "kosten",
            "party_nl": "gemeente",
            "description_nl": "Begeleiding en zaal",
            "amount_eur": 25000,
            "source_nl": "Begroting",
            "is_indicative": False,
        }
    ],
    "dim_instrument": [
        *(
            {
                "instrument_id": "positieve_gezondheid",
                "instrument_version": "42",
                "dimension_code": code,
                "instrument_nl": "Positieve Gezondheid, spinnenweb",
                "dimension_nl": name,
                "sort_order": place,
                "scale_min": 0,
                "scale_max": 10,
                "shows_shift": False,
                "is_conversation_tool": True,
                "availability_nl": "schaal opgegeven",
                "source": "iPH",
                "notes": "Gespreksinstrument, geen KPI.",
            }
            for place, (code, name) in enumerate(_DIMENSIONS.items(), 1)
        ),
        {
            "instrument_id": "zrm",
            "instrument_version": "11",
            "instrument_nl": "Zelfredzaamheid-Matrix",
            "shows_shift": False,
            "is_conversation_tool": False,
            "availability_nl": "dimensies niet opgegeven",
        },
    ],
    "instrument_value": [
        row for place, code in enumerate(_DIMENSIONS) for row in _instrument(code, place)
    ],
    "dim_question": [
        {
            "questionnaire": "participant",
            "question_id": "4a2",
            "life_domain_code": "E4",
            "life_domain_nl": "Sociale relaties",
            "text_nl": "tekst niet beschikbaar",
            "text_status": "id_only",
            "kpi_ids": "E4.1.1",
        }
    ],
    "question_value": [
        _figure(
            question_id="4a2", numerator=90, denominator=150, interval_low=52, interval_high=67.5
        )
    ],
    "open_data_table": [
        {
            "table_id": "50090NED",
            "revision": date(2024, 1, 6),
            "is_newest": True,
            "title": "Gezondheid per wijk en buurt",
            "source_name": "GGD'en, CBS en RIVM",
            "licence": "Met bronvermelding",
            "retrieved_on": date(2025, 1, 6),
            "record_count": 10,
            "revised_count": 0,
        }
    ],
}
