with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

contacts as (

    select * from {{ ref('int_contacts_by_trajectory_month') }}

),

projects as (

    select * from {{ ref('stg_organisation__projects') }}

),

group_activities as (

    select * from {{ ref('stg_ecd__group_activities') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

minutes_by_trajectory as (

    select
        trajectory_id,
        sum(minutes) as minutes
    from contacts
    group by trajectory_id

),

minutes_by_project as (

    select
        group_activities.project_code,
        sum(group_activities.minutes * group_activities.worker_count) as minutes
    from group_activities
    cross join settings
    where group_activities.held_on <= settings.as_of
    group by group_activities.project_code

),

interventions as (

    select
        {{ subject_key('trajectory', 'trajectories.trajectory_id') }} as subject_key,
        trajectories.ended_on as observed_on,
        trajectories.region_code,
        trajectories.service_code,
        trajectories.team_code,
        {{ not_applicable() }} as project_code,
        trajectories.commissioner_code,
        {{ age_band('trajectories.birth_year', 'trajectories.ended_on') }} as age_band,
        coalesce(minutes_by_trajectory.minutes, 0) as minutes
    from trajectories
    cross join settings
    left join minutes_by_trajectory
        on trajectories.trajectory_id = minutes_by_trajectory.trajectory_id
    where trajectories.ended_on <= settings.as_of

    union all

    select
        {{ subject_key('project', 'projects.project_code') }} as subject_key,
        projects.ended_on as observed_on,
        {{ unknown('projects.area_code') }} as region_code,
        {{ unknown('projects.service_code') }} as service_code,
        {{ unknown('projects.team_code') }} as team_code,
        projects.project_code,
        {{ unknown('projects.commissioner_code') }} as commissioner_code,
        {{ not_applicable() }} as age_band,
        coalesce(minutes_by_project.minutes, 0) as minutes
    from projects
    cross join settings
    inner join minutes_by_project on projects.project_code = minutes_by_project.project_code
    where projects.ended_on <= settings.as_of

)

select
    subject_key,
    observed_on,
    region_code,
    service_code,
    team_code,
    project_code,
    commissioner_code,
    age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('minutes') }} as numerator,
    {{ measure('1') }} as denominator
from interventions
