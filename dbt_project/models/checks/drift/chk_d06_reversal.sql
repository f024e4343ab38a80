with

series as (

    select * from {{ ref('int_registrations_by_month') }}

),

beside_neighbours as (

    select
        *,
        lag(row_count) over series_months as count_before,
        lead(row_count) over series_months as count_after
    from series
    window series_months as (
        partition by source_name, table_name, column_name, team_code order by month_number
    )

),

levels as (

    select
        *,
        (count_before + count_after) / 2.0 as neighbour_count,
        row_count / nullif((count_before + count_after) / 2.0, 0) as level
    from beside_neighbours
    where
        count_before is not null
        and count_after is not null

),

former_years as (

    {% for years in [1, 2] %}
    select
        source_name,
        table_name,
        column_name,
        team_code,
        month_number + {{ 12 * years }} as month_number,
        level
    from levels
    where level is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- What the month was to its neighbours in former years is its season, in the team or in the whole
-- organisation. It has to be so in every year: an error of last year is no season.
seasons as (

    select
        source_name,
        table_name,
        column_name,
        team_code,
        month_number,
        min(level) as lowest_level,
        max(level) as highest_level
    from former_years
    group by source_name, table_name, column_name, team_code, month_number

),

with_season as (

    select
        levels.source_name,
        levels.table_name,
        levels.column_name,
        levels.source_id,
        levels.team_code,
        levels.month_start,
        levels.row_count,
        levels.count_before,
        levels.count_after,
        levels.neighbour_count,
        levels.level,
        min(seasons.highest_level) as low_season,
        max(seasons.lowest_level) as high_season
    from levels
    inner join seasons
        on
            levels.source_name = seasons.source_name
            and levels.table_name = seasons.table_name
            and levels.column_name = seasons.column_name
            and levels.month_number = seasons.month_number
            and seasons.team_code in (levels.team_code, '*')
    where levels.neighbour_count > 0
    group by
        levels.source_name,
        levels.table_name,
        levels.column_name,
        levels.source_id,
        levels.team_code,
        levels.month_start,
        levels.row_count,
        levels.count_before,
        levels.count_after,
        levels.neighbour_count,
        levels.level

),

-- A season explains a movement to its own side; it never makes one.
expected as (

    select
        *,
        neighbour_count * case
            when level < 1 then least(low_season, 1)
            else greatest(high_season, 1)
        end as expected_count
    from with_season
    where abs(count_before - count_after) <= 0.35 * neighbour_count

),

distances as (

    select
        *,
        greatest(
            case when level < 1 then expected_count - row_count else row_count - expected_count end,
            0
        ) as distance
    from expected
    where expected_count > 0

)

-- Rows come in clumps, so chance moves a small series by more than half now and then.
select
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    'month' as period_type,
    month_start as period_start,
    cast(floor(cast(neighbour_count as decimal(18, 4))) as bigint) as n_applicable,
    cast(round(cast(distance as decimal(18, 4))) as bigint) as n_hit,
    cast(
        case
            when distance > 5 * sqrt(1.5 * neighbour_count) then distance / expected_count
            else least(distance / expected_count, 0.5)
        end
        as decimal(18, 4)
    ) as measure
from distances
