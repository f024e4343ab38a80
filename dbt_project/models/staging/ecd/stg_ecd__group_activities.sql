with

source as (

    select * from {{ source('ecd', 'group_activities') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    activity_id,
    project_code,
    service_code,
    team_code,
    held_on,
    minutes,
    worker_count
from source
where reject_reason is null
