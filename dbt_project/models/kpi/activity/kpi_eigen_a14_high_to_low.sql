with

complexity as (

    select * from {{ ref('int_complexity_by_trajectory_month') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

)

select
    {{ subject_key('trajectory', 'complexity.trajectory_id') }} as subject_key,
    complexity.month_start as observed_on,
    trajectories.region_code,
    trajectories.service_code,
    trajectories.team_code,
    {{ not_applicable() }} as project_code,
    trajectories.commissioner_code,
    {{ age_band('trajectories.birth_year', 'complexity.month_start') }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('case when complexity.moved_high_to_low then 1 else 0 end') }} as numerator,
    -- What moves on the first day of a month was hoog until that day begins.
    {{ measure('1') }} as denominator
from complexity
inner join trajectories on complexity.trajectory_id = trajectories.trajectory_id
where complexity.was_high or complexity.moved_high_to_low
