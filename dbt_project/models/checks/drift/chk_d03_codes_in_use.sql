with

comparisons as (

    select * from {{ ref('int_code_comparisons') }}
    where
        total_count > 0
        and reference = case when period_type = 'month' then 'before' else 'year_ago' end

),

shares as (

    select
        *,
        cast(expected_count as double) / total_count as expected_share
    from comparisons

),

judged as (

    select
        *,
        {{ has_vanished('row_count', 'total_count', 'expected_share', 'reference_count') }}
        or {{ has_turned_up('row_count', 'total_count', 'expected_count', 'reference_count') }}
            as is_changed
    from shares

)

select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    period_type,
    period_start,
    cast(max(total_count) as bigint) as n_applicable,
    cast(
        round(
            cast(
                sum(
                    case
                        when is_changed
                            then cast(greatest(row_count, expected_count) as decimal(18, 8))
                        else 0
                    end
                ) as decimal(18, 4)
            )
        ) as bigint
    ) as n_hit,
    cast(sum(case when is_changed then 1 else 0 end) as decimal(18, 4)) as measure
from judged
group by source_name, table_name, column_name, source_id, team_code, period_type, period_start
