{#-
    An end date that a later date can be compared with: 31 December 9999 for null. Written as
    `or ... is null` the comparison would keep the engine from using it to join.
-#}
{% macro end_or_never(date_column) -%}
    coalesce({{ date_column }}, cast('9999-12-31' as date))
{%- endmacro %}
