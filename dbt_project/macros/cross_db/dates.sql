{#- The calendar year of a date, as an integer. -#}
{% macro year_of(date_column) -%}
    cast(extract(year from {{ date_column }}) as integer)
{%- endmacro %}

{#- 1 January of a year that is an integer. -#}
{% macro first_day_of_year(year_column) -%}
    cast(cast({{ year_column }} as {{ dbt.type_string() }}) || '-01-01' as date)
{%- endmacro %}
