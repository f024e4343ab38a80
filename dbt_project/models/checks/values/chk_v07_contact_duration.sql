with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}
    where minutes is not null

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

)

select
    'ecd' as source_name,
    'contacts' as table_name,
    'minutes' as column_name,
    contacts.record_ref,
    contacts.source_id,
    coalesce(contacts.team_code, trajectories.team_code) as team_code,
    trajectories.service_code,
    coalesce(contacts.contact_on, contacts.recorded_on) as occurred_on,
    contacts.client_id,
    contacts.trajectory_id,
    contacts.worker_id,
    {{ not_applicable() }} as response_id,
    contacts.minutes not between 1 and 24 * 60 as is_hit
from contacts
left join trajectories on contacts.trajectory_id = trajectories.trajectory_id
