with

measured_trajectories as (

    select * from {{ ref('int_measured_trajectories') }}

)

-- The row to mend is the trajectory; what it lacks is a list of scores.
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
    {{ not_applicable() }} as response_id,
    not has_begin as is_hit
from measured_trajectories
