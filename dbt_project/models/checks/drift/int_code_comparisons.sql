with

history as (

    select * from {{ ref('int_code_history') }}

),

team_slices as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        chosen_for,
        'month' as period_type,
        month_start as period_start,
        'before' as reference,
        code,
        row_count,
        total_count,
        row_count_before as reference_row_count,
        total_count_before as reference_count
    from history
    union all
    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        chosen_for,
        'month' as period_type,
        month_start as period_start,
        'year_ago' as reference,
        code,
        row_count,
        total_count,
        all_row_count_year_ago as reference_row_count,
        all_total_count_year_ago as reference_count
    from history
    union all
    -- Only months that have a match: half a year is compared with that half a year ago.
    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        chosen_for,
        'year' as period_type,
        cast({{ dbt.date_trunc('year', 'month_start') }} as date) as period_start,
        'year_ago' as reference,
        code,
        sum(row_count) as row_count,
        sum(total_count) as total_count,
        sum(row_count_year_ago) as reference_row_count,
        sum(total_count_year_ago) as reference_count
    from history
    where total_count_year_ago > 0
    group by
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        chosen_for,
        cast({{ dbt.date_trunc('year', 'month_start') }} as date),
        code

),

expected as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        chosen_for,
        period_type,
        period_start,
        reference,
        code,
        row_count,
        reference_row_count,
        cast(
            cast(total_count as double) * reference_row_count / reference_count as decimal(18, 6)
        ) as expected_count
    from team_slices
    where reference_count > 0

),

-- Every team is expected to go on as it did: that teams come, go and grow is no drift.
with_organisation as (

    select * from expected
    union all
    select
        source_name,
        table_name,
        column_name,
        max(max(source_id)) over (
            partition by source_name, table_name, column_name
        ) as source_id,
        '*' as team_code,
        chosen_for,
        period_type,
        period_start,
        reference,
        code,
        sum(row_count) as row_count,
        sum(reference_row_count) as reference_row_count,
        sum(expected_count) as expected_count
    from expected
    group by
        source_name,
        table_name,
        column_name,
        chosen_for,
        period_type,
        period_start,
        reference,
        code

)

select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    chosen_for,
    period_type,
    period_start,
    reference,
    code,
    cast(row_count as bigint) as row_count,
    cast(expected_count as decimal(18, 6)) as expected_count,
    cast(sum(row_count) over slice as bigint) as total_count,
    cast(sum(reference_row_count) over slice as bigint) as reference_count
from with_organisation
window slice as (
    partition by
        source_name, table_name, column_name, team_code, period_type, period_start, reference
)
