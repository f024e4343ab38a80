with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}
    where end_reason_code is null

),

contacts as (

    select * from {{ ref('int_contacts_by_trajectory_month') }}

),

limits as (

    select * from {{ ref('int_service_limits') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

last_contacts as (

    select
        trajectory_id,
        max(last_contact_on) as last_contact_on
    from contacts
    group by trajectory_id

),

open_trajectories as (

    select
        trajectories.record_ref,
        trajectories.source_id,
        trajectories.team_code,
        trajectories.service_code,
        trajectories.client_id,
        trajectories.trajectory_id,
        trajectories.worker_id,
        settings.as_of,
        settings.days_without_contact,
        case
            when last_contacts.last_contact_on > trajectories.started_on
                then last_contacts.last_contact_on
            else trajectories.started_on
        end as quiet_since
    from trajectories
    cross join settings
    left join last_contacts on trajectories.trajectory_id = last_contacts.trajectory_id
    where
        trajectories.started_on <= settings.as_of
        and {{ end_or_never('trajectories.ended_on') }} > settings.as_of

)

-- What lacks is probably the end.
select
    'ecd' as source_name,
    'trajectories' as table_name,
    'ended_on' as column_name,
    open_trajectories.record_ref,
    open_trajectories.source_id,
    open_trajectories.team_code,
    open_trajectories.service_code,
    open_trajectories.as_of as occurred_on,
    open_trajectories.client_id,
    open_trajectories.trajectory_id,
    open_trajectories.worker_id,
    {{ not_applicable() }} as response_id,
    {{ dbt.datediff('open_trajectories.quiet_since', 'open_trajectories.as_of', 'day') }}
    > coalesce(limits.days_without_contact, open_trajectories.days_without_contact) as is_hit
from open_trajectories
left join limits on open_trajectories.service_code = limits.service_code
