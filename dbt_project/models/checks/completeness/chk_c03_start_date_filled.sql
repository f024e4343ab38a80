with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}

),

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}

),

first_contacts as (

    select
        trajectory_id,
        min(contact_on) as contact_on
    from contacts
    group by trajectory_id

)

-- Without contact and not closed either: on the waiting list, where no start date is due.
select
    'ecd' as source_name,
    'trajectories' as table_name,
    'started_on' as column_name,
    trajectories.record_ref,
    trajectories.source_id,
    trajectories.team_code,
    trajectories.service_code,
    coalesce(
        trajectories.started_on,
        first_contacts.contact_on,
        trajectories.ended_on,
        trajectories.recorded_on
    ) as occurred_on,
    trajectories.client_id,
    trajectories.trajectory_id,
    trajectories.worker_id,
    {{ not_applicable() }} as response_id,
    trajectories.started_on is null as is_hit
from trajectories
left join first_contacts on trajectories.trajectory_id = first_contacts.trajectory_id
where
    trajectories.started_on is not null
    or trajectories.ended_on is not null
    or trajectories.end_reason_code is not null
    or first_contacts.trajectory_id is not null
