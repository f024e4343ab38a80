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
{% endfor %}
