with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}

),

attendances as (

    select * from {{ ref('int_attendances') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

visits as (

    select
        {{ subject_key('contact', "contacts.source_id || ':' || contacts.record_ref") }}
            as subject_key,
        contacts.contact_on as visited_on,
        {{ unknown('trajectories.service_code') }} as service_code,
        coalesce(trajectories.team_code, contacts.team_code, 'onbekend') as team_code,
        {{ not_applicable() }} as project_code,
        {{ unknown('trajectories.commissioner_code') }} as commissioner_code
    from contacts
    cross join settings
    left join trajectories on contacts.trajectory_id = trajectories.trajectory_id
    where
        contacts.client_id is null
        and trajectories.client_id is null
        and contacts.contact_on <= settings.as_of

    union all

    select
        {{ subject_key('attendance', "source_id || ':' || record_ref") }} as subject_key,
        attended_on as visited_on,
        service_code,
        team_code,
        project_code,
        commissioner_code
    from attendances
    where client_id is null

)

select
    subject_key,
    visited_on as observed_on,
    {{ not_applicable() }} as region_code,
    service_code,
    team_code,
    project_code,
    commissioner_code,
    {{ not_applicable() }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from visits
