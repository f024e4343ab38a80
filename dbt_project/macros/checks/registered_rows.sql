{#-
    The rows of one registration table in the form of int_registrations, rejected ones included:
    one per date that the row records. The first date is the one the row is about; a table without
    such a date gives one row per registration.
-#}
{% macro registered_rows(source_name, table_name, dates, keys) -%}
    {%- for date_column in dates or [none] %}
    select
        '{{ source_name }}' as source_name,
        '{{ table_name }}' as table_name,
        '{{ date_column or "*" }}' as date_column,
        {{ date_column or 'cast(null as date)' }} as happened_on,
        {{ 'true' if loop.first else 'false' }} as is_main_date,
        recorded_on,
        coalesce(record_ref, 'rij ' || cast(row_number as {{ dbt.type_string() }})) as record_ref,
        source_id,
        reject_reason is not null as is_rejected,
        {%- for key in [
            'team_code', 'service_code', 'client_id', 'trajectory_id', 'worker_id', 'response_id',
            'activity_id',
        ] %}
        {{ key if key in keys else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as {{ key }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ source(source_name, table_name) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
