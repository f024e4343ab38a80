with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

attendances as (

    select * from {{ ref('stg_ecd__attendances') }}

),

group_activities as (

    select * from {{ ref('stg_ecd__group_activities') }}
    where activity_id is not null
    qualify row_number() over (partition by activity_id order by source_id, record_ref) = 1

),

projects as (

    select * from {{ ref('stg_organisation__projects') }}

),

clients as (

    select * from {{ ref('int_clients') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

in_contact as (

    select
        coalesce(contacts.client_id, trajectories.client_id) as client_id,
        contacts.contact_on as reached_on,
        trajectories.service_code,
        contacts.team_code,
        cast(null as {{ dbt.type_string() }}) as project_code,
        trajectories.commissioner_code
    from contacts
    left join trajectories on contacts.trajectory_id = trajectories.trajectory_id

),

in_group as (

    select
        attendances.client_id,
        coalesce(attendances.attended_on, group_activities.held_on) as reached_on,
        group_activities.service_code,
        group_activities.team_code,
        group_activities.project_code,
        projects.commissioner_code
    from attendances
    left join group_activities on attendances.activity_id = group_activities.activity_id
    left join projects on group_activities.project_code = projects.project_code

),

meetings as (

    select * from in_contact
    union all
    select * from in_group

)

select
    meetings.client_id as subject_key,
    meetings.reached_on as observed_on,
    {{ unknown('clients.region_code') }} as region_code,
    {{ unknown('meetings.service_code') }} as service_code,
    {{ unknown('meetings.team_code') }} as team_code,
    meetings.project_code,
    {{ unknown('meetings.commissioner_code') }} as commissioner_code,
    {{ age_band('clients.birth_year', 'meetings.reached_on') }} as age_band
from meetings
cross join settings
left join clients on meetings.client_id = clients.client_id
where
    meetings.client_id is not null
    and meetings.reached_on <= settings.as_of
group by
    meetings.client_id,
    meetings.reached_on,
    clients.region_code,
    clients.birth_year,
    meetings.service_code,
    meetings.team_code,
    meetings.project_code,
    meetings.commissioner_code
