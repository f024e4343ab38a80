with

source as (

    select * from {{ source('ecd', 'workers') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    worker_id,
    team_code,
    employed_from,
    employed_until,
    contract_hours
from source
where reject_reason is null
