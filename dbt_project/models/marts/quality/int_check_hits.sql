with

check_rows as (

    select * from {{ ref('int_check_rows') }}
    where is_hit

),

results as (

    select * from {{ ref('int_check_outcomes') }}
    where period_type in ('month', 'year')

),

clients as (

    select * from {{ ref('int_clients') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

regions as (

    select * from {{ ref('int_regions') }}

)

select
    check_rows.check_id,
    check_rows.source_name,
    check_rows.table_name,
    check_rows.column_name,
    check_rows.source_id,
    check_rows.record_ref,
    check_rows.team_code,
    coalesce(check_rows.service_code, trajectories.service_code) as service_code,
    check_rows.occurred_on,
    check_rows.client_id,
    check_rows.trajectory_id,
    check_rows.worker_id,
    check_rows.response_id,
    {{ unknown('regions.municipality_code') }} as municipality_code,
    {{ unknown('regions.wijk_code') }} as wijk_code,
    -- A month with too few rows to judge is judged by its year.
    coalesce(
        by_month.is_failing or (by_month.state = 'te weinig' and by_year.is_failing),
        false
    ) as is_in_failing_slice
from check_rows
left join results as by_month
    on
        by_month.period_type = 'month'
        and check_rows.check_id = by_month.check_id
        and check_rows.source_id = by_month.source_id
        and check_rows.source_name = by_month.source_name
        and check_rows.table_name = by_month.table_name
        and check_rows.column_name = by_month.column_name
        and check_rows.team_code = by_month.team_code
        and check_rows.month_start = by_month.period_start
left join results as by_year
    on
        by_year.period_type = 'year'
        and check_rows.check_id = by_year.check_id
        and check_rows.source_id = by_year.source_id
        and check_rows.source_name = by_year.source_name
        and check_rows.table_name = by_year.table_name
        and check_rows.column_name = by_year.column_name
        and check_rows.team_code = by_year.team_code
        and cast({{ dbt.date_trunc('year', 'check_rows.month_start') }} as date)
        = by_year.period_start
left join trajectories on check_rows.trajectory_id = trajectories.trajectory_id
left join clients on check_rows.client_id = clients.client_id
left join regions on clients.region_code = regions.region_code
