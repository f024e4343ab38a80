{#-
    The median of numbers, to eight decimals. Engines differ in how they halve the middle two: in the
    last bit of a double, which is enough to round otherwise further on.
-#}
{% macro median_of(column) -%}
    cast(cast(median({{ column }}) as decimal(18, 8)) as double)
{%- endmacro %}
