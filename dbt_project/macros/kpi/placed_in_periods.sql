{#-
    The year, quarter and month of an observation, and whether it counts there: a stock counts only
    on the last day of a period, everything else in the period that holds its date. With
    `previous_on` it counts only if that earlier date is not in the same period.
-#}
{% macro placed_in_periods(date_column, time_behaviour, period_types, previous_on=none) -%}
    {%- for period_type in ['year', 'quarter', 'month'] %}
    cast({{ dbt.date_trunc(period_type, date_column) }} as date) as {{ period_type }}_start,
    (
        position('{{ period_type }}' in {{ period_types }}) > 0
        and (
            {{ time_behaviour }} <> 'stock'
            or {{ date_column }} = {{ period_end(period_type, date_column) }}
        )
        {%- if previous_on %}
        and coalesce(
            {{ previous_on }} < cast({{ dbt.date_trunc(period_type, date_column) }} as date), true
        )
        {%- endif %}
    ) as is_counted_in_{{ period_type }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- The last day of the period that holds a date. -#}
{% macro period_end(period_type, date_column) -%}
    cast(
        {{ dbt.dateadd(
            'day', -1, dbt.dateadd(period_type, 1, dbt.date_trunc(period_type, date_column))
        ) }} as date
    )
{%- endmacro %}
