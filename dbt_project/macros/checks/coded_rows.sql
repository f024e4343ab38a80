{#-
    The registrations of a table that chose a code, in the form of int_codes_by_month. Without a
    date of its own a row counts on the day it was recorded. The team is that of the row itself, or
    without one that of its trajectory. Rows that differ in `chosen_for` choose from another list.
-#}
{% macro coded_rows(table_name, column_name, date_column, team_code=none, chosen_for=none) -%}
    select
        'ecd' as source_name,
        '{{ table_name }}' as table_name,
        '{{ column_name }}' as column_name,
        source_id,
        trajectory_id,
        {{ team_code or not_applicable() }} as team_code,
        {{ "coalesce(" ~ chosen_for ~ ", '')" if chosen_for else "''" }} as chosen_for,
        coalesce({{ date_column }}, recorded_on) as chosen_on,
        {{ column_name }} as code
    from {{ ref('stg_ecd__' ~ table_name) }}
    where {{ column_name }} is not null
{%- endmacro %}
