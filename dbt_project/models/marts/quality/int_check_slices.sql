{% for check in check_models('slice', check_model_names()) %}
select
    '{{ check.id }}' as check_id,
    source_name,
    table_name,
    column_name,
    source_id,
    team_code,
    period_type,
    period_start,
    cast(n_applicable as bigint) as n_applicable,
    cast(n_hit as bigint) as n_hit,
    cast(measure as decimal(18, 4)) as measure
from {{ check.relation }}
{% if not loop.last %}union all{% endif %}
{% else %}
select
    {%- for column in ['check_id', 'source_name', 'table_name', 'column_name', 'source_id', 'team_code', 'period_type'] %}
    cast(null as {{ dbt.type_string() }}) as {{ column }},
    {%- endfor %}
    cast(null as date) as period_start,
    cast(null as bigint) as n_applicable,
    cast(null as bigint) as n_hit,
    cast(null as decimal(18, 4)) as measure
where false
{% endfor %}
