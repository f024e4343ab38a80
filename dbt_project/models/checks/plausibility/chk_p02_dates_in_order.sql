with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}

),

referrals as (

    select * from {{ ref('stg_ecd__referrals') }}
    where
        direction_code = 'in'
        and referred_on is not null

),

places as (

    select * from {{ ref('int_trajectories') }}
    where intake_on is not null

),

-- Who is referred again while the trajectory runs does not come in by that.
first_referrals as (

    select
        record_ref,
        source_id,
        referred_on,
        client_id,
        trajectory_id
    from referrals
    qualify row_number() over (
        partition by trajectory_id order by referred_on, source_id, record_ref
    ) = 1

)

-- Which of the two is wrong cannot be seen, so each of them is judged.
{% for column_name in ['intake_on', 'started_on'] %}
select
    'ecd' as source_name,
    'trajectories' as table_name,
    '{{ column_name }}' as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    {{ column_name }} as occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    {{ not_applicable() }} as response_id,
    started_on < intake_on as is_hit
from trajectories
where
    intake_on is not null
    and started_on is not null
union all
{% endfor %}
select
    'ecd' as source_name,
    'referrals' as table_name,
    'referred_on' as column_name,
    first_referrals.record_ref,
    first_referrals.source_id,
    places.team_code,
    places.service_code,
    first_referrals.referred_on as occurred_on,
    first_referrals.client_id,
    first_referrals.trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    places.intake_on < first_referrals.referred_on as is_hit
from first_referrals
inner join places on first_referrals.trajectory_id = places.trajectory_id
