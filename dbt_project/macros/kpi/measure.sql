{#- The type of every numerator and denominator: exact, so that the order of a sum is no matter. -#}
{% macro measure(expression) -%}
    cast({{ expression }} as decimal(18, 4))
{%- endmacro %}
