with

measured_trajectories as (

    select * from {{ ref('int_measured_trajectories') }}
    where ended_on is not null

)

-- The number of the trajectory stands for the list that is not there (C07). The rank is read where
-- start and slot are compared, and not where only starts are.
select
    'survey' as source_name,
    case design when 'start_slot' then 'start_slot' else 'instrument_scores' end as table_name,
    case design when 'start_slot' then 'frequency_rank' else 'score' end as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    ended_on as occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    trajectory_id as response_id,
    not has_end as is_hit
from measured_trajectories
