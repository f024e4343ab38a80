with

registrations as (

    select * from {{ ref('int_registrations') }}
    where
        date_column in ('contact_on', 'started_on')
        and happened_on is not null
        and recorded_on is not null
        and not is_rejected

),

lags as (

    select
        source_name,
        table_name,
        date_column as column_name,
        source_id,
        {{ unknown('team_code') }} as team_code,
        {{ month_of('happened_on') }} as month_start,
        {{ dbt.datediff('happened_on', 'recorded_on', 'day') }} as lag_days,
        greatest(
            {{ dbt.datediff(dbt.last_day('happened_on', 'month'), 'recorded_on', 'day') }}, 0
        ) as days_after_month
    from registrations

)

select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    month_start,
    lag_days,
    days_after_month,
    count(*) as row_count
from lags
group by
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    month_start,
    lag_days,
    days_after_month
