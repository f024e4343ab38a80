with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}

),

closed as (

    select
        record_ref,
        source_id,
        team_code,
        service_code,
        coalesce(ended_on, recorded_on) as occurred_on,
        client_id,
        trajectory_id,
        worker_id,
        ended_on is null or end_reason_code is null as is_hit
    from trajectories
    where
        ended_on is not null
        or end_reason_code is not null

)

-- Which of the two is wrong cannot be seen, so each of them is judged.
{% for column_name in ['ended_on', 'end_reason_code'] %}
select
    'ecd' as source_name,
    'trajectories' as table_name,
    '{{ column_name }}' as column_name,
    record_ref,
    source_id,
    team_code,
    service_code,
    occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    {{ not_applicable() }} as response_id,
    is_hit
from closed
{% if not loop.last %}union all{% endif %}
{% endfor %}
