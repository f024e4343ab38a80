with

source as (

    select * from {{ source('meetplan', 'roadmap_steps') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    measurement_code,
    roadmap_code,
    step_number,
    status_code,
    done_on
from source
where reject_reason is null
