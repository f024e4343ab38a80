{#-
    Check rows on the code of a table under trajectories: is it in a code list of the organisation,
    and did it hold on the day of the row? Without that list nothing is judged.
-#}
{% macro code_on_date(table_name, code_column, date_column, list_name) -%}
with

registered as (

    select * from {{ ref('stg_ecd__' ~ table_name) }}
    where {{ code_column }} is not null

),

trajectories as (

    select * from {{ ref('int_trajectories') }}

),

code_periods as (

    select * from {{ ref('int_code_periods') }}
    where list_name = '{{ list_name }}'

),

code_list as (

    select list_name
    from code_periods
    group by list_name

),

dated as (

    select
        record_ref,
        source_id,
        client_id,
        trajectory_id,
        {{ code_column }},
        coalesce({{ date_column }}, recorded_on) as occurred_on
    from registered

)

select
    'ecd' as source_name,
    '{{ table_name }}' as table_name,
    '{{ code_column }}' as column_name,
    dated.record_ref,
    dated.source_id,
    trajectories.team_code,
    trajectories.service_code,
    dated.occurred_on,
    dated.client_id,
    dated.trajectory_id,
    {{ not_applicable() }} as worker_id,
    {{ not_applicable() }} as response_id,
    code_periods.code is null as is_hit
from dated
cross join code_list
left join code_periods
    on
        dated.{{ code_column }} = code_periods.code
        and dated.occurred_on between code_periods.valid_from and code_periods.valid_until
left join trajectories on dated.trajectory_id = trajectories.trajectory_id
{%- endmacro %}
