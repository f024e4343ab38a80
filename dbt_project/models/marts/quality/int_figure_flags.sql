{% for check in check_models('row', figure_flag_model_names()) %}
select
    '{{ check.id }}' as check_id,
    kpi_id,
    design,
    period_type,
    period_start,
    breakdown,
    slice_key,
    is_hit
from {{ check.relation }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
