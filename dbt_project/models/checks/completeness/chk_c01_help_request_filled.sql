with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}

),

help_requests as (

    select * from {{ ref('stg_ecd__help_requests') }}
    where help_request_code is not null

),

trajectories_with_help_request as (

    select trajectory_id
    from help_requests
    group by trajectory_id

)

-- The row to mend is the trajectory; the column that lacks something is that of the help request.
select
    'ecd' as source_name,
    'help_requests' as table_name,
    'help_request_code' as column_name,
    trajectories.record_ref,
    trajectories.source_id,
    trajectories.team_code,
    trajectories.service_code,
    coalesce(trajectories.started_on, trajectories.intake_on, trajectories.recorded_on)
        as occurred_on,
    trajectories.client_id,
    trajectories.trajectory_id,
    trajectories.worker_id,
    {{ not_applicable() }} as response_id,
    trajectories_with_help_request.trajectory_id is null as is_hit
from trajectories
left join trajectories_with_help_request
    on trajectories.trajectory_id = trajectories_with_help_request.trajectory_id
