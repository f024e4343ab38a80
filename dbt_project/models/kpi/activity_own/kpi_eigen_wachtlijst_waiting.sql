with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

months as (

    select * from {{ ref('int_months') }}

)

select
    {{ subject_key('trajectory', 'trajectories.trajectory_id') }} as subject_key,
    months.month_end as observed_on,
    trajectories.region_code,
    trajectories.service_code,
    trajectories.team_code,
    {{ not_applicable() }} as project_code,
    trajectories.commissioner_code,
    {{ age_band('trajectories.birth_year', 'months.month_end') }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from trajectories
inner join months
    on
        trajectories.intake_on <= months.month_end
        and {{ end_or_never('trajectories.started_on') }} > months.month_end
        and {{ end_or_never('trajectories.ended_on') }} > months.month_end
where months.has_ended
