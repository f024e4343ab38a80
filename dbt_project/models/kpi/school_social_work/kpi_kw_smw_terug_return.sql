with

closures as (

    select * from {{ ref('int_school_social_work_closures') }}

)

select
    client_id as subject_key,
    closed_on as observed_on,
    region_code,
    service_code,
    team_code,
    {{ not_applicable() }} as project_code,
    commissioner_code,
    age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('case when returned_on is not null then 1 else 0 end') }} as numerator,
    {{ measure('1') }} as denominator
from closures
