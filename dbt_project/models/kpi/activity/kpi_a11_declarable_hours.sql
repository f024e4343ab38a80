with

worked_hours as (

    select * from {{ ref('stg_ecd__worked_hours') }}

),

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

worked_lines as (

    select
        worked_hours.worker_id,
        {{ month_of('worked_hours.month_start') }} as month_start,
        worked_hours.team_code,
        worked_hours.hours,
        row_number() over (
            partition by worked_hours.worker_id, {{ month_of('worked_hours.month_start') }}
            order by worked_hours.hours desc nulls last, worked_hours.team_code asc nulls last
        ) as line_rank
    from worked_hours
    cross join settings
    where
        worked_hours.month_start <= settings.as_of
        and worked_hours.worker_id is not null

),

worked as (

    select
        worker_id,
        month_start,
        max(case when line_rank = 1 then team_code end) as team_code,
        sum(hours) as hours
    from worked_lines
    group by worker_id, month_start
    having sum(hours) > 0

),

declarable as (

    select
        contacts.worker_id,
        {{ month_of('contacts.contact_on') }} as month_start,
        sum(contacts.minutes) as minutes
    from contacts
    cross join settings
    where
        contacts.is_declarable
        and contacts.contact_on <= settings.as_of
    group by contacts.worker_id, {{ month_of('contacts.contact_on') }}

)

select
    worked.worker_id as subject_key,
    worked.month_start as observed_on,
    {{ not_applicable() }} as region_code,
    {{ not_applicable() }} as service_code,
    {{ unknown('worked.team_code') }} as team_code,
    {{ not_applicable() }} as project_code,
    {{ not_applicable() }} as commissioner_code,
    {{ not_applicable() }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('coalesce(declarable.minutes, 0)') }} as numerator,
    {{ measure('worked.hours * 60') }} as denominator
from worked
left join declarable
    on
        worked.worker_id = declarable.worker_id
        and worked.month_start = declarable.month_start
