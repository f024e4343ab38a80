with

lags as (

    select * from {{ ref('int_registration_lags') }}

),

lag_curve as (

    select * from {{ ref('int_lag_curve') }}

),

delivered_until as (

    select * from {{ ref('int_delivered_until') }}

),

months as (

    select * from {{ ref('int_months') }}

),

recent_months as (

    select
        delivered_until.source_id,
        months.month_start,
        {{ dbt.datediff('months.month_end', 'delivered_until.delivered_until', 'day') }}
            as days_after_month
    from delivered_until
    inner join months
        on
            delivered_until.delivered_until >= months.month_end
            and delivered_until.delivered_until < {{ dbt.dateadd('day', 90, 'months.month_end') }}

),

-- A team of which nothing has come in yet for the last month is in it by the month before.
recent_teams as (

    select
        lags.source_name,
        lags.table_name,
        lags.column_name,
        lags.source_id,
        lags.team_code
    from lags
    inner join recent_months
        on
            lags.source_id = recent_months.source_id
            and lags.month_start = recent_months.month_start
    group by
        lags.source_name,
        lags.table_name,
        lags.column_name,
        lags.source_id,
        lags.team_code

),

with_organisation as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code
    from recent_teams
    union all
    select
        source_name,
        table_name,
        column_name,
        source_id,
        '*' as team_code
    from recent_teams
    group by source_name, table_name, column_name, source_id

),

by_curve as (

    select
        with_organisation.source_name,
        with_organisation.table_name,
        with_organisation.column_name,
        with_organisation.source_id,
        with_organisation.team_code,
        recent_months.month_start,
        lag_curve.team_code as curve_of,
        lag_curve.reference_count,
        max(
            case
                when lag_curve.days_after_month <= recent_months.days_after_month
                    then lag_curve.recorded_count
                else 0
            end
        ) as recorded_count
    from with_organisation
    inner join recent_months on with_organisation.source_id = recent_months.source_id
    inner join lag_curve
        on
            with_organisation.source_name = lag_curve.source_name
            and with_organisation.table_name = lag_curve.table_name
            and with_organisation.column_name = lag_curve.column_name
            and with_organisation.source_id = lag_curve.source_id
            and lag_curve.team_code in (with_organisation.team_code, '*')
    group by
        with_organisation.source_name,
        with_organisation.table_name,
        with_organisation.column_name,
        with_organisation.source_id,
        with_organisation.team_code,
        recent_months.month_start,
        lag_curve.team_code,
        lag_curve.reference_count

),

-- The curve of the team itself, or with too few rows that of the whole organisation.
nearest_curve as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        month_start,
        reference_count,
        recorded_count
    from by_curve
    where curve_of = '*' or reference_count >= 100
    qualify row_number() over (
        partition by source_name, table_name, column_name, source_id, team_code, month_start
        order by case when curve_of = '*' then 1 else 0 end
    ) = 1

)

select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    'month' as period_type,
    month_start as period_start,
    reference_count as n_applicable,
    reference_count - recorded_count as n_hit,
    cast(
        cast(reference_count - recorded_count as double) / reference_count as decimal(18, 4)
    ) as measure
from nearest_curve
