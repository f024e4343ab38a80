with

referrals as (

    select * from {{ ref('stg_ecd__referrals') }}
    where direction_code = 'uit'

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

settings as (

    select * from {{ ref('int_settings') }}

)

select
    'ecd' as source_name,
    'referrals' as table_name,
    'outcome_on' as column_name,
    referrals.record_ref,
    referrals.source_id,
    trajectories.team_code,
    trajectories.service_code,
    referrals.referred_on as occurred_on,
    referrals.client_id,
    referrals.trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    referrals.outcome_on is null as is_hit
from referrals
cross join settings
left join trajectories on referrals.trajectory_id = trajectories.trajectory_id
where referrals.referred_on < {{ dbt.dateadd('day', -90, 'settings.as_of') }}
