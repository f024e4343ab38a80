{#- A returned row has a value in one of `columns` under `min_value` or above `max_value`. -#}
{% test between(model, columns, min_value=none, max_value=none) %}
select {{ columns | join(', ') }}
from {{ model }}
where false {% for column in columns %}
    {%- if min_value is not none %} or {{ column }} < {{ min_value }}{% endif %}
    {%- if max_value is not none %} or {{ column }} > {{ max_value }}{% endif %}
    {%- endfor %}
{% endtest %}
