with

registrations as (

    select * from {{ ref('int_registrations') }}
    where
        table_name = 'contacts'
        and happened_on is not null
        and not is_rejected

),

trajectories as (

    select * from {{ ref('int_trajectories') }}
    where started_on is not null

)

select
    registrations.source_name,
    registrations.table_name,
    registrations.date_column as column_name,
    registrations.record_ref,
    registrations.source_id,
    registrations.team_code,
    registrations.service_code,
    registrations.happened_on as occurred_on,
    registrations.client_id,
    registrations.trajectory_id,
    registrations.worker_id,
    registrations.response_id,
    registrations.happened_on < {{ dbt.dateadd('day', -7, 'trajectories.started_on') }}
    or coalesce(
        registrations.happened_on > {{ dbt.dateadd('day', 7, 'trajectories.ended_on') }},
        false
    ) as is_hit
from registrations
inner join trajectories on registrations.trajectory_id = trajectories.trajectory_id
