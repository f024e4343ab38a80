with

registrations as (

    select * from {{ ref('int_social_legal_aid_registrations') }}

),

help_requests as (

    select * from {{ ref('stg_ecd__help_requests') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

clients_with_debts as (

    select registrations.client_id
    from registrations
    inner join help_requests on registrations.trajectory_id = help_requests.trajectory_id
    inner join settings on help_requests.help_request_code = settings.debt_domain_code
    group by registrations.client_id

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
    {{ measure('case when registrations.has_payment_arrangement then 1 else 0 end') }}
        as numerator,
    {{ measure('1') }} as denominator
from registrations
inner join clients_with_debts on registrations.client_id = clients_with_debts.client_id
