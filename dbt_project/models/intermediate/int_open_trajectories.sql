with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

months as (

    select * from {{ ref('int_months') }}

)

select
    trajectories.trajectory_id,
    months.month_start,
    months.month_end,
    trajectories.started_on,
    trajectories.region_code,
    trajectories.service_code,
    trajectories.team_code,
    trajectories.commissioner_code,
    {{ age_band('trajectories.birth_year', 'months.month_end') }} as age_band
from trajectories
inner join months
    on
        trajectories.started_on <= months.month_end
        and {{ end_or_never('trajectories.ended_on') }} > months.month_end
where months.has_ended
