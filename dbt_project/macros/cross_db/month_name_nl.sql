{#- The Dutch name of a month that is an integer from 1 to 12. -#}
{% macro month_name_nl(month_column) -%}
case {{ month_column }}
    {%- for name in [
        'januari', 'februari', 'maart', 'april', 'mei', 'juni', 'juli', 'augustus',
        'september', 'oktober', 'november', 'december',
    ] %}
    when {{ loop.index }} then '{{ name }}'
    {%- endfor %}
end
{%- endmacro %}
