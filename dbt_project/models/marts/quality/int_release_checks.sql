{% for check in check_models('row', release_check_model_names()) %}
select
    '{{ check.id }}' as check_id,
    kpi_id,
    cast(count(*) as bigint) as n_applicable,
    cast(sum(case when is_hit then 1 else 0 end) as bigint) as n_hit
from {{ check.relation }}
group by kpi_id
{% if not loop.last %}union all{% endif %}
{% endfor %}
