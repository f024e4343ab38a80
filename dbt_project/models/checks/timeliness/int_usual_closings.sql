-- Medians, so that a bulk closing of last year does not make the next one usual.
with

closings as (

    select
        source_id,
        {{ unknown('team_code') }} as team_code,
        {{ month_of('happened_on') }} as month_start,
        happened_on
    from {{ ref('int_registrations') }}
    where
        date_column = 'ended_on'
        and happened_on is not null
        and not is_rejected

),

team_months as (

    select
        source_id,
        team_code,
        month_start,
        {{ month_number('month_start') }} as month_number,
        count(*) as closing_count
    from closings
    group by source_id, team_code, month_start

),

-- Days on which anybody of the organisation closed something: its working days.
working_days as (

    select
        source_id,
        month_start,
        count(distinct happened_on) as day_count
    from closings
    group by source_id, month_start

),

rates as (

    select
        team_months.source_id,
        team_months.team_code,
        team_months.month_start,
        team_months.month_number,
        cast(team_months.closing_count as double) / working_days.day_count as closings_per_day
    from team_months
    inner join working_days
        on
            team_months.source_id = working_days.source_id
            and team_months.month_start = working_days.month_start

)

select
    rates.source_id,
    rates.team_code,
    rates.month_start,
    count(*) as history_count,
    {{ median_of('earlier.closings_per_day') }} as closings_per_day
from rates
inner join rates as earlier
    on
        rates.source_id = earlier.source_id
        and rates.team_code = earlier.team_code
        and earlier.month_number between rates.month_number - 12 and rates.month_number - 1
group by rates.source_id, rates.team_code, rates.month_start
