with

source as (

    select * from {{ source('ecd', 'budget_requests') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    request_id,
    trajectory_id,
    client_id,
    requested_on,
    decided_on,
    requested_eur,
    granted_eur
from source
where reject_reason is null
