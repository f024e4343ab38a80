with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    {{ subject_key('trajectory', 'trajectories.trajectory_id') }} as subject_key,
    trajectories.started_on as observed_on,
    trajectories.region_code,
    trajectories.service_code,
    trajectories.team_code,
    {{ not_applicable() }} as project_code,
    trajectories.commissioner_code,
    {{ age_band('trajectories.birth_year', 'trajectories.started_on') }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure(dbt.datediff('trajectories.intake_on', 'trajectories.started_on', 'day')) }}
        as numerator,
    {{ measure('1') }} as denominator
from trajectories
cross join settings
where
    trajectories.started_on <= settings.as_of
    and trajectories.intake_on <= trajectories.started_on
