with

questions as (

    select * from {{ ref('int_questions_that_applied') }}

),

-- '*' is every team together.
slices as (

    {% for period_type in ['month', 'year'] %}
    {% set outer_last = loop.last %}
    {% for team_code in ["'*'", 'team_code'] %}
    select
        source_id,
        question_id,
        {{ team_code }} as team_code,
        '{{ period_type }}' as period_type,
        cast({{ dbt.date_trunc(period_type, 'completed_on') }} as date) as period_start,
        count(*) as n_applicable,
        sum(case when is_skipped then 1 else 0 end) as n_hit
    from questions
    group by
        source_id,
        question_id,
        {{ team_code ~ ',' if not loop.first }}
        cast({{ dbt.date_trunc(period_type, 'completed_on') }} as date)
    {% if not (outer_last and loop.last) %}union all{% endif %}
    {% endfor %}
    {% endfor %}

)

-- A question is a column of its own. Which figures it touches is judged on the figures themselves.
select
    'survey' as source_name,
    'answers' as table_name,
    question_id as column_name,
    source_id,
    team_code,
    period_type,
    period_start,
    cast(n_applicable as bigint) as n_applicable,
    cast(n_hit as bigint) as n_hit,
    cast(cast(n_hit as double) / n_applicable as decimal(18, 4)) as measure
from slices
