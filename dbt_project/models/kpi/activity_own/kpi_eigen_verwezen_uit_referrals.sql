with

referrals as (

    select * from {{ ref('int_referrals') }}

)

select
    subject_key,
    referred_on as observed_on,
    region_code,
    service_code,
    team_code,
    {{ not_applicable() }} as project_code,
    commissioner_code,
    {{ age_band('birth_year', 'referred_on') }} as age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('1') }} as numerator,
    {{ measure('null') }} as denominator
from referrals
where direction_code = 'uit'
