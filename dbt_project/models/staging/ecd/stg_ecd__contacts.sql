with

source as (

    select * from {{ source('ecd', 'contacts') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    contact_id,
    trajectory_id,
    client_id,
    worker_id,
    team_code,
    contact_on,
    minutes,
    is_declarable
from source
where reject_reason is null
