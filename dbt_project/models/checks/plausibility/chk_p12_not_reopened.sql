with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}
    where
        client_id is not null
        and service_code is not null
        and started_on is not null

),

followed as (

    select
        *,
        lead(started_on) over (
            partition by client_id, service_code order by started_on, trajectory_id, source_id
        ) as next_started_on
    from trajectories

)

select
    'ecd' as source_name,
    'trajectories' as table_name,
    'ended_on' as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    ended_on as occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    {{ not_applicable() }} as response_id,
    coalesce(
        next_started_on between ended_on and {{ dbt.dateadd('day', 14, 'ended_on') }}, false
    ) as is_hit
from followed
where ended_on is not null
