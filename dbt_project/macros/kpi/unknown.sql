{#- A dimension key, or the text 'onbekend' when it was not registered. -#}
{% macro unknown(column) -%}
    coalesce({{ column }}, 'onbekend')
{%- endmacro %}
