with

registrations as (

    select * from {{ ref('int_social_legal_aid_registrations') }}

)

select
    client_id as subject_key,
    month_start as observed_on,
    region_code,
    service_code,
    team_code,
    {{ not_applicable() }} as project_code,
    commissioner_code,
    age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('case when has_payment_arrangement then 1 else 0 end') }} as numerator,
    {{ measure('1') }} as denominator
from registrations
where has_debt_request
