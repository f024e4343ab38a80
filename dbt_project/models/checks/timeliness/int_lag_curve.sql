-- Complete is a month three months after its end; the newest twelve show how it goes nowadays.
with

lags as (

    select * from {{ ref('int_registration_lags') }}

),

delivered_until as (

    select * from {{ ref('int_delivered_until') }}

),

months as (

    select * from {{ ref('int_months') }}

),

complete_months as (

    select
        delivered_until.source_id,
        months.month_start
    from delivered_until
    inner join months
        on delivered_until.delivered_until >= {{ dbt.dateadd('day', 90, 'months.month_end') }}
    qualify row_number() over (
        partition by delivered_until.source_id order by months.month_start desc
    ) <= 12

),

per_team as (

    select
        lags.source_name,
        lags.table_name,
        lags.column_name,
        lags.source_id,
        lags.team_code,
        lags.days_after_month,
        sum(lags.row_count) as row_count
    from lags
    inner join complete_months
        on
            lags.source_id = complete_months.source_id
            and lags.month_start = complete_months.month_start
    group by
        lags.source_name,
        lags.table_name,
        lags.column_name,
        lags.source_id,
        lags.team_code,
        lags.days_after_month

),

with_organisation as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        days_after_month,
        row_count
    from per_team
    union all
    select
        source_name,
        table_name,
        column_name,
        source_id,
        '*' as team_code,
        days_after_month,
        sum(row_count) as row_count
    from per_team
    group by source_name, table_name, column_name, source_id, days_after_month

)

select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    days_after_month,
    cast(
        sum(row_count) over (
            partition by source_name, table_name, column_name, source_id, team_code
            order by days_after_month
            rows between unbounded preceding and current row
        ) as bigint
    ) as recorded_count,
    cast(
        sum(row_count) over (
            partition by source_name, table_name, column_name, source_id, team_code
        ) as bigint
    ) as reference_count
from with_organisation
