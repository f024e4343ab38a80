{#- The value of a dimension that a KPI does not have: null, as text. -#}
{% macro not_applicable() -%}
    cast(null as {{ dbt.type_string() }})
{%- endmacro %}
