{%- set children = {
    'total': ('service', "''"),
    'team': ('service_team', 'team_code'),
    'municipality': ('service_municipality', 'region_code'),
} -%}
with

measures as (

    select * from {{ ref('int_measure_values') }}
    where
        measure_kind = 'kpi'
        and design = 'afterwards'

),

services as (

    {% for breakdown, (child, slice_key) in children.items() %}
    select
        measure_id,
        period_type,
        period_start,
        '{{ breakdown }}' as breakdown,
        {{ slice_key }} as slice_key,
        denominator as respondent_count,
        reached_count
    from measures
    where breakdown = '{{ child }}'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- Only where of every service is known how many it reached.
figures as (

    select
        measure_id,
        period_type,
        period_start,
        breakdown,
        slice_key,
        cast(sum(respondent_count) as double) as respondent_count,
        cast(sum(reached_count) as double) as reached_count
    from services
    group by measure_id, period_type, period_start, breakdown, slice_key
    having count(*) = count(reached_count)

)

-- The service that stands for more, or for less, of the answers than of the people reached.
select
    figures.measure_id as kpi_id,
    'afterwards' as design,
    figures.period_type,
    figures.period_start,
    figures.breakdown,
    figures.slice_key,
    cast(figures.respondent_count as bigint) as n_applicable,
    cast(
        max(
            abs(
                services.respondent_count / figures.respondent_count
                - services.reached_count / figures.reached_count
            )
        )
        as decimal(18, 6)
    ) as measure
from services
inner join figures
    on
        services.measure_id = figures.measure_id
        and {{ same_slice('services', 'figures') }}
group by
    figures.measure_id,
    figures.period_type,
    figures.period_start,
    figures.breakdown,
    figures.slice_key,
    figures.respondent_count
