with

source as (

    select * from {{ source('ecd', 'worked_hours') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    worked_hours_id,
    worker_id,
    team_code,
    month_start,
    hours
from source
where reject_reason is null
