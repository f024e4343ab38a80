with

contacts as (

    select * from {{ ref('stg_ecd__contacts') }}
    where
        worker_id is not null
        and contact_on is not null
        and minutes is not null

),

workers as (

    select * from {{ ref('stg_ecd__workers') }}

),

contracts as (

    select
        worker_id,
        max(contract_hours) as contract_hours
    from workers
    group by worker_id

),

days as (

    select
        worker_id,
        contact_on,
        cast({{ dbt.date_trunc('week', 'contact_on') }} as date) as week_start,
        sum(minutes) as day_minutes,
        min(source_id || ':' || record_ref) as first_row
    from contacts
    group by
        worker_id,
        contact_on,
        cast({{ dbt.date_trunc('week', 'contact_on') }} as date)

),

weeks as (

    select
        worker_id,
        week_start,
        sum(day_minutes) as week_minutes
    from days
    group by worker_id, week_start

),

-- More than 12 hours in the day, or more than 1.3 times the hours of the contract in its week.
judged as (

    select
        days.worker_id,
        days.contact_on,
        days.first_row,
        days.day_minutes > 12 * 60
        or coalesce(weeks.week_minutes > 1.3 * 60 * contracts.contract_hours, false) as is_hit
    from days
    inner join weeks
        on
            days.worker_id = weeks.worker_id
            and days.week_start = weeks.week_start
    left join contracts on days.worker_id = contracts.worker_id

)

select
    'ecd' as source_name,
    'contacts' as table_name,
    'minutes' as column_name,
    contacts.record_ref,
    contacts.source_id,
    contacts.team_code,
    {{ not_applicable() }} as service_code,
    contacts.contact_on as occurred_on,
    contacts.client_id,
    contacts.trajectory_id,
    contacts.worker_id,
    {{ not_applicable() }} as response_id,
    judged.is_hit,
    contacts.source_id || ':' || contacts.record_ref = judged.first_row as is_counted
from contacts
inner join judged
    on
        contacts.worker_id = judged.worker_id
        and contacts.contact_on = judged.contact_on
