with

source as (

    select * from {{ source('ecd', 'trajectories') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    trajectory_id,
    client_id,
    service_code,
    team_code,
    worker_id,
    commissioner_code,
    intake_on,
    started_on,
    ended_on,
    end_reason_code,
    complexity_code
from source
where reject_reason is null
