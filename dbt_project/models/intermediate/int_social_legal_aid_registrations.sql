with

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

contacts as (

    select * from {{ ref('int_contacts_by_trajectory_month') }}

),

help_requests as (

    select * from {{ ref('stg_ecd__help_requests') }}

),

support_forms as (

    select * from {{ ref('stg_ecd__support_forms') }}

),

settings as (

    select * from {{ ref('int_settings') }}

),

legal_aid as (

    select
        trajectories.trajectory_id,
        trajectories.client_id,
        trajectories.region_code,
        trajectories.service_code,
        trajectories.team_code,
        trajectories.commissioner_code,
        trajectories.birth_year,
        trajectories.started_on
    from trajectories
    inner join settings on trajectories.service_code = settings.social_legal_aid_service
    where trajectories.client_id is not null

),

registrations as (

    select
        trajectory_id,
        started_on as registered_on,
        {{ not_applicable() }} as support_code,
        cast(null as boolean) as is_realised
    from legal_aid

    union all

    select
        trajectory_id,
        month_start as registered_on,
        {{ not_applicable() }} as support_code,
        cast(null as boolean) as is_realised
    from contacts

    union all

    select
        trajectory_id,
        requested_on as registered_on,
        {{ not_applicable() }} as support_code,
        cast(null as boolean) as is_realised
    from help_requests

    union all

    select
        trajectory_id,
        provided_on as registered_on,
        support_code,
        is_realised
    from support_forms

),

by_month as (

    select
        registrations.trajectory_id,
        {{ month_of('registrations.registered_on') }} as month_start,
        bool_or(registrations.is_realised) as is_realised,
        bool_or(registrations.support_code = 'voorzieningencheck') as has_provisions_check,
        bool_or(registrations.support_code = 'betalingsregeling') as has_payment_arrangement,
        bool_or(registrations.support_code = 'doorverwijzing_schulddienstverlening')
            as has_debt_referral
    from registrations
    inner join legal_aid on registrations.trajectory_id = legal_aid.trajectory_id
    cross join settings
    where registrations.registered_on <= settings.as_of
    group by registrations.trajectory_id, {{ month_of('registrations.registered_on') }}

)

select
    legal_aid.client_id,
    legal_aid.trajectory_id,
    by_month.month_start,
    legal_aid.region_code,
    legal_aid.service_code,
    legal_aid.team_code,
    legal_aid.commissioner_code,
    {{ age_band('legal_aid.birth_year', 'by_month.month_start') }} as age_band,
    by_month.is_realised,
    coalesce(by_month.has_provisions_check, false) as has_provisions_check,
    coalesce(by_month.has_payment_arrangement, false) as has_payment_arrangement,
    coalesce(by_month.has_debt_referral, false) as has_debt_referral
from legal_aid
inner join by_month on legal_aid.trajectory_id = by_month.trajectory_id
