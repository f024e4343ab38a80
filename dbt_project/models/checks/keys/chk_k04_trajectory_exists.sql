with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

)

-- Without client and trajectory a contact is anonymous, as group work is.
select
    'ecd' as source_name,
    'contacts' as table_name,
    'trajectory_id' as column_name,
    contacts.record_ref,
    contacts.source_id,
    coalesce(contacts.team_code, trajectories.team_code) as team_code,
    trajectories.service_code,
    coalesce(contacts.contact_on, contacts.recorded_on) as occurred_on,
    contacts.client_id,
    contacts.trajectory_id,
    contacts.worker_id,
    {{ not_applicable() }} as response_id,
    trajectories.trajectory_id is null as is_hit
from contacts
left join trajectories on contacts.trajectory_id = trajectories.trajectory_id
where
    contacts.trajectory_id is not null
    or contacts.client_id is not null
