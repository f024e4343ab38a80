with

answers as (

    select * from {{ ref('int_survey_answers') }}

),

scales as (

    select * from {{ ref('stg_survey__answer_scales') }}

),

regions as (

    select * from {{ ref('int_regions') }}

)

select
    answers.question_id,
    answers.design,
    coalesce(answers.scale_id, 'geen') as scale_id,
    coalesce(answers.answer_code, 'overgeslagen') as answer_code,
    -- Without a scale every answer counts but the one that says that the question does not apply.
    case
        when answers.answer_code is null then false
        when answers.scale_id is null then answers.answer_code <> 'nvt'
        else coalesce(scales.is_counting, false)
    end as is_counting,
    answers.subject_key,
    {{ unknown('regions.municipality_code') }} as municipality_code,
    answers.service_code,
    answers.team_code,
    answers.project_code,
    'max' as per_subject,
    false as per_age_band_only,
    {{ placed_in_periods('answers.completed_on', "'flow'", "'year,quarter,month'") }}
from answers
left join scales
    on
        answers.source_id = scales.source_id
        and answers.scale_id = scales.scale_id
        and answers.answer_code = scales.answer_code
left join regions on answers.area_code = regions.region_code
