{#- A returned row has a value in `columns` that is larger than the next one, if both are there. -#}
{% test ascending(model, columns) %}
select {{ columns | join(', ') }}
from {{ model }}
where
    {%- for column in columns[:-1] %}
    {{ column }} > {{ columns[loop.index] }}{{ ' or' if not loop.last }}
    {%- endfor %}
{% endtest %}
