"""What the report asks of impact.duckdb; every answer has a total order."""

RUN = "select * from run"

KPIS = """
select * from dim_kpi
order by
    array_position(['impact', 'effect', 'activity', 'own'], layer), parent_code nulls last, kpi_id
"""

# What a figure is of by name, behind its own columns.
NAMED = """
    dim_period.period_name_nl,
    dim_period.period_end,
    coalesce(dim_region.region_name, kpi_value.region_code) as region_name,
    coalesce(dim_service.service_name_nl, kpi_value.service_code) as service_name_nl
from kpi_value
inner join dim_period using (period_type, period_start)
left join dim_region on kpi_value.region_code = dim_region.region_code
left join dim_service on kpi_value.service_code = dim_service.service_code
"""

# Teams and projects are left to their own pages: beside each other they would read as a ranking.
FIGURES = f"""
select
    kpi_value.*,
    {NAMED}
where kpi_value.period_type in ('year', 'quarter') and kpi_value.breakdown in (
    'total', 'municipality', 'service', 'age_band', 'respondent_role',
    'country', 'country_age_band', 'municipality_age_band'
)
order by
    kpi_value.kpi_id, kpi_value.design,
    array_position(['year', 'quarter'], kpi_value.period_type), kpi_value.period_start,
    array_position(
        [
            'total', 'country', 'country_age_band', 'municipality', 'municipality_age_band',
            'service', 'age_band', 'respondent_role'
        ], kpi_value.breakdown
    ),
    kpi_value.age_band nulls first, kpi_value.region_code, kpi_value.service_code,
    kpi_value.respondent_role
"""

CHECKS = "select check_id, name_nl, rule_nl from dim_check order by check_id"

CHOSEN = """
select
    measurement_kpi.*,
    coalesce(dim_service.service_name_nl, measurement_kpi.service_code) as service_name_nl
from measurement_kpi
left join dim_service using (service_code)
order by measurement_kpi.kpi_id, measurement_kpi.measurement_code
"""

INTERPRETATIONS = """
select
    interpretation.*,
    coalesce(dim_service.service_name_nl, interpretation.service_code, 'alle werksoorten')
        as service_name_nl,
    coalesce(dim_region.region_name, interpretation.area_code, 'alle gebieden') as area_name
from interpretation
left join dim_service using (service_code)
left join dim_region on interpretation.area_code = dim_region.region_code
order by
    interpretation.moment_on desc, interpretation.service_code nulls first,
    interpretation.area_code nulls first, interpretation.record_ref
"""

STORIES = """
select
    story.*,
    dim_service.service_name_nl,
    coalesce(dim_region.region_name, story.area_code) as area_name,
    dim_project.project_title
from story
left join dim_service using (service_code)
left join dim_region on story.area_code = dim_region.region_code
left join dim_project on story.project_code = dim_project.project_code
where story.consent_medium in ('intern', 'opdrachtgever', 'openbaar')
order by story.told_on desc, story.story_id
"""

ACTIONS = """
select
    action.*,
    coalesce(dim_service.service_name_nl, action.service_code, 'alle werksoorten')
        as service_name_nl
from action
left join dim_service using (service_code)
order by action.due_on, action.record_ref
"""

CHAINS = """
select
    impact_chain.*,
    coalesce(dim_region.region_name, impact_chain.area_code) as area_name,
    coalesce(dim_service.service_name_nl, impact_chain.service_code) as service_name_nl,
    dim_kpi.name_nl
from impact_chain
left join dim_region on impact_chain.area_code = dim_region.region_code
left join dim_service on impact_chain.service_code = dim_service.service_code
left join dim_kpi on impact_chain.kpi_id = dim_kpi.kpi_id
order by impact_chain.chain_code, impact_chain.year_number, impact_chain.stage_number
"""

CARDS = """
select impact_card.*, coalesce(dim_project.project_title, impact_card.project_code) as project_title
from impact_card
left join dim_project using (project_code)
order by impact_card.project_code, array_position(['prognose', 'evaluatie'], impact_card.phase_code)
"""

CARD_ITEMS = """
select * from impact_card_item
order by project_code, array_position(['prognose', 'evaluatie'], phase_code), line_number
"""

INSTRUMENTS = """
select * from dim_instrument
order by instrument_id, instrument_version, sort_order, dimension_code
"""

INSTRUMENT_VALUES = """
select instrument_value.*, dim_period.period_name_nl, dim_period.period_end
from instrument_value
inner join dim_period using (period_type, period_start)
where instrument_value.breakdown = 'total' and instrument_value.period_type = 'year'
order by
    instrument_value.instrument_id, instrument_value.instrument_version, instrument_value.design,
    instrument_value.period_start, instrument_value.dimension_code, instrument_value.kind,
    try_cast(instrument_value.outcome_code as integer), instrument_value.outcome_code
"""

QUESTIONS = """
select * from dim_question order by array_position(
    ['participant', 'professional', 'bonus'], questionnaire
), question_id
"""

QUESTION_VALUES = """
select question_value.*, dim_period.period_name_nl, dim_period.period_end
from question_value
inner join dim_period using (period_type, period_start)
where question_value.breakdown = 'total' and question_value.period_type = 'year'
order by question_value.question_id, question_value.design, question_value.period_start
"""

OPEN_DATA = """
select * from open_data_table where is_newest order by table_id, revision
"""
