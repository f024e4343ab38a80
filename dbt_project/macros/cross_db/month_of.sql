{#- The first day of the month of a date, as a date; null for null. -#}
{% macro month_of(date_column) -%}
    cast({{ dbt.date_trunc('month', date_column) }} as date)
{%- endmacro %}
