with

referrals as (

    select * from {{ ref('stg_ecd__referrals') }}
    where direction_code = 'in'

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

)

select
    'ecd' as source_name,
    'referrals' as table_name,
    'party_code' as column_name,
    referrals.record_ref,
    referrals.source_id,
    trajectories.team_code,
    trajectories.service_code,
    coalesce(referrals.referred_on, referrals.recorded_on) as occurred_on,
    referrals.client_id,
    referrals.trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    referrals.party_code is null as is_hit
from referrals
left join trajectories on referrals.trajectory_id = trajectories.trajectory_id
