with

open_trajectories as (

    select * from {{ ref('int_open_trajectories') }}

),

staffed_months as (

    select * from {{ ref('int_staffed_months') }}
    where
        fte > 0
        and team_code <> '*'

),

caseloads as (

    select
        staffed_months.source_id,
        staffed_months.team_code,
        staffed_months.month_start,
        staffed_months.month_number,
        staffed_months.fte,
        count(open_trajectories.trajectory_id) as open_count,
        cast(count(open_trajectories.trajectory_id) as double) / staffed_months.fte as caseload
    from staffed_months
    inner join open_trajectories
        on
            staffed_months.team_code = open_trajectories.team_code
            and staffed_months.month_start = open_trajectories.month_start
    group by
        staffed_months.source_id,
        staffed_months.team_code,
        staffed_months.month_start,
        staffed_months.month_number,
        staffed_months.fte

),

-- Medians hold when one month of the twelve, or one team, is wrong itself.
own_medians as (

    select
        caseloads.team_code,
        caseloads.month_number,
        {{ median_of('earlier.caseload') }} as median_caseload,
        {{ median_of('earlier.open_count') }} as median_count
    from caseloads
    inner join caseloads as earlier
        on
            caseloads.team_code = earlier.team_code
            and earlier.month_number between caseloads.month_number - 12
            and caseloads.month_number - 1
    group by caseloads.team_code, caseloads.month_number
    having count(*) >= 6

),

own_spreads as (

    select
        own_medians.team_code,
        own_medians.month_number,
        own_medians.median_caseload,
        own_medians.median_count,
        {{ median_of('abs(earlier.caseload - own_medians.median_caseload)') }} as caseload_spread,
        {{ median_of('abs(earlier.open_count - own_medians.median_count)') }} as count_spread
    from own_medians
    inner join caseloads as earlier
        on
            own_medians.team_code = earlier.team_code
            and earlier.month_number between own_medians.month_number - 12
            and own_medians.month_number - 1
    group by
        own_medians.team_code,
        own_medians.month_number,
        own_medians.median_caseload,
        own_medians.median_count

),

-- How many times its own usual level: teams of other work can be peers, and a season is shared.
levels as (

    select
        caseloads.source_id,
        caseloads.team_code,
        caseloads.month_start,
        caseloads.month_number,
        caseloads.fte,
        caseloads.open_count,
        caseloads.caseload,
        own_spreads.median_caseload,
        own_spreads.median_count,
        own_spreads.caseload_spread,
        own_spreads.count_spread,
        caseloads.caseload / own_spreads.median_caseload as level,
        -- The median distance that chance alone gives to such a number of cases.
        0.6745 * sqrt(greatest(caseloads.open_count, own_spreads.median_count)) as chance
    from caseloads
    inner join own_spreads
        on
            caseloads.team_code = own_spreads.team_code
            and caseloads.month_number = own_spreads.month_number
    where own_spreads.median_caseload > 0

),

peer_medians as (

    select
        levels.team_code,
        levels.month_number,
        {{ median_of('peers.level') }} as median_level
    from levels
    inner join levels as peers
        on
            levels.month_number = peers.month_number
            and levels.team_code <> peers.team_code
    group by levels.team_code, levels.month_number
    having count(*) >= 3

),

peer_spreads as (

    select
        peer_medians.team_code,
        peer_medians.month_number,
        peer_medians.median_level,
        {{ median_of('abs(peers.level - peer_medians.median_level)') }} as spread
    from peer_medians
    inner join levels as peers
        on
            peer_medians.month_number = peers.month_number
            and peer_medians.team_code <> peers.team_code
    group by peer_medians.team_code, peer_medians.month_number, peer_medians.median_level

),

-- A caseload that changes because people come or go is no error: the cases have to differ as well.
distances as (

    select
        levels.source_id,
        levels.team_code,
        levels.month_start,
        levels.open_count,
        levels.fte,
        levels.median_caseload,
        (levels.caseload - levels.median_caseload)
        / greatest(levels.caseload_spread, levels.chance / levels.fte)
            as caseload_distance,
        (levels.open_count - levels.median_count)
        / greatest(levels.count_spread, levels.chance) as count_distance,
        (levels.level - peer_spreads.median_level)
        / greatest(peer_spreads.spread, levels.chance / levels.median_count) as peer_distance
    from levels
    inner join peer_spreads
        on
            levels.team_code = peer_spreads.team_code
            and levels.month_number = peer_spreads.month_number

),

judged as (

    select
        source_id,
        team_code,
        month_start,
        open_count,
        abs(open_count - median_caseload * fte) as excess_count,
        -- All three on the same side: the least of them is what it differs at least.
        greatest(
            least(caseload_distance, count_distance, peer_distance),
            least(-caseload_distance, -count_distance, -peer_distance),
            0
        ) / 1.4826 as distance
    from distances

),

by_period as (

    select
        *,
        'month' as period_type,
        month_start as period_start
    from judged
    union all
    -- The figure of a year is that of its last day.
    select
        *,
        'year' as period_type,
        cast({{ dbt.date_trunc('year', 'month_start') }} as date) as period_start
    from judged
    where extract(month from month_start) = 12

)

select
    'ecd' as source_name,
    'workers' as table_name,
    'employed_from' as column_name,
    source_id,
    team_code,
    period_type,
    period_start,
    open_count as n_applicable,
    cast(round(cast(excess_count as decimal(18, 4))) as bigint) as n_hit,
    cast(distance as decimal(18, 4)) as measure
from by_period
