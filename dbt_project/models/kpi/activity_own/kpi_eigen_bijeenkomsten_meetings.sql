with

group_meetings as (

    select * from {{ ref('int_group_meetings') }}

)

select
    {{ subject_key('activity', 'activity_id') }} as subject_key,
    held_on as observed_on,
    region_code,
    service_code,
    team_code,
    project_code,
    commissioner_code,
    {{ not_applicable() }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from group_meetings
