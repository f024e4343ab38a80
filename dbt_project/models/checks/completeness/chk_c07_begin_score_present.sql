with

measured_trajectories as (

    select * from {{ ref('int_measured_trajectories') }}

)

-- The row to mend is the trajectory; what it lacks is a list. That has no number, so the one of the
-- trajectory stands for it: then a figure that counts lists knows that one was left out.
select
    'survey' as source_name,
    case design when 'start_slot' then 'start_slot' else 'instrument_scores' end as table_name,
    case design when 'start_slot' then 'burden_score' else 'score' end as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    started_on as occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    trajectory_id as response_id,
    not has_begin as is_hit
from measured_trajectories
