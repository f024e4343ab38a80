with

registered_rows as (

    select * from {{ ref('int_registered_rows') }}
    where
        happened_on is not null
        and not is_rejected
        -- The hours of a month are booked on its first day.
        and table_name <> 'worked_hours'

),

registrations as (

    select * from {{ ref('int_registrations') }}
    where
        happened_on is not null
        and not is_rejected

),

clients as (

    select * from {{ ref('int_clients') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

by_year as (

    select
        source_id,
        table_name,
        date_column,
        cast({{ dbt.date_trunc('year', 'happened_on') }} as date) as first_of_january,
        sum(
            case
                when happened_on = cast({{ dbt.date_trunc('year', 'happened_on') }} as date) then 1
                else 0
            end
        ) as on_first_of_january,
        count(*) as in_year
    from registered_rows
    group by
        source_id,
        table_name,
        date_column,
        cast({{ dbt.date_trunc('year', 'happened_on') }} as date)

),

-- Five times as many as on another day: 1 January was filled in where the day was not known.
spikes as (

    select
        source_id,
        table_name,
        date_column,
        first_of_january
    from by_year
    where
        on_first_of_january >= 10
        and 365 * on_first_of_january > 5 * in_year

),

judged as (

    select
        registrations.source_name,
        registrations.table_name,
        registrations.date_column,
        registrations.record_ref,
        registrations.source_id,
        registrations.team_code,
        registrations.service_code,
        registrations.happened_on,
        registrations.recorded_on,
        registrations.client_id,
        registrations.trajectory_id,
        registrations.worker_id,
        registrations.response_id,
        registrations.happened_on < cast('2000-01-01' as date)
        or coalesce(
            {{ year_of('registrations.happened_on') }} < clients.birth_year, false
        ) as is_too_early,
        spikes.first_of_january is not null as is_default_day
    from registrations
    left join clients on registrations.client_id = clients.client_id
    left join spikes
        on
            registrations.source_id = spikes.source_id
            and registrations.table_name = spikes.table_name
            and registrations.date_column = spikes.date_column
            and registrations.happened_on = spikes.first_of_january

)

-- A date that cannot be places the row in no period; the day of registration does.
select
    judged.source_name,
    judged.table_name,
    judged.date_column as column_name,
    judged.record_ref,
    judged.source_id,
    judged.team_code,
    judged.service_code,
    case
        when not judged.is_too_early then judged.happened_on
        when judged.recorded_on >= cast('2000-01-01' as date) then judged.recorded_on
        else settings.as_of
    end as occurred_on,
    judged.client_id,
    judged.trajectory_id,
    judged.worker_id,
    judged.response_id,
    judged.is_too_early or judged.is_default_day as is_hit
from judged
cross join settings
