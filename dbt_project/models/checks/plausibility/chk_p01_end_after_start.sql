with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}
    where
        started_on is not null
        and ended_on is not null

)

-- Which of the two is wrong cannot be seen, so each of them is judged.
{% for column_name in ['started_on', 'ended_on'] %}
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
    ended_on < started_on as is_hit
from trajectories
{% if not loop.last %}union all{% endif %}
{% endfor %}
