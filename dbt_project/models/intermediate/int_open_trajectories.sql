with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

months as (

    select * from {{ ref('int_months') }}

),

spells as (

    select * from {{ ref('int_complexity_spells') }}

),

open_on_month_end as (

    select
        trajectories.trajectory_id,
        months.month_start,
        months.month_end,
        trajectories.started_on,
        trajectories.region_code,
        trajectories.service_code,
        trajectories.team_code,
        trajectories.commissioner_code,
        trajectories.birth_year
    from trajectories
    inner join months
        on
            trajectories.started_on <= months.month_end
            and {{ end_or_never('trajectories.ended_on') }} > months.month_end
    where months.has_ended

)

select
    cases.trajectory_id,
    cases.month_start,
    cases.month_end,
    cases.started_on,
    cases.region_code,
    cases.service_code,
    cases.team_code,
    cases.commissioner_code,
    {{ age_band('cases.birth_year', 'cases.month_end') }} as age_band,
    {{ unknown('spells.complexity_code') }} as complexity_code
from open_on_month_end as cases
left join spells
    on
        cases.trajectory_id = spells.trajectory_id
        and cases.month_end >= spells.valid_from
        and cases.month_end < {{ end_or_never('spells.valid_until') }}
