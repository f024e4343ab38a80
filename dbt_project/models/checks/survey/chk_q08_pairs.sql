with

starts as (

    select * from {{ ref('int_starts_due') }}
    where design = 'instrument'

),

-- Of start and slot lists the figures themselves are judged; those of an instrument are no KPI.
slices as (

    {% for period_type in ['month', 'year'] %}
    {% set outer_last = loop.last %}
    {% for team_code in ["'*'", 'team_code'] %}
    select
        source_id,
        {{ team_code }} as team_code,
        '{{ period_type }}' as period_type,
        cast({{ dbt.date_trunc(period_type, 'due_on') }} as date) as period_start,
        count(*) as n_applicable,
        sum(case when is_paired then 0 else 1 end) as n_hit
    from starts
    group by
        source_id,
        {{ team_code ~ ',' if not loop.first }}
        cast({{ dbt.date_trunc(period_type, 'due_on') }} as date)
    {% if not (outer_last and loop.last) %}union all{% endif %}
    {% endfor %}
    {% endfor %}

)

select
    'survey' as source_name,
    'instrument_scores' as table_name,
    'moment_code' as column_name,
    source_id,
    team_code,
    period_type,
    period_start,
    cast(n_applicable as bigint) as n_applicable,
    cast(n_hit as bigint) as n_hit,
    cast(cast(n_hit as double) / n_applicable as decimal(18, 4)) as measure
from slices
