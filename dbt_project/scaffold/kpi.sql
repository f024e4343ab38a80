-- One row per trajectory that was closed. What you usually change: the table that is counted, which
-- rows count, and the numerator and denominator. The columns of the result stay as they are.
with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

-- Which rows count. Nothing that is dated after the reference date does.
counted as (

    select
        trajectories.trajectory_id,
        trajectories.region_code,
        trajectories.service_code,
        trajectories.team_code,
        trajectories.commissioner_code,
        trajectories.birth_year,
        trajectories.ended_on as observed_on
    from trajectories
    cross join settings
    where trajectories.ended_on <= settings.as_of

)

select
    {{ subject_key('trajectory', 'trajectory_id') }} as subject_key,
    observed_on,
    region_code,
    service_code,
    team_code,
    {{ not_applicable() }} as project_code,
    commissioner_code,
    {{ age_band('birth_year', 'observed_on') }} as age_band,
    {{ not_applicable() }} as respondent_role,
    -- A share has 1 or 0 as numerator and 1 as denominator; then unit: percentage in the YAML.
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from counted
