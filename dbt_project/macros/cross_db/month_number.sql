{#- The months since the year 0 of a date, as an integer: to look so many months back. -#}
{% macro month_number(date_column) -%}
    12 * {{ year_of(date_column) }} + cast(extract(month from {{ date_column }}) as integer)
{%- endmacro %}
