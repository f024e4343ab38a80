with

history as (

    select * from {{ ref('int_code_history') }}
    where column_name in ('help_request_code', 'support_code', 'end_reason_code', 'party_code')

),

comparisons as (

    select * from {{ ref('int_code_comparisons') }}
    where column_name in ('help_request_code', 'support_code', 'end_reason_code', 'party_code')

),

with_organisation as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        month_start,
        code,
        row_count
    from history
    union all
    select
        source_name,
        table_name,
        column_name,
        max(source_id) over (partition by source_name, table_name, column_name) as source_id,
        '*' as team_code,
        month_start,
        code,
        row_count
    from history

),

counted as (

    {% for period_type in ['month', 'year'] %}
    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        '{{ period_type }}' as period_type,
        cast({{ dbt.date_trunc(period_type, 'month_start') }} as date) as period_start,
        sum(row_count) as row_count,
        sum(case when code like 'overig%' then row_count else 0 end) as other_count
    from with_organisation
    group by
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        cast({{ dbt.date_trunc(period_type, 'month_start') }} as date)
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- Compared are the teams that there were: a month with the twelve before, a year with the last one.
compared as (

    select
        source_name,
        table_name,
        column_name,
        team_code,
        period_type,
        period_start,
        max(total_count) as total_count,
        max(reference_count) as reference_count,
        cast(sum(case when code like 'overig%' then row_count else 0 end) as double)
        / max(total_count) as share,
        cast(sum(case when code like 'overig%' then expected_count else 0 end) as double)
        / max(total_count) as expected_share
    from comparisons
    where reference = case when period_type = 'month' then 'before' else 'year_ago' end
    group by
        source_name,
        table_name,
        column_name,
        team_code,
        period_type,
        period_start
    having max(total_count) > 0 and max(reference_count) >= 30

),

shares as (

    select
        counted.source_name,
        counted.table_name,
        counted.column_name,
        counted.source_id,
        counted.team_code,
        counted.period_type,
        counted.period_start,
        counted.row_count,
        counted.other_count,
        cast(counted.other_count as double) / counted.row_count as share,
        compared.share - compared.expected_share as rise,
        compared.expected_share,
        {{ beyond_chance(
            'compared.share',
            'compared.total_count',
            'compared.expected_share',
            'compared.reference_count',
        ) }} as is_beyond_chance
    from counted
    left join compared
        on
            counted.source_name = compared.source_name
            and counted.table_name = compared.table_name
            and counted.column_name = compared.column_name
            and counted.team_code = compared.team_code
            and counted.period_type = compared.period_type
            and counted.period_start = compared.period_start

)

-- In units of the limit: a fifth of the field, or ten points more than usual. A month that is over
-- it by chance, where it is not so usually, stands on the limit.
select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    period_type,
    period_start,
    cast(row_count as bigint) as n_applicable,
    cast(other_count as bigint) as n_hit,
    cast(
        case
            when expected_share is null or expected_share > 0.2 then share / 0.2
            when is_beyond_chance then greatest(share / 0.2, rise / 0.1)
            else least(share / 0.2, 1)
        end
        as decimal(18, 4)
    ) as measure
from shares
