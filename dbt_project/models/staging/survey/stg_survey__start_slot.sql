with

source as (

    select * from {{ source('survey', 'start_slot') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    response_id,
    client_id,
    respondent_id,
    respondent_role,
    moment_code,
    filled_on,
    frequency_rank,
    burden_score,
    team_code,
    can_give_example,
    applies_skills
from source
where reject_reason is null
