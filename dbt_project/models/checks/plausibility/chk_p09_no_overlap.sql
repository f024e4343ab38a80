with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}
    where
        client_id is not null
        and service_code is not null
        and started_on is not null

),

-- The last end of all that this client began before at this service.
judged as (

    select
        *,
        coalesce(
            started_on < max({{ end_or_never('ended_on') }}) over (
                partition by client_id, service_code
                order by started_on, trajectory_id, source_id
                rows between unbounded preceding and 1 preceding
            ),
            false
        ) as is_hit
    from trajectories

)

-- Whether it began too early or exists twice cannot be seen: its end counts as well.
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
    is_hit
from judged
where {{ column_name }} is not null
{% if not loop.last %}union all{% endif %}
{% endfor %}
