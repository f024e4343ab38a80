with

registered as (

    select * from {{ ref('int_registered_rows') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

group_activities as (

    select * from {{ ref('stg_ecd__group_activities') }}

),

activities as (

    select
        activity_id,
        min(team_code) as team_code,
        min(service_code) as service_code
    from group_activities
    group by activity_id

)

-- What has no team of its own belongs to the team of its trajectory or meeting.
select
    registered.source_name,
    registered.table_name,
    registered.date_column,
    registered.happened_on,
    registered.is_main_date,
    registered.recorded_on,
    registered.record_ref,
    registered.source_id,
    registered.is_rejected,
    coalesce(registered.team_code, trajectories.team_code, activities.team_code) as team_code,
    coalesce(registered.service_code, trajectories.service_code, activities.service_code)
        as service_code,
    registered.client_id,
    registered.trajectory_id,
    registered.worker_id,
    registered.response_id
from registered
left join trajectories on registered.trajectory_id = trajectories.trajectory_id
left join activities on registered.activity_id = activities.activity_id
