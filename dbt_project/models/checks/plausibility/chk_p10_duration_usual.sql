with

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}
    where ended_on >= started_on

),

limits as (

    select * from {{ ref('int_service_limits') }}

),

durations as (

    select
        *,
        1 + {{ dbt.datediff('started_on', 'ended_on', 'day') }} as days
    from trajectories

),

spreads as (

    select
        service_code,
        percentile_disc(0.5) within group (order by days) as median_days,
        percentile_disc(0.8413) within group (order by days) as upper_days
    from durations
    group by service_code
    having count(*) >= 100

),

-- A percentile of the rows moves along with the errors in them. Durations are log-normal, so the
-- 99.5th (z = 2.576) follows from the median and the 84th, which is one standard deviation up.
usual as (

    select
        service_code,
        median_days * power(cast(upper_days as double) / median_days, 2.576) as longest_days
    from spreads

)

-- Which of the two is wrong cannot be seen, so each of them is judged, on the day of the end.
{% for column_name in ['started_on', 'ended_on'] %}
select
    'ecd' as source_name,
    'trajectories' as table_name,
    '{{ column_name }}' as column_name,
    durations.record_ref,
    durations.source_id,
    durations.team_code,
    durations.service_code,
    durations.ended_on as occurred_on,
    durations.client_id,
    durations.trajectory_id,
    durations.worker_id,
    {{ not_applicable() }} as response_id,
    durations.days > coalesce(limits.longest_days, floor(usual.longest_days)) as is_hit
from durations
left join limits on durations.service_code = limits.service_code
left join usual on durations.service_code = usual.service_code
where coalesce(limits.longest_days, usual.longest_days) is not null
{% if not loop.last %}union all{% endif %}
{% endfor %}
