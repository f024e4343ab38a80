with

source as (

    select * from {{ source('ecd', 'help_requests') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    help_request_id,
    trajectory_id,
    client_id,
    help_request_code,
    requested_on
from source
where reject_reason is null
