with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}
    where end_reason_code is null

),

contacts as (

    select * from {{ ref('int_contacts_by_trajectory_month') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

trajectories_with_contact as (

    select trajectory_id
    from contacts
    group by trajectory_id

)

-- The row to mend is the trajectory; what it lacks is a contact. A contact may be registered a
-- fortnight late (T01).
select
    'ecd' as source_name,
    'contacts' as table_name,
    'contact_on' as column_name,
    trajectories.record_ref,
    trajectories.source_id,
    trajectories.team_code,
    trajectories.service_code,
    settings.as_of as occurred_on,
    trajectories.client_id,
    trajectories.trajectory_id,
    trajectories.worker_id,
    {{ not_applicable() }} as response_id,
    trajectories_with_contact.trajectory_id is null as is_hit
from trajectories
cross join settings
left join trajectories_with_contact
    on trajectories.trajectory_id = trajectories_with_contact.trajectory_id
where
    trajectories.started_on <= {{ dbt.dateadd('day', -14, 'settings.as_of') }}
    and {{ end_or_never('trajectories.ended_on') }} > settings.as_of
