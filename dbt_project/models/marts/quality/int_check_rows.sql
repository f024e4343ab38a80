{% for name in check_model_names() %}
select
    {{ sql_text(check_ids().get(name)) }} as check_id,
    source_name,
    table_name,
    column_name,
    record_ref,
    source_id,
    {{ unknown('team_code') }} as team_code,
    service_code,
    occurred_on,
    client_id,
    trajectory_id,
    worker_id,
    response_id,
    is_hit
from {{ ref(name) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
