with

registrations as (

    select * from {{ ref('int_social_legal_aid_registrations') }}

),

answers as (

    select count(is_realised) as answer_count
    from registrations

)

select
    registrations.client_id as subject_key,
    registrations.month_start as observed_on,
    registrations.region_code,
    registrations.service_code,
    registrations.team_code,
    {{ not_applicable() }} as project_code,
    registrations.commissioner_code,
    registrations.age_band,
    {{ not_applicable() }} as respondent_role,
    {{ measure('case when registrations.is_realised then 1 else 0 end') }} as numerator,
    {{ measure('1') }} as denominator
from registrations
cross join answers
where answers.answer_count > 0
