with

open_trajectories as (

    select * from {{ ref('int_open_trajectories') }}

)

select
    {{ subject_key('trajectory', 'trajectory_id') }} as subject_key,
    month_end as observed_on,
    region_code,
    service_code,
    team_code,
    {{ not_applicable() }} as project_code,
    commissioner_code,
    age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from open_trajectories
