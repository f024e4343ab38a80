with

referrals as (

    select * from {{ ref('stg_ecd__referrals') }}

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

clients as (

    select * from {{ ref('int_clients') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    coalesce(
        {{ subject_key('trajectory', 'referrals.trajectory_id') }},
        referrals.client_id,
        {{ subject_key('referral', "referrals.source_id || ':' || referrals.record_ref") }}
    ) as subject_key,
    referrals.direction_code,
    referrals.referred_on,
    coalesce(trajectories.region_code, clients.region_code, 'onbekend') as region_code,
    {{ unknown('trajectories.service_code') }} as service_code,
    {{ unknown('trajectories.team_code') }} as team_code,
    {{ unknown('trajectories.commissioner_code') }} as commissioner_code,
    coalesce(trajectories.birth_year, clients.birth_year) as birth_year
from referrals
cross join settings
left join trajectories on referrals.trajectory_id = trajectories.trajectory_id
left join clients on referrals.client_id = clients.client_id
where referrals.referred_on <= settings.as_of
