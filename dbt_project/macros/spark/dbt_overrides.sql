{#-
    What dbt's own macros for Spark do otherwise than on DuckDB; dbt prefers a macro of the project.

    dateadd       dbt counts in seconds of the time zone; the months of both engines are the same
    datediff      whole months on dbt's Spark, passed boundaries on DuckDB
    listagg       dbt leaves out the order
    split_part    dbt fails behind the last part
    location      beside the build database, so that it goes when that goes; elsewhere as it comes
    get_assert_columns_equivalent
                  contracts are in DuckDB's words for types; tests/spark compares names and types
-#}
{% macro spark__dateadd(datepart, interval, from_date_or_timestamp) -%}
    timestampadd({{ datepart }}, cast({{ interval }} as int), {{ from_date_or_timestamp }})
{%- endmacro %}

{% macro spark__datediff(first_date, second_date, datepart) -%}
    {%- if datepart == 'day' -%}
    cast(datediff({{ second_date }}, {{ first_date }}) as bigint)
    {%- elif datepart == 'month' -%}
    cast(({{ month_number(second_date) }}) - ({{ month_number(first_date) }}) as bigint)
    {%- elif datepart == 'year' -%}
    cast({{ year_of(second_date) }} - {{ year_of(first_date) }} as bigint)
    {%- else -%}
    {{ exceptions.raise_compiler_error('datediff in ' ~ datepart ~ ' has no body for Spark') }}
    {%- endif -%}
{%- endmacro %}

{% macro spark__listagg(measure, delimiter_text, order_by_clause, limit_num) -%}
    listagg({{ measure }}, {{ delimiter_text }}) within group ({{ order_by_clause }})
{%- endmacro %}

{% macro spark__split_part(string_text, delimiter_text, part_number) -%}
    split_part({{ string_text }}, {{ delimiter_text }}, {{ part_number }})
{%- endmacro %}

{% macro spark__get_assert_columns_equivalent(sql) -%}
{%- endmacro %}

{% macro spark__location_clause() -%}
    {%- if target.name == 'spark' %}
    location '{{ env_var('IMPACTKOMPAS_WAREHOUSE') }}.spark/{{ model['alias'] }}'
    {%- endif %}
{%- endmacro %}
