with

source as (

    select * from {{ source('organisation', 'projects') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    project_code,
    title,
    aliases,
    service_code,
    team_code,
    area_code,
    commissioner_code,
    started_on,
    ended_on,
    reached_count,
    invited_count
from source
where reject_reason is null
