with

source as (

    select * from {{ source('ecd', 'attendances') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    attendance_id,
    activity_id,
    client_id,
    attended_on
from source
where reject_reason is null
