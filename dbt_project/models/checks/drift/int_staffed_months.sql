with

workers as (

    select * from {{ ref('stg_ecd__workers') }}
    where
        worker_id is not null
        and employed_from is not null

),

worked_hours as (

    select * from {{ ref('stg_ecd__worked_hours') }}
    where hours is not null

),

months as (

    select * from {{ ref('int_months') }}
    where has_ended

),

settings as (

    select * from {{ ref('int_settings') }}

),

employed as (

    select
        {{ unknown('workers.team_code') }} as team_code,
        months.month_start,
        greatest(workers.employed_from, months.month_start) as first_day,
        least({{ end_or_never('workers.employed_until') }}, months.month_end) as last_day,
        case
            when {{ end_or_never('workers.employed_until') }} >= months.month_end
                then workers.contract_hours / nullif(settings.fte_hours_per_week, 0)
        end as fte,
        workers.source_id,
        settings.fte_hours_per_week
    from workers
    cross join settings
    inner join months
        on
            workers.employed_from <= months.month_end
            and {{ end_or_never('workers.employed_until') }} >= months.month_start

),

with_organisation as (

    select * from employed
    union all
    select
        '*' as team_code,
        month_start,
        first_day,
        last_day,
        fte,
        source_id,
        fte_hours_per_week
    from employed

),

staffed as (

    select
        team_code,
        month_start,
        max(source_id) as source_id,
        sum(fte) as fte,
        max(fte_hours_per_week) as fte_hours_per_week,
        {{ weekdays_between('min(first_day)', 'max(last_day)') }} as weekday_count
    from with_organisation
    group by team_code, month_start

),

hours_of_teams as (

    select
        {{ unknown('team_code') }} as team_code,
        {{ month_of('month_start') }} as month_start,
        hours
    from worked_hours
    union all
    select
        '*' as team_code,
        {{ month_of('month_start') }} as month_start,
        hours
    from worked_hours

),

hours_by_month as (

    select
        team_code,
        month_start,
        sum(hours) as hours
    from hours_of_teams
    group by team_code, month_start

)

-- Hours, where they are kept, tell of leave and illness: not more days than were worked.
select
    staffed.team_code,
    staffed.month_start,
    {{ month_number('staffed.month_start') }} as month_number,
    staffed.source_id,
    cast(staffed.fte as decimal(18, 4)) as fte,
    case
        when hours_by_month.hours is null then staffed.weekday_count
        else
            cast(
                least(
                    staffed.weekday_count,
                    floor(5 * hours_by_month.hours / staffed.fte_hours_per_week)
                )
                as integer
            )
    end as staffed_days
from staffed
left join hours_by_month
    on
        staffed.team_code = hours_by_month.team_code
        and staffed.month_start = hours_by_month.month_start
