with

assessments as (

    select * from {{ ref('stg_ecd__assessments') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

judged as (

    select
        assessments.trajectory_id,
        assessments.client_id,
        assessments.assessed_on,
        assessments.assessor_role,
        assessments.is_right_first_time
    from assessments
    cross join settings
    where
        assessments.assessed_on <= settings.as_of
        and assessments.is_right_first_time is not null
        and assessments.client_id is not null

)

select
    judged.client_id as subject_key,
    judged.assessed_on as observed_on,
    {{ unknown('trajectories.region_code') }} as region_code,
    {{ unknown('trajectories.service_code') }} as service_code,
    {{ unknown('trajectories.team_code') }} as team_code,
    {{ not_applicable() }} as project_code,
    {{ unknown('trajectories.commissioner_code') }} as commissioner_code,
    {{ age_band('trajectories.birth_year', 'judged.assessed_on') }} as age_band,
    {{ unknown('judged.assessor_role') }} as respondent_role,
    {{ measure('case when judged.is_right_first_time then 1 else 0 end') }} as numerator,
    {{ measure('1') }} as denominator
from judged
left join trajectories on judged.trajectory_id = trajectories.trajectory_id
