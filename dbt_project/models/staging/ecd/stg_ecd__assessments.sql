with

source as (

    select * from {{ source('ecd', 'assessments') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    assessment_id,
    trajectory_id,
    client_id,
    assessor_role,
    assessed_on,
    is_right_first_time
from source
where reject_reason is null
