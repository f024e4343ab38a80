with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    {{ subject_key('trajectory', 'trajectories.trajectory_id') }} as subject_key,
    trajectories.ended_on as observed_on,
    trajectories.region_code,
    trajectories.service_code,
    trajectories.team_code,
    {{ not_applicable() }} as project_code,
    trajectories.commissioner_code,
    {{ age_band('trajectories.birth_year', 'trajectories.ended_on') }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from trajectories
cross join settings
where trajectories.ended_on <= settings.as_of
