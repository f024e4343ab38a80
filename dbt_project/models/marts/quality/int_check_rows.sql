{%- set keys = [
    'service_code', 'occurred_on', 'client_id', 'trajectory_id', 'worker_id', 'response_id',
] -%}
{% for check in check_models('row', check_model_names()) %}
select
    '{{ check.id }}' as check_id,
    source_name,
    table_name,
    column_name,
    source_id,
    {{ unknown('team_code') }} as team_code,
    cast({{ dbt.date_trunc('month', 'occurred_on') }} as date) as month_start,
    is_hit,
    case when is_hit then record_ref end as record_ref,
    {%- for key in keys %}
    case when is_hit then {{ key }} end as {{ key }},
    {%- endfor %}
    cast(
        {{ 'sum(case when is_counted then 1 else 0 end)' if check.unit else 'count(*)' }} as bigint
    ) as n_judged
from {{ check.relation }}
group by
    source_name,
    table_name,
    column_name,
    source_id,
    {{ unknown('team_code') }},
    cast({{ dbt.date_trunc('month', 'occurred_on') }} as date),
    is_hit,
    case when is_hit then record_ref end
    {%- for key in keys %},
    case when is_hit then {{ key }} end
    {%- endfor %}
{% if not loop.last %}union all{% endif %}
{% endfor %}
