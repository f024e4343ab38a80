with

source as (

    select * from {{ source('survey', 'answers') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    response_id,
    questionnaire,
    project_title,
    completed_on,
    duration_seconds,
    respondent_role,
    age_band,
    cultural_background,
    question_id,
    scale_id,
    answer_code
from source
where reject_reason is null
