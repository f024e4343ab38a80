with

comparisons as (

    select * from {{ ref('int_code_comparisons') }}

),

-- Rare codes say more of chance than of a shift, so they go together.
grouped as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        period_type,
        period_start,
        reference,
        case
            when greatest(row_count, expected_count) >= 0.05 * total_count
                then chosen_for || ':' || code
        end as code_group,
        row_count,
        expected_count,
        total_count,
        reference_count
    from comparisons
    where total_count > 0

),

groups as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        period_type,
        period_start,
        reference,
        code_group,
        total_count,
        reference_count,
        sum(row_count) as row_count,
        sum(expected_count) as expected_count
    from grouped
    group by
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        period_type,
        period_start,
        reference,
        code_group,
        total_count,
        reference_count

),

with_group_count as (

    select
        *,
        count(*) over (
            partition by
                source_name, table_name, column_name,
                team_code, period_type, period_start, reference
        ) as group_count
    from groups

),

-- Half a row more in every group: of an empty one there is no logarithm.
shares as (

    select
        *,
        (row_count + 0.5) / (total_count + 0.5 * group_count) as share,
        (cast(expected_count as double) / total_count * reference_count + 0.5)
        / (reference_count + 0.5 * group_count) as expected_share
    from with_group_count

),

compared as (

    select
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        period_type,
        period_start,
        reference,
        group_count,
        least(total_count, reference_count) as least_count,
        1.0 / total_count + 1.0 / reference_count as chance,
        cast(
            sum(cast(abs(row_count - expected_count) as decimal(18, 8))) / 2 as decimal(18, 4)
        ) as moved_count,
        cast(
            sum(cast((share - expected_share) * ln(share / expected_share) as decimal(18, 8)))
            as double
        ) as stability_index
    from shares
    group by
        source_name,
        table_name,
        column_name,
        source_id,
        team_code,
        period_type,
        period_start,
        reference,
        group_count,
        total_count,
        reference_count

),

-- A shift that chance can give does not go over the limit.
judged as (

    select
        *,
        case
            when stability_index / chance > {{ chi_square_limit('group_count - 1') }}
                then stability_index
            else least(stability_index, 0.25)
        end as measure
    from compared
    where group_count > 1

)

-- A month has to differ from the same month last year and from the year before it: a season differs
-- from the one only, an error of last year from the other only.
select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    period_type,
    period_start,
    cast(min(least_count) as bigint) as n_applicable,
    cast(round(min(moved_count)) as bigint) as n_hit,
    cast(min(measure) as decimal(18, 4)) as measure
from judged
group by source_name, table_name, column_name, source_id, team_code, period_type, period_start
having count(*) = case when period_type = 'month' then 2 else 1 end
