with

source as (

    select * from {{ source('ecd', 'complexity_history') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    trajectory_id,
    valid_from,
    complexity_code
from source
where reject_reason is null
