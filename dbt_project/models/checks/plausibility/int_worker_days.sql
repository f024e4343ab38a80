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
        sum(minutes) as minutes,
        min(source_id) as source_id,
        min(team_code) as team_code
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
        sum(minutes) as minutes
    from days
    group by worker_id, week_start

)

select
    days.worker_id,
    days.contact_on,
    days.source_id,
    days.team_code,
    cast(days.minutes as bigint) as day_minutes,
    cast(weeks.minutes as bigint) as week_minutes,
    contracts.contract_hours
from days
inner join weeks
    on
        days.worker_id = weeks.worker_id
        and days.week_start = weeks.week_start
left join contracts on days.worker_id = contracts.worker_id
