{#- The number of days from Monday to Friday from a date up to and including another. -#}
{% macro weekdays_between(first_date, last_date) -%}
    {{ _weekdays_until(last_date) }} - {{ _weekdays_until(dbt.dateadd('day', -1, first_date)) }}
{%- endmacro %}

{#- The weekdays since Monday 3 January 2000, that day and the date itself included. -#}
{% macro _weekdays_until(date_column) -%}
    {%- set days = dbt.datediff("cast('2000-01-02' as date)", date_column, 'day') -%}
    cast(
        5 * floor({{ days }} / 7.0)
        + least({{ days }} - 7 * floor({{ days }} / 7.0), 5)
        as integer
    )
{%- endmacro %}
