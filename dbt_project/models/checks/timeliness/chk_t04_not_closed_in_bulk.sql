with

closings as (

    select
        *,
        {{ unknown('team_code') }} as closing_team,
        {{ month_of('happened_on') }} as month_start,
        cast({{ dbt.date_trunc('quarter', 'happened_on') }} as date) as quarter_start
    from {{ ref('int_registrations') }}
    where
        date_column = 'ended_on'
        and happened_on is not null
        and not is_rejected

),

usual_closings as (

    select * from {{ ref('int_usual_closings') }}
    where history_count >= 6

),

delivered_until as (

    select * from {{ ref('int_delivered_until') }}

),

working_days as (

    select
        closings.source_id,
        closings.happened_on,
        lag(closings.happened_on) over source_days as day_before,
        coalesce(
            lead(closings.happened_on) over source_days, max(delivered_until.delivered_until)
        ) as day_after
    from closings
    left join delivered_until on closings.source_id = delivered_until.source_id
    group by closings.source_id, closings.happened_on
    window source_days as (partition by closings.source_id order by closings.happened_on)

),

-- Before and after a closure of more than a weekend there is the work of those days as well.
day_weights as (

    select
        source_id,
        happened_on,
        greatest(
            coalesce({{ dbt.datediff('day_before', 'happened_on', 'day') }} - 2, 1),
            coalesce({{ dbt.datediff('happened_on', 'day_after', 'day') }} - 2, 1),
            1
        ) as day_weight
    from working_days

),

team_days as (

    select
        closings.source_id,
        closings.closing_team,
        closings.month_start,
        closings.quarter_start,
        closings.happened_on,
        day_weights.day_weight,
        {{ dbt.datediff(
            'closings.happened_on', dbt.last_day('closings.happened_on', 'quarter'), 'day'
        ) }} < 7 as is_in_last_week,
        count(*) as closing_count
    from closings
    inner join day_weights
        on
            closings.source_id = day_weights.source_id
            and closings.happened_on = day_weights.happened_on
    group by
        closings.source_id,
        closings.closing_team,
        closings.month_start,
        closings.quarter_start,
        closings.happened_on,
        day_weights.day_weight

),

team_days_with_week as (

    select
        source_id,
        closing_team,
        month_start,
        happened_on,
        day_weight,
        closing_count,
        case
            when is_in_last_week
                then
                    sum(closing_count) over (
                        partition by source_id, closing_team, quarter_start, is_in_last_week
                    )
        end as last_week_count
    from team_days

),

judged_days as (

    select
        team_days_with_week.source_id,
        team_days_with_week.closing_team,
        team_days_with_week.happened_on,
        (
            team_days_with_week.closing_count >= 15
            and team_days_with_week.closing_count
            > 5 * usual_closings.closings_per_day * team_days_with_week.day_weight
        )
        or coalesce(
            team_days_with_week.last_week_count >= 15
            and team_days_with_week.last_week_count > 5 * 5 * usual_closings.closings_per_day,
            false
        ) as is_bulk
    from team_days_with_week
    inner join usual_closings
        on
            team_days_with_week.source_id = usual_closings.source_id
            and team_days_with_week.closing_team = usual_closings.team_code
            and team_days_with_week.month_start = usual_closings.month_start

)

select
    closings.source_name,
    closings.table_name,
    closings.date_column as column_name,
    closings.record_ref,
    closings.source_id,
    closings.team_code,
    closings.service_code,
    closings.happened_on as occurred_on,
    closings.client_id,
    closings.trajectory_id,
    closings.worker_id,
    closings.response_id,
    judged_days.is_bulk as is_hit
from closings
inner join judged_days
    on
        closings.source_id = judged_days.source_id
        and closings.closing_team = judged_days.closing_team
        and closings.happened_on = judged_days.happened_on
