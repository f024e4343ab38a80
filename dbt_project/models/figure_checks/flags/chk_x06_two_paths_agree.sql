{%- set slices = {
    'total': "''",
    'service': unknown('service_code'),
    'team': unknown('team_code'),
} -%}
with

figures as (

    select * from {{ ref('int_measure_values') }}
    where
        measure_id = 'A12'
        and breakdown in ({% for breakdown in slices %}'{{ breakdown }}'{{ ', ' if not loop.last }}{% endfor %})

),

trajectories as (

    select * from {{ ref('stg_ecd__trajectories') }}

),

catalogue as (

    select * from {{ ref('stg_run__check_catalogue') }}
    where check_id = 'X06'

),

ends as (

    select period_last_day as last_day
    from figures
    group by period_last_day

),

-- Straight from the dates that were delivered, beside the stock of every month that is counted.
open_cases as (

    {% for breakdown, key in slices.items() %}
    select
        '{{ breakdown }}' as breakdown,
        {{ key }} as slice_key,
        ends.last_day,
        count(distinct trajectories.trajectory_id) as case_count
    from trajectories
    inner join ends
        on
            trajectories.started_on <= ends.last_day
            and {{ end_or_never('trajectories.ended_on') }} > ends.last_day
    group by {% if key != "''" %}{{ key }}, {% endif %}ends.last_day
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    figures.measure_id as kpi_id,
    figures.design,
    figures.period_type,
    figures.period_start,
    figures.breakdown,
    figures.slice_key,
    abs(figures.numerator - coalesce(open_cases.case_count, 0))
    > catalogue.flag_threshold * figures.numerator as is_hit
from figures
cross join catalogue
left join open_cases
    on
        figures.breakdown = open_cases.breakdown
        and figures.slice_key = open_cases.slice_key
        and figures.period_last_day = open_cases.last_day
