with

attendances as (

    select * from {{ ref('int_attendances') }}

)

select
    client_id as subject_key,
    attended_on as observed_on,
    region_code,
    service_code,
    team_code,
    project_code,
    commissioner_code,
    {{ age_band('birth_year', 'attended_on') }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from attendances
where client_id is not null
