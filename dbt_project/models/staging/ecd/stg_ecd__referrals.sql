with

source as (

    select * from {{ source('ecd', 'referrals') }}

)

select
    source_id,
    record_ref,
    recorded_on,
    referral_id,
    trajectory_id,
    client_id,
    direction_code,
    party_code,
    referred_on,
    outcome_on
from source
where reject_reason is null
