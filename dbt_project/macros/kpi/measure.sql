{#- The type of every numerator and denominator: exact, so that sums do not depend on their order. -#}
{% macro measure(expression) -%}
    cast({{ expression }} as decimal(18, 4))
{%- endmacro %}
