with

source as (

    select * from {{ source('ecd', 'support_forms') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    support_id,
    trajectory_id,
    client_id,
    support_code,
    provided_on,
    is_realised
from source
where reject_reason is null
