{% for name in figure_flag_model_names() %}
select
    {{ sql_text(check_ids().get(name)) }} as check_id,
    kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key,
    is_hit
from {{ ref(name) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
