with

group_activities as (

    select * from {{ ref('stg_ecd__group_activities') }}

),

projects as (

    select * from {{ ref('stg_organisation__projects') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

projects_once as (

    select
        project_code,
        service_code,
        team_code,
        area_code,
        commissioner_code
    from projects
    where project_code is not null
    qualify row_number() over (partition by project_code order by source_id, record_ref) = 1

),

held as (

    select
        group_activities.activity_id,
        group_activities.held_on,
        group_activities.project_code,
        group_activities.service_code,
        group_activities.team_code,
        group_activities.minutes,
        group_activities.worker_count
    from group_activities
    cross join settings
    where
        group_activities.activity_id is not null
        and group_activities.held_on <= settings.as_of
    qualify row_number() over (
        partition by group_activities.activity_id
        order by group_activities.source_id, group_activities.record_ref
    ) = 1

)

select
    held.activity_id,
    held.held_on,
    {{ unknown('held.project_code') }} as project_code,
    coalesce(held.service_code, projects_once.service_code, 'onbekend') as service_code,
    coalesce(held.team_code, projects_once.team_code, 'onbekend') as team_code,
    {{ unknown('projects_once.commissioner_code') }} as commissioner_code,
    {{ unknown('projects_once.area_code') }} as region_code,
    cast(coalesce(held.minutes * held.worker_count, 0) as bigint) as worker_minutes
from held
left join projects_once on held.project_code = projects_once.project_code
