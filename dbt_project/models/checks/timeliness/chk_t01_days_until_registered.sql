with

lags as (

    select * from {{ ref('int_registration_lags') }}

),

with_organisation as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        month_start,
        lag_days,
        row_count
    from lags
    union all
    select
        source_name,
        table_name,
        column_name,
        source_id,
        '*' as team_code,
        month_start,
        lag_days,
        row_count
    from lags

),

by_slice as (

    {% for period_type in ['month', 'year'] %}
    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        '{{ period_type }}' as period_type,
        cast({{ dbt.date_trunc(period_type, 'month_start') }} as date) as period_start,
        lag_days,
        sum(row_count) as row_count
    from with_organisation
    group by
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        cast({{ dbt.date_trunc(period_type, 'month_start') }} as date),
        lag_days
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

running as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        period_type,
        period_start,
        lag_days,
        row_count,
        sum(row_count) over (
            partition by
                source_name, table_name, column_name, source_id,
                team_code, period_type, period_start
            order by lag_days
            rows between unbounded preceding and current row
        ) as count_so_far,
        sum(row_count) over (
            partition by
                source_name, table_name, column_name, source_id,
                team_code, period_type, period_start
        ) as slice_count
    from by_slice

)

-- The 90th percentile is the shortest lag within which 90 % of the rows was there.
select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    period_type,
    period_start,
    cast(sum(row_count) as bigint) as n_applicable,
    cast(sum(case when lag_days > 14 then row_count else 0 end) as bigint) as n_hit,
    cast(
        min(case when 10 * count_so_far >= 9 * slice_count then lag_days end) as decimal(18, 4)
    ) as measure
from running
group by source_name, table_name, column_name, source_id, team_code, period_type, period_start
