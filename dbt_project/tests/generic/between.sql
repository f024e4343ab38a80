{#- A returned row has a value in one of `columns` under `min_value` or above `max_value`. -#}
{% test between(model, columns, min_value=none, max_value=none) %}
select {{ columns | join(', ') }}
from {{ model }}
where
    {%- for column in columns %}
    {%- if min_value is not none %}
    {{ column }} < {{ min_value }} or
    {%- endif %}
    {%- if max_value is not none %}
    {{ column }} > {{ max_value }} or
    {%- endif %}
    {%- endfor %}
    false
{% endtest %}
