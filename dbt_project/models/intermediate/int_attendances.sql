with

attendances as (

    select * from {{ ref('stg_ecd__attendances') }}

),

group_meetings as (

    select * from {{ ref('int_group_meetings') }}

),

clients as (

    select * from {{ ref('int_clients') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

dated as (

    select
        attendances.source_id,
        attendances.record_ref,
        attendances.activity_id,
        attendances.client_id,
        coalesce(attendances.attended_on, group_meetings.held_on) as attended_on,
        group_meetings.project_code,
        group_meetings.service_code,
        group_meetings.team_code,
        group_meetings.commissioner_code
    from attendances
    left join group_meetings on attendances.activity_id = group_meetings.activity_id

)

select
    dated.source_id,
    dated.record_ref,
    dated.activity_id,
    dated.client_id,
    dated.attended_on,
    {{ unknown('dated.project_code') }} as project_code,
    {{ unknown('dated.service_code') }} as service_code,
    {{ unknown('dated.team_code') }} as team_code,
    {{ unknown('dated.commissioner_code') }} as commissioner_code,
    case when dated.client_id is not null then {{ unknown('clients.region_code') }} end
        as region_code,
    clients.birth_year
from dated
cross join settings
left join clients on dated.client_id = clients.client_id
where dated.attended_on <= settings.as_of
