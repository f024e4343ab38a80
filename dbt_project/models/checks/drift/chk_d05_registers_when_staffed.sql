with

series as (

    select * from {{ ref('int_registrations_by_month') }}
    where column_name <> 'ended_on'

),

staffed_months as (

    select * from {{ ref('int_staffed_months') }}

),

-- The quietest of the twelve months before; an earlier month without anything says nothing of it.
with_quietest_month as (

    select
        *,
        count(nullif(row_count, 0)) over twelve_before as history_count,
        min(nullif(row_count, 0)) over twelve_before as quietest_count
    from series
    window twelve_before as (
        partition by source_name, table_name, column_name, team_code
        order by month_number
        range between 12 preceding and 1 preceding
    )

),

judged as (

    select
        with_quietest_month.source_name,
        with_quietest_month.table_name,
        with_quietest_month.column_name,
        with_quietest_month.source_id,
        with_quietest_month.team_code,
        with_quietest_month.month_start,
        coalesce(with_quietest_month.quietest_count, 0) as quietest_count,
        case
            when with_quietest_month.row_count = 0 then coalesce(staffed_months.staffed_days, 0)
            else 0
        end as silent_days
    from with_quietest_month
    left join staffed_months
        on
            with_quietest_month.team_code = staffed_months.team_code
            and with_quietest_month.month_start = staffed_months.month_start
    where with_quietest_month.history_count >= 10

)

{% for period_type in ['month', 'year'] %}
select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    '{{ period_type }}' as period_type,
    cast({{ dbt.date_trunc(period_type, 'month_start') }} as date) as period_start,
    cast(max(quietest_count) as bigint) as n_applicable,
    cast(sum(case when silent_days > 0 then quietest_count else 0 end) as bigint) as n_hit,
    cast(max(silent_days) as decimal(18, 4)) as measure
from judged
group by
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    cast({{ dbt.date_trunc(period_type, 'month_start') }} as date)
{% if not loop.last %}union all{% endif %}
{% endfor %}
