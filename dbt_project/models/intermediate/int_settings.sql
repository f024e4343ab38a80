with

settings as (

    select * from {{ ref('stg_run__settings') }}

),

pivoted as (

    select
        max(case when name = 'as_of' then value end) as as_of,
        max(case when name = 'month_close_days' then value end) as month_close_days,
        max(case when name = 'caseload_unit' then value end) as caseload_unit,
        max(case when name = 'fte_hours_per_week' then value end) as fte_hours_per_week,
        max(case when name = 'social_legal_aid_service' then value end)
            as social_legal_aid_service,
        max(case when name = 'debt_domain_code' then value end) as debt_domain_code,
        max(case when name = 'school_social_work_service' then value end)
            as school_social_work_service,
        max(case when name = 'censoring_end_reasons' then value end) as censoring_end_reasons,
        max(case when name = 'positive_answer_source' then value end) as positive_answer_source,
        max(case when name = 'cultural_background_ground' then value end)
            as cultural_background_ground,
        max(case when name = 'days_without_contact' then value end) as days_without_contact
    from settings

)

select
    cast(as_of as date) as as_of,
    cast(coalesce(month_close_days, '30') as integer) as month_close_days,
    coalesce(caseload_unit, 'persons') as caseload_unit,
    cast(coalesce(fte_hours_per_week, '36') as decimal(18, 2)) as fte_hours_per_week,
    coalesce(social_legal_aid_service, 'SRW') as social_legal_aid_service,
    coalesce(debt_domain_code, 'financieel_rondkomen_schulden_beslag') as debt_domain_code,
    coalesce(school_social_work_service, 'SMW') as school_social_work_service,
    coalesce(censoring_end_reasons, 'verhuisd,overleden') as censoring_end_reasons,
    coalesce(positive_answer_source, 'scale') as positive_answer_source,
    nullif(trim(cultural_background_ground), '') as cultural_background_ground,
    cast(coalesce(days_without_contact, '180') as integer) as days_without_contact
from pivoted
